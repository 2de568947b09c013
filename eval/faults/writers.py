"""Several processes at one knowledge base: two that write, one that writes and one that reads."""

import json
import os
import shutil
import signal
import subprocess
import time

from consilia.index import is_complete
from eval.faults.check import Verdict
from eval.faults.documents import write_documents
from eval.faults.surroundings import run
from eval.faults.trials import BUILT, Place, Row, Writer, environment, module

_SECOND = 1.0
"""Within which a second ingest is turned away, from its start to its exit."""
_ALL = str(BUILT)


def two_at_once(place: Place) -> Row:
    """F4: a second ingest is turned away at once, and the first goes on."""
    row = Row("F4", "a second `consilia kb add` while one is running")
    home = place.built_home("two")
    (path,) = write_documents(place.folder / "two" / "second", [90])
    first = Writer(home, "--first", "10")
    first.wait_for("embed")
    os.kill(first.process.pid, signal.SIGSTOP)
    seconds = []
    for _ in range(1 if place.short else 3):
        start = time.monotonic()
        second = run([*module("consilia"), "kb", "add", str(path), "--kb", str(home.folder)])
        seconds.append(time.monotonic() - start)
        told = " ".join(second.stderr.split())
        clear = second.returncode == 1 and "another ingest is running" in told
        row.expect(clear, f"the second ended with {second.returncode}: {told[-200:]}")
    os.kill(first.process.pid, signal.SIGCONT)
    first.wait_for("added")
    first.kill()
    if not place.short:
        row.expect(min(seconds) < _SECOND, f"the second took {min(seconds):.2f} s at best")
    row.take("two", home.check(), f"turned away in {min(seconds):.2f} s at best")
    return row


def while_reading(place: Place) -> Row:
    """F5: ingest edition after edition of the same documents while four threads ask.

    Raises:
        RuntimeError: The process that asks does not start, or dies.
    """
    row = Row("F5", "ingest after ingest while 4 threads ask 50 times a second")
    home = place.built_home("read")
    reader = subprocess.Popen(
        [*module("eval.faults.reading"), str(home.folder)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if reader.stdout is None or reader.stdout.readline() != "ready\n":
        raise RuntimeError("the reader did not start")
    batches = "2" if place.short else "8"
    writer = Writer(home, "--size", _ALL, "--batches", batches, "--editions")
    ended = writer.finish()
    told, _ = reader.communicate("", timeout=60)
    row.expect(ended.code == 0, f"the ingest failed: {ended.error}")
    if not told.strip():
        raise RuntimeError("the reader died")
    found = json.loads(told.splitlines()[-1])
    row.expect(found["states"] > 1, f"the reader saw {found['states']} generations")
    row.missed += found["errors"][:3]
    row.mixed += len(found["mixed"])
    row.wrong += len(found["wrong"])
    rate = found["asked"] / found["seconds"]
    result = f"{found['asked']} searches, {rate:.0f} a second, {found['states']} generations"
    row.take("afterwards", home.check(), result)
    return row


def stale_lock(place: Place) -> Row:
    """F10: the lock file of a dead process does not block."""
    row = Row("F10", "lock file of a dead process id lies there")
    home = place.built_home("lock")
    dead = subprocess.Popen(["true"])
    dead.wait()
    (home.folder / ".lock").write_text(f"{dead.pid}\n", encoding="utf-8")
    ended = Writer(home, "--first", "10", "--batches", "1").finish()
    row.expect(ended.code == 0, f"the ingest failed: {ended.error}")
    row.take("lock", home.check())
    return row


def clock(place: Place) -> Row:
    """F11: another time zone, and generations from the future or the far past."""
    row = Row("F11", "TZ changed, generations dated 10 years off: the current and N-1 stay")
    for years in (-10, 10):
        home = place.built_home(f"clock{years}")
        older = next(path for path in home.generations if path != home.current)
        stray = older.with_name("000000000000-00000000")
        shutil.copytree(older, stray)
        now = time.time() + years * 365 * 86_400
        for path in (older, stray):
            os.utime(path, (now, now))
        before = home.current
        zone = ("env", "TZ=Pacific/Kiritimati" if years > 0 else "TZ=Etc/GMT+12")
        ended = Writer(home, "--first", "10", "--batches", "1", prefix=zone).finish()
        row.expect(ended.code == 0, f"the ingest failed: {ended.error}")
        kept = {path for path in home.generations if is_complete(path)}
        row.expect(kept == {before, home.current}, f"{years} years: kept {sorted(kept)}")
        row.take(f"{years} years", home.check())
    return row


def forked(place: Place) -> Row:
    """F21: an assistant that was opened before a fork is asked in the child; spawn likewise."""
    row = Row("F21", "an open assistant asked in a forked child, and in a spawned one")
    home = place.built_home("fork")
    for way in ("fork", "spawn"):
        try:
            ended = subprocess.run(
                [*module("eval.faults.forking"), str(home.folder), way],
                env=environment(),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            told = ended.stdout.strip() or (ended.stderr.splitlines() or [""])[-1]
        except subprocess.TimeoutExpired:
            told = "hangs"
        row.expect(told in {"right", "refused"}, f"{way}: {told}")
        row.take(way, Verdict() if told == "refused" else home.check(), f"{way}: {told}")
    return row
