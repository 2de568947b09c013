"""`python -m eval calibrate`: when a section may speak, learnt on the dev cases, told on any.

A logistic regression over the signs of `consilia.answerability`, one row a section of a case: it
answers when a gold fact of the case is of its kind. The thresholds come from odds that each part
of `dev.jsonl` was given by a model that had not seen it; the parts share no document.

With an entailment model in the settings there is one more sign, and the coefficients go into a
file of their own: those that ship know no such model.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from consilia.answerability import Model, Point, log_odds, shipped_model
from consilia.candidates import SECTION_KINDS
from consilia.encoders import Embedder
from consilia.errors import SettingsError
from consilia.gates.support import Entailment
from consilia.knowledge_base import KnowledgeBase
from consilia.opening import open_embedder, open_entailment, open_knowledge_base, open_silence
from consilia.settings import Settings, read_settings
from consilia.wording import SectionName
from eval.cases import Case
from eval.confidence import signs_of
from eval.facts import Facts
from eval.report import table
from eval.reporting.plots import risk_coverage
from eval.selective import Curve, Judged, aurc, auroc

MODEL = Path(__file__).parents[1] / "src" / "consilia" / "data" / "answerability.json"
RISKS = (0.1, 0.15, 0.17, 0.2, 0.25)
DEFAULT_RISK = 0.17
_PART = 2
"""Letters of a case's id that name the part of the dev cases it belongs to."""
_STRENGTH = 0.3
"""Inverse of the regularisation, in standard deviations of the signs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One section of one case."""

    case: str
    section: SectionName
    answerable: bool
    """Whether any section of the case can be answered."""
    answers: bool
    """Whether this section has a gold fact."""
    signs: dict[str, float] | None
    odds: float
    """By the shipped model, or by one that did not see the case."""


def calibrate(
    cases: Sequence[Case],
    facts: Facts,
    home: Path | None,
    out: Path | None = None,
    models: "Models | None" = None,
) -> dict[str, object]:
    """Learn the coefficients and the points of silence, and write them.

    Args:
        cases: Those of the split `dev`; two parts of them are judged by the rest.
        facts: Spans by the ids that the cases name.
        home: A built knowledge base; None for the user's own.
        out: The file to write, for `CONSILIA_ANSWERABILITY`; None for the one that ships.
        models: What the signs are taken with; those of the settings when None.

    Returns:
        What was written.

    Raises:
        SettingsError: An entailment model is configured, and no file is named.
    """
    models = models or Models.open(read_settings())
    if models.entailment and out is None:
        raise SettingsError(
            "name a file with --out: the coefficients that ship know no entailment model"
        )
    rows = list(rows_of(cases, facts, home, models))
    judged = _cross_judged(rows)
    section = _section_threshold(judged)
    points = [_point(judged, risk, section) for risk in RISKS]
    model = _learnt(rows)
    written: dict[str, object] = {
        "intercept": model.intercept,
        "weights": model.weights,
        "points": [asdict(point) for point in points],
        "default": DEFAULT_RISK,
    }
    if models.entailment:
        written["entailment"] = models.entailment_name
    (out or MODEL).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(rows)} sections of {len({row.case for row in rows})} cases\n")
    sys.stdout.write(_told("judged by a model that did not see their part", judged) + "\n")
    return written


