"""The tables of a report: rows of text, each row headed by its first cell."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from consilia.answer import Status
from eval.cases import CaseType
from eval.gating import StoredMeasure, StoredNumber
from eval.measure import Measure
from eval.outcomes import KINDS, faults
from eval.reporting.targets import State, Verdict
from eval.reporting.telling import interval, number
from eval.samples import Sample
from eval.selective import Bin

Tone = Literal["", "good", "bad", "unsure"]
_TONES: dict[State, Tone] = {
    "met": "good",
    "missed": "bad",
    "not shown": "unsure",
    "not measured": "",
}
_MEANT = {
    "BROKEN": "a promise is broken",
    "SAID": "forbidden words are said",
    "PASSED": "a question that a guardrail should end got through",
    "SPOKE": "an answer where none is known",
    "SILENT": "silence where an answer is known",
    "MISSED": "gold or points are left out",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, and how it is to be seen; the text alone tells everything."""

    text: str
    tone: Tone = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def headline(verdicts: Sequence[Verdict]) -> Table:
    """Return the measures against their targets."""
    rows = (
        (
            _words(verdict.measure.name if verdict.measure else verdict.target.measure),
            value,
            Cell(_state(verdict), _TONES[verdict.state], is_number=False),
            _words(_wanted(verdict)),
            *bounds,
            _words(verdict.target.why),
            _words(verdict.target.others),
        )
        for verdict in verdicts
        for value, *bounds in [_values(verdict.measure)]
    )
    header = ("Measure", "Value", "Verdict", "Target", "95 % interval", "n", "Why", "Others reach")
    return Table("Measures against their targets", header, tuple(rows))


def _wanted(verdict: Verdict) -> str:
    target = verdict.target
    shares = verdict.measure.is_share if verdict.measure else 0 < target.limit <= 1
    side, end = ("at most", "upper") if target.min is None else ("at least", "lower")
    told = f"{side} {number(target.limit, is_share=shares)}"
    if target.bound is not None:
        told += f", {end} bound {side} {number(target.bound, is_share=shares)}"
    return told + (f", n at least {target.least_n:,}" if target.least_n else "")


def _state(verdict: Verdict) -> str:
    return f"{verdict.state}: {verdict.reason}" if verdict.reason else verdict.state


def measures(caption: str, found: Iterable[StoredMeasure]) -> Table:
    """Return one group of measures; those that do not apply are told as such."""
    rows = ((_words(one.name), *_values(one), _words(one.note)) for one in found)
    return Table(caption, ("Measure", "Value", "95 % interval", "n", "Note"), tuple(rows))


def plain_measures(caption: str, found: Iterable[Measure]) -> Table:
    """Return measures without intervals."""
    rows = (
        (_words(m.name), Cell(number(m.value, is_share=m.is_share)), Cell(f"{m.n:,}"))
        for m in found
    )
    return Table(caption, ("Measure", "Value", "n"), tuple(rows))


def tag_overview(
    counts: Counter[str], found: Sequence[StoredMeasure], chosen: Sequence[str]
) -> Table:
    """Return one row a tag with the measures that were chosen.

    Args:
        counts: Of questions, by tag.
        found: The measures of the run.
        chosen: Names of measures; those without a value for any tag are left out.

    Returns:
        Tags in alphabetical order, each value with its n.
    """
    columns = [one for one in found if one.slug in chosen and one.per_tag]
    rows = (
        (_words(tag), Cell(f"{counts[tag]:,}"), *(_tagged(one, tag) for one in columns))
        for tag in sorted(counts)
    )
    header = ("Tag", "Questions", *(one.name for one in columns))
    return Table("Some measures by type, category and tag", header, tuple(rows))


def _tagged(measure: StoredMeasure, tag: str) -> Cell:
    held = measure.per_tag.get(tag)
    if held is None:
        return Cell("none")
    return Cell(f"{number(held.value, is_share=measure.is_share)} (n = {held.n:,})")


def tag_measures(tag: str, found: Iterable[StoredMeasure]) -> Table:
    """Return all measures that apply to the cases of one tag."""
    rows = (
        (_words(one.name), *_numbers(one.per_tag[tag], is_share=one.is_share))
        for one in found
        if tag in one.per_tag
    )
    return Table(f"Measures of {tag}", ("Measure", "Value", "95 % interval", "n"), tuple(rows))


def statuses(samples: Sequence[Sample]) -> Table:
    """Return how questions of each type ended."""
    ends = get_args(Status)
    rows = []
    for kind in get_args(CaseType):
        ended = Counter[str](sample.status for sample in samples if sample.type == kind)
        if ended:
            counts = (ended.total(), *(ended[status] for status in ends))
            rows.append((_words(kind), *(Cell(f"{n:,}") for n in counts)))
    return Table("How questions ended", ("Type of case", "Questions", *ends), tuple(rows))


def fault_kinds(samples: Sequence[Sample]) -> Table:
    """Return how many questions had each kind of fault, gravest first."""
    held = Counter[str](kind for s in samples for kind in {fault.kind for fault in faults(s)})
    rows = ((_words(kind), Cell(f"{held[kind]:,}"), _words(_MEANT[kind])) for kind in KINDS)
    header = ("Fault", "Questions", "What it is")
    return Table("What went wrong, gravest first", header, tuple(rows))


def areas(found: Mapping[str, Sequence[Measure]]) -> Table:
    """Return of each section AUROC, AURC and ECE, none of which is a share of questions."""
    rows = (
        (
            _words(section),
            *(Cell("none" if one.value is None else f"{one.value:.3f}") for one in held),
            Cell(f"{held[0].n:,}"),
        )
        for section, held in found.items()
    )
    header = (
        "Section",
        "Area under the ROC curve (1 is best)",
        "Area under risk-coverage (0 is best)",
        "Expected calibration error (0 is best)",
        "n",
    )
    return Table("How well the confidence tells right from wrong", header, tuple(rows))


def bins(section: str, held: Sequence[Bin]) -> Table:
    """Return the bins of a reliability diagram."""
    rows = (
        (
            _words(f"{one.low:.1f} to {one.high:.1f}"),
            Cell(number(one.predicted, is_share=True)),
            Cell(number(one.observed, is_share=True)),
            Cell(interval(one.interval, is_share=True)),
            Cell(f"{one.n:,}"),
        )
        for one in held
    )
    header = ("Probability", "Mean of it", "Can answer", "95 % interval", "n")
    return Table(f"Calibration of {section}", header, tuple(rows))


def _words(text: str) -> Cell:
    return Cell(text, is_number=False)


def _values(measure: StoredMeasure | None) -> tuple[Cell, Cell, Cell]:
    if measure is None:
        return Cell("none"), Cell(""), Cell("")
    return _numbers(measure, is_share=measure.is_share)


def _numbers(held: StoredNumber, *, is_share: bool) -> tuple[Cell, Cell, Cell]:
    bounds = interval(held.interval, is_share=is_share)
    return Cell(number(held.value, is_share=is_share)), Cell(bounds), Cell(f"{held.n:,}")
