"""Reading DOCX files: text with its headings, lists, tables and notes."""

import re
from collections.abc import Iterator

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble
from consilia.readers.bodies import Body
from consilia.readers.docx.body import Block, BlockReader, write_blocks
from consilia.readers.docx.parts import MAIN, Package, child, open_package, value
from consilia.readers.file_names import id_from_name, stem_of
from consilia.readers.reading import Notes, Reader, Source
from consilia.readers.safe_xml import Element, local_name, text_of

_ZIP_MAGIC = b"PK\x03\x04"
_ASIDE = re.compile(r"word/(?:header|footer)\d*\.xml")
_SEPARATORS = {"separator", "continuationSeparator", "continuationNotice"}
_NO_TITLE = re.compile(
    r"(?:microsoft )?word|untitled|document\s*\d*$|\S+\.(?:docx?|dotx?|pdf|odt|rtf|txt)$",
    re.IGNORECASE,
)
_MAX_AUTHORS = 6


def recognises(source: Source) -> bool:
    """Tell whether a file is a DOCX file, with or without macros."""
    return source.data.startswith(_ZIP_MAGIC) and MAIN.encode() in source.data


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Read a DOCX file.

    Args:
        source: The file.
        notes: Told what is not in the document.

    Yields:
        One document; a guideline unless the user says otherwise.

    Raises:
        DocumentError: The file is broken, may be a bomb, declares entities or has no text.
    """
    package = open_package(source.data)
    root = package.part(MAIN)
    main = child(root, "body")
    if main is None:
        raise DocumentError(f"{MAIN} in the file has no body; save the file anew")
    reader = BlockReader(package, notes)
    blocks = list(reader.blocks(main))
    blocks += _notes_at_end(package, reader)
    body = Body()
    titles = [block.words[0] for block in blocks if block.kind == "title"]
    properties = _properties(package)
    title = titles[0] if titles else _sensible(properties.get("title", ""))
    write_blocks(_with_further_titles(blocks), body, notes)
    _tell(package, reader, notes)
    found = {
        "id": id_from_name(source, "docx"),
        "kind": "guideline",
        "title": title or stem_of(source),
        "authors": _authors(properties.get("creator", "")),
        "subjects": _keywords(properties.get("keywords", "")),
    }
    yield assemble(source, body, found, notes)


def _with_further_titles(blocks: list[Block]) -> Iterator[Block]:
    """All titles but the first are headings."""
    titles = 0
    for block in blocks:
        titles += block.kind == "title"
        yield Block("heading", block.words, 1) if block.kind == "title" and titles > 1 else block


def _notes_at_end(package: Package, reader: BlockReader) -> Iterator[Block]:
    """Footnotes and endnotes under a heading of their own."""
    found: list[Block] = []
    for part, name in (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")):
        for note in _children(package.part(part), name):
            if value(note, "type") not in _SEPARATORS:
                found += reader.blocks(note)
    if found:
        yield Block("heading", ("Footnotes",), 1)
        yield from found


def _tell(package: Package, reader: BlockReader, notes: Notes) -> None:
    for comment in _children(package.part("word/comments.xml"), "comment"):
        notes.hide(f"comment of {value(comment, 'author') or 'somebody'}", text_of(comment))
    for name in filter(_ASIDE.fullmatch, package.names):
        if words := " ".join(text_of(package.part(name)).split()):
            notes.unplace(name, words)
    counts = reader.paragraphs.counts
    media = sum(name.startswith("word/media/") for name in package.names)
    for number, what in (
        (counts.deleted, "deletions that are tracked"),
        (counts.marks, "reference marks"),
        (reader.contents, "lines of a table of contents"),
        (media, "pictures"),
        (sum(name.startswith("word/embeddings/") for name in package.names), "embedded files"),
        (sum(name.endswith("vbaProject.bin") for name in package.names), "macros, which never run"),
    ):
        if number:
            notes.unplace("document", f"{number} {what}")


def _properties(package: Package) -> dict[str, str]:
    root = package.part("docProps/core.xml")
    return {
        local_name(one): " ".join((one.text or "").split())
        for one in (root if root is not None else ())
    }


def _children(root: Element | None, name: str) -> list[Element]:
    return [] if root is None else [one for one in root if local_name(one) == name]


def _sensible(title: str) -> str:
    return "" if len(title) < 4 or _NO_TITLE.match(title) else title


def _authors(stated: str) -> str:
    """Authors as stated; a single word is the name of an account."""
    names = [name.strip() for name in stated.split(";") if name.strip()]
    if " " not in stated:
        return ""
    return ", ".join(names[:_MAX_AUTHORS] + (["et al."] if len(names) > _MAX_AUTHORS else []))


def _keywords(stated: str) -> tuple[str, ...]:
    return tuple(word for part in re.split(r"[;,]", stated) if (word := part.strip()))


READER = Reader("docx", recognises, read)
