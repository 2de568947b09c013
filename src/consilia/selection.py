"""Choosing the sentences of each section, or its silence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from consilia.encoders import Embedder
from consilia.intents import FACETS
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Hit, Kind, Sentence
from consilia.populations import groups_in
from consilia.quantities import numbers_in
from consilia.question import Question, understand
from consilia.relevance import (
    Coefficients,
    WeighedTerm,
    coefficients,
    covered,
    features,
    groups_missing,
    number_outside,
    score,
    values_missing,
    weigh,
)
from consilia.retrieval import Keep, retrieve
from consilia.terms import words
from consilia.wording import SectionName

SECTION_KINDS: dict[SectionName, tuple[Kind, ...]] = {
    "guidelines": ("guideline",),
    "label": ("label",),
    "research": ("study", "reference"),
}
CONSIDERED = 40
"""Hits of each kind that are scored."""
PER_SECTION = 10
PER_SOURCE = 3
IN_ALL = 15
NEAREST = 3
BEHIND = 4.0
"""How far, in log-odds, a further sentence may stay behind the best one of its section."""
_HARD_VALUES = frozenset({"age", "date", "dose", "form", "price"})
BEHIND_FACETS = 1.5
PER_FACET = {"referral": 2, "treatment": 3, "cause": 4, "diagnosis": 1, "prognosis": 1}
_OVERVIEWS = frozenset({
    "clinical_guideline",
    "clinical_reference",
    "narrative_review",
    "patient_information",
    "regulator_advice",
    "systematic_review",
})
_SERVES: dict[str, frozenset[str]] = {
    "referral": frozenset({"referral", "red_flag"}),
    "cause": frozenset({"cause"}),
    "diagnosis": frozenset({"diagnosis"}),
    "treatment": frozenset({"treatment", "dose", "indication"}),
    "prognosis": frozenset({"prognosis", "monitoring"}),
}
_COVERED = 0.5
_NEGATIONS = frozenset([
    "not",
    "no",
    "never",
    "without",
    "neither",
    "nor",
    "none",
    "cannot",
    "avoid",
    "contraindicated",
])
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


@dataclass(frozen=True, slots=True)
class Selected:
    """What a section shows, best first, or the nearest misses of a silent one."""

    name: SectionName
    chosen: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    excluded: tuple[Candidate, ...] = ()
    """What would have been worth showing, were its source not retracted or replaced."""


def select(
    question: Question, kb: KnowledgeBase, embedder: Embedder, *, keep: Keep | None = None
) -> tuple[Selected, ...]:
    """Choose the sentences of each section.

    A section is answered when its best sentence scores high enough and lacks nothing that was
    asked: the group of patients, the row with the asked number, for a dose the drug, the
    indication and an amount in the same sentence with its title. A question about the whole
    approach is asked once more for each facet of it, and each facet gets its place.

    Args:
        question: As understood.
        kb: Where to search.
        embedder: The one its index was made with.
        keep: A filter on sentences; all when None.

    Returns:
        One entry for each section, in the order of the answer.
    """
    limits = coefficients()
    found_all = _candidates(question, kb, embedder, keep)
    asked = {name: _used(found) for name, found in found_all.items()}
    excluded = {name: _worth_naming(found, limits) for name, found in found_all.items()}
    if max(map(_best, asked.values())) < limits.answer:
        return tuple(
            Selected(name, (), _nearest(found), excluded[name]) for name, found in asked.items()
        )
    facets = (
        {
            name: {section: _used(c) for section, c in _candidates(of, kb, embedder, keep).items()}
            for name, of in _facet_questions(question, kb)
        }
        if question.broad
        else {}
    )
    sections = []
    for name, found in asked.items():
        if facets:
            chosen = _facets(found, {facet: of[name] for facet, of in facets.items()}, kb, limits)
        else:
            chosen = _ranked(found, limits) if _best(found) >= limits.section else ()
        nearest = () if chosen else _nearest(found)
        sections.append(Selected(name, chosen, nearest, excluded[name]))
    return _at_most(IN_ALL, sections)


def _candidates(
    question: Question, kb: KnowledgeBase, embedder: Embedder, keep: Keep | None
) -> dict[SectionName, list[Candidate]]:
    """What is found for a question, by section, the highest score first."""
    hits = retrieve(question.text, kb, embedder, keep=keep)
    terms = weigh(question, kb, embedder)
    drugs = _asked_drugs(question, kb)
    return {
        name: _scored(question, terms, [hits[kind] for kind in kinds], drugs)
        for name, kinds in SECTION_KINDS.items()
    }


def _asked_drugs(question: Question, kb: KnowledgeBase) -> frozenset[str]:
    """The drugs with a label in the knowledge base that a question names."""
    return kb.labelled_drugs & {term.token for term in question.terms}


def _facet_questions(question: Question, kb: KnowledgeBase) -> list[tuple[str, Question]]:
    """The questions that the whole approach to something consists of."""
    topic = " ".join(term.surface for term in question.terms if term.type) or question.text
    found = []
    for facet, wording in FACETS.items():
        part = understand(wording.format(topic=topic), kb.glossary)
        found.append((facet, replace(part, groups=question.groups, age=question.age, broad=False)))
    return found


def _used(candidates: Iterable[Candidate]) -> list[Candidate]:
    return [c for c in candidates if not c.sentence.excluded]


def _worth_naming(candidates: Iterable[Candidate], limits: Coefficients) -> tuple[Candidate, ...]:
    return tuple(c for c in candidates if c.sentence.excluded and _usable(c, limits))


def _nearest(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(candidates[:NEAREST])


def _at_most(limit: int, sections: Sequence[Selected]) -> tuple[Selected, ...]:
    """Leave out the lowest of the last sentences until no more than `limit` are shown."""
    kept = {section.name: list(section.chosen) for section in sections}
    while sum(map(len, kept.values())) > limit:
        long = [chosen for chosen in kept.values() if len(chosen) > 1]
        min(long, key=lambda chosen: (chosen[-1].score, chosen[-1].sentence.id)).pop()
    return tuple(replace(section, chosen=tuple(kept[section.name])) for section in sections)


def _best(candidates: Iterable[Candidate]) -> float:
    return max((c.score for c in candidates if c.lead), default=float("-inf"))


def _scored(
    question: Question,
    terms: tuple[WeighedTerm, ...],
    lists: Sequence[Sequence[Hit]],
    drugs: frozenset[str],
) -> list[Candidate]:
    candidates: list[Candidate] = []
    for hits in lists:
        least = min((hit.dense for hit in hits if hit.dense is not None), default=0.0)
        candidates.extend(
            _candidate(question, terms, hit, least)
            for hit in hits[:CONSIDERED]
            if not _of_another_drug(hit.sentence, drugs)
        )
    return sorted(candidates, key=lambda c: (-c.score, c.sentence.id))


def _of_another_drug(sentence: Sentence, drugs: frozenset[str]) -> bool:
    """Tell whether a sentence comes from the label of none of the drugs that were asked about."""
    of_label = sentence.kind == "label" and bool(sentence.subjects)
    return of_label and bool(drugs) and not drugs & sentence.tokens


def _candidate(
    question: Question, terms: tuple[WeighedTerm, ...], hit: Hit, least_cosine: float
) -> Candidate:
    sentence = hit.sentence
    groups = groups_missing(question, sentence)
    values = values_missing(question, sentence)
    lacking = tuple(
        w.term.surface for w in terms if w.entity and covered(w, sentence.tokens) < _COVERED
    )
    outside = number_outside(question, sentence)
    unjoined = "dose" in question.wants and bool(lacking)
    filler = sentence.intent == "indication" and not (
        question.intents & {"indication", "regulatory"} or _LIMITS_USE.search(sentence.text)
    )
    barred = bool(groups) or outside or unjoined
    return Candidate(
        sentence=sentence,
        score=score(features(question, terms, hit, least_cosine)),
        missing=(*groups, *values, *lacking, *(("the number asked",) if outside else ())),
        barred=barred,
        lead=not (barred or filler or set(values) & _HARD_VALUES),
        special=not question.groups and bool(groups_in(" . ".join(sentence.headings)) - {"adult"}),
        on_topic=not lacking,
    )


def _ranked(candidates: Sequence[Candidate], limits: Coefficients) -> tuple[Candidate, ...]:
    """The best sentences, the first one a lead, few from one source."""
    leads = [c for c in candidates if c.lead]
    lead = next((c for c in leads if not c.special and c.score >= limits.section), leads[0])
    floor = max(limits.companion, lead.score - BEHIND)
    others = [c for c in candidates if c is not lead and not c.barred and c.score >= floor]
    return _capped([lead, *others], PER_SECTION)


def _facets(
    found: Sequence[Candidate],
    facets: Mapping[str, Sequence[Candidate]],
    kb: KnowledgeBase,
    limits: Coefficients,
) -> tuple[Candidate, ...]:
    """For the whole approach: the facets in turn, overviews before single studies."""
    topical = [c for c in found if _usable(c, limits)]
    queues = []
    for facet, candidates in facets.items():
        queue = [
            c for c in candidates if _usable(c, limits) and c.sentence.intent in _SERVES[facet]
        ]
        queue = _sources_in_turn(queue, overviews_first=facet != "treatment")
        if facet == "referral":
            queue[1:1] = _leads_to(topical, queue[0], kb) if queue else []
        queues.append(_capped(queue, PER_FACET[facet]))
    best = max((queue[0].score for queue in queues if queue), default=0.0)
    in_turn = [
        c
        for turn in zip_longest(*queues)
        for c in turn
        if c is not None and c.score >= best - BEHIND_FACETS
    ]
    chosen = _capped(in_turn or topical[:NEAREST], PER_SECTION)
    places = {c.sentence.id: place for place, c in enumerate(chain(*queues))}
    return tuple(sorted(chosen, key=lambda c: places.get(c.sentence.id, 0)))


def _sources_in_turn(candidates: Sequence[Candidate], *, overviews_first: bool) -> list[Candidate]:
    """The first sentence of each source, then the second of each; overviews before all studies."""
    seen: dict[str, int] = {}
    turns = []
    for candidate in candidates:
        document = candidate.sentence.document
        study = overviews_first and candidate.sentence.design not in _OVERVIEWS
        turns.append(((study, seen.get(document, 0)), candidate))
        seen[document] = seen.get(document, 0) + 1
    return [candidate for _, candidate in sorted(turns, key=lambda turn: turn[0])]


def _usable(candidate: Candidate, limits: Coefficients) -> bool:
    return candidate.on_topic and candidate.lead and candidate.score >= limits.companion


def _leads_to(usable: Sequence[Candidate], first: Candidate, kb: KnowledgeBase) -> list[Candidate]:
    """What a guideline says to do about the disease that the topic may be an early sign of.

    A document of which one sentence on the topic is about recognising its disease contributes its
    strong recommendations on referral: they name the disease, not the sign.
    """
    found: list[Candidate] = []
    for candidate in usable:
        sentence = candidate.sentence
        if sentence.kind != "guideline" or sentence.intent not in {"recognition", "red_flag"}:
            continue
        for other in kb.index.sentences.of_document(sentence.document):
            known = any(other.id == c.sentence.id for c in (*usable, *found))
            if other.intent == "referral" and other.mark == "strong_recommendation" and not known:
                found.append(replace(first, sentence=other))
    return found


def _capped(candidates: Iterable[Candidate], limit: int) -> tuple[Candidate, ...]:
    """At most `limit`, few from one source, none that repeats an earlier one."""
    kept: list[Candidate] = []
    by_source: dict[str, int] = {}
    for candidate in candidates:
        document = candidate.sentence.document
        if by_source.get(document, 0) >= PER_SOURCE:
            continue
        if any(_repeats(candidate.sentence, earlier.sentence) for earlier in kept):
            continue
        kept.append(candidate)
        by_source[document] = by_source.get(document, 0) + 1
        if len(kept) == limit:
            break
    return tuple(kept)


def _repeats(one: Sentence, other: Sentence) -> bool:
    """Tell whether two sentences share nearly all words, all numbers and all negations."""
    if numbers_in(one.text) != numbers_in(other.text):
        return False
    if _NEGATIONS & set(words(one.text)) != _NEGATIONS & set(words(other.text)):
        return False
    shared = len(one.own_tokens & other.own_tokens)
    return shared >= 0.9 * max(len(one.own_tokens), len(other.own_tokens))
