"""What the command line prints."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from consilia.catalog import Revision
    from consilia.differences import SectionChange
    from consilia.inventory import Difference, Inventory
    from consilia.language_models import Usage
    from consilia.models import Hit
    from consilia.reports import Report, Told

_PHASES = {
    "fetch": "Fetching",
    "read": "Reading files",
    "chunk": "Cutting into sentences",
    "embed": "Embedding sentences",
    "write": "Writing the index",
    "check": "Checking the index",
    "sync": "Writing to disk",
    "swap": "Swapping the index in",
}
_CHANGES = 10
_SHOWN = 5
"""Notes of a kind and file that are printed; the rest is counted."""


def printable(text: str) -> str:
    """Return text without control characters: none can move the cursor or hide words."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")


def inert(json: str) -> str:
    """Return JSON that says the same and has no character that moves a cursor or hides words."""
    return "".join(c if c.isprintable() or c == "\n" else _told(c) for c in json)


def _told(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


class _RateColumn(ProgressColumn):
    """How many a second are done."""

    def render(self, task: Task) -> Text:
        """Return the rate, empty before it is known."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


class Terminal:
    """Answers go to standard output; progress, notes and errors to standard error."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, markup=False, emoji=False)
        self._err = Console(stderr=True, highlight=False, markup=False, emoji=False)

    def text(self, text: str) -> None:
        """Print text as it is."""
        self._out.file.write(printable(text) + "\n")

    def json(self, text: str) -> None:
        """Print JSON: byte for byte for another program, with inert characters for a person."""
        self._out.file.write((inert(text) if self._out.is_terminal else text) + "\n")

    def markdown(self, text: str) -> None:
        """Print Markdown, laid out when the output is a terminal, else as it is."""
        if self._out.is_terminal:
            self._out.print(Markdown(printable(text), hyperlinks=False))
        else:
            self._out.file.write(printable(text))

    def note(self, text: str) -> None:
        """Print a line beside the answer."""
        self._err.print(Text(printable(text), style="dim"), soft_wrap=True)

    def usage(self, model: str | None, usage: "Usage") -> None:
        """Print what a language model took."""
        guessed = " (estimated)" if usage.estimated else ""
        self.note(
            f"{model}: {usage.calls} calls, {usage.failed} failed, {usage.requests} requests, "
            f"{usage.unserved} without a reply, {usage.prompt_tokens} tokens read, "
            f"{usage.reply_tokens} written{guessed}"
            if model
            else "no language model is configured"
        )

    def error(self, text: str) -> None:
        """Print what went wrong."""
        self._err.print(Text(f"Error: {printable(text)}", style="bold red"), soft_wrap=True)

    def prompt(self, label: str) -> str:
        """Ask for a line; empty at the end of the input."""
        try:
            return self._err.input(f"{label}: ").strip()
        except EOFError:
            return ""

    def finding(self, name: str, text: str, *, good: bool) -> None:
        """Print one line of an examination."""
        self._out.print(
            Text(f"{'ok ' if good else 'BAD'}  {name}: {printable(text)}"), soft_wrap=True
        )

    def hits(self, hits: "Sequence[Hit]") -> None:
        """Print hits with their scores and spans."""
        if not hits:
            self._out.print("No sentence found.")
        for hit in hits:
            sentence = hit.sentence
            scores = f"fused {hit.fused:.4f}  dense {_score(hit.dense)}  bm25 {_score(hit.lexical)}"
            self._out.print(Text(f"{sentence.kind}  {sentence.id}  {scores}", style="bold"))
            self._out.print(Text(printable(f"  {sentence.text}")))

    def inventory(self, found: "Inventory") -> None:
        """Print what a knowledge base holds."""
        self._entries(found.documents)
        for held in found.quarantined:
            self._line(f"quarantined: {held.document}: {held.reasons[0]}")
        for document in found.removed:
            self._line(f"removed: {document} (kept for answers that cite it)")
        for link in found.links:
            self._line(f"linked: {link.document} repeats {link.original} ({link.reason})")
        for change in found.changes[:_CHANGES]:
            self._line(f"change {change.number}, {change.at}: {change.what}")
        for generation in found.generations:
            current = " (current)" if generation == found.generations[0] else ""
            self._line(f"generation {generation}{current}")

    def difference(self, found: "Difference") -> None:
        """Print what changed between two versions of a document."""
        self._line(f"{found.document}: {found.old[:19]} to {found.new[:19]}")
        for name, (before, after) in found.metadata.items():
            self._line(f"  {name}: {before} -> {after}")
        for line in change_lines(found.sections):
            self._line(line)
        if not found.metadata and not found.sections:
            self._line("  no difference")

    def _line(self, text: str) -> None:
        self._out.print(Text(printable(text)), soft_wrap=True)

    def _entries(self, entries: "Sequence[Revision]") -> None:
        table = Table("id", "kind", "title", "year", "standing", "from")
        for entry in entries:
            metadata = entry.metadata
            cells = (
                metadata.id,
                metadata.kind,
                printable(metadata.title),
                str(metadata.year or ""),
            )
            origin = entry.provenance.origin
            table.add_row(*map(Text, (*cells, metadata.standing, origin)))
        self._out.print(table)

    def report(self, report: "Report") -> None:
        """Print what a change of a knowledge base did."""
        for line in report_lines(report):
            self._line(line)
        for told in report.told:
            for line in note_lines(told):
                self.note(line)
        for refused in report.refused:
            self.error(f"refused: {refused.reason}")
        counts: dict[str, Sized] = {
            "added": report.added,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "removed": report.removed,
            "older": report.older,
            "quarantined": report.quarantined,
            "refused": report.refused,
        }
        said = [
            f"{len(found)} {name}"
            for name, found in counts.items()
            if found or name not in {"older", "quarantined"}
        ]
        self._out.print(", ".join(said))

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """Show a line at once, and a bar for each phase that is told."""
        if not self._err.is_terminal:
            self._err.print("Opening the knowledge base …")
            yield lambda phase, done, total: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._err, transient=True) as bars:
            opening = bars.add_task("Opening the knowledge base", total=None)
            tasks: dict[str, int] = {}

            def told(phase: str, done: int, total: int) -> None:
                bars.update(opening, visible=False)
                if phase not in tasks:
                    tasks[phase] = bars.add_task(_PHASES.get(phase, phase), total=total)
                bars.update(tasks[phase], completed=done, total=total)  # type: ignore[arg-type]

            yield told


