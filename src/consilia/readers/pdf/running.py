"""Running heads, feet and page numbers: what stands at the same place of page after page."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consilia.readers.pdf.lines import Line

_EDGE = 0.12  # of the height of a page: where heads and feet stand
_NEAR = 3
"""So many lines from the edge of the text may be heads or feet."""
_CLEAR_GAP = 0.7  # of the font size: between heads and text there is more than between lines
_STEP = 8.0  # points: heads stand at the same height, give or take
_PAGE_NUMBER = re.compile(
    r"(?:page\s*|p\.\s*)?[-\u2013|]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-\u2013|]?"
    r"(?:\s*(?:of|/)\s*\d{1,4})?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^\d{1,4}\b|\b\d{1,4}$|\b\d{1,4}(?=\s*(?:of|/)\s*\d{1,4}$)")


@dataclass(frozen=True, slots=True)
class Running:
    """The lines of a document, parted."""

    text: list[Line]
    left_out: list[Line]
    """Heads, feet and page numbers."""


def part_running(pages: Sequence[Sequence[Line]], heights: Mapping[int, float]) -> Running:
    """Part running heads, feet and page numbers from the text.

    Args:
        pages: The lines of each page.
        heights: Of the pages, in points, by number.

    Returns:
        All lines in their order, parted.
    """
    keys = Counter(key for page in pages for _, key in _edge_lines(page, heights))
    enough = 2 if len(pages) <= 5 else max(3, len(pages) // 6)
    parted = Running([], [])
    for page in pages:
        out = {
            id(line)
            for line, key in _edge_lines(page, heights)
            if keys[key] >= enough or (len(page) > 1 and _PAGE_NUMBER.fullmatch(line.text))
        }
        for line in page:
            (parted.left_out if id(line) in out else parted.text).append(line)
    return parted


def _edge_lines(
    page: Sequence[Line], heights: Mapping[int, float]
) -> Iterator[tuple[Line, tuple[str, str, int]]]:
    """The outermost lines of a page, with what is the same on each page."""
    words = sorted((line for line in page if not line.table), key=lambda line: line.top)
    height = heights[words[0].page] if words else 0
    head = [line for line in words if line.bottom < _EDGE * height]
    foot = [line for line in reversed(words) if line.top > (1 - _EDGE) * height]
    for edge, lines in (("head", head), ("foot", foot)):
        for line in _set_apart(lines, words):
            pattern = _COUNTED.sub("#", line.text.casefold())
            yield line, (edge, pattern, round(line.top / _STEP))


def _set_apart(lines: Sequence[Line], words: Sequence[Line]) -> list[Line]:
    """The outer lines, from the edge inwards, up to the last clear gap to the others."""
    apart = 0
    for count in range(1, min(_NEAR, len(lines)) + 1):
        outer = lines[:count]
        top, bottom = min(line.top for line in outer), max(line.bottom for line in outer)
        others = [line for line in words if not any(line is one for one in outer)]
        gap = min(
            (max(line.top - bottom, top - line.bottom) for line in others), default=bottom - top
        )
        apart = count if gap > _CLEAR_GAP * outer[-1].size else apart
    return list(lines[:apart])
