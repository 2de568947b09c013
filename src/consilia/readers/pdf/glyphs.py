"""The characters of a PDF page: those that a person sees, and those that are hidden."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from pdfminer.layout import LTChar, LTComponent, LTContainer, LTCurve, LTImage

from consilia.errors import DocumentError
from consilia.readers.pdf.painting import Painted

MAX_GLYPHS = 60_000
"""On one page; a full page of small print has about 8,000."""
BULLET = "\u2022"
_MAX_BULLETS = 200  # more on a page are points of a diagram
UNKNOWN = "\ufffd"
"""Stands for a character that the font of a PDF does not name."""
_SMALLEST = 1.0  # points: nobody reads smaller text
_NEAR = 0.06  # of 1: colours that are less apart look the same on paper
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_UNNAMED = re.compile(r"\(cid:\d+\)")

Box = tuple[float, float, float, float]
Colour = tuple[float, float, float]
_WHITE: Colour = (1.0, 1.0, 1.0)
_BLACK: Colour = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One visible character; lengths in points, `top` and `bottom` from the page's top."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    bold: bool
    spaced: bool
    """A space was written before it."""

    @property
    def size(self) -> float:
        """Height of the character's box: the font size."""
        return self.bottom - self.top


@dataclass(slots=True)
class PageGlyphs:
    """What is on a page."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    """Words that nobody sees, by the reason."""
    turned: str = ""
    """Words that run in another direction than most of the page."""
    marginal: str = ""
    """Words that the file itself marks as a running head or foot."""
    images: int = 0
    is_turned: bool = False
    """The whole page was turned by a quarter to be read."""


@dataclass(frozen=True, slots=True)
class _Fill:
    box: Box
    colour: Colour
    order: int


@dataclass(frozen=True, slots=True)
class _Placed:
    char: LTChar
    order: int


def glyphs_of(painted: Painted, crop: Box) -> PageGlyphs:
    """Sort the characters of a page into visible and hidden ones.

    Args:
        painted: The page.
        crop: What of it is shown: left, top, right, bottom.

    Returns:
        The visible characters in the order of the file, and what else is there.

    Raises:
        DocumentError: The page has more characters than a page may.
    """
    layout = painted.layout
    page = PageGlyphs(layout.width, layout.height)
    chars: list[_Placed] = []
    fills: list[_Fill] = []
    bullets: list[Glyph] = []
    for order, item in enumerate(_leaves(layout)):
        if isinstance(item, LTChar):
            chars.append(_Placed(item, order))
        elif isinstance(item, LTImage):
            page.images += 1
        elif isinstance(item, LTCurve):
            bullets += filter(None, [_bullet(item, layout.height)])
            colour = colour_of(item.non_stroking_color, "") if item.fill else None
            fills += [_Fill(_box(item, layout.height), colour, order)] if colour else []
    if len(chars) > MAX_GLYPHS:
        raise DocumentError(f"more than {MAX_GLYPHS:,} characters; split the page or print it anew")
    turn = _main_turn(chars)
    page.is_turned = turn != 0
    if page.is_turned:
        page.width, page.height = page.height, page.width
    _sort(page, chars, _Sight(painted, fills, crop, turn))
    if len(bullets) <= _MAX_BULLETS and not page.is_turned:
        page.glyphs += bullets
    return page


@dataclass(frozen=True, slots=True)
class _Sight:
    """What decides whether a character is seen."""

    painted: Painted
    fills: list[_Fill]
    crop: Box
    turn: int

    def hides(self, placed: _Placed) -> str:
        """Return why a character is not seen; empty when it is."""
        char = placed.char
        box = _box(char, self.painted.layout.height)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if id(char) in self.painted.invisible:
            return "painted invisibly"
        if char.size < _SMALLEST:
            return "smaller than a point"
        if not (self.crop[0] <= x <= self.crop[2] and self.crop[1] <= y <= self.crop[3]):
            return "outside of the page"
        colour = colour_of(char.graphicstate.ncolor, char.ncs.name)
        if colour and self._is_lost(colour, x, y, placed.order):
            return "in the colour of its ground"
        if any(
            fill.order > placed.order and _holds(fill.box, x, y)
            for fill in self.fills
            if fill.colour in {_WHITE, _BLACK} and _is_wider(fill.box, box)
        ):
            return "painted over"
        return ""

    def _is_lost(self, colour: Colour, x: float, y: float, order: int) -> bool:
        if not _alike(colour, _WHITE) and not any(_alike(colour, f.colour) for f in self.fills):
            return False
        under = (f for f in reversed(self.fills) if f.order < order and _holds(f.box, x, y))
        ground = next((fill.colour for fill in under), _WHITE)
        return _alike(colour, ground)


class _Words:
    """Characters that do not go into the text, written as words."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._last: LTChar | None = None

    def add(self, char: LTChar, text: str, *, spaced: bool) -> None:
        """Add a character, apart when it stands apart."""
        last = self._last
        if last and (spaced or _distance(last, char) > 0.4 * char.size):
            self._parts.append(" ")
        self._parts.append(text)
        self._last = char

    @property
    def text(self) -> str:
        """The words so far."""
        return "".join(self._parts)


