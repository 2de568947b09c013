"""The answer: everything that is shown, as frozen values with one JSON form."""

from dataclasses import asdict, dataclass, replace
from typing import Literal

from consilia.models import Kind, MarkName, canonical_json, digest
from consilia.rendering import to_markdown
from consilia.wording import Audience, SectionName

SCHEMA = "consilia.answer/1"

Status = Literal["answered", "abstained", "emergency", "refused"]
ReviewStatus = Literal["submitted", "under_review", "approved"]
CheckResult = Literal["pass", "fail"] | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The words a claim rests on: `[start, end)` of one version of one document."""

    document: str
    version: str
    start: int
    end: int
    quote: str
    quote_sha256: str
    page: int | None = None
    """Of the source on which the span starts, from 1; None for sources without pages."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What was checked of a claim; `support` is None without an entailment model."""

    numbers: CheckResult
    polarity: CheckResult
    population: CheckResult
    strength: CheckResult
    support: CheckResult = None
    entities: CheckResult = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the answer with the proofs it rests on."""

    id: str
    text: str
    form: Literal["verbatim", "paraphrase"]
    citations: tuple[int, ...]
    """Numbers of the proofs' documents, in proof order."""
    proofs: tuple[Proof, ...]
    checks: Checks
    mark: MarkName | None = None
    headings: tuple[str, ...] = ()
    """Above the sentence in its document: what they say of patients holds for it."""
    derived: bool = False
    """Whether the sentence is an inference from its source, not a statement of it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Claims under one heading, by id."""

    heading: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A sentence that came near, and what it lacks."""

    document: str
    version: str
    start: int
    end: int
    quote: str
    quote_sha256: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why a section is silent."""

    text: str
    reason: str
    nearest: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """Claims by kind of source, or an abstention; in emergencies of patients, neither."""

    name: SectionName
    title: str
    headline: str | None
    groups: tuple[Group, ...]
    abstention: Abstention | None


@dataclass(frozen=True, slots=True)
class Reference:
    """One numbered entry of the reference list, copied from the document's front matter."""

    number: int
    document: str
    kind: Kind
    title: str
    authors: str | None
    venue: str | None
    """The journal, else the issuer."""
    year: int | None
    identifiers: dict[str, str]
    url: str | None
    standing: str
    reading: str
    read_level: str | None
    evidence_type: dict[str, str] | None
    """`design` and `wording`, see `consilia.models.Evidence`."""
    sample_size: int | None
    population: dict[str, object]
    """`include`, `exclude` and `text`, see `consilia.models.Population`."""
    standing_source: str | None = None
    """Who says so, when it is not the source itself."""
    standing_date: str | None = None
    review_by: str | None = None
    """When its maker meant to look at it again."""

    @property
    def strength(self) -> str:
        """How strong a source this is, in words that stand beside each claim of it.

        Returns:
            For example `case report, n = 1`; empty when the front matter says nothing.
        """
        wording = self.evidence_type["wording"] if self.evidence_type else ""
        size = f"n = {self.sample_size:,}" if self.sample_size is not None else ""
        return ", ".join(part for part in (wording, size) if part)


@dataclass(frozen=True, slots=True)
class Omission:
    """A marked sentence on the topic that the sections left out."""

    claim: str
    mark: MarkName


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that differ, side by side: one side for each document, claims by id."""

    id: str
    note: str
    sides: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A source on the topic that is never used for a claim, and why."""

    document: str
    title: str
    identifiers: dict[str, str]
    standing: str
    standing_source: str | None
    standing_date: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know about how the question was taken."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a guardrail rule decided."""

    rule: str
    version: int
    stage: str
    action: str
    message: str


@dataclass(frozen=True, slots=True)
class Review:
    """Where the answer stands in review, bound to its evidence."""

    status: ReviewStatus
    evidence_digest: str


@dataclass(frozen=True, slots=True)
class KnowledgeBaseState:
    """Which documents an answer was made from; the generation names only an index build."""

    digest: str
    generation: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is needed to make the answer again."""

    version: str
    knowledge_base: KnowledgeBaseState
    models: dict[str, str]
    settings: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is shown to a question; see docs/architecture.md for the JSON contract."""

    schema: str
    answer_id: str
    status: Status
    question: str
    standalone_question: str
    audience: Audience
    sections: tuple[AnswerSection, ...]
    claims: tuple[Claim, ...]
    references: tuple[Reference, ...]
    omissions: tuple[Omission, ...]
    conflicts: tuple[Conflict, ...]
    notices: tuple[Notice, ...]
    guardrails: tuple[Decision, ...]
    review: Review
    last_updated: str | None
    disclaimer: str
    manifest: Manifest
    excluded: tuple[Excluded, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the answer as plain values, keys as in the JSON contract."""
        return asdict(self)

    def to_json(self) -> str:
        """Return the answer as canonical JSON text: the same bytes for the same answer."""
        return canonical_json(self.to_dict()).decode()

    def to_markdown(self) -> str:
        """Return the answer as Markdown, citations as `[1]`, the disclaimer last."""
        return to_markdown(self)

    def claim(self, claim_id: str) -> Claim:
        """Return the claim with this id.

        Raises:
            KeyError: No claim has it.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise KeyError(claim_id)


def evidence_digest(claims: tuple[Claim, ...]) -> str:
    """Return the hash that an approval is bound to: of all spans that the claims rest on."""
    spans = {
        (proof.document, proof.version, proof.start, proof.end, proof.quote_sha256)
        for claim in claims
        for proof in claim.proofs
    }
    return digest(canonical_json(sorted(spans)))


def sealed(answer: Answer) -> Answer:
    """Return the answer with its `answer_id`: the hash of all but id, review and generation."""
    content = answer.to_dict()
    del content["answer_id"], content["review"]
    manifest = dict(content["manifest"])  # type: ignore[call-overload]  # asdict gives dicts
    manifest["knowledge_base"] = {"digest": answer.manifest.knowledge_base.digest}
    return replace(answer, answer_id=digest(canonical_json(content | {"manifest": manifest})))
