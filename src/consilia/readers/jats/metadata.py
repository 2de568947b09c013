"""What an article's front matter says of it: names, numbers, dates, licence, relations."""

import re
from datetime import date

from consilia.readers.bodies import clean
from consilia.readers.jats.identifiers import identifiers_of
from consilia.readers.jats.relations import relations_of, standing_of
from consilia.readers.jats.wording import XLINK, Wording, child_named
from consilia.readers.safe_xml import Element, local_name, text_of

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PUBLISHED = {
    "", "pub", "epub", "ppub", "epub-ppub", "collection", "publication", "original-publication",
    "preprint", "epreprint",
}  # fmt: skip
_CORRECTED = {"corrected", "ecorrected", "updated", "update"}
_OPEN_LICENCE = re.compile(r"https?://creativecommons\.org/[\w./-]*[\w/]", re.IGNORECASE)
_LICENCE_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_FIRST_SENTENCE = re.compile(r".{20,198}?\.(?=\s|$)|.{1,199}(?=\s|$)", re.DOTALL)
_SHOWN_AUTHORS = 6


def front_matter(article: Element, wording: Wording) -> dict[str, object]:
    """Return what an article says of itself, by field of `FrontMatter`.

    Args:
        article: An `article` element.
        wording: Turns elements into words.

    Returns:
        Fields; what is not said is empty or None. Design, kind and id are not among them.
    """
    meta = child_named(article, "front", "article-meta")
    identifiers = identifiers_of(article)
    published = _earliest(_dates(meta, _PUBLISHED))
    relations = list(relations_of(article))
    title = title_of(meta, wording)
    pmcid = identifiers.get("pmcid")
    return {
        "title": title,
        "authors": _authors(meta, wording),
        "journal": _journal(child_named(article, "front", "journal-meta"), wording),
        "year": int(published[:4]) if published else None,
        "published": published,
        "revised": max(_dates(meta, _CORRECTED), default=None),
        "identifiers": identifiers,
        "url": f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/" if pmcid else None,
        "licence": _licence(meta, wording),
        "subjects": _keywords(meta, wording),
        "relations": relations,
        "standing": standing_of(article.get("article-type") or "", title, relations),
    }


def title_of(meta: Element | None, wording: Wording) -> str:
    """Return the title, with the subtitle behind a colon."""
    group = child_named(meta, "title-group")
    apart = {"xref", "fn"}
    title = wording.of(child_named(group, "article-title"), without=apart)
    subtitle = wording.of(child_named(group, "subtitle"), without=apart)
    if not title or not subtitle:
        return title or subtitle
    return f"{title}{' ' if title[-1] in ':?!.' else ': '}{subtitle}"


def headings_of(article: Element, wording: Wording) -> list[str]:
    """Return the subject headings that name a type of article, not a field of research."""
    categories = child_named(article, "front", "article-meta", "article-categories")
    return [
        words
        for group in (categories if categories is not None else ())
        if local_name(group) == "subj-group"
        and not (group.get("subj-group-type") or "").lower().startswith("discipline")
        for subject in group.iter()
        if local_name(subject) == "subject" and (words := wording.of(subject))
    ]


def _authors(meta: Element | None, wording: Wording) -> str:
    names = [
        name
        for group in (meta if meta is not None else ())
        if local_name(group) == "contrib-group"
        for contrib in group
        if local_name(contrib) == "contrib"
        and (contrib.get("contrib-type") or "author").lower() in {"author", "group", "collab"}
        and (name := _author(contrib, wording))
    ]
    more = ["et al."] if len(names) > _SHOWN_AUTHORS else []
    return ", ".join(names[:_SHOWN_AUTHORS] + more)


def _author(contrib: Element, wording: Wording) -> str:
    named = child_named(contrib, "name-alternatives")
    for element in contrib if named is None else named:
        name = local_name(element)
        if name in {"name", "string-name"}:
            return _person(element, wording)
        if name == "collab":
            apart = {"contrib-group", "contrib", "xref", "aff", "address", "fn", "email"}
            return wording.of(element, without=apart).rstrip(" ,;")
    return ""


