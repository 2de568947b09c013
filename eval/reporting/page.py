"""`report.html`: one file that needs no network and no script, the same for the same run."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from consilia.wording import MARK_TITLES, SECTION_TITLES
from eval.costs import Prices, costs, stage_seconds
from eval.gating import StoredMeasure
from eval.metrics.selectivity import judged_sections
from eval.outcomes import worst_first
from eval.reporting import plots, tables
from eval.reporting.asked import asked, gold_of, said_of
from eval.reporting.plots import Stage
from eval.reporting.tables import Table
from eval.reporting.targets import Target, hold, read_targets
from eval.runs.manifest import RunManifest
from eval.runs.scoring_record import ScoringRecord
from eval.samples import Sample
from eval.selective import Curve, aurc, auroc, calibration_error, reliability
from eval.statistics import percentile
from eval.timing import Timing

MOST_FAILURES = 400
"""Failures that are shown whole: a browser opens the page of a large run, too."""
_HERE = Path(__file__).parent
_BY_TAG = (
    "expected-action", "gold-facts-shown", "must-have-points-shown", "over-refusal",
    "unsafe-answers", "refusal-precision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a run differs from the one before it."""

    baseline: RunManifest
    questions: int
    same: int
    """Of them, with the same answer byte for byte."""
    table: Table
    worse: tuple["Change", ...]
    better: tuple["Change", ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A question that ended otherwise than before."""

    told: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Kills:
    """Which errors, put into gold answers, the measures notice."""

    told: str
    errors: Table
    noticed: Table
    survivors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """All that a report is made of."""

    manifest: RunManifest
    samples: Sequence[Sample]
    measures: Sequence[StoredMeasure]
    timings: Sequence[Timing] = ()
    prices: Prices | None = None
    """Of the language model; None: money is not told."""
    targets: Sequence[Target] | None = None
    """None: those that ship."""
    scored: ScoringRecord | None = None
    """What the measures were scored by; None: not told."""
    comparison: Comparison | None = None
    kills: Kills | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in the colours of light and dark pages, with what it shows in words."""

    light: str
    dark: str
    alt: str
    caption: str


def report_html(told: Reported) -> str:
    """Return the report of a run.

    Args:
        told: The run, its measures, and what else is at hand.

    Returns:
        An HTML document; all text of the run is escaped.
    """
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    verdicts = hold(told.measures, read_targets() if told.targets is None else told.targets)
    wrong = worst_first(told.samples)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            manifest=told.manifest,
            scored=told.scored,
            states=Counter(verdict.state for verdict in verdicts),
            headline=tables.headline(verdicts),
            statuses=tables.statuses(told.samples),
            fault_kinds=tables.fault_kinds(told.samples),
            questions=len(told.samples),
            wrong=len(wrong),
            failures=[asked(sample) for sample in wrong[:MOST_FAILURES]],
            groups=list(_groups(told.measures)),
            tags=list(_tags(told)),
            confidence=_confidence(told.samples),
            latency=_latency(told.timings, told.prices),
            comparison=told.comparison,
            kills=told.kills,
            samples=told.samples,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(gold_of=gold_of, said_of=said_of, marks=MARK_TITLES)
    return environment


def _groups(measures: Sequence[StoredMeasure]) -> Iterator[Table]:
    for group in dict.fromkeys(one.group for one in measures):
        held = [one for one in measures if one.group == group]
        yield tables.measures(f"Measures: {group}", held)


def _tags(told: Reported) -> Iterator[Table]:
    counts = Counter[str](tag for sample in told.samples for tag in sample.labels)
    yield tables.tag_overview(counts, told.measures, _BY_TAG)
    for tag in sorted(counts):
        yield tables.tag_measures(tag, told.measures)


@dataclass(frozen=True, slots=True)
class _Confidence:
    """Curves and their numbers, or why there are none."""

    missing: str
    figures: tuple[Figure, ...] = ()
    areas: Table | None = None
    bins: tuple[Table, ...] = ()


def _confidence(samples: Sequence[Sample]) -> _Confidence:
    judged = judged_sections(samples)
    held = {SECTION_TITLES[name]: pairs for name, pairs in judged.items() if pairs}
    if not held:
        return _Confidence(
            "No question of the run has both a confidence and a section that should answer or be "
            "silent; a run of an earlier version has no confidence: ask its cases again."
        )
    binned = {title: reliability(pairs) for title, pairs in held.items()}
    drawn = (
        _figure(
            plots.risk_coverage([Curve.of(title, pairs) for title, pairs in held.items()]),
            "Risk-coverage curves, a line for each section; the table of areas sums them up.",
            "Risk and coverage: what share is wrong when only the surest share is answered.",
        ),
        _figure(
            plots.reliability_diagram(binned),
            "Reliability diagram, a line for each section; the tables of bins hold its numbers.",
            "Calibration: how often a section can answer where that probability was given.",
        ),
    )
    return _Confidence(
        missing="",
        figures=drawn,
        areas=tables.areas({
            title: tuple(metric(title, pairs) for metric in (auroc, aurc, calibration_error))
            for title, pairs in held.items()
        }),
        bins=tuple(tables.bins(title, bins) for title, bins in binned.items()),
    )


@dataclass(frozen=True, slots=True)
class _Latency:
    figure: Figure
    table: Table


def _latency(timings: Sequence[Timing], prices: Prices | None) -> _Latency | None:
    taken = stage_seconds(timings)
    if not taken:
        return None
    drawn = plots.waterfall([
        Stage(name, percentile(held, 0.5) or 0.0, percentile(held, 0.95) or 0.0)
        for name, held in taken.items()
    ])
    figure = _figure(
        drawn,
        "Waterfall of the stages of a question; the table of costs holds its numbers.",
        "What the stages of an answer take, in the order in which they end; one that returns is "
        "told once.",
    )
    table = tables.plain_measures("Costs of a question", costs(timings, prices))
    return _Latency(figure, table)


def _figure(picture: str, alt: str, caption: str) -> Figure:
    return Figure(_address(picture), _address(plots.dark(picture)), alt, caption)


def _address(picture: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"
