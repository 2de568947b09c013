"""K-QA: what physicians hold a good answer to say, judged by three of them against real answers."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from eval.public import Options
from eval.public.gate_tables import run_gates
from eval.public.records import csv_rows
from eval.public.support import JudgedPairs, Pair, sentences

FILE = "NLI_medical_annotator.csv"
NOTES = (
    "a pair: a physician's statement, and a language model's whole answer (the question above it)",
    "label: what most of three physicians said follows from the answer",
)


class _Judged(BaseModel):
    model_config = ConfigDict(frozen=True)

    question: str = Field(alias="Question", min_length=1)
    answer: str
    claim: str = Field(min_length=1)
    majority_label: Literal["Entailment", "Neutral", "Contradiction"]


def run(path: Path, options: Options) -> int:
    """Print what the gates say of the set, and how far a configured entailment model is right.

    Args:
        path: The folder of `NLI_medical_annotator.csv`.
        options: `limit` takes so many pairs; `out` gets each with its reasons, and `judge.json`
            where a model is configured.

    Returns:
        The exit status, 0.
    """
    return run_gates("support-kqa", read(path), options, judge=is_contradicted)


def is_contradicted(pair: Pair) -> bool:
    """Tell whether physicians found that the answer contradicts the statement."""
    return pair.label == "Contradiction"


def read(folder: Path) -> JudgedPairs:
    """Return the statements with the answers they were judged against.

    Args:
        folder: With `NLI_medical_annotator.csv`.

    Returns:
        A pair a row; those whose answer is empty are left out and counted.

    Raises:
        BenchmarkError: The file is missing or malformed.
    """
    pairs = []
    rows = [row.value for row in csv_rows(folder / FILE, _Judged)]
    for judged in rows:
        evidence = sentences(judged.answer, judged.question)
        if evidence:
            pairs.append(
                Pair(
                    claim=judged.claim.strip(),
                    evidence=evidence,
                    label=judged.majority_label,
                    supported=judged.majority_label == "Entailment",
                    source=judged.question,
                )
            )
    empty = len(rows) - len(pairs)
    notes = (*NOTES, f"{empty} rows left out: the answer is empty") if empty else NOTES
    return JudgedPairs("K-QA, physicians' judgements", tuple(pairs), notes)
