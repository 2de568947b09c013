"""Names of a span that a claim has in each other's place: "A is better than B"."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from consilia.gates.evidence import Failure
from consilia.gates.naming import Name
from consilia.gates.sources import Claimed, Source, around, kind
from consilia.glossary import Glossary

_BETWEEN = frozenset({"a", "an", "and", "of", "or", "plus", "the", "then", "with"})
"""Words between the members of a list."""
_BESIDE = frozenset({"substance", None})
_BY = frozenset({"by", "with", "under", "from"})
_BE = frozenset({"be", "been", "is", "are", "was", "were", "fall", "falls", "rise", "rises"})


def exchanged(claim: Claimed, sources: Sequence[Source]) -> Iterator[Failure]:
    """Yield names that a claim has where its spans have another one of theirs.

    Args:
        claim: As read.
        sources: What it cites; a span that has the names as the claim has them settles it.

    Yields:
        A failure for each name between the very words that the span has another name between, and
        for the first pair of names that fits a span better in each other's place.
    """
    for name in claim.names:
        found = [_instead(name, claim, source) for source in sources]
        others = [other.surface for other in found if other is not None and other != name]
        if others and name not in found:
            yield Failure(
                "entities",
                name.surface,
                others[0],
                f"in its place the span speaks of {others[0]}, not of {name.surface}",
            )
    counts = Counter(name.token for name in claim.names)
    # A gene or a salt stands beside a drug, not in its place.
    single = [n for n in claim.names if n.type not in _BESIDE and counts[n.token] == 1]
    for one, other in combinations(single, 2):
        if kind(one) == kind(other) and _out_of_order(one, other, claim, sources):
            yield Failure(
                "entities",
                f"{one.surface} \u2026 {other.surface}",
                f"{other.surface} \u2026 {one.surface}",
                f"{one.surface} and {other.surface} have changed places",
            )
            return


def _instead(name: Name, claim: Claimed, source: Source) -> Name | None:
    """Return what a span has between the words around a name: it, another one, or nothing."""
    place = around(claim.words, name)
    own = [n for n in source.names if n.token == name.token]
    if name.type is None or len(own) != 1:
        return None
    if around(source.quote.words, own[0]) == place:
        return name
    for other in source.names:
        here = around(source.quote.words, other) == place and kind(other) == kind(name)
        if here and not _listed((name.token, other.token), source):
            return other
    return None


def _out_of_order(one: Name, other: Name, claim: Claimed, sources: Sequence[Source]) -> bool:
    verdicts = [_changed_places(one, other, claim, source) for source in sources]
    return True in verdicts and False not in verdicts


def _changed_places(one: Name, other: Name, claim: Claimed, source: Source) -> bool | None:
    """Tell whether two names have changed places; None when a span does not settle it."""
    quote = _sequence(source.quote.words, claim.glossary)
    pair = (one.token, other.token)
    if any(quote.count(token) != 1 for token in pair) or _listed(pair, source):
        return None
    first, last = _in_quote(pair, source)
    if _turned(claim.words, one, other) != _turned(source.quote.words, first, last):
        return first.token == one.token
    told = _sequence(claim.words, claim.glossary)
    exchange = {one.token: other.token, other.token: one.token}
    other_way = [exchange.get(token, token) for token in told]
    return _likeness(other_way, quote) > _likeness(told, quote)


def _in_quote(pair: tuple[str, str], source: Source) -> tuple[Name, Name]:
    """Return two names as they stand in the quote, in order."""
    found = sorted((n for n in source.names if n.token in pair), key=lambda name: name.start)
    return found[0], found[-1]


def _turned(found: Sequence[str], first: Name, last: Name) -> bool:
    """Tell whether the second of two names does something to the first: "is raised by"."""
    between = set(found[first.end : last.start])
    return (bool(between & _BY) and bool(between & _BE)) or "due" in between


def _sequence(found: Sequence[str], glossary: Glossary) -> list[str]:
    return [token.name for token in glossary.read(" ".join(found))]


def _likeness(claim: Sequence[str], quote: Sequence[str]) -> int:
    """Return how much of a claim stands in a quote in the same order, long stretches first."""
    blocks = SequenceMatcher(None, claim, quote, autojunk=False).get_matching_blocks()
    return sum(block.size**2 for block in blocks)


def _listed(pair: tuple[str, str], source: Source) -> bool:
    """Tell whether two names are members of one list, where the order says nothing."""
    first, last = _in_quote(pair, source)
    named = {at for name in source.names for at in range(name.start, name.end)}
    between = range(first.end, last.start)
    return all(at in named or source.quote.words[at] in _BETWEEN for at in between)
