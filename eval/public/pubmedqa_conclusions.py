"""PubMedQA: questions to the sentences of the conclusion that the authors drew themselves.

The recipe. The corpus is every sentence of every abstract, those of the conclusion
(`LONG_ANSWER`), which the other PubMedQA task takes out, among them. Relevant for a question are
the sentences of the conclusion of the abstract that it was made from.
"""

from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from consilia.sentences import split_sentences
from eval.public import Options
from eval.public.benchmark import Benchmark, Query, Text, checked, single_spaced
from eval.public.pubmedqa import PATTERN
from eval.public.records import json_file, present
from eval.public.retrieval import run_retrieval


class _Paper(BaseModel):
    QUESTION: str
    CONTEXTS: list[str]
    LONG_ANSWER: str


_SHAPE = TypeAdapter(dict[str, _Paper])
NOTES = (
    "relevant: the sentences of the conclusion of the abstract that a question was made from",
    "limit: the other sentences of that abstract count as wrong, also where they answer as well",
    "limit: whether the conclusion says yes, no or maybe is not judged here",
)


def run(path: Path, options: Options) -> int:
    """Measure how well conclusions are found in a folder with `ori_pqal.json` or a part of it."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the sentences of all abstracts with their conclusions, and the questions.

    Args:
        path: Holds the file; of several the first by name is read.

    Returns:
        The benchmark; texts are without title, which is the question. Equal sentences are one
        unit; questions without a conclusion are left out and counted.

    Raises:
        BenchmarkError: No file is there, or it is malformed.
    """
    file = present(path, PATTERN)[0]
    papers = json_file(file, _SHAPE)
    ids: dict[str, str] = {}
    for pmid, paper in papers.items():
        for number, text in enumerate(_sentences(*paper.CONTEXTS, paper.LONG_ANSWER)):
            ids.setdefault(text, f"{pmid} {number}")
    queries = tuple(
        Query(pmid, single_spaced(paper.QUESTION), dict.fromkeys((ids[t] for t in concluded), 1))
        for pmid, paper in papers.items()
        if (concluded := _sentences(paper.LONG_ANSWER))
    )
    told = sum(len(query.relevant) for query in queries)
    notes = (
        f"{file.name}; {told:,} of {len(ids):,} sentences are conclusions",
        f"{len(papers) - len(queries)} questions without a conclusion are left out",
        *NOTES,
    )
    texts = tuple(Text(id_, "", text) for text, id_ in ids.items())
    return checked(Benchmark("PubMedQA conclusions", "sentence", texts, queries, notes=notes))


def _sentences(*parts: str) -> list[str]:
    found = (single_spaced(part[s.start : s.end]) for part in parts for s in split_sentences(part))
    return [text for text in found if text]
