"""`python -m ingest [PATH…] [--kb DIR]`: documents of any known format into a knowledge base.

Without a path, the documents of `kb/`. `python -m ingest manifest` writes `kb/manifest.json` anew
after a document was changed. `python -m ingest pubmed "SEARCH"`, and `europepmc`, `openfda`,
`dailymed` and `retractions` likewise, fetch documents first.
"""

import argparse
import re
import sys
from pathlib import Path

from consilia.documents import find_paths, shipped_kb, write_manifest
from consilia.engines import ENGINES
from consilia.errors import ConsiliaError
from consilia.fetchers.registry import FETCHERS
from consilia.opening import open_ingestion
from consilia.reports import Report
from consilia.settings import read_settings
from consilia.terminal import Terminal
from ingest import fetch


def main(arguments: list[str] | None = None) -> int:
    """Run the recipe; 0 when all went in, 1 when something was refused or failed, 2 on usage."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files, or folders of them")
    parser.add_argument("--kb", type=Path, help="folder of the knowledge base; the user's own")
    parser.add_argument("--engine", choices=ENGINES, default="serial", help="where work is done")
    parser.add_argument("--workers", type=_count, help="of processes or ray; one a core")
    terminal = Terminal()
    if arguments and arguments[0] in FETCHERS:
        try:
            return fetch.run(arguments, terminal)
        except ConsiliaError as error:
            terminal.error(str(error))
            return 1
    options = parser.parse_args(arguments)
    try:
        if options.paths == [Path("manifest")]:
            terminal.text(f"wrote {write_manifest(shipped_kb())}")
            return 0
        report = ingest(
            options.paths,
            options.kb,
            terminal,
            engine=options.engine,
            workers=options.workers,
        )
    except ConsiliaError as error:
        terminal.error(str(error))
        return 1
    terminal.report(report)
    return 1 if report.refused or report.quarantined else 0


def ingest(
    paths: list[Path],
    kb: Path | None,
    terminal: Terminal,
    *,
    engine: str = "serial",
    workers: int | None = None,
) -> Report:
    """Add the documents at the paths, or those that ship, with a progress bar.

    Args:
        paths: Files or folders; empty for the documents that ship.
        kb: Folder of the knowledge base; None for the user's own.
        terminal: Where progress is shown.
        engine: A name in `consilia.engines.ENGINES`.
        workers: Of an engine that has several; None for one a core.

    Returns:
        What was done.
    """
    settings = read_settings(kb=kb)
    found = find_paths(paths)
    with terminal.progress() as progress:
        ingestion = open_ingestion(settings, progress, engine=engine, workers=workers)
        return ingestion.add(found) if paths else ingestion.add_shipped()


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 999")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