def tell_silence(
    cases: Sequence[Case], facts: Facts, home: Path | None, drawing: Path | None
) -> None:
    """Print how well the model of the settings tells what can be answered; nothing is learnt.

    Args:
        cases: Any.
        facts: Spans by the ids that the cases name.
        home: A built knowledge base; None for the user's own.
        drawing: Where the risk-coverage curves are drawn, as SVG; None for nowhere.
    """
    settings = read_settings()
    silence = open_silence(settings, None, None)
    models = Models(
        open_embedder(settings), silence.entailment, silence.model.entailment, silence.model
    )
    rows = list(rows_of(cases, facts, home, models))
    name = settings.answerability or "the shipped model"
    sys.stdout.write(_told(f"judged by {name}", rows) + "\n")
    if drawing:
        drawing.write_text(risk_coverage(_curves(rows)), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Models:
    """What the signs are taken with, and what judges them."""

    embedder: Embedder
    entailment: Entailment | None
    entailment_name: str
    silence: Model

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load those of the settings; what is learnt anew is judged by the shipped coefficients."""
        entailment = open_entailment(settings)
        return cls(open_embedder(settings), entailment, settings.entailment, shipped_model())


def rows_of(
    cases: Sequence[Case], facts: Facts, home: Path | None, models: Models
) -> Iterator[Row]:
    """Yield a row for each section of each question that can or cannot be answered."""
    opened = open_knowledge_base(home, read_settings(), models.embedder, lambda *_: None)
    with opened.kb as kb:
        for case in cases:
            if case.question is not None and case.type in {"answerable", "abstain"}:
                yield from _rows(case, facts, kb, models)


def _rows(case: Case, facts: Facts, kb: KnowledgeBase, models: Models) -> Iterator[Row]:
    kinds = {facts[fact].kind for fact in case.fact_ids if fact in facts}
    signs = signs_of(case.question or "", kb, models.embedder, models.entailment)
    for name, found in signs.items():
        yield Row(
            case=case.id,
            section=name,
            answerable=case.type == "answerable",
            answers=bool(kinds & set(SECTION_KINDS[name])),
            signs=found,
            odds=log_odds(found, models.silence),
        )


@dataclass(frozen=True, slots=True)
class _Model:
    intercept: float
    weights: Mapping[str, float]

    def odds(self, signs: Mapping[str, float] | None) -> float:
        if signs is None:
            return float("-inf")
        return self.intercept + sum(signs[name] * w for name, w in self.weights.items())


def _learnt(rows: Sequence[Row]) -> _Model:
    known = [row for row in rows if row.signs is not None]
    names = list(known[0].signs or {})
    signs = np.array([[(row.signs or {})[name] for name in names] for row in known])
    scaler = StandardScaler().fit(signs)
    model = LogisticRegression(C=_STRENGTH, max_iter=5_000)
    model.fit(scaler.transform(signs), [row.answers for row in known])
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    rounded = {name: round(float(w), 3) for name, w in zip(names, weights, strict=True)}
    return _Model(round(intercept, 3), rounded)


def _cross_judged(rows: Sequence[Row]) -> list[Row]:
    parts = sorted({row.case[:_PART] for row in rows if row.case[:1] == "V"})
    judged = []
    for part in parts:
        model = _learnt([row for row in rows if row.case[:_PART] != part])
        for row in rows:
            if row.case[:_PART] == part:
                fields = {name: getattr(row, name) for name in Row.__dataclass_fields__}
                judged.append(Row(**{**fields, "odds": model.odds(row.signs)}))
    return judged


@dataclass(frozen=True, slots=True)
class _Asked:
    answerable: bool
    odds: float


def _questions(rows: Iterable[Row]) -> list[_Asked]:
    best: dict[str, _Asked] = {}
    for row in rows:
        known = best.get(row.case)
        odds = row.odds if known is None else max(known.odds, row.odds)
        best[row.case] = _Asked(row.answerable, odds)
    return list(best.values())


def _point(rows: Sequence[Row], risk: float, section: float) -> Point:
    """The lowest threshold at which no more than `risk` of the answered cannot be answered."""
    asked = sorted(_questions(rows), key=lambda q: -q.odds)
    threshold, wrong = asked[0].odds, 0
    for count, question in enumerate(asked, start=1):
        wrong += not question.answerable
        if wrong <= risk * count:
            threshold = question.odds
    answerable = [q for q in asked if q.answerable]
    silent = sum(q.odds < threshold for q in answerable) / len(answerable)
    answer = round(threshold - 5e-4, 3)
    return Point(risk, round(silent, 3), answer, round(min(section, answer), 3))


def _section_threshold(rows: Sequence[Row]) -> float:
    """Where sections of answerable cases are told from silent ones best, by F1."""
    known = [row for row in rows if row.answerable]
    wanted = sum(row.answers for row in known)
    best, at = 0.0, 0.0
    right = 0
    for shown, row in enumerate(sorted(known, key=lambda row: -row.odds), start=1):
        right += row.answers
        if (f1 := 2 * right / (shown + wanted)) > best:
            best, at = f1, row.odds
    return at


def _told(how: str, rows: Sequence[Row]) -> str:
    asked = _questions(rows)
    lines = [f"{len(asked)} questions, {how}", _surely("questions", _judged(asked))]
    for name in SECTION_KINDS:
        here = [(row.odds, row.answers) for row in rows if row.section == name]
        lines.append(_surely(f"section {name}", here))
    header = ("threshold", "answered", "risk", "over-refusal", "refusal recall", "precision")
    body = [_line(asked, threshold) for threshold in np.arange(-3.0, 1.01, 0.25)]
    return "\n".join([*lines, table([header, *body])])


def _line(asked: Sequence[_Asked], threshold: float) -> tuple[str, ...]:
    spoken = [q for q in asked if q.odds >= threshold]
    silent = [q for q in asked if q.odds < threshold]
    wrong, right = sum(not q.answerable for q in spoken), sum(not q.answerable for q in silent)
    answerable, other = (
        sum(q.answerable for q in asked),
        sum(not q.answerable for q in asked),
    )
    return (
        f"{threshold:.2f}",
        f"{len(spoken)} of {len(asked)}",
        f"{wrong / max(1, len(spoken)):.3f}",
        f"{(len(silent) - right) / max(1, answerable):.3f}",
        f"{right / max(1, other):.3f}",
        f"{right / max(1, len(silent)):.3f}",
    )


def _judged(asked: Sequence[_Asked]) -> Judged:
    return [(question.odds, question.answerable) for question in asked]


def _surely(name: str, judged: Judged) -> str:
    found = auroc(name, judged), aurc(name, judged)
    told = (f"{m.name}: " + ("none" if m.value is None else f"{m.value:.3f}") for m in found)
    return f"{'; '.join(told)} (n = {len(judged)})"


def _curves(rows: Sequence[Row]) -> list[Curve]:
    return [
        Curve.of(name, [(row.odds, row.answers) for row in rows if row.section == name])
        for name in SECTION_KINDS
    ]
