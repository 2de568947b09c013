"""Notations of doses that are easily misread, and how to read them.

After the list of error-prone abbreviations of the Institute for Safe Medication Practices (ISMP).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consilia import wording
from consilia.answer import Claim, Notice

# A result of a laboratory may end in a zero, says the list: so nothing per litre.
_UNIT = r"(?:mg|mcg|micrograms?|g|mL|ml|units?|mmol|mEq)(?![A-Za-z]|/[dm]?[Ll])"
_NUMBER = r"(?<![\d.,])\d+(?:[.,]\d+)*"
_FORMS = tuple(
    (re.compile(written), plain)
    for written, plain in (
        (rf"(?<![\d.,])(\d+)\.0+(\s?{_UNIT})", r"\1\2"),
        (rf"(?<![\d.,])(\.\d+\s?{_UNIT})", r"0\1"),
        (rf"({_NUMBER})\s?[Uu](?![A-Za-z./])", r"\1 units"),
        (rf"({_NUMBER})\s?(?:IU|iu)(?![A-Za-z])", r"\1 international units"),
        (rf"({_NUMBER})\s?[\u00b5\u03bc]g(?![A-Za-z])", r"\1 micrograms"),
        (r"(?<![A-Za-z.])(?:QD|qd|Q\.D\.|q\.d\.)(?![A-Za-z])", "daily"),
        (r"(?<![A-Za-z.])(?:QOD|qod|Q\.O\.D\.|q\.o\.d\.)(?![A-Za-z])", "every other day"),
        (r"(?<![A-Za-z])MSO4(?![A-Za-z\d])", "morphine sulfate"),
        (r"(?<![A-Za-z])MgSO4(?![A-Za-z\d])", "magnesium sulfate"),
    )
)


@dataclass(frozen=True, slots=True)
class Notation:
    """An error-prone notation as it is written, and in plain words."""

    written: str
    plain: str


def error_prone(text: str) -> tuple[Notation, ...]:
    """Return the error-prone notations of a text, form by form, without repeats.

    >>> error_prone("Give 5.0 mg, or .5 mg, QD")
    (Notation(written='5.0 mg', plain='5 mg'), \
Notation(written='.5 mg', plain='0.5 mg'), Notation(written='QD', plain='daily'))
    """
    found = (
        Notation(match[0], match.expand(plain))
        for form, plain in _FORMS
        for match in form.finditer(text)
    )
    return tuple(dict.fromkeys(found))


def notation_notices(claims: Sequence[Claim]) -> tuple[Notice, ...]:
    """Return how to read the error-prone notations of claims, which stay as they are printed."""
    return tuple(dict.fromkeys(_notices(claims)))


def _notices(claims: Sequence[Claim]) -> Iterator[Notice]:
    for claim in claims:
        cited = ", ".join(map(str, dict.fromkeys(claim.citations)))
        for notation in error_prone(claim.text):
            told = wording.NOTATION.format(
                numbers=cited, written=notation.written, plain=notation.plain
            )
            yield Notice("dose_notation", told)
