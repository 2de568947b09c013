"""Numbers that are told by the label in front of them: record numbers, passports, plates."""

import re
from collections.abc import Iterator
from functools import cache

from consilia.privacy.findings import Found
from consilia.privacy.numbers import AMOUNT
from consilia.privacy.vocabulary import vocabulary

_JOIN = r"[\s:=.(]{0,3}(?:#|\b(?:is|was|number|no|nr|num)\b)?[\s:=#.(]{0,3}"
_STRICT_JOIN = r"\s?[:=#]\s?#?"
_VALUE = re.compile(
    r"[A-Za-z]{0,4}[-/.]?\d{2,4}(?:[ .-]\d{2,4}){1,4}[A-Za-z]?(?!\w)"
    r"|[A-Za-z]{1,4} \d{3,12}(?!\w)"
    r"|[A-Z]{2}\d{2} [A-Z]{3}(?!\w)"
    r"|[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+){0,6}"
)
_FEWEST_DIGITS = 3
_PARTS = re.compile(r"[ ]")
# "record 2016" and "case no. 3 of 2019" name no record of a patient.
_YEAR = re.compile(r"(?:19|20)\d\d")


def find_labelled(text: str) -> Iterator[Found]:
    """Yield each labelled number of a folded text, its label with it."""
    for kind, label in _labels().items():
        for match in label.finditer(text):
            end = _value_end(text, match.end(), 2 if kind == "device" else _FEWEST_DIGITS)
            if end:
                yield Found(match.start(), end, kind)


def _value_end(text: str, start: int, fewest: int) -> int | None:
    """Where the value that begins here ends, or None when it is no identifier."""
    match = _VALUE.match(text, start)
    if not match:
        return None
    value = match[0].rstrip("-/.")
    parts = _PARTS.split(value)
    # The age or the dose that follows a number is no part of it.
    while len(parts) > 1 and AMOUNT.match(text, start + len(" ".join(parts))):
        parts.pop()
    value = " ".join(parts)
    digits = sum(character.isdigit() for character in value)
    if digits < fewest or _YEAR.fullmatch(value):
        return None
    if AMOUNT.match(text, start + len(value)) and len(parts) == 1:
        return None
    return start + len(value)


@cache
def _labels() -> dict[str, re.Pattern[str]]:
    strict = "|".join(vocabulary().strict_labels)
    patterns = {}
    for kind, labels in vocabulary().labels.items():
        plain = rf"\b(?:{'|'.join(labels)}){_JOIN}(?=[A-Za-z]{{0,5}}[-/. ]?\d|[A-Za-z0-9/-]*\d)"
        patterns[kind] = re.compile(plain, re.IGNORECASE)
    patterns["record_number"] = re.compile(
        rf"{patterns['record_number'].pattern}|(?<!\w)(?:{strict}){_STRICT_JOIN}(?=[A-Za-z0-9-]*\d)",
        re.IGNORECASE,
    )
    return patterns
