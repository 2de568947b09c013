"""K-QA: points that an answer entails, and points that it contradicts."""

from collections.abc import Sequence

from eval.judging import Judge, corrected, uncorrected
from eval.measure import Measure, Samples, average, count, of_type
from eval.samples import Sample


def comprehensiveness(samples: Samples, judge: Judge) -> Measure:
    """Mean over answerable cases of (must-have points that a shown claim entails / such points).

    The premise is each single claim in place of the whole answer: a long one is read badly by small
    models. Points that are single words are no sentences to such a model: write them as statements.

    Source: K-QA (Manes et al. 2024).
    """
    cases = [s for s in of_type(samples, "answerable") if s.points]
    shares = (
        (s, sum(_entailed(s, point, judge) for point in s.points) / len(s.points)) for s in cases
    )
    return corrected(average("K-QA comprehensiveness", shares), judge.support)


def contradicted_points(samples: Samples, judge: Judge) -> Measure:
    """How many must-have and nice-to-have points a shown claim contradicts; n are such points.

    A count as judged, without a correction.

    Source: K-QA (Manes et al. 2024), there the hallucination rate.
    """
    judged = [
        any(judge.contradicts([claim.text], point) for claim in s.shown_claims)
        for s in of_type(samples, "answerable")
        for point in _all_points(s)
    ]
    found = count("K-QA contradicted points", sum(judged), len(judged))
    return uncorrected(found, judge.contradiction, "a count of points, each judged many times")


def _entailed(sample: Sample, point: str, judge: Judge) -> bool:
    return any(judge.entails([claim.text], point) for claim in sample.shown_claims)


def _all_points(sample: Sample) -> Sequence[str]:
    return (*sample.points, *sample.step.nice_to_have)
