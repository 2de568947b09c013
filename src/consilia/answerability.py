"""Whether what was found answers a question: one log-odds for each section, before it speaks.

A sentence that is the best one for a question need not answer it. A logistic regression over a
few signs of the best sentence of a section and of the question says how far it does;
`python -m eval calibrate` makes its coefficients and measures what each threshold costs. When it
was run with an entailment model, what that model says of the best sentences is one more sign.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from consilia.errors import SettingsError
from consilia.gates.support import Entailment
from consilia.models import digest
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
ENTAILED = "entailed"
"""The sign that is there only when an entailment model is asked."""
_SIGNS = frozenset({
    "score",
    "behind",
    "margin",
    *(f"best_{name}" for name in _SIGNS_OF_BEST),
    "terms",
    "terms_unknown",
    "terms_entity",
    "terms_naming",
    "values_asked",
    "groups_asked",
    ENTAILED,
})
_ANSWERS = "This answers the question: {question}"
_READ = 3
"""Sentences of a section that an entailment model reads: each costs one run of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence that may lead a section: its log-odds of relevance, and what they rest on."""

    score: float
    features: Features
    text: str = ""
    """The sentence with its title and headings, for an entailment model."""


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
    """A logistic regression, that of `data/answerability.json` or another one, and its points."""

    intercept: float
    weights: tuple[tuple[str, float], ...]
    points: tuple[Point, ...]
    """By rising risk."""
    default: float
    """Risk of the point that is used unless the settings name another."""
    entailment: str = ""
    """The entailment model that it was learnt with; empty when it weighs none."""
    digest: str = ""
    """Hash of its file; empty for the one that ships."""

    def point(self, risk: float | None) -> Point:
        """Return the point with this measured risk, the default one for None.

        Raises:
            SettingsError: No point has it.
        """
        wanted = self.default if risk is None else risk
        for known in self.points:
            if known.risk == wanted:
                return known
        named = ", ".join(str(known.risk) for known in self.points)
        raise SettingsError(f"CONSILIA_RISK is {risk}; the measured risks are {named}")


@dataclass(frozen=True, slots=True)
class Silence:
    """How silence is decided."""

    model: Model
    point: Point
    entailment: Entailment | None = None
    """The one that the model was learnt with, if any."""


def entailed(question: str, leads: Iterable[Found], entailment: Entailment) -> float:
    """Return how surely one of the best sentences answers a question, by an entailment model.

    Args:
        question: As understood.
        leads: Sentences that may lead a section, the highest score first; three are read.
        entailment: Asked whether it follows from a sentence that the sentence answers.

    Returns:
        The highest P(entail), in [0, 1]; 0 without sentences.
    """
    claim = _ANSWERS.format(question=question)
    read = (entailment.probabilities([found.text], claim) for found in list(leads)[:_READ])
    return max((found.entail for found in read), default=0.0)


def signs(
    question: Question,
    terms: Sequence[WeighedTerm],
    leads: Sequence[Found],
    best: float,
    entailment: Entailment | None = None,
) -> dict[str, float] | None:
    """Return what tells whether a section can be answered.

    Args:
        question: As understood.
        terms: Of the question, weighed.
        leads: Sentences of the section that may lead it, the highest score first.
        best: The highest score of any section.
        entailment: Gives one more sign, `entailed`; None: the sign is not there.

    Returns:
        Values by name, those that the model weighs; None when no sentence may lead.
    """
    if not leads:
        return None
    first = leads[0]
    second = leads[1].score if len(leads) > 1 else -_NO_SECOND
    of_best = asdict(first.features)
    read = {ENTAILED: entailed(question.text, leads, entailment)} if entailment else {}
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
        **read,
    }


def log_odds(found: Mapping[str, float] | None, model: Model | None = None) -> float:
    """Return the log-odds that a section can be answered, to 1e-4; -inf without any signs.

    Args:
        found: The signs; those that the model does not weigh count for nothing.
        model: The one that ships when None.
    """
    if found is None:
        return float("-inf")
    model = model or shipped_model()
    return round(model.intercept + sum(found[name] * weight for name, weight in model.weights), 4)


@cache
def shipped_model() -> Model:
    """Return the shipped coefficients and points."""
    text = files("consilia").joinpath("data/answerability.json").read_text(encoding="utf-8")
    return _model(_File.model_validate_json(text), "")


def read_model(path: Path) -> Model:
    """Return the coefficients and points of a file that `python -m eval calibrate` wrote.

    Raises:
        SettingsError: It cannot be read, or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return _model(_File.model_validate_json(text), digest(text.encode()))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"CONSILIA_ANSWERABILITY: cannot use {path}: {error}. Give a file that "
            "`python -m eval calibrate --out FILE` wrote, or nothing"
        ) from error


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    intercept: float
    weights: dict[str, float]
    points: tuple[Point, ...]
    default: float
    entailment: str = ""


def _model(given: _File, digest_: str) -> Model:
    """The model of a file.

    Raises:
        ValueError: It has a sign that is not known, or weighs an entailment model without a name.
    """
    if unknown := sorted(set(given.weights) - _SIGNS):
        raise ValueError(f"it weighs {unknown[0]!r}, which is no sign")
    if bool(given.entailment) != (ENTAILED in given.weights):
        raise ValueError(f"`entailment` and the weight {ENTAILED!r} belong together")
    if given.default not in {point.risk for point in given.points}:
        raise ValueError("its default is none of its points")
    return Model(
        intercept=given.intercept,
        weights=tuple(given.weights.items()),
        points=given.points,
        default=given.default,
        entailment=given.entailment,
        digest=digest_,
    )
