"""Dates of citation records, at the precision that they have."""

import re
from datetime import date

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR = re.compile(r"(?<![0-9])(?:1[89]|2[01])[0-9]{2}(?![0-9])")
_MONTH = re.compile(r"\s+([A-Za-z]{3})[a-z]*\b")
_DAY = re.compile(r"\s+([0-9]{1,2})(?![0-9]|\s*[-/])")
_NUMERIC = re.compile(r"((?:1[89]|2[01])[0-9]{2})[-/]?([0-9]{2})[-/]?([0-9]{2})(?![0-9])")


def calendar_date(year: str, month: str = "", day: str = "") -> str | None:
    """Return a date of parts, without the parts that cannot be.

    Args:
        year: Four digits, 1800 to 2199.
        month: A number or an English name, of which three letters count.
        day: A number.

    Returns:
        `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; None without a year.

    >>> calendar_date("2006", "Mar", "1"), calendar_date("2006", "Spring")
    ('2006-03-01', '2006')
    """
    year, month, day = year.strip(), month.strip().casefold(), day.strip()
    if not _YEAR.fullmatch(year):
        return None
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else _number(month)
    if not 1 <= number <= 12:
        return year
    try:
        return date(int(year), number, _number(day)).isoformat()
    except ValueError:
        return f"{year}-{number:02}"


def written_date(words: str) -> str | None:
    """Return the first date of a range or season that is written in words.

    Args:
        words: The `MedlineDate` or `DP` field.

    Returns:
        As `calendar_date`; of a range of days the month, of a season the year.

    >>> written_date("1998 Dec-1999 Jan"), written_date("2000 Dec 23-30")
    ('1998-12', '2000-12')
    >>> written_date("1990 Spring"), written_date("Winter 2000"), written_date("undated")
    ('1990', '2000', None)
    """
    year = _YEAR.search(words)
    if year is None:
        return None
    month = _MONTH.match(words, year.end())
    day = _DAY.match(words, month.end()) if month else None
    return calendar_date(year[0], month[1] if month else "", day[1] if day else "")


def numeric_date(words: str) -> str | None:
    """Return a date that is written in digits.

    >>> numeric_date("20060110"), numeric_date("2006/01/10 00:00"), numeric_date("2006")
    ('2006-01-10', '2006-01-10', '2006')
    """
    parts = _NUMERIC.match(words.strip())
    return calendar_date(*parts.groups()) if parts else written_date(words)


def _number(words: str) -> int:
    return int(words) if re.fullmatch(r"[0-9]{1,2}", words) else 0
