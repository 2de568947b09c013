"""`python -m eval gold`: ask every gold case, print the measures, fail on a broken promise."""

import sys
from dataclasses import dataclass
from pathlib import Path

from consilia import Assistant
from consilia.documents import shipped_kb
from consilia.models import digest
from consilia.settings import read_settings
from eval.cases import STARTER, Case, CaseError, load_cases
from eval.facts import load_facts
from eval.metrics import measure_all, promises_hold
from eval.report import categories_text, failures, measures_text, statuses_text, write_report
from eval.samples import Run, run_cases


@dataclass(frozen=True, slots=True)
class GoldOptions:
    """What the command was asked to do."""

    files: tuple[Path, ...] = ()
    """Gold files; none means the starter set."""
    kb: Path | None = None
    """A built knowledge base; None means the user's own."""
    report: Path | None = None
    show_failures: bool = False
    by_category: bool = False


def run_gold(options: GoldOptions) -> int:
    """Run the gold cases and print what they show.

    Args:
        options: Files, knowledge base and what to print.

    Returns:
        The exit status: 1 when a claim lacks its proof, an answer does not verify or a number
        dangles, else 0. Low quality is told, not punished.
    """
    files = options.files or (STARTER,)
    cases = _load_all(files)
    facts = load_facts(shipped_kb())
    with Assistant.open(options.kb) as assistant:
        kb = options.kb or read_settings().kb
        run = run_cases(assistant, cases, facts, kb=kb, progress=_tell)
    sys.stdout.write(_text(run, cases, options))
    if options.report:
        gold = {str(path): digest(path.read_bytes()) for path in files}
        write_report(options.report, run, gold)
    return 0 if promises_hold(run.samples) else 1


def _load_all(files: tuple[Path, ...]) -> tuple[Case, ...]:
    cases: dict[str, Case] = {}
    for path in files:
        for case in load_cases(path):
            if case.id in cases:
                raise CaseError(f"{path}: id: {case.id!r} stands in an earlier file too")
            cases[case.id] = case
    return tuple(cases.values())


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done + 1} of {total} cases" + ("\n" if done + 1 == total else ""))
        sys.stderr.flush()


def _text(run: Run, cases: tuple[Case, ...], options: GoldOptions) -> str:
    left_out = f"{len(run.skipped)} skipped, since none of their facts is in a document"
    parts = [
        f"{len(cases)} cases; {left_out}; {len(run.unknown_facts)} fact ids unknown",
        measures_text(measure_all(run.samples)),
        statuses_text(run.samples),
    ]
    if options.by_category:
        parts.append(categories_text(run.samples))
    if options.show_failures:
        parts.append("\n".join(failures(run.samples)))
    if not promises_hold(run.samples):
        parts.append("A promise is broken: see BROKEN under --show-failures.")
    return "\n\n".join(filter(None, parts)) + "\n"
