"""Population: a claim says of patients what its spans say, and keeps what they restrict it to."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consilia.gates.ages import OLDEST, ages_in
from consilia.gates.evidence import Evidence, Failure
from consilia.gates.naming import Ground, Name, ground, knows, names_in
from consilia.gates.patients import (
    AGE_GROUPS,
    Qualifier,
    Said,
    qualifiers_in,
    said_in,
    values_in,
)
from consilia.gates.restrictions import (
    Clause,
    Restriction,
    clause_at,
    clauses_of,
    restrictions_in,
    tokens_of,
    used_clauses,
)
from consilia.gates.sources import Claimed, Source, missing, read_source
from consilia.glossary import Glossary
from consilia.populations import GROUPS, LIMITS, age_group
from consilia.terms import stem, words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DISEASES = frozenset({"condition", "symptom", "sign"})


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim as this gate reads it."""

    text: str
    said: tuple[Said, ...]
    values: dict[str, frozenset[str]]
    tokens: frozenset[str]
    ground: Ground
    names: Claimed

    @property
    def figures(self) -> frozenset[str]:
        """The numbers that it says."""
        return frozenset(_NUMBER.findall(self.text))

    @property
    def glossary(self) -> Glossary:
        return self.names.glossary


def failures(
    claim: str, evidence: Sequence[Evidence], glossary: Glossary | None = None
) -> tuple[Failure, ...]:
    """Return what a claim says of patients and its spans do not, and what it leaves out.

    Args:
        claim: One sentence.
        evidence: The spans it cites.
        glossary: For synonyms of diseases; without one, words count as they are.

    Returns:
        A failure for each group, age, setting, route or disease that neither a span, its headings,
        its title nor its document's population has, and for each one that a span restricts its
        statement to and the claim drops.
    """
    if any(claim == item.quote for item in evidence):
        return ()
    glossary = glossary or Glossary.empty()
    sources = [read_source(item, glossary, population=True) for item in evidence]
    read = _Claim(
        text=claim,
        said=said_in(claim),
        values=values_in(claim),
        tokens=tokens_of(claim, glossary),
        ground=ground((claim,), glossary),
        names=Claimed(tuple(words(claim)), names_in(claim, glossary), glossary),
    )
    found = (
        *_unsaid(read, evidence),
        *_other_ages(read, evidence),
        *_other_diseases(read, sources),
        *_added_qualifiers(read, sources),
        *_dropped_anywhere(read, sources),
    )
    return tuple({(f.claimed, f.found, f.reason): f for f in found}.values())


def _failure(claimed: str, found: str, reason: str) -> Failure:
    return Failure("population", claimed, found, reason)


def _unsaid(claim: _Claim, evidence: Sequence[Evidence]) -> Iterator[Failure]:
    """Yield groups, settings and routes of the claim that no span speaks of."""
    for said in claim.said:
        if not any(said.value in _allowed(said.facet, item) for item in evidence):
            spoken = {v for item in evidence for v in _allowed(said.facet, item)}
            excluded = any(said.value in item.population.exclude for item in evidence)
            reason = "leaves out" if excluded else "does not speak of"
            yield _failure(said.surface, _words(spoken), f"the span {reason}: {said.surface}")


def _words(values: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(values)).replace("_", " ")


def _allowed(facet: str, item: Evidence) -> frozenset[str]:
    """Return the values of a facet that a claim on this span may have.

    A quote that has any speaks for itself; above it, the nearest heading or the title decides, and
    then the population, but only where these leave no choice: a document on adults and children
    does not say whom each of its sentences is about.
    """
    quoted = values_in(item.quote)
    if facet in quoted:
        return quoted[facet]
    if facet in GROUPS and quoted.keys() & set(GROUPS):
        return frozenset()
    for text in (*reversed(item.headings), item.title):
        found = values_in(text).get(facet)
        if found:
            return found if len(found) == 1 else frozenset()
    return _of_document(facet, item)


def _of_document(facet: str, item: Evidence) -> frozenset[str]:
    included = set(GROUPS) & set(item.population.include)
    if facet != "age" and facet not in GROUPS:
        found = values_in(item.population.text).get(facet, frozenset())
    else:
        names = AGE_GROUPS if facet == "age" else {facet}
        found = frozenset(included & names if len(included) == 1 else ())
    return found - set(item.population.exclude) if len(found) == 1 else frozenset()


