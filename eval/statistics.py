"""The few statistics that the reports need."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a 95 % interval, both in [0, 1]."""

    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval | None:
    """Return Wilson's score interval of a proportion, 95 %.

    (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n), with p = successes / n.

    Args:
        successes: From 0 to `trials`.
        trials: The n of the formula.

    Returns:
        The interval, or None without trials.

    Raises:
        ValueError: There are more successes than trials, or fewer than none.

    >>> found = wilson(8, 10)
    >>> round(found.low, 3), round(found.high, 3)
    (0.49, 0.943)
    """
    if not 0 <= successes <= max(trials, 0):
        raise ValueError(f"{successes} successes in {trials} trials")
    if not trials:
        return None
    share, square = successes / trials, Z95**2
    middle = share + square / (2 * trials)
    spread = Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    scale = 1 + square / trials
    # At the ends the formula gives 0 and 1 but for a last bit, which rounding would show.
    low = (middle - spread) / scale if successes else 0.0
    high = (middle + spread) / scale if successes < trials else 1.0
    return Interval(low, high)


def mean(values: Sequence[float]) -> float | None:
    """Return Σ values / n, or None without values."""
    return math.fsum(values) / len(values) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least this share of the values does not exceed.

    Args:
        values: In any order.
        share: In (0, 1]; .5 is the median, which for an even n is the lower of the middle two.

    Returns:
        One of the values, or None without values.

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.95)
    4.0
    """
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
