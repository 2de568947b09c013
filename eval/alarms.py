"""`python -m eval alarms`: learn the words of emergencies, `consilia/data/alarms.json`.

Two logistic regressions over words and pairs of words: an alarm or none, and a crisis or anything
else. Learnt from the phrasings of the dev halves and from the gold
questions of the dev files, which carry no emergency.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from consilia.guardrails.alarms import ALARMS_SCHEMA, Alarms, grams_of, sentences_in
from consilia.guardrails.forms import matchable
from eval.guardrails import gold_questions, phrasings, wordings

MODEL = Path(__file__).parents[1] / "src" / "consilia" / "data" / "alarms.json"
WEIGHTS = {"wording": 1.0, "phrasing": 0.25, "gold": 0.5}
"""Of a row: phrasings are made of a few templates, gold questions resemble each other."""
FALSE_ALARMS, OF_SENTENCES = 0.04, 0.02
"""Shares of the harmless wordings, all of them hard, that may raise an alarm: as a whole, and by
one of their sentences alone."""
CRISIS = -1.0
"""Log-odds from which an alarm is a crisis: cross-validated, 90 % of the crises and 3 % of the
emergencies of the body of the dev half pass it."""
_LEAST_TEXTS = 3
"""In which a word or pair must occur to be learnt."""
_SPREAD, _STRENGTH, _FOLDS = 3.0, 3.0, 5


@dataclass(frozen=True, slots=True)
class Row:
    """One text to learn from."""

    text: str
    """Matchable."""
    label: str
    """`emergency`, `crisis` or `none`."""
    weight: float
    hard: bool
    """Whether thresholds are chosen on it."""


def run_alarms() -> int:
    """Learn from the dev halves, write the weights, tell the thresholds.

    Returns:
        The exit status, 0.
    """
    learnt = fit(rows())
    MODEL.write_text(_pretty(learnt), encoding="utf-8")
    thresholds = f"{learnt.threshold} for a question, {learnt.sentence_threshold} for a sentence"
    sys.stdout.write(f"{len(learnt.grams):,} words and pairs; thresholds: {thresholds}\n")
    return 0


def rows() -> tuple[Row, ...]:
    """Return what is learnt from."""
    found = [
        Row(matchable(w.text), w.label, WEIGHTS["wording"], hard=True) for w in wordings("dev")
    ]
    for p in phrasings("dev"):
        label = "none" if p.expected == "benign" else "emergency"
        label = "crisis" if p.rule == "EM-02" and p.expected != "benign" else label
        found.append(Row(matchable(p.text), label, WEIGHTS["phrasing"], hard=False))
    calm = dict.fromkeys(text for name, text in gold_questions() if name != "test.jsonl")
    found += [Row(matchable(text), "none", WEIGHTS["gold"], hard=False) for text in calm]
    return tuple(found)


def fit(given: Sequence[Row]) -> Alarms:
    """Learn the weights.

    Args:
        given: Texts of all three labels.

    Returns:
        The content of `alarms.json`, rounded as it is written.
    """
    idf = _idf([row.text for row in given])
    names = {gram: n for n, gram in enumerate(idf)}
    table = _table([row.text for row in given], idf, names)
    alarms = np.array([row.label != "none" for row in given])
    crises = np.array([row.label == "crisis" for row in given])
    weights = np.array([row.weight for row in given])
    whole, single = _thresholds(given, table, alarms, weights, idf, names)
    alarm = _learn(table, alarms, weights)
    crisis = _learn(table, crises, weights)
    return Alarms(
        alarm=round(float(alarm.intercept_[0]), 3),
        crisis=round(float(crisis.intercept_[0]), 3),
        threshold=round(whole, 2),
        sentence_threshold=round(single, 2),
        crisis_threshold=CRISIS,
        grams={
            gram: (
                round(idf[gram], 3),
                round(float(alarm.coef_[0][n]) * _SPREAD * idf[gram], 3),
                round(float(crisis.coef_[0][n]) * _SPREAD * idf[gram], 3),
            )
            for gram, n in names.items()
        },
    )


def _idf(texts: Sequence[str]) -> dict[str, float]:
    """Inverse document frequency, smoothed as scikit-learn does, of all that is common enough."""
    counts = Counter(gram for text in texts for gram in grams_of(text))
    return {
        gram: math.log((1 + len(texts)) / (1 + count)) + 1
        for gram, count in sorted(counts.items())
        if count >= _LEAST_TEXTS
    }


def _table(texts: Sequence[str], idf: dict[str, float], names: dict[str, int]) -> csr_matrix:
    """One row a text, of length `_SPREAD` where it has a known word."""
    data: list[float] = []
    at: list[int] = []
    ends = [0]
    for text in texts:
        known = [gram for gram in grams_of(text) if gram in idf]
        length = math.sqrt(sum(idf[gram] ** 2 for gram in known)) or 1.0
        data += [_SPREAD * idf[gram] / length for gram in known]
        at += [names[gram] for gram in known]
        ends.append(len(at))
    return csr_matrix((data, at, ends), shape=(len(texts), len(names)))


def _learn(
    table: csr_matrix, yes: NDArray[np.bool_], weights: NDArray[np.float64]
) -> LogisticRegression:
    model = LogisticRegression(C=_STRENGTH, max_iter=2_000)
    return model.fit(table, yes, sample_weight=weights)


def _thresholds(
    given: Sequence[Row],
    table: csr_matrix,
    alarms: NDArray[np.bool_],
    weights: NDArray[np.float64],
    idf: dict[str, float],
    names: dict[str, int],
) -> tuple[float, float]:
    """Log-odds that few harmless texts pass, each judged by a model that had not seen it."""
    labels = np.array([row.label for row in given])
    whole: list[float] = []
    single: list[float] = []
    for learnt, judged in StratifiedKFold(_FOLDS, shuffle=True, random_state=1).split(
        table, labels
    ):
        model = _learn(table[learnt], alarms[learnt], weights[learnt])
        calm = [given[n].text for n in judged if given[n].hard and given[n].label == "none"]
        whole += model.decision_function(_table(calm, idf, names)).tolist()
        for text in calm:
            parts = sentences_in(text)
            single.append(float(model.decision_function(_table(parts, idf, names)).max()))
    return (
        float(np.quantile(whole, 1 - FALSE_ALARMS)),
        float(np.quantile(single, 1 - OF_SENTENCES)),
    )


def _pretty(learnt: Alarms) -> str:
    """JSON with one word or pair a line, so that a change of it can be read."""
    head = {
        "schema": ALARMS_SCHEMA,
        "alarm": learnt.alarm,
        "crisis": learnt.crisis,
        "threshold": learnt.threshold,
        "sentence_threshold": learnt.sentence_threshold,
        "crisis_threshold": learnt.crisis_threshold,
    }
    grams = (f"  {json.dumps(gram)}: {json.dumps(told)}" for gram, told in learnt.grams.items())
    return json.dumps(head, indent=1)[:-2] + ',\n "grams": {\n' + ",\n".join(grams) + "\n }\n}\n"
