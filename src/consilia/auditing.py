"""The commands `consilia audit`: is the log of questions whole?"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from consilia.terminal import Terminal

audit_app = typer.Typer(help="The audit log of a site.", no_args_is_help=True)
_terminal = Terminal()


@audit_app.callback()
def audit() -> None:
    """The audit log of a site."""


@audit_app.command("verify")
def audit_verify(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="The log, or all of its files in their order."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Find the first line that was altered, left out, moved or cut off; exit 1 if there is one."""
    from consilia.privacy.chain import verify_log

    verdict = verify_log(files)
    if as_json:
        found = {"lines": verdict.lines, "last": verdict.last, "problem": verdict.problem}
        _terminal.json(json.dumps(found, ensure_ascii=False))
    elif verdict.problem:
        _terminal.error(verdict.problem)
        _terminal.text(f"{verdict.lines} lines before it hold")
    else:
        _terminal.text(f"{verdict.lines} lines hold, the last is {verdict.last}")
    if verdict.problem:
        sys.exit(1)
