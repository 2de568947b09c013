"""All figures of a text, read once: quantities, rates, marks and routes."""

from dataclasses import dataclass
from functools import lru_cache

from consilia.gates.figures.marks import Mark, keys_of, marks_in
from consilia.gates.figures.plain import plain
from consilia.gates.figures.quantities import MASK, Quantity, quantities_in
from consilia.gates.figures.rates import Rate, rates_in, routes_in


@dataclass(frozen=True, slots=True)
class Reading:
    """What `read` finds in a text."""

    text: str
    """With its figures in digits; offsets count into it."""
    masked: str
    """The same without marks and rates."""
    quantities: tuple[Quantity, ...]
    rates: tuple[Rate, ...]
    marks: tuple[Mark, ...]
    keys: frozenset[str]
    """What the marks answer to."""
    routes: frozenset[str]


@lru_cache(maxsize=4_000)
def read(text: str) -> Reading:
    """Return the figures of a text.

    >>> found = read("Give 2.4 g three times daily in phase 3.")
    >>> len(found.quantities), len(found.rates), sorted(found.keys)
    (1, 1, ['phase 3'])
    """
    figures = plain(text)
    rates = rates_in(figures)
    masked = figures
    for rate in rates:
        masked = _mask(masked, rate.start, rate.end)
    marks, keys = marks_in(masked), keys_of(masked)
    for mark in marks:
        masked = _mask(masked, mark.start, mark.end)
    return Reading(figures, masked, quantities_in(masked), rates, marks, keys, routes_in(figures))


def _mask(text: str, start: int, end: int) -> str:
    return text[:start] + MASK * (end - start) + text[end:]
