"""The dense side of an index: Chroma, embedded, one collection for each kind of source."""

import os
from collections.abc import Sequence
from pathlib import Path

os.environ["ANONYMIZED_TELEMETRY"] = "False"

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings

from consilia.encoders import Vectors
from consilia.errors import KnowledgeBaseError
from consilia.models import KINDS, Kind

_BATCH = 2_000
# One collection a kind, since a local `where` filter scans: 500,000 vectors took 4 ms without
# a filter and 760 ms with one that matches 19 %.
_HNSW = {"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}}


class VectorStore:
    """Vectors by row number, searched by cosine similarity within one kind."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the store.

        Args:
            folder: Where Chroma keeps its files.
            create: Make the collections.

        Raises:
            KnowledgeBaseError: The files cannot be read.
        """
        try:
            self._client: ClientAPI = chromadb.PersistentClient(
                path=str(folder),
                settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False),
            )
            self._collections: dict[Kind, Collection] = {
                kind: self._client.create_collection(
                    kind,
                    configuration=_HNSW,  # type: ignore[arg-type]  # a TypedDict of its own
                    embedding_function=None,
                )
                if create
                else self._client.get_collection(kind, embedding_function=None)
                for kind in KINDS
            }
        except (chromadb.errors.ChromaError, ValueError, OSError) as error:
            raise KnowledgeBaseError(f"cannot open the vectors in {folder}: {error}") from error

        self._sizes: dict[Kind, int] = {}

    def add(self, kind: Kind, rows: Sequence[int], vectors: Vectors) -> None:
        """Add vectors under their row numbers, in batches."""
        self._sizes.pop(kind, None)
        for start in range(0, len(rows), _BATCH):
            self._collections[kind].add(
                ids=[str(row) for row in rows[start : start + _BATCH]],
                embeddings=vectors[start : start + _BATCH],
            )

    def count(self, kind: Kind) -> int:
        """Return how many vectors a kind has; this is no proof that they can be found."""
        return self._collections[kind].count()

    def search(self, kind: Kind, vectors: Vectors, k: int) -> list[list[tuple[int, float]]]:
        """Return for each vector the nearest `k` rows, best first, with cosine similarity."""
        if kind not in self._sizes:
            self._sizes[kind] = self.count(kind)
        size = min(k, self._sizes[kind])
        if not size or not len(vectors):
            return [[] for _ in vectors]
        found = self._collections[kind].query(
            query_embeddings=vectors, n_results=size, include=["distances"]
        )
        return [
            [(int(row), 1.0 - distance) for row, distance in zip(rows, distances, strict=True)]
            for rows, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def lost(self, kind: Kind, *, tolerance: float, batch: int) -> int:
        """Return how many stored vectors find neither themselves nor one at the same place."""
        lost = 0
        for start in range(0, self.count(kind), batch):
            stored = self._collections[kind].get(limit=batch, offset=start, include=["embeddings"])
            vectors = np.asarray(stored["embeddings"], dtype=np.float32)
            hits = self.search(kind, vectors, 1)
            lost += sum(not hit or hit[0][1] < 1 - tolerance for hit in hits)
        return lost

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()  # type: ignore[attr-defined]  # of the implementation alone
