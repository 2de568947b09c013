"""From a citation record to a document, for the XML and for the tagged text of PubMed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble, document_id
from consilia.readers.bodies import Body
from consilia.readers.medline.abstracts import Abstract, write_abstracts
from consilia.readers.medline.types import Link, evidence_of, spoken, standing_of
from consilia.readers.reading import Notes, Source

_NAMED_AUTHORS = 6
_LICENCE_LENGTH = 200
_DOI_LENGTH = 300
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi: ?)?(10\.\S+/\S+)", re.IGNORECASE)
_GRAVE = {"retracted_by", "retraction_of", "concern_raised_by", "concern_about"}
_URLS = {
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "bookaccession": "https://www.ncbi.nlm.nih.gov/books/{}/",
    "doi": "https://doi.org/{}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a record says, whichever format it came in; what it does not say is empty."""

    identifiers: dict[str, str]
    title: str
    abstracts: tuple[Abstract, ...] = ()
    authors: str = ""
    journal: str = ""
    published: str | None = None
    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    licence: str = ""
    is_book: bool = False
    """A book or a chapter of one, not a paper."""
    book: dict[str, str | None] = field(default_factory=dict)
    """`issuer`, `edition` and `revised` of a book."""
    beside: tuple[str, ...] = ()
    """What the record holds beside its abstract, in words for a note."""

    @property
    def place(self) -> str:
        """How notes name the record."""
        name = self._identity()
        number = self.identifiers.get(name, "")
        return f"PMID {number}" if name == "pmid" else number or "a record without a number"

    def found(self) -> dict[str, object]:
        """Return the front matter by field.

        Raises:
            DocumentError: The record has no number to know it by.
        """
        name = self._identity()
        if not name:
            raise DocumentError("the record has no PMID; export it again from PubMed")
        number = self.identifiers[name]
        evidence = evidence_of(self.types)
        if self.is_book and evidence and evidence["design"] in {"narrative_review", "other"}:
            evidence["design"] = "clinical_reference"
        is_guideline = evidence is not None and evidence["design"] == "clinical_guideline"
        fields: dict[str, object] = {
            "id": document_id(name, number),
            "kind": "guideline" if is_guideline else "reference" if self.is_book else "study",
            "title": self.title or self.place,
            "authors": self.authors,
            "journal": self.journal,
            "year": int(self.published[:4]) if self.published else None,
            "published": self.published,
            "identifiers": self.identifiers,
            "url": _URLS[name].format(quote(number, safe="/():;.,-_")),
            "evidence_type": evidence,
            "licence": shortened(self.licence),
            "subjects": self.subjects,
            "relations": [link.relation() for link in self.links],
            "standing": standing_of(self.types, self.links, self.title),
        }
        return {**fields, **self.book}

    def _identity(self) -> str:
        return next((name for name in _URLS if self.identifiers.get(name)), "")


def document_of(source: Source, citation: Citation, notes: Notes) -> Document | None:
    """Make the document of a record.

    Args:
        source: The file it came in.
        citation: What the record says.
        notes: Told what the document does not hold.

    Returns:
        The document; None, with a note, when the record has no abstract.

    Raises:
        DocumentError: The record has no number, or a field cannot be what it is.
    """
    found = citation.found()
    body = Body()
    write_abstracts(body, citation.abstracts, citation.place, notes)
    if not body.text:
        notes.unplace(citation.place, _no_abstract(citation))
        return None
    document = assemble(source, body, found, notes)
    for words in citation.beside:
        notes.unplace(citation.place, words)
    return document


def _no_abstract(citation: Citation) -> str:
    standing = standing_of(citation.types, citation.links, citation.title)
    grave = [
        f"{spoken(link.ref_type)} {_named(link)}".strip()
        for link in citation.links
        if link.type in _GRAVE
    ]
    state = f"standing {standing}" if standing else ""
    said = "; ".join(filter(None, (state, *grave, citation.title)))
    return f"no abstract: {said or 'no title either'}"


def _named(link: Link) -> str:
    pmid = link.identifiers.get("pmid")
    return f"PMID {pmid}" if pmid else link.citation


def author_line(names: Sequence[str], *, complete: bool = True) -> str:
    """Return authors as one line.

    Args:
        names: In the order of the record.
        complete: Whether the record names all of them.

    Returns:
        All names up to six, else the first six and `et al.`; empty without names.

    >>> author_line(["Quill A", "Doe B"]), author_line(["Quill A"], complete=False)
    ('Quill A, Doe B', 'Quill A, et al.')
    """
    shown = [name for name in names if name.casefold().rstrip(".") not in {"", "et al"}]
    whole = complete and len(shown) <= _NAMED_AUTHORS and len(shown) == len(names)
    return ", ".join(shown[:_NAMED_AUTHORS] + ([] if whole or not shown else ["et al."]))


def shortened(licence: str) -> str:
    """Return a licence in at most 200 characters, cut between words."""
    if len(licence) <= _LICENCE_LENGTH:
        return licence
    return licence[: _LICENCE_LENGTH - 1].rsplit(" ", 1)[0] + " …"


def counted(number: int, thing: str) -> str:
    """Return a number of things in words: `1 reference`, `42 references`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def once(words: Iterable[str]) -> tuple[str, ...]:
    """Return each of the words once, in order; upper and lower case are one.

    >>> once(["Flumbosis", "flumbosis", "Adult"])
    ('Flumbosis', 'Adult')
    """
    found: dict[str, str] = {}
    for word in filter(None, words):
        found.setdefault(word.casefold(), word)
    return tuple(found.values())


def digits(words: str) -> str:
    """Return a PMID as it is counted, without leading zeros; empty when it is none."""
    number = words.strip()
    return str(int(number)) if re.fullmatch(r"0*[1-9][0-9]{0,8}", number) else ""


def doi(words: str) -> str:
    """Return a DOI in lower case without the address of its resolver; empty when it is none.

    >>> doi("https://doi.org/10.1016/J.RESP.2012.10.009")
    '10.1016/j.resp.2012.10.009'
    """
    found = _DOI.fullmatch(words.strip()) if len(words) <= _DOI_LENGTH else None
    return found[1].lower() if found else ""


def pmcid(words: str) -> str:
    """Return a number of PubMed Central as `PMC123`, without its version; empty when it is none."""
    found = re.fullmatch(r"(?:PMC)?([0-9]{1,12})(?:\.[0-9]+)?", words.strip())
    return f"PMC{found[1]}" if found else ""
