"""Conditions that a span puts on what it says, and whether a claim keeps them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from consilia.gates.lexicon import read_data
from consilia.gates.statements import Statement, counterparts, stems_of

_KEPT = 0.5
"""Share of the words of a condition that have to be found again."""

_WHOLE = 2
"""Content words from which on a statement that is repeated word for word is meant."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """Those alone of whom a statement speaks: "in people with gout"."""

    words: str
    own: frozenset[str]


def dropped(claimed: Sequence[Statement], said: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the conditions under which alone the spans say what the claim says without them.

    Args:
        claimed: Statements of the claim.
        said: Statements of the spans.

    Returns:
        Each condition once, in order; empty when one of the statements that the claim may rest on
        has none, or all are kept.
    """
    lost: list[Statement] = []
    everything = frozenset().union(*(s.own for s in claimed))
    for statement in claimed:
        if statement.unit.kind == "condition":
            continue
        nearest = counterparts(statement, said)
        missing = [_missing(host, claimed, said, everything) for host in nearest]
        if missing and all(missing):
            lost.extend(missing[0])
        for host in said:
            if host not in nearest and _is_whole(host, statement, said):
                lost.extend(_missing(host, claimed, said, everything))
    return tuple(dict.fromkeys(lost))


def _missing(
    host: Statement,
    claimed: Sequence[Statement],
    said: Sequence[Statement],
    everything: frozenset[str],
) -> list[Statement]:
    return [c for c in _conditions(host, said) if not _is_kept(c, host, claimed, everything)]


def _is_whole(host: Statement, claimed: Statement, said: Sequence[Statement]) -> bool:
    """Whether a claim repeats all of a statement that no other statement repeats."""
    repeats = [other for other in said if other is not host and host.own <= other.own]
    return len(host.own) >= _WHOLE and host.own <= claimed.own and not repeats


def lost_restrictions(
    claimed: Sequence[Statement], said: Sequence[Statement], context: frozenset[str]
) -> tuple[Restriction, ...]:
    """Return the groups of patients to whom the spans limit what the claim says of all.

    Args:
        claimed: Statements of the claim.
        said: Statements of the spans.
        context: Stems of titles and headings, which speak for the whole document.

    Returns:
        Each group once, in order.
    """
    known = context.union(*(s.own for s in claimed))
    lost: list[Restriction] = []
    for statement in claimed:
        missing = [
            [r for r in _restrictions(host, said) if len(r.own & known) < _KEPT * len(r.own)]
            for host in counterparts(statement, said)
        ]
        if missing and all(missing):
            lost.extend(missing[0])
    return tuple(dict.fromkeys(lost))


def _conditions(host: Statement, said: Sequence[Statement]) -> Iterator[Statement]:
    for other in said:
        hangs = other.text == host.text and other.unit.host == host.number
        limits = other.unit.marker not in {"until", "till"} or host.sign < 0
        if hangs and limits and other.unit.kind == "condition" and other is not host:
            yield other


def _is_kept(
    condition: Statement,
    host: Statement,
    claimed: Sequence[Statement],
    everything: frozenset[str],
) -> bool:
    particular = condition.own - host.own or condition.own
    if len(particular & everything) >= _KEPT * len(particular):
        return True
    conditions = [s for s in claimed if s.unit.kind == "condition"]
    return any(condition in counterparts(s, (condition, host)) for s in conditions)


def _restrictions(host: Statement, said: Sequence[Statement]) -> Iterator[Restriction]:
    words = host.unit.words
    groups, linking = _restricted(), _restricting()
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        if word in groups and before in {"in", "for", "among"} and after in linking:
            stretch = _stretch(words[at + 2 :])
            if own := stems_of(stretch):
                yield Restriction(" ".join((word, after, *stretch)), own)
    for other in said:
        hangs = other.text == host.text and other.unit.host == host.number
        if hangs and other.unit.marker in {"who", "whose"} and words and words[-1] != ",":
            yield Restriction(other.words, other.own)


def _stretch(words: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for word in words:
        if not word[0].isalnum() or word in _ends():
            break
        found.append(word)
    return tuple(found)


@cache
def _lists() -> dict[str, list[str]]:
    return read_data("negation", dict[str, dict[str, list[str]]])["words"]


@cache
def _restricted() -> frozenset[str]:
    return frozenset(_lists()["restricted"])


@cache
def _restricting() -> frozenset[str]:
    return frozenset(_lists()["restricting"])


@cache
def _ends() -> frozenset[str]:
    return frozenset(_lists()["scope_end"])
