"""The measures of a run against their targets: met, missed, not shown or not measured."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.gating import GateError, StoredMeasure
from eval.reporting.telling import number

TARGETS = Path(__file__).parent / "targets.toml"
State = Literal["met", "missed", "not shown", "not measured"]
"""`not shown`: the value is good enough, and its interval or n is not."""
_Finite = Annotated[float, Field(allow_inf_nan=False)]


class Target(BaseModel):
    """What one measure is held against."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str = Field(min_length=1)
    """Its slug."""
    min: _Finite | None = None
    max: _Finite | None = None
    bound: _Finite | None = None
    """What the worse end of the 95 % interval must reach."""
    least_n: int = Field(default=0, ge=0)
    why: str = Field(min_length=1)
    others: str = ""

    @model_validator(mode="after")
    def _has_one_side(self) -> Self:
        if (self.min is None) == (self.max is None):
            raise ValueError("give either min or max")
        return self

    @property
    def limit(self) -> float:
        """The least or most that is wanted."""
        return self.max if self.min is None else self.min  # type: ignore[return-value]  # one is

    def is_met_by(self, value: float, limit: float) -> bool:
        """Tell whether a value is on the good side of a limit."""
        return value <= limit if self.min is None else value >= limit


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    target: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a target."""

    target: Target
    measure: StoredMeasure | None
    """None: the run has no measure of this name."""
    state: State
    reason: str
    """Why it is not met; empty when it is."""


def read_targets(path: Path = TARGETS) -> tuple[Target, ...]:
    """Read a file of targets.

    Args:
        path: TOML, of the form that `targets.toml` beside this module explains.

    Returns:
        The targets in the order of the file.

    Raises:
        GateError: The file cannot be read, or holds something else.
    """
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).target
    except (OSError, ValueError) as error:  # also what pydantic and tomllib raise
        raise GateError(f"cannot read the targets of {path}: {_told(error)}") from error
    names = [target.measure for target in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise GateError(f"cannot read the targets of {path}: {twice[0]} has several")
    return found


def _told(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())


def hold(measures: Sequence[StoredMeasure], targets: Sequence[Target]) -> tuple[Verdict, ...]:
    """Hold measures against targets.

    Args:
        measures: Of a run.
        targets: In any order.

    Returns:
        A verdict for each target, in their order.
    """
    known = {measure.slug: measure for measure in measures}
    return tuple(_verdict(target, known) for target in targets)


def _verdict(target: Target, known: Mapping[str, StoredMeasure]) -> Verdict:
    measure = known.get(target.measure)
    if measure is None:
        return Verdict(target, None, "not measured", "no such measure in this run")
    if measure.value is None:
        return Verdict(target, measure, "not measured", "no case of the run calls for it")
    if not target.is_met_by(measure.value, target.limit):
        return Verdict(target, measure, "missed", _short(target, measure.value, measure))
    reason = _doubt(target, measure)
    return Verdict(target, measure, "not shown" if reason else "met", reason)


def _short(target: Target, value: float, measure: StoredMeasure) -> str:
    gap = number(abs(value - target.limit), is_share=measure.is_share)
    return f"{gap} {'above' if target.min is None else 'below'}"


def _doubt(target: Target, measure: StoredMeasure) -> str:
    """Return why a value that is good enough shows too little; empty when it shows enough."""
    if measure.n < target.least_n:
        return f"n is below {target.least_n:,}"
    if target.bound is None:
        return ""
    if measure.interval is None:
        return "it has no interval"
    worse = measure.interval.high if target.min is None else measure.interval.low
    if target.is_met_by(worse, target.bound):
        return ""
    return f"the interval reaches {number(worse, is_share=measure.is_share)}"
