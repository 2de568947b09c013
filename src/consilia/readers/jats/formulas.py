"""Formulas as characters: powers, fractions and roots keep their meaning."""

import re

from consilia.readers.raised import superscript
from consilia.readers.safe_xml import Element, local_name, text_of

_TEX_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_INVISIBLE_OPERATORS = re.compile("[\u2061-\u2064]")
_NOT_SHOWN = {"annotation", "annotation-xml", "mphantom"}


def formula_words(element: Element) -> str | None:
    """Return a formula as a line of characters: from its MathML, else from its TeX.

    Args:
        element: The formula, or whatever holds its versions.

    Returns:
        None when there is neither: the formula may be in plain characters, or an image.
    """
    label = ""
    for child in element.iter():
        name = local_name(child)
        if name == "label" and not label:
            label = f" {text_of(child)}"
        elif name == "math":
            return _INVISIBLE_OPERATORS.sub("", _math(child)) + label
    for child in element.iter():
        if local_name(child) == "tex-math":
            return _tex(text_of(child)) + label
    return None


def _tex(text: str) -> str:
    document = _TEX_DOCUMENT.search(text)
    return (document[1] if document else text).strip().strip("$").strip()


def _math(element: Element) -> str:
    name = local_name(element)
    if name in _NOT_SHOWN:
        return ""
    if name == "mspace":
        return " "
    parts = [_math(child) for child in element if local_name(child)]
    if not parts:
        return text_of(element)
    if name in {"mtr", "mtd", "mlabeledtr"}:
        return f"{''.join(parts)} "
    if name == "mfenced":
        return element.get("open", "(") + ", ".join(parts) + element.get("close", ")")
    return _arranged(name, parts)


def _arranged(name: str, parts: list[str]) -> str:
    """The parts of one MathML element in a line."""
    first, rest = parts[0], parts[1:]
    if name == "msup" and rest:
        return _enclosed(first) + superscript(rest[0])
    if name == "msubsup" and len(rest) > 1:
        return first + rest[0] + superscript(rest[1])
    if name == "mfrac" and rest:
        return f"{_enclosed(first)}/{_enclosed(rest[0])}"
    if name == "msqrt":
        return f"√{_enclosed(''.join(parts))}"
    if name == "mroot" and rest:
        return f"{superscript(rest[0])}√{_enclosed(first)}"
    return "".join(parts)


def _enclosed(words: str) -> str:
    words = words.strip()
    simple = words.isalnum() or (words[:1] == "(" and words.find(")") == len(words) - 1)
    return words if simple else f"({words})"
