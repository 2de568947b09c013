"""Postal addresses: streets with a house number, postcodes, PO boxes."""

import re
from collections.abc import Iterator
from functools import cache

from consilia.privacy.findings import Found
from consilia.privacy.vocabulary import vocabulary

_POSTCODE = re.compile(r"(?<![\w-])([A-Z]{1,2})(\d[A-Z\d]?) ?(\d[ABD-HJLNP-UW-Z]{2})(?![\w-])")
_TYPED_POSTCODE = re.compile(_POSTCODE.pattern, re.IGNORECASE)
# "b12 1st", "l5 4ug": an ordinal or a unit behind something numbered.
_NO_INWARD = frozenset({
    "st",
    "nd",
    "rd",
    "th",
    "ug",
    "ng",
    "pg",
    "dl",
    "hr",
    "gr",
    "bd",
    "ds",
    "wd",
})
_ZIP = r"\d{5}(?:-\d{4})?"
_BOX = re.compile(r"\b(?:P\.? ?O\.? ?Box|Postfach) \d{1,6}\b", re.IGNORECASE)
_WORD = r"(?:\d{1,3}(?:st|nd|rd|th)|[^\W\d_][^\W\d_'.-]*(?:['-][^\W\d_]+)?\.?)"
_GERMAN = re.compile(
    r"\b[A-ZÄÖÜ][a-zäöüß-]*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|ufer|damm) \d{1,4}"
    r" ?[a-z]?\b(?:,? (?:[A-Z]{1,2}-)?\d{4,5} [A-ZÄÖÜ][a-zäöüß]+)?"
)
_FRENCH = re.compile(
    r"\b\d{1,4},? (?:(?:bis|ter),? )?"
    r"(?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|via|calle)"
    r" (?:(?:de la|de l'|des|du|de|d') ?)?[A-ZÀ-Ý][\w'-]+(?: [A-ZÀ-Ý][\w'-]+){0,2}"
    r"(?:,? \d{5} [A-ZÀ-Ý][\w-]+)?"
)
_LABELLED = re.compile(
    r"\b(?:home |postal |current )?(?:address|residence)\s?(?::|\bis\b)\s?"
    r"((?:[A-Z0-9][\w'-]*,? ?){1,10})"
)
_COUNTED = re.compile(
    r"\b(?:minutes?|hours?|days?|weeks?|months?|years?|mg|mcg|ml|g|kg|units?|times|doses?|patients?"
    r"|adults?|children|percent|of|in|with|and|or|for|to|the|per|at|on|by|from|than|versus|vs)\b",
    re.IGNORECASE,
)
_UNIT = r"(?:,? (?:apt|apartment|flat|unit|suite|ste|room|rm|#)\.? ?#?\w{1,5})?"


def find_addresses(text: str) -> Iterator[Found]:
    """Yield the postal addresses of a folded text, each with the town that its code follows."""
    whole = (m for p in (_GERMAN, _FRENCH, _BOX, _state_and_zip()) for m in p.finditer(text))
    streets = (m for p in _streets() for m in p.finditer(text) if not _COUNTED.search(m["name"]))
    for match in (*whole, *streets):
        yield Found(match.start(), match.end(), "address")
    for match in _LABELLED.finditer(text):
        yield Found(match.start(1), match.start(1) + len(match[1].rstrip(" ,")), "address")
    for match in _TYPED_POSTCODE.finditer(text):
        if _is_postcode(match):
            yield Found(match.start(), match.end(), "address")


def _is_postcode(match: re.Match[str]) -> bool:
    area, district, inward = match[1], match[2], match[3]
    if area.upper() not in vocabulary().postcode_areas:
        return False
    if match[0].isupper():
        return inward[1:] not in {"ST", "ND", "RD", "TH"} or len(area) == 2
    return inward[1:].casefold() not in _NO_INWARD and len(area + district) > 2


@cache
def _streets() -> tuple[re.Pattern[str], ...]:
    words = vocabulary()
    state = "|".join(words.us_states)
    area = "|".join(sorted(words.postcode_areas, key=len, reverse=True))
    code = rf"(?:(?:{state}),? {_ZIP}|(?:{area})\d[A-Z\d]? ?\d[A-Z]{{2}}|{_ZIP})"
    town = rf"(?:{_UNIT}(?:,? [A-Z][\w'-]+(?: [A-Z][\w'-]+){{0,2}}){{0,2}},? {code})?"
    house = r"(?:(?:flat|apt|unit|apartment) ?\w{1,4},? )?(?<![\w.])\d{1,5}[A-Za-z]?,? "
    direction = r"(?:[NSEW]{1,2}\.? )?"
    any_case = "|".join(words.streets)
    cased = "|".join(words.streets_cased)
    lower = rf"(?P<name>(?:{_WORD} ){{1,4}}?)(?i:{any_case})\b\.?"
    upper = rf"(?P<name>(?:(?:[A-Z][\w'-]*|of|the) ){{1,4}}?)(?:{cased})\b"
    return tuple(
        re.compile(rf"(?i:{house}){direction}{street}{town}{_UNIT}") for street in (lower, upper)
    )


@cache
def _state_and_zip() -> re.Pattern[str]:
    state = "|".join(vocabulary().us_states)
    return re.compile(rf"\b[A-Z][a-z]+(?: [A-Z][a-z]+){{0,2}}, (?:{state}),? {_ZIP}(?![\w-])")
