"""Recall of gold facts in what the reader sees."""

from eval.measure import Measure, Samples, average, of_type, share


def facts_shown(samples: Samples) -> Measure:
    """Gold facts shown / gold facts, summed over answerable cases.

    Source: own: recall with gold spans as what is relevant.
    """
    facts = (id_ in s.shown for s in of_type(samples, "answerable") for id_ in s.facts)
    return share("gold facts shown", facts)


def facts_shown_by_case(samples: Samples) -> Measure:
    """Mean over answerable cases of (gold facts shown / gold facts of the case).

    Source: own, see `facts_shown`.
    """
    asked = [s for s in of_type(samples, "answerable") if s.facts]
    shares = [(s, len(s.shown) / len(s.facts)) for s in asked]
    return average("gold facts shown, mean over cases", shares)


def any_fact_shown(samples: Samples) -> Measure:
    """Answerable cases that show at least one gold fact / answerable cases with gold facts.

    Source: own, see `facts_shown`.
    """
    shown = (bool(s.shown) for s in of_type(samples, "answerable") if s.facts)
    return share("at least one gold fact shown", shown)
