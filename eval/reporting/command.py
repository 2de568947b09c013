"""`python -m eval report DIR`: write `report.html` again, with what a run alone cannot tell."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consilia.wording import SectionName
    from eval.runs.store import StoredRun
    from eval.selective import Judged


def add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of `python -m eval`."""
    report = commands.add_parser("report", help="write report.html of a run, with more in it")
    report.add_argument("run", type=Path, metavar="DIR")
    report.add_argument(
        "--baseline", type=Path, metavar="DIR2", help="the run before, to compare with"
    )
    report.add_argument(
        "--shared-cases", action="store_true", help="compare only the cases that both runs have"
    )
    report.add_argument("--kill", action="store_true", help="with the kill matrix of the measures")
    report.add_argument(
        "--kb", type=Path, metavar="DIR", help="the knowledge base of the run, for the curves"
    )
    report.add_argument(
        "--targets", type=Path, metavar="TOML", help="in place of eval/reporting/targets.toml"
    )
    report.add_argument(
        "--out", type=Path, metavar="HTML", help="write here; default: report.html of the run"
    )


def run_report(given: argparse.Namespace) -> int:
    """Write the report."""
    from eval.gating import stored_measures
    from eval.reporting.extras import comparison_of, shipped_kills
    from eval.reporting.page import Reported, report_html
    from eval.reporting.targets import TARGETS, read_targets
    from eval.runs import store

    targets = read_targets(given.targets or TARGETS)
    if given.kill:
        sys.stderr.write("The kill matrix takes a few minutes.\n")
    made = store.read_run(given.run)
    metrics = store.read_metrics(given.run)
    told = Reported(
        manifest=made.manifest,
        samples=made.samples,
        measures=stored_measures(metrics.measures),
        timings=store.read_timings(given.run),
        scored=metrics.scored,
        targets=targets,
        comparison=(
            comparison_of(given.baseline, given.run, shared_cases=given.shared_cases)
            if given.baseline
            else None
        ),
        judged=_judged(made, given.kb),
        kills=shipped_kills() if given.kill else None,
    )
    page = given.out or given.run / store.PAGE
    with store.writing(page.parent):
        store.write_once(page, report_html(told).encode())
    sys.stdout.write(f"{len(made.samples)} questions reported: {page}\n")
    return 0


def _judged(made: "StoredRun", kb: Path | None) -> "Mapping[SectionName, Judged] | str":
    """Return the confidence of a run, or why there is none: unless asked for, it may be missing.

    Raises:
        ConfidenceError: The knowledge base that was named is not that of the run.
    """
    from eval.confidence import ConfidenceError, judged_sections
    from eval.reporting.page import NO_CURVES

    try:
        return judged_sections(made, kb)
    except ConfidenceError as error:
        if kb is not None:
            raise
        sys.stderr.write(f"Without curves: {error}.\n")
        return NO_CURVES
