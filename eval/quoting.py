"""Finding the words that a clinician quoted in the documents of a knowledge base."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consilia.documents import sections_of
from consilia.models import Document, digest
from consilia.sentences import split_sentences
from eval.cases import CaseError, GoldSpan
from eval.holdings import Holdings
from eval.locating import located

_WORD = re.compile(r"\w+")
_COMPARED = 20
"""Sentences with the most words in common that are compared letter by letter."""


class Quotes:
    """Finds quotes by their exact words; white space may differ."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    def find(self, quote: str, document: str | None = None) -> GoldSpan:
        """Find the one document that has the words of a quote.

        Args:
            quote: Words of a document, from anywhere in it.
            document: Its id; None: any.

        Returns:
            The span of their first place in the document.

        Raises:
            CaseError: No document has them, or several have.
        """
        words = unicodedata.normalize("NFC", quote).split()
        wanted = " ".join(words)
        if not wanted:
            raise CaseError("a quote is empty")
        if document is not None and document not in self._holdings.ids:
            near = difflib.get_close_matches(document, self._holdings.ids, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise CaseError(f"document {document!r} is not in the knowledge base{hint}")
        among = self._holdings.ids if document is None else (document,)
        pattern = _pattern(words)
        found = {n: match for n in among if (match := pattern.search(self._document(n).text))}
        if not found:
            raise CaseError(f"no document has the words “{wanted}”; {self._nearest(wanted, among)}")
        if len(found) > 1:
            names = ", ".join([*found][:5])
            raise CaseError(f"several documents have the words “{wanted}”: {names}; name one")
        ((name, match),) = found.items()
        return _span(self._document(name), match)

    def _document(self, name: str) -> Document:
        document = self._holdings.find(name)
        if document is None:
            raise CaseError(f"document {name!r} is not in the knowledge base")
        return document

    def _nearest(self, wanted: str, among: Iterable[str]) -> str:
        """Offer the sentence that is most like a quote."""
        words = set(_WORD.findall(wanted.casefold()))
        sentences = [s for name in among for s in _sentences(self._document(name))]
        shared = sorted(sentences, key=lambda s: -_likeness(words, s.text))[:_COMPARED]
        if not shared:
            return "and no sentence comes near"
        matcher = difflib.SequenceMatcher(a=wanted)
        best = max(shared, key=lambda s: _ratio(matcher, s.text))
        return f"the nearest sentence is in {best.document!r}: “{best.text}”"


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds words in a row, none of them the part of a word or number."""
    inner = r"\s+".join(map(re.escape, words))
    before = r"(?<!\w)(?<!\d[.,])" if re.match(r"\w", inner) else ""
    after = r"(?!\w)(?![.,]\d)" if re.search(r"\w$", inner) else ""
    return re.compile(f"{before}{inner}{after}")


def _span(document: Document, match: re.Match[str]) -> GoldSpan:
    span = GoldSpan(
        document=document.id,
        version=document.version,
        start=match.start(),
        end=match.end(),
        sha256=digest(match[0].encode()),
    )
    return located(span, document)


@dataclass(frozen=True, slots=True)
class _Said:
    document: str
    text: str


def _sentences(document: Document) -> Iterator[_Said]:
    text = document.text
    for section in sections_of(text):
        for span in split_sentences(text, section.start, section.end):
            yield _Said(document.id, " ".join(text[span.start : span.end].split()))


def _likeness(words: set[str], sentence: str) -> float:
    theirs = set(_WORD.findall(sentence.casefold()))
    return len(words & theirs) / max(1, len(words | theirs))


def _ratio(matcher: "difflib.SequenceMatcher[str]", text: str) -> float:
    matcher.set_seq2(text)
    return matcher.ratio()
