"""ExpertQA: sentences of answers by language models, judged by experts against what they cite."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.public import Options
from eval.public.benchmark import BenchmarkError
from eval.public.gate_tables import run_gates
from eval.public.records import json_lines, present
from eval.public.support import JudgedPairs, Pair, sentences

FIELDS = frozenset({"Healthcare / Medicine", "Medicine"})
LABELS = {"Complete": True, "Partial": False, "Incomplete": False}
"""Experts' words for how far the evidence supports a claim; whether it does so whole."""
NOTES = (
    "a pair: a sentence of an answer, and the passages that it cites, as far as the file has them",
    "Partial counts as unsupported: a claim may say no more than its evidence",
)
_MARKER = re.compile(r"\s*\[\d+\]")
_SOURCE = re.compile(r"\[\d+\]\s*\S+\s*")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Claim(_Frozen):
    claim_string: str
    evidence: tuple[str, ...]
    support: str | None


class _Answered(_Frozen):
    claims: tuple[_Claim, ...]


class _About(_Frozen):
    field: str


class _Asked(_Frozen):
    question: str
    answers: dict[str, _Answered]
    metadata: _About


def run(path: Path, options: Options) -> int:
    """Print what the gates say of the set; see `eval.public.gate_tables`."""
    return run_gates("support-expertqa", read(path), options)


def read(folder: Path) -> JudgedPairs:
    """Return the claims of the medical questions with their evidence.

    Args:
        folder: With one or more `*.jsonl` of the set; a question of several files counts once.

    Returns:
        A pair for each judged claim with the text of its evidence; the others are counted.

    Raises:
        BenchmarkError: There is no file, one is malformed, or no question is medical.
    """
    asked: dict[str, _Asked] = {}
    for path in present(folder, "*.jsonl"):
        for row in json_lines(path, _Asked):
            if row.value.metadata.field in FIELDS:
                asked.setdefault(row.value.question, row.value)
    if not asked:
        raise BenchmarkError(f"no question of {folder} is of the field {' or '.join(FIELDS)}")
    left_out: Counter[str] = Counter()
    pairs = tuple(pair for question in asked.values() for pair in _pairs(question, left_out))
    notes = [f"left out, {why}: {count} claims" for why, count in sorted(left_out.items())]
    return JudgedPairs("ExpertQA, medical questions", pairs, (*NOTES, *notes))


def _pairs(asked: _Asked, left_out: Counter[str]) -> Iterator[Pair]:
    for claim in (c for answered in asked.answers.values() for c in answered.claims):
        text = _MARKER.sub("", claim.claim_string).strip()
        evidence = tuple(e for cited in claim.evidence for e in sentences(_passage(cited)))
        if claim.support not in LABELS:
            left_out[f"judged {claim.support}"] += 1
        elif not text or not evidence:
            left_out["no text of the evidence in the file"] += 1
        else:
            supported = LABELS[claim.support]
            yield Pair(text, evidence, claim.support, supported, asked.question)


def _passage(cited: str) -> str:
    """The words of a passage without its number and address, which stand before it."""
    return _SOURCE.sub("", cited, count=1).strip()
