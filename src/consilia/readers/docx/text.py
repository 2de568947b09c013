"""The words of DOCX paragraphs: what a person sees of their runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from consilia.readers.docx.parts import Package, child, is_on, value
from consilia.readers.raised import raised
from consilia.readers.reading import Notes
from consilia.readers.safe_xml import Element, local_name

_SKIPPED = {"Fallback", "pPr", "rPr", "sdtPr", "sdtEndPr", "instrText", "delInstrText", "delText"}
_DELETED = {"del", "moveFrom"}
_BREAKS = {"tab": " ", "br": " ", "cr": " ", "ptab": " ", "noBreakHyphen": "-", "softHyphen": ""}
_NOTE_MARKS = {"footnoteReference", "endnoteReference"}
_SMALLEST = 2  # half-points
_PLAIN_FILLS = {"", "auto", "FFFFFF", "NONE"}
# The Symbol font as Word writes it, in the private use area of Unicode.
_SYMBOLS = str.maketrans(
    "\uf0b3\uf0a3\uf0b1\uf0b0\uf0b4\uf0ae\uf0ad\uf0af\uf0b9\uf0bb\uf0a5\uf061\uf062\uf067\uf064"
    "\uf044\uf06d\uf06c\uf071\uf073\uf063\uf057\uf0b7",
    "≥≤±°×→↑↓≠≈∞\u03b1βγδΔμλθ\u03c3χΩ•",  # noqa: RUF001  # Greek letters are meant
)


@dataclass(slots=True)
class Words:
    """The words of a paragraph under construction."""

    pieces: list[str] = field(default_factory=list)
    up: list[bool] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    """Text boxes that are anchored in the paragraph."""

    def add(self, text: str, *, up: bool) -> None:
        """Add characters, raised or not."""
        if self.up and self.up[-1] == up:
            self.pieces[-1] += text
        elif text:
            self.pieces.append(text)
            self.up.append(up)


@dataclass(slots=True)
class Counts:
    """What was left out, counted over a file."""

    deleted: int = 0
    marks: int = 0


class ParagraphReader:
    """Reads the words of paragraphs of one file."""

    def __init__(self, package: Package, notes: Notes) -> None:
        self._package = package
        self._notes = notes
        self.counts = Counts()

    def words(self, paragraph: Element, *, shaded: bool = False) -> tuple[str, list[Element]]:
        """Return the words of a paragraph, and the text boxes in it.

        Args:
            paragraph: The element.
            shaded: It stands on a ground that is not white.

        Returns:
            The words as a person sees them, and the boxes, whose words are not among them.
        """
        found = Words()
        fill = value(child(paragraph, "pPr", "shd"), "fill").upper()
        style = value(child(paragraph, "pPr", "pStyle"))
        self._walk(paragraph, found, style, shaded or fill not in _PLAIN_FILLS)
        return self._joined(found), found.boxes

    def _walk(self, element: Element, found: Words, style: str, shaded: bool) -> None:
        for one in element:
            name = local_name(one)
            if name in _DELETED:
                self.counts.deleted += 1
            elif name == "r":
                self._run(one, found, style, shaded)
            elif name == "t":  # of a formula
                found.add(one.text or "", up=False)
            elif name == "txbxContent":
                found.boxes.append(one)
            elif name not in _SKIPPED:
                self._walk(one, found, style, shaded)

    def _run(self, run: Element, found: Words, style: str, shaded: bool) -> None:
        inner = Words()
        for one in run:
            self._content(one, inner, style, shaded)
        text = "".join(inner.pieces)
        found.boxes += inner.boxes
        properties = list(self._properties(run, style))
        if text.strip() and (reason := _hidden(properties, shaded)):
            self._notes.hide(reason, text)
            return
        aligned = next(
            (p for one in properties if (p := child(one, "vertAlign")) is not None), None
        )
        found.add(text, up=value(aligned) == "superscript")

    def _content(self, one: Element, inner: Words, style: str, shaded: bool) -> None:
        name = local_name(one)
        if name == "t":
            inner.add((one.text or "").translate(_SYMBOLS), up=False)
        elif name in _BREAKS:
            inner.add(_BREAKS[name], up=False)
        elif name == "sym":
            inner.add(_symbol(value(one, "char")), up=False)
        elif name in _NOTE_MARKS:
            self.counts.marks += 1
        elif name not in _SKIPPED:
            self._walk(one, inner, style, shaded)

    def _properties(self, run: Element, style: str) -> Iterator[Element]:
        """What is said of a run, the nearest first."""
        own = child(run, "rPr")
        if own is not None:
            yield own
        for style_id in (value(child(own, "rStyle")), style):
            for based in self._package.chain(style_id):
                properties = child(based.element, "rPr")
                if properties is not None:
                    yield properties

    def _joined(self, found: Words) -> str:
        text = ""
        for number, (piece, up) in enumerate(zip(found.pieces, found.up, strict=True)):
            after = found.pieces[number + 1] if number + 1 < len(found.pieces) else ""
            written = raised(piece, text, after) if up else piece
            self.counts.marks += bool(piece.strip()) and not written
            text += written
        return " ".join(text.split())


def _hidden(properties: list[Element], shaded: bool) -> str:
    """Why a person does not see a run; empty when it is seen."""

    def nearest(name: str) -> Element | None:
        return next((p for one in properties if (p := child(one, name)) is not None), None)

    if is_on(nearest("vanish")):
        return "hidden text"
    size = value(nearest("sz"))
    if size.isdecimal() and int(size[:9]) < _SMALLEST:
        return "smaller than a point"
    fill = value(nearest("shd"), "fill").upper()
    is_shaded = shaded or fill not in _PLAIN_FILLS or is_on(nearest("highlight"))
    if value(nearest("color")).upper() == "FFFFFF" and not is_shaded:
        return "white on white"
    return ""


def _symbol(code: str) -> str:
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return "\ufffd"
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return character.translate(_SYMBOLS)
