"""The record of reviews: who said what of which answer, when; never changed, never deleted."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

ReviewAct = Literal["under_review", "approved"]
ACTS: tuple[ReviewAct, ...] = ("under_review", "approved")


@dataclass(frozen=True, slots=True)
class Act:
    """One named act of review, bound to an answer and to the evidence it rested on."""

    answer_id: str
    evidence_digest: str
    question: str
    """As it was understood: what `ask` is asked again."""
    audience: str
    status: ReviewAct
    by: str
    at: str
    """UTC, `YYYY-MM-DDTHH:MM:SSZ`."""


class ReviewLog:
    """The acts of a catalog in the order in which they were recorded."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def record(self, act: Act) -> None:
        """Append an act."""
        self._db.execute(
            "INSERT INTO reviews (answer_id, evidence_digest, question, audience, status, by, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                act.answer_id,
                act.evidence_digest,
                act.question,
                act.audience,
                act.status,
                act.by,
                act.at,
            ),
        )

    def of(self, question: str, audience: str) -> tuple[Act, ...]:
        """Return the acts on answers to a question, oldest first."""
        rows = self._db.execute(
            "SELECT answer_id, evidence_digest, question, audience, status, by, at FROM reviews "
            "WHERE question = ? AND audience = ? ORDER BY number",
            (question, audience),
        )
        return tuple(Act(*row) for row in rows)

    def all(self) -> tuple[Act, ...]:
        """Return all acts, oldest first."""
        rows = self._db.execute(
            "SELECT answer_id, evidence_digest, question, audience, status, by, at FROM reviews "
            "ORDER BY number"
        )
        return tuple(Act(*row) for row in rows)


def status_of(acts: tuple[Act, ...], evidence_digest: str) -> Literal["submitted"] | ReviewAct:
    """Return where an answer stands.

    Args:
        acts: On answers to the same question for the same audience, oldest first.
        evidence_digest: Of the spans that the answer rests on now.

    Returns:
        The status of the last act when the evidence is still what was reviewed; `under_review`
        when it is not; `submitted` when nobody has looked at any answer to the question.
    """
    if not acts:
        return "submitted"
    last = acts[-1]
    return last.status if last.evidence_digest == evidence_digest else "under_review"
