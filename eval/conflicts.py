"""Conflicts between sources that are found with the marks of the front matter hidden."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from consilia.chunking import sentences_of
from consilia.conflicts.comparing import Difference, difference
from consilia.conflicts.statements import statements_of
from consilia.documents import document_paths, read_document, shipped_kb
from consilia.glossary import Glossary, load_glossary
from consilia.models import Sentence

DUE: tuple[str, ...] = (
    "quinine-for-cramps",
    "gabapentin-fasciculations-and-ALS",
    "mexiletine-cramps-and-fasciculations",
    "ultrasound-and-EMG",
    "gold-coast-and-awaji-specificity",
    "benign-course",
    "edaravone-effect",
    "oximes-in-organophosphate-poisoning",
    "Relyvrio-AMX0035",
    "magnesium-thresholds",
)
"""Of the shipped knowledge base, in the order of its list of conflicts; six are to be found."""
LEAST_FOUND = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences that were found to differ."""

    one: Sentence
    other: Sentence
    difference: Difference
    marks: frozenset[str]
    """Ids of the marked conflicts that have both as sides."""


@dataclass(frozen=True, slots=True)
class ConflictsReport:
    """What was found, against what is marked."""

    pairs: tuple[Pair, ...]
    marked: tuple[str, ...]
    """Ids of the marked conflicts with sides of at least two documents."""

    @property
    def found(self) -> frozenset[str]:
        """The marked conflicts of which a pair was found."""
        return frozenset[str]().union(*(pair.marks for pair in self.pairs))

    @property
    def unmarked(self) -> tuple[Pair, ...]:
        """Pairs that no mark covers: false ones, or conflicts that nobody marked."""
        return tuple(pair for pair in self.pairs if not pair.marks)


def read_sentences(kb: Path, glossary: Glossary) -> tuple[Sentence, ...]:
    """Return the sentences of a folder of documents, in reading order."""
    return tuple(
        sentence
        for path in document_paths(kb)
        for sentence in sentences_of(read_document(path), lambda text: len(text.split()), glossary)
    )


def find_pairs(sentences: Sequence[Sentence], glossary: Glossary) -> tuple[Pair, ...]:
    """Compare all sentences of different documents.

    Args:
        sentences: Their marks of conflicts are not looked at, but reported.
        glossary: For their names.

    Returns:
        The pairs that differ, in the order of the sentences.
    """
    hidden = (replace(sentence, conflicts=()) for sentence in sentences)
    told = [(s, statements_of(h, glossary)) for s, h in zip(sentences, hidden, strict=True)]
    saying = [(sentence, statements) for sentence, statements in told if statements]
    found = []
    for (one, its), (other, theirs) in combinations(saying, 2):
        if one.document != other.document and (how := difference(its, theirs, glossary)):
            marks = frozenset(one.conflicts) & frozenset(other.conflicts)
            found.append(Pair(one, other, how, marks))
    return tuple(found)


def conflicts_report(kb: Path) -> ConflictsReport:
    """Find the conflicts of a folder of documents."""
    glossary = load_glossary(shipped_kb() / "glossary.csv")
    sentences = read_sentences(kb, glossary)
    return ConflictsReport(find_pairs(sentences, glossary), _marked(sentences))


def _marked(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    sides: dict[str, set[str]] = {}
    for sentence in sentences:
        for conflict in sentence.conflicts:
            sides.setdefault(conflict, set()).add(sentence.document)
    return tuple(conflict for conflict, documents in sides.items() if len(documents) > 1)


def run_conflicts(kb: Path | None = None) -> int:
    """Print what is found and what is missed; 1 when too few of the due ones are found."""
    report = conflicts_report(kb or shipped_kb())
    write = sys.stdout.write
    due = [name for name in DUE if name in report.marked]
    others = [name for name in report.marked if name not in DUE]
    by_mark = _by_mark(report.pairs)
    for title, names in (("Conflicts that are due", due), ("Other marked conflicts", others)):
        write(f"{title}: {sum(n in report.found for n in names)} of {len(names)} found\n")
        for name in names:
            write(f"  {'found ' if name in report.found else 'MISSED'} {name}\n")
            for pair in by_mark.get(name, ())[:3]:
                write(told_pair(pair))
    write(
        f"Pairs found: {len(report.pairs)}, covered by a mark: "
        f"{len(report.pairs) - len(report.unmarked)}, by none: {len(report.unmarked)}\n"
    )
    for pair in report.unmarked:
        write(told_pair(pair))
    return int(bool(due) and sum(name in report.found for name in due) < LEAST_FOUND)


def _by_mark(pairs: Iterable[Pair]) -> Mapping[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        for mark in pair.marks:
            found.setdefault(mark, []).append(pair)
    return found


def told_pair(pair: Pair) -> str:
    """Return how a pair is printed."""
    sides = "".join(f"      {s.document}: {s.text}\n" for s in (pair.one, pair.other))
    return f"    [{pair.difference}]\n{sides}"
