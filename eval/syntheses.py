"""The conflict finder on pages where editors compared guidelines and wrote down what differs.

A synthesis of the National Guideline Clearinghouse sets the recommendations of several developers
side by side and states, topic by topic, where they agree and where they differ. The finder sees
the recommendations alone; what it pairs is then held against the topics, by shared words.
"""

import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from consilia.chunking import sentences_of
from consilia.documents import sections_of, shipped_kb
from consilia.glossary import Glossary, load_glossary
from consilia.models import Document, Sentence
from consilia.readers.html.reader import READER
from consilia.readers.reading import Notes, Source
from consilia.terms import scaffolding, stems
from eval.conflicts import Pair, find_pairs, told_pair

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDER = Path("guidelines-ngc") / "syntheses"
_AREAS = {"Areas of Agreement": "agreement", "Areas of Difference": "difference"}
_COMPARISON = "Comparison of Recommendations"
_DEVELOPER = re.compile(r".+ \(\d{4}\)")
_NO_DIFFERENCE = re.compile(r"^There are no (?:\w+ )?areas of (?:difference|disagreement)\b")
_LEAST_SHARED = 2
"""Words that each sentence of a pair must share with a topic to be about it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What the editors state of one topic."""

    kind: Literal["agreement", "difference"]
    name: str
    text: str

    @property
    def words(self) -> frozenset[str]:
        """Stems of its words that carry meaning."""
        return _content(f"{self.name} {self.text}")


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A page: what it states, and what was found in the recommendations that it compares."""

    name: str
    topics: tuple[Topic, ...]
    pairs: tuple[tuple[Pair, Topic | None], ...]
    """Pairs with the topic that each is about; None: nothing is stated of it."""

    def stated(self, kind: str) -> tuple[Topic, ...]:
        """Return the topics of a kind."""
        return tuple(topic for topic in self.topics if topic.kind == kind)

    def found(self, kind: str) -> tuple[Topic, ...]:
        """Return the topics of a kind that a pair is about."""
        about = [topic for _, topic in self.pairs]
        return tuple(topic for topic in self.stated(kind) if topic in about)

    @property
    def false(self) -> tuple[tuple[Pair, Topic | None], ...]:
        """Pairs on which the editors state an agreement, or nothing."""
        return tuple(p for p in self.pairs if p[1] is None or p[1].kind != "difference")


def read_synthesis(path: Path, glossary: Glossary) -> Synthesis:
    """Compare the recommendations of the developers of a page."""
    (document,) = READER.read(Source(path.name, path.read_bytes(), {}), Notes())
    topics = tuple(_topics(document))
    sides = tuple(_recommendations(document, glossary))
    pairs = find_pairs(sides, glossary)
    name = f"{path.stem} {document.metadata.title}"
    return Synthesis(name, topics, tuple((pair, about(pair, topics)) for pair in pairs))


def _topics(document: Document) -> Iterator[Topic]:
    for section in sections_of(document.text):
        area = next((h for h in section.headings if h in _AREAS), None)
        lines = document.text[section.start : section.end].splitlines()
        text = "\n".join(line for line in lines if line.strip() and not line.startswith("#"))
        if area and text and not _NO_DIFFERENCE.match(text):
            kind: Literal["agreement", "difference"] = (
                "agreement" if _AREAS[area] == "agreement" else "difference"
            )
            yield Topic(kind, section.headings[-1], text)


def _recommendations(document: Document, glossary: Glossary) -> Iterator[Sentence]:
    """The sentences under a developer's name, each developer a document of its own, each once."""
    seen: set[tuple[str, str]] = set()
    for sentence in sentences_of(document, lambda text: len(text.split()), glossary):
        if _COMPARISON in sentence.headings:
            developer = next((h for h in sentence.headings if _DEVELOPER.fullmatch(h)), None)
            if developer and (developer, sentence.text) not in seen:
                seen.add((developer, sentence.text))
                yield replace(sentence, document=developer)


def about(pair: Pair, topics: Sequence[Topic]) -> Topic | None:
    """Return the topic that shares most with a pair, rare words counting more; None for none."""
    spread = {
        word: sum(word in topic.words for topic in topics)
        for topic in topics
        for word in topic.words
    }
    best, most = None, 0.0
    for topic in topics:
        shared = [_content(side.text) & topic.words for side in (pair.one, pair.other)]
        weight = math.fsum(
            math.log((len(topics) + 1) / spread[word]) for side in shared for word in side
        )
        if min(map(len, shared)) >= _LEAST_SHARED and weight > most:
            best, most = topic, weight
    return best


def _content(text: str) -> frozenset[str]:
    return frozenset(stems(text)) - scaffolding()


def tell_syntheses(shared: Path) -> None:
    """Print what is found on the pages of a folder of shared data, or that they are not there.

    Args:
        shared: Holds `guidelines-ngc/syntheses`.
    """
    write = sys.stdout.write
    paths = sorted((shared / FOLDER).glob("*.htm"))
    if not paths:
        write(f"Syntheses of guidelines: there are none in {shared / FOLDER}, nothing was tried\n")
        return
    glossary = load_glossary(shipped_kb() / "glossary.csv")
    pages = [read_synthesis(path, glossary) for path in paths]
    write(f"Syntheses of guidelines: {len(pages)} pages\n")
    write("".join(f"  {line}\n" for line in summary(pages)))
    for page in pages:
        write(f"  {page.name}\n")
        for topic in page.stated("difference"):
            write(
                f"    {'found ' if topic in page.found('difference') else 'MISSED'} {topic.name}\n"
            )
        for pair, near in page.pairs:
            stated = f"{near.kind}: {near.name}" if near else "nothing is stated"
            write(f"    ({stated})\n{told_pair(pair)}")


def summary(pages: Iterable[Synthesis]) -> list[str]:
    """Return the numbers over all pages."""
    pages = list(pages)
    stated = {k: sum(len(p.stated(k)) for p in pages) for k in ("difference", "agreement")}
    found = {k: sum(len(p.found(k)) for p in pages) for k in stated}
    pairs, false = sum(len(p.pairs) for p in pages), sum(len(p.false) for p in pages)
    return [
        f"differences: {stated['difference']} stated, {found['difference']} found, "
        f"{stated['difference'] - found['difference']} missed",
        f"agreements: {stated['agreement']} stated, of which a pair denies {found['agreement']}",
        f"pairs: {pairs} found, {pairs - false} on the topic of a stated difference, {false} false",
    ]
