"""Typed statements: what a sentence says of which drug or test, for what, in whom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from consilia.conflicts.topics import (
    Topic,
    only_measures,
    parts_of,
    roles,
    topic_of,
    without_studies,
)
from consilia.conflicts.values import Value, accuracies_in, values_of
from consilia.conflicts.verdicts import Verdict, measured_effect, verdicts_of
from consilia.conflicts.vocabulary import vocabulary
from consilia.gates.figures.plain import plain
from consilia.glossary import Glossary
from consilia.models import Kind, Sentence
from consilia.populations import groups_in
from consilia.terms import stems


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a sentence says, with all that must agree before two are compared."""

    says: Verdict | Value
    topic: Topic
    kind: Kind
    year: int | None
    design: str
    context: frozenset[str] = frozenset()
    """Conditions of headings and title, for a topic that names none."""
    conditional: frozenset[str] = frozenset()
    """Stems of what it holds under: "if …", "only when …"; empty when it holds anyway."""
    limited: bool = False
    """Whether it holds only in some cases."""
    qualifiers: frozenset[tuple[int, int]] = frozenset()
    """Line and place of each word of `qualifiers` in `conflicts.json` that it has."""
    outcomes: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    safety: bool = False
    """Whether it is about harms."""
    universal: bool = False
    """Whether it is about every treatment: "none of the trials"."""
    before: frozenset[str] = frozenset()
    """Of a comparison: the agents named before its words; of an event: what it starts from."""
    after: frozenset[str] = frozenset()
    """Of a comparison: the agents named behind its words; of an event: what it turns into."""
    stems: frozenset[str] = frozenset()
    """Of the clause, without stop words: stands in for names where there are none."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all statements of a sentence share."""

    sentence: Sentence
    glossary: Glossary
    agents: frozenset[str]
    """Of the title and headings, for clauses that name none."""
    conditions: frozenset[str]
    groups: frozenset[str]


def statements_of(sentence: Sentence, glossary: Glossary) -> tuple[Statement, ...]:
    """Return what a sentence says that another source may say otherwise.

    Args:
        sentence: With its title, headings and population.
        glossary: For its names.

    Returns:
        Statements in order of the clauses; empty for a sentence that only describes.
    """
    text = plain(without_studies(sentence.text))
    clauses = vocabulary().patterns["borders"].split(text)
    if not any(_says_something(clause, sentence) for clause in clauses):
        return ()
    setting = _setting(sentence, glossary)
    found: list[Statement] = []
    last = Topic()
    for clause in clauses:
        last = _completed(topic_of(parts_of(clause), glossary), last, setting)
        stated = _of_clause(clause, last, setting)
        found.extend(_narrowed(statement, found) for statement in stated)
    for value in accuracies_in(text, glossary):
        topic = replace(last, agents=value.of, conditions=roles(text, glossary)[1])
        found.append(_statement(value, text, topic, setting))
    return tuple(found)


def _says_something(clause: str, sentence: Sentence) -> bool:
    """Tell cheaply whether a clause can hold a statement; most sentences only describe."""
    if _NUMBER.search(clause):
        return True
    return bool(verdicts_of(clause, boxed=sentence.mark == "boxed_warning"))


_NUMBER = re.compile(r"\d")
_plain = lru_cache(maxsize=5_000)(plain)
"""Of titles and headings, which the sentences of a document share."""


def _narrowed(statement: Statement, earlier: list[Statement]) -> Statement:
    """A statement with what the clause before it said of whom it is about."""
    if not earlier or isinstance(statement.says, Value):
        return statement
    lines = {line for line, _ in statement.qualifiers}
    carried = {(line, place) for line, place in earlier[-1].qualifiers if line not in lines}
    return replace(statement, qualifiers=statement.qualifiers | carried)


def _setting(sentence: Sentence, glossary: Glossary) -> _Setting:
    above = _plain(without_studies(" . ".join((*sentence.headings, sentence.title))))
    heading = _plain(" . ".join(sentence.headings))
    named, conditions = roles(above, glossary)
    near, nearer = roles(heading, glossary)
    return _Setting(sentence, glossary, near or named, nearer or conditions, groups_in(above))


def _completed(topic: Topic, last: Topic, setting: _Setting) -> Topic:
    """A topic with what a clause leaves out because it was just said, or stands above it."""
    groups = topic.groups or last.groups
    return replace(
        topic,
        agents=topic.agents or last.agents or setting.agents,
        conditions=topic.conditions or last.conditions,
        groups=groups or setting.groups,
    )


def _of_clause(clause: str, topic: Topic, setting: _Setting) -> Iterator[Statement]:
    verdict_text = parts_of(clause).verdict
    boxed = setting.sentence.mark == "boxed_warning"
    verdicts = verdicts_of(clause if _COMPARES.search(clause) else verdict_text, boxed=boxed)
    idle = all(only_measures(agent, setting.glossary) for agent in topic.agents)
    for verdict in verdicts:
        if verdict.form == "effect" and topic.agents and idle:
            continue
        if verdict.form == "effect" and measured_effect(clause) == "none":
            verdict = replace(verdict, value="none")
        yield _statement(verdict, clause, topic, setting)
    judged = any(verdict.form in {"effect", "advice", "status"} for verdict in verdicts)
    if not judged and not idle and (measured := measured_effect(clause)):
        yield _statement(Verdict("effect", measured), clause, topic, setting)
    for value in values_of(clause, setting.glossary):
        yield _statement(value, clause, topic, setting)


_COMPARES = re.compile(r"\bthan\b|\bcompared\b")


def _statement(says: Verdict | Value, clause: str, topic: Topic, setting: _Setting) -> Statement:
    known = vocabulary()
    sentence = setting.sentence
    parts = parts_of(clause)
    at = says.at if isinstance(says, Verdict) else 0
    sides = says.form in {"comparison", "event"}
    place = 1 if says.form == "event" else 0
    return Statement(
        says=says,
        topic=topic,
        kind=sentence.kind,
        year=sentence.year,
        design=sentence.design,
        context=setting.conditions,
        conditional=frozenset(stems(parts.proviso)),
        limited=known.says("conditionals", clause),
        qualifiers=_qualifiers(f"{clause} . {_plain(' . '.join(sentence.headings))}"),
        outcomes=known.told("outcomes", clause),
        routes=known.told("routes", clause),
        safety=known.says("safety", clause),
        universal=says.form == "effect" and known.says("universal", clause),
        before=roles(clause[:at], setting.glossary)[place] if sides else frozenset(),
        after=roles(clause[at:], setting.glossary)[place] if sides else frozenset(),
        stems=frozenset(stems(parts.verdict)),
    )


def _qualifiers(text: str) -> frozenset[tuple[int, int]]:
    return frozenset(
        (line, place)
        for line, patterns in enumerate(vocabulary().qualifiers)
        for place, pattern in enumerate(patterns)
        if pattern.search(text)
    )