def _other_ages(claim: _Claim, evidence: Sequence[Evidence]) -> Iterator[Failure]:
    """Yield stated ages of the claim that are of another group than the span's words or ages."""
    for ages in ages_in(claim.text):
        spoken = frozenset[str]().union(*(_allowed("age", item) for item in evidence))
        if not ages.groups & spoken:
            surface = claim.text[ages.start : ages.end].strip()
            yield _failure(
                surface, _words(spoken), f"the span does not speak of this age: {surface}"
            )


def _other_diseases(claim: _Claim, sources: Sequence[Source]) -> Iterator[Failure]:
    """Yield diseases that the claim is about and no span is, nor what stands above it."""
    inside = {n.surface for r in restrictions_in(claim.text, claim.glossary) for n in r.names}
    for name in claim.names.names:
        if name.type in _DISEASES or name.surface in inside:
            instead = missing(name, claim.names, sources)
            if instead is not None:
                reason = f"the span is not about {name.surface}"
                yield _failure(name.surface, instead, reason)


def _added_qualifiers(claim: _Claim, sources: Sequence[Source]) -> Iterator[Failure]:
    """Yield severities and stages that the claim gives a disease and no span does."""
    spoken = {q.line for s in sources for q in qualifiers_in((*s.quote.words, *s.context.words))}
    names = claim.names.names
    beside = {q.at for q, _ in _qualified(claim.names.words, names)}
    for qualifier in qualifiers_in(claim.names.words):
        whole = any(
            name.start <= qualifier.at < name.end and name.token in source.quote.tokens
            for name in names
            for source in sources
        )
        applies = qualifier.always or qualifier.at in beside
        if applies and not whole and qualifier.line not in spoken:
            reason = f"the span does not say {qualifier.word}"
            yield _failure(qualifier.word, "", reason)


def _qualified(found: Sequence[str], names: Sequence[Name]) -> Iterator[tuple[Qualifier, Name]]:
    """Yield qualifiers with the name that they stand in front of or begin."""
    for qualifier in qualifiers_in(found):
        for name in names:
            inside = name.start <= qualifier.at < name.end - 1
            if inside or name.start == qualifier.at + 1:
                yield qualifier, name


def _dropped_anywhere(claim: _Claim, sources: Sequence[Source]) -> Iterator[Failure]:
    """Yield what is dropped of a span, unless another one says as much of the claim without it."""
    dropped = [tuple(_dropped(claim, source)) for source in sources]
    shares = [claim.tokens & source.quote.tokens for source in sources]
    kept = [share for share, failed in zip(shares, dropped, strict=True) if not failed]
    for share, failed in zip(shares, dropped, strict=True):
        if not any(share <= other for other in kept):
            yield from failed


def _dropped(claim: _Claim, source: Source) -> Iterator[Failure]:
    """Yield restrictions of clauses that the claim uses and does not keep."""
    quote = source.evidence.quote
    clauses = clauses_of(quote, claim.glossary)
    restrictions = tuple(restrictions_in(quote, claim.glossary))
    aside = frozenset(n.token for r in restrictions for n in r.names)
    places = [s.surface for s in said_in(quote)] + [quote[a.start : a.end] for a in ages_in(quote)]
    aside |= tokens_of(" . ".join(places), claim.glossary)
    in_force = used_clauses(clauses, aside, claim.tokens)
    for restriction in restrictions:
        clause = clause_at(in_force, restriction.start)
        if clause is None:
            continue
        merged = clause.opening and _only_repeats(claim, restriction, in_force)
        if merged or not _keeps(claim, restriction.names, source):
            yield _left_out(restriction.surface)
    whole = [n.surface for n in source.names if n.token in claim.ground.tokens]
    yield from _dropped_groups(claim, quote, in_force, whole)
    yield from _dropped_ages(claim, quote, in_force)
    yield from _dropped_qualifiers(claim, source, in_force)


