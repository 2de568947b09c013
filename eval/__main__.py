"""`python -m eval`: what it measures is told by `python -m eval --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from consilia.errors import ConsiliaError
from consilia.verify import UnreadableError
from eval.commands import add_runs, run_compare, run_gate, run_gold, run_run, run_score
from eval.public.command import add_public, run_public
from eval.reporting.command import add_report, run_report
from eval.validating import add_validate, run_validate


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 2 when it could not be run, 130 interrupted."""
    given = _parser().parse_args(argv)
    try:
        return _COMMANDS[given.command](given)
    except KeyboardInterrupt as error:
        sys.stderr.write(f"\n{str(error) or 'interrupted'}\n")
        return 130
    except (ConsiliaError, UnreadableError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measure Consilia.")
    commands = parser.add_subparsers(dest="command", required=True)
    add_runs(commands)
    fit = commands.add_parser("fit", help="learn the weights of relevance from gold cases")
    fit.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="default: dev, more and starter.jsonl",
    )
    fit.add_argument("--kb", type=Path, metavar="DIR", help="a built knowledge base")
    silence = commands.add_parser("calibrate", help="learn from the dev cases when to be silent")
    silence.add_argument("files", nargs="*", type=Path, metavar="FILE", help="as for fit")
    silence.add_argument("--kb", type=Path, metavar="DIR", help="a built knowledge base")
    silence.add_argument(
        "--out", type=Path, metavar="OUT.json", help="default: the coefficients that ship"
    )
    silence.add_argument("--tell", action="store_true", help="judge the files, learn nothing")
    silence.add_argument("--picture", type=Path, metavar="OUT.svg", help="draw them, with --tell")
    commands.add_parser("alarms", help="learn the words of emergencies from the dev phrasings")
    _add_model(commands.add_parser("model", help="gold cases with a language model, rechecked"))
    _add_trials(commands)
    add_public(commands)
    add_report(commands)
    add_validate(commands)
    return parser


