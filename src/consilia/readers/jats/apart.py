"""What of an article is not about its subject, and the account of all that is left out."""

import re

from consilia.readers.reading import Notes

_TITLES = re.compile(
    r"(?:\d+(?:\.\d+)*\.?\s+)?(?:"
    r"acknowledge?ments?"
    r"|(?:sources? of )?(?:funding|(?:financial )?support)(?: (?:sources?|statement|information))?"
    r"|funding and .*|financial disclosures?|grant support|disclosures?(?: statement)?"
    r"|(?:declaration of |statement of )?(?:potential )?"
    r"(?:competing|conflicts?(?: of)?|conflicting)(?: financial)? interests?"
    r"(?: (?:statement|declarations?|disclosures?))?"
    r"|(?:individual )?(?:author'?s?'? )?contributions?|contributors|author details"
    r"|(?:literature )?(?:references|bibliography)(?: cited)?"
    r"|pre-?publication history|publisher'?s'? note"
    r"|(?:data|code) (?:availability|sharing)(?: statement)?"
    r"|availability of (?:supporting )?data(?: and materials?)?"
    r")\s*[.:]?",
    re.IGNORECASE,
)
_TYPES = {
    "coi-statement", "conflict", "con", "author-contribution", "author-contributions", "funding",
    "financial-disclosure", "supported-by", "data-availability", "present-address", "current-aff",
    "equal", "deceased", "corresp", "ack", "acknowledgement", "ref-list",
}  # fmt: skip


def is_apart(title: str, kind: str) -> bool:
    """Tell statements about the article (funding, interests) from what it says of its subject.

    Args:
        title: Of a section; may be empty.
        kind: Its type attribute; may be empty.

    >>> is_apart("Competing interests", ""), is_apart("Adverse events", "")
    (True, False)
    """
    plain = title[:200].replace("\u2019", "'")
    return bool(_TITLES.fullmatch(plain)) or kind.lower() in _TYPES


class LeftOut:
    """What of one article goes into no document: counted as it is met, told at the end."""

    def __init__(self, notes: Notes, place: str) -> None:
        self._notes = notes
        self._place = place
        self._counts: dict[str, int] = {}

    def count(self, kind: str, number: int = 1) -> None:
        """Count things of a kind, such as "references"."""
        self._counts[kind] = self._counts.get(kind, 0) + number

    def say(self, text: str) -> None:
        """Report one thing in words of its own."""
        self._notes.unplace(self._place, text)

    def hide(self, text: str) -> None:
        """Report words that a person would not see."""
        if text.strip():
            self._notes.hide(self._place, text)

    def tell(self) -> None:
        """Report all that was counted."""
        for kind, number in self._counts.items():
            self.say(f"{number} {kind}")
        self._counts.clear()
