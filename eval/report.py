"""The report of a run: a plain table for people, JSON for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from consilia.answer import Status
from eval.cases import CaseType
from eval.measure import Measure, Samples
from eval.metrics.fact_recall import facts_shown
from eval.outcomes import faults, told, worst_first


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
    form = ".1%" if measure.is_share else ".4g"
    value = "none" if measure.value is None else f"{measure.value:{form}}"
    if measure.interval is None:
        return measure.name, value, str(measure.n), ""
    bounds = f"{measure.interval.low:{form}} to {measure.interval.high:{form}}"
    return measure.name, value, str(measure.n), bounds


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
    """Yield a line for each thing that a sample did wrong, the gravest first."""
    for sample in worst_first(samples):
        for fault in faults(sample):
            yield f"{fault.kind:7} {told(sample)}: {fault.text}"
