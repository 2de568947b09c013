"""Invented documents: each has words of its own, so that a hit is right or wrong."""

import re
from collections.abc import Iterable
from pathlib import Path

from consilia.models import KINDS

_CONSONANTS = "bdfgklmnprtvz"
_VOWELS = "aou"
_EDITION = re.compile(r"Edition (\d+) ")


def id_of(number: int) -> str:
    """Return the id of a document."""
    return f"survey-{number}"


def word_of(number: int) -> str:
    """Return a word that no other document has.

    >>> word_of(0), word_of(41)
    ('babax', 'dabux')
    """
    high, low = divmod(number, len(_CONSONANTS) * len(_VOWELS))
    return f"{_syllable(high)}{_syllable(low)}x"


def sentence_of(number: int, edition: int = 1) -> str:
    """Return the sentence that finds a document."""
    place = word_of(number)
    return f"Edition {edition} of the {place} survey counts {number + 100} people with vorblitis."


def text_of(number: int, edition: int = 1) -> str:
    """Return the text of a document, as it stands in the catalog."""
    return (
        f"## Findings\n\n{sentence_of(number, edition)}\n\n"
        f"The clinics of {word_of(number)} treat vorblitis with drosmine number {number}.\n"
    )


def edition_of(text: str) -> int:
    """Return the edition that a text or a sentence tells; 0 when it tells none."""
    found = _EDITION.search(text)
    return int(found[1]) if found else 0


def write_documents(folder: Path, numbers: Iterable[int], edition: int = 1) -> list[Path]:
    """Write documents as files.

    Args:
        folder: Made when it is missing.
        numbers: Which ones.
        edition: Of all of them.

    Returns:
        The files, in the order of the numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in numbers:
        kind = KINDS[number % 2 + 2]
        path = folder / f"{id_of(number)}.md"
        path.write_text(
            f"---\nid: {id_of(number)}\nkind: {kind}\ntitle: A survey of vorblitis\n---\n\n"
            f"{text_of(number, edition)}",
            encoding="utf-8",
        )
        paths.append(path)
    return paths


def _syllable(number: int) -> str:
    consonant, vowel = divmod(number, len(_VOWELS))
    return _CONSONANTS[consonant % len(_CONSONANTS)] + _VOWELS[vowel]
