"""The dense side of an index: Chroma, one collection for each kind of source.

Embedded, its files lie in the folder of a generation. On a server (`chroma run`), each generation
has collections of its own, named after it: the one in use is never written to.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Self
from urllib.parse import urlsplit

os.environ["ANONYMIZED_TELEMETRY"] = "False"

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings

from consilia.disk import is_full
from consilia.encoders import Vectors
from consilia.errors import KnowledgeBaseError
from consilia.models import KINDS, Kind

_BATCH = 2_000
# One collection a kind, since a local `where` filter scans: 500,000 vectors took 4 ms without
# a filter and 760 ms with one that matches 19 %.
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
_SYNC_BATCH = 100
_STRETCH = 20
_SEARCHERS = min(4, os.cpu_count() or 1)
"""Threads that a check searches with; Chroma lets go of Python's lock meanwhile."""
_opening = RLock()
"""Clients of one folder share what Chroma opens once: threads must not open and close at once."""
_FAILURES = (chromadb.errors.ChromaError, httpx.HTTPError, ValueError, OSError)
_REACHED = 5.0
"""Seconds in which a server must answer that it is there."""
_ANSWERED = 300.0
"""Seconds in which it must answer anything: the graph is written while the last vectors wait."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Vectors to which no path of a graph leads, compared one by one with what is searched for.

    A graph of this kind links each vector with its nearest; one that is nobody's nearest may be
    left without a link that leads to it (https://github.com/nmslib/hnswlib/issues/31).
    """

    rows: tuple[int, ...]
    directions: Vectors
    """`(len(rows), dimension)`, each of length 1."""

    @classmethod
    def read(cls, collection: Collection, rows: Sequence[int]) -> Self:
        """Return the vectors of the rows as a collection holds them."""
        stored = collection.get(ids=[str(row) for row in rows], include=["embeddings"])
        vectors = np.asarray(stored["embeddings"], dtype=np.float32)
        return cls(tuple(map(int, stored["ids"])), _directions(vectors))

    def merged(
        self, vectors: Vectors, hits: Sequence[Sequence[tuple[int, float]]], k: int
    ) -> list[list[tuple[int, float]]]:
        """Return the best `k` of these and of what the graph led to, best first."""
        scores = _directions(vectors) @ self.directions.T
        return [
            sorted(
                {**dict(zip(self.rows, map(float, own), strict=True)), **dict(found)}.items(),
                key=lambda hit: -hit[1],
            )[:k]
            for own, found in zip(scores, hits, strict=True)
        ]


def _directions(vectors: Vectors) -> Vectors:
    lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    lengths[lengths == 0] = 1
    return (vectors / lengths).astype(np.float32)


