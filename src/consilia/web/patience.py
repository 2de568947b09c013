"""Waiting for an answer, but not for ever."""

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from threading import Event
from typing import TypeVar

from consilia.errors import ConsiliaError

Result = TypeVar("Result")


class Patience:
    """Runs work in threads of its own and gives up on what takes too long."""

    def __init__(self, seconds: float, *, at_once: int) -> None:
        """Prepare as many threads as pieces of work may run at the same time."""
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="consilia-answer")

    def wait(self, work: Callable[[Event], Result]) -> Result:
        """Return what the work returns.

        Args:
            work: Is given an event that is set when nobody waits for it any longer.

        Returns:
            Its result.

        Raises:
            ConsiliaError: It took too long, or raised this itself.
        """
        cancelled = Event()
        # A thread knows nothing of its caller's context unless it is given.
        context = contextvars.copy_context()
        running = self._threads.submit(context.run, work, cancelled)
        try:
            return running.result(self._seconds)
        except NotInTime:
            cancelled.set()
            running.cancel()
            raise ConsiliaError(
                f"it took longer than {self._seconds:g} seconds; try again later"
            ) from None
