"""Every figure of a claim stands in a cited span: value, comparator, unit, how often, whose."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from consilia.gates.ceilings import lost_ceiling, lost_rate
from consilia.gates.evidence import Evidence, Failure
from consilia.gates.figures.binding import Bound, Figures, figures_of
from consilia.gates.figures.marks import keys_of
from consilia.gates.figures.plain import plain
from consilia.gates.figures.quantities import Quantity, noun_after
from consilia.gates.figures.rates import Rate, routes_in

_PRECISION = 1e-6
_WITHIN = frozenset({"within", "\u2264"})
_ABOVE = frozenset({"=", ">"})
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_LETTERS = re.compile(r"^[^\W\d_]+(?=\d)|(?<=^\d)[^\W\d_]{2,}")
_ORDER = re.compile(r"\d+th")
_SINGLE = frozenset({"a", "an", "single", "sole", "only"})


@dataclass(frozen=True, slots=True)
class _Match:
    """A quantity of a span that a quantity of the claim may be."""

    span: int
    bound: Bound
    """Of the span."""


def failures(claim: str, evidence: Sequence[Evidence]) -> tuple[Failure, ...]:
    """Return the figures of a claim that its spans do not carry.

    A value has to occur in one span with its comparator, unit, what it counts, how often and by
    which route, and beside the same words as far as other values compete for them. Names, dates,
    phases and routes may also stand in the title and headings.

    Args:
        claim: One sentence.
        evidence: The spans it cites.

    Returns:
        One failure per figure, in the order of the claim; empty when the spans carry all.

    >>> [failed] = failures("Give 50 mg daily.", [Evidence("Give 50 mg twice daily.")])
    >>> failed.claimed, failed.found
    ('50 mg daily', '50 mg 2 times daily')
    """
    if _is_verbatim(claim, evidence):
        return ()
    told = figures_of(claim)
    spans = [figures_of(item.quote) for item in evidence]
    context = " . ".join(text for item in evidence for text in (item.title, *item.headings))
    found = [_matches(bound, spans) for bound in told.bound]
    unbound = {
        n
        for n, (bound, all_) in enumerate(zip(told.bound, found, strict=True))
        if not all_ and not _stands_in_context(bound, context, evidence)
    }
    return (
        *(_unmatched(told.bound[n], spans) for n in sorted(unbound)),
        *_misplaced(told, spans, found),
        *_limits(told, spans, found),
        *_rates(told, spans, context),
        *_marks(told, spans, context),
        *_unread(told, spans, context),
        *_routes(told, spans, context),
    )


def _is_verbatim(claim: str, evidence: Sequence[Evidence]) -> bool:
    """Tell whether the claim is nothing but the quotes."""
    rest = " ".join(claim.split())
    for item in evidence:
        rest = rest.replace(" ".join(item.quote.split()), " ")
    return not rest.strip(" .;,")


def _matches(bound: Bound, spans: Sequence[Figures]) -> list[_Match]:
    return [
        _Match(n, candidate)
        for n, span in enumerate(spans)
        for candidate in span.bound
        if _is_same(bound, candidate) and _carries(bound, candidate, span)
    ]


def _is_same(claimed: Bound, found: Bound) -> bool:
    return _same_value(claimed.quantity, found.quantity) and _same_use(claimed, found)


def _same_value(claimed: Quantity, found: Quantity) -> bool:
    """Tell whether two quantities are equal in value and unit."""
    if claimed.unit == found.unit:
        return _close(claimed, found, 1.0, 1.0)
    if not found.unit and found.implied == claimed.unit:
        return _close(claimed, found, 1.0, found.factor)
    return (
        not claimed.unit
        and claimed.implied == found.unit
        and _close(claimed, found, claimed.factor, 1.0)
    )


def _close(one: Quantity, other: Quantity, factor: float, other_factor: float) -> bool:
    pairs = ((one.low, other.low), (one.high, other.high))
    return all(
        math.isclose(a * factor, b * other_factor, rel_tol=_PRECISION, abs_tol=1e-12)
        for a, b in pairs
    )


def _same_use(claimed: Bound, found: Bound) -> bool:
    """Tell whether comparator, role, counted noun and route allow the two to be one."""
    one, other = claimed.quantity, found.quantity
    nouns = not one.noun or not other.noun or one.noun & other.noun
    roles = (
        not one.role or not other.role or one.role == other.role or "from" in {one.role, other.role}
    )
    routes = not claimed.routes or not found.routes or claimed.routes & found.routes
    return bool(nouns and roles and routes and _same_comparator(one, other))


def _same_comparator(one: Quantity, other: Quantity) -> bool:
    both = one.comparators | other.comparators
    if one.comparators & other.comparators or both <= _WITHIN:
        return True
    # "Above 15 to 29" is how tables write the range 15 to 29.
    return one.low != one.high and both <= _ABOVE


def _carries(claimed: Bound, found: Bound, span: Figures) -> bool:
    """Tell whether the span gives the found quantity as often as the claim does."""
    for rate in claimed.rates:
        own = found.rates or span.free_rates
        same = [other for other in own if other.key == rate.key]
        if not same or (rate.counted and not any(o.counted for o in same) and _is_divided(span)):
            return False
    return True


def _is_divided(span: Figures) -> bool:
    """Tell whether a daily amount is given in parts: then it is not given once daily."""
    doses = (q for q in span.reading.quantities if {"dose", "divid"} & q.noun or "tablet" in q.noun)
    return "divided" in span.reading.text or any(q.low > 1 for q in doses)


def _stands_in_context(bound: Bound, context: str, evidence: Sequence[Evidence]) -> bool:
    """Tell whether title, headings or population carry an age, a limit of a heading or "one"."""
    quantity = bound.quantity
    if not bound.dimension and quantity.low == quantity.high == 1 and quantity.noun:
        return any(_is_one(quantity, item.quote) for item in evidence)
    headings = " . ".join(heading for item in evidence for heading in item.headings)
    told = headings if quantity.comparators != {"="} or quantity.low != quantity.high else ""
    if quantity.role == "age":
        told = " . ".join([context, *(item.population.text for item in evidence)])
    return any(_is_same(bound, other) for other in figures_of(told).bound)


def _is_one(quantity: Quantity, quote: str) -> bool:
    """Tell whether a text has "a" or "single" where the claim has "one"."""
    one = plain(quote).split()

    return any(
        word in _SINGLE and noun_after(" ".join(one[at + 1 : at + 6])) & quantity.noun
        for at, word in enumerate(one)
    )


def _unmatched(claimed: Bound, spans: Sequence[Figures]) -> Failure:
    """Say which quantity of the spans comes nearest, and what is different."""
    others = [other for span in spans for other in span.bound]
    same = [other for other in others if _same_value(claimed.quantity, other.quantity)]
    alike = [other for other in others if other.dimension == claimed.dimension]
    number = [
        other
        for other in others
        if other.quantity.text.split()[:1] == claimed.quantity.text.split()[:1]
    ]
    if same:
        reason = _difference(claimed, same[0])
    elif number:
        reason = "The spans have this number with another unit."
    else:
        reason = "No cited span states this value."
    nearest = next(iter(same or number or alike), None)
    return Failure("numbers", _told(claimed), _told(nearest) if nearest else "", reason)


def _difference(claimed: Bound, found: Bound) -> str:
    if not _same_comparator(claimed.quantity, found.quantity):
        return "The spans compare this value in another way."
    if not _same_use(claimed, found):
        return "In the spans this value is of something else."
    return "The spans give this amount another number of times."


def _told(bound: Bound) -> str:
    signs = "".join(sorted(bound.quantity.comparators - {"="}))
    rates = " ".join(rate.text for rate in bound.rates)
    return " ".join(part for part in (signs, bound.quantity.text, rates) if part)


def _misplaced(told: Figures, spans: Sequence[Figures], found: list[list[_Match]]) -> list[Failure]:
    """The values that the spans give to something else: two arms swapped, another row's value."""
    kept = [
        [m for m in all_ if not _is_outdone(bound, m, spans[m.span])]
        for bound, all_ in zip(told.bound, found, strict=True)
    ]
    wrong = [n for n, all_ in enumerate(found) if all_ and not kept[n]]
    for n, m in pairwise(range(len(told.bound))):
        if kept[n] and kept[m] and _are_swapped((told.bound[n], told.bound[m]), kept[n], kept[m]):
            wrong.append(m)
    return [
        Failure(
            "numbers",
            _told(told.bound[n]),
            _told(told.bound[n]),
            "The spans give this value to something else.",
        )
        for n in sorted(set(wrong))
    ]


