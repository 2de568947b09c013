"""Numbers with units in text: what is asked, and the ranges that contain it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_NUMBER = r"(\d+(?:[.,]\d+)*)"
_VALUE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_UNIT = (
    r"(ml/min|mmol/l|meq/l|mg/dl|mg/kg/day|mg/kg|mg/ml|mcg|micrograms?|mg|mv|ml|g|kg|%|percent"
    r"|years?|months?|weeks?|days?|hours?|minutes?|litres?|liters?|meq|mmol|bpm"
    r"|beats per minute|times|per minute|points?)\b"
)
_QUANTITY = re.compile(
    r"(?P<before>between|below|under|less than|lower than|younger than|above|over|more than|"
    r"greater than|exceed(?:s|ing)?|older than|at least|up to|at most|from age|from|<|>|≤|≥)?\s*"
    r"(?:aged?\s+)?(?P<low>(?:"
    + _VALUE
    + r"))\s*(?:(?:to|-|\u2013|and)\s*(?P<high>(?:"
    + _VALUE
    + r")))?"
    r"\s*(?P<unit>" + _UNIT[1:-3] + r")?(?![a-z])"
    r"(?P<after>\s*(?:or|and) (?:more|above|over|older|higher|less|below|under|younger))?"
)
_UPWARD = frozenset([
    "above",
    "over",
    "more than",
    "greater than",
    "exceed",
    "exceeds",
    "exceeding",
    "older than",
    ">",
])
_UPWARD_OR_EQUAL = {"at least", "from age", "from", "≥"}
_DOWNWARD = frozenset([
    "below",
    "under",
    "less than",
    "lower than",
    "younger than",
    "<",
    "up to",
    "at most",
    "≤",
])
_PLURAL_UNITS = frozenset({"times"})
_UNIT_NAMES = {
    "percent": "%",
    "microgram": "mcg",
    "liter": "litre",
    "beats per minute": "bpm",
}
_DOSE = re.compile(
    r"\d\s*(?:mg|mcg|micrograms?|g|ml|meq|mmol|units?|iu|tablets?|capsules?)\b(?!/(?:min|l|dl)\b)"
    r"|\b(?:one|two|three) (?:capsules?|tablets?)\b|\d\s*%\s*calcium"
)
_DURATION = re.compile(
    r"\b(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|several|a few|few)[\s-]*"
    r"(?:minutes?|hours?|days?|weeks?|months?|years?|decades?)\b|\b(?:lifelong|indefinitely)\b"
    r"|\b(?:day|week|month)\s\d"
)
_WORD_COUNT = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|"
    r"eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b"
)
_PRICE = re.compile(r"[$€£]\s*\d|\d\s*(?:dollars|euros|pounds|usd|eur|gbp)\b")
_SHARE = re.compile(
    r"\d\s*(?:%|percent\b)|\b\d[\d,.]*\s+(?:in|of|per|out of)\s+\d"
    r"|\b(?:half|third|quarter|most|all|none|no patient)\b"
)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_COUNT = re.compile(r"(?<![\w*-])(?!(?:19|20)\d\d\b)\d[\d.,]*(?![\w-])|\d\s*%")
_YEARS = re.compile(r"\b\d{1,3}\s*(?:years|months)\b|\b(?:30|40|50|60|70)s\b")
_FORM = re.compile(r"\d\s*(?:mg|mcg|g)\s+(?:tablet|capsule|vial|ampoule|patch)|\d\s*mg/ml\b")


@dataclass(frozen=True, slots=True)
class Range:
    """Values from `low` to `high` in a unit; infinite where the text sets no limit."""

    low: float
    high: float
    unit: str

    def contains(self, value: float) -> bool:
        """Tell whether the value lies in the range, limits included."""
        return self.low <= value <= self.high


def _number(text: str) -> float:
    return float(re.sub(r",(?=\d{3}\b)", "", text).replace(",", "."))


def _unit(text: str | None) -> str:
    name = (text or "").strip()
    name = name[:-1] if name.endswith("s") and name not in _PLURAL_UNITS else name
    return _UNIT_NAMES.get(name, name)


def ranges_in(text: str) -> tuple[Range, ...]:
    """Return the quantities of a text as ranges, in order.

    >>> ranges_in("when creatinine clearance is above 15 to 29 mL/min")
    (Range(low=15.0, high=29.0, unit='ml/min'),)
    >>> ranges_in("below 0.5 mmol/L")
    (Range(low=-inf, high=0.5, unit='mmol/l'),)
    """
    return tuple(_range(match) for match in _QUANTITY.finditer(text.casefold()))


def _range(match: re.Match[str]) -> Range:
    low = _number(match["low"])
    unit = _unit(match["unit"])
    if match["high"]:
        return Range(low, _number(match["high"]), unit)
    before, after = (match["before"] or "").strip(), (match["after"] or "").strip()
    if after.endswith(("more", "above", "over", "older", "higher")):
        return Range(low, math.inf, unit)
    if after:
        return Range(-math.inf, low, unit)
    if before in _UPWARD or before in _UPWARD_OR_EQUAL:
        return Range(low, math.inf, unit)
    if before in _DOWNWARD:
        return Range(-math.inf, low, unit)
    return Range(low, low, unit)


def numbers_in(text: str) -> frozenset[str]:
    """Return the numbers of a text as written: two sentences with other numbers are not alike."""
    return frozenset(re.findall(_NUMBER, text))


def has_dose(text: str) -> bool:
    """Tell whether a text states an amount of a medicine."""
    return bool(_DOSE.search(text.casefold()))


def has_duration(text: str) -> bool:
    """Tell whether a text states how long something lasts."""
    return bool(_DURATION.search(text.casefold()))


def has_price(text: str) -> bool:
    """Tell whether a text states an amount of money."""
    return bool(_PRICE.search(text.casefold()))


def has_share(text: str) -> bool:
    """Tell whether a text states a share or a count of a whole."""
    folded = text.casefold()
    return bool(_SHARE.search(folded) or _WORD_COUNT.search(folded))


def has_number(text: str) -> bool:
    """Tell whether a text states a number that is no year, name or grade."""
    return bool(_COUNT.search(text) or _WORD_COUNT.search(text.casefold()))


def has_date(text: str) -> bool:
    """Tell whether a text states a year."""
    return bool(_YEAR.search(text))


def has_form(text: str) -> bool:
    """Tell whether a text states what strength a product comes in."""
    return bool(_FORM.search(text.casefold()))


def has_age(text: str) -> bool:
    """Tell whether a text states an age."""
    return bool(ages_in(text) or _YEARS.search(text.casefold()))


_AGE = re.compile(
    r"(?P<before>from|over|above|under|below|younger than|older than|up to|at least)?\s*"
    r"\b(?:age[ds]?(?:\s+of)?|adults?|people|patients|children|persons)\s+(?:aged\s+)?"
    r"(?P<before2>from|over|above|under|below|younger than|older than|up to|at least)?\s*"
    r"(?P<low>\d{1,3})(?:\s*(?:to|-|\u2013|and)\s*(?P<high>\d{1,3}))?(?:\s*years?)?"
    r"(?P<after>\s*(?:or|and) (?:more|above|over|older|younger|under|less))?"
)
_YOUNGER = {"under", "below", "younger than", "up to"}


def ages_in(text: str) -> tuple[Range, ...]:
    """Return the ages of patients that a text states, in years.

    >>> ages_in("at age 3 to 11 years")
    (Range(low=3.0, high=11.0, unit='year'),)
    >>> ages_in("from age 12")
    (Range(low=12.0, high=inf, unit='year'),)
    """
    found = []
    for match in _AGE.finditer(text.casefold()):
        low = float(match["low"])
        before = match["before2"] or match["before"] or ""
        after = (match["after"] or "").strip()
        if match["high"]:
            found.append(Range(low, float(match["high"]), "year"))
        elif before in _YOUNGER or after.endswith(("younger", "under", "less")):
            found.append(Range(-math.inf, low, "year"))
        elif before or after:
            found.append(Range(low, math.inf, "year"))
        else:
            found.append(Range(low, low, "year"))
    return tuple(found)


_ASKED_UNIT = re.compile(
    r"\bhow many (?!of\b)(?P<counted>[a-z]+)(?= (?:of|did|do|does|were|was|are|is|per|an?|before"
    r"|after|should|can|would|in|for|to|have|had|has|until)\b|\s*\?|$)"
    r"|\b(?:what|which|how much|maximum|max) (?:[a-z]+ ){0,2}?"
    r"(?P<named>mg|mls?|hz|mmol|mcg|milligrams|micrograms|grams|litres|liters)\b"
    r"|\bin (?P<within>hz|mg|mmol|ml|mcg|weeks|days|hours|months|years)\b"
    r"|\b(?P<rate>ml|mg|mmol|mcg|units|litres)(?:/| per )(?:hour|hr|h|kg|day|min|minute|gland)\b"
)
_STATED_AS = {
    "gram": r"\d\s*g\b|gram",
    "litre": r"\d\s*l\b|lit(?:re|er)",
    "liter": r"\d\s*l\b|lit(?:re|er)",
    "mcg": r"mcg|microgram|\u00b5g|\u03bcg",
    "microgram": r"mcg|microgram|\u00b5g|\u03bcg",
    "mg": r"mg\b|milligram|\d\s*g\b",
    "milligram": r"mg\b|milligram|\d\s*g\b",
    "ml": r"ml\b|millilit",
    "time": r"\btimes\b|\bonce\b|\btwice\b|\bdaily\b|\bevery\b|\ba (?:day|week)\b",
}
"""How a text may state a unit, where it need not repeat the word."""
_CALENDAR = ("minute", "hour", "day", "week", "month", "year", "decade")
_COUNTED_PEOPLE = frozenset([
    "adult",
    "case",
    "child",
    "children",
    "clinician",
    "control",
    "doctor",
    "men",
    "participant",
    "patient",
    "people",
    "person",
    "women",
])
_FILLERS = frozenset({"more", "other", "percent"})


def asked_units(question: str) -> frozenset[str]:
    """Return the units and countable things that a question wants a number of, in the singular.

    >>> sorted(asked_units("How many sessions are needed, and how many mL per hour?"))
    ['ml', 'session']
    """
    found = set()
    for match in _ASKED_UNIT.finditer(question.casefold()):
        name = next(filter(None, match.groups()))
        name = name[:-1] if name.endswith("s") and len(name) > 2 else name
        if name not in _COUNTED_PEOPLE | _FILLERS:
            found.add(name)
    return frozenset(found)


def states_unit(unit: str, text: str) -> bool:
    """Tell whether a text may state a number of something.

    Args:
        unit: As `asked_units` gives it.
        text: A sentence.

    Returns:
        Whether the unit occurs; for a stretch of time, the next smaller or larger one does too.
    """
    folded = text.casefold()
    if unit in _CALENDAR:
        place = _CALENDAR.index(unit)
        near = _CALENDAR[max(0, place - 1) : place + 2]
        return any(re.search(rf"\b{name}", folded) for name in near)
    return bool(re.search(_STATED_AS.get(unit, rf"\b{re.escape(unit)}"), folded))


STATES: dict[str, Callable[[str], bool]] = {
    "age": has_age,
    "date": has_date,
    "dose": has_dose,
    "duration": has_duration,
    "form": has_form,
    "number": has_number,
    "price": has_price,
    "share": has_share,
}
"""For each kind of value that a question can ask for, whether a text states one."""
