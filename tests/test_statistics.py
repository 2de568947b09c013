"""Intervals, paired tests and the correction of a judge: by hand, by scipy, and by their laws."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eval.statistics import (
    Accuracy,
    Interval,
    cluster_bootstrap,
    mcnemar,
    mean,
    paired_bootstrap,
    percentile,
    rogan_gladen,
    rule_of_three,
    wilson,
)

counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
quick = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)],
)
def test_wilson_agrees_with_published_values(successes, trials, low, high):
    found = wilson(successes, trials)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


@given(counts)
def test_wilson_agrees_with_scipy_and_holds_the_share(count):
    successes, trials = count
    found = wilson(successes, trials)
    if not trials:
        assert found is None
        return
    theirs = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert found.low == pytest.approx(theirs.low, abs=1e-9)
    assert found.high == pytest.approx(theirs.high, abs=1e-9)
    assert 0 <= found.low <= successes / trials <= found.high <= 1


def test_wilson_of_nothing_is_not_applicable_and_of_too_many_is_an_error():
    assert wilson(0, 0) is None
    for successes, trials in ((3, 2), (-1, 2), (1, -1)):
        with pytest.raises(ValueError, match=f"{successes} successes in {trials} trials"):
            wilson(successes, trials)


@pytest.mark.parametrize(("trials", "high"), [(300, 0.01), (3, 1.0), (1, 1.0), (600, 0.005)])
def test_the_rule_of_three(trials, high):
    assert rule_of_three(trials) == Interval(0.0, high)


def test_the_rule_of_three_is_near_the_exact_bound_and_not_applicable_to_nothing():
    for trials in (30, 100, 1_000):
        exact = 1 - 0.05 ** (1 / trials)
        assert exact <= rule_of_three(trials).high <= exact * 1.06
    assert rule_of_three(0) is None
    with pytest.raises(ValueError, match="-1 trials"):
        rule_of_three(-1)


# --- bootstrap


def test_the_bootstrap_agrees_with_scipy_when_each_value_is_a_cluster():
    values = np.random.default_rng(5).gamma(2.0, size=60)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    found = cluster_bootstrap([float(v) for v in values], range(60))
    assert found.low == pytest.approx(theirs.low, abs=0.03)
    assert found.high == pytest.approx(theirs.high, abs=0.03)


def test_two_clusters_by_hand():
    """Drawn are aa, ab, ba, bb with 1/4 each: the means are 0, 1/2, 1/2, 1, whatever their size."""
    assert cluster_bootstrap([0.0, 1.0], ["a", "b"]) == Interval(0.0, 1.0)
    # The mean is over values: ab weighs the larger cluster more, (0 + 0 + 0 + 1) / 4.
    means = {0.0, 0.25, 1.0}
    found = cluster_bootstrap([0.0, 0.0, 0.0, 1.0], ["a", "a", "a", "b"], resamples=1)
    assert found.low == found.high
    assert found.low in means


def test_values_that_hang_together_give_a_wider_interval():
    values = [float(n // 10 % 2) for n in range(100)]
    alone = cluster_bootstrap(values, range(100))
    together = cluster_bootstrap(values, [n // 10 for n in range(100)])
    assert together.high - together.low > 2 * (alone.high - alone.low)


@pytest.mark.parametrize("clusters", [[], ["a"], ["a", "a", "a"]])
def test_fewer_than_two_clusters_tell_nothing(clusters):
    values = [0.5] * len(clusters)
    assert cluster_bootstrap(values, clusters) is None
    assert paired_bootstrap(values, values, clusters) is None


@quick
@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdef")), max_size=30),
    st.integers(0, 9),
    st.randoms(use_true_random=False),
)
def test_the_bootstrap_keeps_in_bounds_and_does_not_care_for_order(pairs, seed, shuffle):
    found = cluster_bootstrap([v for v, _ in pairs], [c for _, c in pairs], seed=seed, resamples=99)
    moved = list(pairs)
    shuffle.shuffle(moved)
    again = cluster_bootstrap([v for v, _ in moved], [c for _, c in moved], seed=seed, resamples=99)
    assert found == again
    if found:
        assert 0 <= found.low <= found.high <= 1 + 1e-12


def test_many_clusters_are_drawn_in_parts_that_change_nothing(monkeypatch):
    values, clusters = [float(n % 3) for n in range(50)], range(50)
    whole = cluster_bootstrap(values, clusters, resamples=500)
    monkeypatch.setattr("eval.statistics._DRAWS", 777)
    assert cluster_bootstrap(values, clusters, resamples=500) == whole


def test_the_paired_interval_is_that_of_the_differences_and_turns_with_the_systems():
    random_ = random.Random(3)
    a = [random_.random() for _ in range(40)]
    b = [max(0.0, value - random_.random() / 4) for value in a]
    found = paired_bootstrap(a, b, range(40))
    turned = paired_bootstrap(b, a, range(40))
    assert found.low > 0
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=0.01)
    assert found.low <= mean(a) - mean(b) <= found.high
    assert paired_bootstrap(a, a, range(40)) == Interval(0.0, 0.0)


@pytest.mark.parametrize(
    ("a", "b", "clusters"),
    [([1.0], [], ["q"]), ([1.0], [1.0], []), ([math.nan], [1.0], ["q"]), ([math.inf], [1.0], "q")],
)
def test_what_is_no_pairs_is_an_error(a, b, clusters):
    with pytest.raises(ValueError, match=r"pairs|clusters|finite"):
        paired_bootstrap(a, b, clusters)


# --- McNemar


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [(0, 0, 1.0), (0, 6, 2 / 64), (1, 5, 2 * (1 + 6) / 64), (3, 3, 1.0), (2, 0, 0.5)],
)
def test_mcnemar_by_hand(only_a, only_b, p):
    assert mcnemar(only_a, only_b) == pytest.approx(p)


@given(st.integers(0, 150), st.integers(0, 150))
def test_mcnemar_agrees_with_scipy_and_does_not_care_who_is_who(only_a, only_b):
    found = mcnemar(only_a, only_b)
    if only_a + only_b:
        assert found == pytest.approx(stats.binomtest(only_a, only_a + only_b).pvalue)
    assert found == mcnemar(only_b, only_a)
    assert 0 < found <= 1


def test_mcnemar_of_very_many_pairs_and_of_fewer_than_none():
    assert mcnemar(1_000, 1_000) == 1.0
    assert mcnemar(0, 5_000) == 0.0
    with pytest.raises(ValueError, match="no counts"):
        mcnemar(-1, 3)


# --- Rogan and Gladen


def test_the_correction_by_hand():
    """80 of 100 are seen: 90 % of 6/7 true ones and 20 % of 1/7 false ones are 0.8."""
    found = rogan_gladen(0.8, Accuracy(0.9, 0.8))
    assert found.value == pytest.approx(6 / 7)
    assert pytest.approx(0.8) == 0.9 * 6 / 7 + 0.2 / 7
    assert not found.is_clipped


@pytest.mark.parametrize(
    ("observed", "value", "is_clipped"),
    [(1.0, 1.0, True), (0.9, 1.0, False), (0.2, 0.0, False), (0.1, 0.0, True)],
)
def test_what_leaves_the_range_is_clipped_and_told(observed, value, is_clipped):
    found = rogan_gladen(observed, Accuracy(0.9, 0.8))
    assert (found.value, found.is_clipped) == (pytest.approx(value), is_clipped)


shares = st.floats(0, 1)
accuracies = st.builds(Accuracy, st.floats(0.6, 1), st.floats(0.6, 1))


@given(shares, accuracies)
def test_the_correction_undoes_the_judge(true, accuracy):
    seen = accuracy.sensitivity * true + (1 - accuracy.specificity) * (1 - true)
    found = rogan_gladen(min(1.0, seen), accuracy)
    assert found.value == pytest.approx(true, abs=1e-9)
    assert not found.is_clipped


@given(shares, shares, accuracies)
def test_more_that_is_seen_is_never_less_when_corrected(one, other, accuracy):
    low, high = sorted((one, other))
    assert rogan_gladen(low, accuracy).value <= rogan_gladen(high, accuracy).value


@given(shares)
def test_a_perfect_judge_needs_no_correction(observed):
    assert rogan_gladen(observed, Accuracy(1.0, 1.0)).value == pytest.approx(observed)


@pytest.mark.parametrize(("se", "sp"), [(0.5, 0.5), (0.2, 0.7), (1.1, 0.9), (0.9, -0.1)])
def test_a_judge_that_tells_nothing_cannot_be_corrected_for(se, sp):
    with pytest.raises(ValueError, match="cannot be corrected for"):
        Accuracy(se, sp)


def test_a_share_beyond_the_range_is_no_share():
    with pytest.raises(ValueError, match=r"1\.2 is no share"):
        rogan_gladen(1.2, Accuracy(1.0, 1.0))


def test_percentiles_and_means():
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (50.0, 95.0)
    assert (percentile([], 0.5), mean([])) == (None, None)
    assert mean([1.0, 2.0]) == 1.5
