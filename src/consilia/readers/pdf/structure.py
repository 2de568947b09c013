"""From the lines of a PDF to the body of its document."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consilia.readers.bodies import Body
from consilia.readers.pdf.blocks import Block, BlockBuilder
from consilia.readers.pdf.headings import (
    Heading,
    headings_of,
    level_of,
    levels_of,
    setting_of,
)
from consilia.readers.pdf.hyphens import Joiner
from consilia.readers.pdf.lines import Line
from consilia.readers.reading import Notes

_CONTENTS = re.compile(r"(?:\.\s?){4,200}\d{1,4}$|\u2026{2,99}\s?\d{1,4}$")
_REFERENCES = re.compile(
    r"(?:\d{1,2}\.?\s+)?(?:references|bibliography|literature cited|works cited)(?:\s+list)?:?",
    re.IGNORECASE,
)
_TITLE = 1.2
"""Times the size of the body: so large the title on the first page is at least."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the lines."""

    body: Body
    title: str
    """Of the document; empty when neither the file nor the first page tell one."""


def write_body(lines: Sequence[Line], pages: int, stated_title: str, notes: Notes) -> Written:
    """Write the body of a document.

    Args:
        lines: All lines of text in reading order.
        pages: How many pages there are.
        stated_title: As the file states it; empty when it does not.
        notes: Told of what is left out.

    Returns:
        The body, and the title: the stated one, or the largest heading of the first page.
    """
    lines = _without_contents(lines, notes)
    setting = setting_of(lines)
    headings = headings_of(lines, setting)
    joiner = Joiner(line.text for line in lines)
    title = _title(headings, stated_title, setting.size)
    of_title = {heading.first for heading in title}
    levels = levels_of([heading for heading in headings if heading.first not in of_title])
    by_line = {heading.first: heading for heading in headings}
    builder = BlockBuilder(lines, setting)
    position = 0
    while position < len(lines):
        heading = by_line.get(position)
        if heading is None:
            builder.line(position)
        elif position not in of_title:
            builder.heading(heading, level_of(heading, levels))
        position += heading.count if heading else 1
    blocks = _without_references(builder.blocks, joiner, notes)
    words = joiner.join([heading.text for heading in title]) if title else ""
    return Written(_body(blocks, pages, joiner), stated_title or words)


def _title(headings: Sequence[Heading], stated: str, size: float) -> list[Heading]:
    """The heading that is the title, so that the body does not repeat it."""
    first = [heading for heading in headings if heading.page == 1]
    if stated:
        return [heading for heading in first if _letters(heading.text) == _letters(stated)][:1]
    largest = max((heading.style.size for heading in headings), default=0)
    large = [heading for heading in headings if heading.style.size == largest]
    return large if len(large) == 1 and largest >= _TITLE * size and large[0].page == 1 else []


def _without_contents(lines: Sequence[Line], notes: Notes) -> list[Line]:
    kept = [line for line in lines if not _CONTENTS.search(line.text)]
    if len(kept) < len(lines):
        notes.unplace("table of contents", f"{len(lines) - len(kept)} lines")
    return kept


def _without_references(blocks: Sequence[Block], joiner: Joiner, notes: Notes) -> list[Block]:
    """Leave out lists of references, up to the next heading that is as prominent."""
    kept: list[Block] = []
    within = 0
    left_out: list[Block] = []
    for block in blocks:
        is_heading = block.kind == "heading"
        if is_heading and _REFERENCES.fullmatch(joiner.join(block.lines)):
            within = block.level
        elif is_heading and block.level <= within:
            within = 0
        if within:
            left_out += [block] if not is_heading else []
        else:
            kept.append(block)
    if left_out:
        page = left_out[0].page
        notes.unplace(f"page {page}", f"{len(left_out)} paragraphs under References")
    return kept


def _body(blocks: Sequence[Block], pages: int, joiner: Joiner) -> Body:
    body = Body()
    page = 0
    for block in blocks:
        while page < block.page:
            body.page()
            page += 1
        _WRITERS[block.kind](body, block, joiner)
    while page < pages:
        body.page()
        page += 1
    return body


def _heading(body: Body, block: Block, joiner: Joiner) -> None:
    body.heading(joiner.join(block.lines), block.level)


def _paragraph(body: Body, block: Block, joiner: Joiner) -> None:
    body.paragraph(joiner.join(block.lines))


def _item(body: Body, block: Block, joiner: Joiner) -> None:
    body.item(joiner.join(block.lines), block.level)


def _row(body: Body, block: Block, joiner: Joiner) -> None:
    body.row(joiner.join(cell) for cell in block.cells)


_WRITERS: dict[str, Callable[[Body, Block, Joiner], None]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "item": _item,
    "row": _row,
}


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
