"""From samples to `metrics.json` and the reports: every measure by group, whole and by tag."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from consilia.opening import open_entailment
from consilia.settings import Settings
from eval.gating import stored_measures
from eval.judge_errors import JudgeErrors
from eval.judging import Judge
from eval.measure import Measure, Metric
from eval.metrics import GROUPS, judged_by
from eval.reporting.page import Reported, report_html
from eval.runs.manifest import RunManifest
from eval.runs.markdown import report_text
from eval.runs.scored import Scored
from eval.runs.scoring_record import record_scoring
from eval.runs.store import (
    StoredMetrics,
    StoredRun,
    metrics_bytes,
    read_timings,
    write_measured,
)
from eval.samples import Sample


def score(samples: Sequence[Sample], judge: Judge | None = None) -> tuple[Scored, ...]:
    """Measure samples.

    Args:
        samples: Of a run.
        judge: Asked for the measures of support; None leaves these out.

    Returns:
        Every measure, in the order of reports.
    """
    by_tag: dict[str, list[Sample]] = {}
    for sample in samples:
        for tag in sample.labels:
            by_tag.setdefault(tag, []).append(sample)
    return tuple(
        Scored(group, metric, metric(samples), dict(_per_tag(metric, by_tag)))
        for group, metrics in groups_of(judge).items()
        for metric in metrics
    )


def groups_of(judge: Judge | None = None) -> dict[str, tuple[Metric, ...]]:
    """Return all measures by group; those of support need a judge."""
    return dict(GROUPS) | ({"support": judged_by(judge)} if judge else {})


def _per_tag(metric: Metric, by_tag: Mapping[str, list[Sample]]) -> Iterator[tuple[str, Measure]]:
    for tag, samples in sorted(by_tag.items()):
        measure = metric(samples)
        if measure.value is not None:
            yield tag, measure


def write_scores(
    folder: Path, run: StoredRun, settings: Settings, errors: JudgeErrors | None = None
) -> tuple[Scored, ...]:
    """Measure a run and write `metrics.json`, `report.md` and `report.html`.

    Args:
        folder: Where they are written, in place of earlier ones.
        run: Measured.
        settings: Name the entailment model that judges support, if any.
        errors: Of that model, which measures of support are corrected for; None: not measured.

    Returns:
        The measures.

    Raises:
        JudgeError: The errors are not those of the model, or leave nothing to correct.
    """
    judge = _judge(settings, errors)
    scored = score(run.samples, judge)
    metrics = metrics_of(run.manifest, scored, judge, settings)
    timings = read_timings(folder)
    report = report_text(run.manifest, run.samples, scored, metrics.scored, timings)
    page = report_html(
        Reported(
            manifest=run.manifest,
            samples=run.samples,
            measures=stored_measures(metrics.measures),
            timings=timings,
            scored=metrics.scored,
        )
    )
    write_measured(folder, metrics_bytes(metrics), report, page)
    return scored


def _judge(settings: Settings, errors: JudgeErrors | None) -> Judge | None:
    if errors is not None:
        errors.check(settings.entailment)
    model = open_entailment(settings)
    if model is None:
        return None
    return errors.judge(model, settings.entailment) if errors else Judge(model)


def metrics_of(
    manifest: RunManifest, scored: Sequence[Scored], judge: Judge | None, settings: Settings
) -> StoredMetrics:
    """Return what `metrics.json` holds.

    Args:
        manifest: Of the run.
        scored: Its measures.
        judge: That measured support, if any.
        settings: Name its model.

    Returns:
        The measures, with the record of what scored them.
    """
    measures = tuple(one.to_dict() for one in scored)
    return StoredMetrics(
        scored=record_scoring(manifest, measures, judge, settings), measures=measures
    )
