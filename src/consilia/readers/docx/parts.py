"""The parts of a DOCX file: read from the archive, parsed as hostile XML, styles resolved."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from consilia.errors import DocumentError
from consilia.readers.archives import open_zip, read_member
from consilia.readers.safe_xml import Element, local_name, parse_xml

MAIN = "word/document.xml"
_CHAIN = 20
"""A style is based on another one so many times at most."""


@dataclass(frozen=True, slots=True)
class Style:
    """A style of paragraphs or characters."""

    name: str
    based_on: str
    element: Element


@dataclass(slots=True)
class Package:
    """An opened file."""

    archive: zipfile.ZipFile
    names: tuple[str, ...]
    styles: dict[str, Style] = field(default_factory=dict)
    lists: dict[str, bool] = field(default_factory=dict)
    """By the number of a list: whether its paragraphs have a bullet or a number."""

    def part(self, name: str) -> Element | None:
        """Return the root of a part, or None when there is none.

        Raises:
            DocumentError: The part is broken, or declares entities.
        """
        if name not in self.names:
            return None
        try:
            return parse_xml(read_member(self.archive, self.archive.getinfo(name)))
        except DocumentError as error:
            raise DocumentError(f"{name} in the file: {error}") from error

    def chain(self, style_id: str) -> Iterator[Style]:
        """Yield a style and those it is based on."""
        for _ in range(_CHAIN):
            style = self.styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = style.based_on


def open_package(data: bytes) -> Package:
    """Open a DOCX file.

    Raises:
        DocumentError: It is no archive, may be a bomb, or its styles are broken.
    """
    archive = open_zip(data)
    package = Package(archive, tuple(dict.fromkeys(archive.namelist())))
    package.styles = _styles(package.part("word/styles.xml"))
    package.lists = _lists(package.part("word/numbering.xml"))
    return package


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first element down a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local_name(one) == name), None)
    return element


def value(element: Element | None, name: str = "val") -> str:
    """Return an attribute by its local name; empty when it is absent."""
    if element is None:
        return ""
    found = (v for key, v in element.attrib.items() if str(key).rpartition("}")[2] == name)
    return str(next(found, ""))


def is_on(element: Element | None) -> bool:
    """Tell whether a switch such as `w:vanish` is there and not off."""
    return element is not None and value(element) not in {"0", "false", "off", "none"}


def _styles(root: Element | None) -> dict[str, Style]:
    found: dict[str, Style] = {}
    for element in root if root is not None else ():
        if local_name(element) == "style":
            name = value(child(element, "name")).lower()
            based_on = value(child(element, "basedOn"))
            found.setdefault(value(element, "styleId"), Style(name, based_on, element))
    return found


def _lists(root: Element | None) -> dict[str, bool]:
    abstract: dict[str, bool] = {}
    lists: dict[str, bool] = {}
    for element in root if root is not None else ():
        if local_name(element) == "abstractNum":
            first = child(element, "lvl", "numFmt")
            abstract[value(element, "abstractNumId")] = value(first) != "none"
        elif local_name(element) == "num":
            number = value(child(element, "abstractNumId"))
            lists[value(element, "numId")] = abstract.get(number, True)
    return lists
