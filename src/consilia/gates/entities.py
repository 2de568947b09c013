"""Entities: drugs, conditions, tests and other names of a claim occur in what it cites."""

import re
from collections.abc import Iterator, Sequence

from consilia.gates.evidence import Evidence, Failure
from consilia.gates.exchanges import exchanged
from consilia.gates.naming import capitals_in, knows, names_in, terms_in
from consilia.gates.sources import Claimed, Source, missing, read_source
from consilia.glossary import Glossary
from consilia.terms import scaffolding, stem, words

_LEAST_KNOWN = 0.5
"""Share of its words that a claim has from its spans: honest paraphrases have 60 % and more."""
_ENOUGH_WORDS = 3
_SIGNED = re.compile(r"\b(non)?-?([a-z][a-z0-9]{2,})")


def failures(
    claim: str, evidence: Sequence[Evidence], glossary: Glossary | None = None
) -> tuple[Failure, ...]:
    """Return the names of a claim that its spans do not carry.

    Args:
        claim: One sentence.
        evidence: The spans it cites.
        glossary: For synonyms; without one, words count as they are.

    Returns:
        A failure for each name that neither a span nor its title and headings hold, that stands in
        the place of another name of the span, or that changed places with another one.
    """
    glossary = glossary or Glossary.empty()
    if any(claim == item.quote for item in evidence):
        return ()
    read = Claimed(tuple(words(claim)), names_in(claim, glossary), glossary)
    sources = [read_source(item, glossary) for item in evidence]
    failed: dict[str, Failure] = {}
    for name in read.names:
        instead = missing(name, read, sources)
        if instead is not None:
            failed.setdefault(name.surface, _not_there(name.surface, instead))
    for word in _unknown_capitals(claim, read, sources):
        failed.setdefault(word, _not_there(word, ""))
    for word in _other_sign(claim, evidence):
        failed.setdefault(word, _not_there(word, ""))
    return (
        *failed.values(),
        *exchanged(read, sources),
        *_strange(claim, read, sources),
    )


def _not_there(surface: str, instead: str) -> Failure:
    if instead:
        reason = f"the span speaks of {instead}, not of {surface}"
    else:
        reason = f"{surface} stands neither in the spans nor above them"
    return Failure("entities", surface, instead, reason)


def _unknown_capitals(claim: str, read: Claimed, sources: Sequence[Source]) -> Iterator[str]:
    """Yield ordinary words that capitals make a name, and that no span has."""
    named = {stem(word) for name in read.names for word in name.surface.split()}
    grounds = [side for source in sources for side in (source.quote, source.context)]
    known = {stem(word) for side in grounds for word in side.words}
    for word in sorted(capitals_in(claim)):
        if stem(word) in named | known:
            continue
        if word[0].isalpha() and not any(word in side.initials for side in grounds):
            yield word


def _other_sign(claim: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    """Yield words that the claim has with "non-" and the spans without, or the reverse."""
    told = _signs(claim)
    spoken = _signs(" . ".join(item.quote for item in evidence))
    for word, signs in told.items():
        if word in spoken and not signs & spoken[word]:
            yield word if "" in signs else f"non-{word}"


def _signs(text: str) -> dict[str, set[str]]:
    """Return for each stem whether it occurs plainly (""), behind "non-" ("non"), or both."""
    found: dict[str, set[str]] = {}
    for sign, word in _SIGNED.findall(text.casefold()):
        found.setdefault(stem(word), set()).add(sign)
    return found


def _strange(claim: str, read: Claimed, sources: Sequence[Source]) -> Iterator[Failure]:
    """Yield a failure when most words of a claim stand in no quote, however plain they are."""
    terms = [t for t in terms_in(claim, read.glossary) if t.token not in scaffolding()]
    known = [
        term
        for term in terms
        if any(knows(source.quote, term, read.words, read.glossary) for source in sources)
    ]
    if len(terms) >= _ENOUGH_WORDS and len(known) / len(terms) < _LEAST_KNOWN:
        yield Failure("entities", claim, "", "most of what the claim says stands in no cited span")
