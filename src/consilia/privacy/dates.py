"""Dates that belong to a person: of birth, of an admission, of an operation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from consilia.privacy.findings import Found
from consilia.privacy.numbers import AMOUNT
from consilia.privacy.vocabulary import vocabulary

_BIRTH = re.compile(
    r"(?<!\w)(?:d\.? ?o\.? ?b\.?|date of birth|birth ?date|birthday|birth|born|geboren|geb\.?"
    r"|geburtsdatum|née? le|nacid[oa] el|nat[oa] il)(?!\w)"
    r"(?:[\s:=.(-]{0,3}\b(?:is|was|on|in|am|the|date)\b){0,3}[\s:=.(-]{0,3}",
    re.IGNORECASE,
)
_OF_DATES = (
    r"(?:\W{1,3}(?:is|was|on|of|the|date|from|since|in|to|hospital|ward|a|for|care|clinic)\b)"
)
_EVENT = re.compile(
    r"\b(?:admi(?:tted|ssion)|discharged?|seen|presented|presentation|diagnosed|operated|operation"
    r"|surgery|died|death|deceased|dod|doa|appointment|visit(?:ed)?|referred|transferred|attended"
    r"|consultation|consulted|follow-up|started|stopped|scan(?:ned)?|biopsy|delivered|lmp|edd|onset"
    rf"|injur(?:y|ed)|accident|fell|collapsed|hospitali[sz]ed|examined|tested){_OF_DATES}{{0,5}}"
    r"\W{0,3}$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:publish\w*|updat\w*|revis\w*|approv\w*|guid\w+|label\w*|issue[ds]?|fda|ema|mhra|nice|dated"
    r"|versions?|effective|retriev\w*|access\w*|as of|edition|licen[cs]\w+|statement|announc\w*"
    r"|withdr\w+|warning|safety|communication|recall\w*|recommendations?|consensus|trial|study|paper"
    r"|search(?:ed)?|literature|database|until|between)\b[^.;?!]{0,40}$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:(?:my|our|this|the) (?:patient|pt|client|wife|husband|mother|father|mum|mom|dad|son"
    r"|daughter|child|baby|brother|sister)|patient:|pt\b|he|she|his|her|him|mr|mrs|i was|i am"
    r"|\d{1,3}[- ]?(?:year|yr|month|week|day)s?[- ]old|\d{1,3} ?(?:yo|y/o|y\.o)\b|aged \d|man|woman"
    r"|boy|girl|lady|gentleman)(?!\w)",
    re.IGNORECASE,
)
_REACH = 70
_COMPACT = re.compile(
    r"(?<![\w.])(?:(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d|\d{6})(?!\w)"
)
_YEAR = re.compile(r"(?<![\w.])(?:1[89]|20)\d\d(?![\w.]\d|\w)")


@dataclass(frozen=True, slots=True)
class Written:
    """A date in a text, and how much of it is told."""

    start: int
    end: int
    whole: bool
    """Whether a day, a month and a year are told."""
    has_day: bool = True


def find_dates(text: str, *, of_a_person: bool) -> Iterator[Found]:
    """Yield the dates of a folded text that belong to a person.

    Args:
        text: The folded text.
        of_a_person: Whether something else in the text identifies a person.

    Yields:
        Dates of birth with their label; whole dates that stand beside a person or an event, and
        not beside a publication.
    """
    born = list(_birth_dates(text))
    yield from born
    personal = of_a_person or bool(born) or bool(_PERSON.search(text))
    for date in written_dates(text):
        before = text[max(0, date.start - _REACH) : date.start]
        event = _EVENT.search(before)
        published = _PUBLISHED.search(before)
        if (event and date.has_day) or (date.whole and personal and not published):
            yield Found(date.start, date.end, "date")


def written_dates(text: str) -> Iterator[Written]:
    """Yield the dates of a folded text that name a month and a day or a year."""
    for pattern, whole, has_day in _forms():
        for match in pattern.finditer(text):
            if not AMOUNT.match(text, match.end()):
                yield Written(match.start(), match.end(), whole, has_day)


def _birth_dates(text: str) -> Iterator[Found]:
    dates = {date.start: date for date in sorted(written_dates(text), key=lambda d: d.end)}
    for label in _BIRTH.finditer(text):
        date = dates.get(label.end())
        if date:
            yield Found(label.start(), date.end, "birth_date")
            continue
        word = label[0].casefold()
        compact = _COMPACT.match(text, label.end()) or (
            _YEAR.match(text, label.end()) if "b" in word and "born" not in word else None
        )
        if compact:
            yield Found(label.start(), compact.end(), "birth_date")


@cache
def _forms() -> tuple[tuple[re.Pattern[str], bool, bool], ...]:
    """Each form of a date, whether it is whole, and whether it names a day."""
    names = sorted(vocabulary().months, key=len, reverse=True)
    month = rf"(?:{'|'.join(names)})\b\.?"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    ordinal = rf"{day}(?:st|nd|rd|th|\.)?"
    number = r"(?:0?[1-9]|1[0-2])"
    year = r"(?:(?:18|19|20)\d\d)"
    short = rf"(?:{year}|'?\d\d)"
    start, end = r"(?<![\w./-])", r"(?![\w]|[./-]\d)"

    def form(pattern: str) -> re.Pattern[str]:
        return re.compile(f"{start}(?:{pattern}){end}", re.IGNORECASE)

    day_first = rf"{ordinal}(?: of)?[ -]?{month}"
    month_first = rf"{month}[ -]{day}(?:st|nd|rd|th)?"
    return (
        (form(rf"{day}([/.-]){number}\1{short}|{number}([/.-]){day}\2{short}"), True, True),
        (form(rf"{year}([/.-]){number}\1{day}(?:T\d\d:\d\d(?::\d\d)?Z?)?"), True, True),
        (form(rf"{day} ?/ ?{number} ?/ ?{short}|{day}\. {number}\. {year}"), True, True),
        (form(rf"{day_first},?[ -]{short}|{month_first},?[ ]{year}"), True, True),
        (form(rf"{day_first}|{month_first}"), False, True),
        (form(r"(?:0[1-9]|[12]\d|3[01])/(?:0[1-9]|1[0-2])"), False, True),
        (form(rf"{month},? {year}|{number}/{year}"), False, False),
    )
