"""What the generators share: the sentences of the knowledge base, and changing words in place."""

import re
from collections.abc import Iterator
from functools import cache

from consilia.documents import document_paths, read_document, sections_of, shipped_kb
from consilia.gates.evidence import Evidence
from consilia.glossary import Glossary, load_glossary
from consilia.models import Document
from consilia.sentences import split_sentences
from consilia.terms import STOP_WORDS

GLOSSARY = "glossary.csv"


@cache
def glossary() -> Glossary:
    """Return the glossary that ships."""
    return load_glossary(shipped_kb() / GLOSSARY)


@cache
def shipped_evidence() -> tuple[Evidence, ...]:
    """Return every sentence of the knowledge base that ships, document by document."""
    return tuple(
        evidence
        for path in document_paths(shipped_kb())
        for evidence in evidence_of(read_document(path))
    )


def evidence_of(document: Document) -> Iterator[Evidence]:
    """Yield the sentences of a document with what the document says of them."""
    metadata = document.metadata
    marks = {mark.sentence: mark.mark for mark in metadata.marks}
    for section in sections_of(document.text):
        for span in split_sentences(document.text, section.start, section.end):
            quote = document.text[span.start : span.end]
            yield Evidence(
                quote=quote,
                title=metadata.title,
                headings=section.headings,
                population=metadata.population,
                design=metadata.evidence_type.design if metadata.evidence_type else "other",
                mark=marks.get(quote),
            )


def replaced(text: str, start: int, end: int, new: str) -> str:
    """Return a text with new words in a place, a capital kept where the sentence starts."""
    if start == 0 and new:
        new = new[0].upper() + new[1:]
    joined = text[:start] + new + text[end:]
    joined = re.sub(r"\s+([,.;:])", r"\1", re.sub(r" {2,}", " ", joined)).strip()
    return joined[0].upper() + joined[1:] if joined else joined


def begun_later(text: str) -> str:
    """Return a sentence as it goes on behind other words: a first word that is no name is small.

    >>> begun_later("Riluzole helps."), begun_later("NICE says so.")
    ('riluzole helps.', 'NICE says so.')
    """
    first = re.split(r"[\s,]", text, maxsplit=1)[0]
    entry = glossary().by_concept.get("=" + first.lower())
    plain = first.lower() in STOP_WORDS or bool(entry and entry.type in {"drug", "drug_class"})
    return text[0].lower() + text[1:] if plain else text


def with_articles(text: str) -> str:
    """Return a text with "a" and "an" as the words behind them ask for.

    >>> with_articles("a elderly woman, an man")
    'an elderly woman, a man'
    """
    text = re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)
    return re.sub(r"\b([Aa])n (?=[bcdfgjklpqrtvwyz])", r"\1 ", text)
