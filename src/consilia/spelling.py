"""Repairing a mistyped word: only long, rare, unknown ones, and only by one edit."""

from consilia.glossary import LONG, Glossary
from consilia.index import Generation
from consilia.terms import STOP_WORDS, stem, words

ROOT_LENGTH = 11
ENDING_LENGTH = 4


def repairs(text: str, glossary: Glossary, index: Generation) -> dict[str, str]:
    """Return the words of a text that are taken for others, with what they are read as.

    A word is repaired when neither the glossary nor the index knows its stem, and exactly one
    word of the glossary is one edit away, or else has the same long root.

    Args:
        text: A question.
        glossary: Its long words are what a word can be repaired to.
        index: Its words are never repaired.

    Returns:
        Case-folded words to words of the glossary.
    """
    found = {}
    for word in dict.fromkeys(words(text)):
        if len(word) < LONG or not word.isalpha() or word in STOP_WORDS:
            continue
        root = stem(word)
        if (root,) in glossary.phrases or index.frequency(root):
            continue
        near = [name for name in glossary.long_words if one_edit(word, name)]
        near = near or [name for name in glossary.long_words if same_root(word, name)]
        if len({glossary.phrases.get((stem(name),), stem(name)) for name in near}) == 1:
            found[word] = near[0]
    return found


def repaired(text: str, found: dict[str, str]) -> str:
    """Return a text with its repaired words in place."""
    return " ".join(found.get(word.strip(".,;:?!()").casefold(), word) for word in text.split())


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
