"""The pages of a PDF: opened with its many errors caught, each turned into lines of text."""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pdfminer.pdfdocument import PDFEncryptionError
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from consilia.errors import DocumentError
from consilia.readers.pdf.extras import tell_annotations
from consilia.readers.pdf.glyphs import UNKNOWN, Box, Glyph, PageGlyphs, glyphs_of
from consilia.readers.pdf.layout import lines_in_order
from consilia.readers.pdf.lines import Line, Piece, Table, pieces_of, text_of_glyphs
from consilia.readers.pdf.painting import paint
from consilia.readers.reading import Notes

# The libraries walk whatever objects a file holds and check few of them: a broken file may raise
# any error of a lookup, a conversion or a decoder, from any depth.
PDF_ERRORS: tuple[type[Exception], ...] = (
    PSException,
    PdfminerException,
    MalformedPDFException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
MAX_PAGES = 3_000
_MAX_RULES = 5_000
"""Lines and boxes on a page; more of them are a drawing, not a table."""
_CELL_LETTERS = 1_500


@dataclass(slots=True)
class Pages:
    """What was found on the pages of a file."""

    lines: list[list[Line]] = field(default_factory=list)
    """By page, in reading order."""
    heights: dict[int, float] = field(default_factory=dict)
    count: int = 0
    characters: int = 0
    unknown: int = 0
    """Characters that a font does not name."""
    hidden: int = 0
    refused: int = 0


def open_pdf(data: bytes) -> PDF:
    """Open a PDF.

    Raises:
        DocumentError: It is broken, or encrypted with a password.
    """
    try:
        return PDF(io.BytesIO(data), raise_unicode_errors=False)
    except PDF_ERRORS as error:
        reason = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(reason, PDFEncryptionError):
            raise DocumentError(
                "the PDF is encrypted with a password; save it without one and add it again"
            ) from error
        raise DocumentError(f"the PDF is broken ({_named(reason)}); download it again") from error


def read_pages(pdf: PDF, notes: Notes) -> Pages:
    """Read all pages; one that is broken is told and does not stop the others.

    Args:
        pdf: The file.
        notes: Told of hidden words, pictures, turned words and broken pages.

    Returns:
        Lines by page.

    Raises:
        DocumentError: The list of pages is broken, or too long.
    """
    found = Pages()
    for number, page in enumerate(_page_objects(pdf), 1):
        found.count = number
        lines: list[Line] = []
        found.heights[number] = 1.0
        try:
            tell_annotations(page.annots, number, notes)
            lines = _read_page(pdf, page, found, notes)
        except DocumentError as error:
            found.refused += 1
            notes.refuse(f"page {number}", str(error))
        except PDF_ERRORS as error:
            found.refused += 1
            notes.refuse(f"page {number}", f"broken ({_named(error)}); print the file to PDF anew")
        found.lines.append(lines)
    return found


def _page_objects(pdf: PDF) -> list[PDFPage]:
    try:
        pages = list(islice(PDFPage.create_pages(pdf.doc), MAX_PAGES + 1))
    except PDF_ERRORS as error:
        raise DocumentError(
            f"the pages of the PDF cannot be found ({_named(error)}); print it to PDF anew"
        ) from error
    if len(pages) > MAX_PAGES:
        raise DocumentError(f"the PDF has more than {MAX_PAGES:,} pages; split it")
    return pages


def _read_page(pdf: PDF, page_object: PDFPage, found: Pages, notes: Notes) -> list[Line]:
    number = found.count
    page = Page(pdf, page_object, number)
    painted = paint(page_object, pdf.rsrcmgr)
    page._layout = painted.layout
    content = glyphs_of(painted, _moved(page.cropbox, page))
    _tell(content, number, notes)
    found.heights[number] = content.height
    found.characters += len(content.glyphs)
    found.unknown += sum(glyph.text == UNKNOWN for glyph in content.glyphs)
    found.hidden += sum(map(len, content.hidden.values()))
    tables = [] if content.is_turned else list(_tables(page, content))
    inside = {id(glyph) for table in tables for glyph in table.glyphs}
    glyphs = [glyph for glyph in content.glyphs if id(glyph) not in inside]
    page.close()
    return lines_in_order([*pieces_of(glyphs), *tables], number)


def _tell(content: PageGlyphs, number: int, notes: Notes) -> None:
    place = f"page {number}"
    for reason, words in content.hidden.items():
        notes.hide(f"{place}, {reason}", words)
    if content.turned:
        notes.unplace(place, f"turned words: {content.turned}")
    if content.marginal:
        notes.unplace(place, f"running head or foot: {content.marginal}")
    if content.images:
        notes.unplace(place, f"{content.images} pictures")


def _tables(page: Page, content: PageGlyphs) -> Iterator[Piece]:
    """Ruled tables of two or more columns, with the characters in them."""
    rules = len(page.rects) + len(page.lines) + len(page.curves)
    if not 3 < rules <= _MAX_RULES:
        return
    for table in page.find_tables():
        box = _moved(table.bbox, page)
        inside = [glyph for glyph in content.glyphs if _is_in(glyph, box)]
        rows = tuple(tuple(_cell(cell, inside, page) for cell in row.cells) for row in table.rows)
        if _is_table(rows):
            yield Piece(inside, box[0], box[2], box[1], box[3], rows)


def _cell(cell: Box | None, glyphs: Sequence[Glyph], page: Page) -> tuple[str, ...]:
    if cell is None:
        return ()
    box = _moved(cell, page)
    return text_of_glyphs(glyph for glyph in glyphs if _is_in(glyph, box))


def _moved(box: Box, page: Page) -> Box:
    """A box counted from the corner of the page."""
    left, top = page.mediabox[:2]
    return (box[0] - left, box[1] - top, box[2] - left, box[3] - top)


def _is_table(rows: Table) -> bool:
    """Tell a table from a frame around text."""
    filled = [sum(map(bool, row)) for row in rows]
    letters = [sum(map(len, cell)) for row in rows for cell in row if cell]
    return (
        max(filled, default=0) > 1
        and sum(map(bool, filled)) > 1
        and sum(letters) <= _CELL_LETTERS * len(letters)
    )


def _is_in(glyph: Glyph, box: Box) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return box[0] <= x < box[2] and box[1] <= y < box[3]


def _named(error: object) -> str:
    return f"{type(error).__name__}: {error}"[:200].rstrip(": ")
