"""Documents that wait for a person: their words seem to address an assistant."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from consilia.journal import Key, now


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A document that is kept, and not indexed until somebody releases it."""

    document: str
    key: Key
    reasons: tuple[str, ...]


class Quarantine:
    """The documents of a catalog that wait, and those that were released."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def hold(self, document: str, key: Key, reasons: Sequence[str]) -> None:
        """Keep a revision back; an earlier one of the same document that waits is replaced."""
        self._db.execute("DELETE FROM quarantine WHERE document = ?", (document,))
        self._db.execute(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?)",
            (document, key.version, key.metadata_sha256, json.dumps(list(reasons))),
        )

    def release(self, document: str, *, by: str) -> Quarantined | None:
        """Record who releases what waits under this id, and return it; None when nothing does."""
        found = next((held for held in self.all() if held.document == document), None)
        if found:
            self._db.execute("DELETE FROM quarantine WHERE document = ?", (document,))
            self._db.execute(
                "INSERT OR REPLACE INTO releases VALUES (?, ?, ?, ?)",
                (document, found.key.version, by, now()),
            )
        return found

    def drop(self, document: str) -> None:
        """Forget what waits under this id."""
        self._db.execute("DELETE FROM quarantine WHERE document = ?", (document,))

    def is_released(self, document: str, version: str) -> bool:
        """Tell whether somebody has released this text before."""
        row = self._db.execute(
            "SELECT 1 FROM releases WHERE document = ? AND version = ?", (document, version)
        ).fetchone()
        return row is not None

    def all(self) -> tuple[Quarantined, ...]:
        """Return what waits, sorted by document id."""
        rows = self._db.execute("SELECT * FROM quarantine ORDER BY document")
        return tuple(
            Quarantined(document, Key(version, metadata), tuple(json.loads(reasons)))
            for document, version, metadata, reasons in rows
        )
