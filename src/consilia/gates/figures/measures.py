"""Units of clinical text, brought to one form: 0.5 g is 500 mg, mmol/L is never mg/dL."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from consilia.gates.figures.vocabulary import any_of

if TYPE_CHECKING:
    import pint

_END = r"(?![a-z0-9])"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a unit is worth in the base units of its dimension."""

    factor: float
    base: str
    """The base units, such as `gram / body_kilogram`; equal for units that can be equal."""


@dataclass(frozen=True, slots=True)
class _Spellings:
    definitions: list[str]
    """Of pint's registry, base units first."""
    names: dict[str, list[str]]
    compound: dict[str, list[str]]
    timed: list[str]
    """The units of time that make a rate part of the unit; "a day" tells how often instead."""


@cache
def _spellings() -> _Spellings:
    text = files("consilia").joinpath("data/units.json").read_text(encoding="utf-8")
    return _Spellings(**json.loads(text))


@cache
def _registry() -> "pint.UnitRegistry[float]":
    # pint takes half a second to import: only a claim with a unit pays for it.
    import pint

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None)
    for definition in _spellings().definitions:
        registry.define(definition)
    return registry


@cache
def _name_of() -> dict[str, str]:
    return {spelling: name for name, all_ in _spellings().names.items() for spelling in all_}


@cache
def unit_pattern() -> str:
    """Return a pattern for a unit in case-folded text, denominators included.

    A day, a week or longer below the line is left out: it tells how often, not how much.
    """
    spelt, end, below = _spellings(), _END, denominator_pattern()
    single = any_of(re.escape(s) for all_ in spelt.names.values() for s in all_)
    timed = any_of(re.escape(s) for name in spelt.timed for s in spelt.names[name])
    compound = any_of(re.escape(s) for all_ in spelt.compound.values() for s in all_)
    return (
        rf"(?:{compound}{end}|(?:{single}(?:{end}|-1\b))"
        rf"(?: ?(?:/|per ) ?{below}{end}| an? {timed}{end}|[ .]{below}-1\b)*)"
    )


@cache
def denominator_pattern() -> str:
    """Return a pattern for what may stand below the line of a unit."""
    often = {"day", "week", "month", "year", "night", "fortnight", "fold", "percent", "1", "point"}
    names = _spellings().names.items()
    return any_of(re.escape(s) for name, all_ in names if name not in often for s in all_)


@cache
def measure_of(written: str) -> Measure:
    """Return the unit that is written so in case-folded text, as `unit_pattern` finds it.

    >>> measure_of("mg/dl") == measure_of("milligrams per decilitre"), measure_of("mg/kg").base
    (True, 'gram / body_kilogram')
    """
    for expression, spellings in _spellings().compound.items():
        if written in spellings:
            return _worth(expression)
    parts = re.split(r" ?(?:/|\bper ) ?| an? ", written)
    if len(parts) == 1:
        parts = re.split(r"[ .](?=\S+-1\b)", written)
    names = [_name_of()[re.sub(r"-1$", "", part)] for part in parts]
    below = ["body_kilogram" if name == "kilogram" else name for name in names[1:]]
    return _worth(" / ".join([names[0], *below]))


@cache
def _worth(expression: str) -> Measure:
    if not re.search("[a-z]{2}", expression):
        return Measure(float(expression), "")
    quantity = _registry().parse_expression(expression).to_base_units()
    return Measure(float(quantity.magnitude), str(quantity.units))
