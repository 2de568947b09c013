"""A bar on standard error, on terminals only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(what: str, total: int, *, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Show how far something is.

    Args:
        what: Is done, such as `Asking`.
        total: How much there is to do.
        done: How much of it was done before.

    Yields:
        A function to be told how much more was done.
    """
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        yield lambda more: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as shown:
        task = shown.add_task(what, total=total, completed=done)
        yield lambda more: shown.advance(task, more)
