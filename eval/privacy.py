"""`python -m eval privacy`: how many identifiers are removed, and how many terms are touched."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from consilia.documents import sections_of
from consilia.glossary import Glossary
from consilia.knowledge_base import shipped_documents, shipped_glossary
from consilia.models import Document
from consilia.privacy.redaction import redact
from consilia.redacting import terms_of
from consilia.sentences import split_sentences
from eval.cases import DEVELOPMENT, TEST, load_cases
from eval.identifiers import Planted, planted
from eval.statistics import wilson

OF_EACH = 40
RECALL, TOUCHED = 0.98, 0.005
"""The bars: the least share of identifiers removed, the largest share of terms touched."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some things are as they should be."""

    name: str
    good: int
    total: int

    @property
    def line(self) -> str:
        """A row of the table, with Wilson's 95 % interval."""
        bounds = wilson(self.good, self.total)
        if bounds is None:
            return f"{self.name:24} none"
        share = self.good / self.total
        interval = f"[{bounds.low:.1%}, {bounds.high:.1%}]"
        return f"{self.name:24} {self.good:5} of {self.total:5}  {share:6.1%}  {interval}"


def run_privacy() -> int:
    """Measure, print both tables, and return 1 when a bar is missed."""
    missed = False
    for split_name in ("dev", "test"):
        removed = list(recall(list(planted(OF_EACH, split_name))))
        whole = _summed(f"all, {split_name}", removed)
        for tally in (*removed, whole):
            sys.stdout.write(f"{tally.line}\n")
        sys.stdout.write("\n")
        missed |= split_name == "test" and whole.good < RECALL * whole.total
    touched = list(touched_terms(shipped_glossary(), shipped_documents()))
    whole = _summed("all terms", touched)
    for tally in (*touched, whole):
        sys.stdout.write(f"{tally.line}\n")
    missed |= whole.good > TOUCHED * whole.total
    sys.stdout.write(f"bars: removed {RECALL:.0%}, touched {TOUCHED:.1%}\n")
    return int(missed)


def recall(sentences: list[Planted]) -> Iterator[Tally]:
    """Yield for each kind how many identifiers are gone while the clinical words stay."""
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for one in sentences:
        text = redact(one.text).text
        by_kind[one.kind].append(is_gone(one.secret, text) and one.rest in text)
    for kind, gone in by_kind.items():
        yield Tally(kind, sum(gone), len(gone))


def is_gone(secret: str, text: str) -> bool:
    """Tell whether no word or group of digits of an identifier is left in a text.

    >>> is_gone("Zelda Flumb", "Mrs Flumb"), is_gone("Zelda Flumb", "Mrs [name removed]")
    (False, True)
    """
    left = set(text.replace(",", " ").replace(".", " ").split())
    parts = [part for part in secret.replace(",", " ").replace(".", " ").split() if len(part) > 2]
    return secret not in text and left.isdisjoint(parts)


def touched_terms(glossary: Glossary, documents: list[Document]) -> Iterator[Tally]:
    """Yield for each kind of term how many redaction changes; it should be none."""
    known = terms_of(glossary)

    def tally(name: str, texts: list[str]) -> Tally:
        return Tally(name, sum(bool(redact(text, known).removed) for text in texts), len(texts))

    yield tally("glossary names", [name for e in glossary.entries for name in e.names])
    sources = [document.metadata for document in documents]
    yield tally("titles", [source.title for source in sources])
    yield tally("authors", [source.authors for source in sources if source.authors])
    identifiers = [f"{k} {v}" for source in sources for k, v in source.identifiers.items()]
    yield tally("identifiers", [*identifiers, *(s.url for s in sources if s.url)])
    yield tally("sentences", [text for d in documents for text in _sentences(d)])
    yield tally("gold questions", _gold_questions())


def _sentences(document: Document) -> Iterator[str]:
    for section in sections_of(document.text):
        for span in split_sentences(document.text, section.start, section.end):
            yield document.text[span.start : span.end]


def _gold_questions() -> list[str]:
    cases = (case for path in (*DEVELOPMENT, TEST) for case in load_cases(path))
    return [turn.user for case in cases for turn in case.steps()]


def _summed(name: str, tallies: list[Tally]) -> Tally:
    return Tally(name, sum(t.good for t in tallies), sum(t.total for t in tallies))
