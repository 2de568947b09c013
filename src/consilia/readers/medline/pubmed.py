"""Reading PubMed XML: papers and books, exported records and the yearly files."""

from collections.abc import Iterator, Sequence
from itertools import islice

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.medline.citations import digits, document_of
from consilia.readers.medline.pubmed_fields import citation_of
from consilia.readers.medline.pubmed_records import (
    Record,
    in_utf8,
    parse_record,
    records_of,
    words_between,
)
from consilia.readers.reading import Notes, Reader, Source
from consilia.readers.safe_xml import root_name, text_of

_ROOTS = {
    "PubmedArticleSet",
    "PubmedArticle",
    "PubmedBookArticleSet",
    "PubmedBookArticle",
    "MedlineCitationSet",
    "MedlineCitation",
    "BookDocumentSet",
    "BookDocument",
}
_TAIL = 2_000
_MOST_RECORDS = 500_000


def recognises(source: Source) -> bool:
    """Tell whether a file is PubMed XML, by its root element."""
    return root_name(source.data) in _ROOTS


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Read the records of a file.

    Args:
        source: PubMed XML.
        notes: Told of records without an abstract, of broken ones and of deleted ones.

    Yields:
        A document for each record that has an abstract; of several versions the newest.

    Raises:
        DocumentError: The file declares entities, is in an unknown encoding, or has no record or
            more than 500,000.
    """
    data = in_utf8(source.data)
    found = list(islice(records_of(data), 2 * _MOST_RECORDS + 2))
    records = [record for record in found if record.name]
    _check(data, records)
    newest = _newest(records)
    number = 0
    for record in found:
        if not record.name:
            _tell_between(data, record, notes)
            continue
        number += 1
        place = f"PMID {record.pmid}" if record.pmid else f"record {number}"
        if record.pmid and record.is_whole and newest[record.pmid] is not record:
            notes.unplace(place, _instead(record, newest[record.pmid]))
            continue
        try:
            document = _document(source, data, record, notes)
        except DocumentError as error:
            notes.refuse(place, str(error))
            continue
        if document is not None:
            yield document
    _tell_cut(data, root_name(data), notes)


def _document(source: Source, data: bytes, record: Record, notes: Notes) -> Document | None:
    if not record.is_whole:
        raise DocumentError("the record has no end: the file is cut off; download it again")
    element = parse_record(data, record)
    if record.name.startswith("Delete"):
        for number in element.findall("PMID"):
            notes.unplace(
                f"PMID {digits(text_of(number))}",
                "deleted from PubMed, says the file; remove the document of it",
            )
        return None
    return document_of(source, citation_of(element), notes)


def _check(data: bytes, records: Sequence[Record]) -> None:
    if len(records) > _MOST_RECORDS:
        raise DocumentError(f"more than {_MOST_RECORDS:,} records; split the file")
    if not records:
        raise DocumentError("no PubMed record is in it; export the records again as PubMed XML")
    if b"<!ENTITY" in data[: records[0].start]:
        raise DocumentError("the XML declares entities, which are not expanded; remove them")


def _newest(records: Sequence[Record]) -> dict[str, Record]:
    """Of each PMID the record of the highest version; of equal ones the last."""
    newest: dict[str, Record] = {}
    for record in records:
        known = newest.get(record.pmid)
        if record.is_whole and (known is None or record.version >= known.version):
            newest[record.pmid] = record
    return newest


def _instead(record: Record, kept: Record) -> str:
    if record.version == kept.version:
        return "stands in the file again; the last one is read"
    return f"version {record.version} of it; version {kept.version} is read instead"


def _tell_between(data: bytes, gap: Record, notes: Notes) -> None:
    words = words_between(data, gap.start, gap.end).strip()
    if words:
        notes.unplace(f"between records, at byte {gap.start}", words)


def _tell_cut(data: bytes, root: str, notes: Notes) -> None:
    """A set that has no end may lack records as well."""
    if root.endswith("Set") and f"</{root}>".encode() not in data[-_TAIL:]:
        notes.refuse(
            "end of the file", f"{root} has no end: records may be missing; download it again"
        )


READER = Reader("pubmed-xml", recognises, read, max_bytes=400_000_000)
