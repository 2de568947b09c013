"""What answers cost: time by stage, memory, and a language model's tokens and money.

Costs differ from run to run, so they are taken from `timings.jsonl` and stand in no metrics file.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consilia.errors import ConsiliaError
from eval.measure import Measure
from eval.statistics import percentile
from eval.timing import Timing

HARNESS = frozenset({"search", "check"})
"""What only the harness does, after the answer: no user waits for it."""
_MILLION = 1_000_000
_SHARES = (0.5, 0.95)
_Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CostError(ConsiliaError):
    """Prices cannot be read."""


class Prices(BaseModel):
    """Of a million tokens of a language model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Annotated[str, Field(min_length=1)]
    prompt_tokens: _Price
    reply_tokens: _Price


def read_prices(path: Path) -> Prices:
    """Read prices.

    Args:
        path: TOML with the keys `currency`, `prompt_tokens` and `reply_tokens`.

    Returns:
        The prices, in that currency for a million tokens.

    Raises:
        CostError: The file cannot be read, or holds something else.
    """
    try:
        return Prices.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CostError(f"cannot read the prices of {path}: {told}") from error
    except (OSError, ValueError) as error:
        raise CostError(f"cannot read the prices of {path}: {error}") from error


def costs(timings: Sequence[Timing], prices: Prices | None = None) -> list[Measure]:
    """Return what questions took.

    Args:
        timings: One for each question.
        prices: Of the language model; None: money is not told.

    Returns:
        Of a whole answer (`ask`), its stages (`ask / …`) and what only the harness did
        (`harness / …`) the median and the 95th percentile in ms (the smallest time that this share
        of the questions that have it does not exceed), the peak memory in MB, each count of a
        language model summed, and what its tokens cost. Of nothing: None, or no measure.
    """
    used = Counter[str]()
    for timing in timings:
        used.update(timing.model)
    found = [measure for taken in _taken(timings).items() for measure in _latency(*taken)]
    found.append(_peak(timings))
    found += [_cost(f"language model, {name}", float(n), len(timings)) for name, n in used.items()]
    if prices is not None and used:
        name = f"language model, money, {prices.currency}"
        found.append(_cost(name, _money(used, prices), len(timings)))
    return found


def stage_seconds(timings: Iterable[Timing]) -> dict[str, list[float]]:
    """Return what users wait for, by stage: of each stage the seconds of the questions that had it.

    Runs of earlier versions know the whole answer alone.
    """
    held = list(timings)
    stages = _by_name(timing.stages for timing in held)
    if stages:
        return stages
    whole = _by_name(timing.seconds for timing in held)
    return {name: seconds for name, seconds in whole.items() if name not in HARNESS}


def _taken(timings: Sequence[Timing]) -> dict[str, list[float]]:
    seconds = _by_name(timing.seconds for timing in timings)
    stages = _by_name(timing.stages for timing in timings)
    waited = {name: held for name, held in seconds.items() if name not in HARNESS}
    parts = {f"ask / {name}": held for name, held in stages.items()}
    own = {f"harness / {name}": held for name, held in seconds.items() if name in HARNESS}
    return waited | parts | own


def _by_name(taken: Iterable[Mapping[str, float]]) -> dict[str, list[float]]:
    held: dict[str, list[float]] = {}
    for one in taken:
        for name, seconds in one.items():
            held.setdefault(name, []).append(seconds)
    return held


def _latency(name: str, seconds: Sequence[float]) -> Iterator[Measure]:
    taken = [one * 1_000 for one in seconds]
    for share in _SHARES:
        yield _cost(f"{name}, p{share * 100:.0f}, ms", percentile(taken, share), len(taken))


def _peak(timings: Sequence[Timing]) -> Measure:
    peak = max((timing.peak_bytes for timing in timings), default=None)
    return _cost("peak memory, MB", None if peak is None else peak / _MILLION, len(timings))


def _money(used: Mapping[str, int], prices: Prices) -> float:
    told = {"prompt_tokens": prices.prompt_tokens, "reply_tokens": prices.reply_tokens}
    return sum(used.get(name, 0) * price for name, price in told.items()) / _MILLION


def _cost(name: str, value: float | None, n: int) -> Measure:
    return Measure(name, value, n, is_share=False, better="lower")
