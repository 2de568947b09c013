"""The check of a finished generation: `python -m consilia.index_check FOLDER [every|sample]`.

Counts prove little: a damaged vector index can count right and find wrong. So vectors are searched
for, and each must find itself or one at the same place.
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from consilia.index import SENTENCES, VECTORS, WORDS, openable, read_state
from consilia.lexical import LexicalIndex
from consilia.models import KINDS
from consilia.sentence_table import SentenceTable
from consilia.vectors import VectorStore

_TOLERANCE = 1e-3
_BATCH = 500
_SAMPLE = 200
"""Vectors of each kind that an opening looks at; a build looks at all."""


def problems(folder: Path, *, sample: int | None = None) -> list[str]:
    """Return what is wrong with a generation; an empty list means it is whole.

    Args:
        folder: Of the generation.
        sample: How many vectors of each kind are searched for, spread over all; None is every one.

    Returns:
        A line for each problem.

    Raises:
        KnowledgeBaseError: A part of it cannot be opened at all.
    """
    with ExitStack() as copies:
        return _problems(folder, openable(folder, copies), sample)


def _problems(folder: Path, place: Path, sample: int | None) -> list[str]:
    state = read_state(folder)
    expected = sum(state.counts.values())
    found = []
    words = LexicalIndex(place / WORDS)
    if words.count() != expected:
        found.append(f"the word index has {words.count()} of {expected} sentences")
    table = SentenceTable(folder / SENTENCES)
    if expected:
        table.get(expected - 1)
    table.close()
    store = VectorStore(place / VECTORS, state.counts, server=state.server)
    for kind in KINDS:
        if store.count(kind) != state.counts[kind]:
            found.append(f"{store.count(kind)} of {state.counts[kind]} vectors of kind {kind}")
        lost = store.lost(kind, tolerance=_TOLERANCE, batch=_BATCH, sample=sample)
        if lost:
            found.append(f"{lost} vectors of kind {kind} do not find themselves")
    store.close()
    return found


def main() -> int:
    """Check the folder named on the command line; 0 when it is whole."""
    folder, extent = sys.argv[1], (*sys.argv[2:], "every")[0]
    found = problems(Path(folder), sample=_SAMPLE if extent == "sample" else None)
    for problem in found:
        print(problem, file=sys.stderr)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
