"""`python -m eval public`: run a public benchmark on files that a user has downloaded."""

import argparse
from importlib import import_module
from pathlib import Path

from eval.public import ADAPTERS, Options


def add_public(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of `python -m eval`."""
    public = commands.add_parser("public", help="a public benchmark, on files you downloaded")
    public.add_argument("name", choices=sorted(ADAPTERS), metavar="NAME", help="one of %(choices)s")
    public.add_argument("--path", type=Path, required=True, metavar="FOLDER", help="its files")
    public.add_argument("--limit", type=_count, metavar="N", help="of questions; default: all")
    public.add_argument("--out", type=Path, metavar="DIR", help="write tables and results there")
    public.add_argument("--cache", type=Path, metavar="DIR", help="of built indexes")
    public.add_argument("--kb", type=Path, metavar="DIR", help="a built one, where it is asked")


def run_public(given: argparse.Namespace) -> int:
    """Run the adapter that was named and return its exit status."""
    options = Options(limit=given.limit, out=given.out, cache=given.cache, kb=given.kb)
    status: int = import_module(ADAPTERS[given.name]).run(given.path, options)
    return status


def _count(text: str) -> int:
    """A number of questions, at least 1.

    Raises:
        ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of questions, at least 1")
    return int(text)
