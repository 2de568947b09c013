"""PubMedQA: questions to the abstracts that they were made from, conclusions taken out."""

from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from eval.public import Options
from eval.public.benchmark import Benchmark, Query, Text, checked, single_spaced
from eval.public.records import json_file, present
from eval.public.retrieval import run_retrieval

PATTERN = "ori_pqal*.json"


class _Paper(BaseModel):
    QUESTION: str
    CONTEXTS: list[str]


_SHAPE = TypeAdapter(dict[str, _Paper])


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with `ori_pqal.json`, or a part of it under such a name."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the expert-labelled questions, and the abstract that each was made from.

    Args:
        path: Holds the file; of several the first by name is read.

    Returns:
        The benchmark; abstracts are without title, which is the question, and conclusion.

    Raises:
        BenchmarkError: No file is there, or it is malformed.
    """
    file = present(path, PATTERN)[0]
    papers = json_file(file, _SHAPE)
    texts = tuple(
        Text(pmid, "", single_spaced(" ".join(paper.CONTEXTS))) for pmid, paper in papers.items()
    )
    queries = tuple(
        Query(pmid, single_spaced(paper.QUESTION), {pmid: 1}) for pmid, paper in papers.items()
    )
    notes = (f"{file.name}; one abstract is relevant for each question",)
    return checked(Benchmark("PubMedQA", "abstract", texts, queries, notes=notes))