def _only_repeats(claim: _Claim, restriction: Restriction, used: Sequence[Clause]) -> bool:
    """Tell whether a claim has the names of an opening phrase only where the rest has them too.

    "In 20 clinicians with fasciculations, 70% had fasciculations with anxiety" is not kept by
    "70% had fasciculations with anxiety".
    """
    told = Counter(claim.glossary.analyse(claim.text))
    rest = (clause for clause in used if not clause.opening)
    inside = Counter(token for clause in rest for token in clause.tokens)
    repeated = [n for n in restriction.names if inside[n.token]]
    alone = [n for n in restriction.names if not inside[n.token] and told[n.token]]
    return bool(repeated) and not alone and all(told[n.token] <= 1 for n in repeated)


def _left_out(surface: str) -> Failure:
    return _failure("", surface, f"the span restricts this to “{surface}”, the claim does not")


def _keeps(claim: _Claim, names: Sequence[Name], source: Source) -> bool:
    surfaces = {n.token: n for n in source.names}
    return any(
        knows(claim.ground, surfaces.get(n.token, n), source.quote.words, claim.glossary)
        for n in names
        if n.token in surfaces
    ) or not any(n.token in surfaces for n in names)


def _dropped_groups(
    claim: _Claim, quote: str, in_force: Sequence[Clause], whole: Sequence[str]
) -> Iterator[Failure]:
    """Yield groups that the span restricts to: with their own figures one by one, else in all.

    A route that is part of a name which the claim has is not lost: "ITB".
    """
    grouped: dict[tuple[str, int], list[Said]] = {}
    for said in said_in(quote):
        clause = clause_at(in_force, said.start)
        if any(said.surface.casefold() in name.split() for name in whole):
            continue
        if clause and _own_figures(quote, clause, said.start) & claim.figures:
            if said.value not in _worded(claim, said.facet):
                yield _left_out(said.surface)
        elif clause:
            grouped.setdefault((said.facet, clause.start), []).append(said)
    for (facet, _), members in grouped.items():
        implied = facet == "sex" and claim.values.keys() & {"pregnancy", "breastfeeding"}
        if not (implied or _worded(claim, facet) & {said.value for said in members}):
            yield _left_out(members[0].surface)


def _worded(claim: _Claim, facet: str) -> frozenset[str]:
    """Return what a claim says of a facet in words, or by an age that leaves no choice."""
    values = {said.value for said in claim.said if said.facet == facet}
    if facet == "age":
        single = (ages.groups for ages in ages_in(claim.text) if len(ages.groups) == 1)
        values |= {group for groups in single for group in groups}
    return frozenset(values)


def _own_figures(quote: str, clause: Clause, at: int) -> frozenset[str]:
    """Return the numbers that stand right in front of a group: "100 mg/minute in children"."""
    before = re.split(r"\b(?:or|and|versus|vs)\b|[,;(]", quote[clause.start : at])[-1]
    return frozenset(_NUMBER.findall(before))


def _dropped_ages(claim: _Claim, quote: str, in_force: Sequence[Clause]) -> Iterator[Failure]:
    """Yield age limits of the span that the claim leaves out; the age of one person is no limit."""
    told = tuple(ages_in(claim.text))
    for ages in ages_in(quote):
        clause = clause_at(in_force, ages.start)
        if clause is None or ages.low == ages.high:
            continue
        # "Adults" and "older adults" say what "18 and over" and "65 and over" do.
        named = ages.high == OLDEST and age_group(ages.low) in _worded(claim, "age")
        named = named and ages.low in {limit for limit, _ in LIMITS}
        kept = any((a.low, a.high) == (ages.low, ages.high) for a in told)
        figures = _own_figures(quote, clause, ages.start)
        needed = not told or (figures and figures <= claim.figures)
        if needed and not kept and not named:
            yield _left_out(quote[ages.start : ages.end].strip())


def _dropped_qualifiers(
    claim: _Claim, source: Source, in_force: Sequence[Clause]
) -> Iterator[Failure]:
    quote = source.evidence.quote.casefold()
    told = {q.line for q in qualifiers_in(claim.names.words)}
    roots = {stem(word) for word in claim.names.words}
    for qualifier, name in _qualified(source.quote.words, source.names):
        head = stem(source.quote.words[name.end - 1])
        whole = name.token in claim.ground.tokens and qualifier.at >= name.start
        if qualifier.line in told or whole or head not in roots:
            continue
        if clause_at(in_force, quote.find(qualifier.word)):
            yield _left_out(f"{qualifier.word} {name.surface}")
