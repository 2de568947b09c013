"""An assistant in a child process: `python -m eval.faults.forking HOME fork|spawn`."""

import multiprocessing
import sys
from pathlib import Path

from consilia.assistant import Assistant
from consilia.errors import ConsiliaError
from consilia.settings import Settings
from consilia.testing import HashEmbedder
from eval.faults.documents import sentence_of

_SECONDS = 20


def ask(assistant: Assistant) -> str:
    """Return whether a search in this process finds what it should."""
    try:
        hits = assistant.search(sentence_of(1))
    except ConsiliaError:
        return "refused"
    return "right" if hits and hits[0].sentence.text == sentence_of(1) else "wrong"


def opened(home: Path) -> Assistant:
    """Return an open assistant."""
    return Assistant.open(home, Settings(kb=home, chroma=""), embedder=HashEmbedder())


def ask_anew(home: Path) -> int:
    """Open in this process and ask; 0 when it is right."""
    with opened(home) as assistant:
        return 0 if ask(assistant) == "right" else 1


def main() -> int:
    """Ask in a child, and print `right`, `wrong`, `refused` or how it ended."""
    home, way = Path(sys.argv[1]), sys.argv[2]
    with opened(home) as assistant:
        before = ask(assistant)
        process: multiprocessing.process.BaseProcess
        if way == "fork":
            process = multiprocessing.get_context("fork").Process(
                target=_exit_with, args=(assistant,)
            )
        else:
            process = multiprocessing.get_context("spawn").Process(target=_exit_anew, args=(home,))
        process.start()
        process.join(_SECONDS)
        if process.is_alive():
            process.kill()
        after = ask(assistant)
    told = {0: "right", 1: "wrong", 2: "refused"}.get(process.exitcode or 0, "died")
    sys.stdout.write((told if (before, after) == ("right", "right") else "wrong") + "\n")
    return 0


def _exit_with(assistant: Assistant) -> None:
    sys.exit({"right": 0, "wrong": 1}.get(ask(assistant), 2))


def _exit_anew(home: Path) -> None:
    sys.exit(ask_anew(home))


if __name__ == "__main__":
    sys.exit(main())
