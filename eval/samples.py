"""What came of each question: the measures read samples, never answers."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from consilia.answer import Answer, Claim, Manifest, Status
from consilia.candidates import SECTION_KINDS
from consilia.models import Hit
from consilia.verify import check
from consilia.wording import SectionName
from eval.cases import Case, CaseType, Expected, Turn
from eval.facts import Facts, Span

SEARCH_DEPTH = 20


class Answering(Protocol):
    """What is measured: an `Assistant`, or a fake of it."""

    def ask(self, question: str, /, *, history: Sequence[Answer] = ()) -> Answer:
        """Return the answer; `history` holds the earlier ones, oldest first."""

    def search(self, text: str, /, *, k: int = SEARCH_DEPTH) -> tuple[Hit, ...]:
        """Return the best hits, kinds merged."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One question, the facts it should bring, and what its answer did."""

    case: str
    type: CaseType
    category: str
    turn: int
    """Within its case, from 0."""
    question: str
    expected: Expected
    facts: tuple[str, ...]
    """Ids of the gold facts; those that no document holds are left out."""
    answer_id: str
    status: Status
    shown: tuple[str, ...]
    """Those of `facts` that a claim in the sections rests on."""
    points: int
    """How many things its answer must say, see `eval.cases.Turn.must_have`."""
    points_shown: int
    """Those of them that occur in a shown claim."""
    sections_gold: tuple[SectionName, ...]
    """Sections that a gold fact belongs to."""
    sections_answered: tuple[SectionName, ...]
    ranks: dict[str, int] | None
    """Place among the hits, from 1, of those of `facts` that were found; None: not searched."""
    claims_shown: int
    """Claims in the sections, each once: omissions and sides of conflicts do not count."""
    claims_gold: int
    """Those of them that rest on a gold fact."""
    claims: int
    """All claims of the answer."""
    unproven: tuple[str, ...]
    """Ids of claims without a proof."""
    misnumbered: tuple[int, ...]
    """Numbers that are cited and have no reference, or that have one and are not cited."""
    findings: tuple[str, ...]
    """What the independent checker found wrong."""

    def to_dict(self) -> dict[str, object]:
        """Return the sample as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Run:
    """All samples of a run, and what was left out of it."""

    samples: tuple[Sample, ...]
    skipped: tuple[str, ...]
    """Answerable cases none of whose facts is in a document."""
    unknown_facts: tuple[str, ...]
    """Fact ids that no document holds."""
    answered_by: Manifest | None
    """Of the last answer; None when nothing was asked."""


def run_cases(
    assistant: Answering,
    cases: Sequence[Case],
    facts: Facts,
    *,
    kb: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Ask every case and observe the answers.

    Args:
        assistant: Answers the questions.
        cases: What to ask.
        facts: Spans of the facts that the cases name.
        kb: The knowledge base that the answers are verified against.
        progress: Told how many cases of how many are done.

    Returns:
        A sample for each question, in the order of the cases.
    """
    skipped = {
        c.id for c in cases if c.type == "answerable" and facts.keys().isdisjoint(c.fact_ids)
    }
    kept = [case for case in cases if case.id not in skipped]
    samples: list[Sample] = []
    answers: tuple[Answer, ...] = ()
    for done, case in enumerate(kept):
        progress(done, len(kept))
        answers = _answers(assistant, case)
        for number, answer in enumerate(answers):
            gold = _gold(assistant, case.steps()[number], facts, search=case.type == "answerable")
            samples.append(_observe(case, number, answer, gold, _findings(answer, kb)))
    named = {id_ for case in cases for step in case.steps() for id_ in step.fact_ids}
    return Run(
        samples=tuple(samples),
        skipped=tuple(sorted(skipped)),
        unknown_facts=tuple(sorted(named - facts.keys())),
        answered_by=answers[-1].manifest if answers else None,
    )


@dataclass(frozen=True, slots=True)
class _Gold:
    """The facts an answer should show, and where the search found them."""

    facts: Facts
    ranks: dict[str, int] | None


def _answers(assistant: Answering, case: Case) -> tuple[Answer, ...]:
    history: tuple[Answer, ...] = ()
    for step in case.steps():
        history = (*history, assistant.ask(step.user, history=history))
    return history


def _gold(assistant: Answering, step: Turn, facts: Facts, *, search: bool) -> _Gold:
    known = {id_: facts[id_] for id_ in step.fact_ids if id_ in facts}
    if not search:
        return _Gold(known, None)
    return _Gold(known, gold_ranks(assistant.search(step.user, k=SEARCH_DEPTH), known))


def _findings(answer: Answer, kb: Path) -> tuple[str, ...]:
    found = check(json.loads(answer.to_json()), kb)
    return tuple(f"{finding.place}: {finding.message}" for finding in found)


def _observe(
    case: Case, number: int, answer: Answer, gold: _Gold, findings: tuple[str, ...]
) -> Sample:
    step = case.steps()[number]
    shown = shown_claims(answer)
    by_claim = [facts_in(claim, gold.facts) for claim in shown]
    return Sample(
        case=case.id,
        type=case.type,
        category=case.category,
        turn=number,
        question=step.user,
        expected=step.expected,
        facts=tuple(gold.facts),
        answer_id=answer.answer_id,
        status=answer.status,
        shown=tuple(id_ for id_ in gold.facts if any(id_ in found for found in by_claim)),
        points=len(step.must_have),
        points_shown=sum(_says(shown, point) for point in step.must_have),
        sections_gold=_sections_of(gold.facts.values()),
        sections_answered=tuple(section.name for section in answer.sections if section.groups),
        ranks=gold.ranks,
        claims_shown=len(shown),
        claims_gold=sum(bool(found) for found in by_claim),
        claims=len(answer.claims),
        unproven=tuple(claim.id for claim in answer.claims if not claim.proofs),
        misnumbered=misnumbered(answer),
        findings=findings,
    )


def _says(claims: Sequence[Claim], point: str) -> bool:
    return any(point.casefold() in claim.text.casefold() for claim in claims)


def _sections_of(facts: Iterable[Span]) -> tuple[SectionName, ...]:
    kinds = {fact.kind for fact in facts}
    return tuple(name for name, own in SECTION_KINDS.items() if kinds & set(own))


def shown_claims(answer: Answer) -> tuple[Claim, ...]:
    """Return the claims that stand in a section, each once; ids without a claim are no claims."""
    groups = (group for section in answer.sections for group in section.groups)
    ids = {id_ for group in groups for id_ in group.claims}
    return tuple(claim for claim in answer.claims if claim.id in ids)


def facts_in(claim: Claim, facts: Facts) -> frozenset[str]:
    """Return the ids of the facts that one of the claim's proofs shows."""
    spans = [Span.of_proof(proof) for proof in claim.proofs]
    return frozenset(id_ for id_, fact in facts.items() if any(fact.shares(s) for s in spans))


def gold_ranks(hits: Sequence[Hit], facts: Facts) -> dict[str, int]:
    """Return the place, from 1, at which each fact was found; those not found are left out."""
    ranks: dict[str, int] = {}
    for rank, hit in enumerate(hits, start=1):
        span = Span.of_sentence(hit.sentence)
        for id_, fact in facts.items():
            if fact.shares(span):
                ranks.setdefault(id_, rank)
    return ranks


def misnumbered(answer: Answer) -> tuple[int, ...]:
    """Return the numbers that stand only among the citations or only among the references."""
    cited = {number for claim in answer.claims for number in claim.citations}
    return tuple(sorted(cited ^ {reference.number for reference in answer.references}))
