"""`python -m eval alarms`: learn the words of emergencies, `consilia/data/alarms.json`.

Two logistic regressions over words and pairs of words: an alarm or none, and a crisis or anything
else. Learnt from the phrasings and wordings of the dev halves, and from the gold questions of the
dev files, which carry no emergency. What is printed of it is cross-validated: each wording is
judged by weights that were learnt without it. (Which words are known and how rare they are is
taken from all texts.)
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from consilia.guardrails.alarms import Alarms, grams_of, sentences_in
from consilia.guardrails.forms import matchable
from eval.cases import TEST
from eval.guardrails import Phrasing, Wording, gold_questions, lines_of
from eval.measure import share
from eval.report import measures_text

MODEL = Path(__file__).parents[1] / "src" / "consilia" / "data" / "alarms.json"
WEIGHTS = {"wording": 1.0, "phrasing": 0.25, "gold": 0.5}
"""Of a row: phrasings are made of a few templates, gold questions resemble each other."""
FALSE_ALARMS, OF_SENTENCES = 0.04, 0.02
"""Shares of the harmless wordings that may raise an alarm: as a whole, and by one of their
sentences alone."""
CRISIS = -1.0
"""Log-odds from which an alarm is a crisis; the command prints what passes it."""
RESERVE = 250.0
"""Of a text's length: some four rare words. Without it a single known word beside typing errors
alarmed; in cross-validation nothing is lost by it."""
_LEAST_TEXTS = 3
"""In which a word or pair must occur to be learnt."""
_STRENGTH, _FOLDS = 27.0, 5
_LABELS = {"": "none", "EM-02": "crisis"}
"""Of a phrasing, by the rule that it is for; any other is an emergency."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text to learn from."""

    text: str
    """Matchable."""
    label: str
    """`emergency`, `crisis` or `none`."""
    weight: float
    wording: bool
    """Whether it is a wording: thresholds are chosen on those."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The wordings as weights judge them that were learnt without them, in one order."""

    labels: NDArray[np.str_]
    alarm: NDArray[np.float64]
    crisis: NDArray[np.float64]
    sentence: NDArray[np.float64]
    """The alarm of their loudest sentence."""


def run_alarms() -> int:
    """Learn from the dev halves, write the weights, tell the thresholds and what passes them.

    Returns:
        The exit status, 0.
    """
    learnt, judged = learn(rows())
    MODEL.write_text(_pretty(learnt), encoding="utf-8")
    alarmed = (judged.alarm > learnt.threshold) | (judged.sentence > learnt.sentence_threshold)
    crisis = judged.crisis > learnt.crisis_threshold
    measures = []
    for label in ("emergency", "crisis", "none"):
        of_label = judged.labels == label
        measures.append(share(f"{label}: alarm", alarmed[of_label].tolist()))
        of_label &= alarmed
        measures.append(
            share(f"{label} that alarms: taken for a crisis", crisis[of_label].tolist())
        )
    thresholds = f"{learnt.threshold} for a question, {learnt.sentence_threshold} for a sentence"
    sys.stdout.write(f"{len(learnt.grams):,} words and pairs; thresholds: {thresholds}\n")
    sys.stdout.write(measures_text(measures) + "\n")
    return 0


def rows() -> tuple[Row, ...]:
    """Return what is learnt from."""
    found = [
        Row(matchable(w.text), w.label, WEIGHTS["wording"], wording=True)
        for w in lines_of(Wording, "dev")
    ]
    found += [
        Row(matchable(p.text), _LABELS.get(p.rule, "emergency"), WEIGHTS["phrasing"], wording=False)
        for p in lines_of(Phrasing, "dev")
    ]
    calm = dict.fromkeys(text for name, text in gold_questions() if name != TEST.name)
    found += [Row(matchable(text), "none", WEIGHTS["gold"], wording=False) for text in calm]
    return tuple(found)


def learn(given: Sequence[Row]) -> tuple[Alarms, Judged]:
    """Learn the weights.

    Args:
        given: Texts of all three labels.

    Returns:
        The content of `alarms.json`, rounded as it is written; what cross-validation says of it.
    """
    words = TfidfVectorizer(analyzer=grams_of, min_df=_LEAST_TEXTS, norm=None)
    words.fit(row.text for row in given)
    table = _table(words, [row.text for row in given])
    labels = np.array([row.label for row in given])
    weights = np.array([row.weight for row in given])
    judged = _judged(given, words)
    calm = judged.labels == "none"
    alarm = _fitted(table, labels != "none", weights)
    crisis = _fitted(table, labels == "crisis", weights)
    learnt = Alarms(
        schema="consilia.alarms/1",
        alarm=round(float(alarm.intercept_[0]), 3),
        crisis=round(float(crisis.intercept_[0]), 3),
        threshold=round(float(np.quantile(judged.alarm[calm], 1 - FALSE_ALARMS)), 2),
        sentence_threshold=round(float(np.quantile(judged.sentence[calm], 1 - OF_SENTENCES)), 2),
        crisis_threshold=CRISIS,
        reserve=RESERVE,
        grams={
            gram: (
                round(float(idf), 3),
                round(float(alarm_weight * idf), 3),
                round(float(crisis_weight * idf), 3),
            )
            for gram, idf, alarm_weight, crisis_weight in zip(
                words.get_feature_names_out(),
                words.idf_,
                alarm.coef_[0],
                crisis.coef_[0],
                strict=True,
            )
        },
    )
    return learnt, judged


def _table(words: TfidfVectorizer, texts: Sequence[str]) -> csr_matrix:
    """One row a text, over its length."""
    found = words.transform(texts)
    lengths = np.sqrt(RESERVE + np.asarray(found.multiply(found).sum(axis=1)).ravel())
    return diags(1 / lengths) @ found


def _fitted(
    table: csr_matrix, yes: NDArray[np.bool_], weights: NDArray[np.float64]
) -> LogisticRegression:
    model = LogisticRegression(C=_STRENGTH, max_iter=2_000, tol=1e-6)
    return model.fit(table, yes, sample_weight=weights)


def _judged(given: Sequence[Row], words: TfidfVectorizer) -> Judged:
    table = _table(words, [row.text for row in given])
    labels = np.array([row.label for row in given])
    weights = np.array([row.weight for row in given])
    alarm, crisis, sentence = np.zeros((3, len(given)))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=1)
    for learnt, left_out in folds.split(table, labels):
        alarms = _fitted(table[learnt], labels[learnt] != "none", weights[learnt])
        crises = _fitted(table[learnt], labels[learnt] == "crisis", weights[learnt])
        alarm[left_out] = alarms.decision_function(table[left_out])
        crisis[left_out] = crises.decision_function(table[left_out])
        for n in left_out:
            if given[n].wording:
                parts = _table(words, sentences_in(given[n].text))
                sentence[n] = alarms.decision_function(parts).max()
    kept = np.array([row.wording for row in given])
    return Judged(labels[kept], alarm[kept], crisis[kept], sentence[kept])


def _pretty(learnt: Alarms) -> str:
    """JSON with one word or pair a line, so that a change of it can be read."""
    head = learnt.model_dump(by_alias=True, exclude={"grams"})
    grams = (f"  {json.dumps(gram)}: {json.dumps(told)}" for gram, told in learnt.grams.items())
    return json.dumps(head, indent=1)[:-2] + ',\n "grams": {\n' + ",\n".join(grams) + "\n }\n}\n"
