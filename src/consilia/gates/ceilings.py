"""Whether a claim that states a dose keeps what its span says of it: how often, and at most."""

import re
from collections.abc import Iterator, Sequence

from consilia.gates.evidence import Failure
from consilia.gates.figures.binding import Bound, Figures

_DOSES = ("gram", "gram / body_kilogram")
"""Base units of doses."""
_CEILINGS = frozenset({"<", "\u2264"})
_GAP = re.compile(r"[\s,(]*(?:(?!and\b|or\b|then\b|but\b|versus\b|than\b)[a-z]+[\s:]+){0,5}")
"""What may stand between a dose and its ceiling."""


def is_dose(bound: Bound) -> bool:
    """Tell whether a quantity is an amount of a drug, or one for each kilogram of a body."""
    return bound.dimension in _DOSES


def lost_rate(claimed: Bound, found: Sequence[Bound]) -> Failure | None:
    """Return what a claim leaves out that says how often its dose is given.

    Args:
        claimed: A quantity of the claim that is not said how often.
        found: The quantities of spans that it may be.

    Returns:
        A failure when each of them is said how often; else None.
    """
    if not is_dose(claimed) or claimed.rates or not found or not all(b.rates for b in found):
        return None
    rate = found[0].rates[0].text
    reason = "The claim leaves out how often the spans give this dose."
    return Failure("numbers", claimed.quantity.text, f"{found[0].quantity.text} {rate}", reason)


def lost_ceiling(
    claimed: Bound, told: Figures, found: Sequence[tuple[Bound, Figures]]
) -> Failure | None:
    """Return the ceiling of a dose that a claim leaves out.

    Args:
        claimed: A quantity of the claim.
        told: All of the claim.
        found: The quantities that it may be, each with the figures of its span.

    Returns:
        A failure when each of them has a ceiling behind it that the claim does not have.
    """
    if not is_dose(claimed) or not found:
        return None
    kept = {_key(bound) for bound in told.bound if bound.quantity.comparators & _CEILINGS}
    lost = [
        next((c for c in _ceilings(bound, span) if _key(c) not in kept), None)
        for bound, span in found
    ]
    if lost[0] is None or None in lost:
        return None
    reason = "The claim leaves out the ceiling of this dose."
    return Failure("numbers", claimed.quantity.text, lost[0].quantity.text, reason)


def _ceilings(dose: Bound, span: Figures) -> Iterator[Bound]:
    """Yield the ceilings that stand right behind a dose."""
    for bound in span.bound:
        if is_dose(bound) and bound.quantity.comparators & _CEILINGS:
            gap = span.reading.text[dose.quantity.end : bound.quantity.start]
            for rate in dose.rates:
                gap = gap.replace(rate.text, " ", 1)
            if bound.quantity.start > dose.quantity.end and _GAP.fullmatch(gap):
                yield bound


def _key(bound: Bound) -> tuple[str, str, str]:
    quantity = bound.quantity
    return f"{quantity.low:.6g}", f"{quantity.high:.6g}", bound.dimension
