"""`python -m eval report DIR`: write `report.html` again, with what a run alone cannot tell."""

import argparse
import sys
from pathlib import Path


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
        "--targets", type=Path, metavar="TOML", help="in place of eval/reporting/targets.toml"
    )
    report.add_argument(
        "--prices", type=Path, metavar="TOML", help="of a language model's tokens, to tell money"
    )
    report.add_argument(
        "--out", type=Path, metavar="HTML", help="write here; default: report.html of the run"
    )


def run_report(given: argparse.Namespace) -> int:
    """Write the report."""
    from eval.costs import read_prices
    from eval.gating import stored_measures
    from eval.reporting.extras import comparison_of, shipped_kills
    from eval.reporting.page import Reported, report_html
    from eval.reporting.targets import TARGETS, read_targets
    from eval.runs import store

    targets = read_targets(given.targets or TARGETS)
    prices = read_prices(given.prices) if given.prices else None
    if given.kill:
        sys.stderr.write("The kill matrix takes a few minutes.\n")
    made = store.read_run(given.run)
    metrics = store.read_metrics(given.run)
    told = Reported(
        manifest=made.manifest,
        samples=made.samples,
        measures=stored_measures(metrics.measures),
        timings=store.read_timings(given.run),
        prices=prices,
        scored=metrics.scored,
        targets=targets,
        comparison=(
            comparison_of(given.baseline, given.run, shared_cases=given.shared_cases)
            if given.baseline
            else None
        ),
        kills=shipped_kills() if given.kill else None,
    )
    page = given.out or given.run / store.PAGE
    with store.writing(page.parent):
        store.write_once(page, report_html(told).encode())
    sys.stdout.write(f"{len(made.samples)} questions reported: {page}\n")
    return 0