def _limits(
    told: Figures, spans: Sequence[Figures], found: list[list[_Match]]
) -> Iterator[Failure]:
    """What the spans say of a dose that the claim leaves out: how often, and at most."""
    for bound, matches in zip(told.bound, found, strict=True):
        rate = lost_rate(bound, [m.bound for m in matches]) if not told.free_rates else None
        ceiling = lost_ceiling(bound, told, [(m.bound, spans[m.span]) for m in matches])
        yield from (failure for failure in (rate, ceiling) if failure)


def _is_outdone(claimed: Bound, match: _Match, span: Figures) -> bool:
    """Tell whether the claim's words stand beside another value of the span instead."""
    if claimed.quantity.role == "from" or "<to" in claimed.words:
        claimed_words = claimed.words & {"<from", "<to"}
    else:
        claimed_words = claimed.words
    for rival in span.bound:
        if rival.dimension != match.bound.dimension or _same_value(
            rival.quantity, match.bound.quantity
        ):
            continue
        theirs = claimed_words & (rival.words - match.bound.words)
        ours = claimed_words & (match.bound.words - rival.words)
        if len(theirs) > len(ours):
            return True
    return False


def _are_swapped(
    claimed: tuple[Bound, Bound], first: Sequence[_Match], second: Sequence[_Match]
) -> bool:
    """Tell whether two values of one kind stand in the other order and no word tells them apart."""
    one, other = claimed
    if one.dimension != other.dimension or _same_value(one.quantity, other.quantity):
        return False
    together = [(a.bound, b.bound) for a, b in product(first, second) if a.span == b.span]
    return bool(together) and not any(
        a.quantity.start < b.quantity.start
        or one.words & (a.words - b.words)
        or other.words & (b.words - a.words)
        or one.quantity.noun & (a.quantity.noun - b.quantity.noun)
        or other.quantity.noun & (b.quantity.noun - a.quantity.noun)
        or not _could_trade(claimed, (a, b))
        for a, b in together
    )


