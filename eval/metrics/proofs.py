"""Claims that rest on something."""

from eval.measure import Measure, Samples, ratio


def claims_proven(samples: Samples) -> Measure:
    """Claims with at least one proof / all claims of all answers.

    Source: own.
    """
    claims = sum(len(s.claims) for s in samples)
    return ratio("claims with proof", claims - sum(len(s.unproven) for s in samples), claims)
