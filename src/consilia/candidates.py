"""What is found for each section: every hit with its score, what it lacks, whether it may lead."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from consilia import answerability
from consilia.encoders import Embedder
from consilia.gates.support import Entailment
from consilia.glossary import Glossary
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Hit, Kind, Sentence
from consilia.observing import stage
from consilia.populations import groups_in
from consilia.question import Question
from consilia.relevance import (
    Features,
    WeighedTerm,
    covered,
    features,
    groups_missing,
    number_outside,
    score,
    units_missing,
    values_missing,
    weigh,
)
from consilia.retrieval import Keep, retrieve
from consilia.wording import SectionName

SECTION_KINDS: dict[SectionName, tuple[Kind, ...]] = {
    "guidelines": ("guideline",),
    "label": ("label",),
    "research": ("study", "reference"),
}
CONSIDERED = 40
"""Hits of each kind that are scored."""
_HARD_VALUES = frozenset({"age", "date", "dose", "form", "price"})
_COVERED = 0.5
_CONDITION_TYPES = frozenset({"condition", "symptom", "sign"})
_OF_TREATMENT = frozenset({"treatment", "dose", "indication"})
_COMPARES = re.compile(
    r"\b(?:or(?! other)|versus|vs|than|compared?|comparison|between|rather|instead|prefer\w*)\b|/"
)
_LIMITS_USE = re.compile(r"\b(?:not|neither|only|off-label|unlicensed|withdrawn)\b")
"""What makes an indication an answer to more than "what is it for?"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit with what decides about it."""

    sentence: Sentence
    score: float
    """Log-odds that it answers."""
    missing: tuple[str, ...]
    """What it lacks, in words: groups, values, terms."""
    barred: bool
    """Whether it may not be shown at all: other patients, another dose row, another drug."""
    lead: bool
    """Whether a section may rest on it alone."""
    special: bool
    """Whether its headings are about a group of patients that was not asked about."""
    on_topic: bool
    """Whether it names everything that the question is about."""
    features: Features
    """What the score rests on."""


def find_candidates(
    question: Question,
    terms: tuple[WeighedTerm, ...],
    kb: KnowledgeBase,
    embedder: Embedder,
    keep: Keep | None,
) -> dict[SectionName, list[Candidate]]:
    """Return what is found for a question, by section, the highest score first."""
    with stage("retrieve"):
        hits = retrieve(question.text, kb, embedder, keep=keep)
    drugs = _asked_drugs(question, kb)
    return {
        name: [
            _unless_of_another(c, question, terms, kb.glossary)
            for c in _scored(question, terms, [hits[kind] for kind in kinds], drugs)
        ]
        for name, kinds in SECTION_KINDS.items()
    }


def _asked_drugs(question: Question, kb: KnowledgeBase) -> frozenset[str]:
    """The drugs with a label in the knowledge base that a question names."""
    return kb.labelled_drugs & {term.token for term in question.terms}


def in_use(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates whose source may be used for a claim, in their order."""
    return [c for c in candidates if not c.sentence.excluded]


def section_signs(
    question: Question,
    kb: KnowledgeBase,
    embedder: Embedder,
    entailment: Entailment | None = None,
) -> dict[SectionName, dict[str, float] | None]:
    """Return what tells of each section whether it can be answered, see `answerability.signs`."""
    terms = weigh(question, kb, embedder)
    found = find_candidates(question, terms, kb, embedder, None)
    asked = {name: in_use(candidates) for name, candidates in found.items()}
    return _signs(question, terms, asked, entailment)


def section_odds(
    question: Question,
    terms: Sequence[WeighedTerm],
    asked: Mapping[SectionName, Sequence[Candidate]],
    silence: answerability.Silence,
) -> dict[SectionName, float]:
    """Return for each section the log-odds that it can be answered, see `answerability`."""
    signs = _signs(question, terms, asked, silence.entailment)
    return {name: answerability.log_odds(found, silence.model) for name, found in signs.items()}


