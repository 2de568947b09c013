"""The statistics of the reports: intervals of shares and means, paired tests, a judge's errors.

All randomness is numpy's PCG64 from a fixed seed, so that the same values give the same bytes.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""
SEED = 20_240_527
RESAMPLES = 10_000
_DRAWS = 2_000_000
"""How many clusters are drawn at a time: bounds the memory, and changes no number."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a 95 % interval: of a share both in [0, 1], of a mean or difference any."""

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


def rule_of_three(trials: int) -> Interval | None:
    """Return what no event in `trials` independent trials leaves possible: 0 to 3 / n, 95 %.

    One-sided: (1 - 3/n)ⁿ ≈ e⁻³ ≈ .05 (Hanley and Lippman-Hand, JAMA 249:1743, 1983).

    Args:
        trials: How often the event could have happened and did not.

    Returns:
        The interval, its upper bound at most 1; None without trials.

    Raises:
        ValueError: There are fewer trials than none.

    >>> rule_of_three(300)
    Interval(low=0.0, high=0.01)
    """
    if trials < 0:
        raise ValueError(f"0 events in {trials} trials")
    return Interval(0.0, min(1.0, 3 / trials)) if trials else None


def cluster_bootstrap(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Return the percentile bootstrap interval of a mean whose values hang together, 95 %.

    Whole clusters are drawn with replacement, as many as there are; the mean is that of all values
    in the drawn ones (Davison and Hinkley, Bootstrap Methods, 1997, section 3.8; Miller 2024 on
    clustered evaluations). The order of the values makes no difference.

    Args:
        values: Finite.
        clusters: Of each value, such as the source that its case rests on.
        seed: Of the random numbers.
        resamples: How often the clusters are drawn, at least 1.

    Returns:
        The interval; None with fewer than two clusters, which tell nothing of how they vary.

    Raises:
        ValueError: As many clusters as values are not given, or a value is not finite.

    >>> cluster_bootstrap([1.0, 1.0, 1.0], ["a", "b", "b"])
    Interval(low=1.0, high=1.0)
    """
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values, but {len(clusters)} clusters")
    if not all(map(math.isfinite, values)):
        raise ValueError("a value is not finite")
    grouped: dict[Hashable, list[float]] = defaultdict(list)
    for value, cluster in zip(values, clusters, strict=True):
        grouped[cluster].append(value)
    if len(grouped) < 2:
        return None
    # Clusters that are alike can be exchanged: sorted by content, any order gives the same draws.
    parts = sorted((math.fsum(group), len(group)) for group in grouped.values())
    means = _resampled(np.array(parts, dtype=np.float64), seed, resamples)
    low, high = (float(bound) for bound in np.quantile(means, (0.025, 0.975)))
    return Interval(low, high)


def _resampled(
    parts: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", seed: int, n: int
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return the mean of each resample of clusters, each a row of its sum and its size."""
    count, random = len(parts), np.random.default_rng(seed)
    means = []
    for start in range(0, n, step := max(1, _DRAWS // count)):
        drawn = random.integers(count, size=(min(step, n - start), count), dtype=np.int64)
        sums = parts[:, 0][drawn].sum(axis=1)
        means.append(sums / parts[:, 1][drawn].sum(axis=1))
    return np.concatenate(means)


def paired_bootstrap(
    a: Sequence[float], b: Sequence[float], clusters: Sequence[Hashable], *, seed: int = SEED
) -> Interval | None:
    """Return the cluster bootstrap interval of the mean difference a - b of pairs, 95 %.

    Args:
        a: Values of one system.
        b: Values of the other for the same questions, in the same order.
        clusters: Of each pair.
        seed: Of the random numbers.

    Returns:
        The interval; it excludes 0 where the difference is more than chance. None with fewer than
        two clusters.

    Raises:
        ValueError: The three are not of one length, or a value is not finite.

    >>> paired_bootstrap([0.5, 0.5], [0.25, 0.25], ["q1", "q2"])
    Interval(low=0.25, high=0.25)
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} values against {len(b)} are no pairs")
    return cluster_bootstrap([x - y for x, y in zip(a, b, strict=True)], clusters, seed=seed)


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p-value that two systems succeed equally often.

    Of the n pairs in which one alone succeeds, each does so with probability 1/2 if they are
    equal: p = min(1, 2 Σ C(n, i) / 2ⁿ for i from 0 to the smaller of the two counts).

    Args:
        only_a: Pairs in which the first succeeds alone.
        only_b: Pairs in which the second does.

    Returns:
        In (0, 1]; 1 when no pair differs. Below about 1e-308 it is 0.

    Raises:
        ValueError: A count is negative.

    >>> mcnemar(0, 6)
    0.03125
    """
    if only_a < 0 or only_b < 0:
        raise ValueError(f"{only_a} and {only_b} are no counts of pairs")
    n, ways, tail = only_a + only_b, 1, 0
    for i in range(min(only_a, only_b) + 1):
        tail += ways
        ways = ways * (n - i) // (i + 1)
    return min(1.0, 2 * tail / (1 << n))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a judge is right, as measured on labelled pairs, both in [0, 1]."""

    sensitivity: float
    """Share of the true that it calls true."""
    specificity: float
    """Share of the false that it calls false."""

    def __post_init__(self) -> None:
        inside = all(0 <= share <= 1 for share in (self.sensitivity, self.specificity))
        if not inside or self.sensitivity + self.specificity <= 1:
            raise ValueError(
                f"a judge of sensitivity {self.sensitivity} and specificity {self.specificity} "
                "cannot be corrected for: shares in [0, 1] with a sum above 1 are needed"
            )


@dataclass(frozen=True, slots=True)
class Corrected:
    """A share as it would be without the errors of its judge."""

    value: float
    """In [0, 1]."""
    is_clipped: bool
    """Whether the formula left [0, 1]: the judge errs otherwise here than where it was measured."""


def rogan_gladen(observed: float, accuracy: Accuracy) -> Corrected:
    """Return an observed share corrected for the judge's errors.

    (p + sp - 1) / (se + sp - 1), clipped to [0, 1] (Rogan and Gladen, American Journal of
    Epidemiology 107:71, 1978).

    Args:
        observed: The share that the judge calls true, in [0, 1].
        accuracy: Of the judge.

    Returns:
        The share, and whether it had to be clipped.

    Raises:
        ValueError: The observed share is not in [0, 1].

    >>> found = rogan_gladen(0.8, Accuracy(sensitivity=0.9, specificity=0.8))
    >>> round(found.value, 3), found.is_clipped
    (0.857, False)
    """
    if not 0 <= observed <= 1:
        raise ValueError(f"{observed} is no share")
    value = (observed + accuracy.specificity - 1) / (
        accuracy.sensitivity + accuracy.specificity - 1
    )
    # A last bit beyond the ends is rounding, no judge's error.
    is_clipped = not -1e-12 <= value <= 1 + 1e-12
    return Corrected(min(1.0, max(0.0, value)), is_clipped)


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
