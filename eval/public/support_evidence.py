"""Evidence Inference: what a trial found of an outcome, with the words that doctors marked."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from eval.public import Options
from eval.public.gate_tables import run_gates
from eval.public.records import csv_rows
from eval.public.support import JudgedPairs, Pair, sentences

Direction = Literal["increased", "decreased", "no difference"]

RECIPES: dict[Direction, str] = {
    "increased": "{intervention} significantly increased {outcome} compared with {comparator}.",
    "decreased": "{intervention} significantly decreased {outcome} compared with {comparator}.",
    "no difference": (
        "There was no significant difference in {outcome} between {intervention} and {comparator}."
    ),
}
"""How a claim is made of a prompt; white space is made single, nothing else is changed."""
DIRECTIONS: dict[str, Direction] = {
    "significantly increased": "increased",
    "significantly increase": "increased",
    "significantly decreased": "decreased",
    "significantly decrease": "decreased",
    "no significant difference": "no difference",
}
NOTES = (
    "a pair: a claim made of a prompt by a fixed recipe, and the words that a doctor marked for it",
    "each prompt gives three claims: of the direction that the doctor found, and of the two others",
)


class Prompt(BaseModel):
    """What a trial was asked: the effect of what, against what, on what."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(alias="PromptID")
    outcome: str = Field(alias="Outcome")
    intervention: str = Field(alias="Intervention")
    comparator: str = Field(alias="Comparator")

    @property
    def is_whole(self) -> bool:
        """Whether it names all that a claim is made of."""
        return bool(self.outcome and self.intervention and self.comparator)

    @field_validator("outcome", "intervention", "comparator")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return " ".join(value.split()).rstrip(" .,;")


class _Annotation(BaseModel):
    model_config = ConfigDict(frozen=True)

    prompt: str = Field(alias="PromptID")
    article: str = Field(alias="PMCID", min_length=1)
    label_holds: bool = Field(alias="Valid Label")
    reasoning_holds: bool = Field(alias="Valid Reasoning")
    label: str = Field(alias="Label")
    words: str = Field(alias="Annotations")

    @property
    def direction(self) -> Direction | None:
        """What was found, of an annotation that a second doctor confirmed; else None."""
        confirmed = self.label_holds and self.reasoning_holds and self.words.strip()
        return DIRECTIONS.get(self.label) if confirmed else None


def run(path: Path, options: Options) -> int:
    """Print what the gates say of the set; see `eval.public.gate_tables`."""
    return run_gates("support-evidence", read(path), options)


def read(folder: Path) -> JudgedPairs:
    """Return claims made of the prompts, each with the words that a doctor marked.

    Args:
        folder: With `prompts_merged.csv` and `v2_annotations.csv`; the articles are not needed,
            since the annotations hold the words of their spans.

    Returns:
        Three pairs for each prompt and marked words; what was left out is counted.

    Raises:
        BenchmarkError: A file is missing or malformed, or an annotation names no prompt.
    """
    prompts = {row.value.id: row.value for row in csv_rows(folder / "prompts_merged.csv", Prompt)}
    rows = csv_rows(folder / "v2_annotations.csv", _Annotation)
    if astray := next((row for row in rows if row.value.prompt not in prompts), None):
        raise astray.error(f"prompt {astray.value.prompt!r} is not in prompts_merged.csv")
    by_prompt: dict[str, list[_Annotation]] = defaultdict(list)
    for annotation in (row.value for row in rows):
        if annotation.direction and prompts[annotation.prompt].is_whole:
            by_prompt[annotation.prompt].append(annotation)
    agreed = {id_: given for id_, given in by_prompt.items() if len(_directions(given)) == 1}
    pairs = tuple(p for id_, given in agreed.items() for p in _pairs(prompts[id_], given))
    unconfirmed = len(rows) - sum(map(len, by_prompt.values()))
    notes = (
        *NOTES,
        f"{unconfirmed:,} of {len(rows):,} annotations left out: not confirmed, or words missing",
        f"{len(by_prompt) - len(agreed)} prompts left out: doctors found different directions",
    )
    return JudgedPairs("Evidence Inference 2.0", pairs, notes)


def _directions(given: list[_Annotation]) -> set[Direction | None]:
    return {annotation.direction for annotation in given}


def _pairs(prompt: Prompt, given: list[_Annotation]) -> Iterator[Pair]:
    # Doctors often mark the same words.
    for words, annotation in {a.words.strip(): a for a in given}.items():
        evidence = sentences(words)
        for direction in RECIPES if evidence else ():
            right = direction == annotation.direction
            label = f"{'found' if right else 'not found'}: {direction}"
            yield Pair(_claim(prompt, direction), evidence, label, right, annotation.article)


def _claim(prompt: Prompt, direction: Direction) -> str:
    """Return a prompt as a claim of one direction."""
    filled = RECIPES[direction].format(
        intervention=prompt.intervention, outcome=prompt.outcome, comparator=prompt.comparator
    )
    return filled[0].upper() + filled[1:]
