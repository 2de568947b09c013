"""An engine on a Ray cluster, or on a Ray of this machine that ends with the work."""

import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from typing import Generic, TypeVar

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# A Ray started here listens on 127.0.0.1, as it does by itself on macOS, and obeys us alone.
os.environ.update(
    {}
    if os.environ.get("RAY_ADDRESS") or "ray" in sys.modules
    else {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }
)

import ray

from consilia.encoders import Embedder, Vectors
from consilia.errors import KnowledgeBaseError
from consilia.readers.sandbox import Reading, Sandbox
from consilia.spreading import PENDING, OpenEmbedder, SpreadEmbedder, in_order, opened, portable

_ADDRESS = os.environ.get("RAY_ADDRESS", "")
_OBJECT_STORE = 200_000_000
"""Bytes of shared memory that a local Ray may use."""

Work = TypeVar("Work")
Result = TypeVar("Result")


class RayEngine:
    """Actors on the cluster that `RAY_ADDRESS` names, or without it on a Ray of this machine.

    All nodes of a cluster have this package and see the files under the same paths.
    """

    def __init__(self, workers: int) -> None:
        """Prepare; Ray is reached, or started, when there is work.

        Args:
            workers: How many actors, at least 1.
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
            KnowledgeBaseError: Ray is not reached, or an actor is lost.
        """
        with _reached(self._workers):
            submit = _spread(partial(_reader, dict(given)), self._workers)
            places = (path.absolute() for path in paths)
            found = in_order(submit, places, pending=self._workers * PENDING)
            for path, reading in zip(paths, found, strict=True):
                yield replace(reading, path=path)

    @contextmanager
    def embedder(self, open_embedder: OpenEmbedder) -> Iterator[Embedder]:
        """Open the embedder here, and in each actor when there is something to encode.

        Args:
            open_embedder: Can be pickled: a function of a module, or a partial of one.

        Yields:
            The embedder; what it encodes is spread over the actors.

        Raises:
            TypeError: The opener cannot be pickled.
            KnowledgeBaseError: Ray is not reached, or an actor is lost.
        """
        opener = portable(open_embedder)
        with ExitStack() as stack:

            @cache
            def submit() -> "Callable[[Sequence[str]], Future[Vectors]]":
                stack.enter_context(_reached(self._workers))
                return _spread(partial(_encoder, opener), self._workers)

            def encoded(stretches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
                yield from in_order(submit(), stretches, pending=self._workers * PENDING)

            yield SpreadEmbedder(open_embedder(), encoded)


class _Worker(Generic[Work, Result]):
    """One actor: what it works with is made where it runs."""

    def __init__(self, make: Callable[[], Callable[[Work], Result]]) -> None:
        self._work = make()

    @ray.method
    def do(self, piece: Work) -> Result:
        """Return the result of a piece of work."""
        return self._work(piece)


def _reader(given: Mapping[str, object]) -> Callable[[Path], Reading]:
    sandbox = Sandbox()
    return lambda path: sandbox.read(path, given)


def _encoder(opener: bytes) -> Callable[[Sequence[str]], Vectors]:
    return opened(opener).encode


def _spread(
    make: Callable[[], Callable[[Work], Result]], workers: int
) -> "Callable[[Work], Future[Result]]":
    """What hands pieces of work to one actor after the other."""
    actor = ray.remote(_Worker).options(scheduling_strategy="SPREAD")
    turns = cycle([actor.remote(make) for _ in range(workers)])

    def submit(piece: Work) -> "Future[Result]":
        future: Future[Result] = next(turns).do.remote(piece).future()
        return future

    return submit


@contextmanager
def _reached(workers: int) -> Iterator[None]:
    """Ray, reached or started for the block, unless this process uses one already.

    Raises:
        KnowledgeBaseError: It is not reached, or an actor is lost.
    """
    ours = not ray.is_initialized()
    if ours:
        _initialise(workers)
    try:
        yield
    except ray.exceptions.RayActorError as error:
        raise KnowledgeBaseError(
            "a Ray worker ended before its work was done: it was killed, perhaps for want of "
            "memory, or its node was lost; try again with fewer --workers, or `--engine serial`"
        ) from error
    finally:
        if ours:
            ray.shutdown()


def _initialise(workers: int) -> None:
    """Connect to the cluster, or start a Ray that nobody else can use.

    Raises:
        KnowledgeBaseError: It is not there, or cannot be started.
    """
    try:
        if _ADDRESS:
            ray.init(_ADDRESS, log_to_driver=False, logging_level=logging.ERROR)
            return
        ray.init(
            "local",
            num_cpus=workers,
            include_dashboard=False,
            object_store_memory=_OBJECT_STORE,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        place = f"at {_ADDRESS}" if _ADDRESS else "on this machine"
        raise KnowledgeBaseError(
            f"cannot use Ray {place}: {str(error).splitlines()[0]}; start the cluster that "
            "RAY_ADDRESS names, or take `--engine processes`"
        ) from error
