"""Joining lines to running text: which hyphens at line ends belong to the word."""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+)[-\u2010]$")
_HYPHENS = ("-", "\u2010", "\u2011")
_SUSPENDED = re.compile(r"(?:and|or|to|versus|vs)\b")  # as in "pre- and post-operative"
_WHOLE = re.compile(r"\d[\u2013\u2212]$|\w[/\u2014]$")  # as in "4\u20136 weeks", "and/or"
_SOFT = "\u00ad"
_STARTS_WORD = re.compile(r"[^\W\d_]+")


class Joiner:
    """Joins lines by what words the document has elsewhere.

    >>> joiner = Joiner(["The treatment is low-dose.", "A treat-", "ment", "at a low-", "dose"])
    >>> joiner.join(["A treat-", "ment at a low-", "dose"])
    'A treatment at a low-dose'
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        is_broken = False
        for line in lines:
            words = [_plain(word) for word in _WORD.findall(line)]
            kept = words[is_broken:]
            is_broken = line.endswith((*_HYPHENS, _SOFT))
            kept = kept[:-1] if is_broken else kept
            self._words.update(kept)
            self._words.update(part for word in kept for part in word.split("-"))

    def join(self, lines: Sequence[str]) -> str:
        """Return lines as one, with a space between them or a word made whole."""
        text = ""
        for line in lines:
            text = self._joined(text, line) if text else line
        return text

    def _joined(self, text: str, line: str) -> str:
        if text.endswith(_SOFT):
            return text.rstrip(_SOFT) + line
        if text[-2:-1].isalnum() and text.endswith(_HYPHENS) and not _SUSPENDED.match(line):
            return self._mended(text, line)
        is_whole = _WHOLE.search(text[-3:]) and line[:1].isalnum()
        return text + ("" if is_whole else " ") + line

    def _mended(self, text: str, line: str) -> str:
        broken = _BROKEN.search(text[-60:])
        rest = _STARTS_WORD.match(line)
        if not broken or not rest or not line[0].islower():
            return text + line
        left, right = broken[1].lower(), rest[0].lower()
        if left + right in self._words:
            return text[:-1] + line
        if f"{left}-{right}" in self._words or left in self._words:
            return text + line
        return text[:-1] + line


def _plain(word: str) -> str:
    return word.lower().replace("\u2010", "-").replace("\u2011", "-")
