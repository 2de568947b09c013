"""SciFact: claims by experts, each with sentences of an abstract that support or refute it."""

import tokenize
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from consilia.gates.evidence import Evidence
from eval.public import Options
from eval.public.gate_tables import run_gates
from eval.public.records import Row, csv_rows
from eval.public.support import JudgedPairs, Pair
from eval.scifact import abstract_sentences

NOTES = (
    "a pair: a claim, and one set of sentences of an abstract that alone decide it (title above)",
    "NOT_ENOUGH_INFO: a claim that no cited abstract decides, against each of these, whole",
)


class _Claim(BaseModel):
    model_config = ConfigDict(frozen=True)

    claim: str = Field(min_length=1)
    evidence_doc_id: str
    evidence_label: Literal["SUPPORT", "CONTRADICT", ""]
    evidence_sentences: tuple[int, ...]
    cited_doc_ids: tuple[str, ...]

    @field_validator("evidence_sentences", "cited_doc_ids", mode="before")
    @classmethod
    def _numbers(cls, value: str) -> list[str]:
        # As numpy prints it: "[1 4]", without commas.
        return value.strip().removeprefix("[").removesuffix("]").replace(",", " ").split()


class _Abstract(BaseModel):
    model_config = ConfigDict(frozen=True)

    doc_id: str
    title: str
    abstract: tuple[str, ...]

    @field_validator("abstract", mode="before")
    @classmethod
    def _sentences(cls, value: str) -> tuple[str, ...]:
        try:
            return abstract_sentences(value)
        except (SyntaxError, tokenize.TokenError) as error:
            raise ValueError(f"no list of sentences in quotes: {error}") from error


def run(path: Path, options: Options) -> int:
    """Print what the gates say of the set; see `eval.public.gate_tables`."""
    return run_gates("support-scifact", read(path), options)


def read(folder: Path) -> JudgedPairs:
    """Return the claims of the training split with their evidence.

    Args:
        folder: With `claims_train.csv` and `corpus_train.csv`.

    Returns:
        A pair for each set of evidence sentences, and for each abstract that decides nothing.

    Raises:
        BenchmarkError: A file is missing or malformed, or a claim names what the corpus lacks.
    """
    corpus = {
        row.value.doc_id: row.value for row in csv_rows(folder / "corpus_train.csv", _Abstract)
    }
    pairs: list[Pair] = []
    for row in csv_rows(folder / "claims_train.csv", _Claim):
        pairs += _pairs(row, corpus)
    return JudgedPairs("SciFact, training split", tuple(pairs), NOTES)


def _pairs(row: Row[_Claim], corpus: dict[str, _Abstract]) -> list[Pair]:
    claim = row.value
    decided = bool(claim.evidence_label)
    documents = (claim.evidence_doc_id,) if decided else claim.cited_doc_ids
    pairs = []
    for document in documents:
        if document not in corpus:
            raise row.error(f"abstract {document!r} is not in the corpus")
        abstract = corpus[document]
        count = len(abstract.abstract)
        chosen = claim.evidence_sentences if decided else tuple(range(count))
        if not chosen or not all(0 <= at < count for at in chosen):
            raise row.error(f"sentences {list(chosen)} of abstract {document}, which has {count}")
        pairs.append(
            Pair(
                claim=claim.claim,
                evidence=tuple(Evidence(abstract.abstract[at], abstract.title) for at in chosen),
                label=claim.evidence_label or "NOT_ENOUGH_INFO",
                supported=claim.evidence_label == "SUPPORT",
                source=document,
            )
        )
    return pairs
