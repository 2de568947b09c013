"""Reading files in a process of its own, which may die without harm."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from consilia.models import Document, FrontMatter
from consilia.readers.reading import Note, Notes
from consilia.readers.screening.suspicion import Suspicion

SECONDS = 120
"""For one file: the largest real ones take under 20."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as a reader made it."""

    document: Document
    reader: str
    suspicions: tuple[Suspicion, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one file."""

    path: Path
    documents: tuple[ReadDocument, ...]
    notes: Notes
    sha256: str
    """Of the file; empty when it could not be read at all."""
    error: str | None
    """Why the file, or what is left of it behind the documents, could not be read."""


class Sandbox:
    """One worker process, started when it is needed, and again when it has died."""

    def __init__(self, *, seconds: int = SECONDS) -> None:
        """Prepare.

        Args:
            seconds: Time that one file may take, at least 1.
        """
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: Path, given: Mapping[str, object] | None = None) -> Reading:
        """Read a file.

        Args:
            path: The file; any kind, any content.
            given: Front matter that goes before what the file says of itself.

        Returns:
            Its documents and what there is to tell; a file that kills its reader has an `error`.
        """
        process = self._running()
        killed = threading.Event()

        def kill() -> None:
            killed.set()
            process.kill()

        timer = threading.Timer(self._seconds, kill)
        timer.start()
        try:
            replies = self._replies(process, path, dict(given or {}))
        finally:
            timer.cancel()
        if "done" not in (replies[-1] if replies else {}):
            self.close()
            status = process.returncode
            reason = (
                f"reading it took more than {self._seconds} s; split it"
                if killed.is_set()
                else f"its reader was ended (status {status}): the file is broken or hostile"
            )
            return Reading(path, (), Notes(), "", reason)
        return _reading(path, replies)

    def close(self) -> None:
        """End the worker."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "consilia.readers.worker", str(self._seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        return self._process

    @staticmethod
    def _replies(
        process: subprocess.Popen[str], path: Path, given: dict[str, object]
    ) -> list[dict[str, Any]]:
        """All replies up to the last one; fewer when the worker died."""
        replies: list[dict[str, Any]] = []
        try:
            asked, answers = process.stdin, process.stdout
            if asked is None or answers is None:
                return []
            asked.write(json.dumps({"path": str(path.absolute()), "given": given}) + "\n")
            asked.flush()
            for line in answers:
                replies.append(json.loads(line))
                if "done" in replies[-1]:
                    break
        except (BrokenPipeError, ValueError):
            return []
        return replies


def _reading(path: Path, replies: list[dict[str, Any]]) -> Reading:
    *documents, last = replies
    hidden = tuple(Suspicion(**suspicion) for suspicion in last["hidden"])
    notes = Notes(**{name: [Note(**note) for note in last["done"][name]] for name in last["done"]})
    read = tuple(
        ReadDocument(
            Document(FrontMatter.model_validate(reply["front_matter"]), reply["text"]),
            reply["reader"],
            (*(Suspicion(**suspicion) for suspicion in reply["suspicions"]), *hidden),
        )
        for reply in documents
    )
    return Reading(path, read, notes, last["sha256"], last["error"])
