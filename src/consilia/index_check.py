"""The check of a generation: `python -m consilia.index_check FOLDER [built|sample]`.

Counts prove little: a damaged vector index can count right and find wrong. So vectors are searched
for, and each must find itself or one at the same place. Of one that was just built, few need not:
their rows are printed as JSON, by kind, to be compared one by one from then on.
"""

import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from consilia.index import SENTENCES, VECTORS, WORDS, GenerationState, openable, read_state
from consilia.lexical import LexicalIndex
from consilia.models import KINDS, Kind
from consilia.sentence_table import SentenceTable
from consilia.vectors import VectorStore

_TOLERANCE = 1e-3
_BATCH = 500
_SAMPLE = 200
"""Vectors of each kind that an opening looks at; a build looks at all."""
_UNREACHED = 10
"""Of so many vectors of a kind, one that a new graph does not lead to is no sign of damage: many
equal vectors are enough for that."""


@dataclass(frozen=True, slots=True)
class _Examined:
    state: GenerationState
    wrong: list[str]
    lost: dict[Kind, list[int]]
    """Rows whose vectors do not find themselves, of each kind that has some."""

    def problems(self) -> list[str]:
        """Say all that is wrong."""
        lost = (f"{len(rows)} vectors of kind {kind}" for kind, rows in self.lost.items())
        return [*self.wrong, *(f"{vectors} do not find themselves" for vectors in lost)]

    @property
    def is_sound(self) -> bool:
        """Whether a build may use it: a new graph does not lead to quite every vector."""
        few = (
            len(rows) <= 1 + self.state.counts[kind] // _UNREACHED
            for kind, rows in self.lost.items()
        )
        return not self.wrong and all(few)


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
    return _examine(folder, sample).problems()


def _examine(folder: Path, sample: int | None) -> _Examined:
    with ExitStack() as copies:
        return _examined(folder, openable(folder, copies), sample)


def _examined(folder: Path, place: Path, sample: int | None) -> _Examined:
    state = read_state(folder)
    expected = sum(state.counts.values())
    wrong: list[str] = []
    lost: dict[Kind, list[int]] = {}
    words = LexicalIndex(place / WORDS)
    if words.count() != expected:
        wrong.append(f"the word index has {words.count()} of {expected} sentences")
    table = SentenceTable(folder / SENTENCES)
    if expected:
        table.get(expected - 1)
    table.close()
    store = VectorStore(
        place / VECTORS, state.counts, server=state.server, unreached=state.unreached
    )
    for kind in KINDS:
        if store.count(kind) != state.counts[kind]:
            wrong.append(f"{store.count(kind)} of {state.counts[kind]} vectors of kind {kind}")
        rows = store.lost(kind, tolerance=_TOLERANCE, batch=_BATCH, sample=sample)
        if rows:
            lost[kind] = rows
    store.close()
    return _Examined(state, wrong, lost)


def main() -> int:
    """Check the folder named on the command line; 0 when it is whole."""
    folder, built = Path(sys.argv[1]), sys.argv[2] == "built"
    found = _examine(folder, None if built else _SAMPLE)
    if built and found.is_sound:
        print(json.dumps(found.lost))  # noqa: T201
        return 0
    for problem in found.problems():
        print(problem, file=sys.stderr)  # noqa: T201
    return 1 if found.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
