"""How this library's searches rank the texts of a corpus.

The library searches sentences. A text is ranked by the best of its sentences in each of the two
lists, and the lists are fused on texts, with the depth and constant of `consilia.retrieval`. The
library's own search fuses sentences and leaves out those that an earlier one repeats, which is
right for an answer and wrong where each text counts: its ranking is measured apart.
"""

from collections.abc import Callable, Iterable

from consilia.knowledge_base import KnowledgeBase
from consilia.retrieval import DEPTH, RRF_K, query_weights, search
from eval.public.corpus_index import CorpusIndex

Rank = Callable[[str], list[str]]
"""Returns the ids of texts for a question, best first, each once."""


class Searches:
    """The searches of one open index."""

    def __init__(self, kb: KnowledgeBase, corpus: CorpusIndex) -> None:
        self._kb = kb
        self._corpus = corpus
        self._embedder = corpus.embedder

    def lexical(self, question: str) -> list[str]:
        """Return the texts by the best BM25 of their sentences."""
        weights = query_weights(question, self._kb)
        return self._texts(row for row, _ in self._kb.index.lexical(weights, "study", DEPTH))

    def dense(self, question: str) -> list[str]:
        """Return the texts by the best cosine similarity of their sentences."""
        vector = self._embedder.encode_query([self._kb.glossary.normalise(question)])
        return self._texts(row for row, _ in self._kb.index.dense(vector, "study", DEPTH)[0])

    def fused(self, question: str) -> list[str]:
        """Return the texts by reciprocal rank fusion of both."""
        scores: dict[str, float] = {}
        for ranking in (self.dense(question), self.lexical(question)):
            for rank, text in enumerate(ranking, start=1):
                scores[text] = scores.get(text, 0.0) + 1 / (RRF_K + rank)
        return sorted(scores, key=lambda text: (-scores[text], text))

    def found(self, question: str) -> list[str]:
        """Return the texts by their first hit in what the library's own search returns."""
        hits = search(question, self._kb, self._embedder, k=2 * DEPTH, kinds=("study",))
        return list(dict.fromkeys(self._corpus.unit(hit.sentence.document) for hit in hits))

    def _texts(self, rows: Iterable[int]) -> list[str]:
        sentences = (self._kb.index.sentences.get(row) for row in rows)
        return list(dict.fromkeys(self._corpus.unit(s.document) for s in sentences))
