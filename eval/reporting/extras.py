"""What a report tells beside its run: the run before it, and what its measures would notice."""

from collections.abc import Sequence
from pathlib import Path

from consilia.documents import shipped_kb
from eval.comparing import (
    Difference,
    Pair,
    changed_pairs,
    differences,
    ended,
    read_pairs,
    same_bytes,
)
from eval.kill.matrix import Row, kill_matrix, shipped_gold, survivors_of
from eval.outcomes import told
from eval.reporting.page import Change, Comparison, Kills
from eval.reporting.tables import Cell, Table
from eval.reporting.telling import change, interval, number
from eval.runs.store import read_manifest
from eval.statistics import wilson


def comparison_of(before: Path, now: Path, *, shared_cases: bool) -> Comparison:
    """Compare a run with the one before it, as `python -m eval compare` does.

    Args:
        before: Folder of the baseline.
        now: Folder of the run.
        shared_cases: Compare the cases that are the same in both and leave out the others.

    Returns:
        The differences of all measures that apply to either.

    Raises:
        RunError: A run cannot be read, or the two are of different gold.
    """
    pairs = read_pairs(before, now, shared_cases=shared_cases)
    rows = (
        _difference(one)
        for one in differences(pairs)
        if one.a.value is not None or one.b.value is not None
    )
    worse, better = changed_pairs(pairs)
    header = ("Measure", "A", "B", "B - A", "95 % interval", "p", "Questions that count")
    return Comparison(
        baseline=read_manifest(before),
        questions=len(pairs),
        same=same_bytes(pairs),
        table=Table("The run before (A) and this one (B)", header, tuple(rows)),
        worse=_changes(worse),
        better=_changes(better),
    )


def _difference(one: Difference) -> tuple[Cell, ...]:
    shares = one.a.is_share
    values = (number(measure.value, is_share=shares) for measure in (one.a, one.b))
    bounds = one.interval and [
        change(end, is_share=shares) for end in (one.interval.low, one.interval.high)
    ]
    return (
        Cell(one.name, is_number=False),
        *map(Cell, values),
        Cell(change(one.value, is_share=shares)),
        Cell(" to ".join(bounds or ())),
        Cell("" if one.p is None else f"{one.p:.3g}"),
        Cell(f"{one.pairs:,}"),
    )


def _changes(pairs: Sequence[Pair]) -> tuple[Change, ...]:
    return tuple(Change(told(pair.b), ended(pair.a), ended(pair.b)) for pair in pairs)


def shipped_kills() -> Kills:
    """Return the kill matrix over the gold answers of the shipped cases, which takes a while."""
    samples = shipped_gold()
    rows = kill_matrix(samples, shipped_kb())
    killed, errors = sum(row.killed for row in rows), sum(row.n for row in rows)
    return kills_of(
        rows,
        f"Errors were put into {len(samples):,} gold answers of the shipped cases, one at a time; "
        f"at least one measure got worse for {killed:,} of {errors:,}.",
    )


def kills_of(rows: Sequence[Row], summary: str) -> Kills:
    """Return a kill matrix as a report shows it.

    Args:
        rows: One for each kind of error.
        summary: Of what it was taken over.

    Returns:
        Its two tables: what of each error was noticed, and by which measure.
    """
    names = dict.fromkeys(name for row in rows for name in row.noticed)
    noticed = (
        (Cell(name, is_number=False), *(Cell(f"{row.noticed[name]:,}") for row in rows))
        for name in names
    )
    header = ("Error in an answer", "n", "Noticed", "Share", "95 % interval")
    return Kills(
        told=summary,
        errors=Table("What is noticed of each error", header, tuple(map(_error, rows))),
        noticed=Table(
            "How many of each error a measure notices",
            ("Measure", *(row.error for row in rows)),
            tuple(noticed),
        ),
        survivors=tuple(survivors_of(rows)),
    )


def _error(row: Row) -> tuple[Cell, ...]:
    share = row.killed / row.n if row.n else None
    return (
        Cell(row.error, is_number=False),
        Cell(f"{row.n:,}"),
        Cell(f"{row.killed:,}"),
        Cell(number(share, is_share=True)),
        Cell(interval(wilson(row.killed, row.n), is_share=True)),
    )
