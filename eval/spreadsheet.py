"""Gold cases as a spreadsheet: one row a question, the turns of a dialogue under one id."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from consilia.models import canonical_json
from consilia.wording import SECTION_TITLES, SectionName
from eval.cases import Case, CaseError, Gold, GoldSpan, Placed, Turn, place_of
from eval.quoting import Quotes
from eval.sheets import Row, joined, parted, read_sheet, write_sheet

EXPECT: dict[SectionName, str] = {name: f"expect {name}" for name in SECTION_TITLES}
_LISTS = {
    "must have": "must_have",
    "nice to have": "nice_to_have",
    "forbidden": "forbidden",
    "facts": "fact_ids",
}
_CASE = ("type", "category", "split", "note")
_TYPES = {"answer": "answerable", "abstain": "abstain"}
"""Of a single question, by what it expects; every other one is for the guardrails."""
COLUMNS = (
    *("id", "question", "expect", *EXPECT.values(), "quotes", "document"),
    *("must have", "nice to have", "forbidden", "tags", "split", "note"),
    *("type", "category", "facts", "resolved question", "spans", "other", "other of turn"),
)
"""The first two lines are for people; the last holds what only programs write."""
_FOR_PEOPLE = COLUMNS[: COLUMNS.index("type")]
NEEDED = ("id", "question", "expect")


def read_spreadsheet(path: Path, quotes: Quotes) -> tuple[Placed, ...]:
    """Read the cases of a spreadsheet.

    Args:
        path: A CSV file, see `eval.sheets.read_sheet`.
        quotes: Finds what its cells quote.

    Returns:
        The cases in the order of the file, each with the lines of its rows.

    Raises:
        CaseError: The file cannot be read, or cells cannot be used; all such are named by file,
            line and column.
    """
    rows = read_sheet(path, COLUMNS, needed=NEEDED)
    cases: dict[str, Placed] = {}
    problems: list[str] = []
    for id_, same in groupby(rows, key=lambda row: row.cells.get("id", "")):
        group = tuple(same)
        lines = tuple(row.line for row in group)
        if id_ in cases:
            problems.append(f"{path}:{lines[0]}: id: {id_!r} stands on earlier rows too")
            continue
        try:
            cases[id_] = Placed(_case(group, quotes), lines)
        except _CellError as error:
            problems += [f"{path}:{told}" for told in error.told]
    if problems:
        raise CaseError("\n".join(problems))
    return tuple(cases.values())


class _CellError(CaseError):
    """Cells of a case that cannot be used, each told as `line: column: why`."""

    def __init__(self, *told: str) -> None:
        super().__init__("\n".join(told))
        self.told = told


def _case(rows: Sequence[Row], quotes: Quotes) -> Case:
    """Return the case of rows with one id.

    Raises:
        _CellError: Cells cannot be used.
    """
    first = rows[0].cells
    is_dialogue = len(rows) > 1 or first.get("type") == "dialogue"
    fields = {**_json_cell(rows[0], "other", dict), "id": first.get("id", "")}
    fields |= {name: first[name] for name in _CASE if name in first}
    fields["tags"] = parted(first.get("tags", ""), commas=True)
    turns = [_turn(row, quotes) for row in rows]
    if is_dialogue:
        fields |= {"type": "dialogue", "turns": turns}
    else:
        asked = turns[0]
        fields = {"type": _TYPES.get(str(asked["expected"]), "guardrail")} | fields | asked
        fields["question"] = fields.pop("user")
    try:
        return Case.model_validate(fields)
    except ValidationError as error:
        told = [_told(rows, place_of(problem), problem["msg"]) for problem in error.errors()]
        raise _CellError(*told) from error


def _turn(row: Row, quotes: Quotes) -> dict[str, object]:
    """Return the fields of one question.

    Raises:
        _CellError: A cell cannot be used.
    """
    cells = row.cells
    sections = {
        name: cells[column].casefold() for name, column in EXPECT.items() if column in cells
    }
    fields: dict[str, object] = {
        **_json_cell(row, "other of turn", dict),
        "user": cells.get("question", ""),
        "expected": cells.get("expect", "").casefold(),
        "expected_sections": sections,
        "spans": [*_json_cell(row, "spans", list), *_quoted(row, quotes)],
    }
    if "resolved question" in cells:
        fields["resolved_question"] = cells["resolved question"]
    return fields | {
        field: parted(cells[column]) for column, field in _LISTS.items() if column in cells
    }


def _quoted(row: Row, quotes: Quotes) -> Iterator[dict[str, object]]:
    """Yield the spans of the words that a row quotes.

    Raises:
        _CellError: They are in no document, or in several.
    """
    wanted, documents = (parted(row.cells.get(name, "")) for name in ("quotes", "document"))
    if len(documents) == 1:
        documents *= len(wanted)
    if documents and len(documents) != len(wanted):
        text = f"{len(documents)} documents for {len(wanted)} quotes; name one, or one for each"
        raise _CellError(f"{row.line}: document: {text}")
    for number, quote in enumerate(wanted):
        try:
            span = quotes.find(quote, documents[number] if documents else None)
        except CaseError as error:
            raise _CellError(f"{row.line}: quotes: {error}") from error
        yield span.model_dump()


_T = TypeVar("_T", dict[str, object], list[object])


def _json_cell(row: Row, column: str, kind: type[_T]) -> _T:
    """Return what a program wrote into a cell.

    Raises:
        _CellError: It is something else.
    """
    cell = row.cells.get(column)
    try:
        found = json.loads(cell) if cell else kind()
    except ValueError as error:
        raise _CellError(f"{row.line}: {column}: is no JSON: {error}; empty it") from error
    if not isinstance(found, kind):
        raise _CellError(f"{row.line}: {column}: is not what a program wrote there; empty it")
    return found


def _told(rows: Sequence[Row], place: tuple[str | int, ...], text: str) -> str:
    """Return what is wrong with a field, told by line and column."""
    number = 0
    if place[:1] == ("turns",) and len(place) > 1:
        number, place = int(place[1]), place[2:]
    fields = {field: column for column, field in _LISTS.items()}
    fields |= {"user": "question", "expected": "expect", "spans": "quotes"}
    field = str(place[0]) if place else "row"
    column = fields.get(field, field)
    if field == "expected_sections":
        column = EXPECT.get(place[-1], "expect") if len(place) > 1 else "expect"  # type: ignore[call-overload]  # other keys have no column
    return f"{rows[number].line}: {column}: {text}"


def write_spreadsheet(path: Path, cases: Sequence[Case], quotes: Quotes) -> None:
    """Write cases as a spreadsheet that reads back as the same cases.

    Spans are written as the words they quote, where these are found again by themselves.

    Args:
        path: The file; replaced when it is there.
        cases: To be written.
        quotes: Finds the words again.

    Raises:
        CaseError: The file cannot be written.
    """
    rows = [row for case in cases for row in _rows(case, quotes)]
    used = {name for row in rows for name, cell in row.items() if cell}
    columns = [name for name in COLUMNS if name in _FOR_PEOPLE or name in used]
    write_sheet(path, columns, rows)


def _rows(case: Case, quotes: Quotes) -> Iterator[dict[str, str]]:
    for number, step in enumerate(case.steps()):
        row = {"id": case.id} | _turn_cells(step, quotes)
        if number == 0:
            row |= {name: getattr(case, name) for name in _CASE}
            row |= {"tags": joined(case.tags, commas=True), "other": _as_json(case.model_extra)}
            if case.type != "dialogue" or len(case.turns) > 1:
                row["type"] = ""
        if case.turns:
            row["other of turn"] = _as_json(step.model_extra)
        yield row


def _turn_cells(step: Turn, quotes: Quotes) -> dict[str, str]:
    cells = {column: step.expected_sections.get(name, "") for name, column in EXPECT.items()}
    cells |= {"question": step.user, "expect": step.expected}
    cells |= {column: joined(getattr(step, field)) for column, field in _LISTS.items()}
    cells["resolved question"] = step.resolved_question
    return cells | _span_cells(step, quotes)


def _span_cells(gold: Gold, quotes: Quotes) -> dict[str, str]:
    """Return quotes with their documents, or spans as JSON where quotes would lose something."""
    told = {"quotes": joined([span.quote for span in gold.spans])}
    told["document"] = joined([span.document for span in gold.spans])
    if all(_is_found(span, quotes) for span in gold.spans):
        return told
    return {"spans": _as_json([span.model_dump(exclude_defaults=True) for span in gold.spans])}


def _is_found(span: GoldSpan, quotes: Quotes) -> bool:
    try:
        return bool(span.quote) and quotes.find(span.quote, span.document) == span
    except CaseError:
        return False


def _as_json(value: Mapping[str, object] | Sequence[object] | None) -> str:
    return canonical_json(value).decode() if value else ""
