"""The quantities of a text: value or range, comparator, unit, and what the number counts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from consilia.gates.figures.comparators import comparators_of
from consilia.gates.figures.measures import (
    Measure,
    denominator_pattern,
    measure_of,
    unit_pattern,
)
from consilia.gates.figures.vocabulary import any_of, vocabulary
from consilia.terms import STOP_WORDS, stem, words

MASK = "\x00"
"""Stands in a text for what is no quantity: names, dates, rates."""
_VALUE = r"(?<![\w.])(?:(?<!\d )(?<![\w.)%\x00])-)?\d+(?:\.\d+)?(?![\d.]*\d)"
_RANGE = re.compile(r" ?(?:-|to|through|\u2013|\.\.\.?) ?(?:about |around |~)?")
_BETWEEN = re.compile(r"\b(?:between|range of) (?:about )?$")
_CHANGE = re.compile(
    r"\b(?:rose|rise[sn]?|rising|raise[sd]?|raising|increas\w+|fell|falls?|fall(?:en|ing)|cut"
    r"|cuts|drop\w*|reduc\w+|declin\w+"
    r"|improv\w+|lower\w*|decreas\w+|went|chang\w+|grew|shorten\w*|lengthen\w*|shrank"
    r"|extend\w*|worsen\w*|climb\w*|halv\w+)"
    r"\b[^.;:]{0,80}\bfrom (?:about |a mean of |a median of )?$"
)
_PEOPLE = (
    r"(?:adults?|people|patients|persons|individuals|children|women|men|boys|girls|anyone"
    r"|those|infants|males|females"
    r"|participants|adolescents|volunteers|subjects|teenagers|someone)"
)
_AGE_BEFORE = re.compile(r"\b(?:age[ds]?)\b[^.;:,]{0,20}$")
_PEOPLE_BEFORE = re.compile(
    rf"\b{_PEOPLE} (?:who are )?(?:over|above|under|below|between|from|(?:older|younger|more"
    rf"|less) than|[\u2264\u2265<>]) ?$"
)
_AGE_AFTER = re.compile(r"[ -]?(?:old(?:er)?\b|of age\b)| (?:or|and) (?:older|younger)\b")
_AFTER = re.compile(r" (?:after|following|later|post\b|from the (?:start|last))")
_BEFORE = re.compile(r" (?:before|prior to|ago|earlier|previously|beforehand|preceding)\b")
_DURING = re.compile(
    r"\b(?:for|over|during|throughout|lasting|lasts?|lasted|course of|period of)(?: up to"
    r"| at least| about| the 1th| another| \w+ than| the| a| an)*(?: \d+ to)? ?$"
)
_LATER = re.compile(
    r"\b(?:after|following)(?: about| at least| the 1th| another| up to| more than)* ?$"
)
_ON = re.compile(r"\b(day|week|month|year|hour)s?[ -]$")
_LISTED = re.compile(r" ?(?:-|to|through|and|or|/|, and|, or) ?(?:about )?")
_LISTED_ON = re.compile(_LISTED.pattern + "|, ?")
_SAME_UNIT = re.compile(
    r"\b(?:and|or|versus|vs|than|compared (?:with|to))\b(?: \w+){0,3} ?$|\b(?:below|above) $"
    r"|^ ?[(/,] ?$"
)
_NOUN_END = re.compile(
    r"[^\w\s-]|\x00|\d|\b(?:and|or|versus|vs|with|without|of|in|on|at|to|from|for|by|per|were"
    r"|was|are|is|had|has|have|who|that"
    r"|which|than|as|when|after|before|if|while|but|did|could|may|might|should|will|would|can"
    r"|not|each|every|compared"
    r"|reported|showed|found|over|under|between|within|a|an|the|used|given|found|provides?"
    r"|contains?|worked|took)\b"
)
_LABEL_LINK = (
    r"(?: ?(?:=|:|of|was|is|were|from|range[sd]?|above|below|over|under|[<>\u2264\u2265~]"
    r"|about|,|\(|\[)){0,3} ?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value or range as a text states it."""

    start: int
    end: int
    text: str
    low: float
    """In the base units of its unit, as `high`; equal to it unless a range is stated."""
    high: float
    unit: str
    """Base units, or the name of a statistic (`hr`, `ci`, `p`); empty for a plain count."""
    comparators: frozenset[str]
    """Of `=`, `<`, `≤`, `>`, `≥`, `within`; more than one where the text can be read so."""
    noun: frozenset[str]
    """Stems of what a plain count counts; empty when the text leaves it open."""
    role: str
    """Of a time: `age`, `duration`, `after`, `before`, `on`; of a change: `from`, `to`."""
    implied: str
    """The unit that a number without one takes over from the quantity before it, or empty."""
    factor: float
    """What a written value is multiplied by to come to base units, implied ones too."""


