"""Folding text for matching: disguised letters become plain ones, and each keeps its place."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from consilia.readers.bodies import invisible

_SQUEEZED = bytes.maketrans(b"014357@$l", b"oiaestasi")
_KEPT = b"abcdefghijklmnopqrstuvwxyz014357@$"
_DROPPED = bytes(code for code in range(256) if code not in _KEPT)
_RUN = re.compile(r"\s{2,}")
_EMPHASIS = "*`"


class FoldTable(dict[int, str | None]):
    """What each character is folded to, filled as characters are met.

    Compatible forms (full width, mathematical) become plain, capitals small; accents, signs of
    emphasis and invisible characters vanish; look-alikes of other scripts become the Latin letters
    that they look like.
    """

    def __init__(self, lookalikes: Mapping[str, str]) -> None:
        super().__init__()
        self._lookalikes = lookalikes

    def __missing__(self, code: int) -> str | None:
        folded = self._folded(chr(code)) or None
        self[code] = folded
        return folded

    def _folded(self, char: str) -> str:
        if char == "\n":
            return char
        if char.isspace():
            return " "
        if invisible(char) or char in _EMPHASIS:
            return ""
        # A look-alike may be a capital that its own small letter is not: both are looked up.
        plain = unicodedata.normalize("NFKD", self._lookalikes.get(char, char)).casefold()
        letters = unicodedata.normalize("NFKD", plain)
        return "".join(
            self._lookalikes.get(c, c) for c in letters if unicodedata.category(c) != "Mn"
        )


@dataclass(frozen=True)
class Folded:
    """A text and its folded form."""

    original: str
    text: str
    """The folded form: what patterns are looked for in."""
    table: FoldTable

    @classmethod
    def of(cls, text: str, table: FoldTable) -> "Folded":
        """Return a text folded by a table; a run of white space is one space or one newline."""
        return cls(text, _RUN.sub(_one, text.translate(table)), table)

    @cached_property
    def squeezed(self) -> str:
        """The folded letters alone, digits that stand for letters read as these, `l` as `i`.

        So `1 g n 0 r e` and `ig-nore` are one word, and where a word ends is not told.
        """
        return squeezed(self.text)

    def origin(self, index: int) -> int:
        """Return where a character of the folded text stands in the original."""
        return self._origins[index]

    def unsqueezed(self, index: int) -> int:
        """Return where a character of the squeezed text stands in the folded text."""
        return bisect_right(self._kept, index)

    @cached_property
    def _origins(self) -> list[int]:
        places = [
            place for place, char in enumerate(self.original) for _ in self.table[ord(char)] or ""
        ]
        kept: list[int] = []
        end = 0
        for run in _RUN.finditer(self.original.translate(self.table)):
            kept += places[end : run.start() + 1]
            end = run.end()
        return kept + places[end:]

    @cached_property
    def _kept(self) -> list[int]:
        signs = _KEPT.decode()
        return list(accumulate(int(char in signs) for char in self.text))


def _one(run: re.Match[str]) -> str:
    return "\n" if "\n" in run[0] else " "


def squeezed(text: str) -> str:
    """Return the letters of a folded text, see `Folded.squeezed`.

    >>> squeezed("1 g n 0 r e all")
    'ignoreaii'
    """
    return text.encode("ascii", "ignore").translate(_SQUEEZED, _DROPPED).decode("ascii")


def squeezed_pattern(pattern: str) -> str:
    """Return a pattern over letters with these as squeezing leaves them."""
    return pattern.replace("l", "i")
