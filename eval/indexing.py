"""How much of the time of building an index is the encoder's own.

Both halves of the ratio are timed one after the other, so another process that takes the cores
during one of them falsifies it: on two cores the same 1,101 texts took 11 s and then 47 s, which
gave a ratio of 3.45. The encoder is therefore timed within the build too, and must agree.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from consilia.encoders import Embedder, Vectors
from consilia.ingestion import Ingestion
from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.scifact import CorpusError, write_documents

TOLERANCE = 0.1
"""How far the two times of the same encoding may lie apart, as a share of the one in the build."""


class RecordingEmbedder:
    """An embedder that keeps what it was given to encode, and how long that took."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.identity = embedder.identity
        self.texts: list[str] = []
        self.seconds = 0.0

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of the texts, and keep the texts."""
        self.texts.extend(texts)
        start = time.perf_counter()
        vectors = self._embedder.encode(texts, progress=progress)
        self.seconds += time.perf_counter() - start
        return vectors

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions."""
        return self._embedder.encode_query(texts)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads of a text."""
        return self._embedder.count_tokens(text)


@dataclass(frozen=True, slots=True)
class Build:
    """One build of an index, in seconds."""

    texts: int
    """How many texts were embedded."""
    build: float
    load: float
    """Part of `build`: loading the model."""
    encoding: float
    """Part of `build`: encoding."""
    bare: float
    """Encoding the same texts again, with nothing around it."""

    @property
    def ratio(self) -> float:
        """Bare encoding / (build - load): 1 when all but the encoder costs nothing."""
        return self.bare / (self.build - self.load)

    @property
    def is_steady(self) -> bool:
        """Whether the ratio means something: both encodings took the same time, the part ≤ 1."""
        return abs(self.bare - self.encoding) <= TOLERANCE * self.encoding and self.ratio <= 1


def time_build(
    folder: Path,
    corpus: Path,
    *,
    at_least: int,
    open_model: Callable[[], Embedder] = lambda: open_embedder(read_settings()),
) -> Build:
    """Build an index over abstracts, then encode the same texts bare.

    Args:
        folder: An empty place for documents and index.
        corpus: The CSV file of abstracts.
        at_least: How many different sentences are embedded.
        open_model: Loads the embedder.

    Returns:
        The times.

    Raises:
        CorpusError: Documents were refused, or fewer sentences were embedded than asked for.
    """
    documents = folder / "abstracts"
    documents.mkdir()
    # Some lines of the corpus are parts of one sentence, which the library joins again.
    written = write_documents(corpus, documents, at_least=at_least + at_least // 10)
    opened: list[RecordingEmbedder] = []
    load = 0.0

    def open_recording() -> Embedder:
        nonlocal load
        start = time.perf_counter()
        opened.append(RecordingEmbedder(open_model()))
        load += time.perf_counter() - start
        return opened[-1]

    start = time.perf_counter()
    report = Ingestion(folder / "abstracts-kb", open_recording).add(written.paths)
    build = time.perf_counter() - start
    texts = [text for embedder in opened for text in embedder.texts]
    if report.refused or len(texts) < at_least:
        refused = [str(one) for one in report.refused[:3]]
        raise CorpusError(f"{len(texts)} of {at_least} sentences embedded; refused: {refused}")
    encoding = sum(embedder.seconds for embedder in opened)
    start = time.perf_counter()
    opened[-1].encode(texts)
    return Build(len(texts), build, load, encoding, time.perf_counter() - start)


def _silent(_phase: str, _done: int, _total: int) -> None:
    pass
