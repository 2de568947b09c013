"""ROUGE-N: the share of word sequences that a text has in common with one that people wrote."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from consilia.terms import words


@dataclass(frozen=True, slots=True)
class Rouge:
    """How much of a reference a text says, and how much of it the reference says."""

    recall: float
    precision: float

    @property
    def f1(self) -> float:
        """2PR / (P + R); 0 when both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def rouge(text: str, references: Sequence[str], *, n: int = 2) -> Rouge | None:
    """Return ROUGE-N against the nearest of several references, nearest by F1.

    Lin, ROUGE: a package for automatic evaluation of summaries, 2004: sequences of n words, each
    counted at most as often as the other side has it. Words are case-folded, and stop words and
    endings stay as they are.

    Args:
        text: What was written or quoted; empty gives 0.
        references: What people wrote.
        n: Words of a sequence, at least 1.

    Returns:
        Recall and precision in [0, 1]; None when no reference is n words long.

    >>> rouge("Zelvoprine shortens it.", ["Zelvoprine shortens it by days."])
    Rouge(recall=0.5, precision=1.0)
    """
    said = _sequences(text, n)
    wanted = [found for found in (_sequences(one, n) for one in references) if found]
    if not wanted:
        return None
    return max((_overlap(said, one) for one in wanted), key=lambda one: (one.f1, one.recall))


def _overlap(said: Counter[tuple[str, ...]], wanted: Counter[tuple[str, ...]]) -> Rouge:
    shared = (said & wanted).total()
    return Rouge(shared / wanted.total(), shared / said.total() if said else 0.0)


def _sequences(text: str, n: int) -> Counter[tuple[str, ...]]:
    found = words(text)
    return Counter(tuple(found[at : at + n]) for at in range(len(found) - n + 1))
