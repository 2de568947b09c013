"""`python -m eval gate DIR`: hold the measures of a run against bars, and name what falls short."""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from consilia.errors import ConsiliaError
from eval.cases import problem_text
from eval.measure import Better
from eval.statistics import Interval

Side = Literal["min", "max"]


class GateError(ConsiliaError):
    """A bar cannot be read."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a measure is held against."""

    slug: str
    side: Side
    """`min`: at least the limit; `max`: at most."""
    limit: float


class StoredNumber(BaseModel):
    """The value of a measure."""

    model_config = ConfigDict(extra="allow", frozen=True)

    value: float | None
    n: int
    interval: Interval | None


class StoredMeasure(StoredNumber):
    """A measure as `metrics.json` holds it."""

    slug: str
    name: str
    group: str
    is_share: bool
    better: Better = "higher"
    note: str = ""
    per_tag: dict[str, StoredNumber] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a bar."""

    bar: Bar
    group: str
    """Of the measure; `unknown` when there is none of this name."""
    shortfall: str | None
    """Why the bar is not met; None when it is."""
    told: str
    """The measure, in a line."""


def parse_bar(side: Side, text: str) -> Bar:
    """Return the bar of `NAME=VALUE`.

    Args:
        side: Of the option it was given with.
        text: The name of a measure and a number.

    Returns:
        The bar.

    Raises:
        GateError: It is something else.
    """
    name, equals, number = text.partition("=")
    if not equals or not name.strip():
        raise GateError(f"--{side} {text}: write NAME=VALUE, such as refusal-precision=0.88")
    return _bar(side, name.strip(), number.strip())


def read_bars(path: Path) -> tuple[Bar, ...]:
    """Read bars from a TOML file with the tables `min` and `max`.

    Args:
        path: The file.

    Returns:
        The bars, in order.

    Raises:
        GateError: The file cannot be read, or holds something else.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GateError(f"cannot read the bars of {path}: {error}") from error
    if unknown := tables.keys() - {"min", "max"}:
        raise GateError(f"{path}: {min(unknown)!r} is neither [min] nor [max]")
    bars: list[Bar] = []
    for side in ("min", "max"):
        table = tables.get(side, {})
        if not isinstance(table, dict):
            raise GateError(f"{path}: {side} is no table: write [{side}] above its bars")
        bars += [_bar(side, name, limit) for name, limit in table.items()]
    return tuple(bars)


def _bar(side: Side, name: str, limit: object) -> Bar:
    try:
        number = float(limit) if isinstance(limit, str | int | float) else math.nan
    except ValueError:
        number = math.nan
    if isinstance(limit, bool) or not math.isfinite(number):
        raise GateError(f"{side} {name}: {limit!r} is no number")
    return Bar(name, side, number)


def judge(
    measures: Sequence[Mapping[str, object]], bars: Sequence[Bar], *, by_bound: bool
) -> tuple[Verdict, ...]:
    """Hold measures against bars.

    Args:
        measures: Of `metrics.json`.
        bars: At least one.
        by_bound: Hold the worse end of the interval against the bar, in place of the value.

    Returns:
        A verdict for each bar, in order.

    Raises:
        GateError: There is no bar, or the measures cannot be read.
    """
    if not bars:
        raise GateError("no bar is given: name at least one with --min, --max or --file")
    known = {measure.slug: measure for measure in stored_measures(measures)}
    return tuple(_verdict(bar, known.get(bar.slug), by_bound) for bar in bars)


def stored_measures(measures: Sequence[Mapping[str, object]]) -> tuple[StoredMeasure, ...]:
    """Return the measures of `metrics.json`.

    Raises:
        GateError: They are no measures.
    """
    try:
        return tuple(StoredMeasure.model_validate(measure) for measure in measures)
    except ValidationError as error:
        why = problem_text(error.errors()[0])
        raise GateError(f"the metrics of the run cannot be read: {why}") from error


def _verdict(bar: Bar, measure: StoredMeasure | None, by_bound: bool) -> Verdict:
    if measure is None:
        why = f"no measure is named {bar.slug!r}; --list tells the names"
        return Verdict(bar, "unknown", why, bar.slug)
    wanted = f"{'at least' if bar.side == 'min' else 'at most'} {bar.limit:g}"
    told = f"{measure.slug}: {_number(measure.value)}, n = {measure.n}, {wanted} is wanted"
    return Verdict(bar, measure.group, _shortfall(bar, measure, by_bound), told)


def _shortfall(bar: Bar, measure: StoredMeasure, by_bound: bool) -> str | None:
    if measure.value is None:
        return "not applicable to this run: nothing was measured"
    if measure.is_share and not 0 <= bar.limit <= 1:
        return f"the bar {bar.limit:g} is no share; write .88 for 88 %"
    value, what = measure.value, "the value"
    if by_bound:
        if measure.interval is None:
            return "it has no interval to hold against the bar"
        ends = measure.interval.low, measure.interval.high
        value, what = (
            ends[bar.side == "max"],
            ("the lower bound", "the upper bound")[bar.side == "max"],
        )
    is_met = value >= bar.limit if bar.side == "min" else value <= bar.limit
    return None if is_met else f"{what} is {_number(value)}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


def verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield a line for each bar, those that fell short first."""
    short = [verdict for verdict in verdicts if verdict.shortfall]
    yield from (f"SHORT  {verdict.told}: {verdict.shortfall}" for verdict in short)
    yield from (f"met    {verdict.told}" for verdict in verdicts if not verdict.shortfall)
    yield f"{len(short)} of {len(verdicts)} bars are not met"
