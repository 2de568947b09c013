"""Changes to the names in a sentence: drugs, brands, conditions, tests, symptoms."""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from consilia.gates.evidence import Evidence
from consilia.glossary import Entry
from eval.mutations.changing import glossary, replaced, with_articles
from eval.mutations.mutant import Mutant, Mutate
from eval.mutations.naming import Named, invented, named_in, others

_UNEVEN = re.compile(
    r"\b(?:than|versus|vs|instead of|lower|lowers|raise|raises|enhance|potentiates|followed by|"
    r"before|after|if .* does not work|next|in place of)\b"
)


def _everywhere(text: str, entry: Entry, new: str) -> str:
    """Return a text with another name wherever it names an entry."""
    for named in reversed([n for n in named_in(text) if n.entry == entry]):
        many = text[named.start : named.end].endswith("s") and not entry.term.endswith("s")
        plural = "s" if many and entry.type == "drug_class" else ""
        text = replaced(text, named.start, named.end, new + plural)
    return with_articles(text)


def _first_of_each(evidence: Evidence, types: frozenset[str]) -> Iterator[Named]:
    seen = set()
    for named in named_in(evidence.quote):
        # "Severely poisoned", "washed with soap": no noun can take their place.
        behind_adverb = evidence.quote[: named.start].rstrip().endswith("ly")
        verb = evidence.quote[named.start :].startswith("washed")
        noun = not (behind_adverb or verb)
        if named.entry.type in types and noun and named.entry.term not in seen:
            seen.add(named.entry.term)
            yield named


def _swap(change: str, *types: str, count: int = 1) -> Mutate:
    """Return the generator that puts another name of a type in each place."""

    def mutate(evidence: Evidence) -> Iterator[Mutant]:
        for named in _first_of_each(evidence, frozenset(types)):
            for other in others(named.entry, evidence, count):
                claim = _everywhere(evidence.quote, named.entry, other.term)
                yield Mutant(change, claim, (evidence,), "entities")

    return mutate


def brands(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence with the brand of another drug in place of a drug."""
    for named in _first_of_each(evidence, frozenset({"drug"})):
        for other in others(named.entry, evidence, 8):
            brand = next((name for name in other.synonyms if name.istitle()), None)
            if brand:
                claim = _everywhere(evidence.quote, named.entry, brand)
                yield Mutant("brand of another drug", claim, (evidence,), "entities")
                break


def invented_drug(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence with a drug that does not exist, instead of one or beside it."""
    for named in _first_of_each(evidence, frozenset({"drug"})):
        name = invented(evidence.quote + named.entry.term)
        instead = _everywhere(evidence.quote, named.entry, name)
        yield Mutant("invented drug instead", instead, (evidence,), "entities")
        surface = evidence.quote[named.start : named.end]
        beside = replaced(evidence.quote, named.start, named.end, f"{surface} plus {name}")
        yield Mutant("invented drug beside", beside, (evidence,), "entities")


def widened(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence on a whole class in place of the one drug that it is about."""
    for named in _first_of_each(evidence, frozenset({"drug"})):
        for above in named.entry.broader:
            entry = next((e for e in glossary().entries if e.term == above), None)
            told = f"{evidence.quote} {evidence.title} {' '.join(evidence.headings)}".casefold()
            if entry and entry.type == "drug_class" and entry.term.casefold() not in told:
                claim = _everywhere(evidence.quote, named.entry, entry.term)
                yield Mutant("class for its member", claim, (evidence,), "entities")


def exchanged(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence with two of its drugs in each other's place, where it is no list."""
    found = [n for n in named_in(evidence.quote) if n.entry.type == "drug"]
    for one, other in combinations(found, 2):
        single = sum(n.entry == one.entry for n in found) == sum(
            n.entry == other.entry for n in found
        )
        between = evidence.quote[one.end : other.start]
        if single and one.entry != other.entry and _UNEVEN.search(between):
            names = evidence.quote[one.start : one.end], evidence.quote[other.start : other.end]
            first = names[0] if one.start else names[0].lower()
            claim = replaced(evidence.quote, other.start, other.end, first)
            claim = replaced(claim, one.start, one.end, names[1])
            yield Mutant("two drugs exchanged", claim, (evidence,), "entities")


_SWAPS: tuple[Callable[[Evidence], Iterator[Mutant]], ...] = (
    _swap("another drug", "drug", count=2),
    _swap("another drug class", "drug_class"),
    _swap("another condition", "condition"),
    _swap("another test", "test", "criteria", "score"),
    _swap("another procedure", "procedure"),
    _swap("another symptom", "symptom", "sign"),
)
MUTATORS: tuple[Mutate, ...] = (*_SWAPS, brands, invented_drug, widened, exchanged)
