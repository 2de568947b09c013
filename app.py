"""The chat in the browser: `python app.py`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from consilia.assistant import Assistant
from consilia.errors import ConsiliaError
from consilia.privacy.logs import install
from consilia.settings import read_settings
from consilia.web import check_host, check_port, launch, share_heaps


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the knowledge base, build it on first use, and serve the chat.

    Args:
        arguments: Of the command line; None reads them from there.

    Returns:
        The exit code: 0 when the chat was stopped, 1 when it could not be served.
    """
    options = _parser().parse_args(arguments)
    install()
    try:
        settings = read_settings()
        users = Path(settings.auth_file) if settings.auth_file else None
        # The chat leaves the working directory, so that no path may be relative to it.
        kb = options.kb.absolute() if options.kb else None
        # Before a knowledge base is built, which takes a minute.
        check_host(options.host, guarded=users is not None)
        check_port(options.host, options.port)
        share_heaps()
        with Assistant.open(kb, settings, progress=report) as assistant:
            sys.stdout.write(f"\nhttp://{options.host}:{options.port}  (Ctrl+C stops the chat)\n")
            launch(
                assistant,
                host=options.host,
                port=options.port,
                names=tuple(options.name),
                users=users,
                open_browser=not options.no_browser,
            )
    except ConsiliaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def report(phase: str, done: int, total: int) -> None:
    """Write how far a phase is, over the line before."""
    end = "\n" if done >= total else ""
    sys.stdout.write(f"\r{phase}: {done:,} of {total:,}{end}")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Serve the Consilia chat on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=7860, help="port to listen on")
    parser.add_argument("--name", action="append", default=[], help="host name it is reached by")
    parser.add_argument("--kb", type=Path, default=None, help="folder of a built knowledge base")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
