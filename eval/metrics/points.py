"""What an answer must say, may well say, and must not say."""

from eval.measure import Measure, Samples, count, of_type, ratio
from eval.samples import said


def points_shown(samples: Samples) -> Measure:
    """Must-have points that a shown claim says / must-have points, over answerable cases.

    Source: the must-have statements of K-QA (Manes et al. 2024), found by words in place of a
    judge.
    """
    cases = of_type(samples, "answerable")
    shown = sum(len(s.points_shown) for s in cases)
    return ratio("must-have points shown", shown, sum(len(s.points) for s in cases))


def nice_points_shown(samples: Samples) -> Measure:
    """Nice-to-have points that a shown claim says / such points, over answerable cases.

    Source: the nice-to-have statements of K-QA, see `points_shown`.
    """
    cases = of_type(samples, "answerable")
    shown = sum(len(said(s.step.nice_to_have, s.shown_claims)) for s in cases)
    return ratio("nice-to-have points shown", shown, sum(len(s.step.nice_to_have) for s in cases))


def forbidden_said(samples: Samples) -> Measure:
    """How many of the words that no claim may say are said, over all cases; n are those words.

    Source: own.
    """
    words = sum(len(s.step.forbidden) for s in samples)
    return count("forbidden content said", sum(len(s.forbidden_said) for s in samples), words)
