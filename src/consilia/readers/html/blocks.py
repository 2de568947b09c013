"""The blocks of a web page: headings, paragraphs, list items and table rows in reading order."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from consilia.readers.bodies import Body
from consilia.readers.html.inline import BLOCKS, SKIPPED, raised_words
from consilia.readers.html.tables import Cell, grid, is_layout, rows_of
from consilia.readers.safe_xml import Element

_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BREAK = "\x00"
_BOLD = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)")
_UNDERLINED = re.compile(r"text-decoration(-line)?\s*:[^;]*underline")
_LONGEST_HEADING = 150
_LONGEST_ROW_HEADING = 100
_GRADE = re.compile(
    r"[(\[][^()\[\]]*\b(strong|weak|conditional|grade|level|evidence|recommendation|consensus"
    r"|category|[A-D]|I{1,3})\b[^()\[\]]*[)\]]\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of text, as it is shown."""

    kind: Literal["heading", "paragraph", "item", "row"]
    text: str
    element: Element
    """Whose text it is."""
    level: int = 0
    """Of a heading 1 to 6, of a list item how deep it is nested, from 0."""
    rank: int = 0
    """Of a paragraph that looks like a heading, wholly bold or underlined: 1 the strongest."""
    cells: tuple[str, ...] = ()
    linked: float = 0.0
    """The share of its characters that are links."""


@dataclass(frozen=True, slots=True)
class _Style:
    """What the elements around a text say of it."""

    depth: int = -1
    bold: bool = False
    underlined: bool = False
    link: bool = False
    lines: bool = False
    below: int = 0
    """How many headings a table makes above the text."""


def blocks_of(element: Element, mend: Callable[[str], str] = str) -> list[Block]:
    """Return the blocks of a page or a part of it.

    Args:
        element: Hidden words are to be taken out before.
        mend: Repairs a text as it stands in the source.

    Returns:
        Blocks in reading order, white space as single spaces, none of them empty.
    """
    walk = _Walk(mend)
    walk.visit(element, _Style())
    walk.flush(_Style())
    return walk.blocks


class _Walk:
    """Goes through a tree and cuts its text into blocks."""

    def __init__(self, mend: Callable[[str], str]) -> None:
        self.blocks: list[Block] = []
        self._mend = mend
        self._parts: list[str] = []
        self._pending: tuple[Literal["heading", "item"], int] | None = None
        self._element: Element | None = None
        self._plain = self._bare = self._linked = self._count = 0

    def visit(self, element: Element, style: _Style) -> None:
        """Read an element with all below it."""
        tag: object = element.tag
        if not isinstance(tag, str) or tag in SKIPPED:
            return
        if tag == "table":
            self.flush(style)
            self._table(element, style)
        elif tag == "sup":
            self._say(raised_words(element), style, element)
        elif tag == "br":
            self._parts.append(_BREAK)
        elif tag in BLOCKS:
            self._block(element, tag, style)
        else:
            self._inside(element, _styled(element, style))

    def flush(self, style: _Style) -> None:
        """End the block that is open, if it has words."""
        raw, element = "".join(self._parts), self._element
        rank = self._rank(style)
        linked = self._linked / self._count if self._count else 0.0
        self._parts.clear()
        self._plain = self._bare = self._linked = self._count = 0
        for line in _lines(self._mend(part) for part in raw.split(_BREAK)):
            if element is None:
                break
            kind, level = self._pending or ("paragraph", 0)
            if kind == "paragraph":
                self.blocks.append(Block(kind, line, element, rank=rank, linked=linked))
            else:
                self.blocks.append(Block(kind, line, element, level=level, linked=linked))
            self._pending = None
        self._element = None

    def _block(self, element: Element, tag: str, style: _Style) -> None:
        self.flush(style)
        inner = replace(_styled(element, style), lines=style.lines or tag == "pre")
        if tag in {"ul", "ol", "menu", "dl"}:
            inner = replace(inner, depth=style.depth + 1)
        if tag in _LEVELS or tag == "summary":
            self._pending = ("heading", _LEVELS.get(tag, 6))
        elif tag in {"li", "dt", "dd"}:
            self._pending = ("item", max(0, style.depth) + (tag == "dd"))
        self._inside(element, inner)
        self.flush(inner)
        if tag in _LEVELS or tag in {"summary", "li", "dt", "dd"}:
            self._pending = None

    def _inside(self, element: Element, style: _Style) -> None:
        self._say(element.text or "", style, element)
        for child in element:
            self.visit(child, style)
            self._say(child.tail or "", style, element)

    def _say(self, text: str, style: _Style, element: Element) -> None:
        words = sum(map(str.isalnum, text))
        if words:
            self._element = self._element if self._element is not None else element
            self._plain += 0 if style.bold else words
            self._bare += 0 if style.underlined else words
            self._linked += words if style.link else 0
            self._count += words
        self._parts.append(text.replace("\n", _BREAK) if style.lines else text)

    def _rank(self, style: _Style) -> int:
        """1 for bold and underlined, 2 for bold, 3 for underlined, 0 for running text."""
        if not self._count or (self._plain and self._bare):
            return 0
        rank = 1 if not self._plain and not self._bare else 2 if not self._plain else 3
        return rank + style.below

    def _table(self, table: Element, style: _Style) -> None:
        for caption in table.iterchildren("caption"):
            self.visit(caption, style)
        rows = rows_of(table)
        if is_layout(table, rows):
            self._layout(rows, style)
            return
        for row, texts in zip(rows, grid(rows), strict=True):
            cells = tuple(" ".join(self._mend(text).split()) for text in texts)
            if row and any(cells):
                first = row[0].element
                self.blocks.append(Block("row", " ".join(filter(None, cells)), first, cells=cells))

    def _layout(self, rows: list[list[Cell]], style: _Style) -> None:
        """Read each cell as a page of its own, below the words that name its row and column."""
        columns: list[str] = []
        for row in rows:
            said = [cell for cell in row if cell.text]
            if len(said) > 1 and all(cell.is_header for cell in said):
                columns = [cell.text for cell in row]
            named = len(said) > 1 and _names_row(said[0])
            if named:
                self._heading(said[0], said[0].text, 1 + style.below)
            for cell in said[1:] if named else said:
                below = style.below + named
                place = row.index(cell)
                if len(said) > 2 and place < len(columns) and columns[place] != cell.text:
                    self._heading(cell, columns[place], 1 + below)
                    below += 1
                self._inside(cell.element, replace(style, depth=-1, below=below))
                self.flush(replace(style, below=below))

    def _heading(self, cell: Cell, text: str, rank: int) -> None:
        text = self._mend(text)
        self.blocks.append(Block("heading", text, cell.element, level=0, rank=rank))


