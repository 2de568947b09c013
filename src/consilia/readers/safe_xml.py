"""Parsing XML that may be hostile: no entity is expanded, no file or host is reached."""

import re
from collections.abc import Callable, Collection
from html.entities import html5

from lxml import etree

from consilia.errors import DocumentError

Element = etree._Element

_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_PROLOGUE = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*"
    rb"(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|\s)*",
    re.DOTALL,
)
_HEAD = 20_000


def root_name(data: bytes) -> str:
    """Return the local name of the root element, told from the first bytes; empty when none.

    >>> root_name(b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "b"><a:PubmedArticleSet/>')
    'PubmedArticleSet'
    """
    head = _utf8(data[:_HEAD])
    prologue = _PROLOGUE.match(head)
    found = prologue and _ROOT.match(head, prologue.end())
    return found[1].decode("ascii", "replace") if found else ""


def parse_xml(data: bytes) -> Element:
    """Parse XML.

    Args:
        data: The whole file.

    Returns:
        The root element; comments and processing instructions are left out.

    Raises:
        DocumentError: It is not well-formed, is nested more than 256 deep, or declares entities.
    """
    if re.search(rb"<!ENTITY", data[:1_000_000]):
        raise DocumentError("the XML declares entities, which are not expanded; remove them")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(
            f"no well-formed XML: {error}; download or export the file again"
        ) from error
    return root


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace; empty for an entity."""
    return etree.QName(element).localname if _is_named(element) else ""


def text_of(
    element: Element | None,
    *,
    skip: Collection[str] = (),
    rewrite: Callable[[Element], str | None] | None = None,
) -> str:
    """Return the words of an element and all below it, white space as it is.

    Args:
        element: None gives an empty text.
        skip: Local names of elements that are left out with all below them.
        rewrite: Returns the words for an element, or None to take its own.

    Returns:
        The text; character references by name (`&nbsp;`) are resolved as in HTML.
    """
    if element is None:
        return ""
    parts: list[str] = []
    _collect(element, parts, skip, rewrite)
    return "".join(parts)


def _collect(
    element: Element,
    parts: list[str],
    skip: Collection[str],
    rewrite: Callable[[Element], str | None] | None,
) -> None:
    if not _is_named(element):
        if isinstance(element, etree._Entity):
            parts.append(html5.get(f"{element.name};", element.text or ""))
        return
    if local_name(element) in skip:
        return
    given = rewrite(element) if rewrite else None
    if given is not None:
        parts.append(given)
        return
    parts.append(element.text or "")
    for child in element:
        _collect(child, parts, skip, rewrite)
        parts.append(child.tail or "")


def empty(element: Element) -> None:
    """Take everything out of an element; what follows it stays."""
    tail = element.tail
    element.clear()
    element.tail = tail


def _is_named(element: Element) -> bool:
    """Tell an element from an entity reference, whose tag is a function."""
    tag: object = element.tag
    return isinstance(tag, str)


def _utf8(head: bytes) -> bytes:
    """The head of a file in UTF-16 as UTF-8; any other as it is."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head.decode("utf-16", "replace").encode()
    return head
