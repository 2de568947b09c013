"""Citation recall against gold, without a model."""

from eval.facts import Span
from eval.measure import Measure, Samples, of_type, share
from eval.samples import Sample

LEAST = 0.5
"""Share of the characters of a gold span that one cited span has to cover."""


def gold_spans_cited(samples: Samples) -> Measure:
    """Gold spans of which a shown claim cites at least half / gold spans, answerable cases.

    Source: own: citation recall against gold in place of a judge.
    """
    asked = ((s, gold) for s in of_type(samples, "answerable") for gold in s.gold.values())
    hit = (any(_covers(cited, gold) for cited in _cited(s)) for s, gold in asked)
    return share("gold spans cited, at least half of each", hit)


def _cited(sample: Sample) -> list[Span]:
    return [Span.of_proof(proof) for claim in sample.shown_claims for proof in claim.proofs]


def _covers(cited: Span, gold: Span) -> bool:
    if cited.document != gold.document:
        return False
    if cited.version != gold.version:
        return cited.sha256 == gold.sha256
    overlap = min(cited.end, gold.end) - max(cited.start, gold.start)
    return overlap >= LEAST * (gold.end - gold.start)
