"""Fakes for tests, ours and those of projects that embed this one: no model, no network."""

import hashlib
import itertools
from collections.abc import Callable, Sequence

import numpy as np

from consilia.encoders import EmbedderIdentity, Vectors
from consilia.terms import stems

_DIMENSION = 128


class HashEmbedder:
    """An embedder without a model: texts that share stems have near vectors.

    >>> embedder = HashEmbedder()
    >>> near, other = embedder.encode(["quinine for cramps", "low sodium"])
    >>> bool(embedder.encode_query(["cramps and quinine"])[0] @ near > 0.9)
    True
    """

    def __init__(self, dimension: int = _DIMENSION) -> None:
        self.identity = EmbedderIdentity(
            name="hash",
            sha256="none",
            dimension=dimension,
            pooling="sum",
            prefix="",
            max_tokens=256,
        )

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return a unit vector for each text, `(len(texts), dimension)`."""
        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for stem in stems(text) or ("",):
                vector += self._direction(stem)
            vector /= np.linalg.norm(vector)
        if progress:
            progress(len(texts))
        return vectors

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the same vectors as `encode`."""
        return self.encode(texts)

    def count_tokens(self, text: str) -> int:
        """Return the number of words and the two special tokens."""
        return len(text.split()) + 2

    def _direction(self, stem: str) -> Vectors:
        seeds = itertools.chain.from_iterable(
            hashlib.sha256(f"{n}:{stem}".encode()).digest()
            for n in range(-(-self.identity.dimension // 32))
        )
        values = np.fromiter(seeds, dtype=np.float32)[: self.identity.dimension]
        return (values - 127.5) / 127.5
