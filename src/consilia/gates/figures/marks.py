"""Numbers that name instead of counting: SOD1, phase 3, 4 April 2024, the third dose, 2:1."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from consilia.gates.figures.comparators import beside
from consilia.gates.figures.measures import unit_pattern
from consilia.gates.figures.vocabulary import any_of, vocabulary

_NAME = re.compile(
    r"(?<![\w.])[a-z\u03b1-\u03c9]+(?:[-*/'][a-z]+)*(?:[-*]?\d+[a-z]*)+(?:[-*/][a-z0-9]+)*(?![\w.]*\d)"
)
_NUMBER_NAME = re.compile(r"(?<![\w.])\d+(?:,\d+)*-?[a-z]{1,3}\d*(?![\w-])")
_DECADE = re.compile(r"(?<![\w.])(?:19|20)?\d0'?s\b")
_RATIO = re.compile(
    r"(?<![\w.:])\d+(?:\.\d+)?:\d+(?:\.\d+)?(?![\w:])|\b\d{2,3}/\d{2,3}(?= ?mm ?hg)"
)
_ORDINAL = re.compile(r"(?<![\w.])(\d+)(?:st|nd|rd|th)\b")
_INITIAL = re.compile(r"\b(?:initial(?:ly)?|starting|earliest)\b")
_ISO = re.compile(r"(?<![\w-])((?:19|20)\d\d)-(\d\d)-(\d\d)(?![\w-])")
_YEAR = re.compile(r"(?<![\w.$=<>\u2264\u2265])(?:1[89]\d\d|20\d\d)(?![\w.]*\d)(?!\w)")
_SIGNS = "<\u2264>\u2265"
_PLURALS = frozenset({"people", "women", "men", "children"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure that is part of a name, a date or an order."""

    start: int
    end: int
    text: str
    key: str
    """Equal for marks that say the same."""


def marks_in(text: str) -> tuple[Mark, ...]:
    """Return the marks of a text that `plain` has read, in order, without overlap.

    >>> [mark.key for mark in marks_in("in phase III trials of SOD1 ALS, 4 april 2024".lower())]
    ['phase 3', 'sod1', '2024-4-4']
    """
    found: list[Mark] = []
    readers: tuple[Callable[[str], Iterator[Mark]], ...] = (
        _dates, _ranked, _names, _ratios, _ordinals, _years
    )  # fmt: skip
    for reader in readers:
        read = reader(text)
        for mark in _compared(text, read) if reader in {_ranked, _names, _ratios} else read:
            if all(mark.end <= other.start or mark.start >= other.end for other in found):
                found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def keys_of(text: str) -> frozenset[str]:
    """Return all that the marks of a text answer to: a date answers to its year and month too."""
    keys: set[str] = set()
    for mark in marks_in(text):
        keys.add(mark.key.rstrip(_SIGNS))
        parts = mark.key.split("-") if re.fullmatch(r"\d{4}(?:-\d+)+", mark.key) else [mark.key]
        keys.update("-".join(parts[: length + 1]) for length in range(len(parts)))
    if _INITIAL.search(text):
        keys.add("1th")
    return frozenset(keys)


def _compared(text: str, marks: Iterator[Mark]) -> Iterator[Mark]:
    """Names and ranks with the comparator beside them: "T6 or above", "below grade 3"."""
    for mark in marks:
        sign = beside(text[: mark.start], text[mark.end :])
        yield replace(mark, key=mark.key + sign) if sign and sign in _SIGNS else mark


def _mark(match: re.Match[str], key: str) -> Mark:
    return Mark(match.start(), match.end(), match[0], key)


@cache
def _date_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    month = rf"({any_of(vocabulary().months)})[a-z]{{0,7}}\.?"
    return (
        re.compile(rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)? )?{month} ((?:19|20)\d\d)\b"),
        re.compile(rf"\b{month} (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b"),
    )


def _dates(text: str) -> Iterator[Mark]:
    day_first, month_first = _date_patterns()
    number = {name: str(n) for n, name in enumerate(vocabulary().months, start=1)}
    for match in _ISO.finditer(text):
        yield _mark(match, "-".join(str(int(part)) for part in match.groups()))
    for match in month_first.finditer(text):
        yield _mark(match, f"{match[3]}-{number[match[1]]}-{int(match[2])}")
    for match in day_first.finditer(text):
        day = f"-{int(match[1])}" if match[1] else ""
        yield _mark(match, f"{match[3]}-{number[match[2]]}{day}")


@cache
def _ranked_pattern() -> re.Pattern[str]:
    ranked = any_of(vocabulary().ranked)
    one = rf"(?:\d+[a-d]?|{any_of(_ROMAN)})(?![\w.]*\d)"
    return re.compile(
        rf"\b({ranked})s?[ -]({one}\b(?:(?:/|-| to | or | and "
        rf"| and/or ){one}\b(?! {ranked}))*)"
        rf"(?!(?: ?-?{unit_pattern()})| (?:of|out))"
    )


def _ranked(text: str) -> Iterator[Mark]:
    for match in _ranked_pattern().finditer(text):
        at = match.start(2)
        for one in re.finditer(rf"\d+[a-d]?|\b{any_of(_ROMAN)}\b", match[2]):
            rank = _ROMAN.get(one[0], one[0])
            yield Mark(
                at + one.start(), at + one.end(), f"{match[1]} {one[0]}", f"{match[1]} {rank}"
            )


def _names(text: str) -> Iterator[Mark]:
    glued = re.compile(rf"\d+-?{unit_pattern()}")
    unit = re.compile(unit_pattern())
    for match in _NAME.finditer(text):
        if not unit.fullmatch(match[0]):
            yield _mark(match, re.sub(r"[^a-z0-9\u03b1-\u03c9]", "", match[0]))
    for match in _DECADE.finditer(text):
        yield _mark(match, match[0].replace("'", ""))
    for match in _NUMBER_NAME.finditer(text):
        ordinal = _ORDINAL.fullmatch(match[0])
        if not ordinal and not glued.match(match[0]) and not match[0].endswith("fold"):
            yield _mark(match, match[0].replace("-", ""))


def _ratios(text: str) -> Iterator[Mark]:
    return (_mark(match, match[0]) for match in _RATIO.finditer(text))


def _ordinals(text: str) -> Iterator[Mark]:
    return (_mark(match, f"{match[1]}th") for match in _ORDINAL.finditer(text))


@cache
def _counted() -> re.Pattern[str]:
    counted = (noun for group in vocabulary().alike for noun in group)
    alike = (noun for noun in counted if noun.endswith("s") or noun in _PLURALS)
    return re.compile(rf" ?-?(?:{unit_pattern()}|{any_of(alike)}\b)")


def _years(text: str) -> Iterator[Mark]:
    for match in _YEAR.finditer(text):
        if not _counted().match(text, match.end()):
            yield _mark(match, match[0])
