"""Judged answers of the LiveQA family: 1 incorrect, 2 related, 3 incomplete, 4 excellent."""

import re
from dataclasses import dataclass
from pathlib import Path

from eval.public.benchmark import BenchmarkError, single_spaced

_SCORE = re.compile(r"([1-4])(?:-\w+)?")
_FIELDS = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of a file of judgements."""

    place: str
    """File and line."""
    question: str
    """Number of the question."""
    grade: int
    """See `relevant_grade`."""
    answer: str
    """Its id, or its words: what stands in the rest of the line."""


def relevant_grade(score: str) -> int:
    """Return the grade of relevance: 2 for excellent, 1 for incomplete, 0 for all below.

    Args:
        score: `4`, or `4-Excellent`.

    Returns:
        The grade.

    Raises:
        ValueError: It is none of the four.

    >>> relevant_grade("3-Incomplete"), relevant_grade("1")
    (1, 0)
    """
    found = _SCORE.fullmatch(score.strip())
    if not found:
        raise ValueError(f"{score!r} is none of the scores 1 to 4")
    return max(0, int(found[1]) - 2)


def judgements(path: Path) -> tuple[Judgement, ...]:
    """Return the lines `question score answer` of a file; blank ones are skipped.

    Args:
        path: Text in UTF-8; broken characters are replaced, as the published files have some.

    Returns:
        The lines, in order.

    Raises:
        BenchmarkError: The file cannot be read, or a line has another form.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError as error:
        raise BenchmarkError(f"cannot read {path}: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place, fields = f"{path}:{number}", line.split(maxsplit=_FIELDS - 1)
        if len(fields) < _FIELDS:
            raise BenchmarkError(f"{place}: expected a question, a score and an answer")
        try:
            grade = relevant_grade(fields[1])
        except ValueError as error:
            raise BenchmarkError(f"{place}: {error}; download the file again") from error
        found.append(Judgement(place, fields[0], grade, single_spaced(fields[2])))
    return tuple(found)
