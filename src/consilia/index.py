"""One generation of the index: sentences, vectors and words, read-only once built."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from tempfile import TemporaryDirectory

from consilia.disk import is_full
from consilia.encoders import EmbedderIdentity, Vectors
from consilia.errors import IndexMismatchError, KnowledgeBaseError
from consilia.lexical import LexicalIndex
from consilia.models import KINDS, Kind
from consilia.sentence_table import SentenceTable

CURRENT = "CURRENT"
GENERATIONS = "generations"
SENTENCES, WORDS, VECTORS = "sentences.sqlite3", "words", "vectors"
_STATE = "generation.json"
_SERVER = "server"
_LEASE = ".lease"
_CHANGES_WHEN_READ = frozenset({"chroma.sqlite3", "chroma.sqlite3-wal", "chroma.sqlite3-shm"})
FORMAT = 3
"""Of the files of a generation; another format is built anew."""

VectorsOf = Callable[[Sequence[bytes]], Vectors]
"""Returns the vectors of embedded texts by their hashes, `(len(hashes), dimension)`."""
_AT_ONCE = 5_000


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
    server: str = ""
    """URL of the Chroma server that keeps its vectors; empty when they lie in its folder."""
    unreached: dict[str, list[int]] = field(default_factory=dict)
    """Rows by kind that the graph of vectors does not lead to: they are compared one by one."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file that reading does not change, by its path in the folder."""


class Generation:
    """An index generation, open for reading; as long as it is open nobody deletes it."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in a folder.

        Raises:
            KnowledgeBaseError: Its files are missing or broken.
        """
        from consilia.vectors import VectorStore

        self.folder = folder
        self._held = ExitStack()
        self._held.callback(os.close, _leased(folder))
        try:
            place = openable(folder, self._held)
            self.state = read_state(folder)
            self.sentences = SentenceTable(folder / SENTENCES)
            self._words = LexicalIndex(place / WORDS)
            self._vectors = VectorStore(
                place / VECTORS,
                self.state.counts,
                server=self.state.server,
                unreached=self.state.unreached,
            )
        except sqlite3.DatabaseError as error:
            self._held.close()
            raise KnowledgeBaseError(
                f"the sentences in {folder} are broken: {error}; "
                "`consilia kb rebuild` builds them again"
            ) from error
        except KnowledgeBaseError:
            self._held.close()
            raise

    @property
    def size(self) -> int:
        """How many sentences it holds."""
        return sum(self.state.counts.values())

    def frequency(self, token: str) -> int:
        """Return in how many sentences, titles and headings included, a token occurs."""
        return self._words.frequency(token)

    def lexical(self, weights: Mapping[str, float], kind: Kind, k: int) -> list[tuple[int, float]]:
        """Return the best rows of a kind for weighted tokens by BM25, best first."""
        return self._words.search(weights, kind, k)

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
        self._held.close()


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


def openable(folder: Path, copies: ExitStack) -> Path:
    """Return where words and vectors of a generation can be opened.

    Tantivy and Chroma write where they read: of a folder that is read-only, or on a disk without
    room, they get a copy.

    Args:
        folder: Of the generation.
        copies: Deletes the copy when it is closed.

    Returns:
        The folder itself, or a temporary one of the same name.

    Raises:
        KnowledgeBaseError: There is no room for a copy.
    """
    if os.access(folder, os.W_OK) and not is_full(folder):
        return folder
    try:
        copy = Path(copies.enter_context(TemporaryDirectory(prefix="consilia-"))) / folder.name
        for path in (*folder.glob(f"{WORDS}/*"), *folder.glob(f"{VECTORS}/**/*")):
            if path.is_file():
                target = copy / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    except OSError as error:
        raise KnowledgeBaseError(
            f"the disk of {folder} is full or read-only, and a copy of its index cannot be made: "
            f"{error}; make room there, or name a temporary folder with room in TMPDIR"
        ) from error
    return copy


def is_complete(folder: Path) -> bool:
    """Tell a finished generation from what a killed build left behind."""
    return (folder / _STATE).is_file()


def is_in_use(folder: Path) -> bool:
    """Tell whether some process has a generation open."""
    try:
        lease = os.open(folder / _LEASE, os.O_RDONLY)
    except OSError:
        return False
    try:
        flock(lease, LOCK_EX | LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lease)
    return False


def write_words_and_vectors(
    folder: Path,
    table: SentenceTable,
    vectors_of: VectorsOf,
    told: Callable[[int], None],
    *,
    server: str,
) -> None:
    """Write words and vectors of the sentences of a table.

    Args:
        folder: Holds the finished table, and nothing of these.
        table: The sentences.
        vectors_of: The vector of each embedded text.
        told: Called with the number of vectors after each stretch.
        server: URL of the Chroma server that keeps the vectors; empty for the folder itself.
    """
    from consilia.vectors import VectorStore

    LexicalIndex(folder / WORDS, create=True).add(table.terms())
    store = VectorStore.create(folder / VECTORS, table.counts(), server=server)
    for kind in KINDS:
        for part in _parts(table.inputs(kind)):
            store.add(kind, [row for row, _ in part], vectors_of([key for _, key in part]))
            told(len(part))
    store.close()


def start_generation(folder: Path, server: str) -> None:
    """Make the folder of a generation, with where its vectors go: a killed build leaves no orphans.

    Args:
        folder: Does not exist yet.
        server: URL of the Chroma server; empty for the folder itself.
    """
    folder.mkdir(parents=True)
    (folder / _SERVER).write_text(server, encoding="utf-8")


def server_of(folder: Path) -> str:
    """Return the server that keeps the vectors of a generation, finished or not; empty for none."""
    path = folder / _SERVER
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def write_state(folder: Path, state: GenerationState) -> None:
    """Write what a generation is made from, last of all: without it a generation is none."""
    (folder / _LEASE).touch()
    (folder / _STATE).write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a generation that reading does not change."""
    ignored = {*_CHANGES_WHEN_READ, _STATE, _LEASE}
    return {
        path.relative_to(folder).as_posix(): file_hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ignored
    }


def file_hash(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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


def _leased(folder: Path) -> int:
    """A descriptor that tells others not to delete the folder.

    Raises:
        KnowledgeBaseError: The folder is not there.
    """
    try:
        lease = os.open(folder / _LEASE, os.O_RDONLY)
    except OSError as error:
        raise KnowledgeBaseError(
            f"the index in {folder} is gone: {error.strerror}; "
            "`consilia kb rebuild` builds it again"
        ) from error
    with suppress(OSError):  # some network file systems have no locks
        flock(lease, LOCK_SH | LOCK_NB)
    return lease


def _parts(rows: Iterable[tuple[int, bytes]]) -> Iterable[list[tuple[int, bytes]]]:
    part: list[tuple[int, bytes]] = []
    for row in rows:
        part.append(row)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part
