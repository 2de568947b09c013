"""The words of an article's inline elements: superscripts, citations, links, what is hidden."""

import re
from collections.abc import Collection

from consilia.readers.bodies import clean
from consilia.readers.jats.apart import LeftOut
from consilia.readers.jats.formulas import formula_words
from consilia.readers.raised import superscript
from consilia.readers.safe_xml import Element, local_name, text_of

XLINK = "{http://www.w3.org/1999/xlink}"
_OPEN, _CLOSE = "\ufffe", "\uffff"  # around a citation; no well-formed XML holds them
_CITATION = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_NUMBERS = rf"{_OPEN}\s*\d{{1,3}}[a-z]?(?:\s*[,\u2013-]\s*\d{{1,3}})*\s*{_CLOSE}"
_RUN = re.compile(rf"{_NUMBERS}(?:[\s,;\u2013-]*{_NUMBERS})*")
_SEPARATORS = " \t\n,;\u2013\u2014-[]()"
_ENDS = tuple('.,;:!?"\u201d\u2019')  # what ends a sentence or a part of it
_BEFORE_RAISED = (*_ENDS, *"%)]'\u00ae\u2122")
_LIST_OF_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,\u2013-]\s*\d{1,3})*")
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|(?:font-size|opacity):0(?:\.0+)?(?:[;a-z%]|$)"
    r"|(?<!-)color:(?:white|#fff(?:fff)?)\b"
)
_FORMULAS = {"disp-formula", "inline-formula", "math", "tex-math"}
_IMAGES = {"graphic", "inline-graphic", "media", "inline-media"}
_UNSEEN = {"alt-text", "long-desc", "index-term"}
_MACHINE = {"object-id", "sec-meta", "permissions", "processing-meta"}
_SPACED = {
    "p", "title", "label", "list-item", "term", "def", "tr", "td", "th", "row", "entry",
    "verse-line", "attrib", "fn", "speaker", "subtitle", "hr",
}  # fmt: skip
_CITED = {"bibr", "ref"}
_FOOTNOTES = {"fn", "table-fn"}


class Wording:
    """Turns elements into the words that stand in the canonical text."""

    def __init__(self, left_out: LeftOut) -> None:
        self._left_out = left_out

    def of(self, element: Element | None, *, without: Collection[str] = ()) -> str:
        """Return all words of an element on one line.

        Args:
            element: None gives an empty text.
            without: Local names of elements that are left out with all below them.

        Returns:
            The words, blocks and table cells inside of it set apart by spaces.
        """
        if element is None:
            return ""
        parts: list[str] = []
        self._collect(element, parts, without)
        return self.settled("".join(parts))

    def settled(self, text: str) -> str:
        """Return collected words on one line, decided about the citations in them.

        Numbers that are glued to a word or its full stop (printed small and raised) go; citations
        that stand in the sentence (`[12]`, `(Doe 2001)`) stay.
        """
        return clean(_CITATION.sub(r"\1", _RUN.sub(self._without_glued, text)))

    def special(self, element: Element) -> str | None:
        """Return the words of an element that is not simply its text, or None."""
        name = local_name(element)
        if not name:
            return text_of(element)
        if self.hides(element):
            return ""
        if name == "sup":
            return self._superscript(element)
        if name == "xref":
            return self._reference(element)
        if name in _FORMULAS:
            return self._formula(element)
        return self._small(element, name)

    def hides(self, element: Element) -> bool:
        """Tell whether a person would not see an element, and report its words if so."""
        style = "".join((element.get("style") or "").lower().split())
        hidden = local_name(element) in _UNSEEN or bool(style and _HIDDEN.search(style))
        if hidden:
            self._left_out.hide(text_of(element))
        return hidden

    def formula_in(self, alternatives: Element) -> str:
        """Return the words of a formula that is given in several forms; empty for none."""
        return formula_words(alternatives) or ""

    def best_of(self, alternatives: Element) -> list[Element]:
        """Return, of the forms that one thing is given in, the first in words, else an image."""
        forms = [child for child in alternatives if local_name(child)]
        return sorted(forms, key=lambda form: local_name(form) in _IMAGES)[:1]

    def _collect(self, element: Element, parts: list[str], without: Collection[str]) -> None:
        parts.append(element.text or "")
        for child in element:
            name = local_name(child)
            if name not in without:
                self._collect_child(child, name, parts, without)
            parts.append(child.tail or "")

    def _collect_child(
        self, child: Element, name: str, parts: list[str], without: Collection[str]
    ) -> None:
        words = self.special(child)
        if words is not None:
            parts.append(words)
            return
        space = " " if name in _SPACED else ""
        parts.append(space)
        self._collect(child, parts, without)
        parts.append(space)

    def _small(self, element: Element, name: str) -> str | None:
        if name == "break":
            return " "
        if name in _IMAGES:
            self._left_out.count("images")
            self._left_out.hide(text_of(element))
            return ""
        if name in _MACHINE:
            return ""
        if name in {"ext-link", "uri"} and not text_of(element).strip():
            return element.get(f"{XLINK}href", "")
        if name == "alternatives":
            words = self.formula_in(element)
            return words or " ".join(self.of(child) for child in self.best_of(element))
        return None

    def _formula(self, element: Element) -> str:
        words = formula_words(element)
        if words is None:
            words = self.of(element, without=_IMAGES | _UNSEEN)
        if not words.strip():
            self._left_out.count("formulas that are only images")
        return f" {words} " if local_name(element) == "disp-formula" else words

    def _superscript(self, element: Element) -> str:
        parts: list[str] = []
        self._collect(element, parts, ())
        words = "".join(parts)
        if _OPEN in words:
            self._left_out.count("superscript citations")
            words = _CITATION.sub("", words).strip(_SEPARATORS)
        elif _ends_sentence(element) and _LIST_OF_NUMBERS.fullmatch(words.strip()):
            self._left_out.count("superscript citations")
            return " " if words[-1:].isspace() else ""
        return superscript(words)

    def _reference(self, element: Element) -> str:
        parts: list[str] = []
        self._collect(element, parts, ())
        words = "".join(parts)
        kind = element.get("ref-type")
        raised = any(local_name(child) == "sup" for child in element.iter())
        if kind in _CITED and raised and _LIST_OF_NUMBERS.fullmatch(text_of(element).strip()):
            self._left_out.count("superscript citations")
            return ""
        if kind in _CITED:
            return _OPEN + _CITATION.sub(r"\1", words) + _CLOSE
        parent = element.getparent()
        raised = raised or (parent is not None and local_name(parent) == "sup")
        if kind in _FOOTNOTES and not raised:
            return superscript(words)
        return words

    def _without_glued(self, run: re.Match[str]) -> str:
        before = run.string[run.start() - 1] if run.start() else " "
        if before.isalnum() or before in _BEFORE_RAISED:
            self._left_out.count("superscript citations")
            return ""
        return run[0]


def child_named(element: Element | None, *names: str) -> Element | None:
    """Return the element at the end of a path of local names, taking the first of each name."""
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if local_name(child) == name), None)
    return element


def _ends_sentence(element: Element) -> bool:
    """Tell whether the characters in front of an element end a sentence or a part of it."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        before = previous.tail or text_of(previous)
    else:
        before = (parent.text if parent is not None else None) or ""
    return before[-1:] in _ENDS
