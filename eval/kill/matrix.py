"""The kill matrix: which measure notices which error, over the gold answers."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from consilia.documents import shipped_kb
from eval.cases import DEVELOPMENT, load_cases
from eval.kill.citing import CITING
from eval.kill.claims import CLAIMS
from eval.kill.gold_answers import findings_of, gold_samples, read_documents
from eval.kill.mutant import Break
from eval.kill.wholes import WHOLES
from eval.measure import Measure, Metric
from eval.metrics import ANSWERS, CITATIONS, PROMISES, measure_all
from eval.report import table
from eval.samples import Sample
from eval.statistics import wilson

BREAKS: Mapping[str, Break] = {**CLAIMS, **CITING, **WHOLES}
METRICS: tuple[Metric, ...] = (*PROMISES, *CITATIONS, *ANSWERS)
"""Those that look at an answer; rankings and guardrails do not change with its errors."""
LEAST_KILLED = 0.99
SURVIVORS_SHOWN = 5


@dataclass(slots=True)
class Row:
    """One kind of error: how many answers had it and which measures noticed."""

    error: str
    n: int = 0
    killed: int = 0
    """Noticed by at least one measure."""
    noticed: Counter[str] = field(default_factory=Counter)
    """By measure, how many it noticed."""
    survivors: list[str] = field(default_factory=list)
    """Case and changed words of those that no measure noticed."""


def kill_matrix(
    samples: Iterable[Sample],
    kb: Path,
    *,
    breaks: Mapping[str, Break] = BREAKS,
    metrics: Sequence[Metric] = METRICS,
) -> tuple[Row, ...]:
    """Put each error into each answer, and look which measures get worse.

    Args:
        samples: With faultless answers, see `gold_samples`.
        kb: The folder of documents that answers are checked against.
        breaks: The errors by name.
        metrics: Taken over the one changed sample, and over the same one unchanged.

    Returns:
        A row for each error, in the order of `breaks`.
    """
    documents = read_documents(kb)
    rows = {error: Row(error) for error in breaks}
    for sample in samples:
        before = measure_all([sample], metrics)
        for error, put in breaks.items():
            broken = put(sample, documents)
            if broken is not None:
                findings = findings_of(broken.answer, kb)
                changed = replace(sample, answer=broken.answer, findings=findings)
                noticed = _noticed(before, measure_all([changed], metrics))
                _count(rows[error], noticed, f"{sample.name}: {broken.what}")
    return tuple(rows.values())


def _count(row: Row, noticed: Sequence[str], what: str) -> None:
    row.n += 1
    row.killed += bool(noticed)
    row.noticed.update(noticed)
    if not noticed:
        row.survivors.append(what)


def _noticed(before: Iterable[Measure], after: Iterable[Measure]) -> list[str]:
    pairs = zip(before, after, strict=True)
    return [was.name for was, now in pairs if is_worse(was, now)]


def is_worse(was: Measure, now: Measure) -> bool:
    """Tell whether a measure got worse; one that is not applicable got neither better nor worse."""
    if was.value is None or now.value is None or was.better == "neither":
        return False
    return now.value < was.value if was.better == "higher" else now.value > was.value


def run_kills(*, show_survivors: bool = False) -> int:
    """Print the kill matrix over the gold answers of the shipped cases, the test half left out.

    Args:
        show_survivors: Whether to list up to five survivors of each error.

    Returns:
        The exit status: 1 when less than 99 % of the errors are noticed, else 0.
    """
    samples = shipped_gold()
    rows = kill_matrix(samples, shipped_kb())
    sys.stdout.write(f"{len(samples)} gold answers\n\n{matrix_text(rows, show_survivors)}\n")
    killed, errors = sum(row.killed for row in rows), sum(row.n for row in rows)
    return 0 if errors and killed >= LEAST_KILLED * errors else 1


def shipped_gold() -> list[Sample]:
    """Return the gold answers of the shipped cases, the test half left out."""
    cases = [case for path in DEVELOPMENT for case in load_cases(path)]
    return list(gold_samples(cases, shipped_kb()))


def matrix_text(rows: Sequence[Row], show_survivors: bool = False) -> str:
    """Return the table of errors with what was noticed, and the matrix measure by error."""
    sum_ = Row("all", sum(row.n for row in rows), sum(row.killed for row in rows))
    header = ("", "error in an answer", "n", "noticed", "share", "95 % interval")
    letters = [chr(ord("a") + place) for place in range(len(rows))]
    lines = [_line(letter, row) for letter, row in zip((*letters, ""), (*rows, sum_), strict=True)]
    names = dict.fromkeys(name for row in rows for name in row.noticed)
    cells = [(name, *(str(row.noticed[name] or ".") for row in rows)) for name in names]
    parts = [
        table([header, *lines], text_columns=(0, 1)),
        table([("noticed by", *letters), *cells]),
    ]
    survivors = list(survivors_of(rows)) if show_survivors else []
    return "\n\n".join([*parts, *(["\n".join(survivors)] if survivors else [])])


def _line(letter: str, row: Row) -> tuple[str, ...]:
    interval = wilson(row.killed, row.n)
    counts = f"{row.n:,}", f"{row.killed:,}"
    if interval is None:
        return letter, row.error, *counts, "none", ""
    bounds = f"{interval.low:.1%} to {interval.high:.1%}"
    return letter, row.error, *counts, f"{row.killed / row.n:.1%}", bounds


def survivors_of(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the errors that no measure noticed, up to five of each kind."""
    for row in rows:
        if row.survivors:
            yield f"{row.error}: {len(row.survivors)} not noticed"
            yield from (f"  {survivor}" for survivor in row.survivors[:SURVIVORS_SHOWN])
