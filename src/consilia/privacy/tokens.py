"""The words of a text as names are looked for among them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from consilia.privacy.vocabulary import (
    ambiguous_names,
    eponyms,
    given_names,
    not_names,
    surnames,
    vocabulary,
)
from consilia.terms import stem, word_list

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]{2,})*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its place."""

    start: int
    end: int
    text: str

    @property
    def folded(self) -> str:
        """The word, case-folded."""
        return self.text.casefold()

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def shouted(self) -> bool:
        """Whether it is a word in capitals, which may be an abbreviation."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def particle(self) -> bool:
        """Whether it is a small word within a family name."""
        return self.text in vocabulary().particles

    @property
    def title(self) -> bool:
        """Whether it is a title, however it is written."""
        return self.folded in vocabulary().titles

    @property
    def given(self) -> bool:
        """Whether it, or the first part of a double name, is a given name on the list."""
        first = self.folded.split("-")[0]
        return first in given_names() or _unaccented(first) in given_names()

    @property
    def listed(self) -> bool:
        """Whether it is a given or a family name on the lists."""
        return self.given or self.family

    @property
    def family(self) -> bool:
        """Whether it, or a part of a double name, is a family name on the list."""
        return any(part in surnames() for part in (self.folded, *self.folded.split("-")))

    @property
    def ambiguous(self) -> bool:
        """Whether a given name is as well an ordinary word."""
        return self.folded in ambiguous_names()

    @property
    def eponym(self) -> bool:
        """Whether something of medicine bears this name."""
        return self.folded in eponyms()

    @property
    def ordinary(self) -> bool:
        """Whether it is a word of everyday language; some names are too."""
        return stem(self.folded) in _ordinary()


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text, a possessive "'s" left out."""
    return [Token(match.start(), match.end(), match[0]) for match in _TOKEN.finditer(text)]


def is_barred(token: Token, known: frozenset[str] = frozenset()) -> bool:
    """Tell whether a word is of medicine or of the language, and so begins no name."""
    return token.folded in not_names() or token.folded in known


def is_plain(token: Token, known: frozenset[str]) -> bool:
    """Tell whether a word, or a part of it, is barred or an eponym."""
    parts = {token.folded, *token.folded.split("-")}
    return any(p in not_names() or p in known or p in eponyms() for p in parts)


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(stem(word) for word in word_list("ordinary_words"))


def _unaccented(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
