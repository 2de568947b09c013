"""Gold cases: what is asked, and which facts an answer should show; one JSON object a line."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from consilia.errors import ConsiliaError

GOLD = Path(__file__).parent / "gold"
STARTER = GOLD / "starter.jsonl"
TEST = GOLD / "test.jsonl"
"""Written by others than the rules, from documents that no case of `dev.jsonl` rests on."""
TEST_SHA256 = "2a6e44c46047bacdff5ae556798c566f3b3a09170b365d40c415bd65d12dbfe1"
"""Of the file as it was frozen before anything was tuned."""

CaseType = Literal["answerable", "abstain", "guardrail", "dialogue"]
Expected = Literal["answer", "abstain", "guardrail"]

Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
FactId = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2,}\.\d+$")]


class CaseError(ConsiliaError):
    """A file of gold cases cannot be used; the message names file, line and field."""


class _Lenient(BaseModel):
    # Gold files also carry model answers, difficulty and reasons, which this runner does not use.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Turn(_Lenient):
    """One question of a dialogue."""

    user: Question
    resolved_question: str = ""
    fact_ids: tuple[FactId, ...] = ()
    must_have: tuple[str, ...] = ()
    """Words of the gold facts that an answer cannot miss: a value, a drug, a phrase."""
    expected: Expected


class Case(_Lenient):
    """One question, or one dialogue, with what a right answer shows or does."""

    id: str = Field(min_length=1)
    type: CaseType
    category: str = ""
    fact_ids: tuple[FactId, ...] = ()
    must_have: tuple[str, ...] = ()
    question: Question | None = Field(default=None, validate_default=True)
    turns: tuple[Turn, ...] = Field(default=(), validate_default=True)
    split: str = ""

    @field_validator("question")
    @classmethod
    def _question_is_there(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("type") != "dialogue":
            raise ValueError("a case that is no dialogue needs a question")
        return value

    @field_validator("turns")
    @classmethod
    def _turns_are_there(cls, value: tuple[Turn, ...], info: ValidationInfo) -> tuple[Turn, ...]:
        if bool(value) != (info.data.get("type") == "dialogue"):
            raise ValueError("a dialogue needs turns, and only a dialogue has them")
        return value

    def steps(self) -> tuple[Turn, ...]:
        """Return the turns of a dialogue, or the one question of another case as its only turn."""
        if self.question is None or self.turns:
            return self.turns
        expected: Expected = "answer" if self.type == "answerable" else "abstain"
        return (
            Turn(
                user=self.question,
                fact_ids=self.fact_ids,
                must_have=self.must_have,
                expected="guardrail" if self.type == "guardrail" else expected,
            ),
        )


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read gold cases.

    Args:
        path: A UTF-8 file, one JSON object a line; blank lines are skipped.

    Returns:
        The cases in the order of the file.

    Raises:
        CaseError: The file cannot be read, or a line is no case; every such line is named.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"cannot read the gold cases of {path}: {error}") from error
    cases: dict[str, Case] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        parsed = _parse(line) if line.strip() else ()
        if isinstance(parsed, Case) and parsed.id in cases:
            parsed = (f"id: {parsed.id!r} stands on an earlier line too",)
        if isinstance(parsed, Case):
            cases[parsed.id] = parsed
        else:
            problems += [f"{path}:{number}: {problem}" for problem in parsed]
    if problems:
        raise CaseError("\n".join(problems))
    return tuple(cases.values())


def _parse(line: str) -> Case | tuple[str, ...]:
    """Return the case of a line, or what is wrong with its fields."""
    try:
        return Case.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        return (f"no JSON object: {error}",)
    except ValidationError as error:
        places = (".".join(map(str, problem["loc"])) or "line" for problem in error.errors())
        problems = zip(places, error.errors(), strict=True)
        return tuple(f"{place}: {problem['msg']}" for place, problem in problems)
