"""Choosing the sentences of each section, or its silence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from consilia.answerability import Silence
from consilia.candidates import (
    Candidate,
    find_candidates,
    in_use,
    section_odds,
)
from consilia.encoders import Embedder
from consilia.intents import FACETS
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Sentence
from consilia.observing import weighed
from consilia.quantities import numbers_in
from consilia.question import Question, understand
from consilia.relevance import (
    Coefficients,
    coefficients,
    weigh,
)
from consilia.retrieval import Keep
from consilia.terms import words
from consilia.wording import SectionName

PER_SECTION = 10
PER_SOURCE = 3
IN_ALL = 15
COMPANIONS = 4
NEAREST = 3
BEHIND = 4.0
"""How far, in log-odds, a further sentence may stay behind the best one of its section."""
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


@dataclass(frozen=True, slots=True)
class Selected:
    """What a section shows, best first, or the nearest misses of a silent one."""

    name: SectionName
    chosen: tuple[Candidate, ...]
    nearest: tuple[Candidate, ...]
    excluded: tuple[Candidate, ...] = ()
    """What would have been worth showing, were its source not retracted or replaced."""
    companions: tuple[Candidate, ...] = ()
    """What might be shown too, and came just behind: of a section that is not silent."""


def select(
    question: Question,
    kb: KnowledgeBase,
    embedder: Embedder,
    *,
    silence: Silence,
    keep: Keep | None = None,
) -> tuple[Selected, ...]:
    """Choose the sentences of each section.

    A section is answered when `consilia.answerability` says so of its best sentence that lacks
    nothing that was asked: the group of patients, the row with the asked number, for a dose the
    drug, the indication and an amount in the same sentence with its title. A question about the
    whole approach is asked once more for each facet of it, and each facet gets its place.

    Args:
        question: As understood.
        kb: Where to search.
        embedder: The one its index was made with.
        silence: What decides whether a section speaks.
        keep: A filter on sentences; all when None.

    Returns:
        One entry for each section, in the order of the answer.
    """
    limits, point = coefficients(), silence.point
    terms = weigh(question, kb, embedder)
    found_all = find_candidates(question, terms, kb, embedder, keep)
    asked = {name: in_use(found) for name, found in found_all.items()}
    excluded = {name: _worth_naming(found, limits) for name, found in found_all.items()}
    odds = section_odds(question, terms, asked, silence)
    weighed(odds)
    if max(odds.values()) < point.answer:
        return tuple(
            Selected(name, (), _nearest(found), excluded[name]) for name, found in asked.items()
        )
    facets = (
        {
            name: {
                section: in_use(c)
                for section, c in find_candidates(
                    of, weigh(of, kb, embedder), kb, embedder, keep
                ).items()
            }
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
            chosen = _ranked(found, limits) if odds[name] >= point.section else ()
        nearest = () if chosen else _nearest(found)
        sections.append(Selected(name, chosen, nearest, excluded[name]))
    kept = _at_most(IN_ALL, sections)
    return tuple(replace(s, companions=_companions(s, asked[s.name], limits)) for s in kept)


def _companions(
    section: Selected, candidates: Sequence[Candidate], limits: Coefficients
) -> tuple[Candidate, ...]:
    """The next sentences that are near enough to a section's best, and repeat none of its own."""
    if not section.chosen:
        return ()
    floor = max(limits.companion, max(c.score for c in section.chosen) - BEHIND)
    near = [c for c in candidates if c.on_topic and not c.barred and c.score >= floor]
    found: list[Candidate] = []
    for candidate in near:
        known = (c.sentence for c in (*section.chosen, *found))
        if len(found) < COMPANIONS and not any(_repeats(candidate.sentence, k) for k in known):
            found.append(candidate)
    return tuple(found)


def _facet_questions(question: Question, kb: KnowledgeBase) -> list[tuple[str, Question]]:
    """The questions that the whole approach to something consists of."""
    topic = " ".join(term.surface for term in question.terms if term.type) or question.text
    found = []
    for facet, wording in FACETS.items():
        part = understand(wording.format(topic=topic), kb.glossary)
        found.append((facet, replace(part, groups=question.groups, age=question.age, broad=False)))
    return found


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


def _ranked(candidates: Sequence[Candidate], limits: Coefficients) -> tuple[Candidate, ...]:
    """The best sentences, the first one a lead, few from one source."""
    leads = [c for c in candidates if c.lead]
    lead = next((c for c in leads if not c.special and c.score >= limits.lead), leads[0])
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
