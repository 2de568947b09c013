"""Trials of a fault: a place to work in, the process that writes, the judgement, a row."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from eval.faults.check import Verdict

T = TypeVar("T")
R = TypeVar("R")
ROOT = Path(__file__).parents[2]
_SECONDS = 120
"""No process of a trial takes longer unless it hangs."""
_WORKERS = 2
BUILT = 6
"""Documents of the knowledge base that faults start from."""


@dataclass(slots=True)
class Row:
    """What a fault came to, over its trials: a row of the table."""

    fault: str
    done: str
    trials: int = 0
    lost: int = 0
    mixed: int = 0
    wrong: int = 0
    unreadable: int = 0
    results: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    """What was expected and did not happen."""

    @property
    def good(self) -> bool:
        """Whether nothing was lost, mixed, wrong or unreadable, and all came as expected."""
        return not (self.lost or self.mixed or self.wrong or self.unreadable or self.missed)

    def take(self, what: str, verdict: Verdict, result: str = "") -> None:
        """Count a trial."""
        self.trials += 1
        for name in ("lost", "mixed", "wrong"):
            found = getattr(verdict, name)
            setattr(self, name, getattr(self, name) + len(found))
            if found:
                self.missed.append(f"{what}: {name} {found[:3]}")
        if verdict.error:
            self.unreadable += 1
            self.missed.append(f"{what}: {verdict.error}")
        self.results[result or ", ".join(verdict.notices) or "whole"] += 1

    def expect(self, truth: bool, otherwise: str) -> None:
        """Note what did not come as expected."""
        if not truth:
            self.missed.append(otherwise)


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of a knowledge base, and what was acknowledged to be in it."""

    folder: Path
    acknowledged: dict[str, int] = field(default_factory=dict)
    """Editions by document id."""

    @property
    def generations(self) -> list[Path]:
        """The folders of its index generations."""
        return sorted((self.folder / "generations").iterdir())

    @property
    def current(self) -> Path:
        """The folder of its current index generation."""
        name = (self.folder / "CURRENT").read_text(encoding="utf-8").strip()
        return self.folder / "generations" / name

    def check(self, prefix: Sequence[str] = (), *, package: Path | None = None) -> Verdict:
        """Return what a fresh process finds.

        Args:
            prefix: A command that runs it in other surroundings.
            package: Folder of another copy of the package.

        Returns:
            Its verdict; a process that dies has found nothing readable.
        """
        listed = self.folder.with_name(f"{self.folder.name}.acknowledged.json")
        listed.write_text(json.dumps(self.acknowledged), encoding="utf-8")
        command = [*prefix, *module("eval.faults.check"), str(self.folder), str(listed)]
        try:
            ended = subprocess.run(
                command,
                env=environment(package),
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Verdict(error=f"opening it took more than {_SECONDS} s")
        if ended.returncode:
            told = (ended.stderr.strip().splitlines() or [""])[-1]
            return Verdict(error=f"opening it ended with {ended.returncode}: {told}")
        return Verdict(**json.loads(ended.stdout.splitlines()[-1]))


@dataclass(frozen=True)
class Place:
    """A folder to work in, and how much is to be tried."""

    folder: Path
    kills: int = 200
    short: bool = False
    """Try each kind of harm once."""
    seed: int = 7

    def new_home(self, name: str) -> Home:
        """Return an empty home."""
        folder = self.folder / name / "kb"
        folder.parent.mkdir()
        return Home(folder)

    def built_home(self, name: str) -> Home:
        """Return a copy of a knowledge base of two generations."""
        folder = self.folder / name / "kb"
        shutil.copytree(self._built.folder, folder)
        return Home(folder, dict(self._built.acknowledged))

    @cached_property
    def _built(self) -> Home:
        home = self.new_home("built")
        half = str(BUILT // 2)
        ended = Writer(home, "--size", half, "--batches", "2").finish()
        if ended.code:
            raise RuntimeError(f"no knowledge base to harm: {ended.error}")
        return home

    def prepare(self) -> None:
        """Build what the faults start from, before threads ask for it at once."""
        _ = self._built


@dataclass(frozen=True, slots=True)
class Ended:
    """How a writing process ended."""

    code: int
    error: str
    """The error that it told, or the last line of what it wrote to its standard error."""
    phases: tuple[str, ...]


class Writer:
    """A process that adds batches of documents; what it acknowledges is kept in its home."""

    def __init__(self, home: Home, *options: str, prefix: Sequence[str] = ()) -> None:
        self._home = home
        folder = home.folder.parent
        self._told = folder / f"{time.monotonic_ns()}.jsonl"
        self._errors = self._told.with_suffix(".txt")
        command = [
            *prefix,
            *module("eval.faults.writing"),
            str(home.folder),
            str(folder / "documents"),
            *options,
        ]
        with self._told.open("wb") as told, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, env=environment(), stdout=told, stderr=errors, start_new_session=True
            )

    def wait_for(self, what: str) -> None:
        """Wait until it has told something, or has ended.

        Args:
            what: `ready`, `added`, or the name of a phase.

        Raises:
            TimeoutError: It hangs.
        """
        until = time.monotonic() + _SECONDS
        while self.process.poll() is None:
            if any(what in line or line.get("phase") == what for line in self._lines()):
                return
            if time.monotonic() > until:
                self.kill(signal.SIGKILL, group=True)
                raise TimeoutError(f"{what!r} did not come")
            time.sleep(0.005)

    def kill(self, number: signal.Signals = signal.SIGKILL, *, group: bool = True) -> Ended:
        """Send a signal to the process, to its children too when a group is meant, and wait."""
        if self.process.poll() is None:
            (os.killpg if group else os.kill)(self.process.pid, number)
        ended = self.finish()
        if not group:
            _end_group(self.process.pid, after=1.0)
        return ended

    def finish(self) -> Ended:
        """Wait for its end and keep what it acknowledged."""
        try:
            code = self.process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            code = self.process.wait()
        lines = self._lines()
        for line in lines:
            self._home.acknowledged.update(line.get("added", {}))
        told = [line["error"] for line in lines if "error" in line]
        written = self._errors.read_text(encoding="utf-8", errors="replace").strip()
        error = (told or written.splitlines() or [""])[-1]
        phases = tuple(line["phase"] for line in lines if "phase" in line)
        return Ended(code, error, phases)

    def _lines(self) -> list[dict[str, Any]]:
        whole, _, _ = self._told.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]


def side_by_side(trial: Callable[[T], R], given: Iterable[T]) -> list[R]:
    """Run trials two at a time; each waits for processes of its own."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(trial, given))


def module(name: str) -> list[str]:
    """Return the command that runs a module in a fresh process."""
    return [sys.executable, "-m", name]


def environment(package: Path | None = None) -> Mapping[str, str]:
    """Return the environment of a process of a trial.

    Args:
        package: Folder of another copy of the package, found before the installed one.
    """
    paths = [str(path) for path in (package, ROOT) if path]
    paths += filter(None, [os.environ.get("PYTHONPATH")])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "CONSILIA_CHROMA": ""}


def dice(place: Place, *names: object) -> random.Random:
    """Return random numbers that are the same in every run."""
    return random.Random(":".join(map(str, (place.seed, *names))))


def _end_group(leader: int, *, after: float) -> None:
    """End children that outlived their parent, some time after it."""
    time.sleep(after)
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
