"""`report.md`: what a run was made of, its measures, what went wrong, what each case matched."""

import re
from collections.abc import Iterator, Sequence

from eval.cases import GoldSpan
from eval.costs import costs
from eval.outcomes import faults, told, worst_first
from eval.report import measures_text, statuses_text
from eval.runs.manifest import RunManifest
from eval.runs.scored import Scored
from eval.runs.scoring_record import ScoringRecord
from eval.samples import Sample, said
from eval.timing import Timing

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")
_LENGTH = 300


def report_text(
    manifest: RunManifest,
    samples: Sequence[Sample],
    scored: Sequence[Scored],
    record: ScoringRecord,
    timings: Sequence[Timing] = (),
) -> str:
    """Return the report of a run.

    Args:
        manifest: What it was made of.
        samples: In the order in which they were asked.
        scored: Their measures.
        record: What scored them.
        timings: What they took.

    Returns:
        Markdown; the same for the same run.
    """
    parts = [*_head(manifest, record), *_measures(scored), "## How questions ended", ""]
    parts += [_block(statuses_text(samples)), "", *_costs(timings)]
    parts += [*_failures(samples), *_cases(samples)]
    return "\n".join(parts).rstrip() + "\n"


def _head(manifest: RunManifest, record: ScoringRecord) -> Iterator[str]:
    yield "# A run over gold cases"
    yield ""
    base = manifest.knowledge_base
    code = "no git checkout"
    if manifest.code:
        code = manifest.code.commit[:12] + (", with changes" if manifest.code.dirty else "")
    lines = {
        "begun": manifest.created,
        "consilia": f"{manifest.consilia} ({code})",
        "knowledge base": f"{base.digest[:19]}, generation {base.generation}",
        "models": ", ".join(f"{name} {value}" for name, value in manifest.models.items()),
        "gold": ", ".join(manifest.gold),
        "cases": f"{manifest.cases}, with {manifest.questions} questions",
        "scored by": "; ".join(record.told()),
    }
    if manifest.skipped:
        lines["skipped, since none of their facts is in a document"] = ", ".join(manifest.skipped)
    if manifest.unknown_facts:
        lines["facts that no document holds"] = ", ".join(manifest.unknown_facts)
    yield from (f"- {name}: {_plain(value)}" for name, value in lines.items())
    yield ""


def _measures(scored: Sequence[Scored]) -> Iterator[str]:
    for group in dict.fromkeys(one.group for one in scored):
        yield f"## Measures: {group}"
        yield ""
        here = [one.measure for one in scored if one.group == group]
        if applying := [measure for measure in here if measure.n]:
            yield _block(measures_text(applying))
            yield ""
            if noted := [f"- {m.slug}: {_plain(m.note)}" for m in applying if m.note]:
                yield from (*noted, "")
        if silent := [measure.slug for measure in here if not measure.n]:
            yield f"Not applicable to this run: {', '.join(silent)}."
            yield ""


def _costs(timings: Sequence[Timing]) -> Iterator[str]:
    if timings:
        yield "## Costs of a question"
        yield ""
        yield "`ask` is what a user waits for, `harness` what is done after the answer. Unlike the"
        yield "measures, these numbers are others in each run."
        yield ""
        yield _block(measures_text(costs(timings)))
        yield ""


def _failures(samples: Sequence[Sample]) -> Iterator[str]:
    wrong = worst_first(samples)
    yield f"## What went wrong: {len(wrong)} of {len(samples)} questions, gravest first"
    yield ""
    for sample in wrong:
        yield f"- {_plain(told(sample))}"
        yield from (f"  - {fault.kind}: {_plain(fault.text)}" for fault in faults(sample))
    yield ""


def _cases(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield each question with the words that its gold stands for, and whether they were shown."""
    yield "## The cases, and the words they matched"
    yield ""
    for sample in samples:
        yield f"### {_plain(told(sample))}"
        yield ""
        yield f"Expected: {sample.expected}. Ended: {sample.status}."
        yield ""
        for name, span in zip(sample.step.span_names(), sample.step.spans, strict=True):
            shown = "shown" if name in sample.shown else "not shown"
            yield f"- {_plain(name)}, {shown}: {_place(span)}"
        yield from _points("must have", sample.points, sample.points_shown)
        nice = sample.step.nice_to_have
        yield from _points("nice to have", nice, said(nice, sample.shown_claims))
        yield from _points("forbidden", sample.step.forbidden, sample.forbidden_said)
        yield ""


def _points(kind: str, points: Sequence[str], spoken: Sequence[str]) -> Iterator[str]:
    for point in points:
        yield f"- {kind}, {'said' if point in spoken else 'not said'}: “{_plain(point)}”"


def _place(span: GoldSpan) -> str:
    place = " > ".join((span.document, *span.headings))
    words = f"“{span.quote}”" if span.quote else "not in this knowledge base"
    return f"{_plain(place)}: {_plain(words)}"


def _block(text: str) -> str:
    return f"```\n{text}\n```"


def _plain(text: str) -> str:
    """Return text as Markdown shows it letter by letter, on one line and not too long."""
    line = " ".join(text.split())
    line = line if len(line) <= _LENGTH else f"{line[:_LENGTH]} …"
    return _SPECIAL.sub(r"\\\1", line)
