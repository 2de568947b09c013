"""The fields of a record of MEDLINE text, by tag."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consilia.readers.bodies import clean
from consilia.readers.medline.abstracts import Abstract, Part, other_heading
from consilia.readers.medline.citations import (
    Citation,
    author_line,
    counted,
    digits,
    doi,
    once,
    pmcid,
)
from consilia.readers.medline.dates import numeric_date, written_date
from consilia.readers.medline.types import Link

_LINKS: dict[str, str] = {
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "RPI": "RepublishedIn",
    "RPF": "RepublishedFrom",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "SPIN": "SummaryForPatientsIn",
    "ORI": "OriginalReportIn",
    "DRIN": "DatasetReportedIn",
    "DDIN": "DatasetDescribedIn",
}
_ISSN = re.compile(r"([0-9]{4}-[0-9]{3}[0-9Xx])\b")
_MARKED = re.compile(r"(.+) \[(doi|bookaccession)\]")
_OTHER_KIND = re.compile(r"(AAMC|AIDS|KIE|PIP|NASA|Publisher|plain-language-summary): ")


@dataclass(frozen=True, slots=True)
class Tags:
    """A record: tags and values in the order of the file."""

    pairs: tuple[tuple[str, str], ...]

    def all(self, *names: str) -> list[str]:
        """Return the values of the tags, in the order of the file, empty ones left out."""
        return [value for tag, value in self.pairs if tag in names and value]

    def first(self, *names: str) -> str:
        """Return the first value of the first of the tags that has one, on one line."""
        return clean(next((value for name in names for value in self.all(name)), ""))

    @property
    def number(self) -> str:
        """The PMID; empty when there is none."""
        return digits(self.first("PMID"))


def citation_of(tags: Tags) -> Citation:
    """Return what a record says."""
    volume, chapter = tags.first("BTI"), tags.first("TI")
    is_book = bool(volume)
    title = next((t for t in (chapter, tags.first("TT")) if not _is_no_title(t)), volume)
    book = {
        "issuer": tags.first("PB"),
        "edition": tags.first("EN"),
        "revised": numeric_date(tags.first("DRDT")),
    }
    return Citation(
        identifiers=_identifiers(tags),
        title=title,
        abstracts=(
            *(Abstract((Part("", abstract),)) for abstract in tags.all("AB")),
            *_others(tags),
        ),
        authors=_authors(tags, is_book=is_book),
        journal=(volume if title != volume else "") if is_book else tags.first("JT", "TA"),
        published=_published(tags),
        types=tuple(map(clean, tags.all("PT"))),
        subjects=once((*map(_descriptor, tags.all("MH")), *map(_keyword, tags.all("OT")))),
        links=tuple(Link(_LINKS[tag], clean(v)) for tag, v in tags.pairs if tag in _LINKS and v),
        licence=tags.first("CI"),
        is_book=is_book,
        book=book if is_book else {},
        beside=tuple(_beside(tags)),
    )


def _identifiers(tags: Tags) -> dict[str, str]:
    marked = [found for value in tags.all("LID", "AID") if (found := _MARKED.fullmatch(value))]
    dois = [doi(found[1]) for found in marked if found[2] == "doi"]
    shelf = [found[1] for found in marked if found[2] == "bookaccession"]
    issn = _ISSN.match(tags.first("IS"))
    numbers = {
        "pmid": tags.number,
        "doi": next(filter(None, dois), ""),
        "pmcid": pmcid(next(iter(tags.first("PMC").split()), "")),
        "bookaccession": next(iter(shelf), ""),
        "issn": issn[1] if issn else "",
        "isbn": next(iter(tags.first("ISBN").split()), ""),
    }
    return {name: number for name, number in numbers.items() if number}


def _authors(tags: Tags, *, is_book: bool) -> str:
    names = tags.all("AU", "CN") or (tags.all("ED") if is_book else [])
    return author_line(list(map(clean, names)))


def _published(tags: Tags) -> str | None:
    """When the issue appeared, or the paper itself where the record counts that date."""
    printed = numeric_date(tags.first("CTDT")) or written_date(tags.first("DP"))
    electronic = numeric_date(tags.first("DEP"))
    model = tags.first("PUBM") or ("Electronic" if tags.first("PST") == "epublish" else "")
    if model.startswith("Electronic"):
        return electronic or printed
    return printed or electronic


def _others(tags: Tags) -> Iterator[Abstract]:
    """Abstracts beside the one of the record; the language of each stands in a tag behind it."""
    kind = text = language = ""
    for tag, value in (*tags.pairs, ("OAB", "")):
        if tag == "OABL":
            language = value
        elif tag == "OAB":
            if text:
                yield Abstract((Part("", text),), other_heading(kind, language))
            named = _OTHER_KIND.match(value)
            kind, text = (named[1], value[named.end() :]) if named else ("", value)
            language = ""


def _descriptor(value: str) -> str:
    return clean(value).split("/")[0].removeprefix("*")


def _keyword(value: str) -> str:
    return clean(value).removeprefix("*")


def _is_no_title(title: str) -> bool:
    return title.strip("[]. ").casefold() in {"", "not available"}


def _beside(tags: Tags) -> Iterator[str]:
    if re.fullmatch(r"[0-9]{1,6}", count := tags.first("RF")):
        yield counted(int(count), "reference")
    for note in tags.all("GN"):
        yield f"general note: {note}"
    for statement in tags.all("COIS"):
        yield f"conflict of interest statement: {statement}"
