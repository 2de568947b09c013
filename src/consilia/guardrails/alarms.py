"""Emergencies told in words that no pattern lists: a linear model over words and pairs of words.

A logistic regression in the manner of Wang and Manning (ACL 2012): each known word or pair counts
by its inverse document frequency and its weight, over the length of the text. `data/alarms.json`
holds the weights, to be read one by one; `python -m eval alarms` learns them from phrasings.
"""

import math
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consilia.errors import RuleError

Kind = Literal["emergency", "crisis"]
_TOKEN = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?|[?!]")
_DIGIT = re.compile(r"[0-9]")
_SENTENCE = re.compile(r"(?<=[.!?;]) +")


class Alarms(BaseModel):
    """The weights, and the log-odds from which on there is an alarm."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    form: Literal["consilia.alarms/1"] = Field(alias="schema")
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
    reserve: float = Field(gt=0)
    """Added to the square of a text's length, so that a few known words alone weigh little."""
    grams: dict[str, tuple[float, float, float]] = Field(min_length=1)
    """By word or pair of words: inverse document frequency, weight of alarm, weight of crisis."""

    def kinds(self, text: str) -> frozenset[Kind]:
        """Return what a matchable text tells of: as a whole, else by sentences that alarm alone."""
        whole, sentences = self.score(text), sentences_in(text)
        if whole[0] > self.threshold:
            scores = [whole]
        elif len(sentences) > 1:
            alone = map(self.score, sentences)
            scores = [score for score in alone if score[0] > self.sentence_threshold]
        else:
            scores = []
        return frozenset(
            "crisis" if crisis > self.crisis_threshold else "emergency" for _, crisis in scores
        )

    def score(self, text: str) -> tuple[float, float]:
        """Return the log-odds of an emergency or a crisis, and of a crisis alone."""
        found = [self.grams[gram] for gram in grams_of(text) if gram in self.grams]
        length = math.sqrt(self.reserve + sum(idf * idf for idf, _, _ in found))
        alarm = self.alarm + sum(weight for _, weight, _ in found) / length
        return alarm, self.crisis + sum(weight for _, _, weight in found) / length


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
        return Alarms.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise RuleError(f"{path} cannot be read ({error}), reinstall the package") from error


@cache
def shipped_alarms() -> Alarms:
    """Return the weights that ship; a `RuleError` when they cannot be read."""
    return load_alarms(files("consilia").joinpath("data", "alarms.json"))
