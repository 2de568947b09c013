"""SourceCheckup: statements, and whole responses, that a cited source supports."""

from eval.judging import Judge, contradicts, corrected, supports, uncorrected
from eval.measure import Measure, Samples, share


def statement_support(samples: Samples, judge: Judge) -> Measure:
    """Claims that at least one of their citations entails / all claims.

    Source: SourceCheckup (Wu et al., Nature Communications 16:3615, 2025), statement-level
    support.
    """
    told = (any(supports(s, claim, judge)) for s in samples for claim in s.claims)
    return corrected(share("statement support", told), judge.support)


def response_support(samples: Samples, judge: Judge) -> Measure:
    """Answers whose claims are all supported, none contradicted by a citation / with claims.

    The judge was measured on single statements, so this is as judged, without a correction.

    Source: SourceCheckup (Wu et al., Nature Communications 16:3615, 2025), response-level
    support.
    """
    whole = (
        all(any(supports(s, c, judge)) and not any(contradicts(s, c, judge)) for c in s.claims)
        for s in samples
        if s.claims
    )
    found = share("response full support", whole)
    return uncorrected(found, judge.support, "the judge was measured on single statements")
