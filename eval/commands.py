"""The commands over runs: `run`, `gold`, `score`, `compare`, `gate`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from consilia.settings import read_settings

if TYPE_CHECKING:
    from eval.runs.running import FinishedRun


def add_runs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    gold = commands.add_parser("gold", help="ask gold cases: retrieval, facts, abstention, proofs")
    _add_asking(gold, default="test.jsonl, the half that nothing was tuned on")
    gold.add_argument("--table", type=Path, metavar="FILE.md", help="write the headline measures")
    gold.add_argument("--out", type=Path, metavar="DIR", help="keep the run in this folder")
    gold.add_argument("--by-category", action="store_true", help="a line for each category too")
    gold.add_argument("--show-failures", action="store_true", help="list what went wrong")
    run = commands.add_parser("run", help="ask gold cases and keep every answer")
    _add_asking(run, default="starter.jsonl")
    run.add_argument("--out", type=Path, metavar="DIR", required=True, help="the folder of the run")
    run.add_argument("--resume", action="store_true", help="go on with the interrupted run there")
    again = commands.add_parser("score", help="measure the answers of a run again")
    again.add_argument("run", type=Path, metavar="DIR")
    again.add_argument("--out", type=Path, metavar="DIR2", help="write a copy; DIR stays as it is")
    again.add_argument(
        "--judge", type=Path, metavar="JSON", help="errors of the entailment model, to correct for"
    )
    compare = commands.add_parser("compare", help="two runs over the same questions, paired")
    compare.add_argument("a", type=Path, metavar="A", help="the run before")
    compare.add_argument("b", type=Path, metavar="B", help="the run after")
    compare.add_argument(
        "--shared-cases", action="store_true", help="leave out what only one run has asked"
    )
    _add_gate(commands.add_parser("gate", help="fail where the measures of a run fall short"))


def _add_asking(parser: argparse.ArgumentParser, *, default: str) -> None:
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=f"default: {default}")
    parser.add_argument("--kb", type=Path, metavar="DIR", help="a built knowledge base")
    parser.add_argument(
        "--workers", type=_positive, default=1, metavar="N", help="processes that ask; default: 1"
    )


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _add_gate(gate: argparse.ArgumentParser) -> None:
    gate.add_argument("run", type=Path, nargs="?", metavar="DIR")
    for side, told in (("--min", "at least this"), ("--max", "at most this")):
        gate.add_argument(
            side, nargs="+", action="extend", default=[], metavar="NAME=VALUE", help=told
        )
    gate.add_argument("--file", type=Path, metavar="TOML", help="bars, in tables [min] and [max]")
    gate.add_argument(
        "--lower-bound",
        action="store_true",
        help="hold the worse end of the 95 %% interval against each bar",
    )
    gate.add_argument("--junit", type=Path, metavar="XML", help="write the verdicts for CI")
    gate.add_argument("--list", action="store_true", help="the names of all measures")


def run_run(given: argparse.Namespace) -> int:
    """Ask, and keep every answer; returns 1 when a promise is broken."""
    from eval.runs.running import RunOptions, run
    from eval.runs.store import PAGE

    made = run(
        RunOptions(given.out, tuple(given.files), given.kb, given.workers, given.resume), _note
    )
    sys.stdout.write(f"{len(made.run.samples)} questions asked: {given.out / PAGE}\n")
    return _end(made)


def run_gold(given: argparse.Namespace) -> int:
    """Ask and print the measures; returns 1 when a promise is broken, low quality is only told."""
    from eval.cases import TEST
    from eval.headline import headline, write_headline
    from eval.runs.running import RunOptions, run

    with _folder(given.out) as out:
        made = run(RunOptions(out, tuple(given.files) or (TEST,), given.kb, given.workers), _note)
    sys.stdout.write(_gold_text(made, given))
    if given.table:
        write_headline(given.table, headline(made.run.manifest, made.scored))
    return _end(made)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Give a folder that was named, or one that is gone afterwards."""
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="consilia-eval-") as name:
        yield Path(name) / "run"


