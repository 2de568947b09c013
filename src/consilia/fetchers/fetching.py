"""What a fetcher is, and the two ways to go through a search: by page, and record by record."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from consilia.errors import DocumentError, FetchError
from consilia.fetchers.client import Answer, AskAgainError, Client, Service
from consilia.fetchers.downloads import Downloads, Page, opened
from consilia.readers.safe_xml import parse_xml, root_name

Progress = Callable[[int, int], None]
"""Called with the hits gone through and those there are."""

_FAILURES = 3


class Fetch(Protocol):
    """Searches a service and writes what it gives into a folder."""

    def __call__(
        self, query: str, *, limit: int, folder: Path, client: Client, progress: Progress
    ) -> Iterator[Path]:
        """Fetch, or go on where an earlier call stopped.

        Args:
            query: In the words and syntax of the service.
            limit: Hits to go through at most.
            folder: Of this search alone; files that are complete are not asked for again.
            client: Of the service.
            progress: Told after each file.

        Yields:
            Complete files, those of earlier calls too.

        Raises:
            FetchError: The service finds nothing, is not reached or refuses; or the folder holds
                another search or cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fetcher:
    """A service to fetch from."""

    name: str
    """As in the command."""
    what: str
    """One line for the help."""
    service: Callable[[Mapping[str, str]], Service]
    """Makes the service from the environment, where keys are."""
    fetch: Fetch


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit of a search."""

    key: str
    """Of the record; empty when there is nothing to fetch."""
    path: str = ""
    """Where the record is, below the service's base."""


def fetch_pages(
    downloads: Downloads,
    limit: int,
    first: str,
    ask: Callable[[str, int, set[str]], Page],
    progress: Progress,
) -> Iterator[Path]:
    """Go through a search page by page, each a file.

    Args:
        downloads: The folder.
        limit: Hits at most.
        first: Where the search begins.
        ask: Fetches the page that begins at a place, with at most so many hits, without those
            that came before.
        progress: Told after each page.

    Yields:
        Files, complete.

    Raises:
        FetchError: A page is not given.
    """
    place: str | None = first
    done, gone_through = 0, set[str]()
    while place is not None and done < limit and place not in gone_through:
        gone_through.add(place)
        kept = downloads.kept(place)
        if kept is None:
            page = ask(place, limit - done, downloads.records(but=place))
            if not page.covered:
                break
            kept = downloads.keep_page(place, page)
        done += kept.covered
        progress(min(done, downloads.aim(limit)), downloads.aim(limit))
        if kept.name:
            yield downloads.folder / kept.name
        place = kept.next
    downloads.finish(limit, done)


def record_by_record(
    service: str, root: str, search: Callable[[Client, Downloads, int], Iterable[Hit]]
) -> Fetch:
    """Return how to fetch from a service that gives each record by itself: as XML, each a file.

    A record that is not given is remembered as failed and the next is asked for; the third in a
    row is an error.

    Args:
        service: The fetcher's name.
        root: Local name of the root element of a record.
        search: Finds the hits for the folder's query, given the most that will be gone through;
            one that comes again is passed over.
    """
    read = _xml_with_root(root)

    def fetch(
        query: str, *, limit: int, folder: Path, client: Client, progress: Progress
    ) -> Iterator[Path]:
        with opened(folder, service, query) as downloads:
            if downloads.covers(limit):
                yield from downloads.paths()
                return
            hits = search(client, downloads, limit)

            def ask(hit: Hit) -> bytes:
                return client.get(hit.path, {}, read)

            yield from _fetch_records(downloads, limit, hits, ask, progress)

    return fetch


def _fetch_records(
    downloads: Downloads,
    limit: int,
    hits: Iterable[Hit],
    ask: Callable[[Hit], bytes],
    progress: Progress,
) -> Iterator[Path]:
    done, failures, seen = 0, 0, set[str]()
    for hit in hits:
        if hit.key and hit.key in seen:
            continue
        seen.add(hit.key)
        path = _record(downloads, hit, ask) if hit.key else None
        failed = downloads.state.failed.get(hit.key)
        failures = failures + 1 if failed else 0
        if failures == _FAILURES:
            raise FetchError(f"{failures} records in a row are not given; the last: {failed}")
        done += 1
        progress(min(done, downloads.aim(limit)), downloads.aim(limit))
        if path:
            yield path
        if done == limit:
            break
    downloads.finish(limit, done)


def _record(downloads: Downloads, hit: Hit, ask: Callable[[Hit], bytes]) -> Path | None:
    """The file of a record, fetched when it is not there; None when it is not given."""
    name = f"{hit.key}.xml"
    if downloads.kept(hit.key, name):
        return downloads.folder / name
    try:
        data = ask(hit)
    except FetchError as error:
        downloads.state.failed[hit.key] = str(error)
        return None
    return downloads.keep_record(hit.key, name, data)


def _xml_with_root(root: str) -> Callable[[Answer], bytes]:
    """A function that returns the body of an answer that is XML with this root, and complete."""

    def read(answer: Answer) -> bytes:
        found = root_name(answer.body)
        if found != root:
            raise AskAgainError(f"answers with {found or 'something'} in place of a record")
        try:
            parse_xml(answer.body)
        except DocumentError as error:
            raise AskAgainError(f"answers with broken XML ({error})") from error
        return answer.body

    return read


def read_json(answer: Answer) -> Mapping[str, object]:
    """Return the JSON object of an answer.

    Raises:
        AskAgainError: It is none.
    """
    try:
        found: object = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise AskAgainError("answers with something that is not JSON") from error
    if not isinstance(found, dict):
        raise AskAgainError("answers with JSON of an unknown shape")
    return found


def nothing_found(client: Client, query: str, told: str = "") -> FetchError:
    """Return the error for a search without hits.

    Args:
        client: Of the service.
        query: The search.
        told: What the service said about it.

    Returns:
        An error whose message says what to do.
    """
    reason = f" ({told})" if told else ""
    return FetchError(
        f"{client.service.name} finds nothing for {query!r}{reason}; check the spelling, or search "
        "with fewer words"
    )
