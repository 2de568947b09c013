"""The key of this installation: a question is told in logs by its keyed hash alone."""

import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from consilia.errors import AuditError

FILE = "log.key"
_BYTES = 32


def fingerprint(question: str, home: Path) -> str:
    """Return the keyed hash of a question: HMAC-SHA256, 64 hexadecimal digits.

    Equal questions have equal hashes under one key; without the key no question can be tried.

    Args:
        question: Redacted.
        home: The folder of the key; it is made on first use, readable by its owner alone.

    Returns:
        The hash.

    Raises:
        AuditError: The key cannot be read or made.
    """
    return hmac.new(installation_key(home), question.encode(), "sha256").hexdigest()


@lru_cache(maxsize=8)
def installation_key(home: Path) -> bytes:
    """Return the key of the folder, made when there is none.

    Raises:
        AuditError: It cannot be read or made, or is no key.
    """
    path = home / FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise AuditError(f"the key of the log, {path}, cannot be read or made: {error}") from error
    if len(key) != _BYTES:
        raise AuditError(f"{path} is no key of a log; move it away, and a new one is made")
    return key


def _make(path: Path) -> None:
    """Write a new key whole, unless another process was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
