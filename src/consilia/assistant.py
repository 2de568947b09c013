"""The assistant: from a question to a cited answer, step by step."""

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from threading import Event, RLock
from typing import Self

from consilia import wording
from consilia.admission import Judge
from consilia.answer import (
    SCHEMA,
    Answer,
    KnowledgeBaseState,
    Manifest,
    Notice,
    Proof,
    Review,
    evidence_digest,
    sealed,
)
from consilia.building import Progress
from consilia.composing import Composition, compose
from consilia.drafting import Drafted, Preview, draft
from consilia.encoders import Embedder
from consilia.gates.support import Entailment
from consilia.glossary import Glossary
from consilia.guardrails import Guardrails
from consilia.knowledge_base import KnowledgeBase
from consilia.language_models import LanguageModel, Metered, Usage
from consilia.models import KINDS, Hit, Kind
from consilia.observing import stage
from consilia.opening import (
    open_answerability,
    open_embedder,
    open_entailment,
    open_knowledge_base,
    open_language_model,
    open_silence,
)
from consilia.privacy.audit import Asker
from consilia.privacy.recording import Outcome, Recorder, Request
from consilia.privacy.redaction import redact, without_placeholders
from consilia.question import clean
from consilia.redacting import terms_of
from consilia.retrieval import Keep, search
from consilia.reviews import status_of
from consilia.safeguards import disagreements
from consilia.selection import Selected, select
from consilia.settings import Settings, read_settings
from consilia.suggestions import suggestions
from consilia.surroundings import Surroundings, surroundings
from consilia.taking import Asked, Taken, silence, status_of_answer, take
from consilia.wording import Audience

_log = logging.getLogger(__name__)
_ANYBODY = Asker()


