"""Tables of a web page: a grid of cells, or a layout whose cells are pages of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from consilia.readers.html.inline import words_of
from consilia.readers.safe_xml import Element

_MOST_COLUMNS = 100
_REPEATED = 300
"""The longest text of a cell that is repeated in each row that the cell spans."""
_LONG_CELL = 800
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row, as it stands in the source."""

    element: Element
    text: str
    is_header: bool


def rows_of(table: Element) -> list[list[Cell]]:
    """Return the rows of a table, without those of tables inside it."""
    return [
        [
            Cell(cell, " ".join(words_of(cell).split()), cell.tag == "th")
            for cell in row.iterchildren("td", "th")
        ]
        for row in table.iter("tr")
        if next(row.iterancestors("table"), None) is table
    ]


def is_layout(table: Element, rows: list[list[Cell]]) -> bool:
    """Tell whether the cells hold whole passages: they are then read one by one, not as rows."""
    if any(cell.element.find(".//table") is not None for row in rows for cell in row):
        return True
    if next(table.iter(*_HEADINGS), None) is not None:
        return True
    if all(len(row) <= 1 for row in rows):
        return True
    return any(len(cell.text) > _LONG_CELL and _passages(cell) > 1 for row in rows for cell in row)


def _passages(cell: Cell) -> int:
    return sum(1 for _ in cell.element.iter("p", "li"))


def grid(rows: list[list[Cell]]) -> Iterator[list[str]]:
    """Yield the texts of each row, column under column.

    A cell that spans rows is repeated in each, so that each row tells what it is about; of one
    that spans columns the others are empty.

    Args:
        rows: As from `rows_of`.

    Yields:
        Texts, at most 100 a row.
    """
    carried: dict[int, tuple[str, int]] = {}
    for row in rows:
        texts: list[str] = []
        for cell in row:
            _fill(texts, carried)
            first = len(texts)
            texts += ([cell.text] + [""] * (_span(cell, "colspan") - 1))[: _MOST_COLUMNS - first]
            more = _span(cell, "rowspan") - 1
            for column in range(first, len(texts)) if more else ():
                text = texts[column] if len(texts[column]) <= _REPEATED else ""
                carried[column] = (text, more)
            if len(texts) >= _MOST_COLUMNS:
                # The rest stays readable in the last column.
                texts[-1] = " ".join((texts[-1], *(c.text for c in row[row.index(cell) + 1 :])))
                break
        _fill(texts, carried)
        yield texts


def _fill(texts: list[str], carried: dict[int, tuple[str, int]]) -> None:
    while len(texts) in carried and len(texts) < _MOST_COLUMNS:
        column = len(texts)
        text, left = carried.pop(column)
        texts.append(text)
        if left > 1:
            carried[column] = (text, left - 1)


def _span(cell: Cell, name: str) -> int:
    value = (cell.element.get(name) or "").strip()
    span = int(value) if value.isascii() and value.isdigit() and len(value) <= 5 else 1
    return min(max(span, 1), _MOST_COLUMNS if name == "colspan" else 65_534)
