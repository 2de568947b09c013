"""The catalog: documents, their versions and all that is known of them, in SQLite; the truth."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from consilia.errors import KnowledgeBaseError
from consilia.identifiers import identifiers_of
from consilia.journal import Journal, Key, Step
from consilia.ledger import Ledger
from consilia.models import Document, FrontMatter, canonical_json, digest
from consilia.quarantine import Quarantine
from consilia.reviews import ReviewLog
from consilia.schema import connect, migrate
from consilia.vector_table import VectorTable

FILE = "catalog.sqlite3"
Origin = Literal["shipped", "user"]
_REVISIONS = (
    "SELECT r.*, c.document IS NOT NULL AS is_current FROM revisions r "
    "LEFT JOIN current c USING (document, version, metadata_sha256) "
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a revision came from."""

    origin: Origin
    file: str = ""
    """Name of the file that it was read from."""
    file_sha256: str = ""
    reader: str = ""
    read_on: str = ""
    """Date of reading, `YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a document with what was known of it then."""

    number: int
    """Counts all revisions of the catalog, in the order in which they were put."""
    metadata: FrontMatter
    declared: FrontMatter
    """As the source says it, before its standing was judged."""
    version: str
    metadata_sha256: str
    provenance: Provenance
    is_current: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A document that repeats another."""

    document: str
    original: str
    reason: str


class Catalog:
    """The SQLite file of a knowledge base; one connection, usable from several threads."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Open the catalog; one that an earlier program wrote is brought up to date for writing.

        Args:
            path: The file.
            write: Create it when it is missing, and allow changes.

        Raises:
            KnowledgeBaseError: It is missing, no catalog, or one of another program.
        """
        self._db = connect(path, write=write)
        if write:
            migrate(self._db, path)
        self.journal = Journal(self._db)
        self.quarantine = Quarantine(self._db)
        self.vectors = VectorTable(self._db)
        self.ledger = Ledger(self._db)
        self.reviews = ReviewLog(self._db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self, what: str = "") -> Iterator[None]:
        """Write all changes of the block, or none of them.

        Args:
            what: Is done to the documents, for the journal; empty when they stay as they are.

        Raises:
            KnowledgeBaseError: The disk is full, or the file cannot be written.
        """
        try:
            with self._db, self.journal.recording(what):
                yield
        except sqlite3.DatabaseError as error:
            raise KnowledgeBaseError(
                f"cannot write the catalog: {error}; nothing was changed. Free disk space or "
                "check the rights of the folder"
            ) from error

    def put(
        self, document: Document, provenance: Provenance, *, declared: FrontMatter | None = None
    ) -> None:
        """Make this the current revision of its document; older ones are kept.

        Args:
            document: With its standing as judged.
            provenance: Where it came from.
            declared: Its front matter as the source says it, when that is another.
        """
        self.keep(document, provenance, declared=declared)
        self.point(document.id, Key(document.version, document.metadata_sha256))

    def keep(
        self, document: Document, provenance: Provenance, *, declared: FrontMatter | None = None
    ) -> None:
        """Store a revision without making it the current one."""
        front_matter = canonical_json(document.metadata.normalised()).decode()
        said = canonical_json((declared or document.metadata).normalised()).decode()
        self._db.execute(
            "INSERT INTO texts VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text",
            (document.version, document.text),
        )
        self._db.execute(
            "INSERT OR IGNORE INTO revisions (document, version, metadata_sha256, front_matter, "
            "declared, origin, file, file_sha256, reader, read_on) VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                document.id,
                document.version,
                document.metadata_sha256,
                front_matter,
                said,
                provenance.origin,
                provenance.file,
                provenance.file_sha256,
                provenance.reader,
                provenance.read_on,
            ),
        )

    def point(self, document: str, key: Key | None) -> None:
        """Make a stored revision the current one of its document; None takes the document out."""
        self.journal.step(Step(document, self.key(document), key))
        self._db.execute("DELETE FROM current WHERE document = ?", (document,))
        self._db.execute("DELETE FROM identifiers WHERE document = ?", (document,))
        if key is None:
            return
        self._db.execute(
            "INSERT INTO current VALUES (?, ?, ?)", (document, key.version, key.metadata_sha256)
        )
        metadata = self.current(document).metadata
        self._db.executemany(
            "INSERT OR IGNORE INTO identifiers VALUES (?, ?, ?)",
            ((document, name, value) for name, value in identifiers_of(metadata)),
        )

    def entries(self) -> tuple[Revision, ...]:
        """Return the current revisions, sorted by document id."""
        rows = self._db.execute(f"{_REVISIONS} WHERE c.document IS NOT NULL ORDER BY document")
        return tuple(map(_revision, rows))

    def keys(self) -> dict[str, Key]:
        """Return which revision of each document is the current one, by id in sorted order."""
        rows = self._db.execute(
            "SELECT document, version, metadata_sha256 FROM current ORDER BY document"
        )
        return {document: Key(version, metadata) for document, version, metadata in rows}

    def key(self, document: str) -> Key | None:
        """Return which revision of a document is the current one; None when there is none."""
        row = self._db.execute(
            "SELECT version, metadata_sha256 FROM current WHERE document = ?", (document,)
        ).fetchone()
        return Key(*row) if row else None

    def current(self, document: str) -> Revision:
        """Return the current revision of a document.

        Raises:
            KnowledgeBaseError: There is none of this id.
        """
        found = [r for r in self.revisions(document) if r.is_current]
        if not found:
            raise KnowledgeBaseError(f"no document {document!r}; `consilia kb list` shows them all")
        return found[0]

    def document(self, document: str) -> Document:
        """Return a current document.

        Raises:
            KnowledgeBaseError: There is none of this id, or its text is not the one that was put.
        """
        return self._whole(self.current(document))

    def revisions(self, document: str) -> tuple[Revision, ...]:
        """Return all revisions of a document that were ever put, oldest first."""
        rows = self._db.execute(f"{_REVISIONS} WHERE r.document = ? ORDER BY r.number", (document,))
        return tuple(map(_revision, rows))

    def _whole(self, revision: Revision) -> Document:
        """The document of a revision, its text compared with the hash that is its version.

        Raises:
            KnowledgeBaseError: The text was changed, or is gone.
        """
        name = revision.metadata.id
        document = Document(revision.metadata, self.text(name, revision.version) or "")
        if document.version != revision.version:
            raise KnowledgeBaseError(
                f"the catalog's text of {name!r} is not the one that was put there: restore "
                f"{FILE} from a backup, or remove the document and add its file again"
            )
        return document

    def metadata(self, document: str, version: str) -> FrontMatter:
        """Return what is known of a version of a document, by its newest revision.

        Raises:
            KnowledgeBaseError: There is no such version.
        """
        found = [r for r in self.revisions(document) if r.version == version]
        if not found:
            raise KnowledgeBaseError(f"the catalog holds no version {version} of {document!r}")
        return next((r for r in found if r.is_current), found[-1]).metadata

    def text(self, document: str, version: str) -> str | None:
        """Return the canonical text of any version that was ever put, or None."""
        row = self._db.execute(
            "SELECT text FROM revisions JOIN texts USING (version) "
            "WHERE document = ? AND version = ?",
            (document, version),
        ).fetchone()
        return None if row is None else str(row[0])

    def judged_ids(self) -> tuple[str, ...]:
        """Return the current documents whose standing is not the one that they declare."""
        rows = self._db.execute(
            "SELECT document FROM current JOIN revisions USING (document, version, "
            "metadata_sha256) WHERE front_matter <> declared ORDER BY document"
        )
        return tuple(document for (document,) in rows)

    def removed(self) -> tuple[str, ...]:
        """Return the documents that were once current and are no longer, sorted."""
        rows = self._db.execute(
            "SELECT DISTINCT document FROM revisions WHERE document NOT IN "
            "(SELECT document FROM current UNION SELECT document FROM quarantine) "
            "ORDER BY document"
        )
        return tuple(document for (document,) in rows)

    def sharing(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return current documents that share an identifier of this name, by its value.

        Args:
            name: Such as `doi`, `pmid`, `family`; see `consilia.identifiers`.

        Returns:
            Only values that several documents have; the documents sorted.
        """
        rows = self._db.execute(
            "SELECT value, document FROM identifiers WHERE name = ?1 AND value IN (SELECT value "
            "FROM identifiers WHERE name = ?1 GROUP BY value HAVING count(*) > 1) "
            "ORDER BY value, document",
            (name,),
        )
        found: dict[str, tuple[str, ...]] = {}
        for value, document in rows:
            found[value] = (*found.get(value, ()), document)
        return found

    def same_texts(self) -> tuple[tuple[str, ...], ...]:
        """Return groups of current documents with the same text, each sorted."""
        rows = self._db.execute(
            "SELECT version, document FROM current WHERE version IN (SELECT version FROM current "
            "GROUP BY version HAVING count(*) > 1) ORDER BY version, document"
        )
        found: dict[str, tuple[str, ...]] = {}
        for version, document in rows:
            found[version] = (*found.get(version, ()), document)
        return tuple(found.values())

    def set_links(self, links: Iterable[Link]) -> None:
        """Store which documents repeat others, in place of what was stored before."""
        with self.transaction():
            self._db.execute("DELETE FROM links")
            self._db.executemany(
                "INSERT INTO links VALUES (?, ?, ?)",
                ((link.document, link.original, link.reason) for link in links),
            )

    def links(self) -> tuple[Link, ...]:
        """Return which documents repeat others, sorted by document."""
        rows = self._db.execute("SELECT * FROM links ORDER BY document")
        return tuple(Link(*row) for row in rows)

    def digest(self) -> str:
        """Return the hash of the sorted (id, version, metadata hash) of the current documents."""
        keys = self.keys().items()
        return digest(
            canonical_json([[document, k.version, k.metadata_sha256] for document, k in keys])
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


def _revision(row: sqlite3.Row) -> Revision:
    metadata = FrontMatter.model_validate_json(row["front_matter"])
    same = row["declared"] == row["front_matter"]
    return Revision(
        number=row["number"],
        metadata=metadata,
        declared=metadata if same else FrontMatter.model_validate_json(row["declared"]),
        version=row["version"],
        metadata_sha256=row["metadata_sha256"],
        provenance=Provenance(
            row["origin"], row["file"], row["file_sha256"], row["reader"], row["read_on"]
        ),
        is_current=bool(row["is_current"]),
    )
