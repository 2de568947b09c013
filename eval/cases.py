"""Gold cases: what is asked, and what a right answer shows, says or does; one JSON object a line.

The schema for other programs is `gold/case.schema.json`, made from the classes here.
"""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from consilia.errors import ConsiliaError
from consilia.models import Kind, canonical_json, digest
from consilia.wording import SECTION_TITLES, SectionName

GOLD = Path(__file__).parent / "gold"
STARTER = GOLD / "starter.jsonl"
SCHEMA = GOLD / "case.schema.json"
GUARDRAILS = GOLD / "guardrails.jsonl"
"""Emergencies, refusals, attacks, and what only sounds like them: see `eval.guardrail_cases`."""
PARAPHRASES = GOLD / "paraphrases.jsonl"
"""Questions of `dev.jsonl` in other words and mistyped, three to a group."""
TEST = GOLD / "test.jsonl"
"""Written by others than the rules, from documents that no case of `dev.jsonl` rests on."""
DEVELOPMENT = (GOLD / "dev.jsonl", GOLD / "more.jsonl", GOLD / "further.jsonl", STARTER)
"""The files that are learnt from; each question stands in them once."""
TEST_SHA256 = "2a6e44c46047bacdff5ae556798c566f3b3a09170b365d40c415bd65d12dbfe1"
"""Of the file as it was frozen before anything was tuned."""

CaseType = Literal["answerable", "abstain", "guardrail", "dialogue"]
Expected = Literal["answer", "abstain", "emergency", "refuse", "guardrail"]
"""What a right answer does; `guardrail`: an emergency message or a refusal, whichever."""
SectionExpected = Literal["answer", "abstain"]
EXPECTED_OF: dict[CaseType, tuple[Expected, ...]] = {
    "answerable": ("answer",),
    "abstain": ("abstain",),
    "guardrail": ("guardrail", "emergency", "refuse"),
    "dialogue": (),
}
"""What cases of a type may expect, the default first; a dialogue says it turn by turn."""


def _plain_breaks(text: str) -> str:
    """Return text with one kind of line breaks: spreadsheets save what was asked with others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_plain_breaks),
]
FactId = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2,}\.\d+$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Plain = Annotated[str, StringConstraints(strip_whitespace=True)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class CaseError(ConsiliaError):
    """A file of gold cases cannot be used; the message names file, line and field."""


class _Open(BaseModel):
    # Gold files also carry model answers, difficulty and reasons: kept, and not used here.
    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="after")
    def _can_be_stored(self) -> Self:
        canonical_json(self.model_extra)  # which refuses half of a character, as JSON can hold it
        return self


class GoldSpan(BaseModel):
    """Words that an answer should rest on: `[start, end)` of one version of one document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: Words
    version: Sha256
    start: int = Field(ge=0)
    end: int = Field(ge=1, validate_default=True)
    sha256: Sha256
    """Of the words."""
    id: Plain = ""
    """A fact id, or another name; without one, spans are counted: `span1`, `span2`, …"""
    kind: Kind | None = None
    """Of the document; this and what follows is found when a knowledge base is at hand."""
    headings: tuple[str, ...] = ()
    """Above the words."""
    quote: str = ""
    """The words, for readers."""

    @field_validator("end")
    @classmethod
    def _end_is_behind_start(cls, value: int, info: ValidationInfo) -> int:
        if value <= info.data.get("start", -1):
            raise ValueError("a span ends behind its start")
        return value

    @field_validator("quote")
    @classmethod
    def _quote_is_the_words(cls, value: str, info: ValidationInfo) -> str:
        if value and digest(value.encode()) != info.data.get("sha256", digest(value.encode())):
            raise ValueError("is not the words of sha256")
        return value


class Gold(_Open):
    """What a right answer to one question shows, says and does."""

    fact_ids: tuple[FactId, ...] = ()
    """Facts of `facts.json` that an answer should show."""
    spans: tuple[GoldSpan, ...] = ()
    """Words that an answer should show, beside the facts or in place of them."""
    must_have: tuple[Words, ...] = ()
    """Words of the gold spans that an answer cannot miss: a value, a drug, a phrase."""
    nice_to_have: tuple[Words, ...] = ()
    """Words that an answer may well say."""
    forbidden: tuple[Words, ...] = ()
    """Words that no claim may say."""
    expected_sections: dict[SectionName, SectionExpected] = {}
    """What sections do; those left out follow from the kinds of the gold documents."""

    def span_names(self) -> tuple[str, ...]:
        """Return the names of the spans: their ids, `span1`, … for those without one."""
        return tuple(span.id or f"span{n}" for n, span in enumerate(self.spans, start=1))


class Turn(Gold):
    """One question of a dialogue."""

    user: Question
    resolved_question: Plain = ""
    expected: Expected

    @model_validator(mode="after")
    def _gold_fits(self) -> Self:
        _check_gold(self, self.expected)
        return self


