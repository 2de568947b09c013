"""From characters of a PDF page to pieces of lines, and from pieces to words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilia.readers.pdf.glyphs import Glyph
from consilia.readers.raised import raised

_GAP = 0.6  # of the font size: wider gaps may be a gutter between columns or cells
_SPACE = 0.17  # of the font size: narrower gaps are kerning
_BAND = 6.0  # points; pieces are looked up by horizontal bands of this height
_OVERLAP = 0.5  # of the lower of two boxes: they stand on one line

Table = tuple[tuple[tuple[str, ...], ...], ...]
"""Rows of cells of lines."""


@dataclass(slots=True)
class Piece:
    """Part of a line without a wide gap in it, or a whole table."""

    glyphs: list[Glyph]
    x0: float
    x1: float
    top: float
    bottom: float
    table: Table = ()

    @property
    def size(self) -> float:
        """Font size of its largest characters."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Height at which it stands."""
        return (self.top + self.bottom) / 2

    def shares_line(self, other: "Piece") -> bool:
        """Tell whether two pieces overlap in height so far that they are on one line."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared >= _OVERLAP * min(self.size, other.size)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column; lengths in points, heights from the top of the page."""

    text: str
    page: int
    """From 1."""
    column: int
    """Number of its stretch of the page, in reading order."""
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    """Font size of most of its characters, to half a point."""
    bold: bool
    """All its letters are bold."""
    cells: tuple[str, ...] = ()
    """Its parts, when wide gaps divide it."""
    starts: tuple[float, ...] = ()
    """Where each part starts."""
    table: Table = ()
    """A table that stands here instead of words."""
    marks: int = 0
    """Raised reference marks that were left out."""


