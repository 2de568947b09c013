"""Whole answers without a fault: the words of the gold spans of a case, cited as answers cite."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from consilia import wording
from consilia.answer import (
    SCHEMA,
    Abstention,
    Answer,
    AnswerSection,
    Claim,
    Group,
    KnowledgeBaseState,
    Manifest,
    Proof,
    Review,
    evidence_digest,
    sealed,
)
from consilia.candidates import SECTION_KINDS
from consilia.citations import VERBATIM_CHECKS, last_updated, number, references_of
from consilia.documents import document_paths, read_document, sections_of
from consilia.models import Document
from consilia.verify import check
from consilia.wording import SectionName
from eval.cases import Case
from eval.facts import Span, load_facts
from eval.resolving import resolve, spans_of
from eval.samples import Sample

Documents = Mapping[str, Document]


def read_documents(kb: Path) -> Documents:
    """Return the documents of a folder by id."""
    return {document.id: document for document in map(read_document, document_paths(kb))}


def gold_samples(cases: Sequence[Case], kb: Path) -> Iterator[Sample]:
    """Yield a sample with a faultless answer for each answerable case.

    Args:
        cases: Those with gold spans count; of cases with the same gold and points, the first does.
        kb: The folder of documents that the gold facts are sentences of.

    Yields:
        Samples whose answer says the gold spans word for word, as its search finds them, too.
    """
    documents = read_documents(kb)
    seen: set[tuple[object, ...]] = set()
    for case in resolve(cases, load_facts(kb)).cases:
        gold = spans_of(case.steps()[0])
        key = (frozenset(gold.values()), case.must_have)
        if case.type == "answerable" and gold and key not in seen:
            seen.add(key)
            claims = [claim_of(span, documents) for span in dict.fromkeys(gold.values())]
            answer = answer_of(case.question or "", claims, documents)
            yield Sample(
                case=case,
                turn=0,
                answer=answer,
                gold=gold,
                hits=tuple(gold.values()),
                findings=findings_of(answer, kb),
                sources={
                    s.document: documents[s.document].metadata.standing for s in gold.values()
                },
            )


def _documents_of(gold: Mapping[str, Span]) -> frozenset[str]:
    return frozenset(span.document for span in gold.values())


def claim_of(span: Span, documents: Documents) -> Claim:
    """Return the verbatim claim that a span is, still without an id and numbers."""
    document = documents[span.document]
    quote = document.text[span.start : span.end]
    marks = [mark for mark in document.metadata.marks if mark.sentence == quote]
    return Claim(
        id="",
        text=quote,
        form="verbatim",
        citations=(),
        proofs=(Proof(document.id, document.version, span.start, span.end, quote, span.sha256),),
        checks=VERBATIM_CHECKS,
        mark=next((mark.mark for mark in marks if mark.mark), None),
        headings=headings_at(document, span.start),
        derived=any(mark.derived for mark in marks),
    )


def headings_at(document: Document, place: int) -> tuple[str, ...]:
    """Return the headings above a place of a document."""
    around = (s.headings for s in sections_of(document.text) if s.start <= place < s.end)
    return next(around, ())


def answer_of(question: str, claims: Sequence[Claim], documents: Documents) -> Answer:
    """Return the answer that shows some claims, each in the section of its kind of source.

    Args:
        question: As it was asked.
        claims: With their proofs, in any order; ids and numbers are given anew.
        documents: All that the proofs name.

    Returns:
        A sealed answer in which everything holds together.
    """
    kinds = [documents[claim.proofs[0].document].metadata.kind for claim in claims]
    ordered = {
        name: [c for c, kind in zip(claims, kinds, strict=True) if kind in SECTION_KINDS[name]]
        for name in SECTION_KINDS
    }
    mentioned = [claim for held in ordered.values() for claim in held]
    numbers = number(proof.document for claim in mentioned for proof in claim.proofs)
    told = tuple(
        replace(
            claim,
            id=f"c{place}",
            citations=tuple(dict.fromkeys(numbers[p.document] for p in claim.proofs)),
        )
        for place, claim in enumerate(mentioned, start=1)
    )
    sources = {name: documents[name].metadata for name in numbers}
    left = iter(told)
    sections = tuple(
        _section(name, [next(left).id for _ in held]) for name, held in ordered.items()
    )
    return sealed(
        Answer(
            schema=SCHEMA,
            answer_id="",
            status="answered" if told else "abstained",
            question=question,
            standalone_question=question,
            audience="clinician",
            sections=sections,
            claims=told,
            references=references_of(told, sources),
            omissions=(),
            conflicts=(),
            notices=(),
            guardrails=(),
            review=Review("submitted", evidence_digest(told)),
            last_updated=last_updated(sources.values()),
            disclaimer=wording.DISCLAIMER,
            manifest=Manifest("0", KnowledgeBaseState("sha256:0", "gold"), {}, "sha256:0"),
        )
    )


def _section(name: SectionName, claims: Sequence[str]) -> AnswerSection:
    title = wording.SECTION_TITLES[name]
    if claims:
        return AnswerSection(name, title, None, (Group("Gold", tuple(claims)),), None)
    silence = Abstention(wording.ABSTENTIONS[name], wording.NOT_CLOSE, ())
    return AnswerSection(name, title, None, (), silence)


def findings_of(answer: Answer, kb: Path) -> tuple[str, ...]:
    """Return what the independent checker finds wrong in an answer, a line a place."""
    found = check(json.loads(answer.to_json()), kb)
    return tuple(f"{finding.place}: {finding.message}" for finding in found)
