"""Groups of patients in text: who is asked about, and whom a sentence speaks of."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from consilia.models import Population
from consilia.terms import lines_of

GROUPS = (
    "newborn",
    "infant",
    "child",
    "adolescent",
    "adult",
    "older_adult",
    "pregnancy",
    "breastfeeding",
    "dialysis",
    "renal_impairment",
    "hepatic_impairment",
)

_PATTERNS: dict[str, re.Pattern[str]] = {
    "newborn": re.compile(
        r"\b(newborns?|new-borns?|neonat\w*|preterm|premature (baby|babies|infants?))\b"
    ),
    "infant": re.compile(r"\b(infants?|infancy|bab(y|ies)|sucklings?)\b"),
    "child": re.compile(
        r"\b(child(ren)?|childhood|kids?|p(a)?ediatrics?|toddlers?|boys?|girls?|schoolchild\w*"
        r"|school-?age(d)?|preschool\w*|youngsters?|(my|our|a) (son|daughter))\b"
    ),
    "adolescent": re.compile(r"\b(adolescen\w+|teen(s|ager|agers|age)?|juveniles?|youths?)\b"),
    "adult": re.compile(r"\b(adults?|grown[- ]?ups?)\b"),
    "older_adult": re.compile(
        r"\b(older (adults?|people|patients?|persons?|individuals|men|women)|elderly|geriatric"
        r"|seniors?|old people|(septua|octo|nona)genarians?|old(er)? age)\b"
    ),
    "pregnancy": re.compile(
        r"\b(pregnan\w*|trimesters?|gestation\w*|expecting (mother|a baby)|expectant mothers?"
        r"|antenatal|prenatal|gravid\w*|unborn|birth defects?|teratogen\w*|f(o)?et(al|us|uses)"
        r"|in utero)\b"
    ),
    "breastfeeding": re.compile(
        r"\b(breast[- ]?f\w+|lactation\w*|lactating"
        r"|nursing (mothers?|women|infants?|a baby))\b"
    ),
    "dialysis": re.compile(r"\b(h(a)?emodialysis|dialysis|dialy[sz]ed)\b"),
    "renal_impairment": re.compile(
        r"\b((renal|kidney) (impairment|failure|insufficiency|disease|dysfunction|function"
        r"|problems?)|nephropath(y|ies)|esrd|ckd|crcl|e?gfr|creatinine clearance|bad kidneys"
        r"|(poor|reduced|impaired) (renal|kidney))\b"
    ),
    "hepatic_impairment": re.compile(
        r"\b((hepatic|liver) (impairment|failure|insufficiency|disease|dysfunction|function)"
        r"|(poor|reduced|impaired) (hepatic|liver)|child-pugh|cirrho\w+)\b"
    ),
}

_AGE = re.compile(
    r"\b(\d{1,3})[\s-]*(?:years?|yrs?|yo|y/o)\b(?:[\s-]*(?:olds?|of age))?"
    r"|\b(?:aged?|age of)\s+(\d{1,3})\b(?!\s*(?:%|mg|weeks|months))"
    r"|\b(\d{1,2})[\s-]*(months?|weeks?|days?)[\s-]*olds?\b",
)
_CARDINALS: dict[str, int] = json.loads(
    files("consilia").joinpath("data/figures.json").read_text(encoding="utf-8")
)["cardinals"]
_NUMBER = r"\d{1,3}|" + "|".join(_CARDINALS)
_ASKED_AGE = re.compile(
    rf"\b({_NUMBER})[\s-]*"
    r"(?:(?:years?|yrs?)[\s-]*olds?|yo\b|y/o\b|y\.o\.|(?:years?|yrs?) of age)"
    rf"|\baged?\s+({_NUMBER})\b"
    rf"|\b({_NUMBER})[\s-]*(months?|weeks?|days?)[\s-]*olds?\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(exclud\w+|other than|did not (evaluate|study|include)|not (studied|"
    r"evaluated|established) in)\W[^.;,]{0,80}$|\bnon-?\s?$"
)
# A group that is met by evidence on another one.
_MET_BY: dict[str, tuple[str, ...]] = {
    "newborn": ("newborn",),
    "infant": ("infant",),
    "child": ("child",),
    "adolescent": ("adolescent", "child"),
    "adult": ("adult", "older_adult"),
    "older_adult": ("older_adult", "adult"),
}


_YOUNG = frozenset({"newborn", "infant", "child", "adolescent"})
_AGES = _YOUNG | {"adult", "older_adult"}
AXES = (
    _AGES,
    frozenset({"pregnancy", "breastfeeding"}),
    frozenset({"dialysis", "renal_impairment", "hepatic_impairment"}),
)
"""Kinds of groups: ages, pregnancy with breastfeeding, organ function."""
LIMITS = (
    (0.077, "newborn"),
    (2, "infant"),
    (12, "child"),
    (18, "adolescent"),
    (65, "adult"),
    (math.inf, "older_adult"),
)
"""Age in years at which each group ends, youngest first."""


def age_group(years: float) -> str:
    """Return the group that an age belongs to.

    The limits are the ones drug labels use: newborn to 28 days, infant to 2 years, child to 12,
    adolescent to 17, older adult from 65 years.

    >>> age_group(3), age_group(70)
    ('child', 'older_adult')
    """
    return next(group for limit, group in LIMITS if years < limit)


def asked_age(question: str) -> float | None:
    """Return the age in years that a question states for a person, or None.

    >>> asked_age("gabapentin for a 3-year-old")
    3.0
    """
    match = _ASKED_AGE.search(question.casefold())
    if not match:
        return None
    years, aged, small, unit = match.groups()
    if small:
        return _figure(small) / {"m": 12, "w": 52, "d": 365}[unit[0]]
    return _figure(years or aged)


def _figure(number: str) -> float:
    return float(_CARDINALS.get(number, number))


def age_said(text: str) -> str | None:
    """Return the words in which a text states the age of a person, or None.

    >>> age_said("baclofen for a five-year-old?")
    'five-year-old'
    """
    match = _ASKED_AGE.search(text)
    return match[0] if match else None


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a text speaks of a group."""

    group: str
    start: int
    end: int
    excluded: bool
    """Whether the text says that the group is left out."""


