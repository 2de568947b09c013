"""Room on the disk that a knowledge base lies on."""

import shutil
from pathlib import Path

_NO_ROOM = 4_000_000
"""Bytes free below which nothing of an index can be written, not even what opening it writes."""


def is_full(path: Path) -> bool:
    """Tell whether the disk of a path, or of the folder it would lie in, has next to no room."""
    while not path.is_dir() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free < _NO_ROOM
