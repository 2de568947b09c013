"""Where the work of an ingest is done: in this process, in several, or on a Ray cluster."""

import atexit
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from consilia.encoders import Embedder, Vectors
from consilia.errors import KnowledgeBaseError
from consilia.readers.sandbox import Reading, Sandbox
from consilia.spreading import PENDING, OpenEmbedder, SpreadEmbedder, in_order, opened, portable


class Engine(Protocol):
    """Reads files and embeds sentences; every engine gives the same documents."""

    def read(self, paths: Sequence[Path], given: Mapping[str, object]) -> Iterator[Reading]:
        """Yield what came out of each file, in their order."""

    def embedder(self, open_embedder: OpenEmbedder) -> AbstractContextManager[Embedder]:
        """Open the embedder that a build is to use; its workers end with the context."""


class Serial:
    """One process, beside the one in which files are read."""

    def read(self, paths: Sequence[Path], given: Mapping[str, object]) -> Iterator[Reading]:
        """Yield what came out of each file, in their order."""
        with Sandbox() as sandbox:
            for path in paths:
                yield sandbox.read(path, given)

    def embedder(self, open_embedder: OpenEmbedder) -> AbstractContextManager[Embedder]:
        """Open the embedder as it is."""
        return nullcontext(open_embedder())


class Processes:
    """Several processes of this machine; they end with this one, however it ends.

    They are spawned: a script that uses this keeps what it runs under
    `if __name__ == "__main__":`.
    """

    def __init__(self, workers: int) -> None:
        """Prepare; processes are started when there is work.

        Args:
            workers: How many, at least 1.
        """
        self._workers = workers

    def read(self, paths: Sequence[Path], given: Mapping[str, object]) -> Iterator[Reading]:
        """Yield what came out of each file, in their order.

        Args:
            paths: The files.
            given: Front matter that goes before what they say of themselves.

        Yields:
            A reading a file; one whose reader dies has an `error`.

        Raises:
            KnowledgeBaseError: A worker is killed.
        """
        with _started(self._workers) as executor:
            read = partial(executor.submit, partial(_read, given=dict(given)))
            yield from in_order(read, paths, pending=self._workers * PENDING)

    @contextmanager
    def embedder(self, open_embedder: OpenEmbedder) -> Iterator[Embedder]:
        """Open the embedder here, and in each worker when there is something to encode.

        Args:
            open_embedder: Can be pickled: a function of a module, or a partial of one.

        Yields:
            The embedder; what it encodes is spread over the workers.

        Raises:
            TypeError: The opener cannot be pickled.
            KnowledgeBaseError: A worker is killed.
        """
        opener = portable(open_embedder)
        with _started(self._workers) as executor:

            def encoded(stretches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
                encode = partial(executor.submit, partial(_encode, opener))
                yield from in_order(encode, stretches, pending=self._workers * PENDING)

            yield SpreadEmbedder(open_embedder(), encoded)


def _ray(workers: int) -> Engine:
    try:
        from consilia.ray_engine import RayEngine
    except ImportError as error:
        raise KnowledgeBaseError(
            "the engine `ray` needs Ray: pip install 'consilia[scale]'"
        ) from error
    return RayEngine(workers)


def _serial(workers: int) -> Engine:
    del workers
    return Serial()


_FACTORIES: tuple[tuple[str, Callable[[int], Engine]], ...] = (
    ("serial", _serial),
    ("processes", Processes),
    ("ray", _ray),
)
ENGINES: Mapping[str, Callable[[int], Engine]] = dict(_FACTORIES)
"""Makes an engine of a number of workers, by the name that the command line knows it by."""


def threads_of(workers: int) -> int:
    """Return how many threads each of several workers may use: together as many as cores."""
    return max(1, (os.cpu_count() or 1) // workers)


@contextmanager
def _started(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes end with the block, at once when it fails or is interrupted.

    Raises:
        KnowledgeBaseError: One of them is killed.
    """
    context = multiprocessing.get_context("spawn")
    leash, held = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start, initargs=(leash,)
    )
    with ExitStack() as cleanup:
        cleanup.callback(leash.close)
        cleanup.callback(executor.shutdown, cancel_futures=True)
        failing = cleanup.enter_context(ExitStack())
        failing.callback(held.close)
        try:
            yield executor
        except BrokenProcessPool as error:
            raise KnowledgeBaseError(
                "a worker process ended before its work was done: it was killed, perhaps for want "
                "of memory, or could not start; try again with fewer --workers, or `--engine "
                "serial`"
            ) from error
        failing.pop_all()
    held.close()


def _start(leash: Connection) -> None:
    """Begin a worker: Ctrl-C is for the process that started it, whose end is its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()


def _end_with(leash: Connection) -> None:
    """End this worker once the other end of the pipe is closed, by hand or by a process's end."""
    leash.poll(None)
    _sandbox().close()
    os._exit(1)


@cache
def _sandbox() -> Sandbox:
    """The one in which this worker reads files."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


def _read(path: Path, given: Mapping[str, object]) -> Reading:
    return _sandbox().read(path, given)


def _encode(opener: bytes, texts: Sequence[str]) -> Vectors:
    return opened(opener).encode(texts)
