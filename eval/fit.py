"""`python -m eval fit`: learn from gold cases how much each feature of a sentence tells.

A logistic regression over the features of `consilia.relevance`, one row a candidate sentence:
the sentences that a case names answer it, all others of its best hits do not. The thresholds are
kept: they say what an answer is worth, not what a feature tells.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from consilia.encoders import Embedder
from consilia.knowledge_base import KnowledgeBase
from consilia.opening import open_embedder, open_knowledge_base
from consilia.question import clean, understand
from consilia.relevance import Features, features, weigh
from consilia.retrieval import retrieve
from consilia.settings import read_settings
from consilia.spelling import repaired, repairs
from eval.cases import Case
from eval.facts import Facts, Span

MODEL = Path(__file__).parents[1] / "src" / "consilia" / "data" / "relevance.json"
NAMES = tuple(field.name for field in fields(Features))
HITS = 20
"""Of each kind that become rows."""
WEIGHTS = {"gold": 1.0, "beside gold": 0.15, "unanswerable": 0.4}
"""Of a row: a sentence beside the gold ones may answer too, so it says little."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is learnt from: one row a candidate sentence."""

    features: list[list[float]]
    answers: list[bool]
    weights: list[float]


def fit(cases: Sequence[Case], facts: Facts, home: Path | None) -> dict[str, object]:
    """Learn the coefficients from cases, and write them beside the thresholds.

    Args:
        cases: Answerable and unanswerable ones; others are left out.
        facts: Spans by the ids that the cases name.
        home: A built knowledge base; None for the user's own.

    Returns:
        What was written to `consilia/data/relevance.json`.
    """
    settings = read_settings()
    embedder = open_embedder(settings)
    with open_knowledge_base(home, settings, embedder, lambda *_: None).kb as kb:
        rows = _rows(cases, facts, kb, embedder)
    model = LogisticRegression(max_iter=2_000)
    model.fit(np.array(rows.features), np.array(rows.answers), sample_weight=np.array(rows.weights))
    learnt = json.loads(MODEL.read_text(encoding="utf-8"))
    learnt["intercept"] = round(float(model.intercept_[0]), 2)
    learnt["weights"] = {
        name: round(float(weight), 2) for name, weight in zip(NAMES, model.coef_[0], strict=True)
    }
    MODEL.write_text(json.dumps(learnt, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(rows.answers)} rows, {sum(rows.answers)} of them answers\n")
    return dict(learnt)


def _rows(cases: Sequence[Case], facts: Facts, kb: KnowledgeBase, embedder: Embedder) -> Rows:
    rows = Rows([], [], [])
    for case in cases:
        gold = [facts[fact] for fact in case.fact_ids if fact in facts]
        if case.question is None or case.type not in {"answerable", "abstain"}:
            continue
        for values, span in _candidates(case.question, kb, embedder):
            answers = any(span.shares(fact) for fact in gold)
            kind = "gold" if answers else "beside gold" if gold else "unanswerable"
            rows.features.append([values[name] for name in NAMES])
            rows.answers.append(answers)
            rows.weights.append(WEIGHTS[kind])
    return rows


def _candidates(
    text: str, kb: KnowledgeBase, embedder: Embedder
) -> Iterator[tuple[dict[str, float], Span]]:
    asked = clean(text)
    asked = repaired(asked, repairs(asked, kb.glossary, kb.index, embedder))
    question = understand(asked, kb.glossary)
    terms = weigh(question, kb, embedder)
    for hits in retrieve(asked, kb, embedder).values():
        least = min((hit.dense for hit in hits if hit.dense is not None), default=0.0)
        for hit in hits[:HITS]:
            yield asdict(features(question, terms, hit, least)), Span.of_sentence(hit.sentence)
