"""What a sample did wrong, gravest first: so that people see the worst before the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from eval.metrics.actions import ALLOWED
from eval.samples import Sample

FaultKind = Literal["BROKEN", "SAID", "PASSED", "SPOKE", "SILENT", "MISSED"]
"""A promise broken, forbidden words said, a guardrail passed, an answer where none is known,
silence where one is, gold or points left out."""
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_OTHERWISE: dict[str, FaultKind] = {"answer": "SILENT", "abstain": "SPOKE"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a sample did wrong."""

    kind: FaultKind
    text: str


def faults(sample: Sample) -> tuple[Fault, ...]:
    """Return what a sample did wrong, gravest first; empty when nothing."""
    return (*_broken(sample), *_said(sample), *_done(sample))


def _broken(sample: Sample) -> Iterator[Fault]:
    for finding in sample.findings:
        yield Fault("BROKEN", finding)
    for claim in sample.unproven:
        yield Fault("BROKEN", f"{claim} has no proof")
    for number in sample.misnumbered:
        yield Fault("BROKEN", f"number {number} is dangling or unused")


def _said(sample: Sample) -> Iterator[Fault]:
    for words in sample.forbidden_said:
        yield Fault("SAID", f"“{words}”, which no claim may say")


def _done(sample: Sample) -> Iterator[Fault]:
    if sample.status not in ALLOWED[sample.expected]:
        kind = _OTHERWISE.get(sample.expected, "PASSED")
        gold = f", gold {' '.join(sample.facts)}" if sample.facts else ""
        claims = f", {len(sample.shown_claims)} claims" if sample.shown_claims else ""
        yield Fault(kind, f"{sample.status} where {sample.expected} is expected{gold}{claims}")
    elif sample.expected == "answer":
        missed = [name for name in sample.facts if name not in sample.shown]
        missed += [f"“{point}”" for point in sample.points if point not in sample.points_shown]
        if missed:
            yield Fault("MISSED", " ".join(missed))


def gravity(sample: Sample) -> tuple[int, ...]:
    """Return how bad a sample is, for comparing: its faults counted by kind, gravest first."""
    counted = [fault.kind for fault in faults(sample)]
    left_out = len(sample.facts) - len(sample.shown) + len(sample.points) - len(sample.points_shown)
    return (*(counted.count(kind) for kind in KINDS), left_out)


def worst_first(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples that did something wrong, gravest first, else in their order."""
    wrong = [sample for sample in samples if faults(sample)]
    return sorted(wrong, key=lambda s: min(KINDS.index(fault.kind) for fault in faults(s)))


def told(sample: Sample) -> str:
    """Return a sample as one line: its name and question."""
    return f"{sample.name} “{' '.join(sample.question.split())}”"
