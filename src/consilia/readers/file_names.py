"""What the name of a file says when the file itself says nothing: an id and a title."""

import hashlib
from pathlib import PurePosixPath

from consilia.readers.assembling import document_id
from consilia.readers.reading import Source


def stem_of(source: Source) -> str:
    """Return the name of a file without folders and suffix."""
    return PurePosixPath(source.name.replace("\\", "/")).stem


def id_from_name(source: Source, prefix: str) -> str:
    """Return a document id from the name of a file.

    Args:
        source: The file.
        prefix: Of the id when the name gives none: too short, or in another script.

    Returns:
        The name as an id, or the prefix and the start of the hash of the bytes.
    """
    found = document_id(stem_of(source))
    if len(found) > 1:
        return found
    return f"{prefix}-{hashlib.sha256(source.data).hexdigest()[:12]}"
