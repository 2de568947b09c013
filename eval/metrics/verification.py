"""What the independent checker says."""

from eval.measure import Measure, Samples, share


def answers_verified(samples: Samples) -> Measure:
    """Answers in which the independent checker finds nothing wrong / all answers.

    Source: own.
    """
    return share("answers that verify", (not s.findings for s in samples))
