"""Precision of gold facts in what the reader sees, and both in one."""

from eval.measure import Measure, Samples, of_type, ratio
from eval.metrics.fact_recall import facts_shown


def gold_share(samples: Samples) -> Measure:
    """Shown claims that rest on a gold fact / shown claims, over answered answerable cases.

    Source: own: precision with claims as what is retrieved.
    """
    answered = [s for s in of_type(samples, "answerable") if s.status == "answered" and s.facts]
    gold = sum(len(s.gold_claims) for s in answered)
    return ratio("gold share of shown claims", gold, sum(len(s.shown_claims) for s in answered))


def fact_f1(samples: Samples) -> Measure:
    """2 P R / (P + R) of `gold_share` and `facts_shown`, each over all answerable cases.

    None where nothing was to be shown or nothing was: then one of the two is not applicable. No
    interval: the two are taken over different things.

    Source: the F-measure of van Rijsbergen, Information Retrieval, 1979.
    """
    precision, recall = gold_share(samples).value, facts_shown(samples)
    if precision is None or recall.value is None:
        return Measure("gold facts, F1", None, recall.n)
    both = precision + recall.value
    return Measure("gold facts, F1", 2 * precision * recall.value / both if both else 0.0, recall.n)