class VectorStore:
    """Vectors by row number, searched by cosine similarity within one kind."""

    def __init__(
        self,
        folder: Path,
        counts: Mapping[str, int],
        *,
        server: str = "",
        unreached: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Open the vectors of a generation.

        Args:
            folder: Where Chroma keeps its files; on a server, its name tells the generation.
            counts: Vectors of each kind; kinds without any have no collection.
            server: URL of a Chroma server; empty for files in the folder.
            unreached: Rows of each kind to which no path of its graph leads: see `Apart`.

        Raises:
            KnowledgeBaseError: The files cannot be read, or the server is not reached.
        """
        self._place = server or str(folder)
        self._process = os.getpid()
        self._counts = {kind: counts.get(kind, 0) for kind in KINDS}
        with _failing(self._place), ExitStack() as failed:
            self._client = _client(folder, server)
            failed.callback(_close, self._client)
            self._collections: dict[Kind, Collection] = {
                kind: self._client.get_collection(
                    collection_name(folder, kind, server), embedding_function=None
                )
                for kind in KINDS
                if self._counts[kind]
            }
            self._apart = {
                kind: Apart.read(self._collections[kind], rows)
                for kind in self._collections
                if (rows := (unreached or {}).get(kind))
            }
            failed.pop_all()

    @classmethod
    def create(cls, folder: Path, counts: Mapping[str, int], *, server: str = "") -> "VectorStore":
        """Make the empty collections of a generation and open them.

        Chroma writes its graph to disk once, when the last vector is in: what lies in its log
        before that would be read again, and its files written anew, each time it is opened.

        Raises:
            KnowledgeBaseError: The files cannot be written, or the server is not reached.
        """
        with _connected(folder, server) as client:
            for kind, count in counts.items():
                if count:
                    hnsw = {**_HNSW, "sync_threshold": count, "batch_size": min(count, _SYNC_BATCH)}
                    client.create_collection(
                        collection_name(folder, kind, server),
                        configuration={"hnsw": hnsw},  # type: ignore[arg-type]  # a TypedDict of its own
                        embedding_function=None,
                    )
        return cls(folder, counts, server=server)

    def add(self, kind: Kind, rows: Sequence[int], vectors: Vectors) -> None:
        """Add vectors under their row numbers, in batches.

        Raises:
            KnowledgeBaseError: They cannot be written.
        """
        with _failing(self._place):
            for start in range(0, len(rows), _BATCH):
                self._collections[kind].add(
                    ids=[str(row) for row in rows[start : start + _BATCH]],
                    embeddings=vectors[start : start + _BATCH],
                )

    def count(self, kind: Kind) -> int:
        """Return how many vectors a kind has; this is no proof that they can be found.

        Raises:
            KnowledgeBaseError: They cannot be read.
        """
        with _failing(self._place):
            return self._collections[kind].count() if kind in self._collections else 0

    def search(self, kind: Kind, vectors: Vectors, k: int) -> list[list[tuple[int, float]]]:
        """Return for each vector the nearest `k` rows, best first, with cosine similarity.

        Raises:
            KnowledgeBaseError: They cannot be read.
        """
        size = min(k, self._counts[kind])
        if not size or not len(vectors):
            return [[] for _ in vectors]
        if os.getpid() != self._process:  # Chroma's threads are not in a fork: it would wait
            raise KnowledgeBaseError(
                f"the vectors in {self._place} were opened before this process was forked; open "
                "the knowledge base again in it"
            )
        with _failing(self._place):
            found = self._collections[kind].query(
                query_embeddings=vectors, n_results=size, include=["distances"]
            )
        hits = [
            [(int(row), 1.0 - distance) for row, distance in zip(rows, distances, strict=True)]
            for rows, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]
        return self._apart[kind].merged(vectors, hits, size) if kind in self._apart else hits

    def lost(
        self, kind: Kind, *, tolerance: float, batch: int, sample: int | None = None
    ) -> list[int]:
        """Return the rows whose vectors find neither themselves nor one at the same place.

        Args:
            kind: Whose vectors.
            tolerance: By which the cosine similarity with the nearest may stay below 1.
            batch: How many are searched for at once.
            sample: How many in all, in stretches spread over the kind; None is every one.

        Returns:
            Row numbers, in the order in which Chroma keeps them.
        """
        size = self._counts[kind]
        limit = batch if sample is None else _STRETCH
        step = limit if sample is None else max(limit, size * limit // max(1, sample))

        def lost_from(start: int) -> list[int]:
            with _failing(self._place):
                stored = self._collections[kind].get(
                    limit=limit, offset=start, include=["embeddings"]
                )
            vectors = np.asarray(stored["embeddings"], dtype=np.float32)
            found = zip(stored["ids"], self.search(kind, vectors, 1), strict=True)
            return [int(row) for row, hits in found if not hits or hits[0][1] < 1 - tolerance]

        with ThreadPoolExecutor(_SEARCHERS) as pool:
            return [row for rows in pool.map(lost_from, range(0, size, step)) for row in rows]

    def close(self) -> None:
        """Let go of the files."""
        _close(self._client)


def reach(server: str) -> None:
    """Make sure, within seconds, that a Chroma server answers.

    Raises:
        KnowledgeBaseError: Nothing answers, or something that is no Chroma server.
    """
    with _failing(server):
        answer = httpx.get(f"{server.rstrip('/')}/api/v2/heartbeat", timeout=_REACHED)
    if "nanosecond heartbeat" not in answer.text:
        raise KnowledgeBaseError(
            f"what answers at {server} is no Chroma server; correct or unset CONSILIA_CHROMA"
        )


def drop_collections(folder: Path, server: str) -> None:
    """Delete the collections of a generation from a server; those that are not there are not.

    Raises:
        KnowledgeBaseError: The server is not reached.
    """
    with _connected(folder, server) as client:
        known = {collection.name for collection in client.list_collections()}
        for name in known & {collection_name(folder, kind, server) for kind in KINDS}:
            client.delete_collection(name)


def collection_name(folder: Path, kind: str, server: str) -> str:
    """Return the name of a collection: on a server, generations must not meet."""
    return f"consilia-{folder.parent.name}-{kind}" if server else kind


def _client(folder: Path, server: str) -> ClientAPI:
    settings = ChromaSettings(anonymized_telemetry=False, allow_reset=False)
    if not server:
        with _opening:
            return chromadb.PersistentClient(path=str(folder), settings=settings)
    reach(server)
    url = urlsplit(server)
    client = chromadb.HttpClient(
        host=url.hostname or "",
        port=url.port or (443 if url.scheme == "https" else 80),
        ssl=url.scheme == "https",
        settings=settings,
    )
    # Left as it is, it waits for an answer for ever.
    for session in _sessions(client):
        session.timeout = httpx.Timeout(_ANSWERED, connect=_REACHED)
    return client


def _sessions(client: ClientAPI) -> list[httpx.Client]:
    """The connections of a client to a server, which Chroma keeps to itself and does not close."""
    owners = (client, getattr(client, "_admin_client", client))
    servers = [getattr(owner, "_server", None) for owner in owners]
    sessions = [getattr(server, "_session", None) for server in servers]
    return [session for session in sessions if isinstance(session, httpx.Client)]


@contextmanager
def _connected(folder: Path, server: str) -> Iterator[ClientAPI]:
    """A client that is closed at the end; what it raises says what to do."""
    with _failing(server or str(folder)):
        client = _client(folder, server)
        try:
            yield client
        finally:
            _close(client)


@contextmanager
def _failing(place: str) -> Iterator[None]:
    """Turn what Chroma and its server raise into an error that says what to do.

    Raises:
        KnowledgeBaseError: They raise something.
    """
    try:
        yield
    except KnowledgeBaseError:
        raise
    except Exception as error:
        # Chroma raises a bare `Exception` for an answer of its server that it does not know.
        if not isinstance(error, _FAILURES) and type(error) is not Exception:
            raise
        raise KnowledgeBaseError(_unusable(place, error)) from error


def _close(client: ClientAPI) -> None:
    with _opening:
        client.close()  # type: ignore[attr-defined]  # of the implementation alone
    for session in _sessions(client):
        session.close()


def _unusable(place: str, error: Exception) -> str:
    advice = (
        "start the server again, or unset CONSILIA_CHROMA and build the index with "
        "`consilia kb rebuild`"
        if "://" in place
        else "`consilia kb rebuild` builds them again"
    )
    if "://" not in place and is_full(Path(place)):
        advice = "no space is left on its disk: make room and try again"
    return f"cannot use the vectors in {place}: {error}; {advice}"
