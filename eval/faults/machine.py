"""Faults of the machine: the disk, the rights, the memory, the network, the model."""

import hashlib
from pathlib import Path

from eval.faults.check import Verdict
from eval.faults.surroundings import can_mount, mounted, offline, python, run, unwritable
from eval.faults.trials import Place, Row, Writer, side_by_side

_ROOMS = (40, 300, 900, 2_000)
"""Kilobytes free when an ingest starts: too little for the catalog, the index, a second one."""
_SMALL = (4_096, 80_000)
"""Bytes that a file may have, where nothing can be mounted."""
_MEMORY = (20, 60, 120, 250, 500, 1_000)
"""Megabytes of address space beyond those of a process that has loaded everything."""


def full_disk(place: Place) -> Row:
    """F8: no room on the disk; afterwards there is room again."""
    if not can_mount():
        return _full_by_limit(place)
    row = Row("F8", "ingest on a tmpfs without room (mounted for real), then with room")
    for room in _ROOMS[:1] if place.short else _ROOMS:
        home = place.built_home(f"full-{room}")
        used = sum(p.stat().st_blocks // 2 for p in home.folder.rglob("*"))
        outside = home.folder.with_name("outside")
        home.folder.rename(outside)
        home.folder.mkdir()
        script = 'mount -t tmpfs -o size="$3"k none "$2"; cp -a "$1"/. "$2"'
        with mounted(script, str(outside), str(home.folder), str(used + room + 200)) as disk:
            ended = Writer(home, "--first", "10", "--size", "40", prefix=disk.prefix).finish()
            clear = ended.code == 1 and any(word in ended.error for word in ("disk", "space"))
            row.expect(clear, f"{room} kB: exit {ended.code}: {ended.error[-200:]}")
            row.take(f"{room} kB free", home.check(disk.prefix))
            disk.run("mount", "-o", "remount,size=500m", str(home.folder))
            again = Writer(home, "--first", "900", "--batches", "1", prefix=disk.prefix).finish()
            row.expect(again.code == 0, f"{room} kB, with room again: {again.error}")
            row.take(f"{room} kB, with room again", home.check(disk.prefix), "works again")
    return row


def _full_by_limit(place: Place) -> Row:
    row = Row("F8", "files that cannot grow (RLIMIT_FSIZE: nothing can be mounted here), then can")
    for room in _SMALL:
        home = place.built_home(f"full-{room}")
        ended = Writer(home, "--first", "10", "--batches", "1", "--room", str(room)).finish()
        row.expect(ended.code == 1, f"{room} bytes: exit {ended.code}: {ended.error[-200:]}")
        row.take(f"{room} bytes", home.check())
        again = Writer(home, "--first", "900", "--batches", "1").finish()
        row.expect(again.code == 0, f"{room} bytes, with room again: {again.error}")
        row.take(f"{room} bytes, with room again", home.check(), "works again")
    return row


def broken_disk(place: Place) -> Row:
    """F8: the disk fails under SQL that writes, and under fsync."""
    row = Row("F8", "EIO from the n-th fsync or the n-th SQL that writes, injected")
    trials = [(what, n) for what in ("fsync", "sql") for n in (1, 5, 20, 25, 60)]

    def trial(given: tuple[str, int]) -> tuple[str, int, str, Verdict]:
        what, n = given
        home = place.built_home(f"{what}-{n}")
        option = (f"--{what}-fails", str(n))
        ended = Writer(home, "--first", "10", "--batches", "1", *option).finish()
        return f"{what} {n}", ended.code, ended.error, home.check()

    for what, code, error, verdict in side_by_side(trial, trials[::4] if place.short else trials):
        row.take(what, verdict)
        clear = code == 0 or (code == 1 and "cannot write" in error)
        row.expect(clear, f"{what}: exit {code}: {error[-200:]}")
    return row


def read_only(place: Place) -> Row:
    """F9: a folder that cannot be written answers, and stays as it is."""
    way = "bind mount" if can_mount() else "rights taken away"
    row = Row("F9", f"knowledge base in a read-only folder ({way}): asked, written to")
    home = place.built_home("read-only")
    before = _hashes(home.folder)
    with unwritable(home.folder) as prefix:
        verdict = home.check(prefix)
        ended = Writer(home, "--first", "10", "--batches", "1", prefix=prefix).finish()
    row.take("asked", verdict)
    row.expect(not verdict.notices, f"asking tells {verdict.notices}")
    row.expect(ended.code == 1 and "cannot" in ended.error, f"writing: {ended}")
    row.expect(_hashes(home.folder) == before, "something was written")
    return row


def memory(place: Place) -> Row:
    """F14: too little memory in the middle of an ingest."""
    row = Row("F14", "ingest with little address space (RLIMIT_AS)")

    def trial(megabytes: int) -> tuple[int, int, Verdict]:
        home = place.built_home(f"memory-{megabytes}")
        option = ("--memory", str(megabytes * 1_000_000))
        ended = Writer(home, "--first", "10", "--batches", "1", *option).finish()
        return megabytes, ended.code, home.check()

    for megabytes, code, verdict in side_by_side(trial, _MEMORY[::3] if place.short else _MEMORY):
        row.take(f"{megabytes} MB", verdict, "refused" if code else "enough")
    return row


def embedders(place: Place) -> Row:
    """F13: the model is missing, or its vectors have another length or are no numbers."""
    row = Row("F13", "embedder missing, of the wrong dimension, returning NaN")
    for name, words in {"missing": "missing", "short": "texts", "nan": "no numbers"}.items():
        home = place.built_home(f"embedder-{name}")
        ended = Writer(home, "--first", "10", "--batches", "1", "--embedder", name).finish()
        clear = ended.code == 1 and words in ended.error
        row.expect(clear, f"{name}: exit {ended.code}: {ended.error[-200:]}")
        row.take(name, home.check(), "clear error, the earlier index answers")
    return row


def no_network(place: Place) -> Row:
    """F23: a process without a network builds and answers, and loads the model that ships."""
    prefix, way = offline()
    row = Row("F23", f"no network from the start ({way}): build, answer, load the model")
    home = place.new_home("offline")
    ended = Writer(home, "--batches", "1", prefix=prefix).finish()
    row.expect(ended.code == 0, f"building failed: {ended.error}")
    row.take("built and asked", home.check(prefix))
    if not place.short and prefix[0] == "unshare":
        loaded = run([*prefix, *python(_LOAD)])
        row.expect(loaded.returncode == 0, f"the model was not loaded: {loaded.stderr[-200:]}")
        row.take("model", Verdict(), "model loaded")
    return row


_LOAD = (
    "from consilia.opening import open_embedder; from consilia.settings import Settings; "
    "assert open_embedder(Settings()).encode_query(['a question']).shape[0] == 1"
)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
