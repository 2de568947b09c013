"""The glossary: which words mean the same thing, which belong under which, and lay words."""

import csv
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from consilia.errors import DocumentError
from consilia.terms import STOP_WORDS, stem, words

COLUMNS = (
    "term",
    "type",
    "synonyms",
    "lay_words",
    "broader",
    "definition",
    "definition_document_key",
    "source",
)
TYPES = (
    "anatomy",
    "concept",
    "condition",
    "criteria",
    "drug",
    "drug_class",
    "organisation",
    "population",
    "procedure",
    "score",
    "sign",
    "substance",
    "symptom",
    "test",
    "word",
)


LONG = 7
"""Letters of a word from which on one wrong letter leaves no doubt which word is meant."""
CLASS_OF = "~"
"""Marks a concept that a text names only through one of its members."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the glossary."""

    term: str
    type: str
    synonyms: tuple[str, ...]
    lay_words: tuple[str, ...]
    broader: tuple[str, ...]
    definition: str
    definition_document_key: str
    source: str

    @property
    def concept(self) -> str:
        """The token that stands for the term and all its synonyms."""
        return concept_of(self.term)

    @property
    def names(self) -> tuple[str, ...]:
        """Term, synonyms and lay words: all that is read as this term."""
        return (self.term, *self.synonyms, *self.lay_words)


@dataclass(frozen=True, slots=True)
class Token:
    """A search term: a concept of the glossary (`=…`), or the stem of a word."""

    name: str
    surface: str
    """The words it was read from, case-folded."""


