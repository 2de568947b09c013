"""Tables as spreadsheet programs write and read them: CSV of many kinds."""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import CaseError

_DELIMITERS = (",", ";", "\t")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How a cell begins that a spreadsheet program would take for a formula, quoted before or not."""
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_SPACE = " \t\r\n\u00a0"
_BETWEEN = re.compile(r"[\r\n]+|\s\|\|\s")
_LISTED = re.compile(r"[\r\n,;]+|\s\|\|\s")
"""What parts the values of a cell: of words, of tags."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    line: int
    """Of the file, from 1, on which it starts."""
    cells: Mapping[str, str]
    """By column; empty ones are left out."""


def read_sheet(path: Path, columns: Sequence[str], *, needed: Sequence[str]) -> tuple[Row, ...]:
    """Read a table, whatever program wrote it.

    Commas, semicolons or tabs; UTF-8 with or without a byte order mark, UTF-16 with one, or
    Windows-1252; any ends of lines, and line breaks within quoted cells.

    Args:
        path: The file; its first row names the columns, in any order and case.
        columns: Those that are known.
        needed: Those that must be there.

    Returns:
        The rows that are not blank.

    Raises:
        CaseError: It cannot be read, or a column is unknown, missing or there twice.
    """
    text = _text(path)
    delimiter = _delimiter(text, columns)
    if text.startswith("sep="):
        text = "\n" + text.partition("\n")[2]  # a hint for Excel; the lines keep their numbers
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    rows, start = [], 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif names:
                rows.append(Row(start, _by_name(names, cells, f"{path}:{start}")))
            else:
                names = _columns(cells, columns, needed, path)
            start = reader.line_num + 1
    except csv.Error as error:
        raise CaseError(f"{path}:{reader.line_num}: {error}; save it as CSV again") from error
    if not names:
        raise CaseError(f"{path}: is empty; its first row names the columns {', '.join(needed)}")
    return tuple(rows)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CaseError(f"cannot read {path}: {error.strerror}") from error
    encodings = ["utf-16"] if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise CaseError(f"{path}: holds NUL characters; it is no CSV file")
        return text
    raise CaseError(f"{path}: neither UTF-8 nor Windows-1252; save it as CSV UTF-8")


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """Return what parts the first row into the most columns that are known."""
    if text[:4] == "sep=" and text[4:5] in _DELIMITERS:
        return text[4]
    head = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(_plain(name.strip('"')) in columns for name in head.split(delimiter))

    return max(_DELIMITERS, key=known)


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def _columns(
    cells: Iterable[str], columns: Sequence[str], needed: Sequence[str], path: Path
) -> list[str]:
    names = [_plain(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name not in columns:
            raise CaseError(f"{path}:1: {name!r} is no column; known are {', '.join(columns)}")
        if names.count(name) > 1:
            raise CaseError(f"{path}:1: the column {name!r} is there twice")
    for name in needed:
        if name not in names:
            raise CaseError(f"{path}:1: the column {name!r} is missing")
    return names


def _by_name(names: Sequence[str], cells: Sequence[str], place: str) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(names) :]):
        raise CaseError(
            f"{place}: has more cells than columns; put cells that hold the separator in quotes"
        )
    found = {n: _unguarded(cell).strip(_SPACE) for n, cell in zip(names, cells, strict=False)}
    return {name: cell for name, cell in found.items() if cell}


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table that Excel opens by a double click: UTF-8 with a byte order mark, CRLF.

    Cells that a program would take for formulas start with an apostrophe, which `read_sheet`
    takes away.

    Args:
        path: The file; replaced when it is there.
        columns: In their order.
        rows: Cells by column.

    Raises:
        CaseError: The file cannot be written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_guarded(row.get(name, "")) for name in columns] for row in rows)
    write_whole(path, out.getvalue().encode("utf-8-sig"))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file or leave the one that is there: never a part of it.

    Raises:
        CaseError: It cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise CaseError(f"cannot write {path}: {error.strerror}") from error


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _QUOTED.match(cell) else cell


def joined(values: Sequence[str], *, commas: bool = False) -> str:
    r"""Return values as one cell, each on a line of its own; as JSON where that would lose one.

    Args:
        values: Without white space around them.
        commas: Whether `parted` will part them at commas too.

    Returns:
        What `parted` makes the values of.

    >>> joined(["40 mg", "twice daily"])
    '40 mg\ntwice daily'
    """
    cell = "\n".join(values)
    whole = parted(cell, commas=commas) == tuple(values)
    return cell if whole else json.dumps(list(values), ensure_ascii=False)


def parted(cell: str, *, commas: bool = False) -> tuple[str, ...]:
    """Return the values of a cell: parted by line breaks or ` || `, or a JSON list of texts.

    Args:
        cell: Its text.
        commas: Whether commas and semicolons part values too, as in a list of tags.

    Returns:
        The values that are not empty.

    >>> parted("40 mg || twice daily")
    ('40 mg', 'twice daily')
    """
    if cell.startswith("["):
        try:
            values = json.loads(cell)
        except ValueError:
            values = None
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return tuple(values)
    parts = (_LISTED if commas else _BETWEEN).split(cell)
    return tuple(value.strip() for value in parts if value.strip())
