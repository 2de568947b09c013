"""Reading PDF files: text in reading order with its headings, lists, tables and pages."""

from collections.abc import Iterator

from consilia.models import Document
from consilia.readers.reading import Notes, Reader, Source

_MAGIC = b"%PDF-"
_HEAD = 1_024
"""Viewers look for the magic bytes so far into a file."""


def recognises(source: Source) -> bool:
    """Tell whether a file is a PDF."""
    return _MAGIC in source.data[:_HEAD]


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Read a PDF file.

    Args:
        source: The file.
        notes: Told what is not in the document.

    Yields:
        One document.

    Raises:
        DocumentError: The file is broken, encrypted, too long or a scan without text.
    """
    # The library takes a fifth of a second to load; most runs read no PDF.
    from consilia.readers.pdf.documents import pdf_document

    yield pdf_document(source, notes)


READER = Reader("pdf", recognises, read)
