"""Text with every figure written one way: digits, plain decimals, one sign for a thing."""

import re
import unicodedata
from functools import cache

from consilia.gates.figures.vocabulary import any_of, vocabulary

_RAISED = re.compile(r"(?<=10)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_THOUSANDS = re.compile(
    r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.,])\d{1,3}(?:[\u2009\u202f\u00a0]\d{3})+(?!\d)"
)
# Two capital letters are an odds ratio, two small ones a conjunction.
_ODDS = re.compile(r"\bOR(?= ?(?:of|was|=|:|\d))")
_REWRITINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u2010-\u2013\u2212]", "-"),
        (r"\s*[\u2014\u2015]\s*", " ; "),
        (r"\u2019", "'"),
        (r"(?<=\d)[\u00b7\u2219](?=\d)", "."),
        (r"(?<![\d,.])(\d+),(\d{1,2})(?![\d,])", r"\1.\2"),
        (r"(?<![\w.])\.(?=\d)", "0."),
        (r">=|=>|\u2a7e|\u2267", "\u2265"),
        (r"<=|=<|\u2a7d|\u2266", "\u2264"),
        (r"\bper ?cent(?:age)?(?= points?\b)", "percentage"),
        (r"\bper ?cent\b|\bpct\b", "%"),
        (
            r"(\d)\s*(?:x|\u00d7|\*)\s*10\s?\^?\(?([369]|12)\)?(?=\s?(?:/|per|cells|platelets))",
            r"\1 10^\2",
        ),
        (r"\btimes (in|per|every) 24 hours\b", "times a day"),
        (r"\b(pre|post)-(?=\d)", r"\1 "),
        (r"\.{2,}", " , "),
        (r" - (?=[a-z])", " ; "),
        (r"\s+", " "),
    )
)
_WEEKLY = r"(?:an?|per|each|every|daily|weekly|monthly|yearly|nightly|in)"
_TIMED = r"(?:second|minute|hour|day|week|fortnight|month|year|decade)s?\b"
_ONE_UNIT = re.compile(
    rf"\b(for|within|after|before|over|least|every|about|than|most|to|lasting) an? (?={_TIMED})"
)


def plain(text: str) -> str:
    """Return a text case-folded, with its figures in digits.

    >>> plain("Twenty-two patients took 2,400 mg three times daily for one and a half years.")
    '22 patients took 2400 mg 3 times daily for 1.5 years.'
    """
    text = _THOUSANDS.sub(_ungrouped, text)
    text = _RAISED.sub(lambda found: "^" + found[0].translate(_PLAIN_DIGITS), text)
    text = unicodedata.normalize("NFKC", _ODDS.sub("odds ratio", text)).casefold()
    for pattern, replacement in _REWRITINGS:
        text = pattern.sub(replacement, text)
    return _fractions(_ordinals(_cardinals(text)))


def _ungrouped(match: re.Match[str]) -> str:
    """A count written 2,015 is no year: it keeps a point that no year has."""
    digits = re.sub(r"\D", "", match[0])
    return digits + ".0" if 1800 <= int(digits) < 2100 else digits


@cache
def _cardinal_run() -> re.Pattern[str]:
    words = vocabulary()
    single, scale = any_of(words.cardinals), any_of(words.scales)
    return re.compile(
        rf"\b(?:(?P<digits>\d+(?:\.\d+)?)[ -]{scale}\b(?!s)"
        rf"|(?:an? (?={scale}\b))?(?:{single}|(?:(?<=a )|(?<=per )){scale})\b"
        rf"(?:[ -](?:and )?(?:{single}|{scale})\b)*(?!-?fold))"
    )


def _cardinals(text: str) -> str:
    for word, written in vocabulary().multiples.items():
        text = re.sub(rf"\b{word}\b", written, text)
    text = re.sub(rf"\bonce(?=[ -]{_WEEKLY}\b)", "1 time", text)
    text = re.sub(rf"\b(times?)-(?={_WEEKLY}\b)", r"\1 ", text)
    return _cardinal_run().sub(lambda found: _value(found[0]), text)


def _value(run: str) -> str:
    """The digits of a run of number words; words that form no one number stay apart."""
    words = vocabulary()
    values: list[float] = []
    open_below = 0.0
    for word in re.findall(r"[a-z]+|[\d.]+", run):
        if word in {"a", "an", "and"}:
            continue
        if word in words.scales:
            scale = float(words.scales[word])
            values, open_below = [*values[:-1], (values[-1] if values else 1.0) * scale], scale
            continue
        number = float(words.cardinals[word]) if word in words.cardinals else float(word)
        if values and number < open_below:
            values[-1] += number
        else:
            values.append(number)
        open_below = 10.0 if number >= 20 and number % 10 == 0 else 0.0
    return " ".join(f"{value:.15g}" for value in values)


@cache
def _ordinal_words() -> re.Pattern[str]:
    return re.compile(rf"(?<!\d )(?<!\d-)(?<!per )(?<!/)\b{any_of(vocabulary().ordinals)}\b")


def _ordinals(text: str) -> str:
    parts = any_of(vocabulary().parts)
    share = re.compile(
        rf"\b(?:an? |1 )({parts})(?= of\b| (?:were|was|had|have|did|reported)\b|[,.;)]|$)"
    )
    text = share.sub(r"1/\1", text)
    return _ordinal_words().sub(lambda found: f"{vocabulary().ordinals[found[0]]}th", text)


@cache
def _share_words() -> re.Pattern[str]:
    parts = any_of(set(vocabulary().parts) - {"half", "halves"})
    return re.compile(
        rf"\b(\d+)[ /-]({parts})\b(?! (?:dose|day|week|month|year|line|visit|trimester))"
    )


def _fractions(text: str) -> str:
    text = re.sub(r"\b(\d+) and (?:a|1) half\b", r"\1.5", text)
    text = re.sub(r"\b(?:a |1 |1/)?half[ -](?:of )?(?:an? )(?=[a-z])", "0.5 ", text)
    text = re.sub(rf"\b(?:a |1 |1/)?half[ -](?={_TIMED})", "0.5 ", text)
    text = re.sub(r"\b(?:an? |1 |1/)?half\b(?!-?[ -]?li(?:fe|ves)\b)(?: of)?", "50%", text)
    text = _ONE_UNIT.sub(r"\1 1 ", text)
    parts = vocabulary().parts
    return _share_words().sub(lambda found: f"{100 * int(found[1]) / parts[found[2]]:.6g}%", text)
