"""Running text of a web page: superscripts kept apart from the number before them."""

from consilia.readers.html.parsing import plain_text
from consilia.readers.safe_xml import Element

_SUPERSCRIPTS = str.maketrans("0123456789+-\u2212\u2013=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_RAISED_ANYWAY = frozenset({"st", "nd", "rd", "th", "tm", "(tm)"})
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


def raised(text: str, before: str) -> str:
    """Return a superscript as running text.

    Args:
        text: What is raised.
        before: The text in front of it.

    Returns:
        Unicode superscripts where all characters have one, else with `^` where it would run into
        the word before it.

    >>> raised("9", "10"), raised("nd", "2"), raised("a", "5 mg"), raised("®", "Zelvo")
    ('⁹', 'nd', '^a', '®')
    """
    text = " ".join(text.split())
    small = text.translate(_SUPERSCRIPTS)
    if small != text and not any(old == new for old, new in zip(text, small, strict=True)):
        return small
    joins = before[-1:].isalnum() or before[-1:] in {")", "]", "."}
    if text.casefold() in _RAISED_ANYWAY or not any(map(str.isalnum, text)) or not joins:
        return text
    return f"^{text}"


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
        parts.append(raised(plain_text(element), "".join(parts[-1:])))
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
