"""What a PDF carries beside its pages: annotations, form fields, attached files and scripts."""

from collections.abc import Iterator, Mapping

from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text

from consilia.readers.reading import Notes

_MOST = 1_000
"""Annotations of a page, and entries of a tree of names, that are looked at."""
_FIELDS = (("Contents", "annotation"), ("V", "form field"))


def tell_annotations(annotations: object, page: int, notes: Notes) -> None:
    """Tell of the words in annotations and form fields of a page; they may differ from its text.

    The library's errors pass through.
    """
    listed = resolve1(annotations)
    for reference in listed[:_MOST] if isinstance(listed, list) else []:
        annotation = resolve1(reference)
        if not isinstance(annotation, dict):
            continue
        for key, name in _FIELDS:
            if words := _words(annotation.get(key)):
                notes.hide(f"page {page}, {name}", words)
        if "FS" in annotation:
            notes.unplace(f"page {page}", f"attached file {_file_name(annotation['FS'])}")


def tell_catalog(catalog: Mapping[str, object], notes: Notes) -> None:
    """Tell of attached files and scripts; they are neither opened nor run.

    The library's errors pass through.
    """
    names = resolve1(catalog.get("Names"))
    if isinstance(names, dict):
        for name in _leaves(names.get("EmbeddedFiles")):
            notes.unplace("the file", f"attached file {_file_name(name)}")
        if "JavaScript" in names:
            notes.unplace("the file", "JavaScript")
    action = resolve1(catalog.get("OpenAction"))
    if isinstance(action, dict) and "JS" in action:
        notes.unplace("the file", "JavaScript that runs on opening")
    form = resolve1(catalog.get("AcroForm"))
    if isinstance(form, dict) and "XFA" in form:
        notes.unplace("the file", "an XFA form")


def _leaves(tree: object) -> Iterator[object]:
    """The values of a tree of names."""
    waiting = [tree]
    for _ in range(_MOST):
        if not waiting:
            return
        node = resolve1(waiting.pop())
        if not isinstance(node, dict):
            continue
        kids, names = resolve1(node.get("Kids")), resolve1(node.get("Names"))
        waiting += kids if isinstance(kids, list) else []
        yield from names[1 : 2 * _MOST : 2] if isinstance(names, list) else []


def _file_name(specification: object) -> str:
    found = resolve1(specification)
    if not isinstance(found, dict):
        return _words(found) or "without a name"
    return _words(found.get("UF")) or _words(found.get("F")) or "without a name"


def _words(value: object) -> str:
    found = resolve1(value)
    if isinstance(found, PDFStream):
        found = found.get_data()
    if isinstance(found, PSLiteral):
        return ""
    if isinstance(found, bytes):
        return decode_text(found).strip()
    return found.strip() if isinstance(found, str) else ""
