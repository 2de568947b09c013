"""BioASQ task B: questions to the snippets that experts chose for them."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from eval.public import Options
from eval.public.benchmark import Benchmark, Figure, Query, Text, checked, single_spaced
from eval.public.records import json_file, present
from eval.public.retrieval import run_retrieval

PATTERN = "*_golden.json"
_PEERS = "measured for the design of this project, on 400 questions and 20,402 rows of snippets"
_FIGURES = (
    Figure("LlamaIndex hybrid, MiniLM", "nDCG@10", 0.772, _PEERS),
    Figure("haiku.rag, MiniLM", "nDCG@10", 0.846, _PEERS),
)


class _Snippet(BaseModel):
    text: str


class _Question(BaseModel):
    id: str
    body: str
    snippets: list[_Snippet] = []


class _Golden(BaseModel):
    questions: list[_Question]


_SHAPE = TypeAdapter(_Golden)


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder of golden files, equal snippets taken once."""
    return run_retrieval(read(path), options)


def read(path: Path, *, repeated: bool = False) -> Benchmark:
    """Return the questions of all golden files of a folder, and all their snippets.

    Args:
        path: Holds files such as `5B1_golden.json`.
        repeated: Keep each row of the files as a text of its own, equal ones too, as a user gets
            them who takes the files as they are. They stay one unit: whichever is found, it is.

    Returns:
        The benchmark; the snippets named for a question, and no others, are relevant.

    Raises:
        BenchmarkError: No file is there, or one is malformed.
    """
    files = present(path, PATTERN)
    questions = [question for file in files for question in json_file(file, _SHAPE).questions]
    asked = [question for question in questions if _snippets(question)]
    rows = [text for question in asked for text in _snippets(question)]
    ids = {text: f"snippet-{n}" for n, text in enumerate(dict.fromkeys(rows))}
    texts = tuple(Text(ids[text], "", text) for text in (rows if repeated else ids))
    queries = tuple(
        Query(q.id, single_spaced(q.body), dict.fromkeys((ids[t] for t in _snippets(q)), 1))
        for q in asked
    )
    notes = (
        f"{len(files)} files, {files[0].name} to {files[-1].name}",
        f"{len(questions) - len(asked)} questions without snippets are left out",
        f"{len(rows):,} rows of the files, {len(ids):,} different snippets; "
        + ("each row is a text" if repeated else "each different snippet is a text"),
    )
    name = "BioASQ, rows as they are" if repeated else "BioASQ"
    return checked(Benchmark(name, "snippet", texts, queries, figures=_FIGURES, notes=notes))


def _snippets(question: _Question) -> Sequence[str]:
    found = (single_spaced(snippet.text) for snippet in question.snippets)
    return [text for text in found if text]
