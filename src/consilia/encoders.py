"""What an embedder is: the one interface between text and vectors."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What an index remembers of the embedder that made it."""

    name: str
    sha256: str
    dimension: int
    pooling: str
    prefix: str
    max_tokens: int

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain values."""
        return asdict(self)


class Embedder(Protocol):
    """Turns text into vectors of unit length."""

    identity: EmbedderIdentity

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return one vector a text, in their order."""

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a question, the same bits in every process."""

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads of a text."""
