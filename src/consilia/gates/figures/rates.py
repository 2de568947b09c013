"""How often something is given or happens: twice daily, every 8 hours, per dose, at night."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from consilia.gates.figures.comparators import beside
from consilia.gates.figures.vocabulary import any_of, vocabulary

_DAYS = {
    "hour": Fraction(1, 24),
    "day": Fraction(1),
    "week": Fraction(7),
    "fortnight": Fraction(14),
}
_MONTHS = {"month": Fraction(1), "quarter": Fraction(3), "year": Fraction(12)}
_ADVERBS = {
    "hourly": "hour", "daily": "day", "nightly": "night", "weekly": "week",
    "fortnightly": "fortnight", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annually": "year", "annual": "year",
}  # fmt: skip
_LATIN = {"qd": 1, "od": 1, "bd": 2, "bid": 2, "td": 3, "tid": 3, "tds": 3, "qid": 4, "qds": 4}
_PERIOD = r"(?:hour|day|night|week|fortnight|month|year|morning|evening)"
_MOMENT = (
    r"(?:minute|hr|h|wk|dose|session|injection|administration|infusion|treatment|cycle|visit"
    r"|tablet|capsule|puff)"
)
_N = r"(\d+(?:\.\d+)?)(?:(?: to |-| or )(\d+(?:\.\d+)?))?"
_TIMES = re.compile(
    rf"\b{_N}[ -]?(?:times?|x|doses?)[ -]?(?:(?:an?|per|each|every|in an?|/|in 1) ?({_PERIOD})s?"
    rf"|({any_of(_ADVERBS)}))\b|\b{_N} ?(?:x|times?)?/({_PERIOD})\b"
)
_EVERY = re.compile(
    rf"\b(?:every|per|at intervals of|at(?= [\d.]+[ -]\w+ intervals)|each(?! [\d.]+-)) {_N}[ -]?"
    rf"({_PERIOD}|h|hr|d|wk|mo)s?(?: intervals?)?\b(?!ly)"
)
_HOURLY = re.compile(
    rf"\b{_N}[ -]({any_of(_ADVERBS)})\b|\bq\.? ?{_N} ?(h|hr|d|day|hour|wk|week)s?\b"
)
_OTHER = re.compile(
    rf"\b(?:every|each) (?:other|2th|alternate) ({_PERIOD})\b|\b(?:on )?alternate ({_PERIOD})s?\b"
)
_SINGLE = re.compile(
    rf"(?:(?<=[\d\w%]) ?/ ?|\b(?:per|each|every) )({_PERIOD}|{_MOMENT})\b(?! (?:of|by|1)\b)"
    rf"|\ba ({_PERIOD})\b(?! of\b)"
)
_ADVERB = re.compile(rf"\b({any_of(_ADVERBS)})\b")
_SHORT = re.compile(
    r"(?<=[\w.%)] )(q\.?i\.?d|t\.?i\.?d|b\.?i\.?d|qds|tds|q\.d|qd|bd|od|o\.d|b\.d|t\.d\.s"
    r"|q\.d\.s)\b\.?"
)
_NIGHT = re.compile(
    r"\b(?:at (?:night|bedtime)|(?:before|at) bed(?:time)?|nocte|qhs|q\.?h\.?s|in the (morning"
    r"|evening)|mane|qam)\b"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often, as the shortest and the longest gap between two times."""

    start: int
    end: int
    text: str
    low: Fraction
    high: Fraction
    of: str
    """What the gap is counted in: day, month, night, dose, …"""
    counted: bool = False
    """Whether the text says "once" or "twice", where "daily" may stand for a day's total."""

    sign: str = ""
    """The comparator beside it: "up to" of "up to twice daily"; empty when there is none."""

    @property
    def key(self) -> tuple[Fraction, Fraction, str, str]:
        """Equal for rates that are the same: every 8 hours and three times a day."""
        return (self.low, self.high, self.of, self.sign)


