"""Abstracts from PubMed by the E-utilities of the NCBI."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from consilia.errors import DocumentError, FetchError
from consilia.fetchers.client import Answer, AskAgainError, Client, Service
from consilia.fetchers.downloads import Downloads, Page, count_of, opened
from consilia.fetchers.fetching import Fetcher, Progress, fetch_pages, nothing_found
from consilia.readers.safe_xml import Element, parse_xml, root_name

# Documented in "Entrez Programming Utilities Help", www.ncbi.nlm.nih.gov/books/NBK25499
URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
BATCH = 200
# PubMed refuses a retstart above 9,998.
MOST = 9_999
_SEARCHES = 3
_UNKNOWN = ("PhraseNotFound", "QuotedPhraseNotFound", "FieldNotFound")
_RECORDS = {"PubmedArticle": "MedlineCitation/PMID", "PubmedBookArticle": "BookDocument/PMID"}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search found, and where the service holds it."""

    count: int
    environment: str
    key: str
    unknown: tuple[str, ...]
    """Phrases and fields that PubMed does not know, in its words."""


@dataclass(frozen=True, slots=True)
class _Records:
    """One answer with records."""

    raw: bytes
    root: Element


class _ExpiredError(FetchError):
    """The service has forgotten the search."""


def service(environment: Mapping[str, str]) -> Service:
    """Return the service; with `NCBI_API_KEY` it may be asked ten times a second, else three."""
    key, email = environment.get("NCBI_API_KEY", ""), environment.get("NCBI_EMAIL", "")
    always = {"tool": "consilia"}
    always |= {"email": email} if email else {}
    always |= {"api_key": key} if key else {}
    return Service("PubMed", URL, 0.11 if key else 0.35, always)


def fetch(
    query: str, *, limit: int, folder: Path, client: Client, progress: Progress
) -> Iterator[Path]:
    """Fetch as `Fetch` tells: files of 200 records as PubMed XML, in PubMed's order."""
    with opened(folder, "pubmed", query) as downloads:
        if downloads.covers(limit):
            yield from downloads.paths()
            return
        if not downloads.state.session:
            _search(client, query, downloads)
        if min(limit, downloads.state.total or 0) > MOST:
            downloads.note(
                "most",
                f"PubMed gives the first {MOST:,} hits of a search; search year by year to get "
                "more, such as with `AND 2020[dp]`",
            )

        def ask(place: str, wanted: int, before: set[str]) -> Page:
            return _page(client, downloads, place, wanted, before)

        yield from fetch_pages(downloads, min(limit, MOST), "0", ask, progress)


FETCHER = Fetcher("pubmed", "abstracts that PubMed finds", service, fetch)


def _search(client: Client, query: str, downloads: Downloads) -> None:
    params = {"db": "pubmed", "term": query, "usehistory": "y", "retmax": "0", "retmode": "xml"}
    found = client.get("esearch.fcgi", params, _read_search)
    unknown = ", ".join(found.unknown)
    if unknown:
        downloads.note("unknown", f"PubMed does not know {unknown}; check the spelling")
    if not found.count:
        raise nothing_found(client, query, f"it does not know {unknown}" if unknown else "")
    downloads.state.total = found.count
    downloads.state.session = {"WebEnv": found.environment, "query_key": found.key}
    downloads.save()


def _read_search(answer: Answer) -> _Found:
    root = _root(answer, "eSearchResult")
    error = root.findtext("ERROR")
    if error:
        raise AskAgainError(f"cannot search ({error.strip()[:200]})")
    count = count_of((root.findtext("Count") or "").strip())
    environment, key = root.findtext("WebEnv") or "", root.findtext("QueryKey") or ""
    if count is None or (count and not (environment and key)):
        raise AskAgainError("answers with an incomplete search")
    unknown = tuple(
        (element.text or "").strip()
        for name in _UNKNOWN
        for element in root.iter(name)
        if element.text
    )
    return _Found(count, environment, key, unknown)


def _page(client: Client, downloads: Downloads, place: str, wanted: int, before: set[str]) -> Page:
    start, total = count_of(place), downloads.state.total or 0
    if start is None:
        raise FetchError(f"{downloads.folder} is in disorder; delete it to fetch anew")
    size = min(BATCH, wanted, max(total - start, 0))
    given = _records(client, downloads, start, size) if size else None
    if given is None:
        return Page("", b"", 0, (), None)
    data, came, records = _without_repeats(given, before)
    following = start + size
    return Page(
        f"pubmed-{start + 1:05}-{following:05}.xml",
        data,
        came,
        records,
        str(following) if following < total else None,
    )


def _records(client: Client, downloads: Downloads, start: int, size: int) -> _Records | None:
    """Records by their place in the search, which is made again when the service forgot it.

    Raises:
        FetchError: It forgets it again and again.
    """
    for _ in range(_SEARCHES):
        params = downloads.state.session | {
            "db": "pubmed",
            "retmode": "xml",
            "retstart": str(start),
            "retmax": str(size),
        }
        try:
            return client.get("efetch.fcgi", params, _read_records, accepted=(200, 400))
        except _ExpiredError:
            _search(client, downloads.state.query, downloads)
    raise FetchError("PubMed forgets the search at once; try again later")


def _read_records(answer: Answer) -> _Records | None:
    """The set of records; None when there are none at this place.

    Raises:
        AskAgainError: The answer is no set of records.
        FetchError: PubMed refuses.
        _ExpiredError: It has forgotten the search.
    """
    name = root_name(answer.body)
    if name == "eFetchResult":
        error = (_root(answer, name).findtext("ERROR") or "").strip()
        if "out of range" in error.lower() or "retstart" in error.lower():
            return None
        if any(word in error.lower() for word in ("obtain query", "history", "webenv")):
            raise _ExpiredError(error)
        raise AskAgainError(f"cannot give the records ({error[:200]})")
    if answer.status != 200:
        raise FetchError(
            "PubMed refuses to give the records (400); check NCBI_API_KEY in the environment"
        )
    return _Records(answer.body, _root(answer, "PubmedArticleSet"))


def _root(answer: Answer, name: str) -> Element:
    found = root_name(answer.body)
    if found != name:
        raise AskAgainError(f"answers with {found or 'something'} in place of {name}")
    try:
        return parse_xml(answer.body)
    except DocumentError as error:
        raise AskAgainError(f"answers with broken XML ({error})") from error


def _without_repeats(given: _Records, before: set[str]) -> tuple[bytes, int, tuple[str, ...]]:
    """The file, how many records came, and the identifiers of those that are new."""
    new: dict[str, None] = {}
    came = 0
    for element in list(given.root):
        pmid = element.findtext(_RECORDS.get(str(element.tag), "-")) or ""
        came += str(element.tag) in _RECORDS
        if pmid and (pmid in before or pmid in new):
            given.root.remove(element)
        elif str(element.tag) in _RECORDS:
            new[pmid or f"unnamed-{came}"] = None
    if len(new) == came:
        return given.raw, came, tuple(new)
    tree = given.root.getroottree()
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), came, tuple(new)
