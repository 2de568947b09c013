"""Whether what was found answers a question: one log-odds for each section, before it speaks.

A sentence that is the best one for a question need not answer it. A logistic regression over a
few signs of the best sentence of a section and of the question says how far it does;
`python -m eval calibrate` makes its coefficients and measures what each threshold costs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from consilia.errors import SettingsError
from consilia.question import Question
from consilia.relevance import Features, WeighedTerm

_FAR = 3.0
"""A sentence that stays further behind another one is no nearer to it."""
_NO_SECOND = 10.0
_SIGNS_OF_BEST = (
    "coverage",
    "own_coverage",
    "cosine",
    "entities_missing",
    "names_missing",
    "unknown",
    "unknown_technical",
    "value_missing",
    "population_missing",
    "intent_match",
    "intent_other",
    "narrow_intent_missing",
    "background",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that may lead a section: its log-odds of relevance, and what they rest on."""

    score: float
    features: Features


@dataclass(frozen=True, slots=True)
class Point:
    """Where silence ends, named by what it cost on the questions it was measured on."""

    risk: float
    """Share of the answered questions that no source answers."""
    over_refusal: float
    """Share of the answerable questions that were met with silence."""
    answer: float
    """A question is answered when a section has at least this log-odds."""
    section: float
    """A section of an answered question speaks from this log-odds on."""


@dataclass(frozen=True, slots=True)
class Model:
    """The logistic regression of `data/answerability.json` and its points."""

    intercept: float
    weights: tuple[tuple[str, float], ...]
    points: tuple[Point, ...]
    """By rising risk."""
    default: float
    """Risk of the point that is used unless the settings name another."""


def signs(
    question: Question,
    terms: Sequence[WeighedTerm],
    leads: Sequence[Found],
    best: float,
) -> dict[str, float] | None:
    """Return what tells whether a section can be answered.

    Args:
        question: As understood.
        terms: Of the question, weighed.
        leads: Sentences of the section that may lead it, the highest score first.
        best: The highest score of any section.

    Returns:
        Values by name, those that the model weighs; None when no sentence may lead.
    """
    if not leads:
        return None
    first = leads[0]
    second = leads[1].score if len(leads) > 1 else -_NO_SECOND
    of_best = asdict(first.features)
    return {
        "score": first.score,
        "behind": min(_FAR, best - first.score),
        "margin": min(_FAR, first.score - second),
        **{f"best_{name}": of_best[name] for name in _SIGNS_OF_BEST},
        "terms": min(8.0, len(terms)),
        "terms_unknown": min(4.0, sum(not w.known for w in terms)),
        "terms_entity": min(4.0, sum(w.entity for w in terms)),
        "terms_naming": min(6.0, sum(w.name for w in terms)),
        "values_asked": float(len(question.wants) + len(question.units)),
        "groups_asked": float(len(question.groups)),
    }


def log_odds(found: Mapping[str, float] | None) -> float:
    """Return the log-odds that a section can be answered, to 1e-4; -inf without any signs."""
    if found is None:
        return float("-inf")
    model = shipped_model()
    return round(model.intercept + sum(found[name] * weight for name, weight in model.weights), 4)


def point(risk: float | None) -> Point:
    """Return the point with this measured risk, the default one for None.

    Raises:
        SettingsError: No point has it.
    """
    model = shipped_model()
    wanted = model.default if risk is None else risk
    for known in model.points:
        if known.risk == wanted:
            return known
    named = ", ".join(str(known.risk) for known in model.points)
    raise SettingsError(f"CONSILIA_RISK is {risk}; the measured risks are {named}")


@cache
def shipped_model() -> Model:
    """Return the shipped coefficients and points."""
    text = files("consilia").joinpath("data/answerability.json").read_text(encoding="utf-8")
    values = json.loads(text)
    return Model(
        intercept=values["intercept"],
        weights=tuple(values["weights"].items()),
        points=tuple(Point(**fields) for fields in values["points"]),
        default=values["default"],
    )
