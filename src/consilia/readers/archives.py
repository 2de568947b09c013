"""Opening archives that may be bombs: what they unpack to is bounded before it is unpacked."""

import gzip
import io
import zipfile
import zlib

from consilia.errors import DocumentError

GZIP_MAGIC = b"\x1f\x8b"
MAX_MEMBERS = 10_000
MAX_RATIO = 100
"""Of unpacked to packed size: text packs about tenfold, bombs a thousandfold."""
MAX_UNPACKED = 1_000_000_000
"""Bytes of all members of an archive together."""
_RATIO_FREE = 10_000_000  # small members may pack better than any bomb test allows


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a zip archive whose directory promises nothing absurd.

    Raises:
        DocumentError: It is broken, has too many members, unpacks to too much, or names places
            outside of itself.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DocumentError(f"the archive is broken: {error}; download it again") from error
    members = archive.infolist()
    unpacked = sum(info.file_size for info in members)
    if len(members) > MAX_MEMBERS:
        raise DocumentError(f"the archive has more than {MAX_MEMBERS:,} members; split it")
    if unpacked > min(MAX_UNPACKED, max(_RATIO_FREE, MAX_RATIO * len(data))):
        raise DocumentError("the archive unpacks to more than it may; unpack it yourself")
    for info in members:
        parts = info.filename.replace("\\", "/").split("/")
        if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise DocumentError(f"the archive names a place outside of itself: {info.filename!r}")
        if info.flag_bits & 1:
            raise DocumentError("the archive is encrypted; decrypt it first")
    return archive


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a member.

    Raises:
        DocumentError: It is broken, or longer than the directory says.
    """
    try:
        with archive.open(info) as file:
            data = file.read(info.file_size + 1)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError) as error:
        raise DocumentError(f"{info.filename} in the archive is broken: {error}") from error
    if len(data) > info.file_size:
        raise DocumentError(f"{info.filename} unpacks to more than the archive says")
    return data


def unpacked(data: bytes) -> bytes:
    """Return what a gzip file holds.

    Raises:
        DocumentError: It is broken, or unpacks to more than it may.
    """
    limit = min(MAX_UNPACKED, max(_RATIO_FREE, MAX_RATIO * len(data)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentError(f"the gzip file is broken: {error}; download it again") from error
    if len(found) > limit:
        raise DocumentError("the gzip file unpacks to more than it may; unpack it yourself")
    if found[:2] == GZIP_MAGIC:
        raise DocumentError("an archive in an archive is not opened; unpack it yourself")
    return found
