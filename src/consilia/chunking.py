"""From a document to its sentences and passages, over llama-index node types."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from consilia.documents import sections_of
from consilia.glossary import Glossary
from consilia.intents import intent_of_headings
from consilia.models import Document, Mark, MarkName, Passage, Section, Sentence, canonical_text
from consilia.sentences import Span, split_sentences

MAX_TOKENS = 230
"""Of a passage, in tokens of the embedder: 71 % of abstracts are longer than the 256 it reads."""

CountTokens = Callable[[str], int]


def passages_of(document: Document, count_tokens: CountTokens) -> tuple[TextNode, ...]:
    """Cut a document into passages that never cross a heading.

    Args:
        document: Any document.
        count_tokens: Of the embedder.

    Returns:
        Nodes in reading order; `start_char_idx` and `end_char_idx` are the span, `metadata` holds
        `headings` and `sentences`, the spans of the sentences inside.
    """
    nodes = []
    for section in sections_of(document.text):
        for spans in _packed(document.text, section, count_tokens):
            nodes.append(_node(document, section, spans))
    for before, after in pairwise(nodes):
        before.relationships[NodeRelationship.NEXT] = RelatedNodeInfo(node_id=after.node_id)
    return tuple(nodes)


def sentences_of(
    document: Document, count_tokens: CountTokens, glossary: Glossary
) -> tuple[Sentence, ...]:
    """Return the sentences of a document with their context, intent and search terms.

    Args:
        document: Any document.
        count_tokens: Of the embedder.
        glossary: For the search terms.

    Returns:
        Sentences in reading order.
    """
    marks = {canonical_text(mark.sentence): mark for mark in document.metadata.marks}
    found = []
    for node in passages_of(document, count_tokens):
        passage = Passage(node.start_char_idx or 0, node.end_char_idx or 0)
        headings = tuple(node.metadata["headings"])
        for start, end in node.metadata["sentences"]:
            text = document.text[start:end]
            mark = marks.get(text, Mark(sentence=text))
            found.append(_sentence(document, Span(start, end), headings, passage, mark, glossary))
    return tuple(found)


def _sentence(
    document: Document,
    span: Span,
    headings: tuple[str, ...],
    passage: Passage,
    mark: Mark,
    glossary: Glossary,
) -> Sentence:
    metadata = document.metadata
    text = document.text[span.start : span.end]
    subjects = metadata.subjects if metadata.kind == "label" else ()
    population = (metadata.population.text, *metadata.population.include)
    context = (metadata.title, *headings, *subjects, *population)
    own = glossary.index_tokens(text)
    return Sentence(
        document=document.id,
        version=document.version,
        start=span.start,
        end=span.end,
        text=text,
        kind=metadata.kind,
        title=metadata.title,
        year=metadata.year,
        headings=headings,
        passage=passage,
        intent=mark.intent or intent_of_headings(headings),
        mark=mark.mark or _mark_of_headings(headings),
        derived=mark.derived,
        conflicts=tuple(c.id for c in metadata.conflicts if canonical_text(c.sentence) == text),
        population=metadata.population,
        design=metadata.evidence_type.design if metadata.evidence_type else "other",
        tokens=frozenset(own) | frozenset(glossary.index_tokens(" . ".join(context))),
        own_tokens=frozenset(own),
        subjects=subjects,
        page=bisect_right(metadata.pages, span.start) or None,
        excluded=metadata.is_excluded,
    )


def _mark_of_headings(headings: tuple[str, ...]) -> MarkName | None:
    line = " ".join(headings).casefold()
    if "boxed warning" in line:
        return "boxed_warning"
    return "contraindication" if "contraindication" in line else None


def _packed(text: str, section: Section, count_tokens: CountTokens) -> list[list[Span]]:
    """Group the sentences of a section, as many in a passage as fit."""
    groups: list[list[Span]] = []
    used = 0
    for span, size in _short_enough(text, section, count_tokens):
        if groups and used + size <= MAX_TOKENS:
            groups[-1].append(span)
            used += size
        else:
            groups.append([span])
            used = size
    return groups


def _short_enough(
    text: str, section: Section, count_tokens: CountTokens
) -> Iterator[tuple[Span, int]]:
    """Sentences of the section with their tokens, those that exceed a passage cut between words."""
    for span in split_sentences(text, section.start, section.end):
        yield from _cut(text, span, count_tokens)


def _cut(text: str, span: Span, count_tokens: CountTokens) -> Iterator[tuple[Span, int]]:
    size = count_tokens(text[span.start : span.end])
    if size <= MAX_TOKENS:
        yield span, size
        return
    middle = (span.start + span.end) // 2
    border = text.rfind(" ", span.start + 1, middle)
    border = middle if border < 0 else border
    halves = [Span(span.start, border), Span(border, span.end)]
    for half in (_stripped(text, half) for half in halves):
        if half.start < half.end:
            yield from _cut(text, half, count_tokens)


def _stripped(text: str, span: Span) -> Span:
    inside = text[span.start : span.end]
    start = span.start + len(inside) - len(inside.lstrip())
    return Span(start, max(start, span.start + len(inside.rstrip())))


def _node(document: Document, section: Section, spans: Sequence[Span]) -> TextNode:
    start, end = spans[0].start, spans[-1].end
    return TextNode(
        id_=f"{document.id}:{start}-{end}",
        text=document.text[start:end],
        start_char_idx=start,
        end_char_idx=end,
        metadata={
            "headings": list(section.headings),
            "sentences": [(span.start, span.end) for span in spans],
        },
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.id)},
    )
