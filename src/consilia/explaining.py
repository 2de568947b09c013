"""The commands `consilia screen` and `consilia rules`: what is decided, and by which rules."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from consilia.errors import ConsiliaError
from consilia.guardrails.catalogue import Entry, catalogue
from consilia.guardrails.site import Guardrails
from consilia.settings import read_settings
from consilia.terminal import Terminal

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
EXIT_STOPPED = 4
_HEADER = ("rule", "version", "stage", "OWASP", "action", "state")
_terminal = Terminal()


def screen(
    text: Annotated[str, typer.Argument(help="A question.")], as_json: AsJson = False
) -> None:
    """Show what the guardrails decide about a question; exit 4 in an emergency or when refused.

    Raises:
        Exit: Always, with the exit code.
    """
    from consilia.redacting import receive

    screening = receive(text, rules=Guardrails.of(read_settings().site).rules).screening
    if as_json:
        _terminal.json(screening.to_json())
    elif not screening.decisions:
        _terminal.text("No rule fired.")
    else:
        for decision in screening.decisions:
            _terminal.text(f"{decision.rule} ({decision.action}): {decision.message}")
    raise typer.Exit(EXIT_STOPPED if screening.emergency or screening.refused else 0)


def rules(
    explain: Annotated[
        str, typer.Option("--explain", metavar="RULE", help="All about one rule, such as EM-01.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the guardrail rules and what the site has made of them."""
    guardrails = Guardrails.of(read_settings().site)
    entries = [_chosen(explain)] if explain else [*catalogue().values()]
    if as_json:
        told = [asdict(entry) | _of_site(entry, guardrails) for entry in entries]
        site = guardrails.site.model_dump(mode="json", exclude_defaults=True)
        found = told[0] if explain else {"rules": told, "site": site}
        _terminal.json(json.dumps(found, ensure_ascii=False))
    elif explain:
        _terminal.text(_explained(entries[0], guardrails))
    else:
        rows = [_row(entry, guardrails) for entry in entries]
        _terminal.text("\n".join([*_aligned([_HEADER, *rows]), *_settings_told(guardrails)]))


def state(entry: Entry, guardrails: Guardrails) -> str:
    """Return what becomes of a rule at a site: `on`, `notice`, `off`, `partly` or `not yet`."""
    if entry.enforced != "whole":
        return entry.enforced
    return guardrails.site.rules.get(entry.id, "on")


def _of_site(entry: Entry, guardrails: Guardrails) -> dict[str, str]:
    """What a site has changed of a rule; for a rule that is off, what it would say."""
    messages = dict.fromkeys(r.message for r in guardrails.rules if r.id == entry.id)
    return {"state": state(entry, guardrails), "message": " / ".join(messages) or entry.message}


def _chosen(name: str) -> Entry:
    found = catalogue().get(name.upper())
    if found is None:
        known = ", ".join(catalogue())
        raise ConsiliaError(f"there is no rule {name!r}; the rules are {known}")
    return found


def _row(entry: Entry, guardrails: Guardrails) -> tuple[str, ...]:
    owasp = entry.owasp.partition(":")[0]
    here = state(entry, guardrails)
    return entry.id, str(entry.version), entry.stage, owasp, entry.action, here


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _settings_told(guardrails: Guardrails) -> list[str]:
    """What a site has set, below the table."""
    own = guardrails.site.model_dump(mode="json", exclude_defaults=True)
    if not own:
        return []
    return ["", "Set by the site:", json.dumps(own, ensure_ascii=False, indent=1)]


def _explained(entry: Entry, guardrails: Guardrails) -> str:
    here = _of_site(entry, guardrails)
    relaxed = "a site may turn it off or into a notice" if entry.relaxable else "always on"
    lines = [
        f"{entry.id}, version {entry.version}, {here['state']} ({relaxed})",
        f"Stage: {entry.stage}. Action: {entry.action}. Counters {entry.owasp}.",
        f"Looks for: {entry.told}",
        *([f"Cannot: {entry.cannot}"] if entry.cannot else []),
        f"Enforced in: {', '.join(entry.modules)}",
        *([f"Says: {here['message']}"] if here["message"] else []),
        *(f"Fires on: {text}" for text in entry.fires),
        *(f"Not on: {text}" for text in entry.passes),
    ]
    return "\n".join(lines)
