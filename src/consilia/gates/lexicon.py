"""Phrases of a word list, found in a sequence of words whatever their inflection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pydantic import TypeAdapter

from consilia.terms import stem

EXACT = "="
"""In front of a phrase that is matched as it is written: "effect" is not "effective"."""
_T = TypeVar("_T")


def read_data(name: str, shape: type[_T]) -> _T:
    """Return what a JSON file of `consilia/data` holds, checked to have this shape."""
    text = files("consilia").joinpath(f"data/{name}.json").read_text(encoding="utf-8")
    return TypeAdapter(shape).validate_json(text)


@dataclass(frozen=True, slots=True)
class Match:
    """One phrase found: `[start, end)` in the words."""

    label: str
    start: int
    end: int


class Lexicon:
    """Labelled phrases; the longest match wins, from the left, without overlap."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._labels: dict[tuple[str, ...], str] = {}
        for label, listed in phrases.items():
            for phrase in listed:
                exact = phrase.startswith(EXACT)
                words = phrase.removeprefix(EXACT).split()
                key = tuple(words if exact else map(root, words))
                self._labels.setdefault((EXACT, *key) if exact else key, label)
        self._longest = max(map(len, self._labels), default=0)

    def matches(self, words: Sequence[str]) -> tuple[Match, ...]:
        """Return the phrases in these case-folded words, in order.

        >>> Lexicon({"doubt": ["may"], "none": ["not only"]}).matches("it may not only".split())
        (Match(label='doubt', start=1, end=2), Match(label='none', start=2, end=4))
        """
        roots = [root(word) for word in words]
        found, at = [], 0
        while at < len(words):
            match = self._match_at(words, roots, at)
            if match:
                found.append(match)
            at = match.end if match else at + 1
        return tuple(found)

    def labels(self, words: Sequence[str]) -> frozenset[str]:
        """Return the labels of the phrases in these words."""
        return frozenset(match.label for match in self.matches(words))

    def _match_at(self, words: Sequence[str], roots: Sequence[str], at: int) -> Match | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            exact = (EXACT, *words[at : at + length])
            label = self._labels.get(exact) or self._labels.get(tuple(roots[at : at + length]))
            if label:
                return Match(label, at, at + length)
        return None


def root(word: str) -> str:
    """Return the stem of a word, or the word itself when it is a sign."""
    return stem(word) if word[0].isalnum() else word


@cache
def lexicon_of(name: str, field: str) -> Lexicon:
    """Return the labelled phrases under one field of a data file."""
    return Lexicon(read_data(name, dict[str, dict[str, list[str]]])[field])
