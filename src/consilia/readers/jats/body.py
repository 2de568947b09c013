"""The body of an article: sections, lists, tables and figures in reading order."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from consilia.readers.bodies import Body
from consilia.readers.jats.apart import LeftOut, is_apart
from consilia.readers.jats.tables import table_rows
from consilia.readers.jats.wording import Wording, child_named
from consilia.readers.safe_xml import Element, local_name

_TABLES = {"table", "array", "alternatives"}
_TRANSLATIONS_AND_REVIEWS = re.compile(
    r"translation|decision|report|review|editor|author-comment|annotation", re.IGNORECASE
)


@dataclass(eq=False, slots=True)
class _Heading:
    """One heading of the article; two with the same words are two."""

    words: str
    written: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """An element, and the local names of children that are not written with it."""

    element: Element
    without: Collection[str] = ()


class ArticleBody:
    """Writes an article into a `Body`."""

    def __init__(self, body: Body, wording: Wording, left_out: LeftOut) -> None:
        self._body = body
        self._wording = wording
        self._left_out = left_out
        self._line: list[str] = []
        self._prefix = ""  # a label that goes in front of the next paragraph
        self._path: list[_Heading] = []
        self._under: tuple[_Heading, ...] = ()  # what the last written block stands under
        self._depth = -1  # of lists
        self._in_paragraph = False
        self._floats: list[Element] = []
        self._cited_footnotes: frozenset[str] = frozenset()
        self._writers: dict[str, Callable[[Element], None]] = self._by_name()

    def write(self, article: Element) -> None:
        """Write abstracts, body, appendices and floats.

        Args:
            article: An `article`, or a `sub-article` or `response` in it.
        """
        self._cited_footnotes = frozenset(
            target
            for xref in article.iter()
            if local_name(xref) == "xref" and xref.get("ref-type") == "fn"
            for target in (xref.get("rid") or "").split()
        )
        self._front(child_named(article, "front"))
        self._main(child_named(article, "body"))
        for part in article:
            if local_name(part) in {"back", "floats-group", "floats-wrap"}:
                self._back(part)
            elif local_name(part) in {"sub-article", "response"}:
                self._further(part)

    def _by_name(self) -> dict[str, Callable[[Element], None]]:
        named: dict[Callable[[Element], None], str] = {
            self._paragraph: "p preformat code verse-line attrib speaker title subtitle",
            self._section: "sec app glossary notes bio",
            self._box: "boxed-text",
            self._list: "list",
            self._definitions: "def-list",
            self._definition: "def-item",
            self._labelled: "fig fig-group table-wrap table-wrap-group statement fn",
            self._table: "table array tgroup",
            self._references: "ref-list",
            self._acknowledgements: "ack",
            self._footnotes: "fn-group",
            self._supplement: "supplementary-material",
            self._alternatives: "alternatives",
        }
        return {name: writer for writer, names in named.items() for name in names.split()}

    def _element(self, element: Element) -> None:
        if self._wording.hides(element):
            return
        writer = self._writers.get(local_name(element))
        words = None if writer else self._wording.special(element)
        if writer:
            writer(element)
        elif words is not None:
            self._line.append(words)
        else:
            self._children(element)

    def _children(self, element: Element, without: Collection[str] = ()) -> None:
        self._line.append(element.text or "")
        for child in element:
            if local_name(child) not in without:
                self._element(child)
            self._line.append(child.tail or "")

    def _flush(self) -> None:
        """Write the words collected so far as a paragraph, or as an item inside a list."""
        words = self._wording.settled("".join(self._line))
        self._line.clear()
        if not any(c.isalnum() for c in words):
            return
        words = f"{self._prefix} {words}".strip()
        self._prefix = ""
        self._write_headings()
        if self._depth < 0:
            self._body.paragraph(words)
        else:
            self._body.item(words, self._depth)

    def _write_headings(self) -> None:
        """Write the headings that what follows stands under, again after a closed inner one."""
        path = tuple(self._path)
        if path == self._under:
            return
        shared = 0
        while shared < min(len(path), len(self._under)) and path[shared] is self._under[shared]:
            shared += 1
        for index in range(min(shared, max(0, len(path) - 1)), len(path)):
            self._body.heading(path[index].words, index + 2)
            path[index].written = True
        self._under = path

    def _headed(self, words: str, *parts: _Part) -> None:
        """Write what is in some elements, under a heading if there is one."""
        self._flush()
        heading = _Heading(words)
        if words:
            self._path.append(heading)
        for part in parts:
            self._children(part.element, part.without)
        self._flush()
        if words:
            self._path.pop()
            if not heading.written:
                self._left_out.say(f"heading without text under it: {words}")

    def _title(self, element: Element) -> str:
        label = self._wording.of(child_named(element, "label"))
        title = self._wording.of(child_named(element, "title"), without={"fn"})
        title = title or self._wording.of(child_named(element, "caption", "title"))
        return title if title.startswith(label) else f"{label} {title}".strip()

    def _abstract(self, abstract: Element) -> None:
        language = abstract.get("{http://www.w3.org/XML/1998/namespace}lang", "")
        title = self._wording.of(child_named(abstract, "title"))
        if local_name(abstract) == "trans-abstract" and not language.lower().startswith("en"):
            self._left_out.say(f"abstract in another language ({language}): {title}")
            return
        kind = (abstract.get("abstract-type") or "abstract").replace("-", " ").capitalize()
        self._headed(title or kind, _Part(abstract, {"title", "label"}))

    def _front(self, front: Element | None) -> None:
        for part in front if front is not None else ():
            if local_name(part) == "notes":
                self._leave_out(part, self._title(part) or "notes")
        meta = child_named(front, "article-meta")
        for part in meta if meta is not None else ():
            name = local_name(part)
            if name in {"abstract", "trans-abstract"}:
                self._abstract(part)
            elif name in {"author-notes", "funding-group"}:
                self._leave_out(part, name.replace("-", " "))
            elif name == "aff":
                self._left_out.count("affiliations")

    def _main(self, body: Element | None) -> None:
        if body is None:
            self._left_out.say("the file has no body of the article, only what stands before it")
            return
        top = [_Heading("Main text")] if self._under else []
        self._line.append(body.text or "")
        for part in body:
            self._path = [] if local_name(part) == "sec" else list(top)
            self._element(part)
            self._line.append(part.tail or "")
            self._flush()
        self._path = []

    def _back(self, back: Element) -> None:
        floats = local_name(back) != "back"
        self._headed(
            "Tables and figures" if floats and len(back) else "", _Part(back, {"label", "title"})
        )

    def _further(self, part: Element) -> None:
        """An article in the article: a reply is written, a review or a translation is not."""
        kind = part.get("article-type") or part.get("response-type") or local_name(part)
        stub = child_named(part, "front-stub")
        if stub is None:
            stub = child_named(part, "front", "article-meta")
        title = self._wording.of(child_named(stub, "title-group", "article-title"))
        if _TRANSLATIONS_AND_REVIEWS.search(kind):
            self._left_out.say(f"{kind}: {title}")
            return
        kept = {"body", "back", "floats-group"}
        without = {name for child in part if (name := local_name(child)) not in kept}
        self._headed(title or kind.replace("-", " ").capitalize(), _Part(part, without))

    def _paragraph(self, element: Element) -> None:
        if self._in_paragraph or self._depth >= 0:
            self._line.append(" ")
            self._children(element)
            self._line.append(" ")
            return
        self._flush()
        self._in_paragraph = True
        self._children(element)
        self._flush()
        self._in_paragraph = False
        self._write_floats()

    def _write_floats(self) -> None:
        floats, self._floats = self._floats, []
        for element in floats:
            self._element(element)
            self._flush()

    def _floats_off(self, element: Element) -> bool:
        """Keep a float for the end of the paragraph that it stands in: no sentence is torn."""
        if self._in_paragraph:
            self._floats.append(element)
        else:
            self._flush()
        return self._in_paragraph

    def _section(self, element: Element) -> None:
        title = self._title(element)
        kind = element.get("sec-type") or element.get("notes-type") or ""
        if is_apart(title, kind) or local_name(element) == "bio":
            self._leave_out(element, title or kind or "biographies")
            return
        if local_name(element) == "glossary" and not title:
            inner = child_named(element, "def-list", "title")
            title = "Abbreviations" if inner is None else ""
        elif local_name(element) == "app" and not title:
            title = "Appendix"
        self._headed(title, _Part(element, {"label", "title"}))

    def _leave_out(self, element: Element, title: str) -> None:
        words = self._wording.of(element, without={"title", "label"})
        if words:
            self._left_out.say(f"{title.rstrip('.:')}: {len(words.split())} words")

    def _box(self, element: Element) -> None:
        if self._floats_off(element):
            return
        titled = child_named(element, "title") is not None
        caption = child_named(element, "caption")
        parts = [_Part(element, {"label", "title", "caption"})]
        if caption is not None:
            parts.insert(0, _Part(caption, () if titled else {"title"}))
        self._headed(self._title(element), *parts)

    def _labelled(self, element: Element) -> None:
        """A figure, a table or a note: its label runs into its title or first paragraph."""
        if self._floats_off(element):
            return
        depth, self._depth = self._depth, -1
        label = self._wording.of(child_named(element, "label"))
        self._prefix = label if any(c.isalnum() for c in label) else ""
        caption = child_named(element, "caption")
        if caption is not None:
            self._children(caption)
            self._flush()
        if self._prefix and local_name(element) != "fn":
            self._line.append(self._prefix)
            self._prefix = ""
            self._flush()
        self._children(element, {"label", "caption"})
        self._flush()
        self._prefix = ""
        self._depth = depth
        names = {local_name(part) for part in element}
        if local_name(element) == "table-wrap" and "graphic" in names and not names & _TABLES:
            self._left_out.say(f"{label or 'a table'}: it is only an image")

    def _table(self, element: Element) -> None:
        self._flush()
        for cells in table_rows(element, self._wording.of):
            if any(c.isalnum() for cell in cells for c in cell):
                self._write_headings()
                self._body.row(cells)

    def _list(self, element: Element) -> None:
        self._flush()
        outside = self._in_paragraph, self._floats
        self._in_paragraph, self._floats = False, []
        for child in element:
            if local_name(child) == "list-item":
                self._item(child)
            else:
                self._element(child)
                self._flush()
        self._in_paragraph, self._floats = outside

    def _item(self, item: Element) -> None:
        self._depth += 1
        self._in_paragraph = True
        label = self._wording.of(child_named(item, "label"))
        self._prefix = label if any(c.isalnum() for c in label) else ""
        self._children(item, {"label"})
        self._flush()
        self._prefix = ""
        self._in_paragraph = False
        self._write_floats()
        self._depth -= 1

    def _definitions(self, element: Element) -> None:
        title = self._wording.of(child_named(element, "title"))
        if title and not self._in_paragraph and self._depth < 0:
            self._headed(title, _Part(element, {"title"}))
        else:
            self._flush()
            self._children(element)
            self._flush()

    def _definition(self, element: Element) -> None:
        self._flush()
        depth = self._depth
        term = self._wording.of(child_named(element, "term"))
        meaning = self._wording.of(element, without={"term"})
        self._depth = max(0, depth)
        self._line.append(f"{term}: {meaning}" if term and meaning else term or meaning)
        self._flush()
        self._depth = depth

    def _references(self, element: Element) -> None:
        references = sum(local_name(child) == "ref" for child in element.iter())
        self._left_out.count("references", references)

    def _acknowledgements(self, element: Element) -> None:
        self._leave_out(element, self._title(element) or "Acknowledgements")

    def _footnotes(self, element: Element) -> None:
        """Footnotes that the text cites are written; statements of the publisher are not."""
        notes = [child for child in element if local_name(child) == "fn"]
        if any(local_name(above) == "table-wrap" for above in element.iterancestors()):
            self._children(element)
            return
        cited = [note for note in notes if self._is_cited(note)]
        for note in notes:
            if note not in cited:
                self._left_out.say(f"footnote: {self._wording.of(note)}")
        if cited:
            self._flush()
            self._path.append(_Heading(self._title(element) or "Footnotes"))
            for note in cited:
                self._labelled(note)
            self._path.pop()

    def _is_cited(self, note: Element) -> bool:
        kind = note.get("fn-type") or ""
        return note.get("id") in self._cited_footnotes and not is_apart("", kind)

    def _alternatives(self, element: Element) -> None:
        self._line.append(self._wording.formula_in(element) or "")
        if not self._line[-1]:
            for child in self._wording.best_of(element):
                self._element(child)

    def _supplement(self, element: Element) -> None:
        label = self._wording.of(child_named(element, "label"))
        caption = self._wording.of(child_named(element, "caption"))
        self._left_out.say(f"supplementary material: {label} {caption}")
