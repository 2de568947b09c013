"""The process that reads untrusted files: `python -m consilia.readers.worker`, driven by a sandbox.

A request is a line of JSON: path and given front matter. The answer is a line for each document and
a last one with the notes. Memory, processor time and writing are limited by the operating system;
connections and new processes are refused.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TextIO

import yaml

from consilia.errors import DocumentError
from consilia.readers.reading import Notes, Source
from consilia.readers.registry import read_source
from consilia.readers.screening.suspicion import suspicions

MEMORY = 3_000_000_000
"""Bytes of address space; a 64 MB file needs about a tenth of it."""
_REFUSED_EVENTS = ("socket.connect", "socket.bind", "subprocess.Popen", "os.exec", "os.system")
_MAX_FILE = 1_000_000_000
_MAX_SIDECAR = 100_000

Reply = dict[str, object]


def main() -> None:
    """Serve requests from standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    seconds = int(sys.argv[1])
    _limit_memory()
    sys.addaudithook(_refuse)
    for line in sys.stdin:
        request = json.loads(line)
        _limit_time(seconds)
        for reply in replies(Path(request["path"]), request["given"]):
            _write(answers, reply)


def replies(path: Path, given: Mapping[str, object]) -> Iterator[Reply]:
    """Read one file.

    Args:
        path: The file.
        given: Front matter that the user states; a file `NAME.yaml` beside it adds to it.

    Yields:
        A reply for each document, then one with `done`: the notes, the hash of the file, and the
        error that ended the reading or None.
    """
    notes, error, file_hash = Notes(), None, ""
    try:
        data = _bytes_of(path)
        file_hash = f"sha256:{sha256(data).hexdigest()}"
        source = Source(path.name, data, {**given, **_sidecar(path)})
        for reader, document in read_source(source, notes):
            found = suspicions(document.text, ())
            yield {
                "reader": reader,
                "front_matter": document.metadata.model_dump(mode="json", exclude_defaults=True),
                "text": document.text,
                "suspicions": [asdict(suspicion) for suspicion in found],
            }
    except DocumentError as problem:
        error = str(problem)
    except MemoryError:
        error = f"reading it needs more than {MEMORY:,} bytes of memory; split it"
    except RecursionError:
        error = "it is nested too deeply; it is no real document"
    hidden = [asdict(suspicion) for suspicion in suspicions("", notes.hidden)]
    yield {"done": asdict(notes), "sha256": file_hash, "error": error, "hidden": hidden}


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise DocumentError("it is no regular file")
        if path.stat().st_size > _MAX_FILE:
            raise DocumentError(f"larger than {_MAX_FILE:,} bytes; split it")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"it cannot be read: {error.strerror}; check its rights") from error


def _sidecar(path: Path) -> dict[str, object]:
    """Front matter from a file beside the file: how a user corrects what its format cannot say.

    Raises:
        DocumentError: It cannot be read, or is no mapping.
    """
    sidecar = path.with_name(f"{path.name}.yaml")
    if not sidecar.is_file():
        return {}
    try:
        if sidecar.stat().st_size > _MAX_SIDECAR:
            raise DocumentError(f"{sidecar.name} is larger than {_MAX_SIDECAR:,} bytes")
        loaded = yaml.safe_load(sidecar.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DocumentError(f"{sidecar.name} is no readable YAML: {error}") from error
    if not isinstance(loaded, dict) or not all(isinstance(name, str) for name in loaded):
        raise DocumentError(f"{sidecar.name} is no list of `key: value` lines")
    return loaded


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit_time(seconds: int) -> None:
    """Give the next file its own share of processor time; at its end the system ends us."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    del arguments
    if event in _REFUSED_EVENTS:
        raise DocumentError("the file made its reader reach out of its process; it is not read")


def _write(answers: TextIO, reply: Reply) -> None:
    answers.write(json.dumps(reply) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
