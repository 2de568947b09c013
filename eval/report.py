"""The report of a run: a plain table for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from consilia.answer import Status
from eval.cases import CaseType
from eval.metrics import Measure, Samples, facts_shown, measure_all
from eval.samples import Run, Sample

SCHEMA = "consilia.eval/1"


def table(rows: Iterable[Sequence[str]], *, text_columns: Sequence[int] = (0,)) -> str:
    """Return rows as aligned text: columns of text to the left, of numbers to the right.

    >>> print(table([("name", "n"), ("recall", "12")]))
    name     n
    recall  12
    """
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    aligned = (
        [f"{cell:{'<' if n in text_columns else '>'}{widths[n]}}" for n, cell in enumerate(row)]
        for row in cells
    )
    return "\n".join("  ".join(row).rstrip() for row in aligned)


def measures_text(measures: Iterable[Measure]) -> str:
    """Return one line a measure: value, n and interval."""
    header = ("measure", "value", "n", "95 % interval")
    return table([header, *(_measure_row(measure) for measure in measures)])


def _measure_row(measure: Measure) -> tuple[str, str, str, str]:
    interval = ""
    if measure.interval:
        interval = f"{measure.interval.low:.1%} to {measure.interval.high:.1%}"
    if measure.value is None:
        return measure.name, "none", str(measure.n), interval
    value = f"{measure.value:.1%}" if measure.is_share else f"{measure.value:g}"
    return measure.name, value, str(measure.n), interval


def statuses_text(samples: Samples) -> str:
    """Return how the questions of each kind ended."""
    statuses = get_args(Status)
    rows: list[Sequence[str]] = [("questions by status", "n", *statuses)]
    for name in get_args(CaseType):
        ended = Counter[str](sample.status for sample in samples if sample.type == name)
        rows.append((name, str(ended.total()), *(str(ended[status]) for status in statuses)))
    return table(rows)


def categories_text(samples: Samples) -> str:
    """Return a line for each category: questions, how they ended, gold facts shown."""
    rows: list[Sequence[str]] = [
        ("type / category", "n", "answered", "abstained", "gold facts shown")
    ]
    for key in sorted({(sample.type, sample.category) for sample in samples}):
        here = [sample for sample in samples if (sample.type, sample.category) == key]
        ended = Counter[str](sample.status for sample in here)
        counts = str(len(here)), str(ended["answered"]), str(ended["abstained"])
        rows.append((" / ".join(filter(None, key)), *counts, _shown(here)))
    return table(rows)


def _shown(samples: Samples) -> str:
    found = facts_shown(samples)
    return f"{found.value:.1%} of {found.n}" if found.value is not None else ""


def failures(samples: Samples) -> Iterator[str]:
    """Yield a line for each thing that a sample did wrong, broken promises first."""
    for sample in samples:
        broken = [*sample.findings, *(f"{claim} has no proof" for claim in sample.unproven)]
        broken += [f"number {number} is dangling or unused" for number in sample.misnumbered]
        yield from (f"BROKEN  {_name(sample)}: {problem}" for problem in broken)
    for sample in samples:
        missed = [id_ for id_ in sample.facts if id_ not in sample.shown]
        if sample.expected == "answer" and sample.status != "answered":
            yield f"SILENT  {_name(sample)}: {sample.status}, gold {' '.join(sample.facts)}"
        elif sample.expected == "answer" and missed:
            yield f"MISSED  {_name(sample)}: {' '.join(missed)}"
        elif sample.expected == "abstain" and sample.status != "abstained":
            yield f"SPOKE   {_name(sample)}: {sample.status}, {sample.claims_shown} claims"
        elif sample.expected == "guardrail" and sample.status not in {"emergency", "refused"}:
            yield f"PASSED  {_name(sample)}: {sample.status}"


def _name(sample: Sample) -> str:
    turn = f".{sample.turn + 1}" if sample.type == "dialogue" else ""
    return f"{sample.case}{turn} “{sample.question}”"


def write_report(path: Path, run: Run, gold: dict[str, str]) -> None:
    """Write the numbers and every sample as JSON.

    Args:
        path: The file; written anew.
        run: What came of the cases.
        gold: The gold files by path, with their sha256.
    """
    report = {
        "schema": SCHEMA,
        "gold": gold,
        "answered_by": asdict(run.answered_by) if run.answered_by else None,
        "measures": [measure.to_dict() for measure in measure_all(run.samples)],
        "skipped": run.skipped,
        "unknown_facts": run.unknown_facts,
        "samples": [sample.to_dict() for sample in run.samples],
    }
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
