"""Comparisons: what is set against what, and whether a claim swaps the two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consilia.gates.evidence import Failure
from consilia.gates.statements import Statement, counterparts, stems_of

_OUTWEIGHS = frozenset({"outweighs", "outweigh", "outweighed", "exceeds", "exceed"})
_TURNS = _OUTWEIGHS | {"than", "over", "versus", "vs"}
_COMPARED = frozenset({"compared", "comparison", "relative"})
_PREFERRED = frozenset({"preferable", "preferred"})
_RANKS = _COMPARED | _PREFERRED | {"superior", "inferior"}
_NEAREST = 6
"""Words after "than" among which the second of the two things compared stands."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    first: frozenset[str]
    second: frozenset[str]
    end: int
    """End of the scale that it goes by; 0 for a verb such as "outweighs"."""


def turned_round(claimed: Statement, said: Sequence[Statement]) -> Failure | None:
    """Find a comparison whose two sides the claim has exchanged, and its direction not."""
    for other in counterparts(claimed, said):
        if any(mine.end == theirs.end for mine, theirs in _exchanged(claimed, other)):
            reason = "The claim exchanges the two things that the spans compare."
            return Failure("polarity", claimed.words, other.words, reason)
    return None


def is_converse(claimed: Statement, said: Statement) -> bool:
    """Tell whether two statements say one comparison from its two sides.

    "A is higher than B" is "B is lower than A".
    """
    return any(mine.end != theirs.end for mine, theirs in _exchanged(claimed, said))


def _exchanged(claimed: Statement, said: Statement) -> Iterator[tuple[_Comparison, _Comparison]]:
    all_said = tuple(_comparisons(said))
    for mine in _comparisons(claimed):
        for theirs in all_said if mine not in all_said else ():
            shared = mine.second & theirs.second
            if (mine.second - shared) & theirs.first and (theirs.second - shared) & mine.first:
                yield mine, theirs


def _comparisons(statement: Statement) -> Iterator[_Comparison]:
    words = statement.unit.words
    for at, word in enumerate(words):
        before, after = words[at - 1] if at else "", words[at + 1 :]
        turns = word in _TURNS or (word in {"to", "with"} and before in _RANKS)
        if not turns or not after or after[0][0].isdigit():
            continue
        second = after[: after.index(",")] if "," in after else after[:_NEAREST]
        first = (*words[:at], *after[len(second) :]) if before in _COMPARED else words[:at]
        prefers = word in _OUTWEIGHS or before in _PREFERRED
        end = 0 if prefers else _end(statement, at, before in _COMPARED)
        if end or prefers:
            mine, other = stems_of(first), stems_of(second)
            yield _Comparison(mine - other, other - mine, end)


def _end(statement: Statement, at: int, anywhere: bool) -> int:
    """End of the scale that a comparison goes by; 0 when no word tells."""
    poles = [pole for pole in statement.poles if pole.is_firm and (anywhere or pole.at < at)]
    if not poles:
        return 0
    return (poles[0] if anywhere else poles[-1]).end * statement.sign
