"""One question of a run as its report shows it: the answer, the gold, and what each check said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from consilia.answer import AnswerSection, Claim
from consilia.documents import shipped_kb
from consilia.gates.checking import GATES
from consilia.gates.evidence import Failure
from consilia.glossary import Glossary, load_glossary
from eval.cases import GoldSpan
from eval.evidence import evidence_of
from eval.metrics.fidelity import passes
from eval.outcomes import Fault, faults
from eval.samples import Sample, facts_in


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim of an answer."""

    claim: Claim
    gold: tuple[str, ...]
    """Names of the gold spans that it rests on."""
    objections: tuple[str, ...]
    """What checks say against it; empty when all let it pass."""


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Claims under one heading."""

    heading: str
    claims: tuple[ShownClaim, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section of an answer."""

    section: AnswerSection
    headline: str
    """Words of the claim that heads it; empty without one."""
    groups: tuple[ShownGroup, ...]
    expected: str
    """`answer` or `abstain`; empty when nothing is expected of it."""


@dataclass(frozen=True, slots=True)
class ShownGold:
    """Words that the answer should show."""

    name: str
    span: GoldSpan
    is_shown: bool
    found: str
    """Where the search found it."""

    @property
    def place(self) -> str:
        """Document and headings."""
        return " > ".join((self.span.document, *self.span.headings))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a run."""

    sample: Sample
    faults: tuple[Fault, ...]
    sections: tuple[ShownSection, ...]
    beside: tuple[ShownClaim, ...]
    """Claims outside of the sections: sentences that were left out, sides of conflicts."""
    gold: tuple[ShownGold, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of its faults, each once, the gravest first."""
        return tuple(dict.fromkeys(fault.kind for fault in self.faults))

    @property
    def points(self) -> tuple[tuple[str, bool], ...]:
        """See `said_of`."""
        return said_of(self.sample)


def asked(sample: Sample) -> Asked:
    """Return a question as its report shows it."""
    shown = {claim.id for claim in sample.shown_claims}
    beside = tuple(_claim(sample, claim) for claim in sample.claims if claim.id not in shown)
    return Asked(
        sample=sample,
        faults=faults(sample),
        sections=tuple(_section(sample, section) for section in sample.answer.sections),
        beside=beside,
        gold=gold_of(sample),
    )


def gold_of(sample: Sample) -> tuple[ShownGold, ...]:
    """Return the gold of a question, and what became of it."""
    ranks, named = sample.ranks, zip(sample.step.span_names(), sample.step.spans, strict=True)
    return tuple(
        ShownGold(name, span, name in sample.shown, _found(name, ranks)) for name, span in named
    )


def said_of(sample: Sample) -> tuple[tuple[str, bool], ...]:
    """Return what must be said, and whether it is."""
    said = sample.points_shown
    return tuple((point, point in said) for point in sample.points)


def _found(name: str, ranks: dict[str, int] | None) -> str:
    if ranks is None:
        return "not searched"
    return f"rank {ranks[name]} of the search" if name in ranks else "not among the hits"


def _section(sample: Sample, section: AnswerSection) -> ShownSection:
    known = {claim.id: claim for claim in sample.claims}
    groups = tuple(
        ShownGroup(g.heading, tuple(_claim(sample, known[id_]) for id_ in g.claims if id_ in known))
        for g in section.groups
    )
    head = section.headline or ""
    headline = known[head].text if head in known else head
    return ShownSection(section, headline, groups, sample.sections.get(section.name, ""))


def _claim(sample: Sample, claim: Claim) -> ShownClaim:
    gold = tuple(name for name in sample.gold if name in facts_in(claim, sample.gold))
    return ShownClaim(claim, gold, tuple(_objections(sample, claim)))


def _objections(sample: Sample, claim: Claim) -> Iterator[str]:
    if not claim.proofs:
        yield "it has no proof"
    told = _by_gates(sample, claim) if claim.proofs else ()
    yield from told
    for gate in ("numbers", "polarity", "population", "strength", "support", "entities"):
        if getattr(claim.checks, gate) == "fail" and not any(t.startswith(gate) for t in told):
            yield f"{gate}: failed when it was answered"
    place = f"claims[{sample.claims.index(claim)}]"
    yield from (f"checker: {finding}" for finding in sample.findings if finding.startswith(place))


def _by_gates(sample: Sample, claim: Claim) -> Sequence[str]:
    evidence = evidence_of(sample, claim)
    failing = [gate for gate in GATES if not passes(gate, sample, claim)]
    found = [f for gate in failing for f in GATES[gate](claim.text, evidence, _glossary())]
    return [_told(failure) for failure in found]


def _told(failure: Failure) -> str:
    said = f"claim “{failure.claimed}”, source “{failure.found or 'nothing'}”"
    return f"{failure.gate}: {failure.reason} ({said})"


@cache
def _glossary() -> Glossary:
    return load_glossary(shipped_kb() / "glossary.csv")
