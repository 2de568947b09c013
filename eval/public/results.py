"""What an adapter hands back: tables on the terminal, and each single result in a file."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from consilia.models import canonical_json
from eval.public import Options
from eval.public.benchmark import NO_FIGURES, BenchmarkError, Figure
from eval.report import table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Item = TypeVar("Item")


def evenly(items: Sequence[Item], count: int | None) -> tuple[Item, ...]:
    """Return so many of the items, spread evenly; all when `count` is None.

    >>> evenly("abcdef", 3)
    ('a', 'c', 'e')
    """
    size = len(items)
    if count is None or count >= size:
        return tuple(items)
    return tuple(items[at * size // count] for at in range(count))


def figures_text(figures: Sequence[Figure]) -> str:
    """Return what others state, each with its source, or that nothing was found."""
    if not figures:
        return NO_FIGURES
    rows = [(f.system, f.measure, f"{f.value:.3f}", f.source) for f in figures]
    return table(
        [("stated elsewhere", "measure", "value", "source"), *rows], text_columns=(0, 1, 3)
    )


def hand_back(
    name: str,
    text: str,
    results: Iterable["DataclassInstance"],
    options: Options,
    figures: Sequence[Figure] = (),
) -> None:
    """Print the tables and, where a folder was named, write them and each result there.

    What others state on the same data stands below them, or that nothing was found.

    Args:
        name: Of the adapter; files are `NAME.txt` and `NAME.jsonl`.
        text: The tables.
        results: One a line of the JSONL file.
        options: `out` names the folder, made when it is missing.
        figures: Of others.

    Raises:
        BenchmarkError: The folder cannot be written.
    """
    text += f"\n{figures_text(figures)}\n"
    sys.stdout.write(text)
    if options.out is None:
        return
    lines = b"".join(canonical_json(asdict(result)) + b"\n" for result in results)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / f"{name}.txt").write_text(text, encoding="utf-8")
        (options.out / f"{name}.jsonl").write_bytes(lines)
    except OSError as error:
        raise BenchmarkError(f"cannot write in {options.out}: {error.strerror}") from error