def report_lines(report: "Report") -> Iterator[str]:
    """Yield a line for each document that a change touched, with what changed in it."""
    yield from (f"added: {document}" for document in report.added)
    for document in report.updated:
        yield f"updated: {document}"
        yield from change_lines(report.changes.get(document, ()))
    yield from (f"removed: {document}" for document in report.removed)
    for document in report.older:
        yield f"older: {document}: a newer version is in use; this one is kept beside it"
    for document, reasons in report.quarantined.items():
        yield f"quarantined: {document}: it seems to speak to an assistant; it is not searched"
        yield from (f"  {reason}" for reason in reasons[:_SHOWN])
        yield f"  after reading it: consilia kb release {document} --by NAME"
    yield from (f"standing: {name}: {standing}" for name, standing in report.standings.items())
    touched = {*report.added, *report.updated}
    for link in report.links:
        if touched & {link.document, link.original}:
            yield f"linked: {link.document} repeats {link.original} ({link.reason})"


def change_lines(changes: "Sequence[SectionChange]") -> Iterator[str]:
    """Yield what changed in a document, section by section."""
    for change in changes:
        yield f"  {change.change}: {' > '.join(change.headings) or 'before the first heading'}"
        yield from (f"    - {sentence}" for sentence in change.removed)
        yield from (f"    + {sentence}" for sentence in change.added)


def note_lines(told: "Told") -> Iterator[str]:
    """Yield what a reader reports of a file."""
    kinds = {
        "not in the document": told.notes.unplaced,
        "hidden, left out": told.notes.hidden,
        "repaired": told.notes.repaired,
    }
    for kind, notes in kinds.items():
        for note in notes[:_SHOWN]:
            yield f"{told.path.name}, {note.place}: {kind}: {note.text}"
        if len(notes) > _SHOWN:
            yield f"{told.path.name}: {kind}: {len(notes) - _SHOWN} more"


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