def mentions(text: str) -> Iterator[Mention]:
    """Yield each place where a text speaks of a group, group by group."""
    folded = text.casefold()
    for group, pattern in _PATTERNS.items():
        for match in pattern.finditer(folded):
            excluded = bool(_NEGATED.search(folded[: match.start()]))
            yield Mention(group, match.start(), match.end(), excluded)


def groups_in(text: str) -> frozenset[str]:
    """Return the groups that a text speaks of, leaving out those it excludes.

    >>> sorted(groups_in("older adults with chronic kidney disease"))
    ['older_adult', 'renal_impairment']
    >>> groups_in("cramps, excluding those of pregnancy")
    frozenset()
    """
    found = {mention.group for mention in mentions(text) if not mention.excluded}
    if "older_adult" in found:
        found.discard("adult")
    return frozenset(found)


def asked_groups(question: str) -> frozenset[str]:
    """Return the groups a question asks about, by its words and by a stated age."""
    found = set(groups_in(question))
    age = asked_age(question)
    if age is not None:
        found -= {"child", "infant", "adult", "older_adult", "adolescent", "newborn"}
        found.add(age_group(age))
    return frozenset(found)


def spoken_groups(text: str, *context: str) -> frozenset[str]:
    """Return the groups that a sentence speaks for.

    Ages, pregnancy with breastfeeding, and organ function are told apart: of each, the nearest
    text that names any group decides. A sentence on adults under a title on adults and children
    speaks for adults; under the heading "Children" one on kidney disease speaks for both.

    Args:
        text: The sentence.
        context: Its headings, the nearest first, and its title.

    Returns:
        Groups, empty when none is named.

    >>> sorted(spoken_groups("In renal impairment give less.", "Children", "Adults and children"))
    ['child', 'renal_impairment']
    """
    spoken: set[str] = set()
    for level in (groups_in(part) for part in (text, *context)):
        spoken |= {group for axis in AXES if not axis & spoken for group in level & axis}
    return frozenset(spoken)


def missing_groups(
    asked: frozenset[str], spoken: frozenset[str], population: Population
) -> tuple[str, ...]:
    """Return the asked groups that neither a sentence nor its document covers.

    Args:
        asked: Groups of the question.
        spoken: Groups that the sentence speaks for, see `spoken_groups`.
        population: Of the document.

    Returns:
        Group names in the order of `GROUPS`. A sentence that names ages speaks for those alone,
        and so on, and a document on several groups does not speak for each of its sentences: a
        dose for adults stands in the same label as one for children. An adult is met by a
        sentence that names no age, unless its document is on the young.
    """
    included = frozenset(population.include) & frozenset(GROUPS)
    covered = set(spoken)
    sole = included - {"older_adult"} or included
    if len(sole) == 1 and not any(sole <= axis and spoken & axis for axis in AXES):
        covered |= included
    ages = spoken & _AGES or included & _AGES
    if not ages or ages - _YOUNG:
        covered |= {"adult", "older_adult"}
    return tuple(
        group
        for group in GROUPS
        if group in asked
        and (group in population.exclude or not covered & set(_MET_BY.get(group, (group,))))
    )


_PLACES: dict[str, str] = {
    word: line.split()[0] for line in lines_of("places") for word in line.split()
}
_PLACE = "|".join(_PLACES)
_FROM = re.compile(
    rf"\b({_PLACE})\b(?=\s+(?:[a-z][\w-]*\s+){{0,2}}(?:adults?|boys|children|cohorts?|females?|girls"
    r"|infants|individuals|males?|men|newborns|patients?|people|persons|populations?|women)\b)"
    rf"|\b(?:figures|data|patients|people|adults|children) (?:from|in) ({_PLACE})\b",
    re.IGNORECASE,
)
_ANY_PLACE = re.compile(rf"\b({_PLACE})\b", re.IGNORECASE)


def places_missing(question: str, *spoken: str) -> tuple[str, ...]:
    """Return where the patients asked about are from, when no text speaks of that place.

    A place that names a source, as in "the British guideline", is none.

    >>> places_missing("How common are cramps in Greek adults?", "A survey in Greece …")
    ()
    >>> places_missing("How common are cramps in Greek adults?", "A Dutch survey …")
    ('greek',)
    """
    asked = _places_asked(question)
    if not asked:
        return ()
    named = {_PLACES[word.casefold()] for text in spoken for word in _ANY_PLACE.findall(text)}
    return tuple(place for place in asked if place not in named)


@lru_cache(maxsize=1_000)
def _places_asked(question: str) -> tuple[str, ...]:
    found = (_PLACES[(a or b).casefold()] for a, b in _FROM.findall(question))
    return tuple(dict.fromkeys(found))