def _signs(
    question: Question,
    terms: Sequence[WeighedTerm],
    asked: Mapping[SectionName, Sequence[Candidate]],
    entailment: Entailment | None,
) -> dict[SectionName, dict[str, float] | None]:
    leads = {
        name: [answerability.Found(c.score, c.features, _spoken(c)) for c in found if c.lead]
        for name, found in asked.items()
    }
    best = max((found[0].score for found in leads.values() if found), default=0.0)
    return {
        name: answerability.signs(question, terms, found, best, entailment)
        for name, found in leads.items()
    }


def _spoken(candidate: Candidate) -> str:
    sentence = candidate.sentence
    return " > ".join((sentence.title, *sentence.headings)) + ": " + sentence.text


def _scored(
    question: Question,
    terms: tuple[WeighedTerm, ...],
    lists: Sequence[Sequence[Hit]],
    drugs: frozenset[str],
) -> list[Candidate]:
    found: list[Candidate] = []
    for hits in lists:
        least = min((hit.dense for hit in hits if hit.dense is not None), default=0.0)
        found.extend(
            _candidate(question, terms, hit, least)
            for hit in hits[:CONSIDERED]
            if not _of_another_drug(hit.sentence, drugs)
        )
    return sorted(found, key=lambda c: (-c.score, c.sentence.id))


def _of_another_drug(sentence: Sentence, drugs: frozenset[str]) -> bool:
    """Tell whether a sentence comes from the label of none of the drugs that were asked about."""
    of_label = sentence.kind == "label" and bool(sentence.subjects)
    return of_label and bool(drugs) and not drugs & sentence.tokens


def _unless_of_another(
    candidate: Candidate,
    question: Question,
    terms: Sequence[WeighedTerm],
    glossary: Glossary,
) -> Candidate:
    sentence = candidate.sentence
    if lacks_drug(question, terms, sentence) or treats_another(terms, sentence, glossary):
        return replace(candidate, barred=True, lead=False)
    return candidate


def lacks_drug(question: Question, terms: Sequence[WeighedTerm], sentence: Sentence) -> bool:
    """Tell whether a sentence with its title and headings lacks a drug that is asked about.

    Its class stands for a drug. Where drugs are compared, one of them is enough.
    """
    met = [covered(w, sentence.tokens) >= _COVERED for w in terms if w.term.type == "drug"]
    if not met:
        return False
    return not (any(met) if _COMPARES.search(question.text.casefold()) else all(met))


def treats_another(terms: Sequence[WeighedTerm], sentence: Sentence, glossary: Glossary) -> bool:
    """Tell whether a sentence on treatment names a condition, and it is none that was asked.

    A broader or narrower condition of the glossary is no other one.
    """
    asked = [w for w in terms if w.term.type in _CONDITION_TYPES]
    if sentence.intent not in _OF_TREATMENT or not asked:
        return False
    if any(covered(w, sentence.tokens) > 0 for w in asked):
        return False
    names = {w.term.token for w in asked}
    above = {token for w in asked for token in w.above}
    named = {t for t in sentence.own_tokens if glossary.type_of(t) in _CONDITION_TYPES}
    return any(t not in above and not names & set(glossary.broader(t)) for t in named)


def _candidate(
    question: Question, terms: tuple[WeighedTerm, ...], hit: Hit, least_cosine: float
) -> Candidate:
    sentence = hit.sentence
    groups = groups_missing(question, sentence)
    values = values_missing(question, sentence)
    lacking = tuple(
        w.term.surface for w in terms if w.entity and covered(w, sentence.tokens) < _COVERED
    )
    unnamed = any(w.name and not w.known for w in terms)
    outside = number_outside(question, sentence)
    unjoined = "dose" in question.wants and (bool(lacking) or unnamed)
    filler = sentence.intent == "indication" and not (
        question.intents & {"indication", "regulatory"} or _LIMITS_USE.search(sentence.text)
    )
    barred = bool(groups) or outside or unjoined
    units = units_missing(question, sentence)
    found = features(question, terms, hit, least_cosine)
    return Candidate(
        sentence=sentence,
        score=score(found),
        missing=(*groups, *values, *units, *lacking, *(("the number asked",) if outside else ())),
        barred=barred,
        lead=not (barred or filler or units or set(values) & _HARD_VALUES),
        special=not question.groups and bool(groups_in(" . ".join(sentence.headings)) - {"adult"}),
        on_topic=not lacking,
        features=found,
    )
