"""Emergencies told in words that no pattern lists: a linear model over words and pairs of words.

A logistic regression in the manner of Wang and Manning (ACL 2012): each known word or pair counts
by its inverse document frequency and its weight, over the length of the text. `data/alarms.json`
holds the weights, to be read one by one; `python -m eval alarms` learns them from phrasings.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consilia.errors import RuleError

ALARMS_SCHEMA = "consilia.alarms/1"
_TOKEN = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?|[?!]")
_DIGIT = re.compile(r"[0-9]")
_SENTENCE = re.compile(r"(?<=[.!?;]) +")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    consilia_schema: str = Field(alias="schema", pattern=f"^{ALARMS_SCHEMA}$")
    alarm: float
    crisis: float
    threshold: float
    sentence_threshold: float
    crisis_threshold: float
    grams: dict[str, tuple[float, float, float]] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Alarms:
    """The weights, and the log-odds from which on there is an alarm."""

    alarm: float
    """Log-odds of an emergency or a crisis in a text without a known word."""
    crisis: float
    """The same of a crisis alone."""
    threshold: float
    """For a whole question."""
    sentence_threshold: float
    """For one of its sentences alone: harmless words around it must not hide an emergency."""
    crisis_threshold: float
    """Of what alarms, from which on it is a crisis and not an emergency of the body."""
    grams: Mapping[str, tuple[float, float, float]]
    """By word or pair of words: inverse document frequency, weight of alarm, weight of crisis."""

    def emergency(self, text: str) -> bool:
        """Return whether a matchable text tells of an emergency of the body."""
        return any(not self._is_crisis(part) for part in self._alarming(text))

    def crisis_of(self, text: str) -> bool:
        """Return whether a matchable text tells of a suicidal crisis or of self-harm."""
        return any(map(self._is_crisis, self._alarming(text)))

    def score(self, text: str) -> tuple[float, float]:
        """Return the log-odds of an emergency or a crisis, and of a crisis alone."""
        found = [self.grams[gram] for gram in grams_of(text) if gram in self.grams]
        length = math.sqrt(sum(idf * idf for idf, _, _ in found)) or 1.0
        alarm = self.alarm + sum(weight for _, weight, _ in found) / length
        return alarm, self.crisis + sum(weight for _, _, weight in found) / length

    def _alarming(self, text: str) -> list[str]:
        """The text where it alarms as a whole, else those of its sentences that do alone."""
        if self.score(text)[0] > self.threshold:
            return [text]
        return [s for s in sentences_in(text) if self.score(s)[0] > self.sentence_threshold]

    def _is_crisis(self, text: str) -> bool:
        return self.score(text)[1] > self.crisis_threshold


def grams_of(text: str) -> frozenset[str]:
    """Return the words of a matchable text and the pairs of them, figures by their length alone.

    >>> sorted(grams_of("she can't wake, 79%"))
    ['00', 'cant', 'cant wake', 'she', 'she cant', 'wake', 'wake 00']
    """
    words = [_DIGIT.sub("0", word) for word in _TOKEN.findall(text.replace("'", ""))]
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return frozenset([*words, *pairs])


def sentences_in(text: str) -> list[str]:
    """Return the stretches of a matchable text that end with a stop."""
    return _SENTENCE.split(text)


def load_alarms(path: Traversable) -> Alarms:
    """Return the weights of a file.

    Raises:
        RuleError: It is missing, damaged or of another schema.
    """
    try:
        read = _File.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise RuleError(f"{path} cannot be read ({error!r}), reinstall the package") from error
    return Alarms(
        read.alarm,
        read.crisis,
        read.threshold,
        read.sentence_threshold,
        read.crisis_threshold,
        read.grams,
    )


@cache
def shipped_alarms() -> Alarms:
    """Return the weights that ship; a `RuleError` when they cannot be read."""
    return load_alarms(files("consilia").joinpath("data", "alarms.json"))
