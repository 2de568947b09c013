"""How much there is to read."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from consilia.answer import Claim
from eval.measure import Measure, Samples


def median_claims(samples: Samples) -> Measure:
    """Median number of shown claims over all answered questions.

    Source: own.
    """
    return _of("claims per answered question, median", median, map(len, _answered(samples)))


def max_claims(samples: Samples) -> Measure:
    """Largest number of shown claims over all answered questions.

    Source: own.
    """
    return _of("claims per answered question, maximum", max, map(len, _answered(samples)))


def median_words(samples: Samples) -> Measure:
    """Median number of words of the shown claims over all answered questions.

    Source: own.
    """
    counts = (sum(len(claim.text.split()) for claim in claims) for claims in _answered(samples))
    return _of("words per answered question, median", median, counts)


def _answered(samples: Samples) -> list[Sequence[Claim]]:
    return [s.shown_claims for s in samples if s.status == "answered"]


def _of(name: str, taken: Callable[[list[int]], float], counts: Iterable[int]) -> Measure:
    known = list(counts)
    value = float(taken(known)) if known else None
    return Measure(name, value, len(known), is_share=False, better="neither")