def _person(name: Element, wording: Wording) -> str:
    surname = wording.of(child_named(name, "surname"))
    given = child_named(name, "given-names")
    initials = "" if given is None else clean(given.get("initials") or "")
    initials = initials or _initials(wording.of(given))
    suffix = wording.of(child_named(name, "suffix"))
    parts = " ".join(part for part in (surname, initials, suffix) if part)
    return parts or wording.of(name)


def _initials(given: str) -> str:
    """First letters of given names; what is initials already stays.

    >>> _initials("Jean-Philippe"), _initials("D. C."), _initials("KJ")
    ('JP', 'DC', 'KJ')
    """
    if given.isupper() and given.isalpha() and len(given) <= 3:
        return given
    return "".join(
        part if part.isupper() and len(part) <= 2 else part[0].upper()
        for part in re.split(r"[\s.\u2010-]+", given)
        if part
    )


def _journal(journal: Element | None, wording: Wording) -> str:
    title = child_named(journal, "journal-title-group", "journal-title")
    words = wording.of(title if title is not None else child_named(journal, "journal-title"))
    return words or wording.of(child_named(journal, "journal-id"))


def _dates(meta: Element | None, kinds: set[str]) -> list[str]:
    """Dates of some kinds, each as precise as it is told; those no calendar has are left out."""
    return [
        told
        for element in (meta.iter() if meta is not None else ())
        if local_name(element) in {"pub-date", "date"}
        and _is_date_of(element, kinds)
        and (told := _date(element))
    ]


def _is_date_of(element: Element, kinds: set[str]) -> bool:
    kind = element.get("date-type") or element.get("pub-type")
    if local_name(element) == "date" and kind is None:
        return False
    return (kind or "").lower() in kinds


def _date(element: Element) -> str | None:
    parts = {local_name(child): clean(text_of(child)) for child in element}
    if "year" not in parts:
        iso = re.match(r"\d{4}(?:-\d{2}){0,2}(?![\d-])", element.get("iso-8601-date") or "")
        parts = dict(zip(("year", "month", "day"), iso[0].split("-"), strict=False)) if iso else {}
    year, month, day = (parts.get(part, "") for part in ("year", "month", "day"))
    if not re.fullmatch(r"1[89]\d\d|2[01]\d\d", year):
        return None
    number = _month(month)
    if number is None:
        return year
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return f"{year}-{number:02}"


def _month(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) < 3:
        return int(text) if 1 <= int(text) <= 12 else None
    name = text[:3].lower()
    return _MONTHS.index(name) + 1 if name in _MONTHS else None


def _earliest(dates: list[str]) -> str | None:
    """The earliest of the dates that are told most precisely."""
    precision = max(map(len, dates), default=0)
    return min((told for told in dates if len(told) == precision), default=None)


def _licence(meta: Element | None, wording: Wording) -> str:
    """The link of the licence, else its words, else the copyright statement; short."""
    permissions = child_named(meta, "permissions")
    holder = meta if permissions is None else permissions
    licence = child_named(holder, "license")
    if licence is not None:
        links = [licence.get(f"{XLINK}href") or ""]
        for element in licence.iter():
            if local_name(element) == "license_ref":
                links.append(text_of(element))
            elif local_name(element) == "ext-link":
                links.append(element.get(f"{XLINK}href") or "")
        for link in map(clean, links):
            if _LICENCE_LINK.fullmatch(link):
                return link
    words = wording.of(licence) or wording.of(child_named(holder, "copyright-statement"))
    if named := _OPEN_LICENCE.search(words):
        return named[0]
    short = _FIRST_SENTENCE.match(words)
    return short[0] if short else words[:200]


def _keywords(meta: Element | None, wording: Wording) -> tuple[str, ...]:
    found = (
        wording.of(keyword)
        for group in (meta if meta is not None else ())
        if local_name(group) == "kwd-group"
        and "abbr" not in (group.get("kwd-group-type") or "").lower()
        for keyword in group.iter()
        if local_name(keyword) in {"kwd", "compound-kwd"}
    )
    return tuple(dict.fromkeys(words for words in found if words))
