"""Glossary names in a sentence, by character, and others that could stand in their place."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from consilia.gates.evidence import Evidence
from consilia.glossary import Entry
from consilia.terms import stems
from eval.mutations.changing import glossary

_UNFIT = frozenset({"withdrawal", "overdose"})
"""Conditions that a sentence may mean something else by."""
_BEHIND = r"[\W_]*"


@dataclass(frozen=True, slots=True)
class Named:
    """A glossary entry that a text names at `[start, end)`."""

    entry: Entry
    start: int
    end: int


def named_in(text: str) -> Iterator[Named]:
    """Yield what a text names of the glossary, in order."""
    at = 0
    folded = text.casefold()
    for token in glossary().read(text):
        parts = [re.escape(part).replace("'", "['\u2019]") for part in token.surface.split()]
        found = re.compile(rf"(?<!\w){_BEHIND.join(parts)}(?!\w)").search(folded, at)
        if found:
            at = found.end()
            entry = glossary().by_concept.get(token.name)
            if entry:
                yield Named(entry, found.start(), found.end())


def others(entry: Entry, evidence: Evidence, count: int) -> tuple[Entry, ...]:
    """Return entries of the same type that neither the sentence nor what stands above it names.

    Args:
        entry: What they stand in for.
        evidence: The sentence.
        count: How many at most.

    Returns:
        Entries that are neither above nor below it in the glossary, picked by its name: the same
        ones in every run.
    """
    above = (evidence.quote, evidence.title, *evidence.headings, *evidence.population.include)
    near = {stem for text in (*above, evidence.population.text) for stem in stems(text)}
    free = [
        other
        for other in glossary().entries
        if other.type == entry.type
        and other.term not in _UNFIT
        and not ({other.term, *other.broader} & {entry.term, *entry.broader})
        and not any(set(stems(name)) <= near for name in other.names if stems(name))
        and not set(stems(other.term)) & set(stems(entry.term))
    ]
    first = zlib.crc32(f"{entry.term}{evidence.quote}".encode()) % max(len(free), 1)
    return tuple((free[first:] + free[:first])[:count])


def invented(seed: str) -> str:
    """Return the name of a drug that does not exist, the same one for the same seed.

    >>> invented("a") == invented("a")
    True
    """
    fronts = ("zel", "bre", "flu", "tova", "quori", "nexa", "dulo", "mira", "pexi", "vanto")
    middles = ("vo", "la", "mber", "xi", "ntru", "sto", "dri", "go")
    ends = ("prine", "mab", "pril", "zole", "sartan", "dine", "statin", "tide", "cillin", "lol")
    number = zlib.crc32(seed.encode())
    pick = number, number // 7, number // 77
    return fronts[pick[0] % 10] + middles[pick[1] % 8] + ends[pick[2] % 10]
