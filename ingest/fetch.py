"""`python -m ingest pubmed "SEARCH"` and its like: from a service into a knowledge base."""

import argparse
import hashlib
import os
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

from consilia.building import Progress
from consilia.errors import FetchError
from consilia.fetchers.client import Client
from consilia.fetchers.downloads import read_state
from consilia.fetchers.fetching import Fetcher
from consilia.fetchers.registry import FETCHERS
from consilia.ingestion import Ingestion
from consilia.opening import open_embedder
from consilia.reports import Report
from consilia.settings import Settings, read_settings
from consilia.terminal import Terminal

RETRACTIONS = "retractions"
_LIMIT = 200


def run(arguments: list[str], terminal: Terminal) -> int:
    """Run one of the commands that fetch.

    Args:
        arguments: The fetcher's name first.
        terminal: Where progress, notes and errors are shown.

    Returns:
        0 when all went in, 1 when something was refused or failed.

    Raises:
        FetchError: The service does not give what was asked of it.
    """
    fetcher = FETCHERS[arguments[0]]
    options = _parser(fetcher).parse_args(arguments[1:])
    settings = read_settings(kb=options.kb)
    query = " ".join(options.query.split())
    folder = search_folder(options.downloads or settings.kb.parent / "downloads", fetcher, query)
    service = fetcher.service(os.environ)
    service = replace(service, url=options.url) if options.url else service
    try:
        with Client(service, offline=options.offline) as client, terminal.progress() as progress:
            fetched = fetcher.fetch(
                query,
                limit=options.limit,
                folder=folder,
                client=client,
                progress=lambda done, total: progress("fetch", done, total),
            )
            paths = list(fetched)
            failed = _tell(folder, terminal)
            report = _take_in(fetcher, paths, _ingestion(settings, progress))
    except FetchError:
        if folder.is_dir():
            terminal.note(f"the same command goes on from what is in {folder}")
        raise
    except KeyboardInterrupt:
        terminal.error(f"stopped; the same command goes on from what is in {folder}")
        return 1
    terminal.report(report)
    return 1 if failed or report.refused or report.quarantined else 0


def search_folder(downloads: Path, fetcher: Fetcher, query: str) -> Path:
    """Return the folder of a search: readable, and its own.

    Args:
        downloads: The folder of all searches.
        fetcher: The service.
        query: The search.

    Returns:
        A path that need not exist.

    Raises:
        FetchError: The search has characters that cannot be sent.
    """
    if not query.isprintable():
        raise FetchError("the search has characters that cannot be sent; type it again")
    slug = re.sub(r"[^a-z0-9]+", "-", query.lower()).strip("-")[:60].strip("-") or "all"
    return downloads / fetcher.name / f"{slug}-{hashlib.sha256(query.encode()).hexdigest()[:8]}"


def _parser(fetcher: Fetcher) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m ingest {fetcher.name}",
        description=f"Fetch {fetcher.what}. The same command goes on where it was stopped.",
    )
    if fetcher.name == RETRACTIONS:
        parser.set_defaults(query="", limit=1)
    else:
        parser.add_argument("query", type=_words, help="the search, in the service's own syntax")
        parser.add_argument("--limit", type=_count, default=_LIMIT, help="hits at most; 200")
    parser.add_argument("--kb", type=Path, help="folder of the knowledge base; the user's own")
    parser.add_argument("--downloads", type=Path, help="folder of what is fetched; beside the kb")
    parser.add_argument("--url", help="another address of the service, such as a mirror's")
    parser.add_argument("--offline", action="store_true", help="refuse to reach the network")
    return parser


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the search is empty")
    return text


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no count; give a number from 1")
    return int(text)


def _tell(folder: Path, terminal: Terminal) -> bool:
    """Print what is to be said of a search that was gone through; True when records failed."""
    state = read_state(folder)
    for note in state.notes.values() if state else ():
        terminal.note(note)
    failed = state.failed if state else {}
    for key, reason in failed.items():
        terminal.error(f"not fetched: {key}: {reason}")
    return bool(failed)


def _take_in(fetcher: Fetcher, paths: list[Path], ingestion: Ingestion) -> Report:
    if not paths:
        return Report()
    return (
        ingestion.update_ledger(paths[0]) if fetcher.name == RETRACTIONS else ingestion.add(paths)
    )


def _ingestion(settings: Settings, progress: Progress) -> Ingestion:
    embedder = partial(open_embedder, settings)
    return Ingestion(settings.kb, embedder, progress, server=settings.chroma)
