"""The sentences of a generation by row number, with what they were made of, in a SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from consilia.journal import Key
from consilia.models import FrontMatter, Kind, Passage, Population, Sentence

_TABLES = """
CREATE TABLE documents (document TEXT PRIMARY KEY, version TEXT, metadata_sha256 TEXT,
  original TEXT, front_matter TEXT) WITHOUT ROWID;
CREATE TABLE sentences (row INTEGER PRIMARY KEY, document TEXT, kind TEXT, input BLOB, terms TEXT,
  body TEXT);
CREATE TABLE conflicts (id TEXT, row INTEGER);
CREATE TABLE marked (token TEXT, row INTEGER);
"""
_INDICES = """
CREATE INDEX by_document ON sentences (document);
CREATE INDEX by_input ON sentences (input);
CREATE INDEX by_token ON marked (token);
"""
_SETS = ("tokens", "own_tokens")


@dataclass(frozen=True, slots=True)
class Origin:
    """What the sentences of a document were made from: the same origin gives the same sentences."""

    key: Key
    original: str
    """Version of the document that this one repeats, whose sentences are left out; or empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence as it is stored."""

    kind: Kind
    input: bytes
    """SHA-256 of the text that is embedded."""
    terms: str
    """Search terms, separated by spaces, repeats kept."""
    body: str
    """The sentence as JSON."""
    conflicts: tuple[str, ...]
    marked: tuple[str, ...]
    """The tokens of a sentence that bears a mark; empty for all others."""


class SentenceTable:
    """Sentences in reading order, documents sorted by id."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        uri = path.absolute().as_uri() + ("?mode=rwc" if create else "?mode=ro&immutable=1")
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        if create:
            self._db.execute("PRAGMA synchronous = OFF")  # the folder is synced as a whole
            self._db.executescript(_TABLES)
        self._next = 0
        self._db.execute("SELECT count(*) FROM documents").fetchone()
        self._cached = lru_cache(maxsize=20_000)(self._read)
        self._sources = lru_cache(maxsize=2_000)(self._source)

    def add(self, metadata: FrontMatter, origin: Origin, rows: Iterable[Row]) -> None:
        """Store a document and its sentences; row numbers count on from those before."""
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?)",
            (
                metadata.id,
                origin.key.version,
                origin.key.metadata_sha256,
                origin.original,
                metadata.model_dump_json(exclude_defaults=True),
            ),
        )
        for row in rows:
            self._db.execute(
                "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
                (self._next, metadata.id, row.kind, row.input, row.terms, row.body),
            )
            self._db.executemany(
                "INSERT INTO conflicts VALUES (?, ?)", ((id_, self._next) for id_ in row.conflicts)
            )
            self._db.executemany(
                "INSERT INTO marked VALUES (?, ?)", ((token, self._next) for token in row.marked)
            )
            self._next += 1

    def finish(self) -> None:
        """Write what was added; after this the table is only read."""
        self._db.commit()
        self._db.executescript(_INDICES)
        self._db.commit()

    def origins(self) -> dict[str, Origin]:
        """Return what each document's sentences were made from."""
        rows = self._db.execute(
            "SELECT document, version, metadata_sha256, original FROM documents"
        )
        return {
            document: Origin(Key(version, metadata), original)
            for document, version, metadata, original in rows
        }

    def source(self, document: str) -> FrontMatter:
        """Return the front matter of a document as it was when the sentences were made.

        Raises:
            KeyError: No sentence is of this document.
        """
        return self._sources(document)

    def label_subjects(self) -> tuple[str, ...]:
        """Return the active ingredients and brand names of all drug labels, each once, sorted."""
        rows = self._db.execute(
            "SELECT DISTINCT s.value FROM documents, json_each(front_matter, '$.subjects') AS s "
            "WHERE front_matter ->> '$.kind' = 'label' ORDER BY s.value"
        )
        return tuple(subject for (subject,) in rows)

    def rows_of(self, document: str) -> Iterator[Row]:
        """Yield the stored sentences of a document in reading order."""
        rows = self._db.execute(
            "SELECT kind, input, terms, body FROM sentences WHERE document = ? ORDER BY row",
            (document,),
        )
        for kind, input_, terms, body in rows:
            fields = json.loads(body)
            yield Row(kind, input_, terms, body, tuple(fields["conflicts"]), _marked(fields))

    def terms(self) -> Iterator[tuple[int, Kind, str]]:
        """Yield row number, kind and search terms of all sentences."""
        yield from self._db.execute("SELECT row, kind, terms FROM sentences ORDER BY row")

    def inputs(self, kind: Kind | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield row number and hash of the embedded text of the sentences of a kind, or of all."""
        where, values = ("WHERE kind = ?", (kind,)) if kind else ("", ())
        yield from self._db.execute(
            f"SELECT row, input FROM sentences {where} ORDER BY row", values
        )

    def counts(self) -> dict[str, int]:
        """Return how many sentences each kind has, kinds without any left out."""
        return dict(self._db.execute("SELECT kind, count(*) FROM sentences GROUP BY kind"))

    def of_conflict(self, conflict: str) -> tuple[Sentence, ...]:
        """Return the sentences on all sides of a conflict, by document in index order."""
        rows = self._db.execute(
            "SELECT row FROM conflicts WHERE id = ? ORDER BY row", (conflict,)
        ).fetchall()
        return tuple(self.get(row) for (row,) in rows)

    def marked_with(self, tokens: Iterable[str]) -> tuple[Sentence, ...]:
        """Return the sentences that bear a mark and hold one of the tokens, in index order.

        Args:
            tokens: Search terms; those of title, headings and population count too.
        """
        rows = {
            row
            for token in tokens
            for (row,) in self._db.execute("SELECT row FROM marked WHERE token = ?", (token,))
        }
        return tuple(self.get(row) for row in sorted(rows))

    def get(self, row: int) -> Sentence:
        """Return the sentence of a row."""
        return self._cached(row)

    def of_document(self, document: str) -> tuple[Sentence, ...]:
        """Return the sentences of a document in reading order."""
        rows = self._db.execute(
            "SELECT row FROM sentences WHERE document = ? ORDER BY row", (document,)
        ).fetchall()
        return tuple(self.get(row) for (row,) in rows)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _read(self, row: int) -> Sentence:
        (body,) = self._db.execute("SELECT body FROM sentences WHERE row = ?", (row,)).fetchone()
        return load(body)

    def _source(self, document: str) -> FrontMatter:
        row = self._db.execute(
            "SELECT front_matter FROM documents WHERE document = ?", (document,)
        ).fetchone()
        if row is None:
            raise KeyError(document)
        return FrontMatter.model_validate_json(row[0])


def dump(sentence: Sentence, *, input_: bytes, terms: Sequence[str]) -> Row:
    """Return a sentence as it is stored."""
    fields = {
        name: getattr(sentence, name)
        for name in Sentence.__dataclass_fields__
        if name not in {"passage", "population", *_SETS}
    }
    fields["passage"] = [sentence.passage.start, sentence.passage.end]
    fields["population"] = sentence.population.model_dump()
    fields |= {name: sorted(getattr(sentence, name)) for name in _SETS}
    body = json.dumps(fields, ensure_ascii=False)
    return Row(sentence.kind, input_, " ".join(terms), body, sentence.conflicts, _marked(fields))


def _marked(fields: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(fields["tokens"]) if fields["mark"] else ()


def load(body: str) -> Sentence:
    """Return the sentence that was stored."""
    fields = json.loads(body)
    fields["headings"] = tuple(fields["headings"])
    fields["conflicts"] = tuple(fields["conflicts"])
    fields["subjects"] = tuple(fields["subjects"])
    fields["passage"] = Passage(*fields["passage"])
    fields["population"] = Population(**fields["population"])
    fields |= {name: frozenset(fields[name]) for name in _SETS}
    return Sentence(**fields)
