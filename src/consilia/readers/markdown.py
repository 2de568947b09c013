"""Markdown with front matter: the form of the documents that ship."""

from collections.abc import Iterator

from consilia.documents import MAX_BYTES, parse_document
from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.reading import Notes, Reader, Source

_SUFFIXES = (".md", ".markdown")


def recognises(source: Source) -> bool:
    """Tell a Markdown file by its name, or by front matter in its first line."""
    first = source.data[:10].removeprefix(b"\xef\xbb\xbf")
    return source.name.lower().endswith(_SUFFIXES) or first.split(b"\n")[0].rstrip() == b"---"


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Yield the one document of the file, its words as they are.

    Raises:
        DocumentError: It is not UTF-8, or front matter or text are missing or broken.
    """
    del notes  # every word of the file is in the document
    try:
        raw = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 at byte {error.start}; save it as UTF-8") from error
    yield parse_document(raw)


READER = Reader("markdown", recognises, read, max_bytes=MAX_BYTES)
