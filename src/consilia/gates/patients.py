"""Whom a text speaks of, facet by facet: age, sex, pregnancy, kidneys, setting, route."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from consilia.gates.ages import ages_in
from consilia.gates.lexicon import read_data
from consilia.populations import mentions
from consilia.terms import stem

AGE_GROUPS = frozenset({"newborn", "infant", "child", "adolescent", "adult", "older_adult"})
_IMPLIED_SEX = {"pregnancy": "female", "breastfeeding": "female", "postpartum": "female"}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a text says of patients."""

    facet: str
    """`age`, `sex`, `setting`, `route`, `ancestry`, or a state of its own such as `pregnancy`."""
    value: str
    surface: str
    start: int
    end: int


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return facet, value and pattern of each line of `patients.json`."""
    return tuple(
        (value if facet == "special" else facet, value, re.compile(rf"\b(?:{pattern})(?!\w)"))
        for facet, values in read_data("patients", dict[str, dict[str, str]]).items()
        for value, pattern in values.items()
    )


def said_in(text: str) -> tuple[Said, ...]:
    """Return what a text says of patients in words, leaving out those it excludes.

    >>> [(said.facet, said.value) for said in said_in("Oral doses for pregnant women")]
    [('pregnancy', 'pregnancy'), ('sex', 'female'), ('route', 'oral')]
    """
    found = [
        Said(_facet(m.group), m.group, text[m.start : m.end], m.start, m.end)
        for m in mentions(text)
        if not m.excluded
    ]
    older = [said.start for said in found if said.value == "older_adult"]
    # "Older adults" are no adults of any age.
    found = [s for s in found if s.value != "adult" or not any(0 < s.start - o < 12 for o in older)]
    return (*found, *_of_patterns(text.casefold(), text))


def _facet(group: str) -> str:
    return "age" if group in AGE_GROUPS else group


def _of_patterns(folded: str, text: str) -> Iterator[Said]:
    taken: set[tuple[str, int]] = set()
    for facet, value, pattern in _patterns():
        for match in pattern.finditer(folded):
            at = {(facet, n) for n in range(match.start(), match.end())}
            if not at & taken:
                taken |= at
                surface = text[match.start() : match.end()]
                yield Said(facet, value, surface, match.start(), match.end())


def values_in(text: str) -> dict[str, frozenset[str]]:
    """Return what a text says of patients as values by facet, stated ages among them.

    >>> values_in("boys aged 8")["age"]
    frozenset({'child'})
    """
    found: dict[str, set[str]] = {}
    for said in said_in(text):
        found.setdefault(said.facet, set()).add(said.value)
        if said.value in _IMPLIED_SEX:
            found.setdefault("sex", set()).add(_IMPLIED_SEX[said.value])
    stated: set[str] = set()
    for ages in ages_in(text):
        # A stated age says more than a word when it lies within one group.
        stated |= ages.groups if "age" not in found or len(ages.groups) == 1 else frozenset()
    if stated:
        found.setdefault("age", set()).update(stated)
    return {facet: frozenset(values) for facet, values in found.items()}


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A word that narrows a disease: its severity, stage or course."""

    line: int
    """Of `qualifiers.txt`; words of one line mean the same."""
    word: str
    at: int
    """Among the words of the text."""
    always: bool
    """Whether it narrows wherever it stands, not only in front of a disease."""


@cache
def _qualifiers() -> dict[str, tuple[int, bool]]:
    """Return the line of each qualifier, and whether it narrows wherever it stands."""
    text = files("consilia").joinpath("data/qualifiers.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        stem(word): (number, not line.startswith("~"))
        for number, line in enumerate(lines)
        for word in line.removeprefix("~").split()
    }


def qualifiers_in(found: Sequence[str]) -> Iterator[Qualifier]:
    """Yield the qualifiers among the words of a text."""
    for at, word in enumerate(found):
        known = _qualifiers().get(stem(word))
        if known:
            yield Qualifier(known[0], word, at, known[1])
