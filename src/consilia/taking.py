"""Taking a question: screened, made to stand alone, repaired, understood."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

from consilia import wording
from consilia.answer import Answer, Notice, Status
from consilia.composing import Composition, silent
from consilia.drafting import failure_notice
from consilia.encoders import Embedder
from consilia.errors import QuestionError
from consilia.followups import Resolved, resolve
from consilia.glossary import Glossary
from consilia.guardrails import Guardrails, Rule, Screening, closed
from consilia.knowledge_base import KnowledgeBase
from consilia.language_models import LanguageModel
from consilia.observing import stage
from consilia.privacy.redaction import Redacted, without_placeholders
from consilia.question import Question, clean, collapsed, in_latin_script, understand
from consilia.redacting import Received, receive, terms_of
from consilia.rephrasing import Rephrased, rephrase
from consilia.spelling import repaired, repairs
from consilia.wording import Audience

_log = logging.getLogger(__name__)


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


def take(
    given: Asked,
    kb: KnowledgeBase,
    embedder: Embedder,
    guardrails: Guardrails,
    notice: Notice | None,
) -> Taken:
    """Screen a question, make it stand alone, repair it, understand it.

    Args:
        given: The question, and what was said before.
        kb: For its glossary, and the words of its sources, which are not repaired.
        embedder: For the everyday words that it knows.
        guardrails: What it is screened with.
        notice: Of the state of the knowledge base, told first.

    Returns:
        The question as it will be answered.

    Raises:
        QuestionError: It is empty, blank or too long, or holds nothing but identifiers.
    """
    _fits(clean(given.question), guardrails)
    glossary = kb.glossary
    received = _received(given.question, glossary, guardrails.rules)
    screening = received.screening
    asked = collapsed(screening.text)
    clean(without_placeholders(asked))
    rephrased = Rephrased(Resolved(asked, None), {})
    # Nobody in an emergency waits for a language model, and none sees what is refused.
    if not (screening.emergency or screening.refused):
        rephrased = _resolved(asked, given, glossary)
    resolved = rephrased.resolved
    if resolved.text != asked:
        understood = _received(resolved.text, glossary, guardrails.rules).screening
        screening = screening.joined(*understood.decisions)
    held = screening.emergency or screening.refused
    found = repairs(resolved.text, glossary, kb.index, embedder)
    standalone = repaired(resolved.text, found) if found else resolved.text
    notices = [*([notice] if notice else []), *received.notices]
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
        question=understand(without_placeholders(standalone), glossary),
        notices=tuple(notices),
        refusal=_refusal(resolved),
        model=None if rephrased.failure or held else given.model,
        models=rephrased.models,
    )


def _resolved(question: str, given: Asked, glossary: Glossary) -> Rephrased:
    """A question that stands alone; a model is asked only where the rules found one leaning."""
    resolved = resolve(question, given.history, glossary)
    leans = resolved.text != question or resolved.unresolved is not None
    if given.model is None or not given.history or not leans:
        return Rephrased(resolved, {})
    with stage("rephrase"):
        return rephrase(given.model, question, resolved, given.history, given.cancelled)


def silence(taken: Taken, audience: Audience) -> Composition | None:
    """Return what is said in place of an answer, or None when there is to be one.

    Nothing in a crisis, in the emergency of a patient and where a rule refuses, since the message
    of the rule is shown alone; why, where a question cannot be taken.
    """
    if taken.screening.stops(audience):
        return silent(None)
    return silent(taken.refusal) if taken.refusal else None


def status_of_answer(screening: Screening, composition: Composition) -> Status:
    """Return what became of a question."""
    if screening.emergency:
        return "emergency"
    if screening.refused:
        return "refused"
    return "answered" if any(section.groups for section in composition.sections) else "abstained"


def _fits(question: str, guardrails: Guardrails) -> None:
    """Refuse what is longer than the site reads.

    Raises:
        QuestionError: It is too long.
    """
    most = guardrails.site.thresholds.question_characters
    if len(question) > most:
        raise QuestionError(
            f"the question has {len(question):,} characters, at most {most:,} are read here; "
            "ask one thing at a time"
        )


def _received(question: str, glossary: Glossary, rules: tuple[Rule, ...]) -> Received:
    """The question redacted and screened; when that fails, nothing of it is used or shown."""
    try:
        with stage("screen"):
            return receive(question, terms_of(glossary), rules)
    except Exception as error:  # noqa: BLE001 - whatever fails here, nothing may be answered
        _log.error("SYS-01: %s", type(error).__name__)
        return Received(Redacted(wording.UNSCREENED, ()), closed(wording.UNSCREENED))


def _refusal(resolved: Resolved) -> str | None:
    if not in_latin_script(resolved.text):
        return wording.WRONG_LANGUAGE
    if resolved.unresolved:
        return wording.UNRESOLVED.format(word=resolved.unresolved)
    return None
