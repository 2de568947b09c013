"""`python -m eval alarms`: learn the words of emergencies, `consilia/data/alarms.json`.

Two logistic regressions over words and pairs of words: an alarm or none, and a crisis or anything
else. Learnt from the phrasings and wordings of the dev halves, and from the gold questions of the
dev files, which carry no emergency. What is printed of it is cross-validated: each wording is
judged by weights that were learnt without it.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from consilia.guardrails.alarms import Alarms, grams_of, sentences_in
from consilia.guardrails.forms import matchable
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
    for p in lines_of(Phrasing, "dev"):
        label = "none" if p.expected == "benign" else "emergency"
        label = "crisis" if p.rule == "EM-02" and p.expected != "benign" else label
        found.append(Row(matchable(p.text), label, WEIGHTS["phrasing"], wording=False))
    calm = dict.fromkeys(text for name, text in gold_questions() if name != "test.jsonl")
    found += [Row(matchable(text), "none", WEIGHTS["gold"], wording=False) for text in calm]
    return tuple(found)


def learn(given: Sequence[Row]) -> tuple[Alarms, Judged]:
    """Learn the weights.

    Args:
        given: Texts of all three labels.

    Returns:
        The content of `alarms.json`, rounded as it is written; what cross-validation says of it.
    """
    vocabulary = _Vocabulary.of([row.text for row in given])
    table = vocabulary.table([row.text for row in given])
    alarms = np.array([row.label != "none" for row in given])
    crises = np.array([row.label == "crisis" for row in given])
    weights = np.array([row.weight for row in given])
    judged = _judged(given, vocabulary, table)
    calm = judged.labels == "none"
    alarm, crisis = _fitted(table, alarms, weights), _fitted(table, crises, weights)
    learnt = Alarms(
        alarm=round(float(alarm.intercept_[0]), 3),
        crisis=round(float(crisis.intercept_[0]), 3),
        threshold=round(float(np.quantile(judged.alarm[calm], 1 - FALSE_ALARMS)), 2),
        sentence_threshold=round(float(np.quantile(judged.sentence[calm], 1 - OF_SENTENCES)), 2),
        crisis_threshold=CRISIS,
        grams={
            gram: (
                round(idf, 3),
                round(float(alarm.coef_[0][n]) * _SPREAD * idf, 3),
                round(float(crisis.coef_[0][n]) * _SPREAD * idf, 3),
            )
            for n, (gram, idf) in enumerate(vocabulary.idf.items())
        },
    )
    return learnt, judged


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The words and pairs that are learnt, with their inverse document frequency."""

    idf: dict[str, float]
    column: dict[str, int]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """All that is common enough, smoothed as scikit-learn does."""
        counts = Counter(gram for text in texts for gram in grams_of(text))
        idf = {
            gram: math.log((1 + len(texts)) / (1 + count)) + 1
            for gram, count in sorted(counts.items())
            if count >= _LEAST_TEXTS
        }
        return cls(idf, {gram: n for n, gram in enumerate(idf)})

    def table(self, texts: Sequence[str]) -> csr_matrix:
        """One row a text, of length `_SPREAD` where it has a known word."""
        data: list[float] = []
        at: list[int] = []
        ends = [0]
        for text in texts:
            known = [gram for gram in grams_of(text) if gram in self.idf]
            length = math.sqrt(sum(self.idf[gram] ** 2 for gram in known)) or 1.0
            data += [_SPREAD * self.idf[gram] / length for gram in known]
            at += [self.column[gram] for gram in known]
            ends.append(len(at))
        return csr_matrix((data, at, ends), shape=(len(texts), len(self.idf)))


def _fitted(
    table: csr_matrix, yes: NDArray[np.bool_], weights: NDArray[np.float64]
) -> LogisticRegression:
    model = LogisticRegression(C=_STRENGTH, max_iter=2_000)
    return model.fit(table, yes, sample_weight=weights)


def _judged(given: Sequence[Row], vocabulary: _Vocabulary, table: csr_matrix) -> Judged:
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
            parts = vocabulary.table(sentences_in(given[n].text))
            sentence[n] = alarms.decision_function(parts).max()
    kept = np.array([row.wording for row in given])
    return Judged(labels[kept], alarm[kept], crisis[kept], sentence[kept])


def _pretty(learnt: Alarms) -> str:
    """JSON with one word or pair a line, so that a change of it can be read."""
    head = learnt.model_dump(by_alias=True, exclude={"grams"})
    grams = (f"  {json.dumps(gram)}: {json.dumps(told)}" for gram, told in learnt.grams.items())
    return json.dumps(head, indent=1)[:-2] + ',\n "grams": {\n' + ",\n".join(grams) + "\n }\n}\n"