@dataclass(frozen=True, slots=True)
class _Value:
    start: int
    end: int
    number: float
    unit: str


@cache
def _value_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<money>[$\u00a3\u20ac] ?)?(?P<number>{_VALUE})"
        rf"(?:(?: ?-?)(?P<unit>{unit_pattern()})"
        rf"|(?=[ -](?:[a-z][\w-]* ){{0,2}}?(?P<points>points?)\b))?"
        r"(?: per (?P<whole>\d+(?:\.0)?)(?![\w.]))?"
        rf"(?: ?(?:/|per ) ?(?P<per>{denominator_pattern()})(?![a-z0-9]))?"
    )


def _values(text: str) -> list[_Value]:
    found = []
    for match in _value_pattern().finditer(text):
        unit = match["unit"] or match["points"] or ""
        if match["money"]:
            unit = {"$": "dollar", "\u00a3": "gbp", "\u20ac": "euro"}[match["money"].strip()]
        if match["whole"]:
            unit = f"per {float(match['whole']):.15g}"
        elif match["per"]:
            unit = f"{unit or 'beats'}/{match['per']}"
        found.append(_Value(match.start(), match.end(), float(match["number"]), unit))
    return found


def _measure(unit: str) -> Measure:
    """The unit of a value; a share of a whole, as in "6 per million", is a unit of its own."""
    return Measure(1.0, unit) if unit.startswith("per ") else measure_of(unit)


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text that `plain` has read, in order.

    Args:
        text: With `MASK` in place of what is no quantity.

    Returns:
        The quantities, without overlap.

    >>> [found] = quantities_in("no more than 0.5 g")
    >>> found.low, found.unit, sorted(found.comparators)
    (0.5, 'gram', ['≤'])
    """
    values = _with_shared_units(_values(text), text)
    found: list[Quantity] = []
    at = 0
    while at < len(values):
        group = _group(values, at, text)
        at += len(group)
        found.append(_quantity(group, text, found))
    return tuple(found)


def _with_shared_units(values: Sequence[_Value], text: str) -> list[_Value]:
    """Give the unit behind a list or range to its members: "5 to 10 mg", "2, 4 and 6 weeks"."""
    shared = list(values)
    for at in range(len(shared) - 2, -1, -1):
        value, behind = shared[at], shared[at + 1]
        gap = text[value.end : behind.start]
        joiner = _LISTED if values[at + 1].unit else _LISTED_ON
        left = text[: value.start]
        if (
            not value.unit
            and not _ON.search(left[-7:])
            and not _label(left)
            and joiner.fullmatch(gap)
        ):
            shared[at] = _Value(value.start, value.end, value.number, behind.unit)
    return shared


def _group(values: Sequence[_Value], at: int, text: str) -> Sequence[_Value]:
    """One value, or the two that make a range."""
    if at + 1 == len(values):
        return values[at:]
    first, second = values[at], values[at + 1]
    gap, before = text[first.end : second.start], text[max(0, first.start - 100) : first.start]
    if first.unit and second.unit and _measure(first.unit).base != _measure(second.unit).base:
        return values[at : at + 1]
    joined = bool(_RANGE.fullmatch(gap)) and not _CHANGE.search(before)
    joined = joined or (gap == " and " and bool(_BETWEEN.search(before)))
    if re.fullmatch(r" ?[,;] ?", gap):
        joined = _is_interval(before, text[second.end :])
    return values[at : at + 2] if joined else values[at : at + 1]


def _is_interval(before: str, behind: str) -> bool:
    return bool(
        re.search(r"\bc\.?i\.?\b|interval|\biqr\b|range", before[-30:])
        and re.match(r" ?[)\]]|$", behind)
    )


def _quantity(group: Sequence[_Value], text: str, found: Sequence[Quantity]) -> Quantity:
    first, last = group[0], group[-1]
    previous = found[-1] if found else None
    left = text[previous.end if previous else 0 : first.start]
    right = text[last.end :]
    written = last.unit or first.unit
    unit, factor = _unit(written, left, right)
    first_factor = _measure(first.unit).factor if first.unit and first.unit != last.unit else factor
    role = _role(text, group, unit)
    implied = ""
    noun = frozenset[str]() if unit else noun_after(right)
    if not unit and not noun and previous and _SAME_UNIT.search(left):
        implied, factor = previous.unit or previous.implied, previous.factor
    worth = (first_factor, factor) if unit else (1.0, 1.0)
    bounds = (first.number * worth[0], last.number * worth[1])
    is_time = unit in {"second", "month"}
    behind = comparators_of(left, right, is_time=is_time, is_age=role == "age")
    return Quantity(
        first.start, last.end, text[first.start : last.end], bounds[0], bounds[1], unit,
        _inherited(behind, previous, left, unit or implied), noun, role, implied, factor,
    )  # fmt: skip


def _inherited(
    own: frozenset[str], previous: Quantity | None, left: str, unit: str
) -> frozenset[str]:
    """A second limit may stand under the first one's word: "not above 200 mg or 100 mg"."""
    if own == {"="} and previous and unit in {previous.unit, previous.implied}:
        linked = re.search(r"\b(?:or|and)(?: about)? ?$", left) and len(left) < 60
        if linked and "=" not in previous.comparators:
            return own | previous.comparators
    return own


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (
            name,
            re.compile(rf"(?<![\w.])(?:adjusted |pooled |mean )?{any_of(spellings)}{_LABEL_LINK}$"),
        )
        for name, spellings in vocabulary().labels.items()
    )


