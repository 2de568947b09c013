"""From text to search terms: words, spelling variants and stems."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from threading import Lock

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_stemming = Lock()
"""The stemmer keeps the word that it works on: two threads would mix theirs."""
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+(?:'[a-z]+)?\d*|[^\W\d_]+")


def word_list(name: str) -> frozenset[str]:
    """Return the words of a list in `consilia/data`; lines that start with `#` are comments."""
    return frozenset(word for line in lines_of(name) for word in line.split())


def lines_of(name: str) -> tuple[str, ...]:
    """Return the lines of a list in `consilia/data` that are no comments."""
    text = files("consilia").joinpath(f"data/{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


STOP_WORDS = word_list("stop_words")

_SPELLINGS = (
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"(?<=[a-z]{3})is(ation|ations|e|es|ed|ing)$"), r"iz\1"),
    (re.compile(r"tre(s?)$"), r"ter\1"),
    (re.compile(r"our$"), "or"),
    (re.compile(r"'s?$"), ""),
)


def words(text: str) -> list[str]:
    """Return the words of a text, case-folded, hyphens and slashes as borders.

    >>> words("HLA-B*1502, 1,477 patients; 0.39 mV")
    ['hla', 'b', '1502', '1477', 'patients', '0.39', 'mv']
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return [word.replace(",", "") if word[0].isdigit() else word for word in _WORD.findall(folded)]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of one case-folded word; British and American spellings agree.

    >>> stem("haemodialysis") == stem("hemodialysis")
    True
    """
    if word[0].isdigit():
        return word
    with _stemming:
        return str(_STEMMER.stemWord(american(word)))


def american(word: str) -> str:
    """Return a case-folded word in American spelling.

    >>> american("characterise"), american("oedema")
    ('characterize', 'edema')
    """
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    return word


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of the words of a text, in order, without stop words."""
    return tuple(stem(word) for word in words(text) if word not in STOP_WORDS)


@cache
def scaffolding() -> frozenset[str]:
    """Return the stems of words that ask, name a source or fill: no part of what is asked."""
    return frozenset(stem(word) for word in word_list("scaffolding"))


@cache
def attributes() -> frozenset[str]:
    """Return the stems of words for what is asked of a thing: they name none by themselves."""
    return frozenset(stem(word) for entry in word_list("attributes") for word in words(entry))
