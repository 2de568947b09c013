"""Recording what a named person says of an answer, once the answer has been checked."""

import json
from pathlib import Path
from typing import get_args

from consilia.errors import KnowledgeBaseError, QuestionError
from consilia.ingestion import writing
from consilia.journal import now
from consilia.knowledge_base import current_generation
from consilia.reviews import Act, ReviewAct
from consilia.verify import UnreadableError, check

_MAX_BYTES = 20_000_000


def record(home: Path, path: Path, to: str, by: str) -> Act:
    """Record an act of review.

    Args:
        home: The folder of the knowledge base that the answer was made from.
        path: The answer, as `consilia ask --json` writes it.
        to: `under_review` or `approved`.
        by: The person who does this.

    Returns:
        The act as it was recorded.

    Raises:
        QuestionError: The status is none that an answer can be brought to.
        KnowledgeBaseError: The answer cannot be read, or does not hold: nothing is recorded.
    """
    status: ReviewAct | None = next((act for act in get_args(ReviewAct) if act == to), None)
    if status is None:
        raise QuestionError(f"{to!r} is no step of a review; use under_review or approved")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise KnowledgeBaseError(f"{path} is larger than an answer can be")
        answer = json.loads(path.read_bytes())
        findings = check(answer, home)
    except (OSError, ValueError, RecursionError, UnreadableError) as error:
        raise KnowledgeBaseError(f"cannot read the answer in {path}: {error}") from error
    if findings:
        place, message = findings[0]
        raise KnowledgeBaseError(
            f"the answer in {path} does not hold: {place} {message}; `consilia verify` tells all. "
            "Ask the question again and review that answer"
        )
    act = Act(
        answer_id=answer["answer_id"],
        evidence_digest=answer["review"]["evidence_digest"],
        question=str(answer["standalone_question"]),
        audience=str(answer["audience"]),
        status=status,
        by=by,
        at=now(),
    )
    current_generation(home)
    with writing(home) as catalog, catalog.transaction():
        catalog.reviews.record(act)
    return act
