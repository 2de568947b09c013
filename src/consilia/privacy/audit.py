"""The audit log: one line for each question, chained by hashes, never with its words.

Each line is JSON and ends with `chain`: the SHA-256 of the chain value before it and of the line
without it. A file begins where the one before ended, so that a line that is changed, left out or
moved shows, and so does a rotated file that is missing. `consilia.privacy.chain` checks it.
"""

import errno
import getpass
import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from consilia.errors import AuditError
from consilia.models import canonical_json

SCHEMA = "consilia.audit/1"
GENESIS = "0" * 64
"""The chain value before the first line."""
ROTATE_AT = 10_000_000
"""Bytes of a file from which on the next line begins a new one."""
_TAIL = 65_536
_WAIT = 10.0
_MEND = "keep it, see `consilia audit verify`, and name another file in CONSILIA_AUDIT"
Channel = Literal["cli", "chat", "web", "library"]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and through what."""

    channel: Channel = "library"
    user: str = ""
    """As the entry point knows it; empty: the setting, else the user of the system."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is recorded of one question."""

    request: str
    """A random id, which the log bears too."""
    user: str
    channel: Channel
    status: str
    """Of the answer, or `failed`."""
    answer_id: str | None
    """None when there is no answer."""
    knowledge_base: str
    """Its digest."""
    decisions: Sequence[str]
    """Ids of the rules that fired."""
    question: str
    """Its keyed hash."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a log: its number, from 1, and its chain value."""

    sequence: int
    chain: str


def head_path(path: Path) -> Path:
    """Return the file beside a log that says how far it went."""
    return path.with_name(f"{path.name}.head")


def read_head(path: Path) -> Place:
    """Return the last line as noted beside a log; number 0 when nothing is noted.

    Raises:
        AuditError: The note is damaged.
    """
    head = head_path(path)
    if not head.exists():
        return Place(0, GENESIS)
    try:
        noted = json.loads(head.read_bytes())
        return Place(int(noted["sequence"]), str(noted["chain"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AuditError(f"{head} is damaged; {_MEND}") from error


def chained(before: str, line: bytes) -> str:
    """Return the chain value of a line without it, given the one before."""
    return hashlib.sha256(before.encode() + b"\n" + line).hexdigest()


def rotated(path: Path) -> list[Path]:
    """Return the files of a log in order, the one that is written to last."""
    number = re.compile(re.escape(path.name) + r"\.(\d{6})")
    older = sorted(p for p in path.parent.glob(f"{path.name}.*") if number.fullmatch(p.name))
    return [*older, path] if path.exists() else older


def system_user() -> str:
    """Return the name of the user of the system, `unknown` when it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _written(handle: int, line: bytes) -> None:
    """Write a line to the disk.

    Raises:
        OSError: The disk does not take all of it.
    """
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


class AuditLog:
    """Appends lines to a file. Several processes may write to one."""

    def __init__(self, path: Path, *, rotate_at: int = ROTATE_AT) -> None:
        """Take the file of the log.

        Args:
            path: It is made on the first line, readable by its owner alone.
            rotate_at: Bytes from which on a new file is begun.
        """
        self._path = path
        self._rotate_at = rotate_at
        self._lock = FileLock(path.with_name(f"{path.name}.lock"), timeout=_WAIT, mode=0o600)

    def check(self) -> None:
        """See that a line can be written, before anything is answered.

        Raises:
            AuditError: The folder or the file cannot be written, or its last line is damaged.
        """
        with self._held():
            os.close(self._opened())
            self._last()

    def write(self, entry: Entry) -> None:
        """Append a line and see it on the disk.

        Raises:
            AuditError: It cannot be written: the answer must not be shown.
        """
        with self._held():
            self._rotate()
            last = self._last()
            fields = {
                "schema": SCHEMA,
                "sequence": last.sequence + 1,
                "time": datetime.now(tz=UTC).isoformat(timespec="milliseconds"),
                **asdict(entry),
                "decisions": list(entry.decisions),
                "previous": last.chain,
            }
            chain = chained(last.chain, canonical_json(fields))
            line = canonical_json({**fields, "chain": chain}) + b"\n"
            self._append(line)
            self._note_head(last.sequence + 1, chain)

    def _append(self, line: bytes) -> None:
        """Write a line whole or not at all.

        Raises:
            OSError: The disk does not take it.
        """
        handle = self._opened()
        size = os.fstat(handle).st_size
        try:
            _written(handle, line)
        except OSError:
            os.ftruncate(handle, size)
            raise
        finally:
            os.close(handle)

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _rotate(self) -> None:
        if not self._path.exists() or self._path.stat().st_size < self._rotate_at:
            return
        older = rotated(self._path)[:-1]
        number = int(older[-1].name[-6:]) + 1 if older else 1
        self._path.rename(self._path.with_name(f"{self._path.name}.{number:06d}"))

    def _note_head(self, sequence: int, chain: str) -> None:
        """Keep beside the log how far it went, so that lines cut off at its end show."""
        path = head_path(self._path)
        draft = path.with_name(f"{path.name}.new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(canonical_json({"sequence": sequence, "chain": chain}))
        draft.replace(path)

    def _last(self) -> "Place":
        """The last line that was written, also when it is there no longer."""
        return max(self._last_line(), read_head(self._path), key=lambda place: place.sequence)

    def _last_line(self) -> "Place":
        for path in reversed(rotated(self._path)):
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - _TAIL))
                tail = file.read()
            if not tail:
                continue
            if not tail.endswith(b"\n"):
                raise AuditError(f"{path}: its last line is cut off; {_MEND}")
            try:
                line = json.loads(tail.splitlines()[-1])
                return Place(int(line["sequence"]), str(line["chain"]))
            except (ValueError, KeyError, TypeError) as error:
                raise AuditError(f"{path}: its last line is damaged; {_MEND}") from error
        return Place(0, GENESIS)

    def _held(self) -> "_Held":
        return _Held(self._lock, self._path)


class _Held:
    """The lock of a log; what goes wrong while it is held is an `AuditError`."""

    def __init__(self, lock: FileLock, path: Path) -> None:
        self._lock, self._path = lock, path

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except (OSError, Timeout) as error:
            raise self._failed(error) from error

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._lock.release()
        if isinstance(error, OSError):
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> AuditError:
        return AuditError(
            f"the audit log {self._path} cannot be written ({error}); nothing is answered without "
            "it: make room, make the folder writable, or unset CONSILIA_AUDIT"
        )
