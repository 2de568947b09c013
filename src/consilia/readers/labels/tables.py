"""Tables of labels: cells that span rows or columns are repeated, so that each row stands alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from consilia.readers.safe_xml import Element, local_name

_MAX_COLUMNS, _MAX_ROWS = 60, 1_000
_FREE_REPEATS = 5_000


@dataclass(frozen=True, slots=True)
class Cell:
    """The words of a cell and how many rows and columns it spans, at least one each."""

    text: str
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class _Repeats:
    """How many characters may still be repeated: a hostile table must not grow without bound."""

    left: int

    def allow(self, text: str) -> bool:
        """Tell whether a text may be repeated once more."""
        self.left -= len(text) + 3
        return self.left >= 0


@dataclass(slots=True)
class _Below:
    """A cell that reaches into the rows below."""

    text: str
    rows: int


def rows_of(table: Element, words: Callable[[Element], str]) -> Iterator[list[str]]:
    """Yield the rows of a table: head, body, foot.

    Args:
        table: The element; its caption is not looked at.
        words: Returns the words of a cell.

    Yields:
        Cells; one alone where a cell takes the whole row.
    """
    bare = [child for child in table if local_name(child).lower() == "tr"]
    for part in ("thead", "tbody", "tfoot"):
        for group in table:
            if local_name(group).lower() == part:
                yield from grid([_cells(row, words) for row in group if _is(row, "tr")])
        if part == "tbody":
            yield from grid([_cells(row, words) for row in bare])


def grid(rows: Sequence[Sequence[Cell]]) -> Iterator[list[str]]:
    """Yield rows with the cells that span several written into each.

    >>> list(grid([[Cell("Dose", columns=2)], [Cell("5 mg"), Cell("10 mg")]]))
    [['Dose'], ['5 mg', '10 mg']]
    >>> list(grid([[Cell("Adults", rows=2), Cell("5 mg")], [Cell("10 mg")]]))
    [['Adults', '5 mg'], ['Adults', '10 mg']]
    >>> list(grid([[Cell("a"), Cell("b"), Cell("c", rows=2)], [Cell("d")], [Cell("e")]]))
    [['a', 'b', 'c'], ['d', '', 'c'], ['e']]
    """
    repeats = _Repeats(_FREE_REPEATS + 4 * sum(len(cell.text) + 3 for row in rows for cell in row))
    below: dict[int, _Below] = {}
    for row in rows:
        line: list[str] = []
        for cell in row:
            _carry(line, below, repeats)
            _place(cell, line, below, repeats)
        _carry(line, below, repeats)
        while below and max(below) >= len(line):
            _skip(line, below, repeats)
        whole = len(row) == 1 and len(set(line)) == 1
        yield line[:1] if whole else line


def _place(cell: Cell, line: list[str], below: dict[int, _Below], repeats: _Repeats) -> None:
    for repeat in range(cell.columns):
        if repeat and not repeats.allow(cell.text):
            return
        if cell.rows > 1:
            below[len(line)] = _Below(cell.text, cell.rows - 1)
        line.append(cell.text)


def _carry(line: list[str], below: dict[int, _Below], repeats: _Repeats) -> None:
    """Write the cells of rows above that reach into this column, and those next to it."""
    while (cell := below.get(len(line))) is not None:
        if not repeats.allow(cell.text):
            below.clear()
            return
        if cell.rows == 1:
            del below[len(line)]
        cell.rows -= 1
        line.append(cell.text)


def _skip(line: list[str], below: dict[int, _Below], repeats: _Repeats) -> None:
    """Leave a column empty that the row does not fill, and go on with what reaches in behind."""
    if not repeats.allow(""):
        below.clear()
        return
    line.append("")
    _carry(line, below, repeats)


def _cells(row: Element, words: Callable[[Element], str]) -> list[Cell]:
    return [
        Cell(words(cell), _span(cell, "rowspan", _MAX_ROWS), _span(cell, "colspan", _MAX_COLUMNS))
        for cell in row
        if _is(cell, "td") or _is(cell, "th")
    ]


def _span(cell: Element, name: str, most: int) -> int:
    value = (cell.get(name) or "").strip()
    is_number = value.isascii() and value.isdigit() and len(value) < 9
    return min(most, max(1, int(value))) if is_number else 1


def _is(element: Element, name: str) -> bool:
    return local_name(element).lower() == name