def write_blocks(body: Body, blocks: list[Block], level: int = 2) -> None:
    """Write blocks into a body.

    Short paragraphs that are wholly bold or underlined, with text below them, become headings.

    Args:
        body: Is written to.
        blocks: In reading order.
        level: Of the heading that is already there; 1 when there is none.
    """
    top = last = level
    offset = (
        level + 1 - min((b.level for b in blocks if b.kind == "heading" and b.level), default=1)
    )
    for block, follows in zip(blocks, [*blocks, None][1:], strict=True):
        if block.kind == "heading" and block.level:
            top = last = min(block.level + offset, last + 1)
            body.heading(block.text, last)
        elif block.rank and (block.kind == "heading" or _is_heading(block, follows)):
            last = min(top + block.rank, last + 1)
            body.heading(block.text, last)
        elif block.kind == "item":
            body.item(block.text, block.level)
        elif block.kind == "row":
            body.row(block.cells)
        else:
            body.paragraph(block.text)


def _is_heading(block: Block, follows: Block | None) -> bool:
    """Whether a bold paragraph heads what follows; a bold recommendation stays a sentence."""
    return (
        follows is not None
        and len(block.text) <= _LONGEST_HEADING
        and block.text[-1] not in ".;,!"
        and not _GRADE.search(block.text)
    )


def _names_row(cell: Cell) -> bool:
    short = len(cell.text) <= _LONGEST_ROW_HEADING
    return short and next(cell.element.iter("li", "table", "tr"), None) is None


def _styled(element: Element, style: _Style) -> _Style:
    tag, css = element.tag, (element.get("style") or "").lower()
    bold = tag in {"strong", "b"} or bool(css and _BOLD.search(css))
    underlined = tag in {"u", "ins"} or bool(css and _UNDERLINED.search(css))
    link = tag == "a" and element.get("href") is not None
    if not (bold or underlined or link):
        return style
    return replace(
        style,
        bold=style.bold or bold,
        underlined=style.underlined or underlined,
        link=style.link or link,
    )


def _lines(parts: Iterator[str]) -> Iterator[str]:
    """Lines as they are shown; one that runs on in the middle of a sentence is joined."""
    line = ""
    for part in (" ".join(part.split()) for part in parts):
        if line and part and (part[0].islower() or part[0] == "(" or line[-1] in ",:-\u2013"):
            line = f"{line} {part}"
        elif part:
            if line:
                yield line
            line = part
    if line:
        yield line
