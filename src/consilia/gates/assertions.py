"""What no claim may bring in by itself: that something is used, works, is safe, or is a cause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from consilia.gates.directives import CONSIDER, force_found
from consilia.gates.lexicon import Lexicon, lexicon_of, read_data
from consilia.gates.statements import Statement

_CLAIMED = "claimed"
_DENIAL = "denial"
"""Words that are ground for a denial alone: harm, for "not safe"."""
_ADVISED = "use"
"""What may be said of a thing that the spans advise."""

_CAUSED = "cause"


@dataclass(frozen=True, slots=True)
class Invention:
    """A statement of a claim that says of a thing what the spans say of none like it."""

    statement: Statement
    kind: str
    """`use`, `effect`, `safety` or `cause`."""
    surface: str


def inventions(
    claimed: Sequence[Statement], said: Sequence[Statement], headings: Sequence[str]
) -> Iterator[Invention]:
    """Yield what statements of a claim assert and no statement of its spans does.

    The spans have to say it in a statement that speaks of one of the same things; in which
    direction is for the gate of polarity to say.

    Args:
        claimed: The statements of the claim.
        said: Those of its spans.
        headings: The words of the headings above the spans: what stands under "Adverse reactions"
            is caused.

    Yields:
        One invention for each kind of assertion that a statement makes without ground.
    """
    under = bool(_lexicon(_CAUSED).labels(headings))
    for statement in claimed:
        for kind in _kinds():
            if under and kind == _CAUSED:
                continue
            found = _lexicon(kind).matches(statement.unit.words)
            made = [match for match in found if match.label == _CLAIMED]
            if made and not any(_grounds(kind, statement, other) for other in said):
                words = statement.unit.words[made[0].start : made[0].end]
                yield Invention(statement, kind, " ".join(words))


def _grounds(kind: str, claimed: Statement, said: Statement) -> bool:
    shared = (claimed.own | claimed.lent) & (said.own | said.lent | said.around)
    if claimed.own and not any(not word.startswith("±") for word in shared):
        return False
    advised = kind == _ADVISED and force_found([said]).most >= CONSIDER
    labels = _lexicon(kind).labels(said.unit.words)
    return advised or bool(labels - {_DENIAL} if claimed.sign > 0 else labels)


@cache
def _kinds() -> tuple[str, ...]:
    return tuple(read_data("assertions", dict[str, dict[str, list[str]]]))


def _lexicon(kind: str) -> Lexicon:
    return lexicon_of("assertions", kind)
