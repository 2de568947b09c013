"""How often each client may do something: token buckets, of the latest clients only."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

CLIENTS = 10_000
"""Remembered; the one that was idle longest is forgotten, and begins again."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float
    """When, by the clock."""


class Rate:
    """A number of events a minute for each client, all of which may come at once.

    >>> rate = Rate(2, clock=lambda: 0.0)
    >>> [rate.take("ward-1"), rate.take("ward-1"), rate.take("ward-1"), rate.take("ward-2")]
    [0, 0, 30, 0]
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str) -> int:
        """Count an event.

        Returns:
            Zero when it is allowed, else the whole seconds after which the next one is.
        """
        bucket = self._filled(client)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return self._wait(bucket)

    def wait(self, client: str) -> int:
        """Return the seconds until an event would be allowed, and count none."""
        bucket = self._filled(client)
        return 0 if bucket.tokens >= 1 else self._wait(bucket)

    def _wait(self, bucket: _Bucket) -> int:
        return max(1, math.ceil((1 - bucket.tokens) * 60 / self._size))

    def _filled(self, client: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self._size, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        gained = max(0.0, now - bucket.filled) * self._size / 60
        bucket.tokens = min(float(self._size), bucket.tokens + gained)
        bucket.filled = now
        return bucket
