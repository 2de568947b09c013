"""Filters on what a search returns: kind, year, population, design."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from consilia.errors import QuestionError
from consilia.models import KINDS, Design, Kind, Sentence
from consilia.populations import GROUPS, groups_in


@dataclass(frozen=True, slots=True)
class Filter:
    """What a sentence must be; None lets all through."""

    since: int | None = None
    population: str | None = None
    design: str | None = None

    def __post_init__(self) -> None:
        if self.population is not None and self.population not in GROUPS:
            raise QuestionError(f"{self.population!r} is no group; use one of {', '.join(GROUPS)}")
        if self.design is not None and self.design not in get_args(Design):
            known = ", ".join(get_args(Design))
            raise QuestionError(f"{self.design!r} is no design; use one of {known}")

    def keeps(self, sentence: Sentence) -> bool:
        """Tell whether a sentence passes."""
        if self.since is not None and (sentence.year is None or sentence.year < self.since):
            return False
        if self.design is not None and sentence.design != self.design:
            return False
        return self.population is None or self._speaks_of(self.population, sentence)

    @staticmethod
    def _speaks_of(group: str, sentence: Sentence) -> bool:
        spoken = groups_in(" . ".join((sentence.text, sentence.title, *sentence.headings)))
        return group in spoken or group in sentence.population.include


def as_kinds(names: Iterable[str]) -> tuple[Kind, ...]:
    """Return kinds by name, all of them when none is named.

    Raises:
        QuestionError: A name is no kind.
    """
    wanted = set(names)
    if unknown := wanted - set(KINDS):
        raise QuestionError(f"{sorted(unknown)[0]!r} is no kind; use one of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in wanted) or KINDS
