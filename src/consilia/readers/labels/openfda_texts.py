"""The texts of a label in openFDA's form: one field may repeat another, and tables come twice.

A text holds its section with all sections inside, run together; those inside that have a field of
their own are there again, and tables are there as bare words. Here each is put in its place.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree, html

from consilia.errors import DocumentError
from consilia.readers.bodies import Body, clean
from consilia.readers.labels.sections import (
    BY_FIELD,
    UNCLASSIFIED,
    LabelSection,
    heading_of,
    leading_title,
)
from consilia.readers.labels.text import Narrative, write_lines
from consilia.readers.safe_xml import Element, parse_xml

_SHORTEST = 12
"""Visible characters; less is found by chance in other texts."""
_MOST_TEXTS = 400
_MOST_TRIES = 50
_CONNECTORS = "a|an|and|as|at|by|due|during|for|from|in|of|on|or|other|than|the|to|with|without"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.:-]*")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STARTERS = {
    "A", "Although", "An", "Because", "Before", "During", "Due", "For", "If", "In", "It", "No",
    "The", "There", "These", "This", "To", "When", "While",
}  # fmt: skip
_TITLE_RUN = re.compile(
    rf"(?:[A-Z0-9][^\s.;]*(?:\s+|$)|(?:{_CONNECTORS})\s+|[/&\u2013-]\s+|\([^)]{{1,80}}\)\s+){{2,20}}"
)
_NOT_A_TITLE = re.compile(
    r"(?:sections?|tables?|figures?|and|see|to|or|of|than|\u2013|-)$", re.IGNORECASE
)


@dataclass(slots=True)
class Text:
    """One text of a field, and what stands at which of its visible characters."""

    section: LabelSection
    words: str
    visible: str = ""
    """The words without white space."""
    inside: list["_Inside"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visible = "".join(self.words.split())


@dataclass(frozen=True, slots=True)
class _Inside:
    """A text or table that stands within a text, `[start, end)` in visible characters."""

    start: int
    end: int
    part: "Text | Element"


def arranged(texts: Sequence[Text], tables: Mapping[str, Iterable[str]]) -> list[Text]:
    """Put each text and table into the text that holds it.

    Args:
        texts: Of one label, in the order in which they are to be read.
        tables: HTML by the field of the section that has them.

    Returns:
        The texts that no other holds, in that order; then those that are nothing but a table.
    """
    outer = _nested(texts[:_MOST_TEXTS]) + list(texts[_MOST_TEXTS:])
    written = list(_written(outer))
    behind: set[str] = set()
    for name, given in tables.items():
        holders = [text for text in written if text.section.field == name]
        for markup in given:
            table = _table_of(markup)
            visible = _visible(table)
            if _put_in_place(table, visible, (*holders, *outer)) or visible in behind:
                continue
            behind.add(visible)
            if not holders:
                holders.append(Text(BY_FIELD[name], ""))
                outer.append(holders[0])
            end = len(holders[-1].visible)
            holders[-1].inside.append(_Inside(end, end, table))
    return outer


def _written(texts: Iterable[Text]) -> Iterator[Text]:
    for text in texts:
        yield text
        yield from _written(one.part for one in text.inside if isinstance(one.part, Text))


def _nested(texts: Sequence[Text]) -> list[Text]:
    placed: list[Text] = []
    held: set[int] = set()
    for text in sorted(texts, key=lambda text: -len(text.visible)):
        holder = next((other for other in reversed(placed) if _hold(other, text)), None)
        if holder is not None:
            held.add(id(text))
        if holder is None or holder.visible != text.visible:
            placed.append(text)
    return [text for text in texts if id(text) not in held]


def _hold(holder: Text, text: Text) -> bool:
    """Put a text into one that has the same words, and tell whether it has."""
    if len(text.visible) < _SHORTEST:
        return False
    if holder.visible == text.visible:
        return True
    if text.section is UNCLASSIFIED:
        return text.visible in holder.visible
    return _insert(holder, text.visible, text)


def _insert(holder: Text, visible: str, part: "Text | Element") -> bool:
    start = holder.visible.find(visible)
    for _ in range(_MOST_TRIES):
        if start < 0:
            return False
        end = start + len(visible)
        if not any(one.start < end and start < one.end for one in holder.inside):
            holder.inside.append(_Inside(start, end, part))
            return True
        start = holder.visible.find(visible, start + 1)
    return False


def _put_in_place(table: Element, visible: str, texts: Sequence[Text]) -> bool:
    """Put a table where its words are, and tell whether it has words and they are anywhere."""
    if not visible:
        return True
    if len(visible) < _SHORTEST:
        return False
    found = next((text for text in texts if visible in text.visible), None)
    if found is None:
        return False
    while (deeper := _deeper(found, visible)) is not None:
        found = deeper
    _insert(found, visible, table)
    return True


def _visible(table: Element) -> str:
    return "".join("".join(str(words) for words in table.itertext()).split())


def _deeper(text: Text, visible: str) -> Text | None:
    parts = (one.part for one in text.inside)
    return next((p for p in parts if isinstance(p, Text) and visible in p.visible), None)


def _table_of(markup: str) -> Element:
    """The table of a piece of markup; what holds all its words where there is none."""
    try:
        root = parse_xml(markup.encode())
    except DocumentError:
        root = _html_of(markup)
    return root if root.tag == "table" else next(root.iter("table"), root)


def _html_of(markup: str) -> Element:
    parser = html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(markup, parser=parser)
    except (etree.LxmlError, ValueError):
        plain = etree.Element("table")
        plain.text = _NOT_XML.sub("", clean(markup))
        return plain
    for element in root.iter("*"):
        # The parser makes elements of names that no element can have.
        if not _NAME.fullmatch(element.tag):
            element.tag = "span"
    return root


class TextWriter:
    """Writes arranged texts into a body, each under its heading."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def write(self, text: Text, level: int = 2, codes: tuple[str, ...] = ()) -> None:
        """Write a text and all inside it.

        Args:
            text: With what was put into it.
            level: Of its heading.
            codes: Of the sections around it.
        """
        if not text.visible and not text.inside:
            return
        title = leading_title(text.words, text.section)
        heading = heading_of(text.section.code, title, codes) or _unclassified(text)
        self._body.heading(heading, level)
        prose = _Prose(self._body, heading, level)
        places = [at for at, character in enumerate(text.words) if not character.isspace()]
        at = _end_of_title(text.words, title)
        for one in sorted(text.inside, key=lambda one: (one.start, one.end)):
            start, end = _span(places, one, len(text.words))
            prose.write(text.words[at:start])
            if isinstance(one.part, Text):
                self.write(one.part, level + 1, (*codes, text.section.code))
                prose.interrupt(one.part.words)
            else:
                self._table(one.part, level)
            at = max(at, end)
        prose.write(text.words[at:])

    def _table(self, table: Element, level: int) -> None:
        narrative = Narrative(self._body, level + 1)
        if table.tag == "table" and any(True for _ in table.iter("tr")):
            narrative.table(table)
        else:
            narrative.write(table)


