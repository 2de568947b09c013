"""The main content of a web page, told from menus, banners and footers by jusText."""

import re
from collections.abc import Iterable
from functools import cache

import justext
from justext.core import ParagraphMaker, classify_paragraphs, revise_paragraph_classification

from consilia.readers.html.blocks import Block
from consilia.readers.html.parsing import plain_text, words_apart
from consilia.readers.reading import Notes
from consilia.readers.safe_xml import Element, empty

_MOST_JUDGED = 4_000
"""jusText compares each short block with its neighbours: more would take minutes."""
_LINKS = 0.5
_LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "fi": "Finnish",
    "pl": "Polish",
    "cs": "Czech",
}
_NEVER_CONTENT = frozenset({"nav", "button", "select", "textarea"})
_PAGE_PARTS = frozenset({"footer", "header"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "toolbar"})
_WORDS = frozenset({
    "nav",
    "navbar",
    "navigation",
    "menu",
    "breadcrumb",
    "breadcrumbs",
    "share",
    "sharing",
    "social",
    "toolbar",
    "pagination",
    "newsletter",
    "subscribe",
    "advert",
    "advertisement",
    "skip",
    "skiplink",
    "sitemap",
    "login",
})
_NOTICES = frozenset({"cookie", "cookies", "cookiebar", "cookieconsent", "gdpr"})
_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_HOLDS_CONTENT = ("main", "article", "h1")


def take_out_boilerplate(body: Element, notes: Notes) -> Element:
    """Empty what is menu, banner or footer by its own name, and all outside the main content.

    Args:
        body: Of a page without hidden words; it is changed.
        notes: Told each container, with how much it holds and how it begins.

    Returns:
        The main content: the one element that the page itself calls so, else the body.
    """
    named = _boilerplate(body)
    region = _main_region(body, sum(len(plain_text(element)) for element in named))
    inner = region
    while inner is not body and (outer := inner.getparent()) is not None:
        _take_out_around(outer, inner, notes)
        inner = outer
    for element in named:
        if region in element.iterancestors():
            _leave_out(element, notes)
    return region


def content_blocks(region: Element, blocks: list[Block], lang: str, notes: Notes) -> list[Block]:
    """Return the blocks that are content.

    What lies between the first and the last good paragraph stays, however short, and so do lists,
    tables and headings beside them that are not links.

    Args:
        region: Main content of the page.
        blocks: Of the region.
        lang: Language that the page declares, such as `en-GB`.
        notes: Told what is left out, by container.

    Returns:
        A part of `blocks`, in order.
    """
    good = _good_elements(region, lang)
    places = [n for n, block in enumerate(blocks) if block.element in good]
    if not places:
        places = [n for n, block in enumerate(blocks) if block.linked < _LINKS] or [0]
    kept: list[Block] = []
    left: dict[Element, list[str]] = {}
    around = region
    if blocks and region.tag == "body":
        around = _common([blocks[n].element for n in places] + _anchors(blocks))
    for n, block in enumerate(blocks):
        inside = places[0] <= n <= places[-1] or _heads_text(block, blocks[n + 1 : n + 2])
        beside = around in block.element.iterancestors() or around is block.element
        if beside and (inside or (block.linked < _LINKS and "©" not in block.text)):
            kept.append(block)
        else:
            left.setdefault(_container(block.element, region), []).append(block.text)
    for element, texts in left.items():
        notes.unplace(_place(element), _sample(texts))
    return kept


def _container(element: Element, region: Element) -> Element:
    """What holds an element, to be named once: its outermost list, else its parent."""
    outers = [outer for outer in element.iterancestors() if region in outer.iterancestors()]
    lists = [outer for outer in outers if outer.tag in {"ul", "ol", "menu"}]
    return (lists[-1:] or outers[:1] or [region])[0]


def _heads_text(block: Block, follows: list[Block]) -> bool:
    """Whether it is the heading of running text: it may itself be a link, to fold the text."""
    return block.kind == "heading" and any(
        after.kind != "heading" and after.linked < _LINKS for after in follows
    )


def _anchors(blocks: list[Block]) -> list[Element]:
    """Headings below the title and rows of tables: content, wherever they stand."""
    return [
        block.element
        for block in blocks
        if block.kind == "row" or (block.kind == "heading" and block.level != 1)
    ]


def _common(elements: list[Element]) -> Element:
    """The innermost element around all of them."""
    shared = set.intersection(*(set(element.iterancestors()) for element in elements))
    return next((outer for outer in elements[0].iterancestors() if outer in shared), elements[0])