def rates_in(text: str) -> tuple[Rate, ...]:
    """Return the rates of a text that `plain` has read, in order, without overlap.

    >>> first, second = rates_in("50 mg 2 times daily, then 80 mg every 12 hours")
    >>> first.key == second.key
    True
    """
    found: list[Rate] = []
    for readings in (_counted(text), _spaced(text), _plain(text), _latin(text)):
        for rate in readings:
            if all(rate.end <= other.start or rate.start >= other.end for other in found):
                sign = beside(text[: rate.start], text[rate.end :])
                found.append(replace(rate, sign=sign))
    return tuple(sorted(found, key=lambda rate: rate.start))


def _rate(
    match: re.Match[str], gap: tuple[Fraction, Fraction], period: str, *, counted: bool = False
) -> Rate:
    period = {"h": "hour", "hr": "hour", "d": "day", "wk": "week", "mo": "month"}.get(
        period, period
    )
    if period in _DAYS:
        size, of = _DAYS[period], "day"
    elif period in _MONTHS:
        size, of = _MONTHS[period], "month"
    else:
        size, of = Fraction(1), period
    low, high = sorted(gap)
    return Rate(match.start(), match.end(), match[0].strip(), low * size, high * size, of, counted)


def _counted(text: str) -> Iterator[Rate]:
    for match in _TIMES.finditer(text):
        low, high, period, adverb, low2, high2, period2 = match.groups()
        first = Fraction(low or low2)
        second = Fraction(high or high2 or first)
        if first and second:
            name = period or period2 or _ADVERBS[adverb]
            yield _rate(match, (1 / first, 1 / second), name, counted=True)


def _spaced(text: str) -> Iterator[Rate]:
    for match in _EVERY.finditer(text):
        low, high, period = match.groups()
        yield _rate(match, (Fraction(low), Fraction(high or low)), period)
    for match in _HOURLY.finditer(text):
        low, high, adverb, low2, high2, period = match.groups()
        low, high = low or low2, high or high2
        yield _rate(match, (Fraction(low), Fraction(high or low)), period or _ADVERBS[adverb])
    for match in _OTHER.finditer(text):
        yield _rate(match, (Fraction(2), Fraction(2)), match[1] or match[2])


def _plain(text: str) -> Iterator[Rate]:
    once = (Fraction(1), Fraction(1))
    for match in _NIGHT.finditer(text):
        morning = match[0] in {"mane", "qam"}
        yield _rate(match, once, match[1] or ("morning" if morning else "night"))
    for match in _SINGLE.finditer(text):
        by_clock = match[1] in {"minute", "hour", "hr", "h"}
        if not by_clock or match[0].startswith("every"):
            yield _rate(match, once, match[1] or match[2])
    for match in _ADVERB.finditer(text):
        yield _rate(match, once, _ADVERBS[match[1]])


def _latin(text: str) -> Iterator[Rate]:
    for match in _SHORT.finditer(text):
        gap = Fraction(1, _LATIN[match[1].replace(".", "")])
        yield _rate(match, (gap, gap), "day", counted=True)


@cache
def _route_patterns() -> dict[str, re.Pattern[str]]:
    # Roman numerals are no route: class IV, stage IV, cranial nerve IV.
    guard = r"(?<!class )(?<!stage )(?<!grade )(?<!type )(?<!phase )(?<!level )(?<!nerve )"
    return {
        route: re.compile(rf"{guard}(?<![\w.]){any_of(patterns)}(?!\w)")
        for route, patterns in vocabulary().routes.items()
    }


def routes_in(text: str) -> frozenset[str]:
    """Return the routes of administration that a text names.

    >>> sorted(routes_in("give 2 g i.v., then 105 mg by mouth"))
    ['intravenous', 'oral']
    """
    return frozenset(route for route, pattern in _route_patterns().items() if pattern.search(text))
