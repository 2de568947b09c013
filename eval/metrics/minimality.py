"""Citations that add nothing."""

from collections.abc import Iterator

from consilia.answer import Claim
from eval.measure import Measure, Samples, share


def needed_citations(samples: Samples) -> Measure:
    """Proofs whose quote no other proof of their claim contains / all proofs.

    Quotes are compared without white space and case; of equal ones the first is needed.

    Source: own: what the citation precision of ALCE asks of a judge, asked of words.
    """
    needed = (ok for s in samples for claim in s.claims for ok in _needed(claim))
    return share("citations that add something", needed)


def _needed(claim: Claim) -> Iterator[bool]:
    quotes = [" ".join(proof.quote.split()).casefold() for proof in claim.proofs]
    for place, quote in enumerate(quotes):
        longer = (other for other in quotes if other != quote)
        yield quote not in quotes[:place] and not any(quote in other for other in longer)
