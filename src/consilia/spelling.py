"""Repairing a mistyped word, by one edit and only an unknown one; reading shorthand in full."""

import json
from functools import cache
from importlib.resources import files
from string import ascii_lowercase

from consilia.encoders import Embedder
from consilia.glossary import LONG, Glossary
from consilia.index import Generation
from consilia.terms import STOP_WORDS, scaffolding, stem, word_list, words

SHORTEST = 5
"""Letters of a word from which on it is repaired at all."""
_AROUND = ".,;:?!()"
_MEDICAL = word_list("medical_words")
_WHOLE = 3
"""Tokens of a word that the embedder's vocabulary holds whole, its two special ones included."""
ROOT_LENGTH = 11
ENDING_LENGTH = 4


def repairs(text: str, glossary: Glossary, index: Generation, embedder: Embedder) -> dict[str, str]:
    """Return the words of a text that are taken for others, with what they are read as.

    A shorthand is read as what it stands for. A word is repaired when neither the glossary nor
    the index knows its stem, and exactly one word of the glossary is one edit away, or has the
    same long root; or else, when it is no everyday word, exactly one everyday word that the
    sources use is one edit away.

    Args:
        text: A question.
        glossary: Its long words are what a word can be repaired to.
        index: Its words are never repaired.
        embedder: Its vocabulary holds everyday words whole.

    Returns:
        Case-folded words to what they are read as.
    """
    found = {word: shorthand()[word] for word in _folded(text) if word in shorthand()}
    for word in dict.fromkeys(words(text)):
        if len(word) < SHORTEST or not word.isalpha() or _is_known(word, glossary, index):
            continue
        near: list[str] = []
        if len(word) >= LONG:
            near = [name for name in glossary.long_words if one_edit(word, name)]
            near = near or [name for name in glossary.long_words if same_root(word, name)]
        if not near and not _is_everyday(word, embedder):
            known = (name for name in one_edit_away(word) if _is_known(name, glossary, index))
            near = [name for name in known if _is_everyday(name, embedder)]
        if (
            near
            and word not in near
            and len({glossary.phrases.get((stem(name),), stem(name)) for name in near}) == 1
        ):
            found[word] = near[0]
    return found


@cache
def shorthand() -> dict[str, str]:
    """Return what clinicians write short, case-folded, with what it stands for."""
    text = files("consilia").joinpath("data/shorthand.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def one_edit_away(word: str) -> list[str]:
    """Return all letter strings that are one letter added, left out, changed or swapped away."""
    splits = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    found = [a + b[1:] for a, b in splits if b]
    found += [a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1]
    found += [a + letter + b[1:] for a, b in splits if b for letter in ascii_lowercase]
    found += [a + letter + b for a, b in splits for letter in ascii_lowercase]
    return sorted({name for name in found if name[:1] == word[:1]} - {word})


def _is_known(word: str, glossary: Glossary, index: Generation) -> bool:
    """Tell whether a word is an everyday one, or occurs in the glossary or the sources."""
    if word in STOP_WORDS or word in _MEDICAL:
        return True
    root = stem(word)
    known = root in scaffolding() or (root,) in glossary.phrases or index.frequency(root)
    return bool(known)


def _is_everyday(word: str, embedder: Embedder) -> bool:
    return embedder.count_tokens(word) == _WHOLE


def _folded(text: str) -> list[str]:
    return [word.strip(_AROUND).casefold() for word in text.split()]


def repaired(text: str, found: dict[str, str]) -> str:
    """Return a text with its repaired words in place."""
    return " ".join(found.get(word.strip(_AROUND).casefold(), word) for word in text.split())


def same_root(one: str, other: str) -> bool:
    """Tell whether two long words differ in their endings only.

    >>> same_root("electrocardiographic", "electrocardiogram")
    True
    >>> same_root("hypocalcaemia", "hypokalaemia")
    False
    """
    root = _shared(one, other)
    return root >= ROOT_LENGTH and max(len(one), len(other)) - root <= ENDING_LENGTH


def one_edit(one: str, other: str) -> bool:
    """Tell whether one letter added, left out, changed or swapped makes a word the other.

    >>> one_edit("mexilitine", "mexiletine"), one_edit("glycinate", "gluconate")
    (True, False)
    >>> one_edit("rilzuole", "riluzole")
    True
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = _shared(one, other)
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        swapped = left[:2][::-1] == right[:2] and left[2:] == right[2:]
        return left[1:] == right[1:] or swapped
    return left[1:] == right or left == right[1:]


def _shared(one: str, other: str) -> int:
    """Return how many letters two words start with alike."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
