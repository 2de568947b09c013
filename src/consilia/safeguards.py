"""What an answer must not leave out: marked sentences of its sources, and the other side."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from consilia.conflicts.comparing import Difference
from consilia.conflicts.finding import contrasts
from consilia.knowledge_base import KnowledgeBase
from consilia.models import MarkName, Sentence
from consilia.question import Question
from consilia.relevance import warns_others
from consilia.sentence_table import SentenceTable

_SEVERITY: tuple[MarkName, ...] = ("boxed_warning", "contraindication", "strong_recommendation")
_ALWAYS_SERVE = frozenset({"red_flag", "referral"})
_DRUG_TYPES = frozenset({"drug", "drug_class", "substance"})
_TOPIC_TYPES = _DRUG_TYPES | {"condition", "symptom"}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The sentences of a conflict, one side for each document."""

    id: str
    sides: tuple[tuple[Sentence, ...], ...]
    difference: Difference | None = None
    """How the sides differ, when it was found and not marked."""


def disagreements(shown: Sequence[Sentence], kb: KnowledgeBase) -> tuple[Disagreement, ...]:
    """Return the conflicts of which one side is shown, with all their sides.

    Args:
        shown: Sentences of the answer, in order of mention.
        kb: For their other sides.

    Returns:
        Those that the documents mark, then those that are found by comparing sentences and that
        are not between documents of a marked one; of both, the first mentioned first.
    """
    marked = _marked_disagreements(shown, kb.index.sentences)
    covered = [frozenset(side[0].document for side in conflict.sides) for conflict in marked]
    found = (Disagreement(c.id, c.sides, c.difference) for c in contrasts(shown, kb, covered))
    return (*marked, *found)


def _marked_disagreements(
    shown: Sequence[Sentence], table: SentenceTable
) -> tuple[Disagreement, ...]:
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
    """Return the marked sentences on the topic, in the whole knowledge base, that are not used.

    A marked sentence is on the topic when it is about a drug of the question, or, if it names
    none, about a condition of it; of the cited documents, also when it shares such a term with a
    sentence that is shown. One about other patients than those asked about is not. When the
    question names no drug and asks for one thing, a strong recommendation must also serve what is
    asked: a condition alone has recommendations on everything.

    Args:
        question: As understood.
        shown: Sentences of the sections, in order of mention.
        kb: For all other sentences.
        beside: Sentences that are cited beside the sections, in conflicts.

    Returns:
        Boxed warnings first, then contraindications, then strong recommendations; of each, those
        of cited documents first. Empty when nothing is shown: silence has no omissions.
    """
    if not shown:
        return ()
    cited = {sentence.document for sentence in (*shown, *beside)}
    asked = _topic(question, kb)
    wider = _terms_of(kb, (token.token for token in question.terms)) | {
        token for sentence in shown for token in _terms_of(kb, sentence.own_tokens)
    }
    seen = {sentence.id for sentence in (*shown, *beside)}
    serves = _serving(question, shown, narrow=not (question.broad or _drugs_among(asked, kb)))
    found = [
        sentence
        for sentence in kb.index.sentences.marked_with(asked | wider)
        if sentence.id not in seen
        and not sentence.excluded
        and (
            _is_about(sentence, asked, kb)
            or (sentence.document in cited and wider & sentence.own_tokens)
        )
        and not warns_others(question, sentence)
        and serves(sentence)
    ]
    return tuple(sorted(found, key=lambda s: (_severity(s), s.document not in cited)))


def _serving(
    question: Question, shown: Sequence[Sentence], *, narrow: bool
) -> Callable[[Sentence], bool]:
    """Return whether a marked sentence serves what is asked, not its condition alone.

    Warnings and whom to refer always do; another recommendation when its intent is one that was
    asked (that of the sentences shown, when the question tells none), or when it names two things
    of the question.
    """
    intents = _ALWAYS_SERVE | (question.intents or {sentence.intent for sentence in shown})
    tokens = frozenset(term.token for term in question.terms)

    def serves(sentence: Sentence) -> bool:
        if not narrow or sentence.mark != "strong_recommendation":
            return True
        return sentence.intent in intents or len(tokens & sentence.own_tokens) > 1

    return serves


def _topic(question: Question, kb: KnowledgeBase) -> frozenset[str]:
    """The drugs of a question, else its conditions."""
    tokens = frozenset(term.token for term in question.terms)
    return _drugs_among(tokens, kb) or _terms_of(kb, tokens)


def _drugs_among(tokens: frozenset[str], kb: KnowledgeBase) -> frozenset[str]:
    named = frozenset(t for t in tokens if kb.glossary.type_of(t) in _DRUG_TYPES)
    return named | kb.labelled_drugs & tokens


def _terms_of(kb: KnowledgeBase, tokens: Iterable[str]) -> frozenset[str]:
    known = frozenset(tokens)
    named = frozenset(t for t in known if kb.glossary.type_of(t) in _TOPIC_TYPES)
    return named | kb.labelled_drugs & known


def _is_about(sentence: Sentence, topic: frozenset[str], kb: KnowledgeBase) -> bool:
    """Tell whether a sentence names a topic; in a label the title names the drug for it."""
    if sentence.kind == "label" and _drugs_among(topic & sentence.tokens, kb):
        return True
    return bool(topic & sentence.own_tokens)


def _severity(sentence: Sentence) -> int:
    return _SEVERITY.index(sentence.mark or _SEVERITY[-1])
