"""The fields of a record of PubMed XML: of a paper and of a chapter or book."""

from collections.abc import Iterator

from consilia.errors import DocumentError
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
from consilia.readers.medline.dates import calendar_date, written_date
from consilia.readers.medline.pubmed_words import child_line, line, words
from consilia.readers.medline.types import Link
from consilia.readers.safe_xml import Element, local_name, text_of

_NO_TITLE = {"", "[not available].", "[not available]", "not available.", "not available"}


def citation_of(record: Element) -> Citation:
    """Return what a record says.

    Args:
        record: A `PubmedArticle`, `MedlineCitation`, `PubmedBookArticle` or `BookDocument`.

    Returns:
        The fields of the record.

    Raises:
        DocumentError: It lacks the element that holds a paper or a chapter.
    """
    inner = record.find("MedlineCitation")
    core = record.find("BookDocument") if inner is None else inner
    if core is None:
        core = record
    if local_name(core) == "BookDocument":
        return _chapter(record, core)
    article = core.find("Article")
    if article is None:
        raise DocumentError("the record has no Article element; download it again from PubMed")
    return _paper(record, core, article)


def _paper(record: Element, core: Element, article: Element) -> Citation:
    links = core.findall("CommentsCorrectionsList/CommentsCorrections")
    return Citation(
        identifiers=_identifiers(core, record.find("PubmedData/ArticleIdList"), article)
        | _named("issn", child_line(article, "Journal/ISSN")),
        title=_title(article),
        abstracts=(*_abstracts(article), *_others(core)),
        authors=_authors(article.find("AuthorList")),
        journal=child_line(article, "Journal/Title")
        or child_line(article, "Journal/ISOAbbreviation")
        or child_line(core, "MedlineJournalInfo/MedlineTA"),
        published=_published(article),
        types=_lines(article, "PublicationTypeList/PublicationType"),
        subjects=once((
            *_lines(core, "MeshHeadingList/MeshHeading/DescriptorName"),
            *_lines(core, "KeywordList/Keyword"),
        )),
        links=tuple(_link(link) for link in links if link.get("RefType") != "Cites"),
        licence=child_line(article, "Abstract/CopyrightInformation"),
        beside=tuple(_beside(record, core)),
    )


def _chapter(record: Element, core: Element) -> Citation:
    book = core.find("Book")
    holder = core if book is None else book
    chapter, volume = _title(core), child_line(holder, "BookTitle")
    authors = _authors(_author_list(core)) or _authors(_author_list(holder))
    return Citation(
        identifiers=_identifiers(core, record.find("PubmedBookData/ArticleIdList"), core)
        | _named("isbn", child_line(holder, "Isbn")),
        title=chapter or volume,
        abstracts=(*_abstracts(core), *_others(core)),
        authors=authors,
        journal=volume if chapter else "",
        published=_date(core.find("ContributionDate")) or _date(holder.find("PubDate")),
        types=_lines(core, "PublicationType") or _lines(core, "PublicationTypeList/*"),
        subjects=once((
            *_lines(core, "MeshHeadingList/MeshHeading/DescriptorName"),
            *_lines(core, "KeywordList/Keyword"),
        )),
        licence=child_line(core, "Abstract/CopyrightInformation"),
        is_book=True,
        book={
            "issuer": child_line(holder, "Publisher/PublisherName"),
            "edition": child_line(holder, "Edition"),
            "revised": _date(core.find("DateRevised")),
        },
        beside=tuple(_beside(record, core)),
    )


def _identifiers(core: Element, listed: Element | None, article: Element) -> dict[str, str]:
    """Those of the record itself; its reference list has lists of its own, deeper down."""
    given = [element for part in (listed, core.find("ArticleIdList")) for element in _below(part)]
    by_type = [(element.get("IdType", "").casefold(), line(element)) for element in given]
    by_type += [
        (element.get("EIdType", "").casefold(), line(element))
        for element in article.findall("ELocationID")
        if element.get("ValidYN") != "N"
    ]
    by_type += [
        ("pmc", number.split()[0])
        for element in core.findall("OtherID")
        if (number := line(element)).startswith("PMC")
    ]
    found = _named("pmid", digits(text_of(core.find("PMID"))))
    for name, number in by_type:
        key, value = {
            "doi": ("doi", doi(number)),
            "pmc": ("pmcid", pmcid(number)),
            "pmcid": ("pmcid", pmcid(number)),
            "bookaccession": ("bookaccession", number),
        }.get(name, ("", ""))
        if value:
            found.setdefault(key, value)
    return found


