"""Work spread over workers, its results in order: what the engines with several workers share."""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import cache
from typing import TypeVar

import numpy as np

from consilia.encoders import Embedder, Vectors

PENDING = 4
"""Pieces of work for each worker that may wait or lie finished: memory stays bounded."""
_STRETCH = 256
"""Texts that a worker embeds at once."""

OpenEmbedder = Callable[[], Embedder]
Encoded = Callable[[Iterable[Sequence[str]]], Iterator[Vectors]]
"""Yields the vectors of each stretch of texts, in their order."""
Work = TypeVar("Work")
Result = TypeVar("Result")


def in_order(
    submit: Callable[[Work], "Future[Result]"], pieces: Iterable[Work], *, pending: int
) -> Iterator[Result]:
    """Yield the result of each piece of work, in their order.

    Args:
        submit: Hands a piece to some worker.
        pieces: Taken as there is room for them.
        pending: How many may be under way or wait to be yielded, at least 1.

    Yields:
        What the workers return.
    """
    waiting: deque[Future[Result]] = deque()
    for piece in pieces:
        waiting.append(submit(piece))
        if len(waiting) >= pending:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class SpreadEmbedder:
    """An embedder whose documents are encoded by workers; all else is done in this process."""

    def __init__(self, local: Embedder, encoded: Encoded) -> None:
        self.identity = local.identity
        self._local = local
        self._encoded = encoded

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return one vector a text, in their order."""
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        starts = range(0, len(texts), _STRETCH)
        stretches = (list(texts[start : start + _STRETCH]) for start in starts)
        for start, part in zip(starts, self._encoded(stretches), strict=True):
            vectors[start : start + len(part)] = part
            if progress:
                progress(len(part))
        return vectors

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a question, the same bits as without workers."""
        return self._local.encode_query(texts)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads of a text."""
        return self._local.count_tokens(text)


def portable(open_embedder: OpenEmbedder) -> bytes:
    """Return an embedder's opener as it is sent to the workers.

    Args:
        open_embedder: A class or function of a module, or a `functools.partial` of one.

    Returns:
        The opener, pickled.

    Raises:
        TypeError: It cannot be pickled, as a lambda cannot.
    """
    try:
        return pickle.dumps(open_embedder)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(
            f"workers cannot be sent {open_embedder!r}: give a function of a module, or a "
            "functools.partial of one"
        ) from error


@cache
def opened(opener: bytes) -> Embedder:
    """Return the embedder of an opener, in each worker one.

    Args:
        opener: Made by `portable` in the process that starts the workers.

    Returns:
        The embedder.
    """
    open_embedder: OpenEmbedder = pickle.loads(opener)
    return open_embedder()
