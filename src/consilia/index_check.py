"""The check of a finished generation: `python -m consilia.index_check FOLDER`.

Counts prove little: a damaged vector index can count right and find wrong. So every vector is
searched for, and must find itself or one at the same place.
"""

import sys
from pathlib import Path

from consilia.index import SentenceTable, read_state
from consilia.lexical import LexicalIndex
from consilia.models import KINDS
from consilia.vectors import VectorStore

_TOLERANCE = 1e-3
_BATCH = 500


def problems(folder: Path) -> list[str]:
    """Return what is wrong with a generation; an empty list means it is whole.

    Raises:
        KnowledgeBaseError: A part of it cannot be opened at all.
    """
    state = read_state(folder)
    expected = sum(state.counts.values())
    found = []
    words = LexicalIndex(folder / "words")
    if words.count() != expected:
        found.append(f"the word index has {words.count()} of {expected} sentences")
    table = SentenceTable(folder / "sentences.sqlite3")
    if expected:
        table.get(expected - 1)
    store = VectorStore(folder / "vectors")
    for kind in KINDS:
        if store.count(kind) != state.counts[kind]:
            found.append(f"{store.count(kind)} of {state.counts[kind]} vectors of kind {kind}")
        lost = store.lost(kind, tolerance=_TOLERANCE, batch=_BATCH)
        if lost:
            found.append(f"{lost} vectors of kind {kind} do not find themselves")
    store.close()
    return found


def main() -> int:
    """Check the folder named on the command line; 0 when it is whole."""
    found = problems(Path(sys.argv[1]))
    for problem in found:
        print(problem, file=sys.stderr)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
