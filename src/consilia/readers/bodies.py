"""Writing canonical text: the body of a document, block by block, as Markdown."""

import re
import unicodedata
from collections.abc import Iterable

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_STARTS_MARKUP = re.compile(r"#{1,6}(?=\s)|-{3,}$|\*{3,}$|`{3}|~{3}|>")


def clean(text: str) -> str:
    r"""Return text on one line: NFC, runs of white space as one space, nothing invisible.

    >>> clean(" 5\u200b mg\n daily ")
    '5 mg daily'
    """
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def invisible(text: str) -> int:
    """Return how many characters of a text cannot be seen: zero-width, bidirectional, control."""
    return len(_INVISIBLE.findall(text.replace("\r", "")))


def _says_something(words: str) -> bool:
    return any(c.isalnum() for c in words)


class Body:
    r"""A body under construction; each paragraph, list item and table row is one line.

    >>> body = Body()
    >>> body.heading("Dosing")
    >>> body.paragraph("Start low.")
    >>> body.item("Adults: 5 mg")
    >>> body.row(["Age", "Dose"])
    >>> body.text
    '## Dosing\n\nStart low.\n\n- Adults: 5 mg\n\n| Age | Dose |\n'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = ""
        self._pages: list[int] = []
        self.removed = 0
        """Invisible characters that were left out so far."""

    @property
    def text(self) -> str:
        """The canonical text so far; empty when nothing was written."""
        return "".join(self._parts) + "\n" if self._parts else ""

    @property
    def pages(self) -> tuple[int, ...]:
        """Where each page starts in the text; empty when no page was told."""
        return tuple(min(start, self._length) for start in self._pages)

    def heading(self, text: str, level: int = 2) -> None:
        """Write a heading of level 2 (under the title) to 6."""
        if words := self._words(text):
            self._write("heading", f"{'#' * min(6, max(2, level))} {words}")

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        if words := self._words(text):
            sign = "\\" if _STARTS_MARKUP.match(words) else ""
            self._write("paragraph", sign + words)

    def item(self, text: str, depth: int = 0) -> None:
        """Write a list item, nested `depth` deep."""
        if words := self._words(text):
            self._write("item", f"{'  ' * min(depth, 6)}- {words}")

    def row(self, cells: Iterable[str]) -> None:
        """Write a row of a table."""
        words = [self._seen(cell).replace("|", "\\|") for cell in cells]
        if any(map(_says_something, words)):
            self._write("row", f"| {' | '.join(words)} |")

    def page(self) -> None:
        """Tell that what follows stands on the next page."""
        self._pages.append(self._length + 2 if self._parts else 0)

    def _words(self, text: str) -> str:
        words = self._seen(text)
        return words if _says_something(words) else ""

    def _seen(self, text: str) -> str:
        self.removed += invisible(text)
        return clean(text)

    def _write(self, block: str, line: str) -> None:
        tight = block == self._last and block in {"item", "row"}
        part = line if not self._parts else f"\n{line}" if tight else f"\n\n{line}"
        self._parts.append(part)
        self._length += len(part)
        self._last = block
