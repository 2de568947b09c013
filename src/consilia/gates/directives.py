"""How strongly a statement directs: what may, what should, and what must be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from consilia.gates.lexicon import lexicon_of
from consilia.gates.statements import Statement, is_imperative

MAY, CONSIDER, SUGGEST, SHOULD, MUST = 1, 2, 3, 4, 5
_NEUTRAL = "0"
_NEEDS = frozenset({"need", "needs", "needed", "require", "required", "requires"})


@dataclass(frozen=True, slots=True)
class Force:
    """How strongly a statement directs, from `MAY` to `MUST`."""

    least: int
    """Of its weakest word, which decides: "should be considered" is as weak as "consider"."""
    most: int
    """Of its strongest word: "must be considered" says more than "should be considered"."""

    def exceeds(self, other: "Force") -> bool:
        """Tell whether it directs more strongly than the other.

        What may be done may be left unsaid; of the strongest words, those from "should" on count.
        """
        compels = self.most >= SHOULD and self.most > other.most
        return compels or self.least > max(other.least, MAY)


def force_of(statement: Statement) -> Force | None:
    """Return how strongly a statement directs, or None when no word directs."""
    words = statement.unit.words
    found = lexicon_of("strength", "directives").matches(words)
    levels = [int(match.label) for match in found if match.label != _NEUTRAL]
    if statement.sign < 0 and any(words[match.start] in _NEEDS for match in found):
        return Force(MAY, MAY)
    if levels:
        return Force(min(levels), max(levels))
    return Force(SHOULD, SHOULD) if is_imperative(statement.unit) else None


def force_found(nearest: Sequence[Statement]) -> Force:
    """Return how strongly the statements that a claim may rest on direct, at most.

    A plain instruction ("is taken with food") is as strong as "should"; 0 when nothing is done.
    """
    forces = [_force_said(statement) for statement in nearest]
    return Force(max(f.least for f in forces), max(f.most for f in forces))


def _force_said(statement: Statement) -> Force:
    force = force_of(statement)
    if force is not None:
        orders = is_imperative(statement.unit)
        return Force(force.least, max(force.most, SHOULD)) if orders else force
    acts = lexicon_of("strength", "actions").labels(statement.unit.words)
    return Force(SHOULD, SHOULD) if acts else Force(0, 0)
