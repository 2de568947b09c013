"""The narrative of labels: paragraphs, lists, tables and footnotes, written into a body."""

import re
from collections.abc import Iterator

from consilia.readers.bodies import Body, clean
from consilia.readers.labels.tables import rows_of
from consilia.readers.raised import superscript
from consilia.readers.safe_xml import Element, local_name, text_of

_BREAK = "\u2028"
_BULLET = re.compile(r"(?:(?<=\s)|^)[•■▪●◦○□▫‣\u2043➢](?:\s+|(?=\w))")
_SIGNS = "*†‡§¶‖"
_LONGEST_QUESTION = 150
_APART = {"paragraph", "p", "list", "item", "table", "tr", "td", "th", "caption", "div", "li"}


class Narrative:
    """Writes the `text` of sections; one for each section, as its footnotes are counted."""

    def __init__(self, body: Body, level: int) -> None:
        self._body = body
        self._level = level
        self._headed = False
        self._signs: dict[str, str] = {}
        self._count = 0
        self._footnotes: list[str] = []

    def write(self, text: Element, *, skip_first: bool = False) -> bool:
        """Write all of an element that holds paragraphs, lists, tables or plain words.

        Args:
            text: The element.
            skip_first: Its first block is left out: it is written already, as a heading.

        Returns:
            Whether headings were written: the questions of a patient's guide.
        """
        self._flow(text, -1, skip=1 if skip_first else 0)
        self._end_block()
        return self._headed

    def table(self, table: Element) -> None:
        """Write the caption of a table as a paragraph, its rows, and its footnotes below."""
        for caption in table:
            if local_name(caption) == "caption":
                self._body.paragraph(self._words(caption))
        for row in rows_of(table, self._words):
            for cells in ([line] for line in _lines(row[0])) if len(row) == 1 else (row,):
                self._body.row(cells)
        self._end_block()

    def _flow(self, element: Element, depth: int, skip: int = 0) -> None:
        """Write words up to each block inside, the block, and what follows it.

        `depth` is that of the list item the words are in, or -1 in a paragraph.
        """
        parts = [(element.text or "") if not skip else element[0].tail or ""]
        for child in list(element)[skip:]:
            name = local_name(child)
            if name in {"paragraph", "list", "item", "table", "renderMultiMedia"}:
                self._flush(parts, depth)
                self._block(child, name, depth)
            else:
                self._gather(child, name, parts)
            parts.append(child.tail or "")
        self._flush(parts, depth)

    def _block(self, element: Element, name: str, depth: int) -> None:
        if name == "table":
            self.table(element)
        elif depth < 0 and (question := _question(element)):
            self._body.heading(question, self._level)
            self._headed = True
        else:
            self._flow(element, depth + 1 if name == "item" else depth)
            if depth < 0 and name != "item":
                self._end_block()

    def _flush(self, parts: list[str], depth: int) -> None:
        text = "".join(parts)
        parts.clear()
        write_lines(self._body, text, depth)

    def _end_block(self) -> None:
        """Write the footnotes of the paragraph, list or table that ends here."""
        for footnote in self._footnotes:
            self._body.paragraph(footnote)
        self._footnotes.clear()

    def _words(self, element: Element) -> str:
        parts = [element.text or ""]
        for child in element:
            self._gather(child, local_name(child), parts)
            parts.append(child.tail or "")
        return "".join(parts)

    def _gather(self, element: Element, name: str, parts: list[str]) -> None:
        """Append the words of an element inside a line."""
        if not name:
            parts.append(text_of(element))
        elif name == "br":
            parts.append(_BREAK)
        elif name.lower() == "footnoteref":
            parts.append(self._sign(element.get("IDREF") or element.get("idref") or ""))
        elif name == "footnote":
            sign = self._sign(element.get("ID") or element.get("id") or "")
            parts.append(sign)
            # A footnote's own words go below the block; its inner markup is plain there.
            self._footnotes.append(f"{sign} {clean(text_of(element))}")
        else:
            inside = [element.text or ""]
            for child in element:
                self._gather(child, local_name(child), inside)
                inside.append(child.tail or "")
            words = "".join(inside)
            apart = f" {words} " if name.lower() in _APART else words
            parts.append(superscript(words) if name == "sup" else apart)

    def _sign(self, identifier: str) -> str:
        """The sign of a footnote: the same wherever it is referred to."""
        if identifier in self._signs:
            return self._signs[identifier]
        rounds, place = divmod(self._count % (4 * len(_SIGNS)), len(_SIGNS))
        sign = _SIGNS[place] * (rounds + 1)
        self._count += 1
        if identifier:
            self._signs[identifier] = sign
        return sign


def _question(paragraph: Element) -> str:
    """A question that is set off as a whole: the heading of what follows."""
    if local_name(paragraph) != "paragraph":
        return ""
    words = clean(text_of(paragraph))
    if not words.endswith("?") or len(words) > _LONGEST_QUESTION:
        return ""
    styled = "".join(text_of(child) for child in paragraph if child.get("styleCode"))
    return words if words == clean(styled) else ""


def write_lines(body: Body, text: str, depth: int = -1) -> None:
    """Write words as a paragraph, or as an item of a list; bulleted parts become items.

    Args:
        body: Written to.
        text: May hold line separators (U+2028) where the source breaks the line.
        depth: Of the list item, or -1 for a paragraph.
    """
    for line in _lines(text):
        lead, *bulleted = _BULLET.split(line)
        if depth < 0:
            body.paragraph(lead)
        else:
            body.item(lead, depth)
        for words in bulleted:
            body.item(words, depth + 1)


def _lines(text: str) -> Iterator[str]:
    """Lines that the source sets apart; one that runs on in lower case is no line of its own."""
    current: list[str] = []
    for piece in text.split(_BREAK):
        words = clean(piece)
        if words and current and not (words[0].islower() or words[0] in "([,;.)"):
            yield " ".join(current)
            current = []
        if words:
            current.append(words)
    if current:
        yield " ".join(current)
