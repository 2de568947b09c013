"""Whether an index generation is whole: files by hash, vectors by search, in a process apart."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from consilia.errors import KnowledgeBaseError
from consilia.index import VECTORS, file_hash, read_state

_sound: set[tuple[tuple[str, str], ...]] = set()
"""File hashes of generations whose vectors this process has seen to be searchable: a copy of one,
or one that is opened again, is not probed once more."""


def check_built(folder: Path) -> dict[str, list[int]]:
    """Search for every vector of a finished generation in another process.

    A broken index may kill the process that opens it.

    Returns:
        The few rows of each kind that its graph of vectors does not lead to.

    Raises:
        KnowledgeBaseError: The index is not whole.
    """
    checked = _in_subprocess(folder, "built")
    if problem := _problem(checked):
        raise KnowledgeBaseError(
            f"the new index failed its check ({problem}); the earlier one stays in use. Try again"
        )
    unreached: dict[str, list[int]] = json.loads(checked.stdout)
    return unreached


def remember_sound(files: Mapping[str, str]) -> None:
    """Remember the file hashes of a generation that was just built and checked."""
    _sound.add(tuple(files.items()))


def damage(folder: Path) -> str | None:
    """Return what is wrong with a generation, or None when it may be opened.

    Hashes tell damage in all files but Chroma's SQLite file, which changes with every query; that
    one is examined by SQLite, and sampled vectors are searched for in another process.
    """
    try:
        state = read_state(folder)
        for name, expected in state.files.items():
            if file_hash(folder / name) != expected:
                return f"{name} is not the file that was built"
    except (KnowledgeBaseError, OSError) as error:
        return str(error)
    files = tuple(state.files.items())
    if not state.server:
        size = sum(state.counts.values())
        if problem := _sqlite_damage(folder / VECTORS / "chroma.sqlite3", size):
            return problem
        if files in _sound:
            return None
    problem = _problem(_in_subprocess(folder, "sample"))
    if not problem:
        _sound.add(files)
    return problem


def _sqlite_damage(path: Path, expected: int) -> str | None:
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            (found,) = db.execute("PRAGMA integrity_check").fetchone()
            (count,) = db.execute("SELECT count(DISTINCT embedding_id) FROM embeddings").fetchone()
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        return f"{path.name}: {error}"
    if found != "ok":
        return f"{path.name}: {found}"
    return None if count == expected else f"{path.name} knows {count} of {expected} vectors"


def _in_subprocess(folder: Path, extent: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "consilia.index_check", str(folder), extent]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _problem(done: subprocess.CompletedProcess[str]) -> str | None:
    if done.returncode == 0:
        return None
    if done.returncode < 0:
        return f"opening it ends the process by signal {-done.returncode}"
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