def _below(element: Element | None) -> Iterator[Element]:
    return iter(()) if element is None else iter(element.findall("*"))


def _named(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def _title(article: Element) -> str:
    titles = (child_line(article, "ArticleTitle"), child_line(article, "VernacularTitle"))
    return next((title for title in titles if title.casefold() not in _NO_TITLE), "")


def _abstracts(article: Element) -> Iterator[Abstract]:
    for abstract in article.findall("Abstract"):
        yield Abstract(_parts(abstract))


def _others(core: Element) -> Iterator[Abstract]:
    for abstract in core.findall("OtherAbstract"):
        heading = other_heading(abstract.get("Type", ""), abstract.get("Language", ""))
        yield Abstract(_parts(abstract), heading)


def _parts(abstract: Element) -> tuple[Part, ...]:
    texts = abstract.findall("AbstractText")
    return tuple(Part(clean(text.get("Label", "")), words(text)) for text in texts)


def _author_list(element: Element) -> Element | None:
    """The list of authors, else of whoever is named: editors of a book."""
    lists = element.findall("AuthorList")
    authors = [names for names in lists if names.get("Type", "authors") == "authors"]
    return next(iter(authors or lists), None)


def _authors(names: Element | None) -> str:
    if names is None:
        return ""
    # An author with ValidYN="N" is the misspelt form of one who is listed beside it.
    authors = [name for name in names.findall("Author") if name.get("ValidYN") != "N"]
    spoken = [name for author in authors if (name := _name(author))]
    return author_line(spoken, complete=names.get("CompleteYN") != "N")


def _name(author: Element) -> str:
    if collective := child_line(author, "CollectiveName"):
        return collective
    initials = child_line(author, "Initials") or "".join(
        word[0] for word in child_line(author, "ForeName").replace("-", " ").split()
    )
    return " ".join(
        filter(None, (child_line(author, "LastName"), initials, child_line(author, "Suffix")))
    )


def _published(article: Element) -> str | None:
    """When the issue appeared, or the paper itself where the record counts that date."""
    printed = _date(article.find("Journal/JournalIssue/PubDate"))
    electronic = _date(article.find("ArticleDate"))
    if article.get("PubModel", "").startswith("Electronic"):
        return electronic or printed
    return printed or electronic


def _date(element: Element | None) -> str | None:
    if element is None:
        return None
    if year := child_line(element, "Year"):
        return calendar_date(year, child_line(element, "Month"), child_line(element, "Day"))
    return written_date(child_line(element, "MedlineDate") or line(element))


def _lines(element: Element, path: str) -> tuple[str, ...]:
    return tuple(filter(None, map(line, element.findall(path))))


def _link(element: Element) -> Link:
    cited = filter(None, (child_line(element, "RefSource"), child_line(element, "Note")))
    return Link(
        element.get("RefType", ""),
        ". ".join(said.rstrip(".") for said in cited),
        digits(text_of(element.find("PMID"))),
    )


def _beside(record: Element, core: Element) -> Iterator[str]:
    cites = core.findall("CommentsCorrectionsList/CommentsCorrections[@RefType='Cites']")
    listed = sum(
        len(element.findall(f"{path}ReferenceList//Reference"))
        for element, path in ((record, "PubmedData/"), (record, "PubmedBookData/"), (core, ""))
    )
    if count := max(listed, len(cites)):
        yield counted(count, "reference")
    if sections := len(core.findall("Sections//SectionTitle")):
        yield f"{counted(sections, 'section title')}; the record has no text of them"
    for note in core.findall("GeneralNote"):
        yield f"general note: {line(note)}"
    for statement in core.findall("CoiStatement"):
        yield f"conflict of interest statement: {line(statement)}"
