"""Ages that a text states, as spans of years."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consilia.populations import LIMITS

OLDEST = 130.0
_PER_YEAR = {"y": 1, "m": 12, "w": 52, "d": 365}
_UNIT = r"(years?|yrs?|yo\b|y/o\b|months?|weeks?|days?)"
_NUMBER = r"(\d{1,3}(?:\.\d)?)"
_OF_AGE = r"(?:[\s-]*(?:olds?\b|of age\b))"
_WHOM = r"(?:adults?|people|patients?|children|men|women|individuals|participants|those|persons)"
_LESS = r"(?:under|below|younger than|less than|up to|at most|before)"
_MORE = r"(?:over|above|older than|more than|at least|from|after)"
_MARKED = rf"(?:\bage[sd]?\s+(?:of\s+)?|\b{_WHOM}\s+(?:who are\s+)?(?=(?:{_LESS}|{_MORE})\b))"
_RANGE = re.compile(
    rf"{_MARKED}?(?:between\s+)?\b{_NUMBER}\s*(?:-|\u2013|to|and)\s*{_NUMBER}[\s-]*{_UNIT}?({_OF_AGE})?"
)
_BOUND = re.compile(
    rf"({_MARKED})?\b({_LESS}|{_MORE})\s+(?:the\s+)?(age\s+(?:of\s+)?)?{_NUMBER}[\s-]*{_UNIT}?"
    rf"({_OF_AGE})?"
)
_AT = re.compile(
    rf"({_MARKED})?\b{_NUMBER}[\s-]*{_UNIT}?({_OF_AGE})?"
    r"(\s*(?:and|or)\s*(?:over|older|above)|\s*(?:and|or)\s*(?:under|younger))?"
)


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages from `low` to `high`, in years."""

    low: float
    high: float
    start: int
    end: int
    """Where the text states them: `[start, end)`."""

    @property
    def groups(self) -> frozenset[str]:
        """The groups of `consilia.populations` that these ages touch."""
        found, floor = set(), 0.0
        for limit, group in LIMITS:
            if self.low < limit and self.high >= floor:
                found.add(group)
            floor = limit
        return frozenset(found)


def ages_in(text: str) -> Iterator[Ages]:
    """Yield the ages that a text states of people; durations are none.

    >>> [(a.low, a.high) for a in ages_in("children aged 3 to 11 years, for 6 months")]
    [(3.0, 11.0)]
    """
    folded = text.casefold()
    taken: set[int] = set()
    for pattern, read in ((_RANGE, _range), (_BOUND, _bound), (_AT, _at)):
        for match in pattern.finditer(folded):
            ages = read(match)
            covered = set(range(*match.span()))
            if ages and not covered & taken:
                taken |= covered
                yield ages


def _range(match: re.Match[str]) -> Ages | None:
    low, high, unit, of_age = match.groups()
    if not of_age and not match[0].startswith("age"):
        return None
    scale = _scale(unit)
    return Ages(float(low) / scale, float(high) / scale, *match.span())


def _bound(match: re.Match[str]) -> Ages | None:
    marked, word, age, number, unit, of_age = match.groups()
    if not (marked or age or of_age):
        return None
    limit = float(number) / _scale(unit)
    if re.match(_LESS, word):
        # "Under 16" ends short of 16, "up to 16" does not.
        return Ages(0.0, limit if word in {"up to", "at most"} else limit - 0.01, *match.span())
    return Ages(limit, OLDEST, *match.span())


def _at(match: re.Match[str]) -> Ages | None:
    marked, number, unit, of_age, beyond = match.groups()
    if not (marked or of_age or (beyond and unit and unit[0] == "y")):
        return None
    age = float(number) / _scale(unit)
    if beyond:
        older = re.search(r"over|older|above", beyond)
        return Ages(age, OLDEST, *match.span()) if older else Ages(0.0, age, *match.span())
    return Ages(age, age, *match.span())


def _scale(unit: str | None) -> int:
    return _PER_YEAR[unit[0]] if unit else 1
