"""The nouns of a knowledge base: documents, their spans, and what retrieval finds."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Kind = Literal["guideline", "label", "study", "reference"]
KINDS: tuple[Kind, ...] = ("guideline", "label", "study", "reference")

MarkName = Literal["boxed_warning", "contraindication", "strong_recommendation"]
Standing = Literal[
    "current", "superseded", "retracted", "concern", "preprint", "withdrawn", "unknown"
]
_NEVER_USED = frozenset({"retracted", "withdrawn"})
NEWER_VERSION = "a newer version in this knowledge base: "
"""How a `standing_source` begins that names the successor of a source."""
Design = Literal[
    "clinical_guideline",
    "consensus_criteria",
    "regulator_advice",
    "drug_label",
    "systematic_review",
    "meta_analysis",
    "randomised_controlled_trial",
    "randomised_crossover_trial",
    "cohort_study",
    "case_control_study",
    "cross_sectional_study",
    "diagnostic_accuracy_study",
    "case_series",
    "case_report",
    "population_survey",
    "measurement_study",
    "modelling_study",
    "treatment_protocol",
    "narrative_review",
    "clinical_reference",
    "patient_information",
    "other",
]

_DESIGN_WORDINGS: dict[str, Design] = {
    "guideline": "clinical_guideline",
    "practice_guideline": "clinical_guideline",
    "label": "drug_label",
    "randomized_controlled_trial": "randomised_controlled_trial",
    "rct": "randomised_controlled_trial",
    "randomised_trial": "randomised_controlled_trial",
    "randomized_trial": "randomised_controlled_trial",
    "cohort": "cohort_study",
    "prospective_cohort": "cohort_study",
    "retrospective_cohort": "cohort_study",
    "case_control": "case_control_study",
    "cross_sectional": "cross_sectional_study",
    "review": "narrative_review",
}


def canonical_json(value: object) -> bytes:
    r"""Return the one JSON encoding that hashes are taken of: UTF-8, sorted keys, no spaces.

    >>> canonical_json({"b": 1, "a": "é"})
    b'{"a":"\xc3\xa9","b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: bytes) -> str:
    """Return `sha256:` and the hexadecimal SHA-256 of the bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical_text(text: str) -> str:
    r"""Return text as it is stored and counted: NFC, newlines as `\n`.

    >>> canonical_text("a\r\nb")
    'a\nb'
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Evidence(_Strict):
    """The design of a source, and the source's own wording of it."""

    design: Design
    wording: str


class Population(_Strict):
    """Whom a source is about.

    `include` and `exclude` hold group tags (`adult`, `child`, `pregnancy`, …) and conditions in
    plain words; `text` is the source's own description.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    text: str = ""


class Mark(_Strict):
    """What one sentence, named by its exact text, is: a boxed warning, an inference, a cause."""

    sentence: str
    mark: MarkName | None = None
    intent: str | None = None
    derived: bool = False


class ConflictSide(_Strict):
    """One sentence that stands on one side of a disagreement between sources."""

    id: str
    sentence: str


RelationType = Literal[
    "retracted_by",
    "retraction_of",
    "concern_raised_by",
    "concern_about",
    "corrected_by",
    "correction_of",
    "updated_by",
    "update_of",
    "reinstated_by",
    "comment_on",
    "commented_by",
    "other",
]


class Relation(_Strict):
    """What another publication is to this source, as the source's record says."""

    type: RelationType
    identifiers: dict[str, str] = {}
    """Of the other publication: `pmid`, `doi`, …; empty when the record gives none."""
    text: str = ""
    """How the record cites it."""


