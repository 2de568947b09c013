"""What the command line prints."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from consilia.catalog import Entry
    from consilia.knowledge_base import Report
    from consilia.models import Hit

_PHASES = {
    "read": "Reading documents",
    "embed": "Embedding sentences",
    "write": "Writing the index",
    "check": "Checking the index",
}


def printable(text: str) -> str:
    """Return text without control characters: none can move the cursor or hide words."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")


class Terminal:
    """Answers go to standard output; progress, notes and errors to standard error."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, markup=False, emoji=False)
        self._err = Console(stderr=True, highlight=False, markup=False, emoji=False)

    def text(self, text: str) -> None:
        """Print text as it is."""
        self._out.file.write(printable(text) + "\n")

    def json(self, text: str) -> None:
        """Print JSON byte for byte, for another program to read."""
        self._out.file.write(text + "\n")

    def markdown(self, text: str) -> None:
        """Print Markdown, laid out when the output is a terminal, else as it is."""
        if self._out.is_terminal:
            self._out.print(Markdown(text, hyperlinks=False))
        else:
            self._out.file.write(text)

    def note(self, text: str) -> None:
        """Print a line beside the answer."""
        self._err.print(Text(printable(text), style="dim"))

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

    def entries(self, entries: "Sequence[Entry]") -> None:
        """Print a table of documents."""
        table = Table("id", "kind", "title", "year", "standing", "from")
        for entry in entries:
            metadata = entry.metadata
            cells = (
                metadata.id,
                metadata.kind,
                printable(metadata.title),
                str(metadata.year or ""),
            )
            table.add_row(*map(Text, (*cells, metadata.standing, entry.origin)))
        self._out.print(table)

    def report(self, report: "Report") -> None:
        """Print what a change of a knowledge base did."""
        for name in ("added", "updated", "removed"):
            for document in getattr(report, name):
                self._out.print(Text(f"{name}: {document}"), soft_wrap=True)
        for refused in report.refused:
            self.error(f"refused: {refused.reason}")
        self._out.print(
            f"{len(report.added)} added, {len(report.updated)} updated, "
            f"{len(report.unchanged)} unchanged, {len(report.removed)} removed, "
            f"{len(report.refused)} refused"
        )

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
            TimeElapsedColumn(),
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


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
