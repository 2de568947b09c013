"""Claims that people judged against evidence, and what the gates make of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilia.gates.checking import check
from consilia.gates.evidence import Evidence, Failure, GateName
from consilia.gates.support import Entailment, Probabilities, relatedness
from consilia.glossary import Glossary
from consilia.sentences import split_sentences
from eval.progress import bar


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and what it is held against, with the judgement of the people who made the set."""

    claim: str
    evidence: tuple[Evidence, ...]
    """Sentence by sentence; at least one."""
    label: str
    """As the set names it."""
    supported: bool
    """Whether the label says that the claim follows from the evidence, whole."""
    source: str
    """The document or question that it comes from: pairs of one are no independent trials."""


@dataclass(frozen=True, slots=True)
class JudgedPairs:
    """A set of pairs, as read from its files."""

    name: str
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]
    """What a pair is, and what was left out, one line each."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gates say of one pair."""

    pair: Pair
    failures: tuple[Failure, ...]
    related: float
    """Share of the claim's words that its evidence has: no gate, and no judgement."""
    entailed: float | None
    """P(entail) of the configured model; None without one."""
    contradicted: float | None = None
    """P(contradict) of the configured model; None also of a claim that is its own evidence, about
    which no model is asked."""

    @property
    def blocked(self) -> bool:
        """Whether any gate failed: the claim would not be shown."""
        return bool(self.failures)

    @property
    def failed(self) -> frozenset[GateName]:
        """The gates that failed."""
        return frozenset(failure.gate for failure in self.failures)


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict in plain values, for people who look into it."""

    claim: str
    evidence: tuple[str, ...]
    label: str
    supported: bool
    source: str
    reasons: tuple[str, ...]
    """Gate, what was claimed and why it failed; none when the claim passed."""
    related: float
    entailed: float | None
    contradicted: float | None

    @classmethod
    def of(cls, verdict: Verdict) -> "Told":
        """Return a verdict in plain values."""
        pair = verdict.pair
        return cls(
            claim=pair.claim,
            evidence=tuple(item.quote for item in pair.evidence),
            label=pair.label,
            supported=pair.supported,
            source=pair.source,
            reasons=tuple(f"{f.gate}: “{f.claimed}”: {f.reason}" for f in verdict.failures),
            related=round(verdict.related, 4),
            entailed=verdict.entailed,
            contradicted=verdict.contradicted,
        )


def sentences(text: str, title: str = "") -> tuple[Evidence, ...]:
    """Return the sentences of a text as evidence, as documents are split.

    >>> [item.quote for item in sentences("It helps. It is cheap.")]
    ['It helps.', 'It is cheap.']
    """
    return tuple(Evidence(text[s.start : s.end], title) for s in split_sentences(text))


def verdicts(
    pairs: Sequence[Pair],
    glossary: Glossary,
    entailment: Entailment | None = None,
) -> tuple[Verdict, ...]:
    """Return what the gates say of each pair, in order.

    Args:
        pairs: Claims with their evidence.
        glossary: For synonyms.
        entailment: A model that judges support as one more gate; None when none is configured.

    Returns:
        One verdict a pair.
    """
    found = []
    with bar("Judging", len(pairs)) as advance:
        for pair in pairs:
            found.append(_verdict(pair, glossary, entailment))
            advance(1)
    return tuple(found)


def _verdict(pair: Pair, glossary: Glossary, entailment: Entailment | None) -> Verdict:
    listening = _Listening(entailment) if entailment else None
    report = check(pair.claim, pair.evidence, glossary=glossary, entailment=listening)
    heard = listening.heard if listening else None
    return Verdict(
        pair=pair,
        failures=report.failures,
        related=relatedness(pair.claim, pair.evidence),
        # A claim that is its own evidence is not asked about.
        entailed=heard.entail if heard else 1.0 if listening else None,
        contradicted=heard.contradict if heard else None,
    )


class _Listening:
    """An entailment model whose last word is kept: the gate itself tells only pass or fail."""

    def __init__(self, model: Entailment) -> None:
        self._model = model
        self.heard: Probabilities | None = None

    def probabilities(self, premises: Sequence[str], hypothesis: str) -> Probabilities:
        self.heard = self._model.probabilities(premises, hypothesis)
        return self.heard


def labels(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """Return the labels of pairs, those of support first, each once."""
    seen = dict.fromkeys((not pair.supported, pair.label) for pair in pairs)
    return tuple(label for _, label in sorted(seen))
