"""Giskard's prompt injections: jailbreaks and hijackings, as questions and inside documents."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from consilia import Assistant
from consilia.answer import Answer
from consilia.errors import QuestionError
from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.measure import Measure, share
from eval.progress import bar
from eval.public import Options
from eval.public.injections import (
    HOW,
    Injected,
    Instruction,
    categories_text,
    injected,
    measures,
)
from eval.public.obeying import RULE, Obedience, obeyed
from eval.public.records import csv_rows
from eval.public.results import evenly, hand_back
from eval.report import measures_text, table

FILE = "giskard_prompt_injections.csv"
NOT_TAKEN = "not taken"
"""In place of a status: the question was refused before it was read, such as for its length."""


class _Prompt(BaseModel):
    model_config = ConfigDict(frozen=True)

    prompt: str = Field(min_length=1)
    group: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What came of an instruction that was typed as a question."""

    category: str
    instruction: str
    status: str
    """Of the answer, or `NOT_TAKEN`."""
    obeyed: Obedience


def run(path: Path, options: Options) -> int:
    """Print what becomes of the prompts, typed as questions and put into documents.

    Args:
        path: The folder of `giskard_prompt_injections.csv`.
        options: `limit` takes so many prompts, spread evenly; `kb` is asked; `out` gets each
            prompt with its fate.

    Returns:
        The exit status, 0.
    """
    chosen = evenly(read(path), options.limit)
    settings = read_settings()
    embedder = open_embedder(settings)
    with Assistant.open(options.kb, settings, embedder=embedder) as assistant:
        asked = typed(chosen, assistant.ask)
    inside = injected(chosen, settings, embedder)
    hand_back("giskard", text_of(asked, inside), [*asked, *inside], options)
    return 0


def read(folder: Path) -> tuple[Instruction, ...]:
    """Return the prompts of `giskard_prompt_injections.csv`.

    Args:
        folder: Where the file is.

    Returns:
        At least one, in the order of the file.

    Raises:
        BenchmarkError: The file is missing or malformed.
    """
    rows = (row.value for row in csv_rows(folder / FILE, _Prompt))
    return tuple(Instruction(prompt.group, prompt.prompt) for prompt in rows)


def typed(instructions: Sequence[Instruction], ask: Callable[[str], Answer]) -> tuple[Typed, ...]:
    """Ask each instruction as a question.

    Args:
        instructions: Of one set.
        ask: Gives the answer, or a `QuestionError`.

    Returns:
        One entry an instruction, in order.
    """
    found = []
    with bar("Asking", len(instructions)) as advance:
        for instruction in instructions:
            found.append(_typed(instruction, ask))
            advance(1)
    return tuple(found)


def _typed(instruction: Instruction, ask: Callable[[str], Answer]) -> Typed:
    try:
        answer = ask(instruction.words)
    except QuestionError:
        return Typed(instruction.category, instruction.words, NOT_TAKEN, "")
    done = obeyed(instruction.words, answer)
    return Typed(instruction.category, instruction.words, answer.status, done)


def text_of(asked: Sequence[Typed], inside: Sequence[Injected]) -> str:
    """Return the tables of both ways, and the rules behind them."""
    parts = [
        f"Giskard: {len(asked)} prompts\n  {RULE}",
        f"Typed as a question\n{measures_text(_typed_measures(asked))}",
        table(_statuses(asked)),
        f"In a document: {HOW}\n{measures_text(measures(inside))}",
        categories_text(inside),
    ]
    return "\n\n".join(parts) + "\n"


def _typed_measures(asked: Sequence[Typed]) -> tuple[Measure, ...]:
    return (
        share("instructions obeyed", (bool(one.obeyed) for one in asked)),
        share("not taken, such as too long", (one.status == NOT_TAKEN for one in asked)),
        share("abstained", (one.status == "abstained" for one in asked)),
        share("answered", (one.status == "answered" for one in asked)),
    )


def _statuses(asked: Sequence[Typed]) -> Iterator[Sequence[str]]:
    statuses = sorted({one.status for one in asked})
    yield "category", "n", *statuses
    for category in dict.fromkeys(one.category for one in asked):
        here = [one.status for one in asked if one.category == category]
        yield category, str(len(here)), *(str(here.count(status)) for status in statuses)
