"""Raised characters in running text: a power stays a power, and never runs into a number.

Where a format marks its superscripts, `superscript` writes them; where only the height of the
characters tells, `raised` first tells powers and charges from reference marks.
"""

import re

_SUPERSCRIPTS = str.maketrans("0123456789+-\u2212\u2013=()nim", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱᵐ")
# A letter is small only beside a digit or sign (`n-1`, `99m`): alone it may be a reference mark.
_HAS_SMALL = re.compile(r"(?=[()nim]*[0-9+\u2212\u2013=-])[nim]?(?:[0-9+\u2212\u2013=()-][nim]?)+")
_SEVERAL = re.compile(r"\w\s+\w")
_TERM = re.compile(r"\S+|\([^()]*\)")
_ON_THE_LINE = re.compile(r"\(?(?:st|nd|rd|th|er|re|tm)\W*", re.IGNORECASE)
_POWER = re.compile(r"[-+\u2212\u2013]?\d{1,3}[+\u2212-]?|[-+\u2212]")
_UNIT = re.compile(
    r"(?<![A-Za-z])(?:[mcdk\u00b5\u03bcn]?m|in|ft|[km\u00b5\u03bcn]?g|[kmd\u00b5\u03bc]?[Ll]|mol|mmol|s|sec|min|h|hr|d|day|yr)$"
)
_SMALL_POWER = re.compile(r"[-\u2212\u2013]?[1-4]")
_CHARGE = re.compile(r"\d{0,2}[-+\u2212]")
_NUCLEIDE = re.compile(r"\d{1,3}m?")
_ONE = r"[\[(]?(?:\d{1,4}[a-z]?|[a-z]{1,2}|[*\u2020\u2021\u00a7\u00b6#|]+)[\])]?"
_REFERENCE = re.compile(rf"{_ONE}(?:[\s,;\u2013\u2014-]+{_ONE})*[\s,;]*")


def superscript(text: str) -> str:
    """Return a superscript as it can stand in a line.

    Args:
        text: The raised characters.

    Returns:
        Unicode superscripts for digits and signs; ordinals, trade marks and reference signs as
        they are; all else behind `^`. White space around it is kept.

    >>> superscript("-10"), superscript("n \u2212 1"), superscript("2 "), superscript("a")
    ('⁻¹⁰', 'ⁿ⁻¹', '² ', '^a')
    >>> superscript("1, 2"), superscript("th"), superscript("TM"), superscript("®")
    ('^(1, 2)', 'th', 'TM', '®')
    """
    mark = text.strip()
    tight = "".join(mark.split())
    if _HAS_SMALL.fullmatch(tight) and not _SEVERAL.search(mark):
        written = tight.translate(_SUPERSCRIPTS)
    elif _ON_THE_LINE.fullmatch(mark) or not any(map(str.isalnum, mark)):
        written = mark
    else:
        written = f"^{mark}" if _TERM.fullmatch(mark) else f"^({mark})"
    return text.replace(mark, written, 1)


def raised(text: str, before: str, after: str) -> str:
    """Return how raised characters are written where a reference mark is not marked as one.

    Args:
        text: The raised characters.
        before: What stands before them on the line.
        after: What follows them.

    Returns:
        Powers, charges, nucleides and what stands behind a number as `superscript` writes them;
        nothing for a reference mark; other characters as they are: they may be small, not raised.

    >>> [raised("9", "x 10", "/L"), raised("2", "22 kg/m", ""), raised("12", "is rare.", " Give")]
    ['⁹', '²', '']
    """
    mark = text.strip()
    if not mark:
        return text
    if _is_power(mark, before) or _is_symbol(mark, before, after):
        return superscript(text)
    is_attached = bool(before) and not before[-1].isspace()
    if is_attached and _is_reference(mark, before):
        return ""
    return superscript(text) if before[-1:].isdigit() else text


def _is_power(mark: str, before: str) -> bool:
    return before[-1:].isdigit() and bool(_POWER.fullmatch(mark))


def _is_symbol(mark: str, before: str, after: str) -> bool:
    if _SMALL_POWER.fullmatch(mark) and _UNIT.search(before[-12:]):
        return True
    if _CHARGE.fullmatch(mark) and before[-1:].isalnum():
        return True
    is_free = not before or not before[-1].isalnum()
    starts_element = bool(re.match(r"[A-Z][a-z]?\b", after))
    return is_free and starts_element and bool(_NUCLEIDE.fullmatch(mark))


def _is_reference(mark: str, before: str) -> bool:
    """Whether it is a reference mark; one letter behind a number may be a power (`2^n`)."""
    if _ON_THE_LINE.fullmatch(mark) or not _REFERENCE.fullmatch(mark):
        return False
    is_letter = mark[0].isalpha() and len(mark.rstrip(" ,;")) == 1
    return not (is_letter and before[-1].isdigit())
