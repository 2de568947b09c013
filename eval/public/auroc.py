"""How well a score tells two kinds apart: the area under the ROC curve, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.statistics import SEED, Interval

RESAMPLES = 2_000
_AT_ONCE = 100
"""Resamples that are computed together: bounds the memory, and changes no number."""


@dataclass(frozen=True, slots=True)
class Auroc:
    """An area under the curve."""

    value: float
    """In [0, 1]: .5 is chance, below it the score ranks the wrong way round."""
    interval: Interval | None
    """95 %; None with fewer than two clusters."""


def auroc(
    scores: Sequence[float], positive: Sequence[bool], clusters: Sequence[str]
) -> Auroc | None:
    """Return the chance that a positive scores higher than a negative, ties counted half.

    Σ over pairs of (1 if s⁺ > s⁻, ½ if equal) / (n⁺ n⁻), the Mann-Whitney U (Hanley and McNeil,
    Radiology 143:29, 1982). The interval is the percentile bootstrap over whole clusters; draws
    that hold one kind only tell nothing and are left out. The order of the scores does not count.

    Args:
        scores: Finite.
        positive: Which of them are positive.
        clusters: What each belongs to; scores of one cluster are drawn together.

    Returns:
        The area and its interval; None without a positive or without a negative.

    Raises:
        ValueError: The three are not of one length, or a score is not finite.

    >>> found = auroc([0.9, 0.4, 0.4, 0.1], [True, True, False, False], "abcd")
    >>> found.value
    0.875
    """
    if not len(scores) == len(positive) == len(clusters):
        raise ValueError(f"{len(scores)} scores, {len(positive)} kinds, {len(clusters)} clusters")
    values, kinds = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    if not np.isfinite(values).all():
        raise ValueError("a score is not finite")
    if kinds.all() or not kinds.any():
        return None
    ranked = sorted(zip(values.tolist(), kinds.tolist(), clusters, strict=True))
    grouped = _Ranked.of(ranked)
    count = len(grouped.names)
    whole = float(grouped.areas(np.ones((1, count)))[0])
    if count < 2:
        return Auroc(whole, None)
    random = np.random.default_rng(SEED)
    areas = []
    for _ in range(0, RESAMPLES, _AT_ONCE):
        drawn = random.multinomial(count, [1 / count] * count, size=_AT_ONCE)
        areas.append(grouped.areas(drawn.astype(np.float64)))
    found = np.concatenate(areas)
    low, high = np.quantile(found[~np.isnan(found)], (0.025, 0.975))
    return Auroc(whole, Interval(float(low), float(high)))


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Scores from low to high: which are positive, to which cluster they belong, where ties end."""

    names: tuple[str, ...]
    cluster: NDArray[np.int64]
    positive: NDArray[np.float64]
    tie: NDArray[np.int64]
    """Of each score the number of its group of equals, from 0."""

    @classmethod
    def of(cls, ranked: Sequence[tuple[float, bool, str]]) -> "_Ranked":
        names = tuple(sorted({name for *_, name in ranked}))
        places = {name: place for place, name in enumerate(names)}
        scores = np.array([score for score, *_ in ranked])
        return cls(
            names,
            np.array([places[name] for *_, name in ranked]),
            np.array([float(kind) for _, kind, _ in ranked]),
            np.concatenate(([0], np.cumsum(np.diff(scores) > 0))),
        )

    def areas(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The area for each row of cluster weights; NaN where a kind has no weight."""
        each = weights[:, self.cluster]
        starts = np.flatnonzero(np.diff(self.tie, prepend=-1))
        ups = np.add.reduceat(each * self.positive, starts, axis=1)
        downs = np.add.reduceat(each * (1 - self.positive), starts, axis=1)
        below = np.cumsum(downs, axis=1) - downs
        total = ups.sum(axis=1) * downs.sum(axis=1)
        won = (ups * (below + downs / 2)).sum(axis=1)
        areas: NDArray[np.float64] = np.full(len(won), np.nan)
        np.divide(won, total, out=areas, where=total > 0)
        return areas
