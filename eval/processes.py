"""Measuring from outside: fresh processes, as a user starts them."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consilia.errors import ConsiliaError

_ROOT = Path(__file__).parents[1]
_ESCAPE = re.compile(rb"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])")
_SPOKEN = (0, 3)
"""Exit codes of `consilia ask` for an answer and for an abstention."""


class BenchError(ConsiliaError):
    """A process that was to be measured failed."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the start of a process."""

    first_words: float
    """Until a first visible character was written."""
    end: float


def time_in_terminal(command: Sequence[str]) -> Timing:
    """Run a command in a terminal of its own, since progress is shown on terminals only.

    Args:
        command: A program and its arguments.

    Returns:
        When it first wrote something visible, and when it ended.

    Raises:
        BenchError: It failed, or wrote nothing.
    """
    controller, terminal = os.openpty()
    start, first, written = time.perf_counter(), None, b""
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    for part in _parts(controller):
        written += part
        if first is None and _ESCAPE.sub(b"", written).strip():
            first = time.perf_counter() - start
    code, end = process.wait(), time.perf_counter() - start
    os.close(controller)
    if code not in _SPOKEN or first is None:
        told = written.decode(errors="replace")
        raise BenchError(f"{' '.join(command)} ended with {code}:\n{told}")
    return Timing(first, end)


def _parts(controller: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(controller, 65_536)
        except OSError:  # how Linux tells that the other side of a terminal is closed
            return
        if not part:
            return
        yield part


def resident_bytes(home: Path, questions: Sequence[str]) -> int:
    """Return what is resident in a fresh process of `eval.memory` after its last answer.

    Args:
        home: The folder of a built knowledge base.
        questions: What to ask.

    Returns:
        Bytes.

    Raises:
        BenchError: The process failed, or it loaded gradio.
    """
    done = subprocess.run(
        [sys.executable, "-m", "eval.memory", str(home)],
        input=json.dumps(list(questions)),
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
    )
    if done.returncode != 0:
        raise BenchError(f"the process whose memory is measured failed:\n{done.stderr}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["gradio"]:
        raise BenchError("gradio was imported on the way of a question")
    return int(found["bytes"])
