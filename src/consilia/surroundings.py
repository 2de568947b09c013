"""The words that a proof points to, where they stand in their document."""

from dataclasses import dataclass

from consilia.answer import Proof
from consilia.catalog import Catalog
from consilia.documents import sections_of
from consilia.errors import KnowledgeBaseError

AROUND = 1_200
"""Characters of a section that are shown on either side of a quote."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A quote between the words around it."""

    title: str
    headings: tuple[str, ...]
    before: str
    quote: str
    after: str


def surroundings(proof: Proof, catalog: Catalog) -> Surroundings:
    """Return the words of a proof with those around them, in the version it was made from.

    Args:
        proof: Of a claim or a nearest miss.
        catalog: Of the knowledge base that the answer came from.

    Raises:
        KnowledgeBaseError: The document or its version is not in the catalog.
    """
    text = catalog.text(proof.document, proof.version)
    if text is None:
        raise KnowledgeBaseError(f"the catalog holds no {proof.document!r} in this version")
    section = next(s for s in sections_of(text) if s.start <= proof.start < s.end)
    return Surroundings(
        title=catalog.metadata(proof.document, proof.version).title,
        headings=section.headings,
        before=_last(text[section.start : proof.start].lstrip()),
        quote=text[proof.start : proof.end],
        after=_first(text[proof.end : section.end].rstrip()),
    )


def _first(text: str) -> str:
    """The beginning of a text, cut between words when it is long."""
    if len(text) <= AROUND:
        return text
    return f"{text[: text.rfind(' ', 0, AROUND) + 1] or text[:AROUND]}…"


def _last(text: str) -> str:
    """The end of a text, cut between words when it is long."""
    if len(text) <= AROUND:
        return text
    start = text.find(" ", len(text) - AROUND)
    return f"…{text[start if start >= 0 else len(text) - AROUND :]}"
