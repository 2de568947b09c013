"""What is kept of each question: a line of the log, and one of the audit log where a site asks."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from consilia.errors import AuditError
from consilia.privacy.audit import Asker, AuditLog, Entry, system_user
from consilia.privacy.keys import fingerprint
from consilia.settings import Settings, default_home

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """One question on its way."""

    by: Asker
    id: str = field(default_factory=lambda: uuid4().hex)
    began: float = field(default_factory=perf_counter)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question."""

    question: str
    """Redacted; its keyed hash is kept, never its words."""
    status: str
    answer_id: str | None
    decisions: tuple[str, ...]
    knowledge_base: str


class Recorder:
    """Keeps what became of questions."""

    def __init__(self, settings: Settings) -> None:
        """Open the audit log of the settings, if there is one.

        Raises:
            AuditError: It cannot be written.
        """
        self._user = settings.user
        self._keys = default_home().parent
        self._audit = AuditLog(Path(settings.audit)) if settings.audit else None
        if self._audit:
            self._audit.check()

    @property
    def audited(self) -> bool:
        """Whether nothing may be shown before it is on record."""
        return self._audit is not None

    def record(self, request: Request, outcome: Outcome) -> None:
        """Keep what became of a question.

        Args:
            request: The question.
            outcome: What became of it.

        Raises:
            AuditError: The audit log cannot be written: the answer must not be shown.
        """
        if self._audit:
            self._audit.write(
                Entry(
                    request=request.id,
                    user=request.by.user or self._user or system_user(),
                    channel=request.by.channel,
                    status=outcome.status,
                    answer_id=outcome.answer_id,
                    knowledge_base=outcome.knowledge_base,
                    decisions=outcome.decisions,
                    question=fingerprint(outcome.question, self._keys),
                )
            )
        if _log.isEnabledFor(logging.INFO):
            _log.info(
                "request %s: question %s, %s, rules %s, %d ms",
                request.id,
                self._told(outcome.question),
                outcome.status,
                " ".join(outcome.decisions) or "none",
                (perf_counter() - request.began) * 1_000,
            )

    def _told(self, question: str) -> str:
        """The keyed hash of a question; a log without one is better than no answer."""
        try:
            return fingerprint(question, self._keys)
        except AuditError:
            return "without a key"
