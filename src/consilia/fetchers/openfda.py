"""Drug labels from openFDA."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from consilia.errors import FetchError
from consilia.fetchers.client import Answer, AskAgainError, Client, Service
from consilia.fetchers.downloads import Downloads, Page, count_of, field_of, opened
from consilia.fetchers.fetching import Fetcher, Progress, fetch_pages, nothing_found, read_json

# Documented at open.fda.gov/apis/drug/label and open.fda.gov/apis/paging
URL = "https://api.fda.gov"
PAGE = 100
LAST_SKIP = 25_000
_LINK = re.compile(r"<([^<>]*)>([^<>]*)")


@dataclass(frozen=True, slots=True)
class _Batch:
    """One answer."""

    raw: bytes
    found: Mapping[str, object]
    labels: list[object]
    total: int
    after: str
    """The `search_after` of the next page; empty at the end."""


def service(environment: Mapping[str, str]) -> Service:
    """Return the service; `OPENFDA_API_KEY` raises what it gives in a day."""
    # As a parameter the key would come back in the `Link` header, which httpcore logs.
    return Service("openFDA", URL, 0.26, user=environment.get("OPENFDA_API_KEY", ""))


def fetch(
    query: str, *, limit: int, folder: Path, client: Client, progress: Progress
) -> Iterator[Path]:
    """Fetch as `Fetch` tells: files of 100 labels as JSON; the query is openFDA's `search`."""
    with opened(folder, "openfda", query) as downloads:
        if downloads.covers(limit):
            yield from downloads.paths()
            return

        def ask(place: str, wanted: int, before: set[str]) -> Page:
            return _page(client, downloads, place, wanted, before)

        yield from fetch_pages(downloads, limit, "skip=0", ask, progress)


FETCHER = Fetcher("openfda", "drug labels that openFDA finds", service, fetch)


def _page(client: Client, downloads: Downloads, place: str, wanted: int, before: set[str]) -> Page:
    name, _, value = place.partition("=")
    params = {"search": downloads.state.query, "limit": str(min(PAGE, wanted))}
    params |= {} if place == "skip=0" else {name: value}
    batch = client.get("drug/label.json", params, _read, accepted=(200, 404))
    if not batch.total and place == "skip=0":
        raise nothing_found(client, downloads.state.query)
    downloads.state.total = batch.total or downloads.state.total
    data, records = _without_repeats(batch, before)
    known = downloads.state.files.get(place)
    return Page(
        (known and known.name) or f"openfda-{len(downloads.state.files) + 1:05}.json",
        data,
        len(batch.labels),
        records,
        _next(batch, name, count_of(value)),
    )


def _read(answer: Answer) -> _Batch:
    """One page; openFDA says 404 when it finds nothing.

    Raises:
        AskAgainError: The answer is no page.
        FetchError: It is another 404.
    """
    if answer.status == 404:
        if b"NOT_FOUND" not in answer.body:
            raise FetchError("openFDA does not know the address; check the one that was given")
        return _Batch(b"", {}, [], 0, "")
    found = read_json(answer)
    labels, total = found.get("results"), count_of(field_of(found, "meta", "results", "total"))
    if not isinstance(labels, list) or total is None:
        raise AskAgainError("answers with JSON of an unknown shape")
    return _Batch(answer.body, found, labels, total, _search_after(answer.headers.get("link", "")))


def _search_after(link: str) -> str:
    """Of the `Link` header the one parameter is taken: its address may hold the key.

    >>> _search_after('<https://api.fda.gov/drug/label.json?search_after=0%3D9>; rel="next"')
    '0=9'
    """
    for found in _LINK.finditer(link):
        if "next" in found[2].lower():
            params = parse_qs(str(found[1]).partition("?")[2])
            return params.get("search_after", [""])[0]
    return ""


def _next(batch: _Batch, name: str, start: int | None) -> str | None:
    """`search_after` goes on without end; `skip`, where no header tells it, ends at 25,000."""
    if not batch.labels:
        return None
    if batch.after:
        return f"search_after={batch.after}"
    done = (start or 0) + len(batch.labels)
    more = done < batch.total and done <= LAST_SKIP
    return f"skip={done}" if name == "skip" and more else None


def _without_repeats(batch: _Batch, before: set[str]) -> tuple[bytes, tuple[str, ...]]:
    """The file and the identifiers of its labels; as it came when nothing comes again."""
    new: dict[str, object] = {}
    for n, label in enumerate(batch.labels):
        identity = field_of(label, "id") or field_of(label, "set_id")
        named = identity if isinstance(identity, str) else f"{len(before)}-{n}"
        if named not in before:
            new.setdefault(named, label)
    if len(new) == len(batch.labels):
        return batch.raw, tuple(new)
    kept = dict(batch.found) | {"results": list(new.values())}
    return json.dumps(kept, ensure_ascii=False).encode(), tuple(new)
