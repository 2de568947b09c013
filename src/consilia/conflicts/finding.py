"""The sentences of a knowledge base that differ from those that an answer shows."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from weakref import WeakKeyDictionary

from consilia.conflicts.comparing import Difference, difference
from consilia.conflicts.statements import Statement, statements_of
from consilia.conflicts.topics import closure
from consilia.knowledge_base import KnowledgeBase
from consilia.models import KINDS, Sentence

_NEAREST = 10
"""Sentences of each kind of source that are looked at for a topic."""
_MOST_TOPICS = 4
_MOST_FOUND = 5
_MOST_OF_A_SIDE = 2

_Reader = Callable[[Sentence], tuple[Statement, ...]]
_readers: WeakKeyDictionary[KnowledgeBase, "_Reader"] = WeakKeyDictionary()
"""Statements read before; an index never changes while it is open."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Sentences of two documents that differ in one way."""

    id: str
    difference: Difference
    sides: tuple[tuple[Sentence, ...], ...]
    """One for each document, that of the shown sentence first."""


def contrasts(
    shown: Sequence[Sentence], kb: KnowledgeBase, covered: Sequence[frozenset[str]]
) -> tuple[Contrast, ...]:
    """Return what the knowledge base holds against the sentences that are shown.

    Args:
        shown: Sentences of the answer, in order of mention.
        kb: Its nearest sentences on each topic are compared, not all of them.
        covered: Of each conflict that is shown anyway, its documents: no pair of them is repeated.

    Returns:
        At most five, in order of mention, those between the same documents together.
    """
    found: dict[tuple[Difference, frozenset[str]], dict[str, list[Sentence]]] = {}
    for sentence, other, how in _pairs(shown, kb):
        between = frozenset({sentence.document, other.document})
        if any(between <= documents for documents in covered):
            continue
        sides = found.setdefault((how, between), {})
        for side in (sentence, other):
            said = sides.setdefault(side.document, [])
            if side not in said and len(said) < _MOST_OF_A_SIDE:
                said.append(side)
    named = (
        Contrast(_id(sides.values()), how, tuple(tuple(side) for side in sides.values()))
        for (how, _), sides in found.items()
    )
    return tuple(named)[:_MOST_FOUND]


def _pairs(
    shown: Sequence[Sentence], kb: KnowledgeBase
) -> Iterator[tuple[Sentence, Sentence, Difference]]:
    read = _reader(kb)
    topics: dict[frozenset[str], list[Sentence]] = {}
    for sentence in shown:
        topic = _topic(read(sentence))
        if topic and len(topics) < _MOST_TOPICS:
            topics.setdefault(topic, []).append(sentence)
    for topic, sentences in topics.items():
        for sentence, other in product(sentences, _nearest(topic, kb)):
            if not _may_differ(sentence, other):
                continue
            if how := difference(read(sentence), read(other), kb.glossary):
                yield sentence, other, how


def _may_differ(one: Sentence, other: Sentence) -> bool:
    """Tell whether two sentences are of different documents and no marked conflict has both."""
    return one.document != other.document and not set(one.conflicts) & set(other.conflicts)


def _topic(statements: Iterable[Statement]) -> frozenset[str]:
    """The names by which other sentences on the topic of some statements are found."""
    names: set[str] = set()
    for statement in statements:
        topic = statement.topic
        names |= topic.agents | topic.conditions or statement.context or statement.stems
    return frozenset(names)


def _nearest(topic: frozenset[str], kb: KnowledgeBase) -> list[Sentence]:
    weights = dict.fromkeys(sorted(closure(topic, kb.glossary)), 1.0)
    rows = (row for kind in KINDS for row, _ in kb.index.lexical(weights, kind, _NEAREST))
    sentences = (kb.index.sentences.get(row) for row in rows)
    return [sentence for sentence in sentences if not sentence.excluded]


def _reader(kb: KnowledgeBase) -> _Reader:
    reader = _readers.get(kb)
    if reader is None:
        glossary = kb.glossary
        by_id: dict[str, Sentence] = {}

        @lru_cache(maxsize=20_000)
        def statements(id_: str) -> tuple[Statement, ...]:
            return statements_of(by_id.pop(id_), glossary)

        def read(sentence: Sentence) -> tuple[Statement, ...]:
            by_id[sentence.id] = sentence
            return statements(sentence.id)

        reader = _readers[kb] = read
    return reader


def _id(sides: Iterable[Iterable[Sentence]]) -> str:
    names = sorted(sentence.id for side in sides for sentence in side)
    return "found-" + hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