class FrontMatter(_Strict):
    """What is known about a source, as written between the `---` lines of its document."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,120}$")
    kind: Kind
    title: str
    key: str | None = None
    authors: str | None = None
    issuer: str | None = None
    journal: str | None = None
    year: int | None = Field(default=None, ge=1800, le=2200)
    published: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    revised: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    review_by: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    read_on: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    identifiers: dict[str, str] = {}
    url: str | None = Field(default=None, pattern=r"^https?://[^\s<>\"']+$")
    evidence_type: Evidence | None = None
    sample_size: int | None = Field(default=None, ge=0)
    population: Population = Population()
    licence: str | None = None
    family: str | None = None
    """What all versions of a guideline or label share: a set id, a programme's number."""
    edition: str | None = None
    """Which version of its family it is, as the source counts them."""
    subjects: tuple[str, ...] = ()
    """Subject headings, keywords or active ingredients, as the source gives them."""
    relations: tuple[Relation, ...] = ()
    pages: tuple[int, ...] = ()
    """Where each page of the source starts in the text; empty for sources without pages."""
    standing: Standing = "unknown"
    standing_source: str | None = None
    """Who says so, when it is not the source itself."""
    standing_date: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    provenance: str | None = None
    reading: Literal["source_text", "own_summary"] = "source_text"
    read_level: Literal["abstract", "label_section", "full_text"] | None = None
    marks: tuple[Mark, ...] = ()
    conflicts: tuple[ConflictSide, ...] = ()

    @field_validator("title")
    @classmethod
    def _title_is_said(cls, value: str) -> str:
        if not value:
            raise ValueError("the title is empty")
        return value

    @field_validator("published", "revised", "review_by", "read_on", "standing_date", mode="before")
    @classmethod
    def _dates_as_text(cls, value: object) -> object:
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, int) else value

    @field_validator("identifiers", mode="before")
    @classmethod
    def _identifiers_as_text(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {str(name): str(number) for name, number in value.items()}

    @field_validator("evidence_type", mode="before")
    @classmethod
    def _wording_to_design(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        slug = re.sub(r"[\s-]+", "_", value.strip().lower())
        known = slug in Design.__args__  # type: ignore[attr-defined]  # Literal keeps its values there
        return {
            "design": slug if known else _DESIGN_WORDINGS.get(slug, "other"),
            "wording": value.strip(),
        }

    @property
    def is_excluded(self) -> bool:
        """Whether the source is never used for a claim.

        Retracted and withdrawn sources are not, nor those whose newer version is at hand. A source
        that calls itself superseded, while its successor is not at hand, is used and marked.
        """
        replaced = (self.standing_source or "").startswith(NEWER_VERSION)
        return self.standing in _NEVER_USED or (self.standing == "superseded" and replaced)

    def normalised(self) -> dict[str, object]:
        """Return the fields that are set, in plain JSON types: what hashes are taken of."""
        return self.model_dump(mode="json", exclude_defaults=True)


@dataclass(frozen=True, slots=True)
class Document:
    """One source: its front matter and its canonical text."""

    metadata: FrontMatter
    text: str
    """UTF-8 in NFC with `\\n`; all spans count its Unicode code points."""

    @property
    def id(self) -> str:
        """The id of the front matter."""
        return self.metadata.id

    @property
    def version(self) -> str:
        """`sha256:…` of the canonical text."""
        return digest(self.text.encode())

    @property
    def metadata_sha256(self) -> str:
        """`sha256:…` of the normalised front matter."""
        return digest(canonical_json(self.metadata.normalised()))


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading: `[start, end)` without the heading line itself."""

    headings: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The surroundings of a sentence on display: at most 230 tokens, never across a heading."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document: the unit that is searched, cited and shown."""

    document: str
    version: str
    start: int
    end: int
    text: str
    kind: Kind
    title: str
    year: int | None
    headings: tuple[str, ...]
    passage: Passage
    intent: str
    """What the sentence is for: `referral`, `dose`, `cause`, …; see `consilia.intents`."""
    mark: MarkName | None
    derived: bool
    conflicts: tuple[str, ...]
    """Ids of the disagreements between sources that it is a side of."""
    population: Population
    """Of the document; what the sentence itself says comes on top."""
    design: Design
    tokens: frozenset[str]
    """Search terms of title, headings, population and sentence, see `consilia.terms`."""
    own_tokens: frozenset[str]
    """Search terms of the sentence alone."""
    subjects: tuple[str, ...] = ()
    """Of a drug label, its active ingredients and brand names; empty for other kinds."""
    page: int | None = None
    """Of the source on which it starts, from 1; None for sources without pages."""
    excluded: bool = False
    """Whether its source is never used for a claim: retracted, withdrawn or replaced."""

    @property
    def id(self) -> str:
        """Unique within a knowledge base: `document:start-end`."""
        return f"{self.document}:{self.start}-{self.end}"

    @property
    def context(self) -> str:
        """Title and headings: what stands in front of the sentence when it is embedded."""
        return " > ".join((self.title, *self.headings))


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that retrieval found, with its scores, each rounded to 1e-4."""

    sentence: Sentence
    dense: float | None
    """Cosine similarity in [-1, 1], or None when the dense list did not hold it."""
    lexical: float | None
    """BM25, at least 0, or None when the lexical list did not hold it."""
    fused: float
    """Reciprocal rank fusion of the lists that hold it, to 1e-6."""

    def to_dict(self) -> dict[str, object]:
        """Return the hit as plain values: where the sentence stands, its words and scores."""
        sentence = self.sentence
        return {
            "document": sentence.document,
            "version": sentence.version,
            "start": sentence.start,
            "end": sentence.end,
            "quote": sentence.text,
            "kind": sentence.kind,
            "title": sentence.title,
            "headings": list(sentence.headings),
            "scores": {"dense": self.dense, "lexical": self.lexical, "fused": self.fused},
        }