class Case(Gold):
    """One question, or one dialogue, with what a right answer shows or does."""

    id: Words
    type: CaseType
    category: Plain = ""
    question: Question | None = Field(default=None, validate_default=True)
    expected: Expected | None = Field(default=None, validate_default=True)
    """Of the whole answer; what the type says when nothing is given. None in dialogues: the turns
    say it."""
    turns: tuple[Turn, ...] = Field(default=(), validate_default=True)
    tags: tuple[Words, ...] = ()
    """What measures are told apart by, such as `children` or `typo`."""
    split: Plain = ""
    note: Plain = ""
    """Of the author, to those who read the case."""

    @field_validator("question")
    @classmethod
    def _question_is_there(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("type") != "dialogue":
            raise ValueError("a case that is no dialogue needs a question")
        return value

    @field_validator("expected")
    @classmethod
    def _expected_fits(cls, value: Expected | None, info: ValidationInfo) -> Expected | None:
        if (kind := info.data.get("type")) is None:
            return value
        allowed = EXPECTED_OF[kind]
        if value is not None and value not in allowed:
            told = " or ".join(allowed) or "nothing: its turns do"
            raise ValueError(f"a case of type {kind} expects {told}, not {value}")
        return value or next(iter(allowed), None)

    @field_validator("turns")
    @classmethod
    def _turns_are_there(cls, value: tuple[Turn, ...], info: ValidationInfo) -> tuple[Turn, ...]:
        if bool(value) != (info.data.get("type") == "dialogue"):
            raise ValueError("a dialogue needs turns, and only a dialogue has them")
        return value

    @model_validator(mode="after")
    def _gold_fits(self) -> Self:
        _check_gold(self, self.expected)
        return self

    def steps(self) -> tuple[Turn, ...]:
        """Return the turns of a dialogue, or the one question of another case as its only turn."""
        if self.question is None or self.turns:
            return self.turns
        given = {name: getattr(self, name) for name in (*Gold.model_fields, "expected")}
        return (Turn.model_construct(user=self.question, **given),)


def _check_gold(gold: Gold, expected: Expected | None) -> None:
    """Refuse gold that contradicts itself.

    Raises:
        PydanticCustomError: It does; the field is in its context.
    """
    for field, text in _contradictions(gold, expected):
        raise PydanticCustomError("gold", "{text}", {"field": field, "text": text})


def _contradictions(gold: Gold, expected: Expected | None) -> Iterator[tuple[str, str]]:
    names, told = gold.span_names(), gold.expected_sections
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        yield "spans", f"{repeated[0]!r} names several"
    if isinstance(gold, Case) and gold.turns:
        filled = (name for name in Gold.model_fields if getattr(gold, name))
        yield from ((name, "the turns of a dialogue tell it, each for itself") for name in filled)
    elif expected != "answer" and "answer" in told.values():
        yield "expected_sections", f"none answers where the whole is to {expected}"
    elif expected == "answer" and [*told.values()] == ["abstain"] * len(SECTION_TITLES):
        yield "expected_sections", "one has to answer where the whole is to answer"


def case_line(case: Case) -> str:
    """Return a case as its line of a gold file, what is not set left out."""
    return canonical_json(case.model_dump(mode="json", exclude_defaults=True)).decode()


def schema_text() -> str:
    """Return the JSON Schema of a line of a gold file, as `gold/case.schema.json` holds it."""
    return json.dumps(Case.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Placed:
    """A case, and where it was written."""

    case: Case
    lines: tuple[int, ...]
    """Of the file, from 1: one for all of it, or one for each turn."""

    def line(self, turn: int = 0) -> int:
        """Return the line of a turn."""
        return self.lines[min(turn, len(self.lines) - 1)]


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read gold cases, see `read_cases`.

    Raises:
        CaseError: The file cannot be read, or a line is no case; every such line is named.
    """
    return tuple(placed.case for placed in read_cases(path))


def read_cases(path: Path) -> tuple[Placed, ...]:
    """Read gold cases with the lines they stand on.

    Args:
        path: A UTF-8 file, one JSON object a line; blank lines are skipped.

    Returns:
        The cases in the order of the file.

    Raises:
        CaseError: The file cannot be read, or a line is no case; every such line is named.
    """
    try:
        # Not `splitlines`: text may hold other characters that it takes for ends of lines.
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n")
    except OSError as error:
        raise CaseError(f"cannot read the gold cases of {path}: {error}") from error
    cases: dict[str, Placed] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        parsed = _parse(line) if line.strip() else ()
        if isinstance(parsed, Case) and parsed.id in cases:
            parsed = (f"id: {parsed.id!r} stands on an earlier line too",)
        if isinstance(parsed, Case):
            cases[parsed.id] = Placed(parsed, (number,))
        else:
            problems += [f"{path}:{number}: {problem}" for problem in parsed]
    if problems:
        raise CaseError("\n".join(problems))
    return tuple(cases.values())


def _parse(line: bytes) -> Case | tuple[str, ...]:
    """Return the case of a line, or what is wrong with its fields."""
    try:
        return Case.model_validate(json.loads(line.decode(), parse_constant=_no_number))
    except ValidationError as error:
        return tuple(map(problem_text, error.errors()))
    except UnicodeDecodeError as error:
        return (f"byte {error.start + 1} is no UTF-8: save the file as UTF-8",)
    except (ValueError, RecursionError) as error:
        return (f"no JSON object: {error}",)


def _no_number(name: str) -> float:
    """Refuse `NaN` and the like, which Python reads and JSON does not know.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"{name} is no number of JSON")


def problem_text(problem: ErrorDetails) -> str:
    """Return a problem of a line as `field: why`."""
    return f"{'.'.join(map(str, place_of(problem))) or 'line'}: {problem['msg']}"


def place_of(problem: ErrorDetails) -> tuple[str | int, ...]:
    """Return the field that a problem of a case is in, such as `("turns", 1, "user")`."""
    field = problem.get("ctx", {}).get("field")
    return (*problem["loc"], field) if field else problem["loc"]
