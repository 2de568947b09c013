"""TREC BioGen: coverage, support and contradiction of citations."""

from eval.judging import Judge, contradicts, corrected, supports
from eval.measure import Measure, Samples, average


def citation_coverage(samples: Samples, judge: Judge) -> Measure:
    """Mean over answers of (claims with a supporting citation / claims).

    Answers without claims are left out.

    Source: TREC BioGen 2024 and MedAESQA, `medaesqa_eval.py` (Scientific Data 12:1035).
    """
    shares = (
        (s, sum(any(supports(s, claim, judge)) for claim in s.claims) / len(s.claims))
        for s in samples
        if s.claims
    )
    return corrected(average("BioGen citation coverage", shares), judge.support)


def support_rate(samples: Samples, judge: Judge) -> Measure:
    """Mean over answers of (supporting citations / all citations, those of no reference too).

    Source: TREC BioGen 2024 and MedAESQA, `medaesqa_eval.py` (Scientific Data 12:1035).
    """
    judged = ((s, [x for claim in s.claims for x in supports(s, claim, judge)]) for s in samples)
    shares = ((s, sum(found) / len(found)) for s, found in judged if found)
    return corrected(average("BioGen citation support rate", shares), judge.support)


def contradict_rate(samples: Samples, judge: Judge) -> Measure:
    """Mean over answers of (contradicting citations / all citations, those of no reference too).

    Source: TREC BioGen 2024 and MedAESQA, `medaesqa_eval.py` (Scientific Data 12:1035).
    """
    judged = ((s, [x for claim in s.claims for x in contradicts(s, claim, judge)]) for s in samples)
    shares = ((s, sum(found) / len(found)) for s, found in judged if found)
    found = average("BioGen citation contradict rate", shares, better="lower")
    return corrected(found, judge.contradiction)
