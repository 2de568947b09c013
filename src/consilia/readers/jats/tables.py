"""Tables of an article as rows in which each cell stands, spanned cells repeated."""

from collections.abc import Callable, Iterator

from consilia.readers.safe_xml import Element, local_name

MAX_COLUMNS = 200
"""What is spanned beyond is not repeated."""
MAX_REPEATED = 2_000_000
"""Characters that spans may add to one table."""
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "entry"}
_LATER = {"tfoot"}


def table_rows(table: Element, words: Callable[[Element], str]) -> Iterator[list[str]]:
    """Yield the rows of a table: its head first, its foot last.

    Args:
        table: A `table`, `array` or OASIS `tgroup`.
        words: Gives the words of a cell.

    Yields:
        Words per column; what spans rows or columns stands in each of them.
    """
    grid = _Grid([spec.get("colname") for spec in table.iter() if local_name(spec) == "colspec"])
    for row in _rows_in_order(table):
        cells: list[str] = []
        for cell in row:
            if local_name(cell) in _CELLS:
                grid.place(cell, words(cell), cells)
        yield grid.finished(cells)


class _Grid:
    """What cells of earlier rows reach into the next one."""

    def __init__(self, columns: list[str | None]) -> None:
        self._columns = columns
        self._reaching: dict[int, tuple[str, int]] = {}
        self._budget = MAX_REPEATED

    def place(self, cell: Element, text: str, cells: list[str]) -> None:
        """Put a cell, as wide as it is, behind those of its row."""
        self._fill(cells)
        width, height = _width(cell, self._columns), _height(cell)
        self._budget -= len(text) * (width - 1)
        if len(cells) + width > MAX_COLUMNS or self._budget < 0:
            width = height = 1
        if height > 1:
            places = range(len(cells), len(cells) + width)
            self._reaching.update(dict.fromkeys(places, (text, height - 1)))
        cells.extend([text] * width)

    def finished(self, cells: list[str]) -> list[str]:
        """Return a row with the cells that reach down behind its own."""
        self._fill(cells)
        self._budget -= sum(len(text) + 1 for text, _ in self._reaching.values())
        if self._budget < 0:
            self._reaching.clear()
        return cells

    def _fill(self, cells: list[str]) -> None:
        while len(cells) in self._reaching:
            column = len(cells)
            text, left = self._reaching.pop(column)
            cells.append(text)
            if left > 1:
                self._reaching[column] = (text, left - 1)


def _rows_in_order(table: Element) -> list[Element]:
    """Rows of this table alone, not of tables in its cells."""
    rows: list[Element] = []
    foot: list[Element] = []
    for child in table:
        name = local_name(child)
        if name in _ROWS:
            rows.append(child)
        elif name in _LATER:
            foot.extend(_rows_in_order(child))
        elif name in {"thead", "tbody", "tgroup"}:
            rows.extend(_rows_in_order(child))
    return rows + foot


def _width(cell: Element, columns: list[str | None]) -> int:
    first, last = cell.get("namest"), cell.get("nameend")
    if first in columns and last in columns:
        return max(1, columns.index(last) - columns.index(first) + 1)
    return _number(cell.get("colspan"))


def _height(cell: Element) -> int:
    if (more := cell.get("morerows")) is not None:
        return _number(more) + 1 if more.strip() not in {"", "0"} else 1
    return _number(cell.get("rowspan"))


def _number(attribute: str | None) -> int:
    """A span as written; 1 for what is none."""
    text = (attribute or "").strip()
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