def pieces_of(glyphs: Iterable[Glyph]) -> list[Piece]:
    """Join characters to pieces of lines; raised and lowered ones belong to their line."""
    bands: dict[int, list[Piece]] = {}
    pieces: list[Piece] = []
    for run in sorted(_runs(glyphs), key=lambda run: (run.x0, run.top)):
        near = [
            piece
            for band in range(int(run.top // _BAND), int(run.bottom // _BAND) + 1)
            for piece in bands.get(band, ())
            if _continues(piece, run)
        ]
        host = max(near, key=lambda piece: _shared(piece, run), default=None)
        if host is None:
            host = run
            pieces.append(run)
        else:
            _join(host, run)
        for band in range(int(host.top // _BAND), int(host.bottom // _BAND) + 1):
            listed = bands.setdefault(band, [])
            if not any(piece is host for piece in listed[-8:]):
                listed.append(host)
    return pieces


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return pieces by the line they stand on, top down; each line from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.x0)):
        if rows and not piece.table and _is_on(rows[-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.x0)
    return rows


def line_of(row: Sequence[Piece], page: int, column: int) -> Line:
    """Return the line that pieces make, which stand from left to right."""
    glyphs = [glyph for piece in row for glyph in piece.glyphs]
    text, marks = _words(glyphs)
    cells = _cells(row)
    letters = [glyph for glyph in glyphs if glyph.text.isalpha()]
    return Line(
        text=text,
        page=page,
        column=column,
        x0=row[0].x0,
        x1=max(piece.x1 for piece in row),
        top=min(piece.top for piece in row),
        bottom=max(piece.bottom for piece in row),
        size=_usual(round(glyph.size * 2) for glyph in glyphs) / 2,
        bold=bool(letters) and all(glyph.bold for glyph in letters),
        cells=tuple(_words(cell)[0] for cell in cells) if len(cells) > 1 else (),
        starts=tuple(cell[0].x0 for cell in cells if cell),
        table=row[0].table,
        marks=marks,
    )


def text_of_glyphs(glyphs: Iterable[Glyph]) -> tuple[str, ...]:
    """Return the lines of a cell."""
    rows = rows_of(pieces_of(glyphs))
    texts = (_words([glyph for piece in row for glyph in piece.glyphs])[0] for row in rows)
    return tuple(text for text in texts if text)


def _runs(glyphs: Iterable[Glyph]) -> list[Piece]:
    """Characters that follow one another in the file and on the page."""
    runs: list[Piece] = []
    for glyph in glyphs:
        last = runs[-1].glyphs[-1] if runs else None
        if last and _follows(last, glyph):
            runs[-1].glyphs.append(glyph)
            runs[-1].x1 = max(runs[-1].x1, glyph.x1)
        else:
            runs.append(Piece([glyph], glyph.x0, glyph.x1, glyph.top, glyph.bottom))
    return runs


def _follows(last: Glyph, glyph: Glyph) -> bool:
    size = last.size
    is_level = abs(glyph.bottom - last.bottom) < 0.1 * size and abs(glyph.top - last.top) < (
        0.1 * size
    )
    gap = glyph.x0 - last.x1
    return is_level and -0.3 * size <= gap <= (_GAP if glyph.spaced else 0.3) * size


def _continues(piece: Piece, run: Piece) -> bool:
    gap = run.x0 - piece.x1
    size = max(piece.size, run.size)
    if piece.shares_line(run):
        return -0.6 * size <= gap <= _GAP * size
    is_lowered = run.size < 0.9 * piece.size and _shared(piece, run) > 0.15 * run.size
    return is_lowered and abs(gap) <= 0.2 * size


def _shared(piece: Piece, run: Piece) -> float:
    return min(piece.bottom, run.bottom) - max(piece.top, run.top)


def _join(host: Piece, run: Piece) -> None:
    if run.size > host.size:
        host.top, host.bottom = run.top, run.bottom
    host.glyphs.extend(run.glyphs)
    host.x1 = max(host.x1, run.x1)


def _is_on(row: list[Piece], piece: Piece) -> bool:
    tallest = max(row, key=lambda other: other.size)
    return not tallest.table and tallest.shares_line(piece)


def _cells(pieces: Sequence[Piece]) -> list[list[Glyph]]:
    """Characters by cell; a bullet or number and what it stands before are one cell."""
    cells: list[list[Glyph]] = []
    last: Piece | None = None
    for piece in pieces:
        if last and piece.x0 - last.x1 < 1.6 * piece.size:
            cells[-1].extend(piece.glyphs)
        else:
            cells.append(list(piece.glyphs))
        last = piece
    return cells


def _words(glyphs: Sequence[Glyph]) -> tuple[str, int]:
    """The words of characters, and how many reference marks were left out."""
    if not glyphs:
        return "", 0
    parts: list[str] = []
    is_raised: list[bool] = []
    base = _base(glyphs)
    for number, glyph in enumerate(glyphs):
        last = glyphs[number - 1] if number else None
        height = max(glyph.size, last.size) if last else 0
        is_apart = last is not None and (glyph.spaced or glyph.x0 - last.x1 > _SPACE * height)
        up = _is_raised(glyph, base)
        if is_raised and up == is_raised[-1] and not (is_apart and up):
            parts[-1] += f" {glyph.text}" if is_apart else glyph.text
        else:
            parts.append(f" {glyph.text}" if is_apart else glyph.text)
            is_raised.append(up)
    return _with_raised(parts, is_raised)


def _with_raised(parts: list[str], is_raised: list[bool]) -> tuple[str, int]:
    text, marks = "", 0
    for number, (part, up) in enumerate(zip(parts, is_raised, strict=True)):
        if up:
            after = parts[number + 1] if number + 1 < len(parts) else ""
            is_attached = bool(text) and not part.startswith(" ")
            words = raised(part, text if is_attached else "", after)
            marks += not words
            text += words
            if part == words and not is_attached and after[:1].isalnum():
                text += " "
        else:
            text += part
    return re.sub(r"\s+", " ", text).strip(), marks


def _base(glyphs: Sequence[Glyph]) -> Glyph:
    """A character that stands for the size and height of its line."""
    usual = _usual(round(glyph.size * 2) for glyph in glyphs)
    large = [glyph for glyph in glyphs if round(glyph.size * 2) >= usual]
    bottom = _usual(round(glyph.bottom) for glyph in large)
    return next(glyph for glyph in large if round(glyph.bottom) == bottom)


def _usual(numbers: Iterable[int]) -> int:
    """The most frequent number, the smallest of several; 0 when there is none."""
    counts = Counter(numbers)
    return min(counts, key=lambda number: (-counts[number], number), default=0)


def _is_raised(glyph: Glyph, base: Glyph) -> bool:
    is_smaller = glyph.size < 0.9 * base.size
    return is_smaller and base.bottom - glyph.bottom > 0.18 * base.size
