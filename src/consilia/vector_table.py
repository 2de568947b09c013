"""The vectors of a catalog, by the text they were made of, so that nothing is embedded twice."""

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from consilia.encoders import Vectors

_AT_ONCE = 500


class VectorTable:
    """Vectors by embedder and the SHA-256 of the embedded text."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def known(self, embedder: str, inputs: Sequence[bytes], dimension: int) -> dict[bytes, Vectors]:
        """Return the stored vectors of those inputs that have one.

        Args:
            embedder: Hash of the embedder's identity.
            inputs: SHA-256 digests of the embedded texts.
            dimension: Length of a vector; one of another length counts as missing.

        Returns:
            float32 vectors by digest.
        """
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(inputs), _AT_ONCE):
            part = inputs[start : start + _AT_ONCE]
            places = ",".join("?" * len(part))
            rows = self._db.execute(
                f"SELECT input_sha256, vector FROM vectors WHERE embedder = "
                f"(SELECT number FROM embedders WHERE identity = ?) AND input_sha256 IN ({places})",
                (embedder, *part),
            )
            for key, blob in rows:
                vector = np.frombuffer(blob, dtype=np.float32)
                if len(vector) == dimension:
                    found[key] = vector
        return found

    def put(self, embedder: str, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Store vectors (float32 bytes) by the digest of their input."""
        self._db.execute("INSERT OR IGNORE INTO embedders (identity) VALUES (?)", (embedder,))
        (number,) = self._db.execute(
            "SELECT number FROM embedders WHERE identity = ?", (embedder,)
        ).fetchone()
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors (embedder, input_sha256, vector) VALUES (?, ?, ?)",
            ((number, key, vector) for key, vector in vectors),
        )
