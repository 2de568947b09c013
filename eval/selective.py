"""Answering only when sure: how well a confidence tells right from wrong, without a threshold.

Answers carry no confidence: what is judged here is the log-odds of `consilia.answerability`, which
the samples of a run keep and `python -m eval calibrate --tell` takes from the knowledge base.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from eval.measure import Measure
from eval.statistics import Interval, mean, wilson

Judged = Sequence[tuple[float, bool]]
"""Confidences, in any order, with whether answering is right; -inf is the least sure."""


def auroc(name: str, judged: Judged) -> Measure:
    """Return the chance that a right one is surer than a wrong one, ties half.

    The Mann-Whitney statistic over the product of both counts (Hanley and McNeil, Radiology
    143:29, 1982).

    Args:
        name: Of what is judged.
        judged: Confidences with whether answering is right.

    Returns:
        In [0, 1], .5 for a confidence that tells nothing; None without both kinds.

    >>> auroc("a", [(0.9, True), (0.4, False), (0.4, True), (0.1, False)]).value
    0.875
    """
    below, doubled = 0, 0
    right = sum(ok for _, ok in judged)
    wrong = len(judged) - right
    for _, same in groupby(sorted(judged), key=lambda pair: pair[0]):
        kinds = [ok for _, ok in same]
        doubled += sum(kinds) * (2 * below + kinds.count(False))
        below += kinds.count(False)
    value = doubled / (2 * right * wrong) if right and wrong else None
    return Measure(f"{name}, AUROC", value, len(judged))


def aurc(name: str, judged: Judged) -> Measure:
    """Return the area under the risk-coverage curve: the mean risk over all coverages.

    At coverage k / n the risk is the share of wrong ones among the k surest (Geifman, Uziel and
    El-Yaniv 2019); among equally sure ones, which share the risk of their group, none comes first.

    Args:
        name: Of what is judged.
        judged: Confidences with whether answering is right.

    Returns:
        In [0, 1], the lower the better, at best above 0 where some are wrong; None of nothing.

    >>> aurc("a", [(0.9, True), (0.1, False)]).value
    0.25
    """
    return Measure(f"{name}, AURC", mean(_risks(judged)), len(judged), better="lower")


def _risks(judged: Judged) -> list[float]:
    """Return the risk at each coverage k / n, k from 1."""
    risks: list[float] = []
    wrong = 0.0
    for _, same in groupby(sorted(judged, reverse=True), key=lambda pair: pair[0]):
        kinds = [ok for _, ok in same]
        for _ in kinds:
            wrong += kinds.count(False) / len(kinds)
            risks.append(wrong / (len(risks) + 1))
    return risks


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (coverage, risk), both in [0, 1], by rising coverage."""

    name: str
    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, name: str, judged: Judged) -> Self:
        """Return the risk-coverage curve, of which `aurc` is the area.

        Args:
            name: Stands in the picture.
            judged: Confidences with whether answering is right.

        >>> Curve.of("a", [(0.9, True), (0.1, False)]).points
        ((0.5, 0.0), (1.0, 0.5))
        """
        risks = enumerate(_risks(judged), start=1)
        return cls(name, tuple((count / len(judged), risk) for count, risk in risks))


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases to which about the same probability was given."""

    low: float
    high: float
    """Probabilities from `low` to below `high`; the last bin has its end as well."""
    n: int
    predicted: float
    """Mean of the probabilities."""
    observed: float
    """Share of the right ones."""
    interval: Interval
    """Of the share, Wilson, 95 %."""


def probability(odds: float) -> float:
    """Return the probability of log-odds.

    >>> probability(0.0), probability(float("-inf"))
    (0.5, 0.0)
    """
    if odds < 0:
        return math.exp(odds) / (1 + math.exp(odds))
    return 1 / (1 + math.exp(-odds))


def reliability(judged: Judged, *, bins: int = 10) -> tuple[Bin, ...]:
    """Return what became of equally wide bins of probability.

    Args:
        judged: Log-odds with whether answering is right.
        bins: How many, at least 1; empty ones are left out.

    Returns:
        By rising probability: a calibrated confidence has `observed` near `predicted` in each.
    """
    held: dict[int, list[tuple[float, bool]]] = {}
    for odds, right in judged:
        chance = probability(odds)
        held.setdefault(min(int(chance * bins), bins - 1), []).append((chance, right))
    return tuple(_bin(place / bins, (place + 1) / bins, held[place]) for place in sorted(held))


def _bin(low: float, high: float, held: Sequence[tuple[float, bool]]) -> Bin:
    right, n = sum(ok for _, ok in held), len(held)
    bounds = wilson(right, n) or Interval(0.0, 1.0)
    return Bin(low, high, n, math.fsum(chance for chance, _ in held) / n, right / n, bounds)


def calibration_error(name: str, judged: Judged, *, bins: int = 10) -> Measure:
    """Return the mean distance of probability and share over the bins, weighted by their n.

    The expected calibration error of Naeini, Cooper and Hauskrecht (AAAI 2015).

    >>> calibration_error("a", [(0.0, True), (0.0, False)]).value
    0.0
    """
    found = reliability(judged, bins=bins)
    off = math.fsum(bin_.n * abs(bin_.predicted - bin_.observed) for bin_ in found)
    value = off / len(judged) if judged else None
    return Measure(f"{name}, ECE", value, len(judged), better="lower")
