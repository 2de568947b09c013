"""All faults, tried in turn, and the table of what came out."""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from consilia.errors import ConsiliaError
from eval.faults import damage, kills, machine, upgrades, writers
from eval.faults.trials import Place, Row

FAULTS: tuple[tuple[str, Callable[[Place], Row]], ...] = (
    ("F1", kills.at_random),
    ("F2", kills.at_points),
    ("F3", kills.by_signals),
    ("F4", writers.two_at_once),
    ("F5", writers.while_reading),
    ("F6", damage.in_files),
    ("F6", damage.in_chroma),
    ("F6", damage.that_kills),
    ("F7", damage.missing),
    ("F8", machine.full_disk),
    ("F8", machine.broken_disk),
    ("F9", machine.read_only),
    ("F10", writers.stale_lock),
    ("F11", writers.clock),
    ("F13", machine.embedders),
    ("F14", machine.memory),
    ("F15", upgrades.shipped),
    ("F15", damage.in_catalog),
    ("F19", upgrades.schema),
    ("F20", upgrades.repetition),
    ("F21", writers.forked),
    ("F22", kills.in_the_check),
    ("F23", machine.no_network),
    ("F24", upgrades.rules),
)
_WIDTHS = (4, 74, 7, 5, 6, 6, 11)
_HEAD = ("", "what was done", "trials", "lost", "mixed", "wrong", "unreadable")


def run_faults(only: Sequence[str], *, kills: int, short: bool) -> int:
    """Try faults and print a row each, as they are done.

    Args:
        only: Numbers of faults such as `F6`; all when empty.
        kills: How many at random moments.
        short: Try each kind of harm once.

    Returns:
        0 when nothing was lost, mixed, wrong or unreadable and all came as expected; else 1.

    Raises:
        ConsiliaError: There is no fault of a number.
    """
    known = {number for number, _ in FAULTS}
    if unknown := set(only) - known:
        raise ConsiliaError(f"no fault {', '.join(sorted(unknown))}; there are {sorted(known)}")
    rows, start = [], time.monotonic()
    sys.stdout.write(_line(_HEAD, "result") + "\n")
    for number, (fault, trial) in enumerate(FAULTS):
        if only and fault not in only:
            continue
        with tempfile.TemporaryDirectory(prefix="consilia-faults-") as folder:
            place = Place(Path(folder), kills=kills, short=short, seed=number)
            place.prepare()
            rows.append(trial(place))
        sys.stdout.write(_told(rows[-1]))
        sys.stdout.flush()
    bad = [row for row in rows if not row.good]
    sys.stdout.write(
        f"\n{len(rows)} faults, {sum(row.trials for row in rows)} trials, "
        f"{sum(row.lost for row in rows)} acknowledged documents lost, "
        f"{sum(row.mixed for row in rows)} mixed generations, "
        f"{sum(row.wrong for row in rows)} wrong hits, "
        f"{sum(row.unreadable for row in rows)} unreadable; {len(bad)} faults not as they should "
        f"be; {time.monotonic() - start:.0f} s\n"
    )
    return 1 if bad else 0


def _told(row: Row) -> str:
    counts = (row.trials, row.lost, row.mixed, row.wrong, row.unreadable)
    results = "; ".join(f"{count} {result}" for result, count in row.results.items())
    line = _line((row.fault, row.done, *counts), f"{'ok' if row.good else 'BAD'}: {results}")
    return "".join(f"{text}\n" for text in (line, *(f"       {m}" for m in row.missed)))


def _line(values: Sequence[object], result: str) -> str:
    cells = [
        f"{value:<{width}}" if n < len(_WIDTHS[:2]) else f"{value:>{width}}"
        for n, (value, width) in enumerate(zip(values, _WIDTHS, strict=True))
    ]
    return f"{' '.join(cells)}  {result}"
