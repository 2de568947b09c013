"""Whether a sentence answers a question: what it covers, what it lacks, and one score for both."""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from consilia import quantities
from consilia.encoders import Embedder
from consilia.gates.naming import ordinary
from consilia.glossary import CLASS_OF
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Hit, Sentence
from consilia.populations import missing_groups, places_missing, spoken_groups
from consilia.question import ENTITY_TYPES, Question, Term
from consilia.retrieval import rarity
from consilia.terms import american, stem, words

_BROADER_CREDIT = {"drug": 0.9, "drug_class": 0.9, "substance": 0.9}
_OTHER_BROADER_CREDIT = 0.4
_PARTS_CREDIT = 0.85
_SHORT = 5
_HALF = 0.5
_ORDINARY_WEIGHT = 0.5
"""Of an everyday word: questions say in many ways what sources say in one."""
_GENERIC_PARTS = frozenset({
    "syndrom",
    "diseas",
    "disord",
    "condit",
    "criteria",
    "test",
    "level",
    "score",
})


_NARROW = frozenset({
    "administration",
    "epidemiology",
    "interaction",
    "mechanism",
    "overdose",
    "regulatory",
})


@dataclass(frozen=True, slots=True)
class WeighedTerm:
    """A term of a question with what the knowledge base knows of it."""

    term: Term
    weight: float
    """Rarity in the knowledge base."""
    known: bool
    entity: bool
    """Whether a sentence that does not name it is about something else."""
    name: bool
    """Whether it names a thing of medicine, as far as words tell."""
    above: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Features:
    """What a sentence has and lacks for a question, each number at most about 1."""

    coverage: float
    own_coverage: float
    cosine: float
    entities_missing: float
    names_missing: float
    unknown: float
    unknown_technical: float
    value_missing: float
    population_missing: float
    intent_match: float
    intent_other: float
    narrow_intent_missing: float
    number_outside: float
    background: float


def weigh(question: Question, kb: KnowledgeBase, embedder: Embedder) -> tuple[WeighedTerm, ...]:
    """Return the terms of a question with their weights in a knowledge base."""
    weighed = []
    for term in question.terms:
        above = kb.glossary.broader(term.token)
        parts = tuple(
            part
            for part in dict.fromkeys(kb.glossary.parts(term.surface))
            if part not in _GENERIC_PARTS and part != term.token
        )
        known = kb.knows(term.token)
        technical = not known and is_technical(term.surface, embedder)
        ordinary = term.type == "word" or not (known or technical or term.attribute)
        weighed.append(
            WeighedTerm(
                term=term,
                weight=rarity(kb, term.token) * (_ORDINARY_WEIGHT if ordinary else 1.0),
                known=known,
                entity=technical or term.attribute or term.type in ENTITY_TYPES,
                name=term.type not in {None, "word"} or not _is_ordinary(term),
                above=above,
                parts=parts if term.type else (),
            )
        )
    return tuple(weighed)


def _is_ordinary(term: Term) -> bool:
    return all(stem(word) in ordinary() for word in words(term.surface))


def is_technical(word: str, embedder: Embedder) -> bool:
    """Tell whether a word is a rare one, such as a drug's name.

    The vocabulary of an embedder holds everyday words whole or in two pieces; names come in more.
    Short ones, such as acronyms, count from two pieces on, single letters always.
    """
    spelt = [american(part) for part in words(word)]
    pieces = embedder.count_tokens(" ".join(spelt)) - 2
    return len(word) == 1 or pieces >= (2 if len(word) <= _SHORT else 3) * len(spelt)


def covered(term: WeighedTerm, tokens: frozenset[str]) -> float:
    """Return how far tokens cover a term, in [0, 1]."""
    if term.term.token in tokens or CLASS_OF + term.term.token in tokens:
        return 1.0
    credit = 0.0
    if any(token in tokens for token in term.above):
        credit = _BROADER_CREDIT.get(term.term.type or "", _OTHER_BROADER_CREDIT)
    if term.parts:
        share = sum(part in tokens for part in term.parts) / len(term.parts)
        credit = max(credit, _PARTS_CREDIT * share if share == 1 else 0.5 * share)
    return credit


