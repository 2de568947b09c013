"""From what a reader found to a `Document`: front matter checked, words visible and whole."""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from consilia.errors import DocumentError
from consilia.models import Document, FrontMatter
from consilia.readers.bodies import Body, clean, invisible
from consilia.readers.reading import Notes, Source

_NO_ID = re.compile(r"[^a-z0-9._-]+")


def assemble(source: Source, body: Body, found: Mapping[str, object], notes: Notes) -> Document:
    """Make a document.

    Args:
        source: Its `given` front matter goes before what was found.
        body: The finished body.
        found: Front matter by field; empty values count as not found.
        notes: Told of invisible characters that were left out.

    Returns:
        The document.

    Raises:
        DocumentError: There is no text, or a field cannot be what it is.
    """
    text = body.text
    if not text:
        raise DocumentError("no text was found; if it is a scan, recognise its text first")
    fields = {name: _cleaned(value) for name, value in (dict(found) | dict(source.given)).items()}
    fields = {name: value for name, value in fields.items() if value not in (None, "", {}, [], ())}
    if body.pages:
        fields["pages"] = body.pages
    try:
        metadata = FrontMatter.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise DocumentError(f"what is known of the source: {problems}") from error
    if body.removed:
        notes.repair(metadata.id, f"{body.removed} invisible characters left out")
    return Document(metadata, text)


def document_id(*parts: str) -> str:
    """Return a document id made from words and numbers of a source.

    >>> document_id("pmid", "12345")
    'pmid-12345'
    >>> document_id("Sepsis in adults (2024)")
    'sepsis-in-adults-2024'
    """
    slug = _NO_ID.sub("-", "-".join(parts).casefold()).strip("-._")
    return slug[:120].rstrip("-._")


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value) if invisible(value) or "\n" in value else value.strip()
    return value
