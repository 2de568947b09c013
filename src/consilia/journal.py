"""The journal of changes: what each change of a knowledge base did, so that it can be undone."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the set of current documents."""

    number: int
    at: str
    """UTC, `YYYY-MM-DDTHH:MM:SSZ`."""
    what: str


@dataclass(frozen=True, slots=True)
class Key:
    """Which revision of a document is meant."""

    version: str
    metadata_sha256: str


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one document; None is not there."""

    document: str
    old: Key | None
    new: Key | None


def now() -> str:
    """Return the time, UTC, `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Journal:
    """The changes of a catalog, the open one at the end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._open: int | None = None

    @contextmanager
    def recording(self, what: str) -> Iterator[None]:
        """Make the steps of a block one change; one without a step is forgotten.

        Args:
            what: Is done; when it is empty, nothing is recorded.
        """
        if not what:
            yield
            return
        self._open = self._db.execute(
            "INSERT INTO changes (at, what) VALUES (?, ?)", (now(), what)
        ).lastrowid
        try:
            yield
            self._db.execute(
                "DELETE FROM changes WHERE number = ? AND number NOT IN (SELECT change FROM steps)",
                (self._open,),
            )
        finally:
            self._open = None

    def step(self, step: Step) -> None:
        """Record what becomes of a document in the open change."""
        if self._open is None or step.old == step.new:
            return
        old, new = step.old, step.new
        self._db.execute(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?)",
            (
                self._open,
                step.document,
                old and old.version,
                old and old.metadata_sha256,
                new and new.version,
                new and new.metadata_sha256,
            ),
        )

    def changes(self) -> tuple[Change, ...]:
        """Return all changes, newest first."""
        rows = self._db.execute("SELECT number, at, what FROM changes ORDER BY number DESC")
        return tuple(Change(*row) for row in rows)

    def steps(self, change: int) -> tuple[Step, ...]:
        """Return the steps of a change in their order."""
        rows = self._db.execute(
            "SELECT document, old_version, old_metadata, new_version, new_metadata FROM steps "
            "WHERE change = ? ORDER BY rowid",
            (change,),
        )
        return tuple(
            Step(document, _key(old, old_metadata), _key(new, new_metadata))
            for document, old, old_metadata, new, new_metadata in rows
        )

    def forget(self, change: int) -> None:
        """Take a change that was undone out of the journal."""
        self._db.execute("DELETE FROM steps WHERE change = ?", (change,))
        self._db.execute("DELETE FROM changes WHERE number = ?", (change,))


def _key(version: str | None, metadata_sha256: str | None) -> Key | None:
    return Key(version, metadata_sha256) if version and metadata_sha256 else None