@dataclass(frozen=True)
class Glossary:
    """Entries with the look-ups that analysing text needs."""

    entries: tuple[Entry, ...]
    sha256: str
    phrases: dict[tuple[str, ...], str] = field(init=False)
    """Stemmed words of each name, to the concept it stands for."""
    by_concept: dict[str, Entry] = field(init=False)
    longest: dict[str, int] = field(init=False)
    """Words of the longest name that begins with a stem."""
    long_words: tuple[str, ...] = field(init=False)
    """Words of names that are long enough to be mistyped unmistakably."""
    _found_by: Callable[[str], tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        phrases: dict[tuple[str, ...], str] = {}
        for entry in self.entries:
            for name in entry.names:
                roots = tuple(stem(word) for word in words(name))
                phrases.setdefault(roots, entry.concept)
                if name.isupper() and len(roots) == 1:
                    phrases.setdefault((roots[0] + "s",), entry.concept)
        phrases.pop((), None)
        object.__setattr__(self, "phrases", phrases)
        object.__setattr__(self, "by_concept", {e.concept: e for e in self.entries})
        names = (name.casefold() for e in self.entries for name in e.names)
        parts = (word for name in names for word in words(name))
        long = dict.fromkeys(word for word in parts if len(word) >= LONG and word.isalpha())
        object.__setattr__(self, "long_words", tuple(long))
        longest: dict[str, int] = {}
        for roots in phrases:
            longest[roots[0]] = max(longest.get(roots[0], 0), len(roots))
        object.__setattr__(self, "longest", longest)
        # The sentences of a section share their context, and it is most of the text.
        object.__setattr__(self, "_found_by", lru_cache(maxsize=2_000)(self._index_tokens))

    def type_of(self, token: str) -> str | None:
        """Return the type of the concept, or None for a token that is no concept."""
        entry = self.by_concept.get(token)
        return entry.type if entry else None

    def broader(self, token: str) -> tuple[str, ...]:
        """Return the concepts directly above this one."""
        entry = self.by_concept.get(token)
        return tuple(concept_of(term) for term in entry.broader) if entry else ()

    def read(self, text: str) -> list[Token]:
        """Return the tokens of a text: concepts where a glossary phrase matches, else stems.

        The longest phrase wins, from the left; stop words count inside a phrase only.
        """
        found = words(text)
        roots = [stem(word) for word in found]
        tokens, at = [], 0
        while at < len(found):
            length, concept = self._phrase_at(roots, at)
            if concept:
                tokens.append(Token(concept, " ".join(found[at : at + length])))
            elif found[at] not in STOP_WORDS:
                tokens.append(Token(roots[at], found[at]))
            at += length
        return tokens

    def analyse(self, text: str) -> list[str]:
        """Return the names of the tokens of a text.

        >>> Glossary.empty().analyse("Twitching of the calves")
        ['twitch', 'calv']
        """
        return [token.name for token in self.read(text)]

    def index_tokens(self, text: str) -> tuple[str, ...]:
        """Return the tokens a text is found by.

        These are its tokens, the classes they belong to (with `CLASS_OF` in front: a text on one
        member speaks of the class, but not of the other members), and what their parts are called
        alone: "nocturnal leg cramps" is found by "cramp" too.
        """
        return self._found_by(text)

    def _index_tokens(self, text: str) -> tuple[str, ...]:
        tokens: list[str] = []
        for token in self.read(text):
            tokens.append(token.name)
            tokens.extend(CLASS_OF + above for above in self.broader(token.name))
            if token.name.startswith("="):
                tokens.extend(self.parts(token.surface))
        return tuple(tokens)

    def parts(self, phrase: str) -> list[str]:
        """Return the tokens of shorter stretches of a phrase, stop words left out."""
        found = words(phrase)
        roots = [stem(word) for word in found]
        tokens = []
        for at in range(len(found)):
            if found[at] not in STOP_WORDS:
                tokens.append(roots[at])
            for length in range(1, len(found) - at + 1):
                concept = self.phrases.get(tuple(roots[at : at + length]))
                if concept and length < len(found):
                    tokens.append(concept)
        return tokens

    def normalise(self, text: str) -> str:
        """Return a text with the glossary's own term in place of each synonym, case-folded.

        >>> Glossary.empty().normalise("Leg Cramps")
        'leg cramps'
        """
        found = words(text)
        roots = [stem(word) for word in found]
        kept, at = [], 0
        while at < len(found):
            length, concept = self._phrase_at(roots, at)
            kept.append(self.by_concept[concept].term if concept else found[at])
            at += length
        return " ".join(kept)

    def _phrase_at(self, roots: Sequence[str], at: int) -> tuple[int, str | None]:
        for length in range(min(self.longest.get(roots[at], 0), len(roots) - at), 0, -1):
            concept = self.phrases.get(tuple(roots[at : at + length]))
            if concept:
                return length, concept
        return 1, None

    @classmethod
    def empty(cls) -> "Glossary":
        """Return a glossary without entries."""
        return cls((), "sha256:" + hashlib.sha256(b"").hexdigest())


def concept_of(term: str) -> str:
    """Return the token that stands for a term.

    >>> concept_of("benign fasciculation syndrome")
    '=benign_fasciculation_syndrome'
    """
    return "=" + "_".join(term.lower().split())


def load_glossary(path: Path) -> Glossary:
    """Read `glossary.csv`.

    Args:
        path: The file; columns as in `COLUMNS`, lists separated by semicolons.

    Returns:
        The glossary with its look-ups.

    Raises:
        DocumentError: The file cannot be read, or a column or type is wrong.
    """
    try:
        data = path.read_bytes()
        rows = list(csv.DictReader(data.decode("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"cannot read the glossary {path}: {error}") from error
    entries = tuple(_entry(row, f"{path}, row {n}") for n, row in enumerate(rows, start=2))
    return Glossary(entries, "sha256:" + hashlib.sha256(data).hexdigest())


def _entry(row: dict[str, str], place: str) -> Entry:
    if tuple(row) != COLUMNS or None in row.values():
        raise DocumentError(f"{place}: expected the columns {', '.join(COLUMNS)}")
    if row["type"] not in TYPES:
        raise DocumentError(f"{place}: type {row['type']!r} is none of {', '.join(TYPES)}")
    lists = {
        name: tuple(part.strip() for part in row[name].split(";") if part.strip())
        for name in ("synonyms", "lay_words", "broader")
    }
    return Entry(
        term=row["term"].strip(),
        type=row["type"],
        synonyms=lists["synonyms"],
        lay_words=lists["lay_words"],
        broader=lists["broader"],
        definition=row["definition"],
        definition_document_key=row["definition_document_key"],
        source=row["source"],
    )
