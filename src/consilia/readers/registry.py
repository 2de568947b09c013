"""The formats that can be read, one registry for ours and those of third parties."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers import markdown
from consilia.readers.archives import GZIP_MAGIC, open_zip, read_member, unpacked
from consilia.readers.docx import reader as docx
from consilia.readers.html import reader as html
from consilia.readers.jats import reader as jats
from consilia.readers.labels import openfda, spl
from consilia.readers.medline import nbib, pubmed
from consilia.readers.ngc import reader as ngc
from consilia.readers.pdf import reader as pdf
from consilia.readers.reading import Notes, Reader, Source

ENTRY_POINT_GROUP = "consilia.readers"
_BUILT_IN: tuple[Reader, ...] = (
    markdown.READER,
    pdf.READER,
    docx.READER,
    pubmed.READER,
    jats.READER,
    spl.READER,
    ngc.READER,
    openfda.READER,
    nbib.READER,
    html.READER,
)


@cache
def readers() -> dict[str, Reader]:
    """Return all readers by name: ours, then those that installed packages add.

    Raises:
        DocumentError: Two readers have one name.
    """
    added = tuple(point.load() for point in entry_points(group=ENTRY_POINT_GROUP))
    found: dict[str, Reader] = {}
    for reader in (*_BUILT_IN, *added):
        if reader.name in found:
            raise DocumentError(f"two readers are called {reader.name!r}; uninstall one of them")
        found[reader.name] = reader
    return found


def reader_of(source: Source) -> Reader | None:
    """Return the first reader that recognises a file, or None."""
    return next((reader for reader in readers().values() if reader.recognises(source)), None)


def read_source(source: Source, notes: Notes) -> Iterator[tuple[str, Document]]:
    """Read a file, or each member of an archive.

    Args:
        source: The file.
        notes: Told what is not in the documents.

    Yields:
        Documents, each with the name of its reader.

    Raises:
        DocumentError: No reader knows the file, or it cannot be read.
    """
    if not source.data.strip():
        raise DocumentError("the file is empty")
    reader = reader_of(source)
    if reader is not None:
        yield from _read(reader, source, notes)
    elif source.data[:2] == GZIP_MAGIC:
        inside = replace(source, name=source.name.removesuffix(".gz"), data=unpacked(source.data))
        yield from read_source(inside, notes)
    elif zipfile.is_zipfile(io.BytesIO(source.data)):
        yield from _members(source, notes)
    else:
        raise DocumentError(
            f"no reader knows this format; those there are: {', '.join(readers())}. Convert it"
        )


def _read(reader: Reader, source: Source, notes: Notes) -> Iterator[tuple[str, Document]]:
    if len(source.data) > reader.max_bytes:
        raise DocumentError(
            f"larger than the {reader.max_bytes:,} bytes that {reader.name} reads; split it"
        )
    for document in reader.read(source, notes):
        yield reader.name, document


def _members(source: Source, notes: Notes) -> Iterator[tuple[str, Document]]:
    """Each member by its own reader; one that cannot be read does not stop the others."""
    with open_zip(source.data) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            try:
                member = Source(info.filename, read_member(archive, info), source.given)
                yield from _member(member, notes)
            except DocumentError as error:
                notes.refuse(info.filename, str(error))


def _member(member: Source, notes: Notes) -> Iterator[tuple[str, Document]]:
    reader = reader_of(member)
    if reader is None:
        notes.unplace(member.name, "no reader knows this member")
    else:
        yield from _read(reader, member, notes)
