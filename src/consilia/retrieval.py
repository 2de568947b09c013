"""Finding sentences: BM25 and vectors, fused by reciprocal rank, for each kind of source."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from consilia.encoders import Embedder
from consilia.glossary import CLASS_OF
from consilia.index import Generation
from consilia.knowledge_base import KnowledgeBase
from consilia.models import KINDS, Hit, Kind, Sentence
from consilia.terms import scaffolding, words

RRF_K = 10
"""Of reciprocal rank fusion, 1 / (k + rank): Cormack, Clarke and Büttcher, SIGIR 2009. Theirs is
60; with two lists, what leads one of them is worth more: docs/evaluation.md has the numbers."""
SCAFFOLDING_WEIGHT = 0.25
"""Of words that ask or fill, in BM25: none of what a text is about, but a sign among equals."""
DEPTH = 100
"""Hits of each list and kind that are fused."""

Keep = Callable[[Sentence], bool]


@dataclass(frozen=True, slots=True)
class _Lists:
    """What the two searches found in one kind: scores by row, best first."""

    dense: dict[int, float]
    lexical: dict[int, float]


def retrieve(
    text: str, kb: KnowledgeBase, embedder: Embedder, *, keep: Keep | None = None
) -> dict[Kind, tuple[Hit, ...]]:
    """Return the hits of each kind of source, best first, near-duplicates left out.

    Args:
        text: A question or any other text.
        kb: Where to search.
        embedder: The one its index was made with.
        keep: A filter; all sentences when None.

    Returns:
        Up to `2 * DEPTH` hits for each kind.
    """
    lists = _search(text, kb, embedder, KINDS)
    return {kind: tuple(_fused(kb.index, [lists[kind]], keep)) for kind in KINDS}


def search(
    text: str,
    kb: KnowledgeBase,
    embedder: Embedder,
    *,
    k: int,
    kinds: Sequence[Kind] = KINDS,
    keep: Keep | None = None,
) -> tuple[Hit, ...]:
    """Return the best hits of several kinds as one list, near-duplicates left out.

    Args:
        text: A question or any other text.
        kb: Where to search.
        embedder: The one its index was made with.
        k: How many at most; there are up to `2 * DEPTH` of each kind.
        kinds: Kinds of source to search.
        keep: A filter; all sentences when None.

    Returns:
        Hits, best first, with both scores, which are comparable between kinds, and the fused one.
    """
    lists = _search(text, kb, embedder, kinds)
    return tuple(islice(_fused(kb.index, lists.values(), keep), k))


def query_weights(text: str, kb: KnowledgeBase) -> dict[str, float]:
    """Return the tokens a text is searched by, with their weights in (0, 1].

    These are its terms, the classes they belong to, and faintly its scaffolding; of a text that is
    nothing else, none.
    """
    tokens = kb.glossary.analyse(text)
    terms = [token for token in tokens if token not in scaffolding()]
    above = [broader for term in terms for broader in kb.glossary.broader(term)]
    faint = dict.fromkeys(tokens, SCAFFOLDING_WEIGHT)
    return faint | dict.fromkeys([*terms, *above], 1.0) if terms else {}


def rarity(kb: KnowledgeBase, token: str) -> float:
    """Return the inverse document frequency of a token, at least 0: ln((N + 1) / (n + 0.5))."""
    found = kb.index.frequency(token) + kb.index.frequency(CLASS_OF + token)
    return max(0.0, math.log((kb.index.size + 1) / (found + 0.5)))


def _search(
    text: str, kb: KnowledgeBase, embedder: Embedder, kinds: Sequence[Kind]
) -> dict[Kind, _Lists]:
    weights = query_weights(text, kb)
    vector = embedder.encode_query([kb.glossary.normalise(text)])
    return {
        kind: _Lists(
            dense=dict(kb.index.dense(vector, kind, DEPTH)[0]),
            lexical=dict(kb.index.lexical(weights, kind, DEPTH)),
        )
        for kind in kinds
    }


def _fused(index: Generation, lists: Iterable[_Lists], keep: Keep | None) -> Iterator[Hit]:
    """Yield hits, best first; only the sentences that are asked for are read."""
    dense: dict[int, float] = {}
    lexical: dict[int, float] = {}
    for found in lists:
        dense |= found.dense
        lexical |= found.lexical
    scores: dict[int, float] = {}
    for ranking in (dense, lexical):
        for rank, row in enumerate(_ranked(ranking), start=1):
            scores[row] = scores.get(row, 0.0) + 1 / (RRF_K + rank)
    hits = (
        Hit(index.sentences.get(row), dense.get(row), lexical.get(row), round(scores[row], 6))
        for row in _ranked(scores)
    )
    yield from _distinct(hit for hit in hits if keep is None or keep(hit.sentence))


def _ranked(scores: Mapping[int, float]) -> list[int]:
    return nsmallest(len(scores), scores, key=lambda row: (-scores[row], row))


def _distinct(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Leave out sentences that repeat an earlier one of their kind word for word.

    One of a source that is never used does not stand in the way of one that is.
    """
    seen: set[tuple[tuple[str, ...], str, bool]] = set()
    for hit in hits:
        sentence = hit.sentence
        key = (tuple(words(sentence.text)), sentence.kind, sentence.excluded)
        if key not in seen:
            seen.add(key)
            yield hit
