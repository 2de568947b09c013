"""The numbers that articles are known by, each in its one spelling."""

import re

from consilia.readers.bodies import clean
from consilia.readers.jats.wording import child_named
from consilia.readers.safe_xml import Element, local_name, text_of

LINKS = {
    "doi": "doi",
    "pmid": "pmid",
    "pubmed": "pmid",
    "pmc": "pmcid",
    "pmcid": "pmcid",
}
"""Kinds of numbers in the attributes of JATS, and their names here."""
_PMCID = re.compile(r"(?:PMC)?(\d+)(?:\.\d+)?", re.IGNORECASE)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\S+)", re.IGNORECASE)


def identifiers_of(article: Element) -> dict[str, str]:
    """Return the numbers an article is known by; those that cannot be right are left out."""
    meta = child_named(article, "front", "article-meta")
    journal = child_named(article, "front", "journal-meta")
    found: dict[str, str] = {}
    for element in meta if meta is not None else ():
        if local_name(element) == "article-id":
            kind = LINKS.get((element.get("pub-id-type") or "").lower())
            number = kind and identifier(kind, text_of(element))
            if kind and number:
                found.setdefault(kind, number)
    for element in journal if journal is not None else ():
        if local_name(element) == "issn":
            form = element.get("pub-type") or element.get("publication-format") or ""
            name = "eissn" if form.lower() in {"epub", "electronic", "online"} else "issn"
            found.setdefault(name, clean(text_of(element)))
    if "eissn" in found and "issn" not in found:
        found["issn"] = found.pop("eissn")
    return {name: number for name, number in found.items() if number}


def identifier(kind: str, text: str) -> str:
    """Return an identifier in its one spelling; empty when it is none of its kind.

    >>> identifier("pmcid", "123"), identifier("doi", "https://doi.org/10.1000/ABC")
    ('PMC123', '10.1000/abc')
    """
    words = clean(text)
    if kind == "pmid":
        return words if words.isascii() and words.isdigit() else ""
    if kind == "pmcid":
        match = _PMCID.fullmatch(words)
        return f"PMC{match[1]}" if match else ""
    match = _DOI.fullmatch(words)
    return match[1].lower() if match else ""
