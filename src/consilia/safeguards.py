"""What an answer must not leave out: marked sentences of its sources, and the other side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilia.knowledge_base import KnowledgeBase
from consilia.models import MarkName, Sentence
from consilia.question import Question
from consilia.sentence_table import SentenceTable

_SEVERITY: tuple[MarkName, ...] = ("boxed_warning", "contraindication", "strong_recommendation")
_TOPIC_TYPES = frozenset({"drug", "drug_class", "condition", "substance", "symptom"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The sentences of a conflict, one side for each document."""

    id: str
    sides: tuple[tuple[Sentence, ...], ...]


def disagreements(shown: Sequence[Sentence], table: SentenceTable) -> tuple[Disagreement, ...]:
    """Return the conflicts of which one side is shown, with all their sides.

    Args:
        shown: Sentences of the answer, in order of mention.
        table: Of the index.

    Returns:
        In the order in which their first side is mentioned; sides as they stand in the index.
    """
    found = []
    for conflict in dict.fromkeys(id_ for sentence in shown for id_ in sentence.conflicts):
        sides: dict[str, list[Sentence]] = {}
        for sentence in table.of_conflict(conflict):
            if sentence.excluded:
                continue
            sides.setdefault(sentence.document, []).append(sentence)
        if len(sides) > 1 or sum(map(len, sides.values())) > 1:
            found.append(Disagreement(conflict, tuple(tuple(side) for side in sides.values())))
    return tuple(found)


def left_out(
    question: Question,
    shown: Sequence[Sentence],
    kb: KnowledgeBase,
    beside: Sequence[Sentence] = (),
) -> tuple[Sentence, ...]:
    """Return the marked sentences of the cited documents, on the topic, that are not used.

    A sentence is on the topic when it shares a drug or condition term with the question or with
    a sentence that is shown.

    Args:
        question: As understood.
        shown: Sentences of the sections, in order of mention.
        kb: For the other sentences of their documents.
        beside: Sentences that are cited beside the sections, in conflicts.

    Returns:
        Boxed warnings first, then contraindications, then strong recommendations.
    """
    cited = (*shown, *beside)
    seen = {sentence.id for sentence in cited}
    topic = _topics(kb, (term.token for term in question.terms))
    for sentence in shown:
        topic |= _topics(kb, sentence.own_tokens)
    found = [
        sentence
        for document in dict.fromkeys(sentence.document for sentence in cited)
        for sentence in kb.index.sentences.of_document(document)
        if sentence.mark and sentence.id not in seen and topic & sentence.own_tokens
    ]
    return tuple(sorted(found, key=lambda sentence: _SEVERITY.index(sentence.mark or _SEVERITY[0])))


def _topics(kb: KnowledgeBase, tokens: Iterable[str]) -> set[str]:
    return {token for token in tokens if kb.glossary.type_of(token) in _TOPIC_TYPES}
