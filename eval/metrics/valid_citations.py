"""Citation validity."""

import re
from collections.abc import Iterator

from consilia.answer import Claim
from eval.measure import Measure, Samples, share
from eval.samples import Sample

_SPAN = re.compile(r"claims\[(\d+)\]\.proofs\[(\d+)\]\.(?:document|version|start)\b")


def valid_citations(samples: Samples) -> Measure:
    """Citations that lead to words of their document / all citations.

    A citation is a number of a claim, or the document of a proof that no number of it names. It
    is valid when the number is a reference, a proof of the claim is of that reference's document,
    and the independent checker finds document, version and span of all such proofs.

    Source: own: the source validity of SourceCheckup (Wu et al. 2025) with spans of documents
    in place of addresses.
    """
    return share("citations that resolve", (ok for s in samples for ok in _citations(s)))


def _citations(sample: Sample) -> Iterator[bool]:
    named = {r.number: r.document for r in sample.answer.references}
    found = (_SPAN.match(finding) for finding in sample.findings)
    lost = {(int(place[1]), int(place[2])) for place in found if place}
    for number, claim in enumerate(sample.claims):
        proven = {proof.document for proof in claim.proofs}
        broken = {p.document for place, p in enumerate(claim.proofs) if (number, place) in lost}
        yield from (named.get(n) in proven - broken for n in claim.citations)
        yield from (False for _ in proven - _cited(claim, named))


def _cited(claim: Claim, named: dict[int, str]) -> set[str | None]:
    return {named.get(number) for number in claim.citations}
