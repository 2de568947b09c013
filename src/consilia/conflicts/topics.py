"""What a clause is about: what is done or given, for what, instead of what, but not for whom."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from consilia.conflicts.vocabulary import vocabulary
from consilia.gates.naming import Name, names_in
from consilia.glossary import Glossary
from consilia.populations import groups_in
from consilia.terms import words

_STUDY = re.compile(
    r"\b[A-Z][A-Z0-9-]{3,}"
    r"(?= (?:trial|study|randomi|enrolled|showed|found|missed|included|and its))"
    r"|\b[A-Z][a-z]+(?= (?:and colleagues|et al\b))"
    r"|^[A-Z]\w+(?= (?:says|defines|states|lists|describes|advises|recommends|notes|warns)\b)"
)
_ADJECTIVE = re.compile(r"(?:al|ic|ous|ive|ed|ly|ary|able|ible|ar)$")
_AGENT_FORMS = frozenset({"acid", "sodium", "chloride", "sulfate", "sulphate", "hydrochloride"})


@dataclass(frozen=True, slots=True)
class Topic:
    """What a stretch of text is about, by tokens of the glossary or stems."""

    agents: frozenset[str] = frozenset()
    """Drugs, procedures, tests: what something is said of."""
    conditions: frozenset[str] = frozenset()
    """Diseases, symptoms and signs."""
    comparators: frozenset[str] = frozenset()
    """What an agent is held against."""
    exempt: frozenset[str] = frozenset()
    """Names and groups of patients for which the sentence makes an exception."""
    company: frozenset[str] = frozenset()
    """What is taken or found at the same time: "in people taking …", "positive for …"."""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Parts:
    """A clause without what only limits it."""

    verdict: str
    """The clause without its provisos, exceptions and comparators."""
    proviso: str
    comparators: str
    exceptions: str
    spared: str
    """What the consequences name: harms, not what the agent is for."""
    company: str


def without_studies(text: str) -> str:
    """Return a text without the names of studies and of their authors.

    >>> without_studies("VALOR trial: Duarte and colleagues found nothing.")
    ' trial:  and colleagues found nothing.'
    """
    return _STUDY.sub("", text)


def parts_of(clause: str) -> Parts:
    """Split a case-folded clause into its verdict and what limits it.

    >>> parts_of("offer zelvoprine unless pregnant, versus placebo").verdict.split()
    ['offer', 'zelvoprine', ',']
    """
    known = vocabulary().patterns
    exceptions, rest = _cut(known["exceptions"], clause)
    proviso, rest = _cut(known["provisos"], rest)
    comparators, rest = _cut(known["comparators"], rest)
    spared, _ = _cut(known["consequences"], rest)
    company, _ = _cut(known["company"], rest)
    return Parts(rest, proviso, comparators, exceptions, spared, company)


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    inside = " . ".join(match["inside"] for match in pattern.finditer(text))
    return inside, pattern.sub(" ", text)


def topic_of(parts: Parts, glossary: Glossary) -> Topic:
    """Return what a clause is about.

    Args:
        parts: Of the clause.
        glossary: For its concepts; words it does not hold are named by where they stand.

    Returns:
        The topic; empty sets where the clause names nothing.
    """
    known = vocabulary().patterns
    agents, conditions = roles(known["company"].sub(" ", parts.verdict), glossary)
    company, present = roles(parts.company, glossary)
    asides, _ = roles(parts.comparators, glossary)
    provided = roles(parts.proviso, glossary)
    exempt = roles(parts.exceptions, glossary)
    harms = roles(parts.spared, glossary)[1]
    return Topic(
        agents=_acting(agents, glossary),
        conditions=((conditions | present) - harms) | provided[1],
        comparators=asides,
        exempt=exempt[0] | exempt[1] | groups_in(parts.exceptions),
        company=company,
        groups=groups_in(f"{known['consequences'].sub(' ', parts.verdict)} . {parts.proviso}"),
    )


def _acting(agents: frozenset[str], glossary: Glossary) -> frozenset[str]:
    """Agents without the tests and scores that only measure what the others do."""
    others = frozenset(token for token in agents if not only_measures(token, glossary))
    return others or agents


def only_measures(token: str, glossary: Glossary) -> bool:
    """Tell whether a name is of a test, a score or criteria: nothing that has an effect."""
    return glossary.type_of(token) in {"test", "score", "criteria"}


def roles(text: str, glossary: Glossary) -> tuple[frozenset[str], frozenset[str]]:
    """Return the agents and the conditions that a text names."""
    agents: set[str] = set()
    conditions: set[str] = set()
    found = words(text)
    for name in names_in(text, glossary):
        role = _role(name, found)
        if role == "agent":
            agents.add(name.token)
        elif role == "condition":
            conditions.add(name.token)
    return frozenset(agents), frozenset(conditions)


def _role(name: Name, found: list[str]) -> str:
    known = vocabulary().words
    if name.type:
        if name.type in known["condition_types"]:
            return "condition"
        return "agent" if name.type in known["agent_types"] else ""
    after = found[name.end] if name.end < len(found) else ""
    if name.surface in known["unnamed"] or not name.surface[-1].isalnum():
        return ""
    if _is_condition(name.surface, after):
        return "condition"
    if _ADJECTIVE.search(name.surface) and after not in _AGENT_FORMS:
        return ""
    return "condition" if _stands_as_condition(found[: name.start]) else "agent"


def _is_condition(word: str, after: str) -> bool:
    known = vocabulary()
    return (
        word in known.words["condition_words"]
        or after in known.words["condition_heads"]
        or known.says("condition_endings", word)
    )


def _stands_as_condition(before: list[str]) -> bool:
    """Tell whether a word stands where a sentence says for whom or for what: "adults with …"."""
    line = " ".join(before[-7:]) + " "
    found = vocabulary().patterns["about_patients"].search(line)
    if not found:
        return False
    ahead = line[: found.start()].split()
    of_agent = vocabulary().patterns["of_agent"]
    if found[0].startswith("of ") and ahead and of_agent.fullmatch(ahead[-1]):
        return False
    if found[0].startswith(("with ", "in ", "of ", "for ", "from ", "to ", "against ", "during ")):
        heads = vocabulary().patterns["head_before"]
        return any(heads.fullmatch(word) for word in ahead[-3:]) or found[0].startswith("during ")
    return not found[0].startswith(("had ", "has ", "have ", "without "))


def closure(tokens: Iterable[str], glossary: Glossary) -> frozenset[str]:
    """Return tokens with all that the glossary has above them.

    Args:
        tokens: Of names.
        glossary: Where "leg cramp" is below "muscle cramp".

    Returns:
        The tokens, their broader concepts, and what the longer of them are called in short.
    """
    reached: set[str] = set()
    waiting = list(tokens)
    while waiting:
        token = waiting.pop()
        if token not in reached:
            reached.add(token)
            waiting.extend(glossary.broader(token))
            waiting.extend(_shorter(token, glossary))
    return frozenset(reached)


def _shorter(token: str, glossary: Glossary) -> list[str]:
    entry = glossary.by_concept.get(token)
    if entry is None or " " not in entry.term:
        return []
    types = vocabulary().words["condition_types"]
    if entry.type not in types:  # "once-daily gabapentin" is another product than gabapentin
        return []
    return [part for part in glossary.parts(entry.term) if glossary.type_of(part) in types]
