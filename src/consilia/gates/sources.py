"""Cited spans as the gates for names and patients read them: quote, and what stands above."""

from collections.abc import Sequence
from dataclasses import dataclass

from consilia.gates.evidence import Evidence
from consilia.gates.naming import Ground, Name, ground, knows, names_in
from consilia.glossary import Glossary

_RIVALS = {"drug_class": "drug", "substance": "drug", "criteria": "test", "score": "test"}
"""Types that stand in each other's place, to the one they count as."""
_PLACEBO = "=placebo"


@dataclass(frozen=True, slots=True)
class Source:
    """One cited span."""

    evidence: Evidence
    quote: Ground
    context: Ground
    """Of title and headings, for patients of the document's population too."""
    names: tuple[Name, ...]
    """Of the quote."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim as it is read once for all its names."""

    words: tuple[str, ...]
    names: tuple[Name, ...]
    glossary: Glossary


def read_source(item: Evidence, glossary: Glossary, *, population: bool = False) -> Source:
    """Return a span as read.

    Args:
        item: The span.
        glossary: For its concepts.
        population: Whether the document's population counts as context.

    Returns:
        The span with its names and those around it.
    """
    above = [item.title, *item.headings]
    if population:
        above += [tag.replace("_", " ") for tag in item.population.include]
        # The text of a population with exclusions names whom it leaves out.
        above += [] if item.population.exclude else [item.population.text]
    return Source(
        item,
        ground((item.quote,), glossary),
        ground(above, glossary),
        names_in(item.quote, glossary),
    )


def missing(name: Name, claim: Claimed, sources: Sequence[Source]) -> str | None:
    """Return why a name of a claim is not carried, or None when it is.

    Args:
        name: Of the claim.
        claim: Where it stands.
        sources: What the claim cites.

    Returns:
        None when a quote has the name, or what stands above one has it and the quote says nothing
        in its place; else the name that the quote has instead, empty when there is none.
    """
    if any(knows(source.quote, name, claim.words, claim.glossary) for source in sources):
        return None
    instead = ""
    for source in sources:
        if knows(source.context, name, claim.words, claim.glossary):
            other = _replaced(name, claim, source)
            if other is None:
                return None
            instead = other.surface
    return instead


def kind(name: Name) -> str | None:
    """Return the type that names are exchanged within: a drug, its class and placebo are one."""
    if name.token == _PLACEBO:
        return "drug"
    return _RIVALS.get(name.type or "", name.type)


def around(found: Sequence[str], name: Name) -> tuple[str, str]:
    """Return the words in front of a name and behind it, empty at the ends of the text."""
    before = found[name.start - 1] if name.start else ""
    return before, found[name.end] if name.end < len(found) else ""


def _replaced(name: Name, claim: Claimed, source: Source) -> Name | None:
    """Return the name of the quote in whose place the claim has one from above it."""
    told = {other.token for other in claim.names}
    for other in source.names:
        rivals = name.type is not None and kind(name) == kind(other)
        same_place = around(claim.words, name) == around(source.quote.words, other)
        if other.token not in told and (rivals or same_place):
            return other
    return None
