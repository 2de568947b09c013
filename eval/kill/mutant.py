"""One answer with one error, sealed again as a forger would."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from consilia.answer import Answer, Claim, evidence_digest, sealed
from eval.kill.gold_answers import Documents
from eval.samples import Sample


@dataclass(frozen=True, slots=True)
class Broken:
    """What an error made of an answer."""

    answer: Answer
    what: str
    """The changed words or place, for the list of survivors."""


Break = Callable[[Sample, Documents], Broken | None]
"""From a faultless sample to one with the error; None where it cannot be made."""


def forged(answer: Answer, claims: Sequence[Claim] | None = None) -> Answer:
    """Return a changed answer with its hashes taken anew: nothing shows by its seal alone.

    Args:
        answer: With whatever was changed.
        claims: In place of its own; None keeps them.

    Returns:
        The answer with the evidence digest and the id of what it holds now.
    """
    held = answer.claims if claims is None else tuple(claims)
    review = replace(answer.review, evidence_digest=evidence_digest(held))
    return sealed(replace(answer, claims=held, review=review))


def with_claim(answer: Answer, changed: Claim) -> Answer:
    """Return the answer, forged, with one claim changed."""
    return forged(answer, [changed if c.id == changed.id else c for c in answer.claims])


def first(found: Iterable[Broken | None]) -> Broken | None:
    """Return the first error that could be made."""
    return next((broken for broken in found if broken), None)
