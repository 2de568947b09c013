"""Warnings and strong recommendations that the sections leave out."""

from eval.measure import Measure, Samples, ratio


def marked_left_out(samples: Samples) -> Measure:
    """Marked sentences that stand only beside the sections / those and the ones in sections.

    Marked are boxed warnings, contraindications and strong recommendations on the topic; those
    beside the sections are the omissions that the answer itself tells.

    Source: own.
    """
    beside = sum(len(s.answer.omissions) for s in samples)
    shown = sum(claim.mark is not None for s in samples for claim in s.shown_claims)
    return ratio("marked sentences left out", beside, beside + shown, better="lower")