def _gold_text(made: "FinishedRun", given: argparse.Namespace) -> str:
    from eval.report import categories_text, failures, measures_text, statuses_text

    manifest, samples = made.run.manifest, made.run.samples
    left_out = f"{len(manifest.skipped)} skipped, since none of their facts is in a document"
    parts = [
        f"{manifest.cases} cases; {left_out}; {len(manifest.unknown_facts)} fact ids unknown",
        measures_text(one.measure for one in made.scored if one.measure.n),
        statuses_text(samples),
    ]
    if given.by_category:
        parts.append(categories_text(samples))
    if given.show_failures:
        parts.append("\n".join(failures(samples)))
    return "\n\n".join(filter(None, parts)) + "\n"


def _end(made: "FinishedRun") -> int:
    from eval.metrics import promises_hold

    if promises_hold(made.run.samples):
        return 0
    _note("A promise is broken: see BROKEN in the report, or under gold --show-failures.")
    return 1


def run_score(given: argparse.Namespace) -> int:
    """Measure a stored run again, in place or in a copy.

    Raises:
        RunError: The run cannot be read, or the copy not be written; then there is none.
        JudgeError: The errors of the judge cannot be read, or are those of another one.
    """
    from eval.judge_errors import read_errors
    from eval.runs import store
    from eval.runs.scoring import write_scores
    from eval.runs.store import read_answers, writing

    settings = read_settings()
    errors = read_errors(given.judge) if given.judge else None
    if errors:
        errors.check(settings.entailment)
    made = read_answers(given.run)
    folder = given.out or given.run
    with writing(folder):
        if given.out:
            with store.copied(given.run, given.out) as copy:
                write_scores(copy, made, settings, errors)
                store.finish(copy, made.manifest)
        else:
            write_scores(folder, made, settings, errors)
    sys.stdout.write(f"{len(made.samples)} questions measured: {folder / store.PAGE}\n")
    return 0


def run_compare(given: argparse.Namespace) -> int:
    """Print how two runs differ."""
    from eval.comparing import comparison_text, differences, read_pairs

    pairs = read_pairs(given.a, given.b, shared_cases=given.shared_cases)
    sys.stdout.write(comparison_text(pairs, differences(pairs)))
    return 0


def run_gate(given: argparse.Namespace) -> int:
    """Hold a run against bars; returns 1 when one is not met.

    Raises:
        GateError: No run or no bar is named, or a bar cannot be read.
        RunError: The run cannot be read, or its measures are not those of its samples.
    """
    from eval.gating import GateError, judge, parse_bar, read_bars, verdict_lines
    from eval.runs.store import read_metrics, read_run

    if given.list:
        sys.stdout.writelines(f"{name}\n" for name in sorted(_slugs(given.run)))
        return 0
    if given.run is None:
        raise GateError("name the folder of a run, or --list")
    bars = [*(read_bars(given.file) if given.file else ())]
    bars += [parse_bar("min", text) for text in given.min]
    bars += [parse_bar("max", text) for text in given.max]
    made = read_run(given.run)
    verdicts = judge(read_metrics(given.run).measures, bars, by_bound=given.lower_bound)
    if given.junit:
        from eval.junit import junit_xml
        from eval.sheets import write_whole

        write_whole(given.junit, junit_xml(verdicts, made.samples, made.manifest))
    sys.stdout.writelines(f"{line}\n" for line in verdict_lines(verdicts))
    return int(any(verdict.shortfall for verdict in verdicts))


def _slugs(run: Path | None) -> set[str]:
    """Return the names of the measures of a run, or of those that need no judge."""
    from eval.metrics import GROUPS
    from eval.runs.store import read_metrics

    if run is not None:
        return {str(measure["slug"]) for measure in read_metrics(run).measures}
    return {metric(()).slug for metrics in GROUPS.values() for metric in metrics}


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")
