"""Taking a question: screened, made to stand alone, repaired, understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from consilia import wording
from consilia.answer import Answer, Notice
from consilia.drafting import failure_notice
from consilia.encoders import Embedder
from consilia.followups import Resolved, resolve
from consilia.glossary import Glossary
from consilia.guardrails import Screening, screen
from consilia.knowledge_base import KnowledgeBase
from consilia.language_models import LanguageModel
from consilia.question import Question, clean, in_latin_script, understand
from consilia.rephrasing import Rephrased, rephrase
from consilia.spelling import repaired, repairs
from consilia.wording import Audience


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came, and who may help with it."""

    question: str
    audience: Audience
    history: Sequence[Answer]
    model: LanguageModel | None = None
    cancelled: Event | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A question as it was taken: screened, standing alone, understood."""

    asked: str
    screening: Screening
    standalone: str
    question: Question
    notices: tuple[Notice, ...]
    refusal: str | None
    """Why it cannot be answered at all, or None."""
    model: LanguageModel | None = None
    """That helps with the answer; one that failed is not called again."""
    models: Mapping[str, str] = field(default_factory=dict)
    """For the manifest: what a language model had to do with the question."""


def take(given: Asked, kb: KnowledgeBase, embedder: Embedder, notice: Notice | None) -> Taken:
    """Screen a question, make it stand alone, repair it, understand it.

    Args:
        given: The question, and what was said before.
        kb: For its glossary, and the words of its sources, which are not repaired.
        embedder: For the everyday words that it knows.
        notice: Of the state of the knowledge base, told first.

    Returns:
        The question as it will be answered.

    Raises:
        QuestionError: It is empty, blank or too long.
    """
    clean(given.question)
    glossary = kb.glossary
    screening = screen(given.question)
    asked = clean(screening.text)
    # Nobody in an emergency waits for a language model.
    model = None if screening.emergency else given.model
    rephrased = Rephrased(Resolved(asked, None), {})
    if not screening.emergency:
        rephrased = _resolved(asked, replace(given, model=model), glossary)
    resolved = rephrased.resolved
    if resolved.text != asked:
        screening = _joined(screening, screen(resolved.text))
    found = repairs(resolved.text, glossary, kb.index, embedder)
    standalone = repaired(resolved.text, found) if found else resolved.text
    notices = [notice] if notice else []
    notices += [failure_notice(rephrased.failure)] if rephrased.failure else []
    notices += [
        Notice("spelling", wording.SPELLING.format(word=w, name=n)) for w, n in found.items()
    ]
    if standalone != asked:
        notices.append(Notice("interpreted", wording.INTERPRETED.format(question=standalone)))
    if any(decision.rule == "INJ-02" for decision in screening.decisions):
        notices.append(Notice("characters_removed", wording.REMOVED_CHARACTERS))
    return Taken(
        asked=asked,
        screening=screening,
        standalone=standalone,
        question=understand(standalone, glossary),
        notices=tuple(notices),
        refusal=_refusal(resolved),
        model=None if rephrased.failure or screening.emergency else model,
        models=rephrased.models,
    )


def _resolved(question: str, given: Asked, glossary: Glossary) -> Rephrased:
    """A question that stands alone; a model is asked only where the rules found one leaning."""
    resolved = resolve(question, given.history, glossary)
    leans = resolved.text != question or resolved.unresolved is not None
    if given.model is None or not given.history or not leans:
        return Rephrased(resolved, {})
    return rephrase(given.model, question, resolved, given.history, given.cancelled)


def _joined(one: Screening, other: Screening) -> Screening:
    """The decisions on a question as asked and as understood."""
    return replace(one, decisions=tuple(dict.fromkeys((*one.decisions, *other.decisions))))


def _refusal(resolved: Resolved) -> str | None:
    if not in_latin_script(resolved.text):
        return wording.WRONG_LANGUAGE
    if resolved.unresolved:
        return wording.UNRESOLVED.format(word=resolved.unresolved)
    return None
