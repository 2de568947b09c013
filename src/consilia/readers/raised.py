"""Raised characters in running text: powers and charges are kept, reference marks left out."""

import re

_SUPERSCRIPTS = str.maketrans("0123456789+-\u2212\u2013=()nm", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿᵐ")
_POWER = re.compile(r"[-+\u2212\u2013]?\d{1,3}[+\u2212-]?|[-+\u2212]|n")
_UNIT = re.compile(
    r"(?<![A-Za-z])(?:[mcdk\u00b5\u03bcn]?m|in|ft|[km\u00b5\u03bcn]?g|[kmd\u00b5\u03bc]?[Ll]|mol|mmol|s|sec|min|h|hr|d|day|yr)$"
)
_SMALL_POWER = re.compile(r"[-\u2212\u2013]?[1-4]")
_CHARGE = re.compile(r"\d{0,2}[-+\u2212]")
_NUCLEIDE = re.compile(r"\d{1,3}m?")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|o|a)\b", re.IGNORECASE)
_ONE = r"[\[(]?(?:\d{1,4}[a-z]?|[a-z]{1,2}|[*\u2020\u2021\u00a7\u00b6#|]+)[\])]?"
_REFERENCE = re.compile(rf"{_ONE}(?:[\s,;\u2013\u2014-]+{_ONE})*[\s,;]*")


def raised(text: str, before: str, after: str) -> str:
    """Return how raised characters are written.

    Args:
        text: The raised characters.
        before: What stands before them on the line.
        after: What follows them.

    Returns:
        Unicode superscripts for powers, charges and nucleides, with `^` where Unicode has none;
        nothing for a reference mark; other characters as they are.

    >>> [raised("9", "x 10", "/L"), raised("2", "22 kg/m", ""), raised("12", "is rare.", " Give")]
    ['⁹', '²', '']
    """
    mark = text.strip()
    if not mark:
        return text
    if before[-1:].isdigit():
        return _after_number(mark)
    if _is_symbol(mark, before, after):
        return mark.translate(_SUPERSCRIPTS)
    is_attached = bool(before) and not before[-1].isspace()
    return "" if is_attached and _REFERENCE.fullmatch(mark) else text


def _after_number(mark: str) -> str:
    if _POWER.fullmatch(mark):
        return mark.translate(_SUPERSCRIPTS)
    if _ORDINAL.match(mark) or not mark[0].isalnum():
        return "" if _REFERENCE.fullmatch(mark) and not mark[0].isalpha() else mark
    return "" if _REFERENCE.fullmatch(mark) and len(mark) > 1 else f"^{mark}"


def _is_symbol(mark: str, before: str, after: str) -> bool:
    if _SMALL_POWER.fullmatch(mark) and _UNIT.search(before[-12:]):
        return True
    if _CHARGE.fullmatch(mark) and before[-1:].isalnum():
        return True
    is_free = not before or not before[-1].isalnum()
    starts_element = bool(re.match(r"[A-Z][a-z]?\b", after))
    return is_free and starts_element and bool(_NUCLEIDE.fullmatch(mark))
