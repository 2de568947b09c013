"""The process that is killed: `python -m eval.faults.writing HOME FOLDER`, batch after batch.

It tells what it does in lines of JSON: that it is ready, each phase, and, once a change has
returned, the documents that it acknowledges with their editions.
"""

import argparse
import errno
import json
import os
import resource
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

import consilia.vectors  # noqa: F401  # loaded before it is ready: kills then fall into the work
from consilia.encoders import Embedder, Vectors
from consilia.errors import ConsiliaError, ModelError
from consilia.ingestion import Ingestion
from consilia.testing import HashEmbedder
from eval.faults.documents import id_of, write_documents

LEFT = 70
"""Exit code at a point where the process was told to leave."""


class NotNumbers(HashEmbedder):
    """Its vectors are no numbers."""

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return NaN, a row a text."""
        return super().encode(texts, progress=progress) * np.float32("nan")


class WrongLength(HashEmbedder):
    """Its vectors are half as long as it says."""

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return short vectors."""
        return HashEmbedder(self.identity.dimension // 2).encode(texts, progress=progress)


def _missing() -> Embedder:
    raise ModelError("the weights of the embedder are missing")


EMBEDDERS: dict[str, Callable[[], Embedder]] = {
    "hash": HashEmbedder,
    "missing": _missing,
    "nan": NotNumbers,
    "short": WrongLength,
}


def main() -> int:
    """Add batches; 1 when a change ended with an error that says what to do."""
    given = _parser().parse_args()
    _harm(given)
    _tell(ready=True)
    change = Ingestion(given.home, EMBEDDERS[given.embedder], _progress(given.leave))
    batch = 0
    while not given.batches or batch < given.batches:
        again = given.editions
        first = given.first + (0 if again else batch * given.size)
        edition = 1 + batch if again else 1
        numbers = range(first, first + given.size)
        try:
            report = change.add(write_documents(given.folder, numbers, edition))
        except (ConsiliaError, MemoryError) as error:
            _tell(error=str(error) or "no memory")
            return 1
        taken = {*report.added, *report.updated, *report.unchanged}
        _tell(
            added={id_of(n): edition for n in numbers if id_of(n) in taken},
            refused=[refused.reason for refused in report.refused],
        )
        batch += 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--size", type=int, default=3)
    parser.add_argument("--batches", type=int, default=0, help="0: until it is ended")
    parser.add_argument("--editions", action="store_true", help="the same documents, in editions")
    parser.add_argument("--leave", default="", help="PHASE:start or PHASE:end")
    parser.add_argument("--embedder", choices=EMBEDDERS, default="hash")
    parser.add_argument("--memory", type=int, default=0, help="bytes of address space beyond now")
    parser.add_argument("--room", type=int, default=0, help="bytes that a file may have")
    parser.add_argument("--fsync-fails", type=int, default=0, help="from the n-th on")
    parser.add_argument("--sql-fails", type=int, default=0, help="writing SQL, from the n-th on")
    return parser


def _harm(given: argparse.Namespace) -> None:
    if given.memory:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + given.memory, hard))
    if given.room:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.room, hard))
    if given.fsync_fails:
        _break_fsync(given.fsync_fails)
    if given.sql_fails:
        _break_sql(given.sql_fails)


def _break_fsync(count: int) -> None:
    real, called = os.fsync, 0

    def broken(descriptor: int) -> None:
        nonlocal called
        called += 1
        if called >= count:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    os.fsync = broken  # type: ignore[assignment]  # ours hands on numbers alone


def _break_sql(count: int) -> None:
    connect, called = sqlite3.connect, 0

    class Broken(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            nonlocal called
            called += sql.lstrip().startswith(("INSERT", "DELETE", "UPDATE"))
            if called >= count:
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, *values)  # type: ignore[arg-type]  # handed on as it came

    sqlite3.connect = lambda *given, **named: connect(*given, **{**named, "factory": Broken})


def _progress(leave: str) -> Callable[[str, int, int], None]:
    begun = set[str]()

    def told(phase: str, done: int, total: int) -> None:
        point = f"{phase}:end" if done == total and phase in begun else f"{phase}:start"
        if point.endswith(":start") and phase not in begun:
            begun.add(phase)
            _tell(phase=phase)
        elif point.endswith(":start"):
            return
        if point == leave:
            os._exit(LEFT)
        if point == "swap:end":
            begun.clear()

    return told


def _tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
