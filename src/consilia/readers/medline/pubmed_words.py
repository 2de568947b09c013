"""Words of an element of PubMed XML: superscripts and formulas keep their meaning in a line."""

from collections.abc import Callable

from consilia.readers.bodies import clean
from consilia.readers.raised import superscript
from consilia.readers.safe_xml import Element, local_name, text_of

_ACCENTS = {".": "\u0307", "˙": "\u0307", "·": "\u0307", "¯": "\u0304", "‾": "\u0304"}


def words(element: Element | None) -> str:
    """Return the words of an element as they stand in it.

    Args:
        element: None gives an empty text.

    Returns:
        The text; a superscript in Unicode superscripts or behind `^`, formulas in one line.
    """
    return text_of(element, rewrite=_rewrite)


def line(element: Element | None) -> str:
    """Return the words of an element on one line, for a field: nothing invisible in them."""
    return clean(words(element))


def child_line(element: Element, path: str) -> str:
    """Return the words of the first element at a path below; empty when there is none."""
    return line(element.find(path))


def _rewrite(element: Element) -> str | None:
    name = local_name(element)
    if name == "sup":
        inner = "".join((element.text or "", *(f"{words(c)}{c.tail or ''}" for c in element)))
        return superscript(inner)
    return formula(element) if name == "math" else None


def formula(element: Element) -> str:
    """Return MathML in one line: white space between its elements means nothing.

    Args:
        element: `math` or an element below.

    Returns:
        Fractions with `/`, powers as superscripts, a dot or bar over a letter combined with it.
    """
    name = local_name(element)
    if name in {"annotation", "annotation-xml"}:
        return ""
    children = [child for child in element if local_name(child)]
    parts = [formula(child) for child in children]
    if name == "mmultiscripts":
        names = [local_name(child) for child in children]
        return _scripts(parts, names.index("mprescripts") if "mprescripts" in names else len(names))
    shape = _SHAPES.get((name, len(parts)))
    if shape is not None:
        return shape(parts)
    return "".join(parts) if parts else text_of(element).strip()


def _scripts(parts: list[str], middle: int) -> str:
    """A letter with scripts on both sides; each side lists lower and upper ones by turns."""
    before, after = parts[middle + 1 :], parts[1:middle]
    return "".join((
        *map(superscript, before[1::2]),
        *before[::2],
        *parts[:1],
        *after[::2],
        *map(superscript, after[1::2]),
    ))


def _bracketed(part: str) -> str:
    return part if part.isalnum() else f"({part})"


_SHAPES: dict[tuple[str, int], Callable[[list[str]], str]] = {
    ("msup", 2): lambda parts: parts[0] + superscript(parts[1]),
    ("msubsup", 3): lambda parts: parts[0] + parts[1] + superscript(parts[2]),
    ("mfrac", 2): lambda parts: "/".join(map(_bracketed, parts)),
    ("msqrt", 1): lambda parts: "√" + _bracketed(parts[0]),
    ("mover", 2): lambda parts: parts[0] + _ACCENTS.get(parts[1], parts[1]),
}
