"""One generation of the index: sentences, vectors and words, read-only once built."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from consilia.encoders import EmbedderIdentity, Vectors
from consilia.errors import IndexMismatchError, KnowledgeBaseError
from consilia.lexical import LexicalIndex
from consilia.models import KINDS, Kind, Passage, Population, Sentence

CURRENT = "CURRENT"
GENERATIONS = "generations"
_STATE = "generation.json"
FORMAT = 1
"""Of the files of a generation; another format is built anew."""


@dataclass(frozen=True, slots=True)
class GenerationState:
    """What a generation was made from."""

    format: int
    knowledge_base: str
    """Digest of the documents."""
    glossary: str
    """SHA-256 of the glossary that its search terms come from."""
    embedder: dict[str, object]
    counts: dict[str, int]
    """Sentences by kind."""


class SentenceTable:
    """The sentences of a generation by row number, in a SQLite file of its own."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        uri = path.absolute().as_uri() + ("?mode=rwc" if create else "?mode=ro")
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        if create:
            self._db.execute("PRAGMA synchronous = OFF")  # the folder is synced as a whole
            self._db.execute(
                "CREATE TABLE sentences (row INTEGER PRIMARY KEY, document TEXT, body TEXT)"
            )
            self._db.execute("CREATE INDEX by_document ON sentences (document)")
            self._db.execute("CREATE TABLE conflicts (id TEXT, row INTEGER)")
        self._db.execute("SELECT count(*) FROM sentences").fetchone()
        self._cached = lru_cache(maxsize=20_000)(self._read)

    def add(self, sentences: Sequence[Sentence]) -> None:
        """Store sentences; row numbers count from 0 in their order."""
        with self._db:
            self._db.executemany(
                "INSERT INTO sentences VALUES (?, ?, ?)",
                ((row, s.document, _dump(s)) for row, s in enumerate(sentences)),
            )

            self._db.executemany(
                "INSERT INTO conflicts VALUES (?, ?)",
                ((id_, row) for row, s in enumerate(sentences) for id_ in s.conflicts),
            )

    def of_conflict(self, conflict: str) -> tuple[Sentence, ...]:
        """Return the sentences on all sides of a conflict, by document in index order."""
        rows = self._db.execute(
            "SELECT row FROM conflicts WHERE id = ? ORDER BY row", (conflict,)
        ).fetchall()
        return tuple(self.get(row) for (row,) in rows)

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
        return _load(body)


_SETS = ("tokens", "own_tokens")


def _dump(sentence: Sentence) -> str:
    fields = {
        name: getattr(sentence, name)
        for name in Sentence.__dataclass_fields__
        if name not in {"passage", "population", *_SETS}
    }
    fields["passage"] = [sentence.passage.start, sentence.passage.end]
    fields["population"] = sentence.population.model_dump()
    fields |= {name: sorted(getattr(sentence, name)) for name in _SETS}
    return json.dumps(fields, ensure_ascii=False)


def _load(body: str) -> Sentence:
    fields = json.loads(body)
    fields["headings"] = tuple(fields["headings"])
    fields["conflicts"] = tuple(fields["conflicts"])
    fields["passage"] = Passage(*fields["passage"])
    fields["population"] = Population(**fields["population"])
    fields |= {name: frozenset(fields[name]) for name in _SETS}
    return Sentence(**fields)


class Generation:
    """An index generation, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in a folder.

        Raises:
            KnowledgeBaseError: Its files are missing or broken.
        """
        from consilia.vectors import VectorStore

        self.folder = folder
        self.state = read_state(folder)
        try:
            self.sentences = SentenceTable(folder / "sentences.sqlite3")
        except sqlite3.DatabaseError as error:
            raise KnowledgeBaseError(
                f"the sentences in {folder} are broken: {error}; "
                "`consilia kb rebuild` builds them again"
            ) from error
        self._words = LexicalIndex(folder / "words")
        self._vectors = VectorStore(folder / "vectors")

    @property
    def size(self) -> int:
        """How many sentences it holds."""
        return sum(self.state.counts.values())

    def frequency(self, token: str) -> int:
        """Return in how many sentences, titles and headings included, a token occurs."""
        return self._words.frequency(token)

    def lexical(self, tokens: Sequence[str], kind: Kind, k: int) -> list[tuple[int, float]]:
        """Return the best rows of a kind by BM25, best first."""
        return self._words.search(tokens, kind, k)

    def dense(self, vectors: Vectors, kind: Kind, k: int) -> list[list[tuple[int, float]]]:
        """Return for each vector the nearest rows of a kind, best first, cosine to 1e-4."""
        return [
            sorted(
                ((row, round(score, 4)) for row, score in hits), key=lambda hit: (-hit[1], hit[0])
            )
            for hits in self._vectors.search(kind, vectors, k)
        ]

    def close(self) -> None:
        """Close its files."""
        self.sentences.close()
        self._vectors.close()


def read_state(folder: Path) -> GenerationState:
    """Read what a generation was made from.

    Raises:
        KnowledgeBaseError: The file is missing or broken.
    """
    try:
        return GenerationState(**json.loads((folder / _STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise KnowledgeBaseError(
            f"the index in {folder} is broken: {error}; `consilia kb rebuild` builds it again"
        ) from error


def write_generation(
    folder: Path,
    sentences: Sequence[Sentence],
    vectors: Vectors,
    index_tokens: Callable[[Sentence], Sequence[str]],
    state: GenerationState,
) -> None:
    """Write a generation into a new folder: sentences, words and vectors together.

    Args:
        folder: Does not exist yet.
        sentences: All sentences of the knowledge base, in their order.
        vectors: One a sentence.
        index_tokens: The search terms of a sentence, repeats kept for BM25.
        state: What it is made from; written last.
    """
    from consilia.vectors import VectorStore

    folder.mkdir(parents=True)
    table = SentenceTable(folder / "sentences.sqlite3", create=True)
    table.add(sentences)
    table.close()
    LexicalIndex(folder / "words", create=True).add(
        (row, sentence, index_tokens(sentence)) for row, sentence in enumerate(sentences)
    )
    store = VectorStore(folder / "vectors", create=True)
    for kind in KINDS:
        rows = [row for row, sentence in enumerate(sentences) if sentence.kind == kind]
        store.add(kind, rows, vectors[rows])
    store.close()
    (folder / _STATE).write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")


def check_embedder(state: GenerationState, identity: EmbedderIdentity) -> None:
    """Refuse an index that another embedder made.

    Raises:
        IndexMismatchError: The identities differ.
    """
    if state.embedder != identity.to_dict():
        raise IndexMismatchError(
            f"the index was made with the embedder {state.embedder.get('name')!r} "
            f"(sha256 {str(state.embedder.get('sha256'))[:12]}…), not with {identity.name!r}: "
            "set CONSILIA_EMBEDDER back, or build it again with `consilia kb rebuild`"
        )
