"""Citations, proofs and sources that do not hold."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from consilia.answer import Claim, Proof
from consilia.documents import sections_of
from consilia.models import Document, digest
from consilia.sentences import split_sentences
from consilia.terms import stems
from eval.kill.gold_answers import Documents, headings_at
from eval.kill.mutant import Break, Broken, first, forged, with_claim
from eval.samples import Sample

_DANGLING = 99


def _shifted(sample: Sample, documents: Documents) -> Broken | None:
    """Every number of an answer one up, the last one becomes 1; of a single one, dangling."""
    del documents
    count = len(sample.answer.references)
    moved = {n: n % count + 1 if count > 1 else n + 1 for n in range(1, count + 1)}
    claims = [replace(c, citations=tuple(moved[n] for n in c.citations)) for c in sample.claims]
    return Broken(forged(sample.answer, claims), f"numbers {moved}")


def _dangling(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    claim = sample.claims[0]
    changed = replace(claim, citations=(*claim.citations, _DANGLING))
    return Broken(with_claim(sample.answer, changed), f"number {_DANGLING}")


def _neighbour(sample: Sample, documents: Documents) -> Broken | None:
    """The proof moved to the nearest sentence of another section that does not say the claim."""
    return first(_moved(sample, claim, documents) for claim in sample.claims)


def _moved(sample: Sample, claim: Claim, documents: Documents) -> Broken | None:
    proof = claim.proofs[0]
    document = documents[proof.document]
    said = set(stems(claim.text))
    others = sorted(_elsewhere(document, proof), key=lambda other: abs(other.start - proof.start))
    for other in others:
        headings = headings_at(document, other.start)
        told = set(stems(" ".join((other.quote, document.metadata.title, *headings))))
        if not said <= told:
            changed = replace(
                claim, proofs=(other,), headings=headings, form="paraphrase", derived=False
            )
            return Broken(with_claim(sample.answer, changed), f"{claim.text} / {other.quote}")
    return None


def _elsewhere(document: Document, proof: Proof) -> Iterator[Proof]:
    derived = {mark.sentence for mark in document.metadata.marks if mark.derived}
    sections = [s for s in sections_of(document.text) if not s.start <= proof.start < s.end]
    spans = [x for s in sections for x in split_sentences(document.text, s.start, s.end)]
    for span in spans:
        quote = document.text[span.start : span.end]
        if quote not in derived:
            hashed = digest(quote.encode())
            yield Proof(document.id, document.version, span.start, span.end, quote, hashed)


def _unproven(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    claim = sample.claims[0]
    return Broken(with_claim(sample.answer, replace(claim, proofs=())), claim.text)


def _requoted(sample: Sample, documents: Documents) -> Broken | None:
    """The last word of a quote left out, in the claim as well, with the hash of what is left."""
    del documents
    claim = sample.claims[0]
    words, _, last = claim.proofs[0].quote.rstrip(".").rpartition(" ")
    if not words:
        return None
    quote = f"{words}."
    proof = replace(claim.proofs[0], quote=quote, quote_sha256=digest(quote.encode()))
    changed = replace(claim, text=quote, proofs=(proof,))
    return Broken(with_claim(sample.answer, changed), f"without “{last}”: {quote}")


def _another_version(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    claim = sample.claims[0]
    proof = replace(claim.proofs[0], version=digest(claim.text.encode()))
    return Broken(with_claim(sample.answer, replace(claim, proofs=(proof,))), claim.text)


def _span_moved(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    claim = sample.claims[0]
    proof = claim.proofs[0]
    moved = replace(proof, start=proof.start + 1, end=proof.end + 1)
    return Broken(with_claim(sample.answer, replace(claim, proofs=(moved,))), claim.text)


def _of_standing(standing: str) -> Break:
    """Return the break in which the reference list alone says that a source has this standing."""

    def put(sample: Sample, documents: Documents) -> Broken | None:
        del documents
        old, *rest = sample.answer.references
        references = (replace(old, standing=standing), *rest)
        return Broken(forged(replace(sample.answer, references=references)), old.document)

    return put


def _cited_twice(sample: Sample, documents: Documents) -> Broken | None:
    del documents
    claim = sample.claims[0]
    changed = replace(claim, proofs=(*claim.proofs, claim.proofs[0]))
    return Broken(with_claim(sample.answer, changed), claim.text)


CITING: MappingProxyType[str, Break] = MappingProxyType({
    "citations shifted by one": _shifted,
    "dangling number": _dangling,
    "citation of a neighbour section": _neighbour,
    "proof removed": _unproven,
    "quote altered": _requoted,
    "version altered": _another_version,
    "span moved by one": _span_moved,
    "superseded document cited": _of_standing("superseded"),
    "retracted document cited": _of_standing("retracted"),
    "quote cited twice": _cited_twice,
})
"""By the name of the row."""