class Assistant:
    """Answers questions from one knowledge base. Safe for concurrent reads."""

    def __init__(
        self,
        kb: KnowledgeBase,
        embedder: Embedder,
        settings: Settings,
        notice: Notice | None = None,
        model: LanguageModel | None = None,
        entailment: Entailment | None = None,
    ) -> None:
        self._kb = kb
        self._notice = notice
        self._model = Metered(model) if model else None
        self._embedder = embedder
        self._settings = settings
        self._guardrails = Guardrails.of(settings.site)
        self._silence = open_silence(settings, _risk(settings, self._guardrails), entailment)
        entailment = entailment or self._silence.entailment
        self._entailment = entailment or (open_entailment(settings) if model else None)
        self._recorder = Recorder(settings)
        # The encoder's tokenizer and thread count are not made for several callers at once.
        self._lock = RLock()

    @classmethod
    def open(
        cls,
        kb: Path | str | None = None,
        settings: Settings | None = None,
        *,
        embedder: Embedder | None = None,
        model: LanguageModel | None = None,
        entailment: Entailment | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Open a knowledge base, the one that ships by default.

        Args:
            kb: Folder of a built knowledge base; an empty folder is filled from the documents
                that ship. None is the user's own, built on first use.
            settings: Read from the environment when None.
            embedder: Another one than the settings name.
            model: A language model, another one than the settings name.
            entailment: An entailment model, loaded already: the one that the settings name.
            progress: Told of the phases when something has to be built.

        Returns:
            The assistant; close it, or use it as a context manager.

        Raises:
            AuditError: The audit log of the settings cannot be written.
            KnowledgeBaseError: The folder is no knowledge base, or cannot be built.
            ModelError: The embedder or the entailment model cannot be loaded.
            RuleError: The guardrail rules cannot be read.
            SettingsError: The file of the site cannot be used, the language model of the settings
                lacks its key or its packages, or no measured point of silence has their risk.
        """
        settings = settings or read_settings()
        open_answerability(settings).point(_risk(settings, Guardrails.of(settings.site)))
        model = model or open_language_model(settings.llm)
        embedder = embedder or open_embedder(settings)
        home = None if kb is None else Path(kb)
        opened = open_knowledge_base(home, settings, embedder, progress or _silent)
        return cls(opened.kb, embedder, settings, opened.notice, model, entailment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the knowledge base."""
        self._kb.close()

    @property
    def glossary(self) -> Glossary:
        """The terms of the knowledge base."""
        return self._kb.glossary

    @property
    def language_model(self) -> str | None:
        """Provider and name of the language model that helps, or None."""
        return self._model.name if self._model else None

    @property
    def usage(self) -> Usage:
        """What the language model has taken since the assistant was opened."""
        return self._model.usage if self._model else Usage()

    def ask(
        self,
        question: str,
        *,
        audience: Audience = "clinician",
        history: Sequence[Answer] = (),
        cancelled: Event | None = None,
        by: Asker = _ANYBODY,
    ) -> Answer:
        """Answer a question from the sources, or abstain.

        Args:
            question: At most 2,000 characters.
            audience: For whom; without a language model the claims are the same for all.
            history: Earlier answers of the conversation, oldest first.
            cancelled: When it is set, the answer goes on without the language model.
            by: Who asks, for the audit log.

        Returns:
            The answer: cited, abstained or an emergency message.

        Raises:
            AuditError: The audit log of the settings cannot be written.
            QuestionError: The question is empty, blank or too long.
        """
        asked = Asked(question, audience, history, self._model, cancelled)
        return _result(self._recorded(asked, by))

    def stream(
        self,
        question: str,
        *,
        audience: Audience = "clinician",
        history: Sequence[Answer] = (),
        cancelled: Event | None = None,
        by: Asker = _ANYBODY,
    ) -> Iterator[Preview | Answer]:
        """Answer as `ask` does, and tell what a language model says as soon as it has passed.

        Closing the iterator ends the call of the model. With an audit log the answer comes alone:
        nothing is told before it is on record.

        Args:
            question: At most 2,000 characters.
            audience: For whom.
            history: Earlier answers of the conversation, oldest first.
            cancelled: When it is set, the answer goes on without the language model.
            by: Who asks, for the audit log.

        Yields:
            Statements that passed every check, not numbered yet; the answer last, and alone when
            no language model is configured.

        Raises:
            AuditError: The audit log of the settings cannot be written.
            QuestionError: The question is empty, blank or too long.
        """
        asked = Asked(question, audience, history, self._model, cancelled)
        steps = self._recorded(asked, by)
        yield _result(steps) if self._recorder.audited else (yield from steps)

    def suggest(self, answer: Answer) -> tuple[str, ...]:
        """Return up to three follow-up questions that the knowledge base answers."""

        def answered(question: str) -> bool:
            alone = Asked(question, "clinician", ())
            return _result(self._steps(alone)).status == "answered"

        return suggestions(answer, self.glossary, answered)

    def search(
        self,
        query: str,
        *,
        kinds: Sequence[Kind] = KINDS,
        k: int = 20,
        keep: Keep | None = None,
    ) -> tuple[Hit, ...]:
        """Return the sentences nearest to a query, best first.

        Args:
            query: Any text.
            kinds: Kinds of source to search.
            k: How many at most.
            keep: A filter on sentences.

        Returns:
            Hits with their scores.

        Raises:
            QuestionError: The query is empty, blank or too long, or holds nothing but identifiers.
        """
        redacted = redact(clean(query), terms_of(self.glossary))
        text = clean(without_placeholders(redacted.text))
        with self._lock:
            return search(text, self._kb, self._embedder, k=k, kinds=kinds, keep=keep)

    def surroundings(self, proof: Proof) -> Surroundings:
        """Return the words of a proof with those around them, in the version it was made from.

        Raises:
            KnowledgeBaseError: The document or its version is not in the catalog.
        """
        return surroundings(proof, self._kb.catalog)

    def _recorded(self, asked: Asked, by: Asker) -> Generator[Preview, None, Answer]:
        """The way to an answer, on record before the answer is returned."""
        request = Request(by)
        try:
            answer = yield from self._steps(asked)
        except BaseException:  # Ctrl-C, and a reader who leaves, are on record too
            question = redact(asked.question, terms_of(self.glossary)).text
            self._recorder.record(request, Outcome(question, "failed", None, (), self._kb.digest))
            raise
        rules = tuple(decision.rule for decision in answer.guardrails)
        self._recorder.record(
            request,
            Outcome(answer.question, answer.status, answer.answer_id, rules, self._kb.digest),
        )
        return answer

    def _steps(self, asked: Asked) -> Generator[Preview, None, Answer]:
        """The way from a question to its answer; what passes on the way is told."""
        with stage("understand"):
            taken = take(asked, self._kb, self._embedder, self._guardrails, self._notice)
        drafted, composition = Drafted({}, (), {}), silence(taken, asked.audience)
        if composition is None:
            with self._lock, stage("select"):
                selected = select(taken.question, self._kb, self._embedder, silence=self._silence)
            if taken.model:
                judge = Judge(self.glossary, self._entailment, self._disputed(selected))
                drafted = yield from draft(
                    taken.model, taken.standalone, selected, judge, asked.audience, asked.cancelled
                )
            with self._lock, stage("compose"):
                composition = compose(taken.question, selected, self._kb, drafted.blocks)
            _log.debug("composed %d claims", len(composition.claims))
        with stage("seal"):
            return self._reviewed(self._sealed(taken, asked.audience, composition, drafted))

    def _disputed(self, selected: Sequence[Selected]) -> frozenset[str]:
        """The sentences that may be shown and that another source contradicts."""
        offered = [c.sentence for s in selected for c in (*s.chosen, *s.companions)]
        with self._lock, stage("draft"):
            found = disagreements(offered, self._kb)
        return frozenset(s.id for conflict in found for side in conflict.sides for s in side)

    def _reviewed(self, answer: Answer) -> Answer:
        """The answer with the status that reviewers gave to its evidence."""
        with self._lock:
            acts = self._kb.catalog.reviews.of(answer.standalone_question, answer.audience)
        status = status_of(acts, answer.review.evidence_digest)
        if status == "approved" and any(claim.form == "paraphrase" for claim in answer.claims):
            status = "under_review"  # spans were approved, and these are other words
        return replace(answer, review=replace(answer.review, status=status))

    def _sealed(
        self, taken: Taken, audience: Audience, composition: Composition, drafted: Drafted
    ) -> Answer:
        return sealed(
            Answer(
                schema=SCHEMA,
                answer_id="",
                status=status_of_answer(taken.screening, composition),
                question=taken.asked,
                standalone_question=taken.standalone,
                audience=audience,
                sections=composition.sections,
                claims=composition.claims,
                references=composition.references,
                omissions=composition.omissions,
                conflicts=composition.conflicts,
                excluded=composition.excluded,
                notices=(*taken.notices, *drafted.notices, *composition.notices),
                guardrails=taken.screening.decisions,
                review=Review("submitted", evidence_digest(composition.claims)),
                last_updated=composition.last_updated,
                disclaimer=wording.DISCLAIMER,
                manifest=Manifest(
                    version=version("consilia"),
                    knowledge_base=KnowledgeBaseState(self._kb.digest, self._kb.index.folder.name),
                    models={
                        "embedder": self._embedder.identity.name,
                        "embedder_sha256": self._embedder.identity.sha256,
                        **taken.models,
                        **drafted.models,
                    },
                    settings=self._settings.digest(
                        self._guardrails.site.digest(), self._silence.model.digest
                    ),
                ),
            )
        )


def _result(steps: Generator[Preview, None, Answer]) -> Answer:
    """The answer at the end of the steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


def _silent(phase: str, done: int, total: int) -> None:
    """Tell nobody."""


def _risk(settings: Settings, guardrails: Guardrails) -> float | None:
    return guardrails.site.thresholds.risk if settings.risk is None else settings.risk
