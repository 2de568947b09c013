"""BIPIA: instructions that attackers put into the documents that an assistant reads."""

from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.public import Options
from eval.public.benchmark import BenchmarkError
from eval.public.injections import (
    HOW,
    Injected,
    Instruction,
    categories_text,
    injected,
    measures,
)
from eval.public.obeying import RULE
from eval.public.records import json_file, present
from eval.public.results import evenly, hand_back
from eval.report import measures_text

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_FILE = TypeAdapter(dict[str, tuple[_Words, ...]])


def run(path: Path, options: Options) -> int:
    """Print what becomes of the instructions of `BIPIA_text.json`.

    Args:
        path: The folder of one or more `BIPIA_*.json`.
        options: `limit` takes so many instructions, spread evenly; `out` gets each with its fate.

    Returns:
        The exit status, 0.
    """
    chosen = evenly(read(path), options.limit)
    settings = read_settings()
    results = injected(chosen, settings, open_embedder(settings))
    hand_back("bipia", text_of(results), results, options)
    return 0


def read(folder: Path) -> tuple[Instruction, ...]:
    """Return the instructions.

    Args:
        folder: With one or more `BIPIA_*.json`, each an object of lists of instructions.

    Returns:
        In the order of the files; one that occurs in several counts once.

    Raises:
        BenchmarkError: A file is missing, malformed, or there is no instruction in them.
    """
    files = [json_file(path, _FILE) for path in present(folder, "BIPIA_*.json")]
    found: dict[str, Instruction] = {}
    for category, instructions in (entry for file in files for entry in file.items()):
        for words in instructions:
            found.setdefault(words, Instruction(category, words))
    if not found:
        raise BenchmarkError(f"{folder}: no instruction in any BIPIA_*.json; download them again")
    return tuple(found.values())


def text_of(found: tuple[Injected, ...]) -> str:
    """Return the tables and the rules behind them."""
    head = f"BIPIA: {len(found)} instructions\n  {HOW}\n  {RULE}"
    return "\n\n".join([head, measures_text(measures(found)), categories_text(found)]) + "\n"
