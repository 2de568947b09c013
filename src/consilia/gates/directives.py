"""How strongly a statement directs: what may, what should, and what must be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from consilia.gates.lexicon import Match, lexicon_of
from consilia.gates.statements import Statement, is_imperative

MAY, CONSIDER, SUGGEST, SHOULD, MUST = 1, 2, 3, 4, 5
_NEUTRAL = "0"
_IS = frozenset({"is", "are"})
_BE = frozenset({"is", "are", "be", "been", "was", "were"})
_PAST = frozenset({"needed", "required"})
_NOUNS = frozenset({"advice", "recommendation", "recommendations"})
_ABOUT = (("on",), ("about",), ("regarding",))
_REACH = 6
"""Words between "the dose" and "is"."""
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
    matches = lexicon_of("strength", "directives").matches(words)
    found = [match for match in matches if not _is_finding(words, match)]
    levels = [int(match.label) for match in found if match.label != _NEUTRAL]
    if statement.sign < 0 and any(words[match.start] in _NEEDS for match in found):
        return Force(MAY, MAY)
    if levels:
        return Force(min(levels), max(levels))
    return Force(SHOULD, SHOULD) if is_imperative(statement.unit) else None


def force_found(nearest: Sequence[Statement]) -> Force:
    """Return how strongly the statements that a claim may rest on direct, at most.

    A plain instruction ("is taken with food", "the dose is 5 mg") is as strong as "should"; a
    finding, a noun and what was done are none: 0.
    """
    forces = [_force_said(statement) for statement in nearest]
    return Force(max(f.least for f in forces), max(f.most for f in forces))


def _force_said(statement: Statement) -> Force:
    force = force_of(statement)
    if force is not None:
        orders = is_imperative(statement.unit)
        return Force(force.least, max(force.most, SHOULD)) if orders else force
    return Force(SHOULD, SHOULD) if _instructs(statement.unit.words) else Force(0, 0)


def _is_finding(words: Sequence[str], match: Match) -> bool:
    """Tell "they needed less" and "its advice on doses" from "is needed" and "advises it"."""
    was_so = words[match.start] in _PAST and not _BE & set(words[: match.start][-2:])
    return was_so or (words[match.start] in _NOUNS and words[match.end : match.end + 1] in _ABOUT)


def _instructs(words: Sequence[str]) -> bool:
    """Tell "is taken", "are given slowly" and "NICE reserves it" from "taken", "was given"."""
    for match in lexicon_of("strength", "instructions").matches(words):
        before = [word for word in words[: match.start] if not word.endswith("ly")]
        is_done = before[-1:] in (["is"], ["are"]) or before[-2:] in (["is", "to"], ["are", "to"])
        if match.label == "says" or (match.label == "done" and is_done):
            return True
        if match.label == "dose" and _IS & set(words[match.end : match.end + _REACH]):
            return True
    return False
