"""Blocks of a PDF: paragraphs, list items and rows, joined over lines, columns and pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from consilia.readers.pdf.headings import Heading, Setting
from consilia.readers.pdf.lines import Line

BlockKind = Literal["heading", "paragraph", "item", "row"]

_BULLET = re.compile(
    r"[\u2022\u25aa\u25ab\u25cf\u25cb\u25e6\u25a0\u25a1\u2023\u2043\u27a2\u2713\u00b7\u2219"
    r"\uf0b7\uf0a7\uf0d8\uf0fc\uf076]\s*(?=\S)|\ufffd\s+(?=\S)"
)
_DASH = re.compile(r"(?:[-\u2013\u2014*]|o(?=\s+[A-Z]))\s+(?=\S)")
_NUMBER = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_ENDS = re.compile(r"[.?!:;][\"'\u201d\u2019)\]]*$")
_LOOK_BACK = 12  # blocks: notes, captions and tables between two halves of a sentence


@dataclass(slots=True)
class Block:
    """A paragraph, an item or a row under construction."""

    kind: BlockKind
    page: int
    """The page on which it starts."""
    lines: list[str] = field(default_factory=list)
    cells: tuple[tuple[str, ...], ...] = ()
    """Of a row: the lines of each cell."""
    size: float = 0
    level: int = 0
    """Of a heading: its level; of an item: how deep it is nested."""
    x0: float = 0
    """Where its first line starts."""
    last: Line | None = None


class BlockBuilder:
    """Takes lines in reading order and makes blocks of them."""

    def __init__(self, lines: Sequence[Line], setting: Setting) -> None:
        self.blocks: list[Block] = []
        self._lines = lines
        self._setting = setting
        self._depths: list[float] = []
        self._column = (0, 0)
        self._before: Line | None = None

    def heading(self, heading: Heading, level: int) -> None:
        """Add a heading."""
        lines = self._lines[heading.first : heading.first + heading.count]
        self.blocks.append(
            Block("heading", heading.page, [line.text for line in lines], level=level)
        )
        self._depths = []
        self._step(lines[-1])

    def line(self, position: int) -> None:
        """Add a line that is no heading."""
        line = self._lines[position]
        if line.table:
            self._table(line)
        elif self._is_row(position):
            cells = tuple((cell,) for cell in line.cells)
            self.blocks.append(Block("row", line.page, cells=cells, size=line.size))
        elif host := self._host(position):
            host.lines.append(line.text)
            host.last = line
        else:
            self._start(line)
        self._step(line)

    def _step(self, line: Line) -> None:
        self._before = line
        self._column = (line.page, line.column)

    def _table(self, line: Line) -> None:
        for row in line.table:
            self.blocks.append(Block("row", line.page, cells=row))

    def _is_row(self, position: int) -> bool:
        """Tell a line of an unruled table: one of two or more divided by wide gaps."""
        line = self._lines[position]
        if len(line.cells) < 2 or _marker(line.text):
            return False
        around = self._lines[max(0, position - 1) : position + 2]
        near = [
            other
            for other in around
            if other is not line
            and (other.page, other.column) == (line.page, line.column)
            and _is_aligned(line, other)
        ]
        return bool(near)

    def _start(self, line: Line) -> None:
        marker = _marker(line.text) if self._may_be_item(line) else None
        if marker is None:
            self.blocks.append(
                Block("paragraph", line.page, [line.text], size=line.size, x0=line.x0, last=line)
            )
            return
        if not (self.blocks and self.blocks[-1].kind == "item"):
            self._depths = []
        elif self._column != (line.page, line.column):
            self._depths = [line.x0] * len(self._depths[:1])
        while self._depths and self._depths[-1] > line.x0 + 3:
            self._depths.pop()
        if not self._depths or line.x0 > self._depths[-1] + 3:
            self._depths.append(line.x0)
        text = line.text if marker == "number" else line.text[_length(line.text) :]
        self.blocks.append(
            Block(
                "item",
                line.page,
                [text],
                size=line.size,
                level=len(self._depths) - 1,
                x0=line.x0,
                last=line,
            )
        )

    def _host(self, position: int) -> Block | None:
        """The block that a line continues, if any."""
        line = self._lines[position]
        if _BULLET.match(line.text):
            return None
        last = self.blocks[-1] if self.blocks else None
        if self._column != (line.page, line.column) or (last and last.kind == "row"):
            return self._open_block(line)
        if last is None or last.last is None or last.last is not self._before:
            return None
        return last if self._continues(last, last.last, position) else None

    def _open_block(self, line: Line) -> Block | None:
        """The block whose sentence runs on in another column or on the next page."""
        for block in reversed(self.blocks[-_LOOK_BACK:]):
            if block.kind == "heading" or block.page < line.page - 2:
                return None
            if block.last is None or abs(block.size - line.size) > 0.6:
                continue
            if block.last.bold != line.bold or _ENDS.search(block.lines[-1]):
                return None
            is_started = line.text[:1].islower() or block.lines[-1].endswith("-")
            is_full = not self._is_short(block.last, line)
            is_new = self._looks_like_item(line)
            return block if is_started or (is_full and not is_new) else None
        return None

    def _continues(self, block: Block, above: Line, position: int) -> bool:
        line = self._lines[position]
        size = self._setting.size
        if abs(line.size - above.size) > max(0.75, 0.1 * size):
            return False
        runs_on = line.text[:1].islower() and not _ENDS.search(above.text)
        limit = self._step_limit(line) * (1.5 if runs_on else 1)
        if not -1 < line.bottom - above.bottom <= limit:
            return False
        if self._looks_like_item(line):
            return False
        if block.kind == "item":
            return line.x0 > block.x0 + 0.4 * size or not self._breaks(above, position)
        return not self._breaks(above, position) and not self._is_indented(block, above, line)

    def _step_limit(self, line: Line) -> float:
        return 1.35 * self._setting.leading * max(line.size, self._setting.size * 0.8)

    def _looks_like_item(self, line: Line) -> bool:
        return self._may_be_item(line) and _marker(line.text) is not None

    def _may_be_item(self, line: Line) -> bool:
        """Tell whether a number or dash at the start of a line can be a marker there."""
        if _BULLET.match(line.text):
            return True
        above = self._before
        if above is None or not self.blocks or self.blocks[-1].kind in {"heading", "row"}:
            return True
        if self.blocks[-1].kind == "item" and line.x0 <= self.blocks[-1].x0 + 1:
            return True
        is_ended = _ENDS.search(above.text) and not above.text.endswith(";")
        if is_ended or self._column != (line.page, line.column):
            return True
        is_apart = line.bottom - above.bottom > self._step_limit(line)
        return is_apart or self._is_short(above, line)

    def _breaks(self, above: Line, position: int) -> bool:
        """Tell whether the line above was ended on purpose: the next word had room on it."""
        line = self._lines[position]
        if line.text[:1].islower() or above.text.endswith((",", "-", "\u2010")):
            return False
        return self._is_short(above, line)

    def _is_short(self, above: Line, line: Line) -> bool:
        edge = max(
            (
                other.x1
                for other in self._lines_near(above)
                if not other.table and abs(other.size - above.size) < 1
            ),
            default=above.x1,
        )
        word = line.text.partition(" ")[0]
        width = (line.x1 - line.x0) / max(1, len(line.text)) * len(word)
        return edge - above.x1 > width + above.size

    def _lines_near(self, above: Line) -> list[Line]:
        position = self._position(above)
        near = self._lines[max(0, position - 4) : position + 5]
        return [o for o in near if (o.page, o.column) == (above.page, above.column)]

    def _position(self, line: Line) -> int:
        if not hasattr(self, "_positions"):
            self._positions = {id(line): number for number, line in enumerate(self._lines)}
        return self._positions[id(line)]

    def _is_indented(self, block: Block, above: Line, line: Line) -> bool:
        """Tell a new paragraph by the indent of its first line or the end of a hanging one."""
        step = 0.7 * self._setting.size
        if line.x0 > above.x0 + step:
            return bool(_ENDS.search(above.text)) or self._is_short(above, line)
        is_outdent = line.x0 < above.x0 - step and len(block.lines) > 1
        return is_outdent and bool(_ENDS.search(above.text))


def _marker(text: str) -> Literal["bullet", "number"] | None:
    if _BULLET.match(text) or _DASH.match(text):
        return "bullet"
    return "number" if _NUMBER.match(text) else None


def _length(text: str) -> int:
    found = _BULLET.match(text) or _DASH.match(text)
    return found.end() if found else 0


def _is_aligned(line: Line, other: Line) -> bool:
    """Tell whether half of the parts of two lines, but the first, start at the same places."""
    one, two = line.starts[1:], other.starts[1:]
    same = sum(any(abs(x - y) < 3 for y in two) for x in one)
    return same > 0 and 2 * same >= min(len(one), len(two))
