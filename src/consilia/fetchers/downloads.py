"""The folder of one search: files that are complete, and a state from which to go on."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consilia.errors import FetchError

STATE = "state.json"
_LOCK = ".lock"
_PART = ".part"
_OFTEN = 100
_FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$"


class Kept(BaseModel):
    """A complete file, or a page of a search in which nothing new came."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(pattern=_FILE_NAME)
    size: int = Field(ge=0)
    """Bytes."""
    covered: int = Field(ge=0)
    """How many hits of the search it stands for."""
    records: tuple[str, ...] = ()
    """Their identifiers, to know one that comes again."""
    next: str | None = None
    """Where the search goes on after it."""


class State(BaseModel):
    """What is in `state.json`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    service: str
    query: str
    total: int | None = None
    """Hits that the service announced."""
    finished: int | None = None
    """The number of hits up to which all that there is has been fetched."""
    files: dict[str, Kept] = Field(default_factory=dict)
    """By key, in the order in which they came."""
    notes: dict[str, str] = Field(default_factory=dict)
    """What the user is told, by topic."""
    failed: dict[str, str] = Field(default_factory=dict)
    """Records that were not fetched, with the reason; asked for again the next time."""
    session: dict[str, str] = Field(default_factory=dict)
    """What the service wants to hear again; never a key."""


@dataclass(frozen=True, slots=True)
class Page:
    """Several records that came in one answer."""

    name: str
    data: bytes
    covered: int
    """Hits that it stands for, repeated ones too; 0 at the end of the search."""
    records: tuple[str, ...]
    """Identifiers of those that had not come before; the file holds no others."""
    next: str | None
    """Where the search goes on; None at its end."""


class Downloads:
    """A folder, open for writing by this process alone."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state
        self._unsaved = 0

    def kept(self, key: str, name: str | None = None) -> Kept | None:
        """Return a file that is complete.

        Args:
            key: Of the page or record.
            name: Of the file that would hold it alone: such a file is complete when it is there,
                since it got its name only then.

        Returns:
            None when it must be fetched.
        """
        kept = self.state.files.get(key)
        if kept is None and name and (self.folder / name).is_file():
            size = (self.folder / name).stat().st_size
            kept = self._remember(key, Kept(name=name, size=size, covered=1))
        if kept is None or kept.name is None:
            return kept
        path = self.folder / kept.name
        return kept if path.is_file() and path.stat().st_size == kept.size else None

    def keep_page(self, key: str, page: Page) -> Kept:
        """Write a page and remember it.

        Raises:
            FetchError: The folder cannot be written.
        """
        if page.records:
            write_atomically(self.folder / page.name, page.data)
        kept = Kept(
            name=page.name if page.records else None,
            size=len(page.data),
            covered=page.covered,
            records=page.records,
            next=page.next,
        )
        self._remember(key, kept)
        self.save()
        return kept

    def keep_record(self, key: str, name: str, data: bytes) -> Path:
        """Write the file of one record and remember it.

        Raises:
            FetchError: The folder cannot be written.
        """
        write_atomically(self.folder / name, data)
        self._remember(key, Kept(name=name, size=len(data), covered=1))
        # The state grows with the files: it is not written anew for each of thousands.
        if self._unsaved * _OFTEN >= len(self.state.files):
            self.save()
        return self.folder / name

    def note(self, topic: str, text: str) -> None:
        """Tell the user something, in place of what was told on this topic before."""
        self.state.notes[topic] = text

    def records(self, but: str) -> set[str]:
        """Return the identifiers of all records of pages, but for those of one page."""
        files = self.state.files.items()
        return {record for key, kept in files if key != but for record in kept.records}

    def paths(self) -> list[Path]:
        """Return the files that are complete, in the order in which they came."""
        return [self.folder / k.name for k in self.state.files.values() if k.name]

    def covers(self, limit: int) -> bool:
        """Tell whether nothing is left to ask for."""
        state = self.state
        if state.finished is None or state.failed:
            return False
        enough = limit <= state.finished or (state.total or 0) <= state.finished
        return enough and all(self.kept(key) for key in state.files)

    def aim(self, limit: int) -> int:
        """Return how many hits will be gone through."""
        return limit if self.state.total is None else min(limit, self.state.total)

    def finish(self, limit: int, done: int) -> None:
        """Remember that a search was gone through, and tell when less came than was announced.

        Raises:
            FetchError: The folder cannot be written.
        """
        aim = self.aim(limit)
        if done < aim:
            self.note("fewer", f"the service announced {aim:,} hits and gave {done:,}")
        else:
            self.state.notes.pop("fewer", None)
            self.state.finished = max(limit, self.state.finished or 0)
        self.save()

    def save(self) -> None:
        """Write the state.

        Raises:
            FetchError: The folder cannot be written.
        """
        write_atomically(self.folder / STATE, self.state.model_dump_json(indent=1).encode())
        self._unsaved = 0

    def _remember(self, key: str, kept: Kept) -> Kept:
        self.state.files[key] = kept
        self.state.failed.pop(key, None)
        self._unsaved += 1
        return kept


@contextmanager
def opened(folder: Path, service: str, query: str) -> Iterator[Downloads]:
    """Open the folder of a search; it is made when it is missing.

    Args:
        folder: Where the files go.
        service: The fetcher's name.
        query: The search.

    Yields:
        The folder, with what an earlier run left in it.

    Raises:
        FetchError: It holds another search, another process writes in it, or it cannot be used.
    """
    if not query.isprintable():
        raise FetchError("the search has characters that cannot be sent; type it again")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / _LOCK, timeout=0.5):
            state = read_state(folder) or State(service=service, query=query)
            if (state.service, state.query) != (service, query):
                raise FetchError(
                    f"{folder} holds what {state.service} gave for {state.query!r}; "
                    "choose another folder"
                )
            for left in folder.glob(f"*{_PART}"):
                left.unlink()
            downloads = Downloads(folder, state)
            try:
                yield downloads
            finally:
                downloads.save()
    except Timeout as error:
        raise FetchError(f"another process fetches into {folder}; wait for it") from error
    except OSError as error:
        raise FetchError(
            f"cannot write in {folder}: {error.strerror or error}; choose another folder"
        ) from error


def read_state(folder: Path) -> State | None:
    """Return what is remembered of a folder, or None when nothing was ever fetched into it.

    Raises:
        FetchError: The state cannot be read.
    """
    path = folder / STATE
    try:
        return State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise FetchError(f"{path} cannot be read; delete {folder} to fetch anew") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that has its name only when it is complete and on the disk.

    Raises:
        FetchError: It cannot be written.
    """
    partial = path.with_name(path.name + _PART)
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise FetchError(
            f"cannot write {path}: {error.strerror or error}; make room or choose another folder"
        ) from error


def field_of(answer: object, *names: str) -> object:
    """Return a field of a JSON answer, however deep; None when any step is missing.

    >>> field_of({"meta": {"results": {"total": 3}}}, "meta", "results", "total")
    3
    """
    for name in names:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer


def count_of(value: object) -> int | None:
    """Return a count, told as a number or in digits; None when it is neither.

    >>> count_of(3), count_of("12"), count_of("null"), count_of(True), count_of(-1)
    (3, 12, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if re.fullmatch(r"\d{1,12}", str(value)) else None
