"""The values that sources set: doses, thresholds, and how well a test tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from consilia.conflicts.topics import roles
from consilia.conflicts.vocabulary import vocabulary
from consilia.glossary import Glossary
from consilia.terms import STOP_WORDS, words

_N = r"\d+(?:\.\d+)?"
_DOWN = "below|under|less than|lower than|<|≤|at or below|no more than|falls? to|up to|at most"
_UP = (
    "above|over|more than|greater than|higher than|exceed(?:s|ing|ed)?|>|≥|at or above|at least"
    "|from|reach(?:es|ed)?"
)
_UNITS = {
    "micrograms": "mcg", "microgram": "mcg", "\u03bcg": "mcg", "ug": "mcg", "milligrams": "mg",
    "milligram": "mg", "grams": "g", "gram": "g", "mm hg": "mmhg", "international units": "iu",
    "international unit": "iu", "kg/m²": "kg/m2", "\u03bcmol/l": "umol/l", "years": "year",
    "weeks": "week", "months": "month", "days": "day", "hours": "hour", "points": "point",
    "units": "unit", "puffs": "puff", "drops": "drop", "tablets": "tablet", "capsules": "capsule",
}  # fmt: skip
_IN_MG = {"mcg": 0.001, "mg": 1.0, "g": 1000.0}
_PER_DAY = re.compile(
    rf"(?P<times>\d) times? (?:a|per|each|every) day|(?P<daily>\d) times? daily"
    rf"|every (?P<hours>{_N}) hours?"
    r"|(?P<once>\b(?:a|per|each) (?:day|night)\b|\bdaily\b|\bnightly\b|/day)"
)
_WEEKLY = re.compile(r"\b(?:weekly|a week|per week|every week|monthly|a month|every month)\b")


@dataclass(frozen=True, slots=True)
class Value:
    """A number with a unit, and what it is of."""

    form: Literal["dose", "threshold", "accuracy"]
    role: str
    """Of a dose: `usual`, `start`, `maximum`, …; of a threshold: `treat`, `definition`, …; of a
    test: `sensitivity` or `specificity`."""
    low: float
    high: float
    unit: str
    """As in the text, mg for all masses; `%` for accuracy."""
    per_day: float | None = None
    """Of a dose: how often a day; None when it is not told."""
    of: frozenset[str] = frozenset()
    """Of a threshold what is measured, of accuracy the test; by tokens."""
    upward: bool | None = None
    """Of a threshold: whether it is passed from below."""
    interval: tuple[float, float] | None = None
    """Of accuracy: its confidence interval, in percent."""


@cache
def _dose_pattern() -> re.Pattern[str]:
    unit = vocabulary().patterns["dose_units"].pattern
    return re.compile(
        rf"(?<![\w./-])(?P<low>{_N})(?: ?(?:to|-|or) ?(?P<high>{_N}))? ?(?P<unit>{unit})\b"
        r"(?!\s?/\s?(?:d?l|ml|mm|min|h)\b)(?P<after>[^;,.]{0,40})"
    )


def doses_in(clause: str) -> tuple[Value, ...]:
    """Return the doses that a clause advises; those that were only studied are none.

    >>> [(v.low, v.unit, v.per_day) for v in doses_in("give zelvoprine 10 mg 2 times daily")]
    [(10.0, 'mg', 2.0)]
    """
    if vocabulary().says("studied_dose", clause):
        return ()
    found = []
    for match in _dose_pattern().finditer(clause):
        unit = _UNITS.get(match["unit"], match["unit"])
        factor = _IN_MG.get(unit, 1.0)
        low, high = float(match["low"]), float(match["high"] or match["low"])
        found.append(
            Value(
                form="dose",
                role=_dose_role(clause, match),
                low=low * factor,
                high=high * factor,
                unit="mg" if unit in _IN_MG else unit,
                per_day=_frequency(match["after"]),
            )
        )
    return tuple(found)


def _dose_role(clause: str, match: re.Match[str]) -> str:
    before = clause[max(0, match.start() - 45) : match.start()]
    for role in ("maximum", "loading", "maintenance", "start"):
        if vocabulary().families["dose_roles"][role].search(before):
            return role
    return "usual"


def _frequency(after: str) -> float | None:
    found = _PER_DAY.search(after)
    if not found or _WEEKLY.search(after):
        return None
    if found["hours"]:
        return 24 / float(found["hours"])
    return float(found["times"] or found["daily"] or 1)


@cache
def _threshold_pattern() -> re.Pattern[str]:
    unit = vocabulary().patterns["concentrations"].pattern
    return re.compile(
        rf"\b(?P<subject>(?:[a-z][\w/-]* ){{1,6}}?)(?:is |are |was |of |level |levels |falls? |"
        rf"drops? |rises? |be |remains? |at |to |a )*(?P<way>{_DOWN}|{_UP}) "
        r"(?:about |approximately |the |age )*"
        rf"(?P<low>{_N})(?: ?(?:to|-) ?(?P<high>{_N}))? ?(?P<unit>{unit})(?![a-z])"
    )


def thresholds_in(clause: str, glossary: Glossary) -> tuple[Value, ...]:
    """Return the limits that a clause sets or acts on.

    >>> found = thresholds_in("treat when sodium is below 125 mmol/l", Glossary.empty())
    >>> [(sorted(v.of), v.low, v.role, v.upward) for v in found]
    [(['sodium'], 125.0, 'treat', False)]
    """
    if not vocabulary().says("sets_threshold", clause):
        return ()
    told = vocabulary().told("threshold_roles", clause)
    order = ("stop", "limit", "target", "definition", "refer", "treat")
    role = next((name for name in order if name in told), "")
    found = []
    for match in _threshold_pattern().finditer(clause) if role else ():
        of = _measured(match["subject"], glossary)
        if of:
            low = float(match["low"])
            unit = _UNITS.get(match["unit"], match["unit"])
            upward = not re.fullmatch(_DOWN, match["way"])
            found.append(Value("threshold", role, low, low, unit, of=of, upward=upward))
    return tuple(found)


_OF_BLOOD = frozenset({"serum", "plasma", "level", "levels", "value", "values", "concentration"})


def _measured(subject: str, glossary: Glossary) -> frozenset[str]:
    kept: list[str] = []
    for word in reversed(words(subject)):
        if word in _OF_BLOOD:
            continue
        if word in vocabulary().words["no_quantity"] or word in STOP_WORDS:
            break
        kept.insert(0, word)
    tokens = glossary.analyse(" ".join(kept[-3:]))
    return frozenset(token for token in tokens if not token[0].isdigit())


_PERCENT = re.compile(
    rf"(?P<value>{_N}) ?(?:%|percent)(?: ?\( ?(?P<low>{_N}) ?%? ?(?:to|-|,) ?(?P<high>{_N}) ?%?\))?"
)
_MEASURE = re.compile(r"\b(?P<kind>sensitiv|specific)(?:e|ity|ities)?\b")


def accuracies_in(text: str, glossary: Glossary) -> tuple[Value, ...]:
    """Return the sensitivities and specificities of tests in a case-folded sentence.

    A share belongs to the test named behind "for", else to the one named last before it; to all of
    them when the sentence says "both". What it measures is told next to it, else before it.

    >>> found = accuracies_in("zeltest was 90% sensitive and 60% specific", Glossary.empty())
    >>> [(v.role, v.low) for v in found]
    [('sensitivity', 90.0), ('specificity', 60.0)]
    """
    if not _MEASURE.search(text):
        return ()
    text = re.sub(r"95 ?% (?:ci|confidence interval):?", "", text)
    shares = list(_PERCENT.finditer(text))
    found: list[Value] = []
    every: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    for number, share in enumerate(shares):
        before = text[shares[number - 1].end() if number else 0 : share.start()]
        end = shares[number + 1].start() if number + 1 < len(shares) else len(text)
        after = text[share.end() : end]
        last = _test_in(before, glossary) or last
        every |= last
        role = _role(text, share, after)
        tests = _behind_for(after, glossary) or (every if re.search(r"\bboth\b", before) else last)
        if role and tests:
            found.extend(_accuracy(role, share, frozenset({test})) for test in sorted(tests))
    return tuple(found)


def _test_in(text: str, glossary: Glossary) -> frozenset[str]:
    agents, _ = roles(text, glossary)
    return agents


def _behind_for(after: str, glossary: Glossary) -> frozenset[str]:
    found = re.match(
        r"[ ,]*(?:sensitivity|specificity)? ?(?:for|with|by|on) (?P<test>[^,;]*)", after
    )
    return _test_in(found["test"], glossary) if found else frozenset()


def _role(text: str, share: re.Match[str], after: str) -> str:
    near = re.match(r"[ a-z]{0,6}?\b(sensitiv|specific)", after)
    if near:
        return _named(near[1])
    before = [m["kind"] for m in _MEASURE.finditer(text[: share.start()])]
    if before:
        return _named(before[-1])
    later = _MEASURE.search(text, share.end())
    return _named(later["kind"]) if later else ""


def _named(kind: str) -> str:
    return "sensitivity" if kind == "sensitiv" else "specificity"


def _accuracy(role: str, share: re.Match[str], test: frozenset[str]) -> Value:
    value = float(share["value"])
    interval = (float(share["low"]), float(share["high"])) if share["low"] else None
    return Value("accuracy", role, value, value, "%", of=test, interval=interval)


def values_of(clause: str, glossary: Glossary) -> Iterator[Value]:
    """Yield the doses and thresholds of a case-folded clause."""
    yield from doses_in(clause)
    yield from thresholds_in(clause, glossary)
