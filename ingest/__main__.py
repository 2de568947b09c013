"""`python -m ingest [PATH…] [--kb DIR]`: documents into a knowledge base.

Without a path, the documents of `kb/`. `python -m ingest manifest` writes `kb/manifest.json` anew
after a document was changed.
"""

import argparse
import sys
from pathlib import Path

from consilia.documents import find_paths, shipped_kb, write_manifest
from consilia.encoders import Embedder
from consilia.errors import ConsiliaError
from consilia.knowledge_base import Report, add_documents, add_shipped
from consilia.opening import open_embedder
from consilia.settings import read_settings
from consilia.terminal import Terminal


def main(arguments: list[str] | None = None) -> int:
    """Run the recipe; 0 when all went in, 1 when something was refused or failed, 2 on usage."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="Markdown files or folders of them")
    parser.add_argument("--kb", type=Path, help="folder of the knowledge base; the user's own")
    options = parser.parse_args(arguments)
    terminal = Terminal()
    try:
        if options.paths == [Path("manifest")]:
            terminal.text(f"wrote {write_manifest(shipped_kb())}")
            return 0
        report = ingest(options.paths, options.kb, terminal)
    except ConsiliaError as error:
        terminal.error(str(error))
        return 1
    terminal.report(report)
    return 1 if report.refused else 0


def ingest(paths: list[Path], kb: Path | None, terminal: Terminal) -> Report:
    """Add the documents at the paths, or those that ship, with a progress bar.

    Args:
        paths: Markdown files or folders; empty for the documents that ship.
        kb: Folder of the knowledge base; None for the user's own.
        terminal: Where progress is shown.

    Returns:
        What was done.
    """
    settings = read_settings(kb=kb)
    found = find_paths(paths)

    def embedder() -> Embedder:
        return open_embedder(settings)

    with terminal.progress() as progress:
        if paths:
            return add_documents(settings.kb, found, embedder, progress)
        return add_shipped(settings.kb, embedder, progress)


if __name__ == "__main__":
    sys.exit(main())
