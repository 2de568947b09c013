"""What a person who opens a web page does not see: taken out of its tree, and reported."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from consilia.readers.html.parsing import words_apart
from consilia.readers.reading import Notes
from consilia.readers.safe_xml import Element, empty

_SILENT = frozenset({"script", "style", "link", "meta", "base", "source", "track", "param"})
_OTHER_MEDIA = frozenset({"iframe", "frame", "object", "embed", "svg", "canvas", "video", "audio"})
_NOT_SHOWN = frozenset({"template", "noscript", "noframes", "datalist"})
_FOR_READERS = frozenset({
    "sr-only",
    "screen-reader-text",
    "screen-reader-only",
    "visually-hidden",
    "visuallyhidden",
})
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)", "hsl(0,0%,100%)"})
_NUMBER = re.compile(r"-?\d{0,6}(?:\.\d{1,9})?")
_SELECTOR = re.compile(r"[a-z]{0,20}([.#][\w-]{1,80})")
_ON_CLICK = re.compile(r"accordion|tab|panel|collaps|toggle|expand|detail")
_LONGEST_NOTE = 1_900
_OFF_SCREEN = ("left", "right", "top", "text-indent", "margin-left", "margin-top")


@dataclass(slots=True)
class _Page:
    """What the style sheets of a page hide, and the words beside its text."""

    rules: dict[str, str]
    beside: dict[str, dict[str, None]] = field(default_factory=dict)

    def say(self, name: str, text: str) -> None:
        """Remember the words of a comment or an attribute, once each."""
        if any(map(str.isalnum, text)):
            self.beside.setdefault(name, {})[" ".join(text.split())] = None


def take_out_hidden(root: Element, place: str, notes: Notes) -> None:
    """Empty every element that a person does not see; scripts go silently.

    Args:
        root: A parsed page; it is changed.
        place: Goes before each place that is told.
        notes: Told the hidden words, comments, alternative texts, and media that are left out.
    """
    page = _Page(_hiding_rules(root))
    stack = [root]
    while stack:
        element = stack.pop()
        tag: object = element.tag
        if not isinstance(tag, str):
            page.say("comments", element.text or "")
        elif not _taken(element, page, place, notes) and tag != "head":
            stack.extend(reversed(element))
    for name, texts in page.beside.items():
        for line in _joined(texts):
            notes.hide(f"{place}{name}", line)


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """As few lines as can hold them without being cut."""
    line = ""
    for text in texts:
        if line and len(line) + len(text) > _LONGEST_NOTE:
            yield line
            line = ""
        line = f"{line}; {text}" if line else text
    if line:
        yield line


def _taken(element: Element, page: _Page, place: str, notes: Notes) -> bool:
    tag = str(element.tag)
    if tag in _SILENT:
        empty(element)
        return True
    for name in ("alt", "title"):
        page.say(f"{name} attributes", element.get(name) or "")
    if tag in _OTHER_MEDIA:
        notes.unplace(f"{place}{tag}", words_apart(element) or "embedded media")
        empty(element)
        return True
    reason = _why_hidden(element, page.rules)
    if reason and (words := words_apart(element)):
        notes.hide(f"{place}{reason}", words)
    if reason:
        empty(element)
    return bool(reason)


def _why_hidden(element: Element, rules: dict[str, str]) -> str:
    tag = str(element.tag)
    if tag in {"html", "body"}:
        return ""
    if tag in _NOT_SHOWN or (tag == "dialog" and element.get("open") is None):
        return tag
    if element.get("hidden") is not None:
        return "hidden attribute"
    names = [f".{name}" for name in (element.get("class") or "").split()]
    if any(name[1:] in _FOR_READERS for name in names):
        return "for screen readers only"
    for name in (*names, f"#{element.get('id')}"):
        if name in rules:
            return rules[name]
    styles = _declarations(element.get("style") or "")
    return _hiding(styles) or _unseen_colour(element, styles)


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.lower().split(";"))
    return {
        name.strip(): re.sub(r"\s+", "", value).removesuffix("!important")
        for name, _, value in pairs
        if value
    }


def _hiding(styles: dict[str, str]) -> str:
    """Why words with these declarations are not seen; empty when they are."""
    if styles.get("display") == "none":
        return "display:none"
    if styles.get("visibility") in {"hidden", "collapse"}:
        return "visibility:hidden"
    if _number(styles.get("font-size"), 16) <= _smallest(styles.get("font-size", "")):
        return "font-size:0"
    if _number(styles.get("opacity"), 1) <= 0.05:
        return "opacity:0"
    if any(_number(styles.get(name), 0) <= -99 for name in _OFF_SCREEN):
        return "off screen"
    if styles.get("overflow") in {"hidden", "clip"} and any(
        _number(styles.get(name), 9) <= 1 and not styles.get(name, "").endswith("%")
        for name in ("height", "max-height", "width", "max-width")
    ):
        return "size 0"
    clip = styles.get("clip", "").replace("px", "")
    return "clipped" if re.fullmatch(r"rect\(([01][, ]?){4}\)", clip) else ""


def _smallest(size: str) -> float:
    """The font size up to which nothing can be read, in the unit that is used."""
    return 1 if size.endswith(("px", "pt")) else 0.05


def _number(value: str | None, default: float) -> float:
    match = _NUMBER.match(value or "")
    try:
        return float(match[0]) if match and match[0] else default
    except ValueError:
        return default


def _unseen_colour(element: Element, styles: dict[str, str]) -> str:
    colour = styles.get("color") or (element.get("color") or "").lower()
    if colour == "transparent":
        return "transparent"
    if colour not in _WHITE:
        return ""
    for outer in (element, *element.iterancestors()):
        if outer.get("bgcolor") or "background" in (outer.get("style") or "").lower():
            return ""
    return "white on white"


def _hiding_rules(root: Element) -> dict[str, str]:
    """Classes and ids that the style sheets within the page hide, with the reason."""
    found: dict[str, str] = {}
    rules = (rule for sheet in root.iter("style") for rule in _rules(sheet.text or ""))
    for selectors, style in rules:
        reason = _hiding(_declarations(style))
        for selector in selectors.split(",") if reason else ():
            match = _SELECTOR.fullmatch(selector.strip())
            if match and not _ON_CLICK.search(selector):
                found[match[1]] = reason
    return found


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations; what stands in `@media` and the like is left out."""
    first, *others = css.split("/*")
    bare = first + "".join(part.partition("*/")[2] for part in others)
    depth, selectors = 0, ""
    for part in re.split(r"([{}])", bare):
        if part in {"{", "}"}:
            depth = max(0, depth + (1 if part == "{" else -1))
        elif depth == 0:
            selectors = part
        elif depth == 1 and "@" not in selectors:
            yield selectors, part
