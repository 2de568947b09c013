"""The blocks of a DOCX file in their order: headings, paragraphs, items and rows of tables."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from consilia.readers.bodies import Body
from consilia.readers.docx.parts import Package, child, value
from consilia.readers.docx.text import ParagraphReader
from consilia.readers.reading import Notes
from consilia.readers.safe_xml import Element, local_name

_HEADING = re.compile(r"heading (\d)")
_LIST = re.compile(r"list (?:bullet|number)(?: (\d))?")
_REFERENCES = re.compile(
    r"(?:\d{1,2}\.?\s+)?(?:references|bibliography|literature cited|works cited):?", re.IGNORECASE
)
_WRAPPERS = {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent"}
_WRAPPERS |= {"Choice"}
_PLAIN_FILLS = {"", "auto", "FFFFFF", "AUTO"}
_MAX_SPAN = 60

BlockKind = Literal["title", "heading", "paragraph", "item", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, an item or a row."""

    kind: BlockKind
    words: tuple[str, ...]
    """One, or the cells of a row."""
    level: int = 0
    """Of a heading, from 1; of an item, how deep it is nested."""


class BlockReader:
    """Reads the blocks of one file."""

    def __init__(self, package: Package, notes: Notes) -> None:
        self._package = package
        self._notes = notes
        self.paragraphs = ParagraphReader(package, notes)
        self.contents = 0
        """Lines of tables of contents, which are left out."""

    def blocks(self, container: Element, *, shaded: bool = False) -> Iterator[Block]:
        """Yield the blocks of an element.

        Args:
            container: The body, a cell, a note or a text box.
            shaded: It has a ground that is not white.

        Yields:
            Blocks in reading order; text boxes follow the paragraph that holds them.
        """
        for element in container:
            name = local_name(element)
            if name == "p":
                yield from self._paragraph(element, shaded)
            elif name == "tbl":
                yield from self._table(element)
            elif name in _WRAPPERS:
                yield from self.blocks(element, shaded=shaded)
            elif name == "altChunk":
                self._notes.unplace("document", "an embedded file in another format")
            elif name in {"del", "moveFrom"}:
                self.paragraphs.counts.deleted += 1

    def _paragraph(self, element: Element, shaded: bool) -> Iterator[Block]:
        words, boxes = self.paragraphs.words(element, shaded=shaded)
        if words:
            yield from self._placed(element, words)
        for box in boxes:
            yield from self.blocks(box, shaded=True)

    def _placed(self, element: Element, words: str) -> Iterator[Block]:
        properties = child(element, "pPr")
        styles = list(self._package.chain(value(child(properties, "pStyle"))))
        names = [style.name for style in styles]
        outlines = [properties, *(child(style.element, "pPr") for style in styles)]
        if any(name.startswith("toc ") for name in names):
            self.contents += 1
        elif "title" in names:
            yield Block("title", (words,))
        elif level := _heading_level(names, outlines):
            yield Block("heading", (words,), level)
        elif (depth := self._depth(outlines, names)) is not None:
            yield Block("item", (words,), depth)
        else:
            yield Block("paragraph", (words,))

    def _depth(self, outlines: Iterable[Element | None], names: Iterable[str]) -> int | None:
        """How deep a list item is nested; None for what is no item."""
        for properties in outlines:
            number = child(properties, "numPr", "numId")
            if number is None:
                continue
            if not self._package.lists.get(value(number), False):
                return None
            level = value(child(properties, "numPr", "ilvl"))
            if level.isdecimal():
                return min(9, int(level[:2]))
            break
        listed = next((found for name in names if (found := _LIST.fullmatch(name))), None)
        if listed:
            return int(listed[1] or 1) - 1
        return 0 if any(child(p, "numPr", "numId") is not None for p in outlines) else None

    def _table(self, table: Element) -> Iterator[Block]:
        rows = [row for row in _inside(table, "tr") if not self._is_deleted(row)]
        cells = [list(_inside(row, "tc")) for row in rows]
        if all(len(row) <= 1 for row in cells):  # a frame around text
            for row in cells:
                for cell in row:
                    yield from self.blocks(cell, shaded=_is_shaded(cell))
            return
        above: list[str] = []
        for row in cells:
            words: list[str] = []
            nested: list[Block] = []
            for cell in row:
                said, inner = self._cell(cell)
                merged = child(cell, "tcPr", "vMerge")
                if merged is not None and value(merged) != "restart" and len(words) < len(above):
                    said = said or above[len(words)]
                words += [said] * _span(cell)
                nested += inner
            above = words
            yield Block("row", tuple(words))
            yield from nested

    def _cell(self, cell: Element) -> tuple[str, list[Block]]:
        """The words of a cell, and the rows of tables in it."""
        blocks = list(self.blocks(cell, shaded=_is_shaded(cell)))
        words = [block.words[0] for block in blocks if block.kind != "row"]
        return " ".join(words), [block for block in blocks if block.kind == "row"]

    def _is_deleted(self, row: Element) -> bool:
        deleted = child(row, "trPr", "del") is not None
        self.paragraphs.counts.deleted += deleted
        return deleted


def write_blocks(blocks: Iterable[Block], body: Body, notes: Notes) -> None:
    """Write blocks into a body, lists of references left out.

    Args:
        blocks: In their order; titles are not written.
        body: Gets headings from level 2 on.
        notes: Told of the references.
    """
    for block in _without_references(blocks, notes):
        if block.kind == "heading":
            body.heading(block.words[0], block.level + 1)
        elif block.kind == "item":
            body.item(block.words[0], block.level)
        elif block.kind == "row":
            body.row(block.words)
        elif block.kind == "paragraph":
            body.paragraph(block.words[0])


def _without_references(blocks: Iterable[Block], notes: Notes) -> Iterator[Block]:
    within = references = 0
    for block in blocks:
        is_heading = block.kind == "heading"
        if is_heading and _REFERENCES.fullmatch(block.words[0]):
            within = block.level
        elif is_heading and block.level <= within:
            within = 0
        if not within:
            yield block
        references += bool(within) and not is_heading
    if references:
        notes.unplace("References", f"{references} paragraphs")


def _heading_level(names: Iterable[str], outlines: Iterable[Element | None]) -> int:
    """1 for the highest headings; 0 for what is no heading."""
    for name in names:
        if found := _HEADING.match(name):
            return max(1, int(found[1]))
    for properties in outlines:
        level = value(child(properties, "outlineLvl"))
        if level.isdecimal():
            return int(level[:2]) + 1 if int(level[:2]) < 9 else 0
    return 0


def _inside(element: Element, name: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also in content controls."""
    for one in element:
        if local_name(one) == name:
            yield one
        elif local_name(one) in _WRAPPERS:
            yield from _inside(one, name)


def _is_shaded(cell: Element) -> bool:
    return value(child(cell, "tcPr", "shd"), "fill").upper() not in _PLAIN_FILLS


def _span(cell: Element) -> int:
    span = value(child(cell, "tcPr", "gridSpan"))
    return min(_MAX_SPAN, max(1, int(span[:3]))) if span.isdecimal() else 1
