"""Surroundings of a process: a small disk, a read-only folder, no network; as root, for real."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from eval.faults.trials import environment, module


@cache
def can_mount() -> bool:
    """Tell whether this process may make mount namespaces."""
    return _succeeds("unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt")


def offline() -> tuple[tuple[str, ...], str]:
    """Return the command that runs another without a network, and what it does."""
    if _succeeds("unshare", "-n", "true"):
        return ("unshare", "-n"), "unshare -n"
    return (*module("eval.faults.offline"),), "sockets refused by an audit hook"


class Mounted:
    """A mount namespace of its own, in which commands can be run."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def prefix(self) -> tuple[str, ...]:
        """The command that runs another one inside."""
        return ("nsenter", f"--mount=/proc/{self._process.pid}/ns/mnt", f"--wd={Path.cwd()}")

    def run(self, *command: str) -> None:
        """Run a command inside."""
        subprocess.run([*self.prefix, *command], check=True)


@contextmanager
def mounted(script: str, *arguments: str) -> Iterator[Mounted]:
    """Make a mount namespace as long as the block runs.

    Args:
        script: Shell that mounts.
        *arguments: Its `$1`, `$2`, …

    Yields:
        The namespace.

    Raises:
        RuntimeError: The script fails.
    """
    process = subprocess.Popen(
        ["unshare", "-m", "sh", "-ec", f"{script}\necho ready\nexec cat", "sh", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError(f"cannot mount: {script}")
        yield Mounted(process)
    finally:
        process.communicate()


@contextmanager
def unwritable(folder: Path) -> Iterator[tuple[str, ...]]:
    """Make a folder read-only as long as the block runs.

    Args:
        folder: With all that is in it.

    Yields:
        The command that runs another where it is so.
    """
    if can_mount():
        script = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"'
        with mounted(script, str(folder)) as inside:
            yield inside.prefix
        return
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & ~0o222)
    try:
        yield ()
    finally:
        for path in paths:
            path.chmod(modes[path])


def run(command: Sequence[str], package: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in the environment of a trial."""
    return subprocess.run(
        command, env=environment(package), capture_output=True, text=True, timeout=120, check=False
    )


def python(code: str, *arguments: str) -> list[str]:
    """Return the command that runs a piece of Python in a fresh process."""
    return [sys.executable, "-c", code, *arguments]


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
