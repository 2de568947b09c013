"""`python -m eval bench`: speed, memory and indexing of one run, each beside its bar."""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from consilia import Assistant
from consilia.ingestion import Ingestion
from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.cases import STARTER, load_cases
from eval.indexing import time_build
from eval.processes import resident_bytes, time_in_terminal
from eval.report import table
from eval.scifact import CORPUS
from eval.statistics import percentile

SHARED = Path(__file__).parents[2] / "shared" / "data"
WARM_UPS, WARM_ASKS, MEMORY_ASKS, COLD_RUNS = 5, 100, 50, 3
SENTENCES = 5_000
_ASK = "import sys; from consilia.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a value is held against."""

    text: str
    meets: Callable[[float], bool]


def at_most(limit: float, unit: str) -> Bar:
    """Return a bar that values up to the limit meet."""
    return Bar(f"≤ {limit:g} {unit}", lambda value: value <= limit)


def below(limit: float, unit: str) -> Bar:
    """Return a bar that values below the limit meet."""
    return Bar(f"< {limit:g} {unit}", lambda value: value < limit)


def at_least(limit: float) -> Bar:
    """Return a bar that values from the limit on meet."""
    return Bar(f"≥ {limit:g}", lambda value: value >= limit)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a value against its bar, or why there is none."""

    name: str
    value: float | None
    unit: str
    bar: Bar
    remark: str = ""
    is_valid: bool = True
    """False when the machine was too busy for the value to say anything about its bar."""

    def cells(self) -> tuple[str, ...]:
        """Return the line as text."""
        if self.value is None:
            return self.name, "", self.bar.text, "skipped", self.remark
        met = "met" if self.bar.meets(self.value) else "NOT met"
        met = met if self.is_valid else "INVALID"
        return self.name, f"{self.value:.3g} {self.unit}".strip(), self.bar.text, met, self.remark


def run_bench(shared: Path | None = None) -> int:
    """Measure in temporary folders and print one table.

    Args:
        shared: The folder that holds `scifact`; None means `../shared/data`.

    Returns:
        0: timings differ from run to run, so the table tells and the exit status does not judge.
    """
    questions = starter_questions()
    with tempfile.TemporaryDirectory(prefix="consilia-bench-") as name:
        home = Path(name) / "kb"
        _tell("building the shipped knowledge base")
        Ingestion(home, lambda: open_embedder(read_settings())).add_shipped()
        rows = [*warm_rows(home, questions), *cold_rows(home, questions[0])]
        rows += [memory_row(home, questions), indexing_row(Path(name), shared or SHARED)]
    header = ("measure", "value", "bar", "", "")
    sys.stdout.write(table([header, *(row.cells() for row in rows)], text_columns=(0, 3, 4)) + "\n")
    return 0


def starter_questions() -> list[str]:
    """Return the single questions of the starter set, evenly spread, as many as are asked."""
    asked = [case.question for case in load_cases(STARTER) if case.question]
    wanted = WARM_UPS + WARM_ASKS
    return [asked[n * len(asked) // wanted] for n in range(wanted)]


def warm_rows(home: Path, questions: Sequence[str]) -> list[Row]:
    """Time asks in this process, after the warm-ups, one by one."""
    _tell(f"{WARM_ASKS} warm asks")
    times = []
    with Assistant.open(home) as assistant:
        for question in questions:
            start = time.perf_counter()
            assistant.ask(question)
            times.append((time.perf_counter() - start) * 1000)
    warm, remark = times[WARM_UPS:], f"n = {len(times) - WARM_UPS}"
    return [
        Row("warm ask, p50", percentile(warm, 0.5), "ms", at_most(80, "ms"), remark),
        Row("warm ask, p95", percentile(warm, 0.95), "ms", at_most(200, "ms"), remark),
    ]


def cold_rows(home: Path, question: str) -> list[Row]:
    """Time `consilia ask` in fresh processes; one before the first puts the files into memory."""
    _tell(f"{COLD_RUNS} cold asks")
    arguments = ["ask", question, "--kb", str(home)]
    command = [sys.executable, "-c", _ASK, *arguments]
    runs = [time_in_terminal(command) for _ in range(COLD_RUNS + 1)][1:]
    end, first = median(run.end for run in runs), median(run.first_words for run in runs)
    remark = f"median of {COLD_RUNS}"
    return [
        Row("cold consilia ask", end, "s", at_most(10, "s"), remark),
        Row("cold, until its first words", first, "s", at_most(1, "s"), remark),
    ]


def memory_row(home: Path, questions: Sequence[str]) -> Row:
    """Measure a fresh process that has the command line loaded and answers questions."""
    _tell(f"memory after {MEMORY_ASKS} asks")
    resident = resident_bytes(home, questions[:MEMORY_ASKS])
    remark = f"after {MEMORY_ASKS} asks, gradio not imported"
    return Row("resident memory", resident / 1e6, "MB", below(700, "MB"), remark)


def indexing_row(folder: Path, shared: Path) -> Row:
    """Time the building of an index over SciFact abstracts against the bare encoder."""
    name, bar, corpus = "indexing: bare encoding / build", at_least(0.8), shared / CORPUS
    if not corpus.is_file():
        return Row(name, None, "", bar, f"no {corpus}")
    _tell(f"indexing {SENTENCES:,} sentences")
    build = time_build(folder, corpus, at_least=SENTENCES)
    remark = (
        f"{build.texts:,} texts; bare {build.bare:.1f} s; build {build.build:.1f} s, "
        f"of which model load {build.load:.1f} s and encoding {build.encoding:.1f} s"
    )
    if not build.is_steady:
        remark += "; the same encoding took another time: run it again on a quiet machine"
    return Row(name, build.ratio, "", bar, remark, is_valid=build.is_steady)


def _tell(phase: str) -> None:
    sys.stderr.write(f"{phase} …\n")


def _silent(_phase: str, _done: int, _total: int) -> None:
    pass