def _label(left: str) -> str:
    return next((name for name, pattern in _labels() if pattern.search(left)), "")


def _is_age(left: str, right: str) -> bool:
    if _AGE_AFTER.match(right) or _AGE_BEFORE.search(left):
        return True
    return bool(_PEOPLE_BEFORE.search(left)) and not noun_after(right)


def _unit(written: str, left: str, right: str) -> tuple[str, float]:
    if not written:
        if name := _label(left):
            return name, 1.0
        if named := _ON.search(left):
            day = measure_of(named[1])
            return day.base, day.factor
    if written == "%" and re.match(r" ?\(?(?:ci|confidence|credible)\b", right):
        return "level of confidence", 1.0
    if written:
        unit = _measure(written)
        return unit.base, unit.factor
    if _is_age(left, right):
        year = measure_of("year")
        return year.base, year.factor
    return "", 1.0


def _role(text: str, group: Sequence[_Value], unit: str) -> str:
    left, right = text[max(0, group[0].start - 60) : group[0].start], text[group[-1].end :]
    if _CHANGE.search(text[max(0, group[0].start - 100) : group[0].start]):
        return "from"
    if unit not in {"second", "month", "night"}:
        return ""
    if _is_age(left, right):
        return "age"
    if _ON.search(left[-7:]):
        return "on"
    if _AFTER.match(right) or _LATER.search(left):
        return "after"
    if _BEFORE.match(right):
        return "before"
    return "duration" if _DURING.search(left) else ""


@cache
def _alike() -> dict[str, str]:
    return {stem(noun): stem(group[0]) for group in vocabulary().alike for noun in group}


def noun_after(text: str) -> frozenset[str]:
    """Return the stems of the noun phrase that a text begins with, one for alike nouns.

    >>> sorted(noun_after(" ALS patients in a trial".lower()))
    ['al', 'peopl']
    """
    text = text.lstrip(" -")
    end = _NOUN_END.search(text)
    phrase = words(text[: end.start() if end else len(text)].replace(MASK, " "))[:5]
    roots = [stem(word) for word in phrase if word not in STOP_WORDS]
    return frozenset(_alike().get(root, root) for root in roots)
