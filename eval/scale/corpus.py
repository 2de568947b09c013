"""A corpus of any size that says nothing: words of the shipped documents in seeded disorder."""

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from consilia.catalog import Catalog, Provenance
from consilia.documents import document_paths, read_document, shipped_kb
from consilia.encoders import Embedder, Vectors
from consilia.models import KINDS, Document, FrontMatter, Kind

SENTENCES_EACH = 3
_SHARES = {"guideline": 1, "label": 2, "study": 6, "reference": 1}
_WORDS = 18
_NOISE = 0.35
"""Length of what is added to a unit vector before it is made one again: cosine about 0.94."""


class Corpus:
    """Documents `scale-0000000`, … of three sentences each; the same in every run."""

    @cached_property
    def _words(self) -> list[str]:
        texts = (read_document(path).text for path in document_paths(shipped_kb()))
        return sorted({word for text in texts for word in re.findall(r"[A-Za-z]{4,}", text)})

    def documents(self, sentences: int, *, start: int = 0) -> Iterator[Document]:
        """Yield the documents that hold a number of sentences, from the document `start` on."""
        kinds: list[Kind] = [kind for kind in KINDS for _ in range(_SHARES[kind])]
        for number in range(start, start + -(-sentences // SENTENCES_EACH)):
            chance = random.Random(number)
            lines = [self._sentence(chance) for _ in range(SENTENCES_EACH)]
            metadata = FrontMatter(
                id=f"scale-{number:07}",
                kind=kinds[number % len(kinds)],
                title=" ".join(chance.choices(self._words, k=6)).capitalize(),
                year=1990 + number % 35,
            )
            yield Document(metadata, "## Findings\n\n" + "\n".join(lines) + "\n")

    def queries(self, count: int, sentences: int) -> list[str]:
        """Return queries: some words of sentences spread over the corpus."""
        chance = random.Random(-1)
        starts = [chance.randrange(sentences // SENTENCES_EACH) for _ in range(count)]
        found = [next(self.documents(1, start=start)) for start in starts]
        return [" ".join(document.text.splitlines()[2].split()[:7]) for document in found]

    def _sentence(self, chance: random.Random) -> str:
        words = chance.choices(self._words, k=_WORDS)
        words.insert(chance.randrange(_WORDS), str(chance.randrange(1, 999)))
        return " ".join(words).capitalize() + "."


class PerturbingEmbedder:
    """Stands in for the encoder above the number of sentences that are really encoded.

    The vector of a text is one of the real ones, chosen by the hash of the text, with seeded noise.
    """

    def __init__(self, embedder: Embedder, vectors: Vectors) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self.identity = embedder.identity

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return a unit vector a text."""
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        chosen = self._vectors[[seed % len(self._vectors) for seed in seeds]]
        noise = np.stack([np.random.default_rng(s).standard_normal(chosen.shape[1]) for s in seeds])
        noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        moved = chosen + noise
        if progress:
            progress(len(texts))
        unit: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the real vectors of questions."""
        return self._embedder.encode_query(texts)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads of a text."""
        return self._embedder.count_tokens(text)


def fill(catalog: Path, corpus: Corpus, sentences: int) -> None:
    """Put the documents of a corpus into a catalog: reading files is measured elsewhere."""
    with Catalog(catalog, write=True) as opened, opened.transaction(f"{sentences} sentences"):
        for document in corpus.documents(sentences):
            opened.put(document, Provenance("user"))
