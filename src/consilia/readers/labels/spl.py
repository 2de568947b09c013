"""FDA drug labels in Structured Product Labeling, the XML that DailyMed gives out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble
from consilia.readers.bodies import Body, clean
from consilia.readers.labels.fields import Label, day_of
from consilia.readers.labels.sections import (
    BY_CODE,
    UNCLASSIFIED,
    UNPLACED,
    heading_of,
    is_section_name,
    without_number,
)
from consilia.readers.labels.text import Narrative
from consilia.readers.reading import Notes, Reader, Source
from consilia.readers.safe_xml import Element, local_name, parse_xml, root_name, text_of

_NAMESPACE = "urn:hl7-org:v3"
_N = f"{{{_NAMESPACE}}}"
_NDC, _UNII = "2.16.840.1.113883.6.69", "2.16.840.1.113883.4.9"
_ACTIVE = {"ACTIB", "ACTIM", "ACTIR"}
_LONGEST_TITLE = 100
_HEAD = 20_000


def recognises(source: Source) -> bool:
    """Tell a label by its root element `document` of HL7 version 3."""
    head = source.data[:_HEAD].replace(b"\0", b"")
    return _NAMESPACE.encode() in head and root_name(source.data) == "document"


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Yield the one label of the file.

    Raises:
        DocumentError: It is no well-formed XML, no label, or has no text.
    """
    root = parse_xml(source.data)
    if root.tag != f"{_N}document":
        raise DocumentError("no drug label: its root is no `document` of HL7 version 3")
    label = _label(root)
    if label.effective and not day_of(label.effective):
        notes.unplace("effectiveTime", f"no date: {label.effective}")
    yield assemble(source, _Writer(notes).body_of(root), label.front_matter(), notes)


def _label(root: Element) -> Label:
    products = [
        product
        for product in root.iter(f"{_N}manufacturedProduct", f"{_N}manufacturedMedicine")
        if product.find(f"{_N}name") is not None
    ]
    active = [substance for product in products for substance in _active(product)]
    issuer = f"{_N}author/{_N}assignedEntity/{_N}representedOrganization/{_N}name"
    return Label(
        set_id=_value(root, "setId", "root"),
        spl_id=_value(root, "id", "root"),
        version=_value(root, "versionNumber", "value"),
        effective=_value(root, "effectiveTime", "value"),
        issuer=text_of(root.find(issuer)),
        title=_title(root),
        brands=tuple(_brand(product) for product in products),
        ingredients=tuple(text_of(substance.find(f"{_N}name")) for substance in active),
        uniis=tuple(filter(None, (_coded(substance, _UNII) for substance in active))),
        ndc=next(filter(None, (_coded(product, _NDC) for product in products)), ""),
        form=next(filter(None, (_value(p, "formCode", "displayName") for p in products)), ""),
    )


def _active(product: Element) -> Iterator[Element]:
    """Active substances of a product and its parts, in today's form and in that of before 2009."""
    for ingredient in product.iter(f"{_N}ingredient"):
        if ingredient.get("classCode") in _ACTIVE:
            yield from ingredient.findall(f"{_N}ingredientSubstance")
    yield from product.iter(f"{_N}activeIngredientSubstance")


def _brand(product: Element) -> str:
    name = product.find(f"{_N}name")
    return " ".join(str(part) for part in name.itertext()) if name is not None else ""


def _title(parent: Element) -> str:
    title = parent.find(f"{_N}title")
    return clean(text_of(title, rewrite=lambda e: " " if local_name(e) == "br" else None))


def _value(parent: Element, child: str, attribute: str) -> str:
    found = parent.find(f"{_N}{child}")
    return clean(found.get(attribute) or "") if found is not None else ""


