"""What a web page says of itself: citation tags, Dublin Core, Open Graph, JSON-LD."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date

from consilia.readers.html.parsing import plain_text
from consilia.readers.safe_xml import Element

_TITLE = ("citation_title", "dc.title", "dcterms.title", "og:title")
_AUTHOR = ("citation_author", "citation_authors", "dc.creator", "dcterms.creator")
_PUBLISHED = (
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "article:published_time",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
)
_REVISED = ("article:modified_time", "dcterms.modified", "dc.date.modified", "og:updated_time")
_ISSUER = ("citation_publisher", "dc.publisher", "dcterms.publisher")
_JOURNAL = ("citation_journal_title", "citation_journal_abbrev")
_LICENCE = ("dcterms.license", "dcterms.rights", "dc.rights")
_SUBJECTS = ("citation_keywords", "dc.subject", "dcterms.subject")
_NUMBERS = {
    "pmid": (("citation_pmid",), re.compile(r"\d{1,9}")),
    "doi": (("citation_doi", "dc.identifier", "prism.doi"), re.compile(r"10\.\d{4,9}/\S+")),
    "pmcid": (("citation_pmcid",), re.compile(r"PMC\d{1,9}")),
    "issn": (("citation_issn", "prism.issn"), re.compile(r"\d{4}-\d{3}[\dX]")),
    "isbn": (("citation_isbn",), re.compile(r"[\dX-]{10,17}")),
}
_URL = re.compile(r"https?://[^\s<>\"']+")
_NUMERIC = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?=$|[T\s])")
_WORDED = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?(?:\s+(\d{1,2}))?,?\s+(\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORKS = re.compile(r"article|page|guideline|report|work|document|dataset", re.IGNORECASE)
_MOST_AUTHORS = 6


def page_metadata(root: Element, mend: Callable[[str], str] = str) -> dict[str, object]:
    """Return the front matter that a page states in its head.

    Args:
        root: The `html` element; scripts still in it.
        mend: Repairs a text as it stands in the source.

    Returns:
        Front matter by field, without those that the page leaves open; `title` is that of the
        tags, not the `title` element, which often names the site.
    """
    tags = _meta_tags(root, mend)
    works = list(_works(root))
    title = _first(tags, _TITLE) or _said(works, "headline", "name")
    published = _first_date(tags, _PUBLISHED) or iso_date(_said(works, "datePublished"))
    found: dict[str, object] = {
        "title": title,
        "authors": _authors(tags, works),
        "issuer": _first(tags, _ISSUER)
        or _said(works, "publisher")
        or _first(tags, ("og:site_name",)),
        "journal": _first(tags, _JOURNAL),
        "published": published,
        "year": int(published[:4]) if published else None,
        "revised": _first_date(tags, _REVISED) or iso_date(_said(works, "dateModified")),
        "identifiers": _identifiers(tags),
        "url": _canonical(root),
        "licence": (_first(tags, _LICENCE) or _link(root, "license"))[:300],
        "subjects": tuple(
            dict.fromkeys(
                word.strip()
                for name in _SUBJECTS
                for text in tags.get(name, ())
                for word in re.split(r"[;,]", text)
                if word.strip()
            )
        ),
    }
    return {name: value for name, value in found.items() if value}


def title_element(root: Element) -> str:
    """Return the words of the `title` element; empty when there is none."""
    head = root.find("head")
    title = head.find("title") if head is not None else None
    return plain_text(title) if title is not None else ""


def iso_date(text: str) -> str:
    """Return a date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; empty when it is none.

    >>> iso_date("2013/9/3"), iso_date("2014-06-01T10:00Z"), iso_date("3 Sep 2013"), iso_date("?")
    ('2013-09-03', '2014-06-01', '2013-09-03', '')
    """
    text = text.strip()
    if match := _NUMERIC.match(text):
        return dated(match[1], int(match[2] or 0), int(match[3] or 0))
    if (match := _WORDED.match(text)) and (month := month_of(match[2])):
        return dated(match[4], month, int(match[1] or match[3] or 0))
    return ""


def month_of(name: str) -> int:
    """Return the number of a month by its English name, whole or cut short; 0 for other words."""
    start = name[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else 0


def dated(year: str, month: int = 0, day: int = 0) -> str:
    """Return a date as precise as it is possible: a 31st of June is a June.

    >>> dated("2013", 6, 31)
    '2013-06'
    """
    if not (year.isascii() and year.isdigit() and 1800 <= int(year) <= 2200):
        return ""
    if not 1 <= month <= 12:
        return year
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return f"{year}-{month:02}"


def _meta_tags(root: Element, mend: Callable[[str], str]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for tag in root.iter("meta"):
        name = (tag.get("name") or tag.get("property") or "").strip().lower()
        if content := " ".join(mend(tag.get("content") or "").split()):
            tags.setdefault(name, []).append(content)
    return tags


def _first(tags: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((text for name in names for text in tags.get(name, ())), "")


def _first_date(tags: dict[str, list[str]], names: tuple[str, ...]) -> str:
    dates = (iso_date(text) for name in names for text in tags.get(name, ()))
    return next(filter(None, dates), "")


def _works(root: Element) -> Iterator[dict[str, object]]:
    """The descriptions of the page in JSON-LD."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        try:
            loaded: object = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        graph = loaded.get("@graph", loaded) if isinstance(loaded, dict) else loaded
        for work in graph if isinstance(graph, list) else [graph]:
            if isinstance(work, dict) and _WORKS.search(str(work.get("@type", ""))[:200]):
                yield work


def _said(works: list[dict[str, object]], *names: str) -> str:
    return next((text for work in works for name in names if (text := _name(work.get(name)))), "")


def _name(value: object) -> str:
    """The text of a value, or the name of what it describes."""
    value = value.get("name") if isinstance(value, dict) else value
    return " ".join(value.split()) if isinstance(value, str) else ""


def _authors(tags: dict[str, list[str]], works: list[dict[str, object]]) -> str:
    names = next((tags[name] for name in _AUTHOR if name in tags), [])
    if len(names) == 1:
        names = names[0].split(";")
    if not names:
        stated = next((work["author"] for work in works if "author" in work), None)
        names = [_name(one) for one in (stated if isinstance(stated, list) else [stated])]
    short = list(dict.fromkeys(filter(None, (_short(" ".join(name.split())) for name in names))))
    return ", ".join(short[:_MOST_AUTHORS] + ["et al."] * (len(short) > _MOST_AUTHORS))


def _short(name: str) -> str:
    """`Smith, Jane A.` as `Smith JA`; a name in any other order stays as it is."""
    last, comma, first = name.partition(",")
    initials = "".join(part[0] for part in re.split(r"[\s.-]+", first) if part)
    return f"{last.strip()} {initials}" if comma and initials else name


def _identifiers(tags: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, (names, pattern) in _NUMBERS.items():
        for text in (text for name in names for text in tags.get(name, ())):
            match = pattern.fullmatch(re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", text))
            if match and key not in found:
                found[key] = match[0].lower() if key == "doi" else match[0]
    return found


def _canonical(root: Element) -> str:
    url = _link(root, "canonical")
    return url if _URL.fullmatch(url) else ""


def _link(root: Element, relation: str) -> str:
    links = (link for link in root.iter("link") if relation in (link.get("rel") or "").split())
    return next((href.strip() for link in links if (href := link.get("href"))), "")
