"""Files of another state: another schema, a shipped file that is broken, a repetition."""

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

from consilia.catalog import FILE, Catalog
from consilia.documents import parse_document
from consilia.models import canonical_json
from consilia.sentence_table import SentenceTable
from eval.faults.check import Verdict
from eval.faults.documents import write_documents
from eval.faults.surroundings import python, run
from eval.faults.trials import BUILT, ROOT, Ended, Home, Place, Row, Writer

_SCHEMA_1 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE revisions (
  document TEXT NOT NULL, version TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
  front_matter TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
  PRIMARY KEY (document, version, metadata_sha256));
CREATE TABLE current (
  document TEXT PRIMARY KEY, version TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
  FOREIGN KEY (document, version, metadata_sha256)
    REFERENCES revisions (document, version, metadata_sha256));
CREATE TABLE vectors (
  embedder TEXT NOT NULL, input_sha256 BLOB NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (embedder, input_sha256)) WITHOUT ROWID;
INSERT INTO meta VALUES ('schema', '1');
"""
_DIES_MIGRATING = """
import os, sqlite3, sys
from pathlib import Path
from consilia.catalog import Catalog
count, connect = int(sys.argv[2]), sqlite3.connect
def connected(*given, **named):
    db = connect(*given, **named)
    seen = []
    def trace(sql):
        if seen or sql.startswith("BEGIN"):
            seen.append(sql)
        if len(seen) > count:
            os._exit(70)
    db.set_trace_callback(trace)
    return db
sqlite3.connect = connected
Catalog(Path(sys.argv[1]), write=True)
"""
_ASK = """
import sys
from consilia.errors import ConsiliaError
from consilia.assistant import Assistant
from consilia.testing import HashEmbedder
try:
    with Assistant.open(sys.argv[1], embedder=HashEmbedder()) as assistant:
        print(assistant.ask("What is the dose of drosmine?").status)
except ConsiliaError as error:
    print(f"{type(error).__name__}: {error}")
