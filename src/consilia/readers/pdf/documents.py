"""From a PDF file to its document: text, title and what else the file carries."""

import re
from collections.abc import Mapping

from pdfplumber.pdf import PDF

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble
from consilia.readers.bodies import clean
from consilia.readers.file_names import id_from_name, stem_of
from consilia.readers.pdf.extras import tell_catalog
from consilia.readers.pdf.lines import Line
from consilia.readers.pdf.pages import PDF_ERRORS, Pages, open_pdf, read_pages
from consilia.readers.pdf.running import part_running
from consilia.readers.pdf.structure import write_body
from consilia.readers.reading import Notes, Source

_NO_TITLE = re.compile(
    r"microsoft word|powerpoint|untitled|(?:document|presentation|slide|page)\s*\d*$|about:blank"
    r"|\S+\.(?:pdf|docx?|indd|tex|dvi|qxd|html?|txt|rtf|pages|odt|pptx?)$|https?:|file:",
    re.IGNORECASE,
)
_UNREADABLE = 0.2
"""Of the characters: a text with so many that no font names cannot be quoted."""
_MAX_AUTHORS = 6
_MAX_RUNNING = 20


def pdf_document(source: Source, notes: Notes) -> Document:
    """Read a PDF file.

    Args:
        source: The file.
        notes: Told what is not in the document.

    Returns:
        The document; a guideline unless the user says otherwise.

    Raises:
        DocumentError: The file is broken, encrypted, too long or a scan without text.
    """
    pdf = open_pdf(source.data)
    pages = read_pages(pdf, notes)
    _check(pages)
    _tell_catalog(pdf, notes)
    parted = part_running(pages.lines, pages.heights)
    _tell_left_out(parted.left_out, parted.text, notes)
    info = _info(pdf)
    title = info.get("Title", "")
    is_sensible = len(title) > 3 and not _NO_TITLE.match(title)
    written = write_body(parted.text, pages.count, title if is_sensible else "", notes)
    found = {
        "id": id_from_name(source, "pdf"),
        "kind": "guideline",
        "title": written.title or stem_of(source),
        "authors": _authors(info.get("Author", "")),
        "subjects": _keywords(info.get("Keywords", "")),
    }
    if pages.unknown:
        notes.repair(source.name, f"{pages.unknown} characters without a name written as \ufffd")
    return assemble(source, written.body, found, notes)


def _check(pages: Pages) -> None:
    """Refuse a file whose text cannot be had.

    Raises:
        DocumentError: The file has no pages, no readable one, or no text.
    """
    if pages.count == 0:
        raise DocumentError("the PDF has no pages; download it again")
    if pages.characters == 0 and pages.refused:
        raise DocumentError("no page of the PDF can be read; print it to PDF anew")
    if pages.characters == 0 and pages.hidden:
        raise DocumentError(
            "all text of the PDF is invisible, as in a scan with a recognised text behind it; "
            "check the text against the pages, save it as a text or Word file and add that"
        )
    if pages.characters == 0:
        raise DocumentError(
            "the PDF holds no text, only pictures of it; recognise its text (OCR) first"
        )
    if pages.unknown > _UNREADABLE * pages.characters:
        raise DocumentError(
            "the fonts of the PDF do not say which characters they show; recognise its text "
            "(OCR) or take another edition of the file"
        )


def _tell_left_out(left_out: list[Line], text: list[Line], notes: Notes) -> None:
    told: dict[str, Line] = {}
    for line in left_out:
        told.setdefault(re.sub(r"\d+", "#", line.text), line)
    for line in list(told.values())[:_MAX_RUNNING]:
        notes.unplace(f"page {line.page}", f"running head or foot: {line.text}")
    if len(told) > _MAX_RUNNING:
        notes.unplace("pages", f"{len(told) - _MAX_RUNNING} more running heads or feet")
    if marks := sum(line.marks for line in text):
        notes.unplace("text", f"{marks} raised reference marks")


def _info(pdf: PDF) -> dict[str, str]:
    metadata: Mapping[str, object] = pdf.metadata
    return {name: clean(value) for name, value in metadata.items() if isinstance(value, str)}


def _keywords(stated: str) -> tuple[str, ...]:
    return tuple(word for part in re.split(r"[;,]", stated) if (word := part.strip()))


def _authors(stated: str) -> str:
    """Authors as stated; a single word is the name of an account."""
    names = [name.strip() for name in stated.split(";") if name.strip()]
    if " " not in stated or _NO_TITLE.match(stated):
        return ""
    return ", ".join(names[:_MAX_AUTHORS] + (["et al."] if len(names) > _MAX_AUTHORS else []))


def _tell_catalog(pdf: PDF, notes: Notes) -> None:
    try:
        tell_catalog(pdf.doc.catalog, notes)
    except PDF_ERRORS as error:
        notes.unplace("the file", f"a catalogue that is broken: {error}")
