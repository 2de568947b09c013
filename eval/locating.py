"""Looking gold spans up in the documents: do their words still stand where they were found?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consilia.documents import sections_of
from consilia.models import Document, digest
from eval.cases import Case, Gold, GoldSpan
from eval.holdings import Holdings


@dataclass(frozen=True, slots=True)
class Problem:
    """A gold span that cannot be used as it is."""

    case: str
    turn: int
    """From 0."""
    field: str
    """Such as `spans.0` or `turns.1.spans.0`."""
    text: str


def located(span: GoldSpan, document: Document) -> GoldSpan:
    """Return a span of this version of a document with the words, headings and kind it has there.

    Args:
        span: Inside the text.
        document: In the version of the span.

    Returns:
        The span for readers, and for measures by kind of source.
    """
    before = [s.headings for s in sections_of(document.text) if s.start <= span.start]
    return span.model_copy(
        update={
            "kind": document.metadata.kind,
            "headings": before[-1] if before else (),
            "quote": document.text[span.start : span.end],
        }
    )


def problem_of(span: GoldSpan, holdings: Holdings) -> str | None:
    """Return why a span cannot be used with these documents, or None.

    Args:
        span: Of a gold case.
        holdings: The documents.

    Returns:
        What to do about it: the document is not there, it changed, or the words are others.
    """
    document = holdings.find(span.document)
    if document is None:
        return f"document {span.document!r} is not in the knowledge base"
    if document.version != span.version:
        return f"the document {span.document!r} changed: {_whereabouts(span, document)}"
    words = document.text[span.start : span.end]
    if span.end > len(document.text) or digest(words.encode()) != span.sha256:
        return f"the words at {span.start} to {span.end} of {span.document!r} are not of its sha256"
    return None


def _whereabouts(span: GoldSpan, document: Document) -> str:
    """Tell where the words of a span stand in another version of its document."""
    length, text = span.end - span.start, document.text
    starts = range(len(text) - length + 1)
    if span.quote:
        at = text.find(span.quote)
    else:
        matching = (n for n in starts if digest(text[n : n + length].encode()) == span.sha256)
        at = next(matching, -1)
    if at < 0:
        return "its words are gone; choose others in the version that is there, or drop the span"
    return (
        f"its words stand now at {at} to {at + length}; write start {at}, end {at + length} and "
        f"version {document.version}"
    )


def problems(cases: Sequence[Case], holdings: Holdings) -> Iterator[Problem]:
    """Yield every gold span that cannot be used, in the order of the cases."""
    placed = ((case.id, turn, gold) for case in cases for turn, gold in _golds(case))
    for case, turn, gold in placed:
        for number, span in enumerate(gold.spans):
            if text := problem_of(span, holdings):
                place = "" if turn is None else f"turns.{turn}."
                yield Problem(case, turn or 0, f"{place}spans.{number}", text)


def locate(cases: Sequence[Case], holdings: Holdings) -> tuple[Case, ...]:
    """Give the spans of cases what the documents say of them.

    Args:
        cases: With their gold as spans.
        holdings: The documents.

    Returns:
        The cases, in order. Spans that do not hold are left as they are.
    """
    return tuple(_located_case(case, holdings) for case in cases)


def _located_case(case: Case, holdings: Holdings) -> Case:
    turns = tuple(t.model_copy(update={"spans": _located(t, holdings)}) for t in case.turns)
    return case.model_copy(update={"spans": _located(case, holdings), "turns": turns})


def _located(gold: Gold, holdings: Holdings) -> tuple[GoldSpan, ...]:
    return tuple(
        located(span, document)
        if not problem_of(span, holdings) and (document := holdings.find(span.document))
        else span
        for span in gold.spans
    )


def _golds(case: Case) -> Iterator[tuple[int | None, Gold]]:
    yield None, case
    yield from enumerate(case.turns)
