"""Full-text articles in JATS, the XML of PubMed Central and of publishers."""

from collections.abc import Iterator

from lxml import etree

from consilia.errors import DocumentError
from consilia.models import Document, digest
from consilia.readers.assembling import assemble, document_id
from consilia.readers.bodies import Body
from consilia.readers.jats.apart import LeftOut
from consilia.readers.jats.body import ArticleBody
from consilia.readers.jats.design import said_design
from consilia.readers.jats.identifiers import identifiers_of
from consilia.readers.jats.metadata import front_matter, headings_of
from consilia.readers.jats.wording import Wording
from consilia.readers.reading import Notes, Reader, Source
from consilia.readers.safe_xml import Element, local_name, parse_xml, root_name, text_of

_SETS = {"pmc-articleset", "OAI-PMH"}
_NO_ARTICLES = {"error", "Reply", "ERROR"}
_MAX_DEPTH = 100
"""Of elements in elements; real articles stay under 30."""
_HEAD = 5_000


def recognises(source: Source) -> bool:
    """Tell an article, or a set of them, by the root element."""
    root = root_name(source.data)
    docbook = b"docbook" in source.data[:_HEAD].lower().replace(b"\0", b"")
    return root in _SETS or (root == "article" and not docbook)


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Yield a document for each article.

    Args:
        source: One `article`, a `pmc-articleset` or an OAI-PMH answer.
        notes: Told of references, images and statements about the article, and of the articles
            in a set that could not be read.

    Yields:
        Documents in the order of the file.

    Raises:
        DocumentError: The file is no XML, or holds no article that can be read.
    """
    root = parse_xml(source.data)
    if local_name(root) == "article":
        yield _document(root, source, notes)
        return
    found = False
    for number, element in enumerate(_records(root), start=1):
        place = element.get("id") or f"article {number}"
        if local_name(element) in _NO_ARTICLES:
            words = " ".join(text_of(element).split()) or element.get("error") or "no article"
            notes.refuse(place, f"{words[:200]}; ask for this record again")
            continue
        found = True
        try:
            document = _document(element, source, notes)
        except DocumentError as error:
            notes.refuse(place, str(error))
        else:
            yield document
    if not found:
        raise DocumentError("there is no JATS article in it; ask the archive for full text")


def _records(root: Element) -> Iterator[Element]:
    """Articles, and messages in place of articles; what is inside of an article is its own."""
    for child in root:
        name = local_name(child)
        if name == "article" or name in _NO_ARTICLES:
            yield child
        elif name in {"ListRecords", "GetRecord", "record", "metadata", "pmc-articleset"}:
            yield from _records(child)


def _document(article: Element, source: Source, notes: Notes) -> Document:
    if _depth(article) > _MAX_DEPTH:
        raise DocumentError(f"elements nested more than {_MAX_DEPTH} deep; get the file anew")
    identifiers = identifiers_of(article)
    left_out = LeftOut(notes, _id(identifiers, "") or "the article")
    wording = Wording(left_out)
    found = front_matter(article, wording)
    title = str(found["title"])
    if not (title or source.given.get("title")):
        raise DocumentError("the article has no title; state one in front matter")
    said = said_design(article.get("article-type") or "", headings_of(article, wording), title)
    body = Body()
    ArticleBody(body, wording, left_out).write(article)
    left_out.tell()
    found |= {"id": _id(identifiers, title), "kind": said.kind, "evidence_type": said.evidence_type}
    return assemble(source, body, found, notes)


def _id(identifiers: dict[str, str], title: str) -> str:
    """What the document is called: by its number in PubMed Central, PubMed, its DOI, its title."""
    if pmcid := identifiers.get("pmcid"):
        return document_id(pmcid)
    for name in ("pmid", "doi"):
        if name in identifiers:
            return document_id(name, identifiers[name])
    slug = document_id(title)
    return slug if len(slug) > 1 or not title else document_id("article", digest(title.encode()))


def _depth(article: Element) -> int:
    """How deep elements stand in elements."""
    depth = deepest = 0
    for event, _ in etree.iterwalk(article, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


READER = Reader("jats", recognises, read)
