"""The list of retractions that Retraction Watch keeps and Crossref publishes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from consilia.fetchers.client import Answer, AskAgainError, Client, Service
from consilia.fetchers.downloads import opened
from consilia.fetchers.fetching import Fetcher, Progress

# Documented at www.crossref.org/documentation/retrieve-metadata/retraction-watch
URL = "https://gitlab.com/crossref/retraction-watch-data/-/raw/main"
FILE = "retraction_watch.csv"
_MAX_BYTES = 400_000_000
_COLUMN = b"OriginalPaperDOI"


def service(environment: Mapping[str, str]) -> Service:
    """Return the service; one file, so no pace matters."""
    return Service("Retraction Watch", URL, 1.0, max_bytes=_MAX_BYTES)


def fetch(
    query: str, *, limit: int, folder: Path, client: Client, progress: Progress
) -> Iterator[Path]:
    """Fetch as `Fetch` tells: one CSV file, sent again only when it has changed.

    Args:
        query: Not used: there is one list.
        limit: Not used.
        folder: Where the file goes.
        client: Of the service.
        progress: Told at the end.

    Yields:
        The file.
    """
    with opened(folder, "retractions", "") as downloads:
        have = downloads.kept(FILE)
        tag = downloads.state.session.get("etag", "") if have else ""
        headers = {"if-none-match": tag} if tag else {}
        answer = client.get(FILE, {}, _read, accepted=(200, 304), headers=headers)
        if answer.status == 200:
            path = downloads.keep_record(FILE, FILE, answer.body)
            downloads.state.session = {"etag": answer.headers.get("etag", "")}
        else:
            path = downloads.folder / FILE
        downloads.state.total = 1
        downloads.finish(1, 1)
        progress(1, 1)
        yield path


FETCHER = Fetcher("retractions", "the list of retracted studies", service, fetch)


def _read(answer: Answer) -> Answer:
    # That the file is whole is checked by the protocol: its length or its chunks are told.
    if answer.status == 200 and _COLUMN not in answer.body.split(b"\n", 1)[0]:
        raise AskAgainError("answers with something that is not its list")
    return answer
