"""Web pages: guideline pages in HTML, without their menus, banners and hidden words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble, document_id
from consilia.readers.bodies import Body
from consilia.readers.html.blocks import Block, blocks_of, write_blocks
from consilia.readers.html.content import content_blocks, take_out_boilerplate
from consilia.readers.html.hidden import take_out_hidden
from consilia.readers.html.inline import words_of
from consilia.readers.html.metadata import page_metadata, title_element
from consilia.readers.html.parsing import Mender, decode_html, parse_html
from consilia.readers.reading import Notes, Reader, Source
from consilia.readers.safe_xml import Element, root_name

_OPENING = re.compile(r"<(?:!doctype\s{1,9}html|html)[\s>]", re.IGNORECASE)
_OTHER_XML = re.compile(r"<\?xml|<!doctype\s{1,9}(?!html|\s)", re.IGNORECASE)
_SUFFIXES = frozenset({".htm", ".html", ".xhtml", ".shtml"})
_HEAD = 4_096
_BLOB = re.compile(r"(?:data:[\w/+.;=-]{0,80},)?[A-Za-z0-9+/=_%-]{200,}")


def recognises(source: Source) -> bool:
    """Tell a web page by how it opens, or by its name when it opens like markup."""
    head = source.data[:_HEAD]
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    text = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return False
    root = root_name(source.data).lower()
    if _OTHER_XML.match(text):
        return root == "html"
    named = PurePosixPath(source.name).suffix.lower() in _SUFFIXES
    return bool(_OPENING.search(text)) or root in {"html", "head", "body"} or named


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Read a web page.

    Args:
        source: The page; nothing that it refers to is fetched.
        notes: Told what is hidden, what is boilerplate, and what was repaired.

    Yields:
        One document.

    Raises:
        DocumentError: It is no text, cannot be parsed, or has no content or title.
    """
    mend = Mender()
    root = parse_html(decode_html(source.data, notes))
    found = page_metadata(root, mend)
    take_out_hidden(root, "", notes)
    body = root.find("body")
    if body is None:
        raise DocumentError("the page has no body; save the page itself, not its frame")
    headline = _headline(body, mend)
    stated = str(found.get("title", ""))
    found["title"] = _title(stated, headline) or mend(title_element(root)) or _stem(source)
    region = take_out_boilerplate(body, notes)
    _tell_pictures(region, notes)
    blocks = [_without_blobs(block, notes) for block in blocks_of(region, mend)]
    blocks = [block for block in blocks if block.text]
    kept = content_blocks(region, blocks, root.get("lang") or "en", notes)
    text = Body()
    write_blocks(text, _without_title(kept, str(found["title"])), level=1)
    mend.tell("text", notes)
    found |= {"id": _id(source), "kind": "guideline"}
    yield assemble(source, text, found, notes)


def _headline(body: Element, mend: Mender) -> str:
    """The only heading of the first level, else nothing: several of them are no title."""
    headings = [words for h1 in body.iter("h1") if (words := " ".join(mend(words_of(h1)).split()))]
    return headings[0] if len(set(headings)) == 1 else ""


def _title(stated: str, headline: str) -> str:
    """The stated title; the headline where the title is it and the name of the site."""
    if headline and (not stated or (stated.startswith(headline) and stated != headline)):
        return headline
    return stated or headline


def _without_title(blocks: list[Block], title: str) -> list[Block]:
    return [
        block
        for block in blocks
        if not (block.kind == "heading" and block.level == 1 and block.text in title)
    ]


def _without_blobs(block: Block, notes: Notes) -> Block:
    """Leave out what is no words: data in base64."""
    blobs = _BLOB.findall(block.text)
    if not blobs:
        return block
    for blob in blobs:
        notes.unplace(f"data in {block.element.tag}", f"{len(blob)} characters: {blob}")
    cells = tuple(_BLOB.sub("", cell) for cell in block.cells)
    return replace(block, text=_BLOB.sub("", block.text).strip(), cells=cells)


def _tell_pictures(region: Element, notes: Notes) -> None:
    if count := sum(1 for _ in region.iter("img")):
        notes.unplace("pictures", f"{count} pictures")


def _stem(source: Source) -> str:
    return PurePosixPath(source.name).stem


def _id(source: Source) -> str:
    found = document_id(_stem(source))
    return found if len(found) > 1 else document_id("page", found)


READER = Reader("html", recognises, read)
