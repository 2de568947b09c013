"""Files of a knowledge base damaged or gone."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from consilia.index import file_hash
from eval.faults.check import Verdict
from eval.faults.surroundings import python, run
from eval.faults.trials import Home, Place, Row, dice, side_by_side

_EXAMINE = """
import sys
from pathlib import Path
from consilia.doctor import examine
print(*(finding.text for finding in examine(Path(sys.argv[1])) if not finding.good))
"""
_CHROMA = "chroma.sqlite3"
_FLIPS = 16
"""Of Chroma's SQLite file, each in another place."""


def truncated(path: Path) -> None:
    """Leave the first third of a file."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)


def flipped(path: Path, share: float = 0.5) -> None:
    """Turn one byte of a file around."""
    content = bytearray(path.read_bytes())
    if content:
        content[int(len(content) * share)] ^= 0xFF
    path.write_bytes(content)


def zeroed(path: Path) -> None:
    """Fill a file with zeros."""
    path.write_bytes(bytes(path.stat().st_size))


def gone(path: Path) -> None:
    """Delete a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


_HARMS: tuple[Callable[[Path], None], ...] = (truncated, flipped, gone, zeroed)


def in_files(place: Place) -> Row:
    """F6: truncate, flip, delete and zero each file of the current generation in turn."""
    row = Row("F6", "each file of the current generation truncated, flipped, deleted, zeroed")
    files = list(_files(place.built_home("files").current))
    trials = [(name, harm) for name in files for harm in _HARMS]
    if place.short:
        trials = [(name, _HARMS[n % len(_HARMS)]) for n, name in enumerate(files)]

    def trial(given: tuple[Path, Callable[[Path], None]]) -> tuple[str, bool, Verdict]:
        name, harm = given
        what = f"{name} {harm.__name__}"
        home = place.built_home(what.replace("/", "-"))
        before = file_hash(home.current / name)
        harm(home.current / name)
        path = home.current / name
        # A file of zeros alone, as a graph of one level has, is none the worse for zeros.
        harmed = not path.is_file() or file_hash(path) != before
        return what, harmed, home.check()

    for what, harmed, verdict in side_by_side(trial, trials):
        row.take(what, verdict)
        told = verdict.notices or not harmed or what == f"vectors/{_CHROMA} flipped"
        row.expect(bool(told), f"{what}: no notice")
    return row


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            yield path.relative_to(folder)


def in_chroma(place: Place) -> Row:
    """F6: flip a byte of Chroma's own SQLite file, which no hash can vouch for, in many places."""
    row = Row("F6", f"one byte flipped in {_CHROMA}, in places spread over it")

    def trial(number: int) -> tuple[str, Verdict]:
        home = place.built_home(f"flipped-{number}")
        share = dice(place, "flip", number).random()
        flipped(home.current / "vectors" / _CHROMA, share)
        return f"flip at {share:.3f}", home.check()

    for what, verdict in side_by_side(trial, range(2 if place.short else _FLIPS)):
        row.take(what, verdict)
    return row


def that_kills(place: Place) -> Row:
    """F6: a torn graph under hashes that fit: what opens it may die, who asks must not."""
    row = Row("F6", "graph files torn, hashes made to fit: the probe may die, the asker must not")
    names = ("header.bin", "data_level0.bin", "link_lists.bin", "length.bin")
    trials = [(n, harm) for n in names for harm in (truncated, zeroed, _garbage)]
    if place.short:
        trials = [("header.bin", _garbage), ("data_level0.bin", truncated)]

    def trial(given: tuple[str, Callable[[Path], None]]) -> tuple[str, Verdict]:
        name, harm = given
        what = f"{name} {harm.__name__}"
        home = place.built_home(what.replace(" ", "-"))
        paths = sorted(home.current.glob(f"vectors/*/{name}"))
        for path in paths:
            harm(path)
        _vouch(home.current, paths)
        return what, home.check()

    for what, verdict in side_by_side(trial, trials):
        row.take(what, verdict)
    return row


def _garbage(path: Path) -> None:
    """Turn every byte of a file around."""
    path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))


def _vouch(folder: Path, paths: list[Path]) -> None:
    state = folder / "generation.json"
    content = json.loads(state.read_text(encoding="utf-8"))
    for path in paths:
        content["files"][path.relative_to(folder).as_posix()] = file_hash(path)
    state.write_text(json.dumps(content), encoding="utf-8")


def missing(place: Place) -> Row:
    """F7: the pointer, a generation, all of them or a segment are gone."""
    row = Row("F7", "CURRENT, the generation, all generations, one segment deleted; CURRENT astray")
    for what, harm in _LOSSES.items():
        home = place.built_home(what.replace(" ", "-"))
        harm(home)
        verdict = home.check()
        row.take(what, verdict)
        row.expect(bool(verdict.notices), f"{what}: no notice")
    return row


def _astray(home: Home) -> None:
    (home.folder / "CURRENT").write_text("nowhere\n", encoding="utf-8")


_LOSSES: dict[str, Callable[[Home], None]] = {
    "CURRENT deleted": lambda home: gone(home.folder / "CURRENT"),
    "CURRENT astray": _astray,
    "generation deleted": lambda home: gone(home.current),
    "all generations deleted": lambda home: gone(home.folder / "generations"),
    "segment deleted": lambda home: gone(
        next(path for path in sorted((home.current / "vectors").iterdir()) if path.is_dir())
    ),
}


def in_catalog(place: Place) -> Row:
    """F15: the text of a document changed behind the program's back is refused, not cited."""
    row = Row("F15", "a text of the catalog changed behind its back: rebuild and doctor refuse it")
    home = place.built_home("changed-text")
    db = sqlite3.connect(home.folder / "catalog.sqlite3")
    with db:
        db.execute("UPDATE texts SET text = replace(text, 'survey counts', 'survey doubts')")
    db.close()
    found = run(python(_EXAMINE, str(home.folder))).stdout
    row.expect("survey-0" in found, f"doctor does not tell: {found[-200:]}")
    for path in home.generations:
        gone(path)
    verdict = home.check()
    clear = "survey-" in verdict.error and "backup" in verdict.error
    row.expect(clear, f"no clear error: {verdict.error or verdict.wrong}")
    row.take("changed text", Verdict() if clear else verdict, "refused")
    return row
