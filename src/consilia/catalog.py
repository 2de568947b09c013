"""The catalog: documents, their versions and their vectors in SQLite; the truth of a base."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np

from consilia.encoders import Vectors
from consilia.errors import KnowledgeBaseError
from consilia.models import Document, FrontMatter, canonical_json, digest

FILE = "catalog.sqlite3"
SCHEMA_VERSION = "1"
Origin = Literal["shipped", "user"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS revisions (
  document TEXT NOT NULL, version TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
  front_matter TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
  PRIMARY KEY (document, version, metadata_sha256));
CREATE TABLE IF NOT EXISTS current (
  document TEXT PRIMARY KEY, version TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
  FOREIGN KEY (document, version, metadata_sha256)
    REFERENCES revisions (document, version, metadata_sha256));
CREATE TABLE IF NOT EXISTS vectors (
  embedder TEXT NOT NULL, input_sha256 BLOB NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (embedder, input_sha256)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One current document as listed: without its text."""

    metadata: FrontMatter
    version: str
    metadata_sha256: str
    origin: Origin


class Catalog:
    """The SQLite file of a knowledge base; one connection, usable from several threads."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Open the catalog.

        Args:
            path: The file.
            write: Create it when it is missing, and allow changes.

        Raises:
            KnowledgeBaseError: It is missing, no catalog, or one of a newer program.
        """
        if not write and not path.is_file():
            raise KnowledgeBaseError(f"no knowledge base at {path.parent}: build it first")
        uri = path.absolute().as_uri() + ("?mode=rwc" if write else "?mode=ro")
        try:
            self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
            if write:
                self._db.execute("PRAGMA journal_mode = DELETE")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.executescript(_SCHEMA)
                self._db.execute(
                    "INSERT OR IGNORE INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,)
                )
                self._db.commit()
            found = self._db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
        except sqlite3.DatabaseError as error:
            raise KnowledgeBaseError(
                f"cannot use the catalog {path}: {error}. Choose another folder with --kb, or "
                "restore the file from a backup"
            ) from error
        if found is None or found[0] != SCHEMA_VERSION:
            raise KnowledgeBaseError(
                f"the catalog {path} was written by another version of consilia; use that version"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all changes of the block, or none of them.

        Raises:
            KnowledgeBaseError: The disk is full, or the file cannot be written.
        """
        try:
            with self._db:
                yield
        except sqlite3.DatabaseError as error:
            raise KnowledgeBaseError(
                f"cannot write the catalog: {error}; nothing was changed. Free disk space or "
                "check the rights of the folder"
            ) from error

    def put(self, document: Document, origin: Origin) -> None:
        """Make this the current revision of its document; older ones are kept."""
        key = (document.id, document.version, document.metadata_sha256)
        front_matter = canonical_json(document.metadata.normalised()).decode()
        self._db.execute(
            "INSERT OR IGNORE INTO revisions VALUES (?, ?, ?, ?, ?, ?)",
            (*key, front_matter, document.text, origin),
        )
        self._db.execute("INSERT OR REPLACE INTO current VALUES (?, ?, ?)", key)

    def remove(self, document: str) -> None:
        """Take a document out of the current ones; its revisions stay, so old spans resolve."""
        self._db.execute("DELETE FROM current WHERE document = ?", (document,))

    def entries(self) -> tuple[Entry, ...]:
        """Return the current documents, sorted by id."""
        rows = self._db.execute(
            "SELECT front_matter, version, metadata_sha256, origin FROM current "
            "JOIN revisions USING (document, version, metadata_sha256) ORDER BY document"
        )
        return tuple(
            Entry(FrontMatter.model_validate_json(front_matter), version, metadata_sha256, origin)
            for front_matter, version, metadata_sha256, origin in rows
        )

    def keys(self) -> dict[str, tuple[str, str]]:
        """Return version and metadata hash of each current document, by id."""
        rows = self._db.execute("SELECT document, version, metadata_sha256 FROM current")
        return {document: (version, metadata) for document, version, metadata in rows}

    def document(self, document: str) -> Document:
        """Return a current document.

        Raises:
            KnowledgeBaseError: There is none of this id.
        """
        row = self._db.execute(
            "SELECT front_matter, text FROM current "
            "JOIN revisions USING (document, version, metadata_sha256) WHERE document = ?",
            (document,),
        ).fetchone()
        if row is None:
            raise KnowledgeBaseError(f"no document {document!r}; `consilia kb list` shows them all")
        return Document(FrontMatter.model_validate_json(row[0]), row[1])

    def front_matter(self, document: str, version: str) -> FrontMatter:
        """Return the front matter of a version of a document, the current one where there is.

        Raises:
            KnowledgeBaseError: There is no such version.
        """
        row = self._db.execute(
            "SELECT r.front_matter FROM revisions r LEFT JOIN current c "
            "USING (document, version, metadata_sha256) "
            "WHERE r.document = ? AND r.version = ? ORDER BY c.document IS NULL, r.rowid DESC",
            (document, version),
        ).fetchone()
        if row is None:
            raise KnowledgeBaseError(f"the catalog holds no version {version} of {document!r}")
        return FrontMatter.model_validate_json(row[0])

    def text(self, document: str, version: str) -> str | None:
        """Return the canonical text of any version that was ever put, or None."""
        row = self._db.execute(
            "SELECT text FROM revisions WHERE document = ? AND version = ?", (document, version)
        ).fetchone()
        return None if row is None else str(row[0])

    def digest(self) -> str:
        """Return the hash of the sorted (id, version, metadata hash) of the current documents."""
        rows = self._db.execute(
            "SELECT document, version, metadata_sha256 FROM current ORDER BY document"
        )
        return digest(canonical_json([list(row) for row in rows]))

    def known_vectors(
        self, embedder: str, inputs: Sequence[bytes], dimension: int
    ) -> dict[bytes, Vectors]:
        """Return the stored vectors of those inputs that have one.

        Args:
            embedder: Hash of the embedder's identity.
            inputs: SHA-256 digests of the embedded texts.
            dimension: Length of a vector.

        Returns:
            float32 vectors by digest.
        """
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(inputs), 500):
            part = inputs[start : start + 500]
            places = ",".join("?" * len(part))
            rows = self._db.execute(
                f"SELECT input_sha256, vector FROM vectors WHERE embedder = ? "
                f"AND input_sha256 IN ({places})",
                (embedder, *part),
            )
            for key, blob in rows:
                vector = np.frombuffer(blob, dtype=np.float32)
                if len(vector) == dimension:
                    found[key] = vector
        return found

    def put_vectors(self, embedder: str, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Store vectors (float32 bytes) by the digest of their input."""
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            ((embedder, key, vector) for key, vector in vectors),
        )

    def meta(self, name: str) -> str | None:
        """Return a stored value, or None."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Store values by name."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())


def shipped_ids(catalog: Catalog) -> frozenset[str]:
    """Return the ids of the documents that came with the program, not from the user."""
    return frozenset(json.loads(catalog.meta("shipped_ids") or "[]"))
