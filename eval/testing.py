"""Samples for tests, made from what is to be counted; documents and words are invented."""

from collections.abc import Mapping, Sequence
from typing import Literal

from consilia.answer import (
    Answer,
    AnswerSection,
    Checks,
    Claim,
    Group,
    KnowledgeBaseState,
    Manifest,
    Proof,
    Reference,
    Review,
    Status,
    evidence_digest,
    sealed,
)
from consilia.models import Kind, digest
from consilia.wording import DISCLAIMER, SECTION_TITLES, SectionName
from eval.cases import Case
from eval.facts import Span
from eval.samples import SEARCH_DEPTH, Sample

VERSION = digest(b"the only version")
_SECTION_OF: dict[str, SectionName] = {"guideline": "guidelines", "label": "label"}


def span_named(name: str) -> Span:
    """Return the span of an invented sentence: of a guideline, a label or a study by `G`, `L`, `S`.

    >>> span_named("G1").kind, span_named("G1").document
    ('guideline', 'document-g1')
    """
    kinds: dict[str, Kind] = {"G": "guideline", "L": "label"}
    words = words_of(name)
    hashed = digest(words.encode())
    document = f"document-{name.casefold()}"
    return Span(document, VERSION, 0, len(words), hashed, kinds.get(name[:1], "study"))


def words_of(name: str) -> str:
    """Return the words of `span_named`."""
    return f"Zelvoprine helps flumbosis, says {name}."


def made_claim(number: int, name: str, text: str | None = None) -> Claim:
    """Return a claim that rests on the span of this name and says its words, or a text."""
    span, words = span_named(name), words_of(name)
    proof = Proof(span.document, span.version, span.start, span.end, words, span.sha256)
    checks = Checks("pass", "pass", "pass", "pass")
    form: Literal["verbatim", "paraphrase"] = "verbatim" if text is None else "paraphrase"
    return Claim(f"c{number}", text or words, form, (number,), (proof,), checks)


def made_answer(
    shown: Sequence[str], beside: Sequence[str] = (), status: Status | None = None
) -> Answer:
    """Return an answer with a claim for each name, its document cited in that order.

    Args:
        shown: Names of spans that a section shows, each in that of its kind of source.
        beside: Names of spans that claims outside of the sections rest on.
        status: `answered` when something is shown, else `abstained`, unless given.

    Returns:
        The answer; it holds together, but no knowledge base has its documents.
    """
    names = (*shown, *beside)
    claims = tuple(made_claim(number, name) for number, name in enumerate(names, start=1))
    ids: dict[SectionName, list[str]] = {name: [] for name in SECTION_TITLES}
    for claim, name in zip(claims, shown, strict=False):
        ids[_SECTION_OF.get(span_named(name).kind or "", "research")].append(claim.id)
    sections = (
        AnswerSection(name, title, None, (Group("", tuple(ids[name])),), None)
        if ids[name]
        else AnswerSection(name, title, None, (), None)
        for name, title in SECTION_TITLES.items()
    )
    return sealed(
        Answer(
            schema="consilia.answer/1",
            answer_id="",
            status=status or ("answered" if shown else "abstained"),
            question="Why?",
            standalone_question="Why?",
            audience="clinician",
            sections=tuple(sections),
            claims=claims,
            references=tuple(_reference(n, name) for n, name in enumerate(names, start=1)),
            omissions=(),
            conflicts=(),
            notices=(),
            guardrails=(),
            review=Review("submitted", evidence_digest(claims)),
            last_updated=None,
            disclaimer=DISCLAIMER,
            manifest=Manifest("0", KnowledgeBaseState("sha256:0", "g"), {}, "sha256:0"),
        )
    )


def _reference(number: int, name: str) -> Reference:
    span = span_named(name)
    return Reference(
        number=number,
        document=span.document,
        kind=span.kind or "study",
        title=f"Flumbosis, told by {name}",
        authors=None,
        venue=None,
        year=2020,
        identifiers={},
        url=None,
        standing="current",
        reading="source_text",
        read_level=None,
        evidence_type=None,
        sample_size=None,
        population={"include": [], "exclude": [], "text": ""},
    )


def made_sample(
    answer: Answer | None = None,
    *,
    facts: Sequence[str] = (),
    ranks: Mapping[str, int] | None = None,
    findings: Sequence[str] = (),
    turn: int = 0,
    **case: object,
) -> Sample:
    """Return a sample.

    Args:
        answer: None for an answer without claims.
        facts: Names of the gold spans.
        ranks: Places of gold spans among the hits, from 1; None: not searched.
        findings: Of the checker.
        turn: Of a dialogue, from 0; the turns before it are made up.
        **case: Fields of the case; an answerable one named `A` by default.

    Returns:
        The sample, its hits as many as a search gives.
    """
    fields = {"id": "A", "type": "answerable", "question": "Why?"} | case
    if fields["type"] == "dialogue":
        step = {"user": fields.pop("question"), "expected": fields.pop("expected", "answer")}
        fields["turns"] = [step] * (turn + 1)
    hits = None
    if ranks is not None:
        by_rank = {rank: name for name, rank in ranks.items()}
        names = (by_rank.get(n, f"other{n}") for n in range(1, SEARCH_DEPTH + 1))
        hits = tuple(map(span_named, names))
    return Sample(
        case=Case.model_validate(fields),
        turn=turn,
        answer=answer or made_answer(()),
        gold={name: span_named(name) for name in facts},
        hits=hits,
        findings=tuple(findings),
        sources={hit.document: "current" for hit in hits or ()},
    )
