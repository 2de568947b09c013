"""What the gates alone say on a set of judged pairs: false blocks, true blocks, and how sure."""

from collections.abc import Iterator, Sequence

from consilia.gates.checking import GATES
from consilia.knowledge_base import shipped_glossary
from consilia.opening import open_entailment
from consilia.settings import read_settings
from eval.measure import Measure, ratio, share
from eval.public import Options
from eval.public.auroc import Auroc, auroc
from eval.public.judge_tables import IsContradicted, judge_errors, judge_text, write_errors
from eval.public.results import evenly, hand_back
from eval.public.support import JudgedPairs, Told, Verdict, labels, verdicts
from eval.report import measures_text, table
from eval.statistics import wilson

Row = tuple[str, ...]


def run_gates(
    name: str, judged: JudgedPairs, options: Options, judge: IsContradicted | None = None
) -> int:
    """Judge a set by the gates, and by the entailment model of the settings if there is one.

    Args:
        name: Of the adapter, for the files of `out`.
        judged: The set.
        options: `limit` takes so many pairs, spread evenly; `out` gets each with its reasons.
        judge: Tells which pairs people called contradicted; with it the errors of the model are
            measured, and `out` gets them too.

    Returns:
        The exit status, 0: low quality is told, not punished.
    """
    pairs = evenly(judged.pairs, options.limit)
    settings = read_settings()
    model = open_entailment(settings)
    found = verdicts(pairs, shipped_glossary(), model)
    text = gates_text(judged, found)
    if judge is not None:
        errors = judge_errors(found, judged.name, settings.entailment, judge) if model else None
        text += judge_text(errors)
        if errors and options.out:
            write_errors(options.out, errors)
    hand_back(name, text, map(Told.of, found), options)
    return 0


def gates_text(judged: JudgedPairs, found: Sequence[Verdict]) -> str:
    """Return the tables of a set.

    Args:
        judged: The set, for its name and notes.
        found: A verdict for each of its pairs.

    Returns:
        Blocks by label, what blocks are worth, blocks by gate, and how well scores tell supported
        pairs from others.
    """
    sources = len({verdict.pair.source for verdict in found})
    head = f"{judged.name}: {len(found):,} pairs of {sources:,} sources"
    parts = [
        "\n  ".join((head, *judged.notes)),
        table(_by_label(found), text_columns=(0, 1)),
        measures_text(_worth(found)),
        table(_by_gate(found)),
        table(_by_score(found)),
    ]
    return "\n\n".join(parts) + "\n"


def _by_label(found: Sequence[Verdict]) -> Iterator[Row]:
    yield "label of the set", "counted as", "pairs", "blocked", "share", "95 % interval"
    for label in labels(verdict.pair for verdict in found):
        here = [verdict for verdict in found if verdict.pair.label == label]
        kind = "supported" if here[0].pair.supported else "unsupported"
        blocked = sum(verdict.blocked for verdict in here)
        yield label, kind, f"{len(here):,}", f"{blocked:,}", *_share(blocked, len(here))


def _worth(found: Sequence[Verdict]) -> tuple[Measure, ...]:
    supported = [verdict.blocked for verdict in found if verdict.pair.supported]
    others = [verdict.blocked for verdict in found if not verdict.pair.supported]
    return (
        share("false blocks (of supported)", supported),
        share("true blocks (of unsupported)", others),
        ratio("precision of blocks", sum(others), sum(supported) + sum(others)),
        # What blocking by lot would have for its precision.
        ratio("unsupported among all", len(others), len(found)),
    )


def _by_gate(found: Sequence[Verdict]) -> Iterator[Row]:
    yield "gate", "blocked", "rightly", "share", "95 % interval"
    for gate in (*GATES, "support"):
        here = [verdict for verdict in found if gate in verdict.failed]
        rightly = sum(not verdict.pair.supported for verdict in here)
        if here or gate in GATES:
            yield gate, f"{len(here):,}", f"{rightly:,}", *_share(rightly, len(here))


def _by_score(found: Sequence[Verdict]) -> Iterator[Row]:
    supported = [verdict.pair.supported for verdict in found]
    sources = [verdict.pair.source for verdict in found]
    scores = {
        # The verdict itself, graded: what a threshold on the gates could reach.
        "failed gates, fewer first": [-float(len(verdict.failed)) for verdict in found],
        # No gate: what the mere overlap of words would reach on the same pairs.
        "relatedness (words shared)": [verdict.related for verdict in found],
    }
    entailed = [verdict.entailed for verdict in found if verdict.entailed is not None]
    if found and len(entailed) == len(found):
        scores["P(entail) of the configured model"] = entailed
    yield "score: supported above unsupported", "AUROC", "n", "95 % interval"
    for name, values in scores.items():
        area = auroc(values, supported, sources)
        yield name, f"{area.value:.3f}" if area else "none", f"{len(found):,}", _bounds(area)


def _bounds(area: Auroc | None) -> str:
    if area is None or area.interval is None:
        return ""
    return f"{area.interval.low:.3f} to {area.interval.high:.3f}"


def _share(part: int, whole: int) -> tuple[str, str]:
    interval = wilson(part, whole)
    if interval is None:
        return "none", ""
    return f"{part / whole:.1%}", f"{interval.low:.1%} to {interval.high:.1%}"
