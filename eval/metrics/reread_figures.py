"""Numeric fidelity, read a second time without the gates."""

import re
from collections import Counter
from collections.abc import Iterator

from consilia.answer import Claim
from eval.measure import Measure, Samples, ratio

_UNITS = (
    "%|percent|mcg|ug|micrograms?|mg|milligrams?|kg|kilograms?|g|grams?|ng|ml|millilit(?:er|re)s?"
    "|dl|l|lit(?:er|re)s?|mmol|umol|mol|meq|iu|units?|mmhg|mm|cm|uv|mv|hz|ms|msec|seconds?"
    "|minutes?|min|hours?|h|hr|days?|weeks?|months?|years?|times?|fold|points?|tablets?|capsules?"
)
_SIGNS = {
    **dict.fromkeys(("at least", "no less than", "not less than", ">=", "≥"), "≥"),
    **dict.fromkeys(("at most", "no more than", "not more than", "up to", "<=", "≤"), "≤"),
    **dict.fromkeys(("more than", "greater than", "higher than", "older than", "longer than"), ">"),
    **dict.fromkeys(("above", "over", "exceeding", ">"), ">"),
    **dict.fromkeys(("less than", "fewer than", "lower than", "younger than", "shorter than"), "<"),
    **dict.fromkeys(("below", "under", "<"), "<"),
}
_BEHIND = {
    **dict.fromkeys(
        ("more", "above", "over", "higher", "greater", "older", "longer", "later"), "≥"
    ),
    **dict.fromkeys(("less", "fewer", "below", "under", "lower", "younger", "shorter"), "≤"),
}
"""What stands behind "or"."""
_WORDS = "|".join(sign for sign in _SIGNS if sign[0].isalpha())
_MARKS = "|".join(sign for sign in _SIGNS if not sign[0].isalpha())
_FIGURE = re.compile(
    rf"(?P<sign>(?:(?<!\w)(?:{_WORDS})|{_MARKS})\s*)?"
    r"(?<![\w.])(?P<value>[a-z]?\d+(?:[.,]\d+)*)"
    rf"(?:[\s-]*(?P<unit>{_UNITS})(?!\w)(?P<per>\s*/\s*\w+)?)?"
    rf"(?:\s+or (?P<behind>{'|'.join(_BEHIND)})\b)?",
    re.IGNORECASE,
)
_MICRO = str.maketrans({"\u00b5": "u", "\u03bc": "u"})
"""Micro sign and Greek mu: two characters for one thing."""


def figures_read_again(samples: Samples) -> Measure:
    """Figures of claims that stand so in one of their quotes / figures of all claims.

    A figure is a number as it is written, with a letter in front (T6), the comparator before or
    behind it and the unit that follows. Nothing is converted: a claim in other units than its quote
    is blamed though it may be true, a figure in words is not seen. No code is shared with the
    numbers gate, so a fault of the gate does not hide here.

    Source: own.
    """
    told = [_told(claim) for s in samples for claim in s.claims]
    figures = sum(counted.total() for counted, _ in told)
    return ratio(
        "numeric fidelity read again: figures",
        figures - sum(lost for _, lost in told),
        figures,
    )


def _told(claim: Claim) -> tuple[Counter[tuple[str, str, str]], int]:
    """Return the figures of a claim, and how many of them no quote has."""
    figures = Counter(_figures(claim.text))
    known = {figure for proof in claim.proofs for figure in _figures(proof.quote)}
    return figures, sum(n for figure, n in figures.items() if figure not in known)


def _figures(text: str) -> Iterator[tuple[str, str, str]]:
    for found in _FIGURE.finditer(text.translate(_MICRO)):
        words = " ".join((found["sign"] or "").split()).casefold()
        sign = _SIGNS.get(words) or _BEHIND.get((found["behind"] or "").casefold(), "")
        unit = f"{found['unit'] or ''}{found['per'] or ''}"
        yield sign, _number(found["value"].casefold()), "".join(unit.split()).casefold()


def _number(written: str) -> str:
    """Return a number without the commas of thousands.

    >>> _number("1,500"), _number("2.50"), _number("10")
    ('1500', '2.5', '10')
    """
    plain = re.sub(r",(?=\d{3}(?!\d))", "", written)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