def _coded(parent: Element, system: str) -> str:
    found = parent.find(f"{_N}code[@codeSystem='{system}']")
    return clean(found.get("code") or "") if found is not None else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a label a section stands."""

    heading: str
    """The nearest one above."""
    codes: tuple[str, ...] = ()
    """Of the sections around it."""
    level: int = 2
    """Of a heading here."""
    above: int = 2
    """Level of `heading`."""
    resumes: bool = False
    """Another heading came in between: words without a title need `heading` again."""

    def below(self, heading: str, code: str) -> "_Place":
        """Return the place of what is inside a section that stands here."""
        codes = (*self.codes, code)
        if not heading:
            return _Place(self.heading, codes, self.level, self.above)
        return _Place(heading, codes, self.level + 1, self.level)


class _Writer:
    """Writes the sections of a label into a body, each under its heading."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._body = Body()

    def body_of(self, root: Element) -> Body:
        for body in root.iterfind(f"{_N}component/{_N}structuredBody"):
            for section in _sections(body):
                self._section(section, _Place(UNCLASSIFIED.name, resumes=True))
        for part in root.iterfind(f"{_N}component/{_N}nonXMLBody"):
            self._notes.unplace("nonXMLBody", text_of(part) or "a body in another format")
        for figure in root.iter(f"{_N}observationMedia"):
            reference = figure.find(f"{_N}value/{_N}reference")
            name = reference.get("value") if reference is not None else ""
            self._notes.unplace(
                f"figure {clean(name or '')}".strip(), text_of(figure.find(f"{_N}text"))
            )
        return self._body

    def _section(self, section: Element, place: _Place) -> bool:
        """Write a section and those inside, and tell whether a heading was written."""
        code = _value(section, "code", "code")
        styled = _styled_title(section)
        title = _title(section) or styled
        heading = heading_of(code, title, place.codes)
        self._leave_highlights(section, heading)
        if code in UNPLACED:
            self._leave(section, code, title)
            return False
        if not _is_filled(section):
            return False
        shown = heading or (place.heading if place.resumes else "")
        if shown:
            self._body.heading(shown, place.level if heading else place.above)
        inside = place.below(heading, code)
        headed = self._text(section, title, inside.level, skip_first=bool(styled))
        for child in _sections(section):
            headed = self._section(child, replace(inside, resumes=headed)) or headed
        return bool(shown) or headed

    def _text(self, section: Element, title: str, level: int, *, skip_first: bool) -> bool:
        """Write the section's own words, and tell whether headings are among them."""
        text = section.find(f"{_N}text")
        if text is not None and clean(text_of(text)):
            return Narrative(self._body, level).write(text, skip_first=skip_first)
        if not _sections(section) and not is_section_name(title):
            # "4.1 Active liver disease" with nothing below is a statement, not a heading alone.
            self._body.paragraph(without_number(title))
        return False

    def _leave_highlights(self, section: Element, heading: str) -> None:
        for excerpt in section.iterfind(f"{_N}excerpt"):
            self._notes.unplace(f"highlights of {heading or 'a section'}", text_of(excerpt))

    def _leave(self, section: Element, code: str, title: str) -> None:
        name = BY_CODE[code].name
        references = len(section.findall(f".//{_N}item")) or len(
            section.findall(f".//{_N}paragraph")
        )
        text = f"{references} references" if code == "34093-5" else text_of(section)
        self._notes.unplace(title or name, text or name)


def _styled_title(section: Element) -> str:
    """The first line of an unclassified section without title, where style makes it a title."""
    text = section.find(f"{_N}text")
    code = _value(section, "code", "code")
    classified = BY_CODE.get(code, UNCLASSIFIED) is not UNCLASSIFIED
    if text is None or len(text) < 2 or classified or _title(section):
        return ""
    first = text[0]
    if local_name(first) != "paragraph" or clean(text.text or ""):
        return ""
    words = clean(text_of(first))
    styled = clean("".join(text_of(child) for child in first if child.get("styleCode")))
    ends_as_title = words[-1:].isalnum() or words[-1:] in {")", "?"}
    return words if words == styled and ends_as_title and len(words) <= _LONGEST_TITLE else ""


def _sections(parent: Element) -> list[Element]:
    return parent.findall(f"{_N}component/{_N}section")


def _is_filled(section: Element) -> bool:
    """Tell whether a section holds words that are shown: a title, text, or such sections."""
    stack = [section]
    while stack:
        current = stack.pop()
        text = current.find(f"{_N}text")
        if _title(current) or (text is not None and clean(text_of(text))):
            return True
        stack.extend(child for child in _sections(current))
    return False


READER = Reader("spl", recognises, read, max_bytes=30_000_000)
