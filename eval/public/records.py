"""Files that others made, read row by row: what does not fit is told by file, line and field."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from eval.public.benchmark import BenchmarkError

Model = TypeVar("Model", bound=BaseModel)
Shape = TypeVar("Shape")
_ADVICE = "use the file as its makers give it, or take the row out"
_PROBLEMS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Row(Generic[Model]):
    """One row of a file, and where it stands."""

    place: str
    """File and line, from 1; of a row of several lines the first."""
    value: Model

    def error(self, problem: str) -> BenchmarkError:
        """Return what is wrong with the row as an error that says where and what to do."""
        return BenchmarkError(f"{self.place}: {problem}; {_ADVICE}")


def csv_rows(path: Path, model: type[Model]) -> tuple[Row[Model], ...]:
    """Return the rows of a CSV file.

    Args:
        path: UTF-8, with a header.
        model: What a row must be; columns that it does not name are not read.

    Returns:
        The rows, in order.

    Raises:
        BenchmarkError: The file cannot be read, lacks a column or has a row that does not fit.
    """
    table = _table(path)
    required = [f.alias or name for name, f in model.model_fields.items() if f.is_required()]
    header = next(table, (1, []))[1]
    if missing := [name for name in required if name not in header]:
        raise BenchmarkError(
            f"{path}:1: no column {', '.join(map(repr, missing))}; the header has "
            f"{', '.join(map(repr, header)) or 'nothing'}; name the folder of the right data set"
        )
    checked = _Checked(path, model)
    for line, cells in table:
        if len(cells) != len(header):
            checked.problems.append(f"{path}:{line}: {len(cells)} cells, not {len(header)}")
        else:
            checked.add(line, dict(zip(header, cells, strict=True)))
    return checked.rows()


def json_lines(path: Path, model: type[Model]) -> tuple[Row[Model], ...]:
    """Return the objects of a JSONL file, one a line; blank lines are skipped.

    Args:
        path: UTF-8.
        model: What an object must be; keys that it does not name are not read.

    Returns:
        The objects, in order.

    Raises:
        BenchmarkError: The file cannot be read or has a line that does not fit.
    """
    checked = _Checked(path, model)
    # Not `splitlines`: text may hold other characters that it takes for ends of lines.
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            try:
                checked.add(number, json.loads(line))
            except (ValueError, RecursionError) as error:
                checked.problems.append(f"{path}:{number}: no JSON: {error}")
    return checked.rows()


def json_file(path: Path, shape: TypeAdapter[Shape]) -> Shape:
    """Return what a JSON file holds.

    Args:
        path: UTF-8.
        shape: What it must be.

    Returns:
        The value.

    Raises:
        BenchmarkError: The file cannot be read or is of another shape.
    """
    try:
        return shape.validate_python(json.loads(_text(path)))
    except json.JSONDecodeError as error:
        raise BenchmarkError(f"{path}:{error.lineno}: no JSON: {error.msg}; {_ADVICE}") from error
    except RecursionError as error:
        raise BenchmarkError(f"{path}: nested too deeply; {_ADVICE}") from error
    except ValidationError as error:
        problems = [f"{path}: {_problem(e)}" for e in error.errors()]
        raise BenchmarkError(_listed(problems)) from error


def present(folder: Path, pattern: str) -> tuple[Path, ...]:
    """Return the files of a folder that a pattern matches, sorted by name.

    Raises:
        BenchmarkError: The folder has none.
    """
    found = tuple(sorted(path for path in folder.glob(pattern) if path.is_file()))
    if not found:
        raise BenchmarkError(
            f"no file {pattern} in {folder}; give the folder of the downloaded data set as --path"
        )
    return found


class _Checked(Generic[Model]):
    """Rows as they are read, and what is wrong with those that do not fit."""

    def __init__(self, path: Path, model: type[Model]) -> None:
        self._path = path
        self._model = model
        self._rows: list[Row[Model]] = []
        self.problems: list[str] = []

    def add(self, line: int, values: object) -> None:
        place = f"{self._path}:{line}"
        try:
            self._rows.append(Row(place, self._model.model_validate(values)))
        except ValidationError as error:
            self.problems += [f"{place}: {_problem(e)}" for e in error.errors()]

    def rows(self) -> tuple[Row[Model], ...]:
        if self.problems:
            raise BenchmarkError(_listed(self.problems))
        if not self._rows:
            raise BenchmarkError(f"{self._path} holds no row; check that the download is whole")
        return tuple(self._rows)


def _table(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the line it starts on; blank lines are no rows.

    Raises:
        BenchmarkError: The file cannot be read.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BenchmarkError(f"{path}:{line}: no CSV: {error}; {_ADVICE}") from error
        if cells is None:
            return
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BenchmarkError(
            f"cannot read {path}: {error.strerror}; give the folder of the downloaded data set"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BenchmarkError(f"{path}:{line}: not UTF-8; {_ADVICE}") from error


def _listed(problems: Sequence[str]) -> str:
    more = len(problems) - _PROBLEMS_TOLD
    told = [*problems[:_PROBLEMS_TOLD], *([f"and {more} more"] if more > 0 else [])]
    return "\n".join([*told, f"What to do: {_ADVICE}."])


def _problem(error: ErrorDetails) -> str:
    place = ".".join(map(str, error["loc"]))
    return f"{place or 'row'}: {error['msg']}"
