"""What stands around the names of people, as patterns made of `data/privacy.json`."""

import re
from dataclasses import dataclass
from functools import cache

from consilia.privacy.vocabulary import vocabulary

_BORN = r"(?i:d\.? ?o\.? ?b\b|date of birth|born\b)"
INITIALS = re.compile(
    rf"(?<![\w.])(?:[A-Z]\.? ?){{2,3}}(?=[,;:]?\s?\(?{_BORN})"
    r"|\binitials?\s?(?::|is|are)?\s?(?:(?:[A-Z]\. ?){1,3}|[A-Z]{2,3}\b)"
)
WITH_INITIALS = re.compile(rf"\b[A-Z][a-z]+(?:-[A-Z][a-z]+)?,? [A-Z]{{1,2}}(?=[,;:]?\s?\(?{_BORN})")
AGED = re.compile(
    r"\s?[,;]?\s?[(\[]?\s?(?:\d{1,3}\s?(?:[MF]\b|y\.?/?o\b|years?|yrs?|-year|[,;)]|\W*$)|[MF][,)]"
    r"|aged?\b|d\.?o\.?b|born\b|mrn\b|nhs\b)",
    re.IGNORECASE,
)
"""An age, a sex or a date of birth: a person was named before it."""
ONLY_PEOPLE = re.compile(
    r" (?:has|takes|took|needs|complains|wants|suffers|weighs)\b|,? aged\b|, \d{1,3},"
)
"""What follows a name even where the name is also an ordinary word."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Where names are looked for; each pattern ends where a name would begin."""

    label: re.Pattern[str]
    """ "Patient name:", after which stands a name."""
    subject: re.Pattern[str]
    """ "Patient:", after which a name may stand."""
    called: re.Pattern[str]
    """ "a man called"."""
    person: re.Pattern[str]
    """ "my wife", "for", "regards,": group `close` where somebody is meant,
    `speaker` where one says who one is."""
    bearer: re.Pattern[str]
    """After a name: what makes it an eponym or an institution."""
    goes_on: re.Pattern[str]
    """After a name: that somebody is or does something."""


@cache
def patterns() -> Patterns:
    """Return the patterns; made once."""
    words = vocabulary()

    def any_of(alternatives: tuple[str, ...]) -> str:
        return f"(?:{'|'.join(alternatives)})"

    def form(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    return Patterns(
        label=form(
            rf"(?:\b{any_of(words.name_labels)}\b"
            r"|(?:^|[.;,?!(\n]\s?)names?(?=\s?[:=]|\sis\b))\s?(?::|=|\bis\b|,|-)?\s?"
        ),
        subject=form(rf"\b{any_of(words.subject_labels)}\.?\s?[:=]\s?"),
        called=form(
            rf"\b{any_of(words.called)}\.?,?(?: (?:is|was))? (?:named|called|by the name of)\s"
            r"|\b(?:my|his|her|their|patient'?s?) name(?:'s| is| was)?\s"
        ),
        person=form(
            rf"\b(?:(?P<close>{any_of(words.people)})|(?P<speaker>{any_of(words.speakers)})"
            rf"|{any_of(words.leads)})\b\.?,?\s"
        ),
        bearer=form(rf"(?:'s|s'|')?[ -](?:and \w+ )?{any_of(words.bearers)}\b"),
        goes_on=re.compile(rf"'s\b|,| {any_of(words.verbs)}\b|\W*$"),
    )
