"""Reading the tagged text of PubMed, `.nbib` or `.txt`: `PMID- 1`, `TI  - …`, one tag a line."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.medline.citations import document_of
from consilia.readers.medline.nbib_fields import Tags, citation_of
from consilia.readers.reading import Notes, Reader, Source

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_NUMBERED = re.compile(r"(?:PMID- ?[0-9]+|PMC +- ?PMC[0-9]+)\s*")
_HEAD = 20_000
_HEAD_LINES = 60
_TOLD_STRAYS = 100
_MOST_RECORDS = 200_000
# "long- and short-term" keeps its space when the line breaks there; "double-blind" gets none.
_HYPHENATED = re.compile(r"\w-")
_SUSPENDS = re.compile(r"(?:and|or|to|nor|but|vs|versus)\b|\W")


def recognises(source: Source) -> bool:
    """Tell whether a file is MEDLINE text: its first line has a tag, and a number is near."""
    lines = [line for line in _lines(_head(source.data)) if line.strip()][:_HEAD_LINES]
    if not lines or not _TAG.fullmatch(lines[0]) or lines[0].startswith("TY "):
        return False
    return any(_NUMBERED.fullmatch(line) for line in lines)


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Read the records of a file.

    Args:
        source: MEDLINE text in UTF-8.
        notes: Told of records without an abstract, of broken ones and of repeated ones.

    Yields:
        A document for each record that has an abstract; of a repeated record the last.

    Raises:
        DocumentError: The file is not in UTF-8, has no record or more than 200,000.
    """
    records = list(islice(_records(_decoded(source.data), notes), _MOST_RECORDS + 1))
    if len(records) > _MOST_RECORDS:
        raise DocumentError(f"more than {_MOST_RECORDS:,} records; split the file")
    if not records:
        raise DocumentError("no MEDLINE record is in it; export it again in the format PubMed")
    last = {record.number: record for record in records}
    for count, record in enumerate(records, start=1):
        place = f"PMID {record.number}" if record.number else f"record {count}"
        if record.number and last[record.number] is not record:
            notes.unplace(place, "stands in the file again; the last one is read")
            continue
        try:
            document = document_of(source, citation_of(record), notes)
        except DocumentError as error:
            notes.refuse(place, str(error))
            continue
        if document is not None:
            yield document


def _head(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    return data[:_HEAD].decode(encoding, "replace").removeprefix("\ufeff")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"not in UTF-8 at byte {error.start}; save the file as text in UTF-8"
        ) from error


def _lines(text: str) -> list[str]:
    # Not splitlines: it breaks at characters that stand inside a field.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _records(text: str, notes: Notes) -> Iterator[Tags]:
    """Records are parted by an empty line; a second PMID starts one too."""
    fields: list[tuple[str, list[str]]] = []
    gap, strays = False, 0
    for number, line in enumerate(_lines(text), start=1):
        tag = _TAG.fullmatch(line)
        if not line.strip():
            gap = True
        elif tag:
            if fields and (gap or (tag[1] == "PMID" and _has(fields, "PMID"))):
                yield _tags(fields)
                fields = []
            fields.append((tag[1], [tag[2]]))
            gap = False
        elif fields and line[0].isspace():
            fields[-1][1].append(line)
            gap = False
        else:
            strays += 1
            _tell_stray(strays, number, line, notes)
    if fields:
        yield _tags(fields)


def _tell_stray(strays: int, number: int, line: str, notes: Notes) -> None:
    if strays <= _TOLD_STRAYS:
        notes.unplace(f"line {number}", f"neither a tag nor the rest of one: {line}")
    elif strays == _TOLD_STRAYS + 1:
        notes.unplace(f"from line {number}", "more lines that are neither a tag nor part of one")


def _has(fields: Iterable[tuple[str, list[str]]], name: str) -> bool:
    return any(tag == name for tag, _ in fields)


def _tags(fields: Iterable[tuple[str, list[str]]]) -> Tags:
    return Tags(tuple((tag, _joined(lines)) for tag, lines in fields))


def _joined(lines: list[str]) -> str:
    parts: list[str] = []
    for line, before in zip(lines, [" ", *lines], strict=False):
        words = line.strip()
        broken = _HYPHENATED.fullmatch(before[-2:]) and not _SUSPENDS.match(words)
        parts.append(words if broken else f" {words}")
    return "".join(parts).strip()


READER = Reader("medline-text", recognises, read)
