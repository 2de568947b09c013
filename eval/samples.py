"""What came of each question: the measures read samples, never an assistant.

A sample holds the answer whole, so whatever is measured later can be measured on a stored run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from consilia.answer import Answer, Claim, Status
from consilia.candidates import SECTION_KINDS
from consilia.wording import SectionName
from eval.cases import Case, CaseType, Expected, SectionExpected, Turn
from eval.facts import Facts, Span

SEARCH_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One question, the words it should bring, and its answer."""

    case: Case
    turn: int
    """Within its case, from 0."""
    answer: Answer
    gold: Mapping[str, Span]
    """What the answer should show, by fact id or name, but for facts that no document holds."""
    hits: tuple[Span, ...] | None
    """The best `SEARCH_DEPTH` of the search, best first; None: not searched."""
    findings: tuple[str, ...]
    """What the independent checker found wrong."""
    sources: Mapping[str, str]
    """Standing of the documents of the hits, by id: `current`, `retracted`, `superseded`, …"""
    confidence: Mapping[SectionName, float] | None = None
    """Log-odds that each section can be answered, before silence is decided; -inf where nothing may
    lead it. None where a question ended before that, and in runs of earlier versions."""

    @property
    def step(self) -> Turn:
        """The turn that was asked."""
        return self.case.steps()[self.turn]

    @property
    def type(self) -> CaseType:
        """Of the case."""
        return self.case.type

    @property
    def category(self) -> str:
        """Of the case."""
        return self.case.category

    @property
    def question(self) -> str:
        """As it was asked."""
        return self.step.user

    @property
    def expected(self) -> Expected:
        """What the whole answer should do."""
        return self.step.expected

    @property
    def name(self) -> str:
        """The id of the case, with the number of the turn in dialogues, from 1."""
        return f"{self.case.id}.{self.turn + 1}" if self.type == "dialogue" else self.case.id

    @property
    def labels(self) -> tuple[str, ...]:
        """What measures are told apart by: type, category and tags, each once."""
        category = (self.category,) if self.category else ()
        return tuple(dict.fromkeys((self.type, *category, *self.case.tags)))

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the gold spans."""
        return tuple(self.gold)

    @property
    def status(self) -> Status:
        """How the question ended."""
        return self.answer.status

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims of the answer."""
        return self.answer.claims

    @property
    def shown_claims(self) -> tuple[Claim, ...]:
        """Claims in the sections: omissions and sides of conflicts do not count."""
        return shown_claims(self.answer)

    @property
    def gold_claims(self) -> tuple[Claim, ...]:
        """Shown claims that rest on a gold span."""
        return tuple(claim for claim in self.shown_claims if facts_in(claim, self.gold))

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the gold spans that a shown claim rests on."""
        found = frozenset[str]().union(*(facts_in(c, self.gold) for c in self.shown_claims))
        return tuple(name for name in self.gold if name in found)

    @property
    def points(self) -> tuple[str, ...]:
        """What the answer must say, see `eval.cases.Gold.must_have`."""
        return self.step.must_have

    @property
    def points_shown(self) -> tuple[str, ...]:
        """Those of the points that a shown claim says."""
        return said(self.points, self.shown_claims)

    @property
    def forbidden_said(self) -> tuple[str, ...]:
        """Words that no claim may say and that one says, wherever it stands in the answer."""
        return said(self.step.forbidden, self.claims)

    @property
    def sections(self) -> Mapping[SectionName, SectionExpected]:
        """What sections should do: as the case says, else by the kinds of the gold spans.

        Where an answer is expected and no gold span is known, only what the case says.
        """
        if self.expected == "answer" and not self.gold:
            return self.step.expected_sections
        kinds = {span.kind for span in self.gold.values()}
        found: dict[SectionName, SectionExpected] = {
            name: "answer" if kinds & set(own) else "abstain" for name, own in SECTION_KINDS.items()
        }
        return found | self.step.expected_sections

    @property
    def sections_gold(self) -> tuple[SectionName, ...]:
        """Sections that should answer."""
        return tuple(name for name, does in self.sections.items() if does == "answer")

    @property
    def sections_silent(self) -> tuple[SectionName, ...]:
        """Sections that should be silent."""
        return tuple(name for name, does in self.sections.items() if does == "abstain")

    @property
    def sections_answered(self) -> tuple[SectionName, ...]:
        """Sections that answer."""
        return tuple(section.name for section in self.answer.sections if section.groups)

    @property
    def ranks(self) -> dict[str, int] | None:
        """Place among the hits, from 1, of the gold spans that were found; None: not searched."""
        return None if self.hits is None else gold_ranks(self.hits, self.gold)

    @property
    def unproven(self) -> tuple[str, ...]:
        """Ids of claims without a proof."""
        return tuple(claim.id for claim in self.claims if not claim.proofs)

    @property
    def misnumbered(self) -> tuple[int, ...]:
        """Numbers that are cited and have no reference, or that have one and are not cited."""
        return misnumbered(self.answer)


def said(points: Iterable[str], claims: Iterable[Claim]) -> tuple[str, ...]:
    """Return the points that occur in a claim, whatever the case and white space."""
    texts = [_plain(claim.text) for claim in claims]
    return tuple(point for point in points if any(_plain(point) in text for text in texts))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def shown_claims(answer: Answer) -> tuple[Claim, ...]:
    """Return the claims that stand in a section, each once; ids without a claim are no claims."""
    groups = (group for section in answer.sections for group in section.groups)
    ids = {id_ for group in groups for id_ in group.claims}
    return tuple(claim for claim in answer.claims if claim.id in ids)


def facts_in(claim: Claim, facts: Facts) -> frozenset[str]:
    """Return the ids of the facts that one of the claim's proofs shows."""
    spans = [Span.of_proof(proof) for proof in claim.proofs]
    return frozenset(id_ for id_, fact in facts.items() if any(fact.shares(s) for s in spans))


def gold_ranks(hits: Sequence[Span], facts: Facts) -> dict[str, int]:
    """Return the place, from 1, at which each fact was found; those not found are left out."""
    ranks: dict[str, int] = {}
    for rank, hit in enumerate(hits, start=1):
        for id_, fact in facts.items():
            if fact.shares(hit):
                ranks.setdefault(id_, rank)
    return ranks


def misnumbered(answer: Answer) -> tuple[int, ...]:
    """Return the numbers that stand only among the citations or only among the references."""
    cited = {number for claim in answer.claims for number in claim.citations}
    return tuple(sorted(cited ^ {reference.number for reference in answer.references}))
