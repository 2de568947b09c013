"""What answers cost: time by stage, memory, and a language model's tokens and money.

Costs differ from run to run, so they are taken from `timings.jsonl` and stand in no metrics file.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from eval.measure import Measure
from eval.statistics import percentile
from eval.timing import Timing

_MILLION = 1_000_000
_SHARES = (0.5, 0.95)


def costs(timings: Sequence[Timing], prices: Mapping[str, float] | None = None) -> list[Measure]:
    """Return what questions took.

    Args:
        timings: One for each question.
        prices: Of a million tokens, by the name that `Timing.model` counts them under; names
            without a price cost nothing. None: money is not told.

    Returns:
        Per stage the median and the 95th percentile in ms (the smallest time that this share of the
        questions does not exceed), the peak memory in MB, each count of a language model summed,
        and what it cost in the currency of the prices. Of nothing: None, or no measure.
    """
    stages = dict.fromkeys(stage for timing in timings for stage in timing.seconds)
    used = Counter[str]()
    for timing in timings:
        used.update(timing.model)
    found = [measure for stage in stages for measure in _latency(stage, timings)]
    found.append(_peak(timings))
    found += [_cost(f"language model, {name}", float(n), len(timings)) for name, n in used.items()]
    if prices is not None and used:
        money = sum(count * prices.get(name, 0.0) for name, count in used.items()) / _MILLION
        found.append(_cost("language model, money", money, len(timings)))
    return found


def _latency(stage: str, timings: Iterable[Timing]) -> list[Measure]:
    taken = [t.seconds[stage] * 1_000 for t in timings if stage in t.seconds]
    return [
        _cost(f"{stage}, p{share * 100:.0f}, ms", percentile(taken, share), len(taken))
        for share in _SHARES
    ]


def _peak(timings: Sequence[Timing]) -> Measure:
    peak = max((timing.peak_bytes for timing in timings), default=None)
    return _cost("peak memory, MB", None if peak is None else peak / _MILLION, len(timings))


def _cost(name: str, value: float | None, n: int) -> Measure:
    return Measure(name, value, n, is_share=False, better="lower")
