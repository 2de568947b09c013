"""The reading order of a PDF page: columns, and what runs across them."""

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from consilia.readers.pdf.lines import Line, Piece, line_of, rows_of

_DEPTH = 6
_PIECES = 3_000  # more on a page are no text that somebody set in columns
_LINES = 4
"""A column has at least so many lines beside the other column."""
_LETTERS = 14  # on a line of a column of text, on average; cells of tables have fewer
_FILLED = 0.4  # of the width of a column of text is covered, on average
_LEVEL = 0.5  # of the lines of a column start at its left edge, at least
_CANDIDATES = 30


def lines_in_order(pieces: Sequence[Piece], page: int) -> list[Line]:
    """Return the lines of a page as they are read: down one column, then down the next.

    Args:
        pieces: All pieces of lines, and tables.
        page: Its number, from 1.

    Returns:
        Lines; what runs across columns stands between what is above and below it.
    """
    return [
        line_of(row, page, column)
        for column, part in enumerate(_parts(list(pieces), 0))
        for row in rows_of(part)
    ]


def _parts(pieces: list[Piece], depth: int) -> list[list[Piece]]:
    """Stretches of the page that have one column each, in reading order."""
    gutter = _gutter(pieces) if depth < _DEPTH and len(pieces) < _PIECES else None
    if gutter is None:
        return [pieces] if pieces else []
    sides = _Sides.at(gutter, pieces)
    cuts = [piece.middle for piece in sides.across]
    parts: list[list[Piece]] = []
    across: list[Piece] = []
    for number in range(len(cuts) + 1):
        left, right = sides.between(cuts, number)
        if left or right:
            parts += _parts(across, depth + 1) + _parts(left, depth + 1)
            parts += _parts(right, depth + 1)
            across = []
        across += sides.across[number : number + 1]
    return parts + _parts(across, depth + 1)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Pieces left of a gutter, right of it and across it."""

    left: list[Piece]
    right: list[Piece]
    across: list[Piece]

    @classmethod
    def at(cls, gutter: float, pieces: Sequence[Piece]) -> "_Sides":
        left = [piece for piece in pieces if piece.x1 <= gutter + 1]
        right = [piece for piece in pieces if piece.x0 >= gutter - 1 and piece.x1 > gutter + 1]
        across = [piece for piece in pieces if piece.x0 < gutter - 1 and piece.x1 > gutter + 1]
        beside = [p for p in left + right if any(a.shares_line(p) for a in across if not a.table)]
        taken = {id(piece) for piece in beside}
        return cls(
            [piece for piece in left if id(piece) not in taken],
            [piece for piece in right if id(piece) not in taken],
            sorted(across + beside, key=lambda piece: (piece.middle, piece.x0)),
        )

    def between(self, cuts: Sequence[float], number: int) -> tuple[list[Piece], list[Piece]]:
        """Left and right pieces between two pieces that run across."""
        return (
            [piece for piece in self.left if bisect(cuts, piece.middle) == number],
            [piece for piece in self.right if bisect(cuts, piece.middle) == number],
        )


@dataclass(frozen=True, slots=True)
class _Candidate:
    gutter: float
    letters: int
    """Of the side that has fewer."""
    gap: float


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Where the right one of two columns starts; None when there is one column."""
    edges = Counter(round(piece.x0) for piece in pieces if not piece.table)
    likely = sorted(edge for edge, count in edges.most_common(_CANDIDATES) if count > 1)
    found = [one for edge in likely if (one := _candidate(edge - 0.5, pieces))]
    best = max((one.letters for one in found), default=0)
    near = [one for one in found if one.letters >= 0.8 * best]
    return max(near, key=lambda one: one.gap).gutter if near else None


def _candidate(gutter: float, pieces: Sequence[Piece]) -> _Candidate | None:
    sides = _Sides.at(gutter, pieces)
    cuts = [piece.middle for piece in sides.across]
    left: list[Piece] = []
    right: list[Piece] = []
    for number in range(len(cuts) + 1):
        one, other = (
            [piece for piece in side if not piece.table] for side in sides.between(cuts, number)
        )
        left += (beside := _beside(one, other))
        right += _beside(other, one) if beside else []
    if not (left and right and _is_column(left) and _is_column(right)):
        return None
    gap = min(piece.x0 for piece in right) - max(piece.x1 for piece in left)
    if gap < 0.5 * min(piece.size for piece in left):
        return None
    return _Candidate(gutter, min(_letters(left), _letters(right)), gap)


def _beside(pieces: Sequence[Piece], others: Sequence[Piece]) -> list[Piece]:
    """The pieces that others stand beside; none when too few stand side by side."""
    if len(pieces) < 2 or len(others) < 2:
        return []
    top = max(min(p.top for p in pieces), min(p.top for p in others))
    bottom = min(max(p.bottom for p in pieces), max(p.bottom for p in others))
    if bottom - top <= 1.5 * pieces[0].size:
        return []
    return [piece for piece in pieces if top <= piece.middle <= bottom]


def _is_column(pieces: Sequence[Piece]) -> bool:
    rows = rows_of(pieces)
    lines = len(rows)
    edges = Counter(round(row[0].x0 / 2) for row in rows)
    width = max(piece.x1 for piece in pieces) - min(piece.x0 for piece in pieces)
    covered = sum(piece.x1 - piece.x0 for piece in pieces)
    return (
        lines >= _LINES
        and max(edges.values()) >= _LEVEL * lines
        and covered >= _FILLED * lines * width
        and _letters(pieces) >= _LETTERS * lines
    )


def _letters(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.glyphs) for piece in pieces)
