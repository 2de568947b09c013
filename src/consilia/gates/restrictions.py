"""Restrictions of a span to some patients, and the clauses that they hold for."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from consilia.gates.naming import Name, names_in
from consilia.glossary import Glossary
from consilia.terms import scaffolding

_USED = 0.5
"""Share of a clause that a claim repeats when it makes use of it."""
_CLAUSE = re.compile(
    r"[;:]\s|,?\s(?=(?:but|whereas|while|although|though|because|versus|vs|compared with)\s)"
    r"|\s(?=(?:and|or)\s\d)"
    r"|,\s(?=(?:and|or|so|with|which|who|where|when|if|unless|except|after|before|seen|then)\s)"
)
_OPENING = re.compile(
    r"^(?:in|for|among|with|during|from|of|at|on|when|if|after)\s(?:[^,(]|\([^)]*\))*?,\s", re.I
)
_SENTENCE = re.compile(
    r"\s(?!(?:in|for|of|by|with|on|at|from|and|or|to|after|before|than|as)\s)\S+\s(?:the|an?)\s",
    re.I,
)
"""A noun with another one behind it that has an article: no opening phrase goes on like this."""
_WHOM = (
    r"(?:people|persons?|patients?|participants|subjects|individuals|those|adults?|children|child|"
    r"infants?|newborns?|men|women|m[ae]n|wom[ae]n|boys|girls|cases|users|volunteers|anyone|"
    r"everyone|somebody|someone|adolescents|clinicians)"
)
_HAVING = (
    r"(?:with|on|taking|receiving|having|undergoing|using|given|who (?:have|has|had|take|receive|"
    r"are on|use)|treated (?:with|for)|exposed to|positive for|poisoned (?:by|with)|prescribed|"
    r"affected by|diagnosed with|at risk (?:of|for)|suspected of)"
)
_STOP = (
    r"(?=[,;:().]|\s(?:is|are|was|were|has|have|had|should|may|can|must|could|would|will|need|to|"
    r"in|for|with|at|by|from|on|of|after|before|when|if|unless|who|that|which|because|during|than|"
    r"versus|until|as|says?|found|gave|had|showed|did|does|do|the|an?|this|these)\b|$)"
)
_NARROWING = re.compile(
    rf"\b(?:in|for|among|during)\s+(?=(?P<place>[^,;:().]+?){_STOP})"
    rf"|\b{_WHOM}\s+{_HAVING}\s+(?=(?P<having>[^,;:().]+?){_STOP})"
    rf"|\b(?=(?P<before>[\w*-]+(?: [\w*-]+)?)\s(?:people|patients|adults|children|men|women)\b)",
    re.I,
)
_STUDY = re.compile(
    r"\b(?:stud(?:y|ies)|trials?|reviews?|analys[ie]s|meta-analys[ie]s|series|surveys?|reports?|"
    r"labels?|guidelines?|guidance|cohorts?|papers?|abstracts?|protocols?|assessments?|criteria|"
    r"consensus|database|summary)\b",
    re.I,
)
_NARROWS_NOTHING = frozenset({"organisation", "criteria", "score"})
"""Types of names that say who found something or how, not in whom."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a span that says one thing."""

    start: int
    end: int
    opening: bool
    """Whether it opens the span with a restriction that holds for all of it."""
    tokens: frozenset[str]
    main: bool = False
    """Whether it is the first one behind an opening."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a span restricts its statement to, other than by groups of patients."""

    names: tuple[Name, ...]
    """Alternatives: a claim keeps the restriction with any of them."""
    surface: str
    start: int


def clauses_of(text: str, glossary: Glossary) -> tuple[Clause, ...]:
    """Return the clauses of a span, an opening phrase as one of its own.

    >>> [c.opening for c in clauses_of("In adults, it helps, but slowly.", Glossary.empty())]
    [True, False, False]
    """
    opening = _OPENING.match(text)
    if opening and _SENTENCE.search(opening[0]):
        opening = None
    first = opening.end() if opening else 0
    borders = [first, *(m.end() for m in _CLAUSE.finditer(text, first)), len(text)]
    pieces = [(0, first, True)] if opening else []
    pieces += [(a, b, False) for a, b in pairwise(borders) if a < b]
    return tuple(
        Clause(a, b, o, tokens_of(text[a:b], glossary), main=a == first and not o)
        for a, b, o in pieces
    )


def tokens_of(text: str, glossary: Glossary) -> frozenset[str]:
    """Return what a text says, without the words that any text has."""
    return frozenset(glossary.analyse(text)) - scaffolding()


def used_clauses(
    clauses: Sequence[Clause], aside: frozenset[str], told: frozenset[str]
) -> tuple[Clause, ...]:
    """Return the clauses of a span that a claim repeats, with the opening phrase of these.

    Args:
        clauses: Of the span.
        aside: Tokens of restrictions, which do not count.
        told: Tokens of the claim.

    Returns:
        Clauses that the claim repeats half of, or that half of the claim comes from. A claim with
        figures does not use a clause with other ones, nor one that it shares only such words with
        as another clause has too.
    """
    spoken = Counter(token for clause in clauses for token in clause.tokens)
    shared = frozenset(token for token, times in spoken.items() if times > 1)
    used = [c for c in clauses if not c.opening and _is_used(c, aside, told, shared)]
    return (*(c for c in clauses if c.opening and used), *used)


def _is_used(
    clause: Clause, aside: frozenset[str], told: frozenset[str], shared: frozenset[str]
) -> bool:
    own = clause.tokens - aside
    rest = told - aside
    figures = _figures(clause.tokens)
    if figures and _figures(told) and not figures & told:
        return False
    if not own or not rest:
        return not own and bool(clause.tokens & told)
    common = own & rest
    telling = clause.main or common - shared
    return bool(telling) and len(common) / min(len(own), len(rest)) >= _USED


def _figures(tokens: frozenset[str]) -> frozenset[str]:
    return frozenset(token for token in tokens if token[0].isdigit())


def restrictions_in(text: str, glossary: Glossary) -> Iterator[Restriction]:
    """Yield the restrictions of a span: "in ALS", "patients on digoxin", "ALS patients"."""
    for match in _NARROWING.finditer(text):
        surface = match["place"] or match["having"] or match["before"]
        if match["place"] and _STUDY.search(surface):
            continue
        names = tuple(n for n in names_in(surface, glossary) if n.type not in _NARROWS_NOTHING)
        if names:
            yield Restriction(names, surface, match.start())


def clause_at(clauses: Sequence[Clause], position: int) -> Clause | None:
    """Return the clause that a position lies in."""
    return next((c for c in clauses if c.start <= position < c.end), None)
