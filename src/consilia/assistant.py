"""The assistant: from a question to a cited answer, step by step."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import Self

from consilia import wording
from consilia.answer import (
    SCHEMA,
    Answer,
    KnowledgeBaseState,
    Manifest,
    Notice,
    Proof,
    Review,
    Status,
    evidence_digest,
    sealed,
)
from consilia.building import Progress
from consilia.composing import Composition, compose, silent
from consilia.documents import sections_of
from consilia.encoders import Embedder
from consilia.errors import KnowledgeBaseError
from consilia.followups import Resolved, resolve
from consilia.glossary import Glossary
from consilia.guardrails import Screening, screen
from consilia.knowledge_base import KnowledgeBase
from consilia.models import KINDS, Hit, Kind
from consilia.opening import open_embedder, open_knowledge_base
from consilia.question import Question, clean, in_latin_script, understand
from consilia.retrieval import Keep, search
from consilia.reviews import status_of
from consilia.selection import select
from consilia.settings import Settings, read_settings
from consilia.spelling import repaired, repairs
from consilia.suggestions import suggestions
from consilia.wording import Audience

_log = logging.getLogger(__name__)
AROUND = 1_200
"""Characters of a section that are shown on either side of a quote."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words that a proof points to, where they stand."""

    title: str
    headings: tuple[str, ...]
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A question as it was taken: screened, standing alone, understood."""

    asked: str
    screening: Screening
    standalone: str
    question: Question
    notices: tuple[Notice, ...]
    refusal: str | None
    """Why it cannot be answered at all, or None."""


class Assistant:
    """Answers questions from one knowledge base. Safe for concurrent reads."""

    def __init__(
        self,
        kb: KnowledgeBase,
        embedder: Embedder,
        settings: Settings,
        notice: Notice | None = None,
    ) -> None:
        self._kb = kb
        self._notice = notice
        self._embedder = embedder
        self._settings = settings
        # The encoder's tokenizer and thread count are not made for several callers at once.
        self._lock = RLock()

    @classmethod
    def open(
        cls,
        kb: Path | str | None = None,
        settings: Settings | None = None,
        *,
        embedder: Embedder | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Open a knowledge base, the one that ships by default.

        Args:
            kb: Folder of a built knowledge base; an empty folder is filled from the documents
                that ship. None is the user's own, built on first use.
            settings: Read from the environment when None.
            embedder: Another one than the settings name.
            progress: Told of the phases when something has to be built.

        Returns:
            The assistant; close it, or use it as a context manager.

        Raises:
            KnowledgeBaseError: The folder is no knowledge base, or cannot be built.
            ModelError: The embedder cannot be loaded.
        """
        settings = settings or read_settings()
        embedder = embedder or open_embedder(settings)
        home = None if kb is None else Path(kb)
        opened = open_knowledge_base(home, settings, embedder, progress or _silent)
        return cls(opened.kb, embedder, settings, opened.notice)

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

    def ask(
        self, question: str, *, audience: Audience = "clinician", history: Sequence[Answer] = ()
    ) -> Answer:
        """Answer a question from the sources, or abstain.

        Args:
            question: At most 2,000 characters.
            audience: For whom; the claims are the same for all, what surrounds them is not.
            history: Earlier answers of the conversation, oldest first.

        Returns:
            The answer: cited, abstained or an emergency message.

        Raises:
            QuestionError: The question is empty, blank or too long.
        """
        read = self._read(question, history)
        with self._lock:
            composition = self._compose(read, audience)
        return self._reviewed(self._sealed(read, audience, composition))

    def suggest(self, answer: Answer) -> tuple[str, ...]:
        """Return up to three follow-up questions that the knowledge base answers."""
        return suggestions(answer, self.glossary, lambda q: self.ask(q).status == "answered")

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
            QuestionError: The query is empty, blank or too long.
        """
        text = clean(query)
        with self._lock:
            return search(text, self._kb, self._embedder, kinds=kinds, keep=keep)[:k]

    def surroundings(self, proof: Proof) -> Surroundings:
        """Return the words of a proof with those around them, in the version it was made from.

        Raises:
            KnowledgeBaseError: The document or its version is not in the catalog.
        """
        text = self._kb.catalog.text(proof.document, proof.version)
        if text is None:
            raise KnowledgeBaseError(f"the catalog holds no {proof.document!r} in this version")
        source = self._kb.catalog.metadata(proof.document, proof.version)
        section = next(s for s in sections_of(text) if s.start <= proof.start < s.end)
        return Surroundings(
            title=source.title,
            headings=section.headings,
            before=_last(text[section.start : proof.start].lstrip()),
            quote=text[proof.start : proof.end],
            after=_first(text[proof.end : section.end].rstrip()),
        )

    def _read(self, question: str, history: Sequence[Answer]) -> _Read:
        """Screen a question, make it stand alone, repair it, understand it."""
        clean(question)
        screening = screen(question)
        asked = clean(screening.text)
        resolved = (
            Resolved(asked, None) if screening.emergency else resolve(asked, history, self.glossary)
        )
        if resolved.text != asked:
            screening = _joined(screening, screen(resolved.text))
        found = repairs(resolved.text, self.glossary, self._kb.index)
        standalone = repaired(resolved.text, found) if found else resolved.text
        notices = [self._notice] if self._notice else []
        notices += [
            Notice("spelling", wording.SPELLING.format(word=w, name=n)) for w, n in found.items()
        ]
        if standalone != asked:
            notices.append(Notice("interpreted", wording.INTERPRETED.format(question=standalone)))
        if any(decision.rule == "INJ-02" for decision in screening.decisions):
            notices.append(Notice("characters_removed", wording.REMOVED_CHARACTERS))
        return _Read(
            asked=asked,
            screening=screening,
            standalone=standalone,
            question=understand(standalone, self.glossary),
            notices=tuple(notices),
            refusal=_refusal(resolved),
        )

    def _compose(self, read: _Read, audience: Audience) -> Composition:
        screening = read.screening
        if screening.crisis or (screening.emergency and audience == "patient"):
            return silent(None)
        if read.refusal:
            return silent(read.refusal)
        selected = select(read.question, self._kb, self._embedder)
        composition = compose(read.question, selected, self._kb)
        _log.debug("composed %d claims", len(composition.claims))
        return composition

    def _reviewed(self, answer: Answer) -> Answer:
        """The answer with the status that reviewers gave to its evidence."""
        with self._lock:
            acts = self._kb.catalog.reviews.of(answer.standalone_question, answer.audience)
        status = status_of(acts, answer.review.evidence_digest)
        return replace(answer, review=replace(answer.review, status=status))

    def _sealed(self, read: _Read, audience: Audience, composition: Composition) -> Answer:
        return sealed(
            Answer(
                schema=SCHEMA,
                answer_id="",
                status=_status(read.screening, composition),
                question=read.asked,
                standalone_question=read.standalone,
                audience=audience,
                sections=composition.sections,
                claims=composition.claims,
                references=composition.references,
                omissions=composition.omissions,
                conflicts=composition.conflicts,
                excluded=composition.excluded,
                notices=read.notices,
                guardrails=read.screening.decisions,
                review=Review("submitted", evidence_digest(composition.claims)),
                last_updated=composition.last_updated,
                disclaimer=wording.DISCLAIMER,
                manifest=Manifest(
                    version=version("consilia"),
                    knowledge_base=KnowledgeBaseState(self._kb.digest, self._kb.index.folder.name),
                    models={
                        "embedder": self._embedder.identity.name,
                        "embedder_sha256": self._embedder.identity.sha256,
                    },
                    settings=self._settings.digest(),
                ),
            )
        )


def _first(text: str) -> str:
    """The beginning of a text, cut between words when it is long."""
    if len(text) <= AROUND:
        return text
    return f"{text[: text.rfind(' ', 0, AROUND) + 1] or text[:AROUND]}…"


def _last(text: str) -> str:
    """The end of a text, cut between words when it is long."""
    if len(text) <= AROUND:
        return text
    start = text.find(" ", len(text) - AROUND)
    return f"…{text[start if start >= 0 else len(text) - AROUND :]}"


def _silent(phase: str, done: int, total: int) -> None:
    """Tell nobody."""


def _joined(one: Screening, other: Screening) -> Screening:
    """The decisions on a question as asked and as understood."""
    return replace(one, decisions=tuple(dict.fromkeys((*one.decisions, *other.decisions))))


def _refusal(resolved: Resolved) -> str | None:
    if not in_latin_script(resolved.text):
        return wording.WRONG_LANGUAGE
    if resolved.unresolved:
        return wording.UNRESOLVED.format(word=resolved.unresolved)
    return None


def _status(screening: Screening, composition: Composition) -> Status:
    if screening.emergency:
        return "emergency"
    return "answered" if any(section.groups for section in composition.sections) else "abstained"
