"""Numbers that lead somewhere, and references that somebody names."""

from eval.measure import Measure, Samples, share


def answers_numbered(samples: Samples) -> Measure:
    """Answers whose citations and references are the same numbers / all answers.

    Source: own.
    """
    numbered = (not s.misnumbered for s in samples)
    return share("answers without dangling or unused numbers", numbered)
