"""The tables of the catalog, opening its file, and bringing an older one up to date."""

import sqlite3
from pathlib import Path

from consilia.errors import KnowledgeBaseError
from consilia.identifiers import identifiers_of
from consilia.models import FrontMatter

VERSION = 2
BUSY_SECONDS = 5
_PAGE = 16_384  # vectors of 1.5 kB would leave a quarter of each of SQLite's default pages empty
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS texts (version TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revisions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  document TEXT NOT NULL, version TEXT NOT NULL REFERENCES texts (version),
  metadata_sha256 TEXT NOT NULL, front_matter TEXT NOT NULL, declared TEXT NOT NULL,
  origin TEXT NOT NULL, file TEXT NOT NULL, file_sha256 TEXT NOT NULL, reader TEXT NOT NULL,
  read_on TEXT NOT NULL, UNIQUE (document, version, metadata_sha256));
CREATE TABLE IF NOT EXISTS current (
  document TEXT PRIMARY KEY, version TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
  FOREIGN KEY (document, version, metadata_sha256)
    REFERENCES revisions (document, version, metadata_sha256));
CREATE INDEX IF NOT EXISTS current_by_version ON current (version);
CREATE TABLE IF NOT EXISTS identifiers (
  document TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (document, name, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identifiers_by_value ON identifiers (name, value);
CREATE TABLE IF NOT EXISTS quarantine (
  document TEXT NOT NULL, version TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
  reasons TEXT NOT NULL, PRIMARY KEY (document, version, metadata_sha256)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS releases (
  document TEXT NOT NULL, version TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (document, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
  document TEXT PRIMARY KEY, original TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (
  name TEXT NOT NULL, value TEXT NOT NULL, nature TEXT NOT NULL, on_date TEXT NOT NULL,
  source TEXT NOT NULL, PRIMARY KEY (name, value, nature, on_date, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS steps (
  change INTEGER NOT NULL REFERENCES changes (number), document TEXT NOT NULL,
  old_version TEXT, old_metadata TEXT, new_version TEXT, new_metadata TEXT);
CREATE INDEX IF NOT EXISTS steps_by_change ON steps (change);
CREATE TABLE IF NOT EXISTS reviews (
  number INTEGER PRIMARY KEY AUTOINCREMENT, answer_id TEXT NOT NULL,
  evidence_digest TEXT NOT NULL, question TEXT NOT NULL, audience TEXT NOT NULL,
  status TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reviews_by_question ON reviews (question, audience);
CREATE TRIGGER IF NOT EXISTS reviews_stay BEFORE UPDATE ON reviews
  BEGIN SELECT RAISE (ABORT, 'a review is never changed'); END;
CREATE TRIGGER IF NOT EXISTS reviews_last BEFORE DELETE ON reviews
  BEGIN SELECT RAISE (ABORT, 'a review is never deleted'); END;
CREATE TABLE IF NOT EXISTS embedders (number INTEGER PRIMARY KEY, identity TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (
  number INTEGER PRIMARY KEY, embedder INTEGER NOT NULL REFERENCES embedders (number),
  input_sha256 BLOB NOT NULL, vector BLOB NOT NULL, UNIQUE (embedder, input_sha256));
"""
_FROM_1 = """
ALTER TABLE revisions RENAME TO revisions_1;
ALTER TABLE current RENAME TO current_1;
ALTER TABLE vectors RENAME TO vectors_1;
"""
_COPY_1 = """
INSERT OR IGNORE INTO texts SELECT version, text FROM revisions_1;
INSERT INTO revisions (document, version, metadata_sha256, front_matter, declared, origin, file,
  file_sha256, reader, read_on)
  SELECT document, version, metadata_sha256, front_matter, front_matter, origin, '', '', '', ''
  FROM revisions_1 ORDER BY rowid;
INSERT INTO current SELECT document, version, metadata_sha256 FROM current_1;
INSERT INTO embedders (identity) SELECT DISTINCT embedder FROM vectors_1;
INSERT INTO vectors (embedder, input_sha256, vector)
  SELECT number, input_sha256, vector FROM vectors_1 JOIN embedders ON identity = embedder;
DROP TABLE vectors_1;
DROP TABLE current_1;
DROP TABLE revisions_1;
"""


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open the file of a catalog.

    Args:
        path: The file.
        write: Create it when it is missing, and allow changes.

    Returns:
        A connection that several threads may use; rows have their columns by name.

    Raises:
        KnowledgeBaseError: It is missing, no catalog, or one of another program.
    """
    if not write and not path.is_file():
        raise KnowledgeBaseError(f"no knowledge base at {path.parent}: build it first")
    try:
        db = _connected(path, "rwc" if write else "ro")
        found = _version(db)
        if write and found == 0:
            db.execute(f"PRAGMA page_size = {_PAGE}")
        if write and found in {0, 1, VERSION}:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
    except sqlite3.DatabaseError as error:
        raise KnowledgeBaseError(
            f"cannot use the catalog {path}: {error}. Choose another folder with --kb, or "
            "restore the file from a backup"
        ) from error
    if found == VERSION or (write and found in {0, 1}):
        return db
    db.close()
    if found == 1:
        raise KnowledgeBaseError(
            f"the catalog {path} was written by an earlier version of consilia; "
            "`consilia kb rebuild` brings it up to date"
        )
    raise KnowledgeBaseError(
        f"the catalog {path} was written by another version of consilia; use that version"
    )


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables that are missing; those of an earlier version are taken over whole.

    Raises:
        KnowledgeBaseError: The disk is full, or the file is broken.
    """
    found = _version(db)
    if found == VERSION:
        return
    before, copy = (_FROM_1, _COPY_1) if found == 1 else ("", "")
    script = (
        f"BEGIN IMMEDIATE; {before} {_TABLES} {copy} "
        f"INSERT OR REPLACE INTO meta VALUES ('schema', '{VERSION}');"
    )
    try:
        db.executescript(script)
        if found == 1:
            _identify(db)
        db.commit()
    except sqlite3.DatabaseError as error:
        if db.in_transaction:
            db.rollback()
        raise KnowledgeBaseError(
            f"cannot make the tables of {path}: {error}; nothing was changed. Free disk space or "
            "check the rights of the folder"
        ) from error


def _identify(db: sqlite3.Connection) -> None:
    """Store the identifiers of the current documents, which version 1 did not."""
    rows = db.execute(
        "SELECT front_matter FROM current JOIN revisions USING (document, version, metadata_sha256)"
    ).fetchall()
    for (front_matter,) in rows:
        metadata = FrontMatter.model_validate_json(front_matter)
        db.executemany(
            "INSERT OR IGNORE INTO identifiers VALUES (?, ?, ?)",
            ((metadata.id, name, value) for name, value in identifiers_of(metadata)),
        )


def is_older(path: Path) -> bool:
    """Tell whether a catalog was written by an earlier program and can be brought up to date."""
    if not path.is_file():
        return False
    try:
        db = _connected(path, "ro")
    except sqlite3.DatabaseError:
        return False
    try:
        return _version(db) == 1
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=BUSY_SECONDS)
    db.row_factory = sqlite3.Row
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # A log of changes cannot be made beside a file in a folder that is read-only.
        if mode != "ro" or path.with_name(f"{path.name}-wal").exists():
            raise
        db.close()
        db = sqlite3.connect(f"{uri}&immutable=1", uri=True, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return db


def _version(db: sqlite3.Connection) -> int:
    """The version of the tables, 0 in a new file, -1 in one that is no catalog."""
    if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return 0
    row = db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    return int(row[0]) if row and str(row[0]).isdigit() else -1
