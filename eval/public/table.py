"""The tables of a retrieval benchmark in Markdown: measures, differences, what others state."""

from collections.abc import Iterable, Mapping, Sequence

from eval.public.benchmark import NO_FIGURES, Benchmark
from eval.public.measuring import MAIN, MEASURES, Difference, Measured, Score
from eval.statistics import Interval


def markdown(benchmark: Benchmark, systems: Mapping[str, Measured], ours: str) -> str:
    """Return the tables of one run.

    Args:
        benchmark: With the questions that were asked.
        systems: Measures by name, in the order in which they are shown.
        ours: Name of the system that is compared with each other one.

    Returns:
        Markdown, three tables at most, and notes.
    """
    parts = [
        f"## {benchmark.name}: {len(benchmark.queries):,} questions, "
        f"{len({text.id for text in benchmark.texts}):,} {benchmark.unit}s",
        "\n".join(f"- {note}" for note in benchmark.notes),
        _table(["system", *MEASURES], _measures(systems)),
        _table([f"{ours} against", f"{MAIN} difference", "excludes 0"], _against(systems, ours)),
        _figures(benchmark),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _measures(systems: Mapping[str, Measured]) -> Iterable[Sequence[str]]:
    for name, system in systems.items():
        yield [name, *(_score(system.score(measure)) for measure in MEASURES)]


def _against(systems: Mapping[str, Measured], ours: str) -> Iterable[Sequence[str]]:
    for name, system in systems.items():
        if name != ours:
            found = systems[ours].minus(system, MAIN)
            yield [name, _difference(found), "yes" if found.is_certain else "no"]


def _figures(benchmark: Benchmark) -> str:
    if not benchmark.figures:
        return NO_FIGURES
    return _table(
        ["stated elsewhere", "measure", "value", "source"],
        ([f.system, f.measure, f"{f.value:.3f}", f.source] for f in benchmark.figures),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _score(score: Score) -> str:
    return f"{score.value:.3f}{_bounds(score.interval, '.3f')}"


def _difference(difference: Difference) -> str:
    return f"{difference.value:+.3f}{_bounds(difference.interval, '+.3f')}"


def _bounds(interval: Interval | None, form: str) -> str:
    return f" ({interval.low:{form}} to {interval.high:{form}})" if interval else ""
