"""Headings of a PDF, told by size, weight and capitals against the body of the text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from consilia.readers.pdf.lines import Line

_LARGER = 1.12
"""Times the size of the body: so much larger is a heading."""
_LONGEST = 220
_ITEM = re.compile(r"[\u2022\u25aa\u25cf\u25e6\u2023\uf0b7\uf0a7\u00b7\u2013-]\s")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
_RUNS_ON = (",", ";", "-", "\u2013")
_MAX_LINES = 4


@dataclass(frozen=True, slots=True)
class Style:
    """How lines are set."""

    size: float
    bold: bool
    capitals: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """Lines that make one heading."""

    first: int
    """Position of its first line."""
    count: int
    text: str
    style: Style
    page: int


@dataclass(frozen=True, slots=True)
class Setting:
    """How the body of a document is set."""

    size: float
    bold: bool
    leading: float
    """From line to line, in sizes."""


def setting_of(lines: Sequence[Line]) -> Setting:
    """Return the size, weight and leading of most of the text."""
    sizes: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
        weights[line.bold] += len(line.text)
    size = min(sizes, key=lambda s: (-sizes[s], s), default=10.0)
    steps = sorted(
        (below.bottom - above.bottom) / size
        for above, below in pairwise(lines)
        if above.size == below.size == size
        and (above.page, above.column) == (below.page, below.column)
        and 0.8 * size < below.bottom - above.bottom < 2.5 * size
    )
    leading = steps[len(steps) // 3] if steps else 1.2
    return Setting(size, weights[True] > weights[False], leading)


def headings_of(lines: Sequence[Line], setting: Setting) -> list[Heading]:
    """Return the headings among the lines, in their order."""
    found: list[Heading] = []
    position = 0
    while position < len(lines):
        count = _run(lines, position, setting)
        if count and (heading := _heading(lines[position : position + count], position, setting)):
            found.append(heading)
        position += max(1, count)
    return found


def levels_of(headings: Sequence[Heading]) -> dict[Style, int]:
    """Return the level of each style, 2 for the most prominent one."""
    styles = sorted(
        {heading.style for heading in headings},
        key=lambda style: (-style.size, not style.bold, not style.capitals),
    )
    return {style: min(6, rank) for rank, style in enumerate(styles, 2)}


def level_of(heading: Heading, levels: dict[Style, int]) -> int:
    """Return the level of a heading; `2.1.3` stands at least on the level of its number."""
    numbered = _NUMBERED.match(heading.text)
    depth = numbered[1].count(".") if numbered else 0
    return min(6, max(levels[heading.style], 2 + depth))


def _run(lines: Sequence[Line], first: int, setting: Setting) -> int:
    """How many lines from the first on are set as one heading."""
    if not _stands_out(lines, first, setting):
        return 0
    count = 1
    while first + count < len(lines):
        above, line = lines[first + count - 1], lines[first + count]
        step = line.bottom - above.bottom
        is_next = (line.page, line.column) == (above.page, above.column) and not line.table
        is_alike = line.size == above.size and line.bold == above.bold
        shift = min(abs(line.x0 - above.x0), abs(line.x0 + line.x1 - above.x0 - above.x1) / 2)
        if not (is_next and is_alike and 0 < step <= 1.4 * line.size and shift < 3):
            break
        count += 1
    return count


def _heading(run: Sequence[Line], position: int, setting: Setting) -> Heading | None:
    text = " ".join(line.text for line in run)
    style = Style(run[0].size, run[0].bold, _is_capitals(text))
    if len(run) > _MAX_LINES or len(text) > _LONGEST or text.endswith(_RUNS_ON):
        return None
    is_large = style.size >= _LARGER * setting.size
    if text.endswith(".") and (not is_large or len(text) > 100):
        return None
    return Heading(position, len(run), text, style, run[0].page)


def _stands_out(lines: Sequence[Line], position: int, setting: Setting) -> bool:
    line = lines[position]
    if line.table or line.cells or _ITEM.match(line.text):
        return False
    if line.text[:1].islower() and not _starts_anew(lines, position, setting):
        return False
    if sum(c.isalpha() for c in line.text) < 2:
        return False
    if line.size >= _LARGER * setting.size and line.size - setting.size >= 0.9:
        return True
    if line.size < 0.85 * setting.size or not _starts_anew(lines, position, setting):
        return False
    return (line.bold and not setting.bold) or _is_capitals(line.text)


def _starts_anew(lines: Sequence[Line], position: int, setting: Setting) -> bool:
    """Tell whether a line is not the middle of a paragraph."""
    if position == 0:
        return True
    above, line = lines[position - 1], lines[position]
    if above.table or (above.page, above.column) != (line.page, line.column):
        return True
    is_apart = line.bottom - above.bottom > 1.25 * setting.leading * line.size
    return is_apart or above.text.endswith((".", ":", "?", "!")) or above.x1 < line.x1


def _is_capitals(text: str) -> bool:
    return text.isupper() and sum(c.isalpha() for c in text) > 3 and len(text) <= 100
