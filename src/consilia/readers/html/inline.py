"""Running text of a web page: superscripts kept apart from the number before them."""

from consilia.readers.raised import superscript
from consilia.readers.safe_xml import Element

SKIPPED = frozenset({
    "head",
    "input",
    "select",
    "textarea",
    "option",
    "optgroup",
    "img",
    "progress",
    "meter",
})
BLOCKS = frozenset({
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
})


def raised_words(element: Element) -> str:
    """Return the words of a `sup` element, white space around them kept."""
    return superscript(str(element.xpath("string()")))


def words_of(element: Element) -> str:
    """Return all words of an element as running text; list items are set apart by bullets."""
    parts: list[str] = []
    _collect(element, parts)
    return "".join(parts)


def _collect(element: Element, parts: list[str]) -> None:
    tag: object = element.tag
    if not isinstance(tag, str) or tag in SKIPPED:
        return
    if tag == "sup":
        parts.append(raised_words(element))
        return
    border = tag in BLOCKS or tag == "br"
    if border:
        parts.append(" • " if tag == "li" and "".join(parts[-3:]).strip() else " ")
    parts.append(element.text or "")
    for child in element:
        _collect(child, parts)
        parts.append(child.tail or "")
    if border:
        parts.append(" ")
