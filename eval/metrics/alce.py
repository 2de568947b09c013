"""ALCE: citation recall and precision by an entailment model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilia.answer import Claim
from eval.judging import Judge, corrected, premises
from eval.measure import Measure, Samples, average
from eval.samples import Sample

AT_MOST = 3
"""Citations of a sentence that count, the first ones."""


@dataclass(frozen=True, slots=True)
class _Score:
    """What is counted of one claim."""

    is_entailed: bool
    cited: int
    """Citations in the denominator."""
    precise: int
    """Those that count."""


def alce_recall(samples: Samples, judge: Judge) -> Measure:
    """Mean over answers of (claims that their citations together entail / claims).

    A claim without citations, or with one that is no reference, has 0; the first three citations
    are read together. A citation is the quotes that the claim has from its document. Answers
    without claims are left out.

    Source: ALCE, `eval.py` (Gao et al. 2023, arXiv 2305.14627).
    """
    scored = ((s, _scores(s, judge)) for s in samples if s.claims)
    shares = ((s, sum(x.is_entailed for x in scores) / len(scores)) for s, scores in scored)
    return corrected(average("ALCE citation recall", shares), judge.support)


def alce_precision(samples: Samples, judge: Judge) -> Measure:
    """Mean over answers of (citations that are needed / citations), 0 for answers without any.

    Of a claim that its citations entail, its only citation counts, and of several
    each that entails the claim by itself or without which the others do not. Citations of a
    claim that cites what is no reference are not in the denominator. A citation is judged more than
    once, so the correction for the judge's errors is exact for single citations only.

    Source: ALCE, `eval.py` (Gao et al. 2023, arXiv 2305.14627).
    """
    scored = ((s, _scores(s, judge)) for s in samples if s.claims)
    shares = ((s, _precision(scores)) for s, scores in scored)
    return corrected(average("ALCE citation precision", shares), judge.support)


def _precision(scores: Sequence[_Score]) -> float:
    cited = sum(score.cited for score in scores)
    return sum(score.precise for score in scores) / cited if cited else 0.0


def _scores(sample: Sample, judge: Judge) -> list[_Score]:
    return [_score(sample, claim, judge) for claim in sample.claims]


def _score(sample: Sample, claim: Claim, judge: Judge) -> _Score:
    known = {reference.number for reference in sample.answer.references}
    if not claim.citations or not known.issuperset(claim.citations):
        return _Score(is_entailed=False, cited=0, precise=0)
    cited = claim.citations[:AT_MOST]

    def entails(numbers: Iterable[int]) -> bool:
        return judge.entails(premises(sample, claim, numbers), claim.text)

    if not entails(cited):
        return _Score(is_entailed=False, cited=len(cited), precise=0)
    needed = (
        len(cited) == 1 or entails((number,)) or not entails(_without(cited, place))
        for place, number in enumerate(cited)
    )
    return _Score(is_entailed=True, cited=len(cited), precise=sum(needed))


def _without(numbers: tuple[int, ...], place: int) -> tuple[int, ...]:
    return (*numbers[:place], *numbers[place + 1 :])