def _add_trials(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands that try the machinery and ask no gold cases."""
    bench = commands.add_parser("bench", help="speed, memory and indexing, against their bars")
    bench.add_argument("--shared", type=Path, metavar="DIR", help="default: ../shared/data")
    scale = commands.add_parser("scale", help="what an index of many sentences costs")
    scale.add_argument("sizes", nargs="*", type=int, metavar="SENTENCES", help="smallest first")
    sources = commands.add_parser("sources", help="what the readers find in real files")
    sources.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    faults = commands.add_parser("faults", help="kill, damage and starve it; nothing may be lost")
    faults.add_argument("--kills", type=int, default=200, metavar="N", help="default: 200")
    faults.add_argument("--only", default="", metavar="F1,F6", help="default: all")
    faults.add_argument("--short", action="store_true", help="try each kind of harm once")
    commands.add_parser("privacy", help="identifiers removed, and terms touched")
    rules = commands.add_parser("guardrails", help="emergencies seen, and false alarms")
    rules.add_argument("--shared", type=Path, metavar="DIR", help="default: ../shared/data")
    rules.add_argument("--dev", action="store_true", help="list what goes wrong in the dev half")
    rules.add_argument("--cases", action="store_true", help="write gold/guardrails.jsonl anew")
    load = commands.add_parser("load", help="many clients at once on a real server of the chat")
    load.add_argument("--clients", type=int, default=200, metavar="N", help="default: 200")
    load.add_argument("--seconds", type=float, default=60, metavar="S", help="default: 60")
    load.add_argument("--kb", type=Path, metavar="DIR", help="a built knowledge base")
    mutate = commands.add_parser("mutate", help="what gates and measures catch of errors")
    mutate.add_argument("--show-survivors", action="store_true", help="up to five of each change")
    conflicts = commands.add_parser("conflicts", help="find conflicts with their marks hidden")
    conflicts.add_argument("--kb", type=Path, metavar="DIR", help="a folder of documents")
    conflicts.add_argument("--shared", type=Path, metavar="DIR", help="default: ../shared/data")


def _add_model(model: argparse.ArgumentParser) -> None:
    model.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: starter.jsonl")
    model.add_argument("--kb", type=Path, metavar="DIR", help="a built knowledge base")
    model.add_argument("--limit", type=int, metavar="N", help="of cases; default: all")
    model.add_argument(
        "--prices", type=Path, metavar="TOML", help="of a million tokens, to print money"
    )


def _model(given: argparse.Namespace) -> int:
    from eval.costs import read_prices
    from eval.holdings import refuse_unbuilt
    from eval.model_part import run_model

    refuse_unbuilt(given.kb)
    prices = read_prices(given.prices) if given.prices else None
    return run_model(tuple(given.files), given.kb, given.limit, prices)


def _bench(given: argparse.Namespace) -> int:
    from eval.bench import run_bench

    return run_bench(given.shared)


def _sources(given: argparse.Namespace) -> int:
    from eval.sources import run_sources

    return run_sources(given.folders)


def _fit(given: argparse.Namespace) -> int:
    from consilia.documents import shipped_kb
    from eval.cases import DEVELOPMENT, load_cases
    from eval.facts import load_facts
    from eval.fit import fit
    from eval.holdings import refuse_unbuilt

    refuse_unbuilt(given.kb)
    files = given.files or DEVELOPMENT
    cases = [case for path in files for case in load_cases(path)]
    fit(cases, load_facts(shipped_kb()), given.kb)
    return 0


def _calibrate(given: argparse.Namespace) -> int:
    from consilia.documents import shipped_kb
    from eval.calibrate import calibrate, tell_silence
    from eval.cases import DEVELOPMENT, load_cases
    from eval.facts import load_facts
    from eval.holdings import refuse_unbuilt

    refuse_unbuilt(given.kb)
    files = given.files or DEVELOPMENT
    cases = [case for path in files for case in load_cases(path)]
    if given.tell:
        tell_silence(cases, load_facts(shipped_kb()), given.kb, given.picture)
        return 0
    if held_out := [case.id for case in cases if case.split == "test"]:
        raise ConsiliaError(f"{held_out[0]} is a case of the test half: nothing is learnt from it")
    calibrate(cases, load_facts(shipped_kb()), given.kb, given.out)
    return 0


def _scale(given: argparse.Namespace) -> int:
    from eval.scale.bench import SIZES, run_scale

    return run_scale(tuple(given.sizes) or SIZES)


def _faults(given: argparse.Namespace) -> int:
    from eval.faults.table import run_faults

    only = [number for number in given.only.split(",") if number]
    return run_faults(only, kills=given.kills, short=given.short)


def _guardrails(given: argparse.Namespace) -> int:
    from eval.guardrail_cases import write_guardrail_cases
    from eval.guardrails import run_guardrails

    if given.cases:
        write_guardrail_cases()
        return 0
    return run_guardrails(given.shared, show_dev=given.dev)


def _alarms(_: argparse.Namespace) -> int:
    from eval.alarms import run_alarms

    return run_alarms()


def _privacy(_: argparse.Namespace) -> int:
    from eval.privacy import run_privacy

    return run_privacy()


def _load(given: argparse.Namespace) -> int:
    from eval.holdings import refuse_unbuilt
    from eval.load import run_load

    refuse_unbuilt(given.kb)
    return run_load(given.clients, given.seconds, given.kb)


def _mutate(given: argparse.Namespace) -> int:
    from eval.kill.matrix import run_kills
    from eval.mutations.table import run_mutations

    run_mutations(show_survivors=given.show_survivors)
    sys.stdout.write("\n")
    return run_kills(show_survivors=given.show_survivors)


def _conflicts(given: argparse.Namespace) -> int:
    from eval.conflicts import run_conflicts
    from eval.syntheses import SHARED, tell_syntheses

    status = run_conflicts(given.kb)
    tell_syntheses(given.shared or SHARED)
    return status


_COMMANDS = {
    "gold": run_gold,
    "run": run_run,
    "score": run_score,
    "compare": run_compare,
    "gate": run_gate,
    "model": _model,
    "fit": _fit,
    "calibrate": _calibrate,
    "alarms": _alarms,
    "bench": _bench,
    "scale": _scale,
    "sources": _sources,
    "faults": _faults,
    "conflicts": _conflicts,
    "guardrails": _guardrails,
    "load": _load,
    "privacy": _privacy,
    "mutate": _mutate,
    "public": run_public,
    "report": run_report,
    "validate": run_validate,
}


if __name__ == "__main__":
    sys.exit(main())