@dataclass(slots=True)
class _Prose:
    """The running words of a text, cut where a numbered section begins."""

    body: Body
    heading: str
    level: int
    interrupted: bool = False
    """Another section came in between: the words that follow need the heading again."""
    last: int = 0
    """Number of the last section inside, such as 2 of 5.2."""

    def interrupt(self, words: str) -> None:
        """Tell that another section was written, which starts with these words."""
        self.interrupted = True
        if number := re.match(r"\d{1,2}\.(\d{1,2})\s", words):
            self.last = int(number[1])

    def write(self, words: str) -> None:
        """Write words, those of each numbered section under a heading of its own."""
        number = re.match(r"\d{1,2}(?=\s)", self.heading)
        at = 0
        for start, below in self._numbered(words, number[0]) if number else ():
            self._plain(words[at:start])
            self.body.heading(_title_in(words[start:]), self.level + 1)
            self.interrupted = False
            self.last, at = below, start
        self._plain(words[at:])

    def _plain(self, words: str) -> None:
        if not any(c.isalnum() for c in words):
            return
        if self.interrupted:
            self.body.heading(self.heading, self.level)
            self.interrupted = False
        write_lines(self.body, words)

    def _numbered(self, words: str, number: str) -> Iterator[tuple[int, int]]:
        """Starts of sections such as `5.1 Serious Infections`, each with its last number."""
        last = self.last
        for found in re.finditer(rf"(?<!\S){number}\.(\d{{1,2}})\s+(?=[A-Z][^\W\d_]{{2}})", words):
            below = int(found[1])
            before = words[max(0, found.start() - 20) : found.start()].rstrip()
            if last < below <= last + 3 and not _NOT_A_TITLE.search(before):
                yield found.start(), below
                last = below


def _title_in(words: str) -> str:
    """The number and the capitalised words that a section starts with, as far as they tell.

    The last of them begins the first sentence, unless a word such as "In" does.
    """
    number, rest = words[:300].split(maxsplit=1)
    run = _TITLE_RUN.match(rest)
    named = run[0].split() if run else []
    starts = next((at for at, word in enumerate(named) if at and word in _STARTERS), None)
    named = named[:starts] if starts else _trimmed(_trimmed(named)[:-1])
    return " ".join((number, *(named or rest.split()[:1])))


def _trimmed(words: list[str]) -> list[str]:
    """Words without those at the end that only join."""
    while words and words[-1] in _CONNECTORS.split("|"):
        words = words[:-1]
    return words


def _unclassified(text: Text) -> str:
    numbered = re.match(r"\d{1,2}\.\d{1,2}\s+(?=[A-Z])", text.words)
    return _title_in(text.words) if numbered else text.section.name


def _end_of_title(words: str, title: str) -> int:
    """Where the words behind a title begin; 0 where it may be part of the first sentence."""
    rest = words[len(title) :].lstrip(" .:")
    is_apart = any(c.isalnum() for c in rest) and not rest[0].islower()
    return len(title) if title and is_apart else 0


def _span(places: Sequence[int], one: _Inside, length: int) -> tuple[int, int]:
    start = places[one.start] if one.start < len(places) else length
    return start, places[one.end - 1] + 1 if one.end > one.start else start
