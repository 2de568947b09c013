"""`python -m eval validate`: are these gold cases, and do their words stand where they say?"""

import argparse
import difflib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consilia.documents import shipped_kb
from eval.cases import (
    SCHEMA,
    Case,
    CaseError,
    Placed,
    Turn,
    case_line,
    read_cases,
    schema_text,
)
from eval.facts import Facts, load_facts
from eval.holdings import Holdings, open_holdings
from eval.locating import locate, problem_of, problems
from eval.quoting import Quotes
from eval.resolving import gold_span
from eval.sheets import write_whole
from eval.spreadsheet import read_spreadsheet, write_spreadsheet

SHEETS = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class GoldFile:
    """A file of gold cases."""

    path: Path
    cases: tuple[Placed, ...]


def add_validate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("validate", help="check gold cases; to a spreadsheet and back")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=".jsonl or .csv")
    parser.add_argument(
        "--kb", type=Path, metavar="DIR", help="look up the spans in a knowledge base"
    )
    parser.add_argument("--to", type=Path, metavar="OUT", help="write the cases: .jsonl or .csv")
    parser.add_argument(
        "--schema", action="store_true", help="write gold/case.schema.json, the form of a line"
    )


def run_validate(given: argparse.Namespace) -> int:
    """Check files, and write what was asked for.

    Args:
        given: What `add_validate` parsed.

    Returns:
        0 when all cases are valid, 1 when one is not, or a file holds none.

    Raises:
        CaseError: There is nothing to check, or nothing can be written.
    """
    if given.schema:
        write_whole(SCHEMA, schema_text().encode())
        sys.stdout.write(f"wrote the schema to {SCHEMA.name}\n")
    if not given.files:
        if given.schema:
            return 0
        raise CaseError("name at least one file of gold cases, or --schema")
    try:
        with open_holdings(given.kb or shipped_kb()) as holdings:
            sys.stdout.writelines(_validated(given, holdings))
    except InvalidError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


class InvalidError(CaseError):
    """Cases are not valid."""


def _validated(given: argparse.Namespace, holdings: Holdings) -> Iterator[str]:
    """Yield what is told of valid files.

    Raises:
        InvalidError: A case is not valid.
        CaseError: The cases cannot be written.
    """
    files, found = [], []
    for path in given.files:
        try:
            files.append(read_gold(path, holdings))
        except CaseError as error:
            found.append(str(error))
    found += [f"{file.path}: holds no case" for file in files if not file.cases]
    found += _repeated(files)
    if given.kb:
        found += [problem for file in files for problem in _unresolved(file, holdings)]
    if found:
        raise InvalidError("\n".join(found))
    for file in files:
        yield f"{file.path}: {_counted([placed.case for placed in file.cases])}\n"
        yield from (f"{file.path}: {note}\n" for note in _notes(file))
    if given.to:
        if given.to in given.files:
            raise CaseError(f"{given.to} is one of the files that are read; name another")
        cases = [placed.case for file in files for placed in file.cases]
        write_cases(given.to, cases, holdings)
        yield f"{given.to}: written\n"


def read_gold(path: Path, holdings: Holdings) -> GoldFile:
    """Read gold cases from JSONL, or from a spreadsheet by its ending.

    Args:
        path: The file.
        holdings: Where the quotes of a spreadsheet are found.

    Returns:
        The cases with the lines they stand on.

    Raises:
        CaseError: The file cannot be read, or holds something that is no case.
    """
    if path.suffix.casefold() in SHEETS:
        return GoldFile(path, read_spreadsheet(path, Quotes(holdings)))
    return GoldFile(path, read_cases(path))


def write_cases(path: Path, cases: Sequence[Case], holdings: Holdings) -> None:
    """Write gold cases as JSONL, or as a spreadsheet by its ending.

    Args:
        path: The file; replaced when it is there.
        cases: To be written.
        holdings: Where the words of their spans are found.

    Raises:
        CaseError: The file cannot be written, or has another ending.
    """
    if path.suffix.casefold() == ".csv":
        write_spreadsheet(path, locate(cases, holdings), Quotes(holdings))
    elif path.suffix.casefold() == ".jsonl":
        write_whole(path, "".join(f"{case_line(case)}\n" for case in cases).encode())
    else:
        raise CaseError(f"cannot write {path}: end its name with .jsonl or .csv")


def _repeated(files: Iterable[GoldFile]) -> Iterator[str]:
    """Yield ids that stand in several files."""
    first: dict[str, Path] = {}
    for file in files:
        for placed in file.cases:
            id_ = placed.case.id
            if (known := first.setdefault(id_, file.path)) is not file.path:
                place = f"{file.path}:{placed.line()}"
                yield f"{place}: id: {id_!r} stands in an earlier file too: {known}"


def _unresolved(file: GoldFile, holdings: Holdings) -> Iterator[str]:
    """Yield each gold span and fact of a file that the documents do not hold."""
    named = any(step.fact_ids for placed in file.cases for step in placed.case.steps())
    facts = load_facts(shipped_kb()) if named else {}
    for placed in file.cases:
        told = [(p.turn, f"{p.field}: {p.text}") for p in problems([placed.case], holdings)]
        for turn, step in enumerate(placed.case.steps()):
            place = f"turns.{turn}.fact_ids" if placed.case.turns else "fact_ids"
            found = (_problem_of_fact(id_, facts, holdings) for id_ in step.fact_ids)
            told += [(turn, f"{place}: {text}") for text in found if text]
        yield from (f"{file.path}:{placed.line(turn)}: {text}" for turn, text in told)


def _problem_of_fact(id_: str, facts: Facts, holdings: Holdings) -> str | None:
    if id_ not in facts:
        return f"no fact is named {id_!r}"
    text = problem_of(gold_span(id_, facts[id_]), holdings)
    return f"{id_}: {text}" if text else None


def _counted(cases: Sequence[Case]) -> str:
    steps = [step for case in cases for step in case.steps()]
    gold = sum(len(step.fact_ids) + len(step.spans) for step in steps)
    return f"{len(cases)} cases, {len(steps)} questions, {gold} gold spans: valid"


def _notes(file: GoldFile) -> Iterator[str]:
    """Yield a line for each key that is not used, and what it may have been meant for."""
    models = [placed.case for placed in file.cases]
    unused = Counter(
        name for case in models for gold in (case, *case.turns) for name in gold.model_extra or ()
    )
    known = [*Case.model_fields, *Turn.model_fields]
    for name, n in sorted(unused.items()):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield f"the key {name!r} of {n} cases is kept and not used{hint}"
