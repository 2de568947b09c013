"""The words that figures are told in, as data: cardinals, comparators, labels, routes."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What `figures.json` holds; where a value is a list, each entry is a regular expression."""

    cardinals: dict[str, int]
    scales: dict[str, int]
    ordinals: dict[str, int]
    parts: dict[str, int]
    """Names of fractions, to their denominator."""
    multiples: dict[str, str]
    before: dict[str, list[str]]
    """For each comparator, what stands in front of the value."""
    after: dict[str, list[str]]
    """For each comparator, what stands behind the value."""
    inverse: dict[str, str]
    """What a comparator becomes behind "not"."""
    ceiling: str
    floor: str
    approximate: list[str]
    labels: dict[str, list[str]]
    """Names of statistics that stand in front of a value instead of a unit behind it."""
    ranked: list[str]
    """Words that a number behind them names: phase 3, day 1."""
    months: list[str]
    alike: list[list[str]]
    """Counted nouns that stand for one another."""
    routes: dict[str, list[str]]


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped words."""
    text = files("consilia").joinpath("data/figures.json").read_text(encoding="utf-8")
    return Vocabulary(**json.loads(text))


def any_of(patterns: Iterable[str]) -> str:
    """Return one pattern for any of several, the longest first.

    >>> any_of(["at", "at least"])
    '(?:at least|at)'
    """
    return "(?:" + "|".join(sorted(patterns, key=len, reverse=True)) + ")"


def key_of(table: dict[str, list[str]], text: str) -> str:
    """Return the first key with a pattern that matches the whole text; empty when none does."""
    for key, patterns in table.items():
        if any(re.fullmatch(pattern, text) for pattern in patterns):
            return key
    return ""
