"""A text as identifiers are looked for in it, with the way back to the text as it was typed."""

import unicodedata
from dataclasses import dataclass

_QUOTES = frozenset("\u2018\u2019\u201b\u02bc\u2032\u00b4`")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without invisible characters and accents that stand alone; digits are 0 to 9."""

    text: str
    origins: tuple[int, ...]
    """Where each character stands in the text as typed; one more for its end."""


def folded(text: str) -> Folded:
    r"""Return the text in which identifiers are looked for.

    >>> folded("943\u200b\u00a0476\u20115919").text
    '943 476-5919'
    """
    characters: list[str] = []
    origins: list[int] = []
    for at, character in enumerate(text):
        for shown in _plain(character):
            characters.append(shown)
            origins.append(at)
    return Folded("".join(characters), (*origins, len(text)))


def _plain(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character == "\n" else " "
    if character in _QUOTES:
        return "'"
    category = unicodedata.category(character)
    if category in {"Cf", "Cc", "Mn", "Me", "Cn", "Co"}:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    if category.startswith("Z"):
        return " "
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 else character
