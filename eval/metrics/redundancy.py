"""Claims that say again what another has said."""

import re
from collections.abc import Iterator

from consilia.answer import Claim
from consilia.terms import stems, words
from eval.measure import Measure, Samples, share

LEAST = 0.8
_NUMBER = re.compile(r"\d")
_NEGATIONS = frozenset({"not", "no", "never", "without", "neither", "nor", "cannot", "none"})


def repeated_claims(samples: Samples) -> Measure:
    """Shown claims that nearly repeat an earlier one of their answer / shown claims.

    Near is a resemblance of at least .8: stems in both / stems in either, with the
    same numbers and the same negations: two doses of one drug are no repetition.

    Source: the resemblance of Broder 1997, over stems.
    """
    repeats = (is_repeat for s in samples for is_repeat in _repeats(s.shown_claims))
    return share("claims that repeat another", repeats, better="lower")


def _repeats(claims: tuple[Claim, ...]) -> Iterator[bool]:
    for place, claim in enumerate(claims):
        yield any(_is_near(claim.text, earlier.text) for earlier in claims[:place])


def _is_near(one: str, other: str) -> bool:
    if _fixed(one) != _fixed(other):
        return False
    mine, theirs = frozenset(stems(one)), frozenset(stems(other))
    if not mine | theirs:
        return one == other
    return len(mine & theirs) >= LEAST * len(mine | theirs)


def _fixed(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if w in _NEGATIONS or _NUMBER.search(w))