def _boilerplate(body: Element) -> list[Element]:
    """The outermost elements that are boilerplate, in the order of the page."""
    most = len(plain_text(body)) / 2
    found: list[Element] = []
    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        tag: object = element.tag
        if isinstance(tag, str) and _is_boilerplate(element, tag, most):
            found.append(element)
        elif isinstance(tag, str):
            stack.extend(reversed(element))
    return found


def _main_region(body: Element, boilerplate: int) -> Element:
    """The element that the page calls its main content, if it holds a fair share of the words."""
    total = len(plain_text(body)) - boilerplate
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = body.xpath(path)
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], type(body)):
            region: Element = found[0]
            if len(plain_text(region)) * 4 >= max(1, total):
                return region
    return body


def _take_out_around(outer: Element, inner: Element, notes: Notes) -> None:
    """Empty all that an element holds beside one of its children."""
    loose = [outer.text or "", *(child.tail or "" for child in outer)]
    if any(text.strip() for text in loose):
        notes.unplace(_place(outer), _sample(loose))
    outer.text = None
    for child in outer:
        tag: object = child.tag
        child.tail = None
        if child is not inner and isinstance(tag, str):
            _leave_out(child, notes)


def _is_boilerplate(element: Element, tag: str, most: float) -> bool:
    """Whether an element is none of the content by its tag, its role or its name.

    Names alone are not trusted: `social-care` may be a section. What is named so must be links,
    and what holds most words of the page or its title is never boilerplate.
    """
    if tag in _NEVER_CONTENT:
        return not (tag == "button" and _in_heading(element))
    if tag in {"main", "article", "h1"}:
        return False
    words = _names(element)
    framing = tag in _PAGE_PARTS or "footer" in words
    named = (
        (framing and next(element.iterancestors("main", "article"), None) is None)
        or (element.get("role") or "").lower() in _ROLES
        or not words.isdisjoint(_NOTICES)
        or ((tag == "aside" or not words.isdisjoint(_WORDS)) and _link_share(element) > _LINKS)
    )
    if not named or next(element.iter(*_HOLDS_CONTENT), None) is not None:
        return False
    return len(plain_text(element)) <= most or not words.isdisjoint(_NOTICES)


def _link_share(element: Element) -> float:
    linked = sum(len(plain_text(link)) for link in element.iter("a"))
    return linked / max(1, len(plain_text(element)))


def _in_heading(element: Element) -> bool:
    outer = {str(parent.tag) for parent in element.iterancestors()}
    return bool(outer & {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt"})


def _names(element: Element) -> set[str]:
    """The words of which the class and the id are made."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return {word.lower() for word in _NAME.findall(names[:500])}


def _leave_out(element: Element, notes: Notes) -> None:
    if words := words_apart(element):
        notes.unplace(_place(element), _sample([words]))
    empty(element)


def _sample(texts: Iterable[str]) -> str:
    words = " ".join(texts).split()
    return f"{len(words)} words left out as boilerplate: {' '.join(words)}"


def _place(element: Element) -> str:
    names = "".join(f".{name}" for name in (element.get("class") or "").split()[:2])
    number = element.get("id")
    return f"{element.tag}{f'#{number}' if number else names}"[:100]


def _good_elements(region: Element, lang: str) -> set[Element]:
    """The elements whose text jusText takes for running text."""
    paragraphs = ParagraphMaker.make_paragraphs(region)
    stop_words = _stop_words(_LANGUAGES.get(lang[:2].lower(), ""))
    low, high = (0.30, 0.32) if stop_words else (0.0, 0.0)
    classify_paragraphs(paragraphs, stop_words, stopwords_low=low, stopwords_high=high)
    if len(paragraphs) <= _MOST_JUDGED:
        revise_paragraph_classification(paragraphs)
        good = {p.xpath for p in paragraphs if p.class_type == "good"}
    else:
        good = {p.xpath for p in paragraphs if p.cf_class == "good"}
    good = good or {p.xpath for p in paragraphs if p.cf_class == "neargood"}
    return {element for path, element in _paths(region) if path in good}


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(justext.get_stoplist(language)) if language else frozenset()


def _paths(region: Element) -> Iterable[tuple[str, Element]]:
    """Each element with the path that jusText gives it: names, each counted among its siblings."""
    stack = [(f"/{region.tag}[1]", region)]
    while stack:
        path, element = stack.pop()
        yield path, element
        counts: dict[str, int] = {}
        for child in element:
            tag: object = child.tag
            if isinstance(tag, str):
                counts[tag] = counts.get(tag, 0) + 1
                stack.append((f"{path}/{tag}[{counts[tag]}]", child))
