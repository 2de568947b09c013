"""`python -m eval.memory HOME < QUESTIONS.json`: the memory of a process that only asks."""

import json
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

import consilia.cli  # noqa: F401  # what a command line process has loaded
from consilia import Assistant


def main() -> None:
    """Ask the questions of standard input and print what is resident then, as JSON."""
    with Assistant.open(Path(sys.argv[1])) as assistant:
        for question in json.load(sys.stdin):
            assistant.ask(question)
        resident = psutil.Process().memory_info().rss
    json.dump({"bytes": resident, "gradio": "gradio" in sys.modules}, sys.stdout)


if __name__ == "__main__":
    main()