def _distance(last: LTChar, char: LTChar) -> float:
    """How far a character stands from where the last one ended, in the direction of reading."""
    if _turn(char) == 0:
        return abs(char.x0 - last.x1) + abs(char.y0 - last.y0)
    gap = char.y0 - last.y1 if _turn(char) > 0 else last.y0 - char.y1
    return abs(gap) + abs(char.x0 - last.x0)


def _sort(page: PageGlyphs, chars: list[_Placed], sight: _Sight) -> None:
    hidden: dict[str, _Words] = {}
    turned, marginal = _Words(), _Words()
    seen: dict[tuple[str, int, int], LTChar] = {}
    spaced = False
    for placed in chars:
        char = placed.char
        text = _characters(char)
        if not text.strip():
            spaced = True
            continue
        if reason := sight.hides(placed):
            hidden.setdefault(reason, _Words()).add(char, text, spaced=spaced)
        elif _turn(char) != sight.turn:
            turned.add(char, text, spaced=spaced)
        elif id(char) in sight.painted.marginal:
            marginal.add(char, text, spaced=spaced)
        elif not _is_double(char, text, seen):
            page.glyphs.append(_glyph(char, text, sight.turn, page, spaced=spaced))
        spaced = False
    page.hidden = {reason: words.text for reason, words in hidden.items()}
    page.turned, page.marginal = turned.text, marginal.text


def _bullet(item: LTCurve, height: float) -> Glyph | None:
    """A bullet that is drawn instead of written."""
    is_small = all(1.5 <= length <= 7 for length in (item.width, item.height))
    if not is_small or not 0.8 <= item.width / item.height <= 1.25:
        return None
    x0, top, x1, bottom = _box(item, height)
    return Glyph(BULLET, x0, x1, top, bottom, bold=False, spaced=False)


def _leaves(container: LTContainer[LTComponent]) -> Iterator[LTComponent]:
    """Everything painted, in order, also inside of drawn forms; not deeper than 40."""
    stack: list[Iterator[LTComponent]] = [iter(container)]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, LTContainer):
            if len(stack) < 40:
                stack.append(iter(item))
        else:
            yield item


def _characters(char: LTChar) -> str:
    text = _UNNAMED.sub(UNKNOWN, char.get_text())
    return _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _glyph(char: LTChar, text: str, turn: int, page: PageGlyphs, *, spaced: bool) -> Glyph:
    if turn > 0:  # reads upwards
        x0, x1, top, bottom = char.y0, char.y1, char.x0, char.x1
    elif turn < 0:
        x0, x1 = page.width - char.y1, page.width - char.y0
        top, bottom = page.height - char.x1, page.height - char.x0
    else:
        x0, x1, top, bottom = char.x0, char.x1, page.height - char.y1, page.height - char.y0
    font = str(char.fontname).lower()
    bold = any(word in font for word in ("bold", "black", "heavy", "semibold", "demi"))
    return Glyph(text, x0, x1, top, max(bottom, top + 0.1), bold, spaced)


def _is_double(char: LTChar, text: str, seen: dict[tuple[str, int, int], LTChar]) -> bool:
    """Tell a character painted again a hair beside itself to look bold."""
    column, row = round(char.x0), round(char.y0)
    for x in (column - 1, column, column + 1):
        for y in (row - 1, row, row + 1):
            other = seen.get((text, x, y))
            if other and abs(other.x0 - char.x0) < char.width / 4 and abs(other.y0 - char.y0) < 1:
                return True
    seen[text, column, row] = char
    return False


def _turn(char: LTChar) -> int:
    """0 for upright characters, 1 for those that read upwards, -1 downwards."""
    a, b, c, d, _, _ = char.matrix
    if abs(b) + abs(c) <= abs(a) + abs(d):
        return 0
    return 1 if b > 0 else -1


def _main_turn(chars: list[_Placed]) -> int:
    turns = [_turn(placed.char) for placed in chars if placed.char.get_text().strip()]
    return max((0, 1, -1), key=turns.count) if turns else 0


def colour_of(value: object, space: str) -> Colour | None:
    """Return a colour of a PDF as red, green and blue in [0, 1], or None when it is not known.

    >>> colour_of((0, 0, 0, 0), "DeviceCMYK")
    (1.0, 1.0, 1.0)
    """
    values = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(v, int | float) for v in values) or space in {"Indexed", "Lab"}:
        return None
    parts = [min(1.0, max(0.0, float(v))) for v in values]
    if space in {"Separation", "DeviceN"}:
        shade = 1 - max(parts, default=1.0)
        return (shade, shade, shade)
    if len(parts) == 1:
        return (parts[0], parts[0], parts[0])
    if len(parts) == 3:
        return (parts[0], parts[1], parts[2])
    if len(parts) == 4:
        ink, key = parts[:3], 1 - parts[3]
        return ((1 - ink[0]) * key, (1 - ink[1]) * key, (1 - ink[2]) * key)
    return None


def _alike(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < _NEAR


def _box(item: LTComponent, height: float) -> Box:
    return (item.x0, height - item.y1, item.x1, height - item.y0)


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _is_wider(outer: Box, inner: Box) -> bool:
    return outer[2] - outer[0] >= inner[2] - inner[0] and outer[3] - outer[1] >= (
        (inner[3] - inner[1]) * 0.6
    )
