"""Identifiers of persons taken out of a text; what is clinical in it stays.

`redact` looks in the text without invisible characters. Citations, identifiers of studies and
codes are left alone first. Identifiers that overlap are removed as one, named after the one with
check digits, else after the longest.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from consilia.privacy.addresses import find_addresses
from consilia.privacy.contacts import find_contacts
from consilia.privacy.dates import find_dates
from consilia.privacy.findings import KINDS, Found, RuleId
from consilia.privacy.folding import folded
from consilia.privacy.labelled import find_labelled
from consilia.privacy.names import find_names
from consilia.privacy.numbers import find_ibans, find_numbers
from consilia.privacy.protected import protected

_PERSONAL = frozenset(KINDS) - {"date", "ip_address", "url"}
"""Kinds that tell that a text is about one person, whose dates are then removed too."""


@dataclass(frozen=True, slots=True)
class Removed:
    """An identifier that was removed: what it was, never what it said."""

    kind: str
    """A key of `consilia.privacy.findings.KINDS`."""
    rule: RuleId
    placeholder: str
    """What stands in its place."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without identifiers."""

    text: str
    removed: tuple[Removed, ...]
    """In the order of the text."""

    @property
    def told(self) -> str:
        """Kinds and counts, for a reader: `name (2), NHS number (1)`."""
        counts = Counter(KINDS[removed.kind] for removed in self.removed)
        return ", ".join(f"{kind} ({count})" for kind, count in counts.items())


def redact(text: str, known: frozenset[str] = frozenset()) -> Redacted:
    """Return a text with each identifier of a person replaced by what it was.

    Args:
        text: As typed.
        known: Case-folded words that name no person, such as those of a glossary.

    Returns:
        The text, unchanged but for the placeholders.

    >>> redact("Mr Flumb, 74, NHS 943 476 5919: riluzole 50 mg?").text
    '[name removed], 74, [NHS number removed]: riluzole 50 mg?'
    """
    plain = folded(text)
    spans = _apart(_found(plain.text, known))
    parts: list[str] = []
    at = 0
    for found in spans:
        start, end = plain.origins[found.start], plain.origins[found.end]
        parts += [text[at:start], placeholder(found.kind)]
        at = end
    parts.append(text[at:])
    removed = tuple(Removed(f.kind, f.rule, placeholder(f.kind)) for f in spans)
    return Redacted("".join(parts), removed)


def placeholder(kind: str) -> str:
    """Return what stands in the place of a kind of identifier."""
    return f"[{KINDS[kind]} removed]"


def without_placeholders(text: str) -> str:
    """Return a redacted text as it is searched with: placeholders and titles before them gone."""
    for title in ("Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Patient:"):
        text = text.replace(f"{title} {placeholder('name')}", " ")
        text = text.replace(f"{title}. {placeholder('name')}", " ")
    for kind in KINDS:
        text = text.replace(placeholder(kind), " ")
    return " ".join(text.split())


def _found(text: str, known: frozenset[str]) -> list[Found]:
    kept = list(protected(text))
    finders = (
        find_ibans(text),
        find_numbers(text),
        find_labelled(text),
        find_contacts(text),
        find_addresses(text),
        find_names(text, known),
    )
    found = [f for finder in finders for f in finder if not _within(f, kept)]
    of_a_person = any(f.kind in _PERSONAL for f in found)
    dates = (f for f in find_dates(text, of_a_person=of_a_person) if not _within(f, kept))
    return [*found, *dates]


def _within(found: Found, kept: Iterable[tuple[int, int]]) -> bool:
    return any(start < found.end and found.start < end for start, end in kept)


def _apart(found: list[Found]) -> list[Found]:
    """The findings in the order of the text, those that overlap joined under the surest kind."""
    joined: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if joined and one.start < joined[-1].end:
            last = joined[-1]
            surest = min(last, one, key=lambda f: (f.rule, f.start - f.end))
            end = max(last.end, one.end)
            joined[-1] = Found(last.start, end, surest.kind, surest.rule)
        else:
            joined.append(one)
    return joined
