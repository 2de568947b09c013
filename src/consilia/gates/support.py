"""Support: what an entailment model says of a claim; without one, how related its words are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consilia.gates.evidence import Evidence, Failure
from consilia.terms import scaffolding, stems

LEAST_ENTAILED = 0.7
"""P(entail) below which a claim fails: not calibrated on any model, chosen on the strict side."""
MOST_CONTRADICTED = 0.2
"""P(contradict) above which a claim fails."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """What an entailment model gives a claim, each in [0, 1]."""

    entail: float
    contradict: float


class Entailment(Protocol):
    """Judges whether a hypothesis follows from premises."""

    def probabilities(self, premises: Sequence[str], hypothesis: str) -> Probabilities:
        """Return what the premises, read together, say of the hypothesis."""


def failures(
    claim: str, evidence: Sequence[Evidence], entailment: Entailment
) -> tuple[Failure, ...]:
    """Return whether a model finds that a claim does not follow from its spans.

    Args:
        claim: One sentence.
        evidence: The spans it cites; with their title and headings they are the premises.
        entailment: The model.

    Returns:
        At most one failure; none for a claim that is its span.
    """
    if any(claim == item.quote for item in evidence):
        return ()
    premises = [" > ".join((item.title, *item.headings)) + ": " + item.quote for item in evidence]
    found = entailment.probabilities(premises, claim)
    quotes = " ".join(item.quote for item in evidence)
    if found.contradict > MOST_CONTRADICTED:
        reason = f"the model sees a contradiction: P(contradict) = {found.contradict:.2f}"
        return (Failure("support", claim, quotes, reason),)
    if not found.entail >= LEAST_ENTAILED:
        reason = f"the model does not see it follow: P(entail) = {found.entail:.2f}"
        return (Failure("support", claim, quotes, reason),)
    return ()


def relatedness(claim: str, evidence: Sequence[Evidence]) -> float:
    """Return the share of the words of a claim that its spans have.

    It tells that a claim and a span are about the same things, never that one follows from the
    other: a negation changes nothing of it.

    Args:
        claim: One sentence.
        evidence: The spans it cites.

    Returns:
        A share in [0, 1]; 0 for a claim without words of its own.

    >>> relatedness("Zelvoprine cures.", [Evidence("Zelvoprine never cures flumbosis.")])
    1.0
    """
    told = frozenset(stems(claim)) - scaffolding()
    spoken = frozenset(stem for item in evidence for stem in stems(item.quote))
    return len(told & spoken) / len(told) if told else 0.0
