"""What a quantity belongs to: how often and by which route it is given, and the words around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from itertools import pairwise

from consilia.gates.figures.comparators import without_comparator
from consilia.gates.figures.quantities import MASK, Quantity
from consilia.gates.figures.rates import Rate, routes_in
from consilia.gates.figures.reading import Reading, read
from consilia.gates.figures.vocabulary import vocabulary
from consilia.terms import STOP_WORDS, stem, words

_BORDER = re.compile(
    r"[,;:)\]]|\b(?:and|or|versus|vs|but|while|whereas|although|against|than|compared (?:with"
    r"|to)|respectively)\b|\. "
)
_FAR = re.compile(r"[;:]|\. |\bthen\b")
_BRACKET = re.compile(r" ?(?:[a-z]+ )?\(")
_SHARE = re.compile(r" (?:in|of|out of|per)(?: the| an?| every| each| all)? ")
_REACH = 8
"""Words between a quantity and how often it is given."""
_TIMES = frozenset({"second", "month", "night", "level of confidence", "p", "ci", "iqr"})
_KEPT = frozenset({"before", "after", "without", "non", "no", "not", "other"})
"""Stop words that tell one group of patients, or one moment, from another."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A quantity with what the text around it ties to it."""

    quantity: Quantity
    rates: tuple[Rate, ...]
    routes: frozenset[str]
    words: frozenset[str]
    """Stems of the words next to it, up to the next border or quantity on either side."""

    @property
    def rate_keys(self) -> frozenset[tuple[Fraction, Fraction, str, str]]:
        """How often, in a form that equals what is the same."""
        return frozenset(rate.key for rate in self.rates)

    @property
    def dimension(self) -> str:
        """Its unit, or the one it takes over; quantities of other dimensions are not confused."""
        return self.quantity.unit or self.quantity.implied


@dataclass(frozen=True, slots=True)
class Figures:
    """A text with its quantities bound, and the rates that are bound to none."""

    reading: Reading
    bound: tuple[Bound, ...]
    free_rates: tuple[Rate, ...]


@lru_cache(maxsize=4_000)
def figures_of(text: str) -> Figures:
    """Return the figures of a text, each with what belongs to it.

    >>> [dose] = figures_of("Give 5 mg by mouth three times daily.").bound
    >>> sorted(dose.routes), [rate.text for rate in dose.rates]
    (['oral'], ['3 times daily'])
    """
    reading = read(text)
    hosts = {rate: _host(rate, reading) for rate in reading.rates}
    bound = tuple(
        Bound(
            quantity,
            tuple(rate for rate, host in hosts.items() if host is quantity),
            window.routes,
            _stems(*window.own, window.before) | window.routes | _signs(quantity, reading),
        )
        for quantity, window in zip(reading.quantities, _windows(reading), strict=True)
    )
    return Figures(reading, bound, tuple(rate for rate, host in hosts.items() if host is None))


def _host(rate: Rate, reading: Reading) -> Quantity | None:
    """The quantity that a rate tells how often of: the last before it, else the first behind."""
    for quantity in reversed(reading.quantities):
        if quantity.end <= rate.start and quantity.unit not in _TIMES:
            return (
                quantity
                if _is_near(reading.masked[quantity.end : rate.start])
                else _next(rate, reading)
            )
    return _next(rate, reading)


def _next(rate: Rate, reading: Reading) -> Quantity | None:
    for quantity in reading.quantities:
        if quantity.start >= rate.end and quantity.unit not in _TIMES:
            gap = reading.masked[rate.end : quantity.start]
            return quantity if _is_near(gap) and "," not in gap and " and " not in gap else None
    return None


def _is_near(gap: str) -> bool:
    return len(gap.replace(MASK, " ").split()) <= _REACH and not _FAR.search(gap)


@dataclass(frozen=True, slots=True)
class _Window:
    own: tuple[str, str]
    """The text in front and behind, up to the next border or quantity."""
    before: str = ""
    """Where nothing stands in front: what stands before the value of this kind before it."""

    @property
    def routes(self) -> frozenset[str]:
        """The routes named in front, else behind."""
        return routes_in(self.own[0]) or routes_in(self.own[1])


def _windows(reading: Reading) -> list[_Window]:
    text = reading.text
    for rate in reading.rates:
        text = text[: rate.start] + " " * (rate.end - rate.start) + text[rate.end :]
    quantities = reading.quantities
    ends = [0, *(quantity.end for quantity in quantities)]
    starts = [*(quantity.start for quantity in quantities[1:]), len(text)]
    windows: list[_Window] = []
    last: dict[str, str] = {}
    for quantity, begin, end in zip(quantities, ends, starts, strict=False):
        left = without_comparator(text[begin : quantity.start]).removesuffix("(")
        left = _BORDER.split(left)[-1].strip(" (~")
        left = left if _stems(left) else ""
        right = _BORDER.split(re.sub(r"^ ?[)\]]", "", text[quantity.end : end]))[0]
        kind = quantity.unit or quantity.implied
        windows.append(_Window((left, right), "" if left else last.get(kind, "")))
        last[kind] = left or last.get(kind, "")
    return _paired(windows, quantities, text)


def _paired(windows: list[_Window], quantities: Sequence[Quantity], text: str) -> list[_Window]:
    """Two values of one thing belong to the same words: "14 (31%) had …", "3 of the 45 …"."""
    for at in range(len(windows) - 1):
        gap = text[quantities[at].end : quantities[at + 1].start]
        alike = quantities[at].unit == quantities[at + 1].unit
        if (_BRACKET if not alike else _SHARE).fullmatch(gap):
            left, right = windows[at].own[0], windows[at + 1].own[1]
            windows[at] = _Window((left, f"{windows[at].own[1]} {right}"), windows[at].before)
            windows[at + 1] = _Window(
                (f"{left} {windows[at + 1].own[0]}", right), windows[at].before
            )
    return windows


def _signs(quantity: Quantity, reading: Reading) -> frozenset[str]:
    """What tells values apart besides words: the start of a change, the figure next to it."""
    found: set[str] = {"<from"} if quantity.role == "from" else set()
    at = reading.quantities.index(quantity)
    if at and reading.quantities[at - 1].role == "from":
        found.add("<to")
    for one, other in pairwise(reading.quantities[max(0, at - 1) : at + 2]):
        gap = reading.masked[one.end : other.start]
        if one.unit != other.unit and not _BORDER.search(gap):
            beside = other if one is quantity else one
            found.add(f"<{beside.low:.6g} {beside.high:.6g} {beside.unit}")
    return frozenset(found)


@cache
def _general() -> frozenset[str]:
    general = ("dose", "dosage", "doses", "dosing", "give", "given", "take", "taken", "year", "age")
    return frozenset(stem(noun) for noun in (*vocabulary().alike[0], *general))


def _stems(*texts: str) -> frozenset[str]:
    found = {
        stem(word)
        for text in texts
        for word in words(text)
        if not word[0].isdigit() and (word not in STOP_WORDS or word in _KEPT)
    }
    return frozenset(found - _general())