def features(
    question: Question, terms: tuple[WeighedTerm, ...], hit: Hit, least_cosine: float
) -> Features:
    """Return what a hit has and lacks.

    Args:
        question: As understood.
        terms: Of the question, weighed.
        hit: Of retrieval.
        least_cosine: Of the dense list; stands in where only the words were found.

    Returns:
        The features that `score` weighs.
    """
    sentence = hit.sentence
    covers = {w.term.token: covered(w, sentence.tokens) for w in terms}
    total = sum(w.weight for w in terms) or 1.0
    known = sum(w.weight * covers[w.term.token] for w in terms)
    own = sum(w.weight * covered(w, sentence.own_tokens) for w in terms)
    unknown = [w for w in terms if not w.known]
    asked = question.intents
    return Features(
        coverage=known / total if terms else 0.0,
        own_coverage=own / total if terms else 0.0,
        cosine=hit.dense if hit.dense is not None else least_cosine,
        entities_missing=min(
            2.0, sum(1 - covers[w.term.token] for w in terms if w.entity and w.known)
        ),
        names_missing=min(3.0, sum(w.name and covers[w.term.token] < _HALF for w in terms)),
        unknown=min(2.0, len(unknown)),
        unknown_technical=min(2.0, sum(w.entity for w in unknown)),
        value_missing=float(bool(values_missing(question, sentence))),
        population_missing=float(bool(groups_missing(question, sentence))),
        intent_match=float(sentence.intent in asked),
        intent_other=float(bool(asked) and sentence.intent not in asked),
        narrow_intent_missing=float(bool(asked & _NARROW) and sentence.intent not in asked),
        number_outside=float(number_outside(question, sentence)),
        background=float(
            sentence.intent in {"about", "methods", "population", "indication", "limitation"}
            and sentence.intent not in asked
        ),
    )


def score(found: Features) -> float:
    """Return the log-odds that a sentence answers, by the shipped logistic regression."""
    model = coefficients()
    weighted = (getattr(found, name) * weight for name, weight in model.weights)
    return round(float(model.intercept + sum(weighted)), 4)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The logistic regression of `data/relevance.json`."""

    intercept: float
    weights: tuple[tuple[str, float], ...]
    lead: float
    """A sentence goes before one for special patients from this score on."""
    companion: float
    """A further sentence of an answered section is shown from this score on."""


@cache
def coefficients() -> Coefficients:
    """Return the shipped coefficients and thresholds; `python -m eval fit` makes them."""
    text = files("consilia").joinpath("data/relevance.json").read_text(encoding="utf-8")
    values = json.loads(text)
    return Coefficients(
        intercept=values["intercept"],
        weights=tuple(values["weights"].items()),
        lead=values["thresholds"]["lead"],
        companion=values["thresholds"]["companion"],
    )


def values_missing(question: Question, sentence: Sentence) -> tuple[str, ...]:
    """Return the kinds of value that are asked and that a sentence does not state."""
    return tuple(sorted(w for w in question.wants if not quantities.STATES[w](sentence.text)))


def units_missing(question: Question, sentence: Sentence) -> tuple[str, ...]:
    """Return the units and countable things that are asked and that a sentence does not name."""
    return tuple(sorted(u for u in question.units if not quantities.states_unit(u, sentence.text)))


def groups_missing(question: Question, sentence: Sentence) -> tuple[str, ...]:
    """Return the groups of patients that are asked about and that a sentence does not cover."""
    spoken_of = (sentence.text, sentence.title, *sentence.headings, sentence.population.text)
    places = places_missing(question.text, *spoken_of)
    if not question.groups:
        return places
    ages = _ages(sentence.text)
    asked = question.groups
    if question.age is not None and any(r.contains(question.age) for r in ages):
        asked -= {"newborn", "infant", "child", "adolescent", "adult", "older_adult"}
    spoken = _spoken(sentence.text, *reversed(sentence.headings), sentence.title)
    return (*missing_groups(asked, spoken, sentence.population), *places)


def warns_others(question: Question, sentence: Sentence) -> bool:
    """Tell whether a marked sentence is about other patients than those asked about.

    A warning that names no patients is for all that its document is on, though it may not answer
    a question about some of them.
    """
    spoken = _spoken(sentence.text, *reversed(sentence.headings), sentence.title)
    met = () if spoken else sentence.population.include
    return bool(set(groups_missing(question, sentence)) - set(met))


def number_outside(question: Question, sentence: Sentence) -> bool:
    """Tell whether a sentence states ages or clearances and none holds the asked one."""
    if question.age is not None:
        ages = _ages(sentence.text)
        if ages and not any(r.contains(question.age) for r in ages):
            return True
    for asked in question.quantities:
        same = [r for r in _ranges(sentence.text) if r.unit == asked.unit]
        if same and asked.unit in _RANGED_UNITS and not any(r.contains(asked.low) for r in same):
            return True
    return False


_RANGED_UNITS = frozenset({"ml/min"})
_ages = lru_cache(maxsize=50_000)(quantities.ages_in)
_ranges = lru_cache(maxsize=50_000)(quantities.ranges_in)
_spoken = lru_cache(maxsize=50_000)(spoken_groups)