"""


def schema(place: Place) -> Row:
    """F19: a catalog of version 1 is taken over whole, also after a kill; a newer one is left."""
    row = Row("F19", "catalog of schema 1 migrated, killed while migrating; of schema 99 refused")
    home = _home_of_1(place, "schema-1")
    ended = Writer(home, "--first", "20", "--batches", "1").finish()
    row.expect(ended.code == 0, f"a catalog of schema 1 was not migrated: {ended.error}")
    row.take("schema 1", home.check(), "migrated")
    for count in (1, 8) if place.short else (1, 2, 3, 5, 8, 13, 20, 25, 28, 30, 32, 34, 36):
        home = _home_of_1(place, f"schema-1-killed-{count}")
        done = run(python(_DIES_MIGRATING, str(home.folder / FILE), str(count)))
        row.take(f"killed at statement {count}", home.check(), "killed" if done.returncode else "")
    _newer(place, row)
    return row


def _newer(place: Place, row: Row) -> None:
    home = place.built_home("schema-99")
    db = sqlite3.connect(home.folder / FILE)
    with db:
        db.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    db.close()
    before = (home.folder / FILE).read_bytes()
    asked = home.check().error
    written = Writer(home, "--first", "20", "--batches", "1").finish().error
    refused = all("another version" in told for told in (asked, written))
    row.expect(refused, f"schema 99: asked: {asked}; written: {written}")
    row.expect((home.folder / FILE).read_bytes() == before, "a newer catalog was changed")
    row.take("schema 99", Verdict(), "refused, left as it was")


def _home_of_1(place: Place, name: str) -> Home:
    """A knowledge base as the first release wrote its catalog; the index is gone."""
    home = place.new_home(name)
    home.folder.mkdir()
    db = sqlite3.connect(home.folder / FILE)
    db.executescript(_SCHEMA_1)
    with db:
        for path in write_documents(home.folder.parent / "documents", range(BUILT)):
            document = parse_document(path.read_text(encoding="utf-8"))
            key = (document.id, document.version, document.metadata_sha256)
            front_matter = canonical_json(document.metadata.normalised()).decode()
            db.execute(
                "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, 'user')",
                (*key, front_matter, document.text),
            )
            db.execute("INSERT INTO current VALUES (?, ?, ?)", key)
            home.acknowledged[document.id] = 1
    db.close()
    return home


def repetition(place: Place) -> Row:
    """F20: the same documents twice, in two homes and two orders, give the same state."""
    row = Row("F20", "the same ingest twice, in two homes, in another order of batches")
    one, other = place.new_home("order-1"), place.new_home("order-2")
    runs = ((one, 0), (one, 3), (one, 0), (other, 3), (other, 0))
    for home, first in runs:
        _expect_success(row, Writer(home, "--first", str(first), "--batches", "1").finish())
    for home in (one, other):
        row.take(home.folder.parent.name, home.check())
    row.expect(_state(one) == _state(other), "digests or sentences differ")
    return row


def shipped(place: Place) -> Row:
    """F15: a document that ships is damaged, or the manifest is not that of the documents."""
    row = Row("F15", "a shipped document damaged or not that of the manifest; the manifest broken")
    for name, harm in _SHIPPED_HARMS.items():
        package = _copy_of_package(place, f"shipped-{name.replace(' ', '-')}")
        harm(package.parent / "kb")
        home = package.parent / "home"
        home.mkdir()
        told = run(python(_ASK, str(home)), package).stdout.strip()
        clear = "Error: " in told
        row.expect(clear, f"{name}: {told!r}")
        row.take(name, Verdict(), "clear error" if clear else told)
    return row


def rules(place: Place) -> Row:
    """F24: without the rules of the guardrails nothing is answered."""
    row = Row("F24", "guardrail rules missing, and broken: nothing is answered")
    home = place.built_home("rules")
    for name in ("missing", "broken"):
        package = _copy_of_package(place, f"rules-{name}")
        path = package / "consilia" / "data" / "rules.json"
        if name == "missing":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:2_000])
        told = run(python(_ASK, str(home.folder)), package).stdout.strip()
        row.expect(told.startswith("RuleError"), f"{name}: {told!r}")
        row.take(name, Verdict(), "RuleError")
    return row


def _copy_of_package(place: Place, name: str) -> Path:
    """A copy of the installed package and of what ships with it, to be damaged."""
    folder = place.folder / name
    shutil.copytree(ROOT / "src" / "consilia", folder / "src" / "consilia")
    shutil.copytree(ROOT / "kb", folder / "kb")
    return folder / "src"


def _a_document(kb: Path) -> Path:
    return min((kb / "references").glob("*.md"))


def _not_utf8(kb: Path) -> None:
    path = _a_document(kb)
    path.write_bytes(path.read_bytes() + b"\xff\xfe\xff")


def _broken_front_matter(kb: Path) -> None:
    path = _a_document(kb)
    path.write_bytes(path.read_bytes().replace(b"kind:", b"kin:", 1))


def _broken_manifest(kb: Path) -> None:
    path = kb / "manifest.json"
    path.write_bytes(path.read_bytes()[:1_000])


def _other_words(kb: Path) -> None:
    path = _a_document(kb)
    path.write_bytes(path.read_bytes() + b"\nOne more sentence that nobody has checked.\n")


_SHIPPED_HARMS = {
    "not UTF-8": _not_utf8,
    "front matter broken": _broken_front_matter,
    "manifest broken": _broken_manifest,
    "not that of the manifest": _other_words,
}


def _expect_success(row: Row, ended: Ended) -> None:
    row.expect(ended.code == 0, f"an ingest failed: {ended.error}")


def _state(home: Home) -> tuple[str, str]:
    """Digest of the catalog, and of all that the sentence table holds."""
    with Catalog(home.folder / FILE) as catalog:
        digest = catalog.digest()
    table = SentenceTable(home.current / "sentences.sqlite3")
    held = [
        [document, origin.key.version, *([row.body, row.terms] for row in table.rows_of(document))]
        for document, origin in table.origins().items()
    ]
    table.close()
    return digest, hashlib.sha256(json.dumps(held).encode()).hexdigest()