def _could_trade(claimed: tuple[Bound, Bound], found: tuple[Bound, Bound]) -> bool:
    """Tell whether each would also pass for the other: then only the order tells them apart."""
    one, other = claimed
    return all(
        _same_use(c, f) and (not c.rates or c.rate_keys <= f.rate_keys)
        for c, f in ((one, found[1]), (other, found[0]))
    )


def _rates(told: Figures, spans: Sequence[Figures], context: str) -> list[Failure]:
    every: list[Rate] = [rate for span in spans for rate in span.reading.rates]
    every.extend(figures_of(context).reading.rates)
    keys = {rate.key for rate in every}
    nearest = every[0].text if every else ""
    return [
        Failure("numbers", rate.text, nearest, "No cited span says this often.")
        for rate in told.free_rates
        if rate.key not in keys
    ]


def _marks(told: Figures, spans: Sequence[Figures], context: str) -> list[Failure]:
    keys = frozenset[str]().union(keys_of(plain(context)), *(span.reading.keys for span in spans))
    values = {q.text for span in spans for q in span.reading.quantities if not q.unit}
    return [
        Failure(
            "numbers", mark.text, "", "No cited span, title or heading has this name, date or rank."
        )
        for mark in told.reading.marks
        if mark.key not in keys and mark.key not in values and not _is_other_name(mark.key, keys)
    ]


def _is_other_name(key: str, keys: frozenset[str]) -> bool:
    """Tell whether a name is unlike all of the spans: a synonym or a wrong name, no wrong digit.

    Which of the two it is, is for the gate of the entities to say.
    """
    letters = _LETTERS.search(key)
    if not letters or _ORDER.fullmatch(key):
        return False
    others = (_LETTERS.search(known) for known in keys)
    return not any(other and other[0] == letters[0] for other in others)


def _unread(told: Figures, spans: Sequence[Figures], context: str) -> list[Failure]:
    """Digits that are read as no quantity, name or rate have to stand in the spans as they are."""
    reading = told.reading
    parts = [(q.start, q.end) for q in reading.quantities]
    parts += [(mark.start, mark.end) for mark in reading.marks]
    parts += [(rate.start, rate.end) for rate in reading.rates]
    every = {n for start, end in parts for n in range(start, end)}
    known = {
        n
        for text in (plain(context), *(s.reading.text for s in spans))
        for n in _DIGITS.findall(text)
    }
    return [
        Failure("numbers", found[0], "", "No cited span has this number.")
        for found in _DIGITS.finditer(reading.text)
        if found.start() not in every and found[0] not in known
    ]


def _routes(told: Figures, spans: Sequence[Figures], context: str) -> list[Failure]:
    routes = routes_in(plain(context)).union(*(span.reading.routes for span in spans))
    return [
        Failure("numbers", route, ", ".join(sorted(routes)), "No cited span names this route.")
        for route in sorted(told.reading.routes - routes)
    ]
