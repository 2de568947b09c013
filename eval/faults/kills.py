"""Processes that end in the middle of an ingest: by a kill, at a named point, by a signal."""

import signal
import time

import psutil  # type: ignore[import-untyped]  # it ships no types

from consilia.building import PHASES
from eval.faults.check import Verdict
from eval.faults.trials import Home, Place, Row, Writer, dice, side_by_side
from eval.faults.writing import LEFT

_KILLS_A_HOME = 25
_SIZE = 3


def at_random(place: Place) -> Row:
    """F1: kill at random moments, again and again in the same homes."""
    homes = max(1, place.kills // _KILLS_A_HOME)
    row = Row("F1", f"SIGKILL at a random moment of an ingest, in {homes} homes, again and again")
    shares = [place.kills // homes + (n < place.kills % homes) for n in range(homes)]
    for verdicts in side_by_side(lambda n: _killed(place, n, shares[n]), range(homes)):
        for kill, verdict in enumerate(verdicts):
            row.take(f"kill {kill}", verdict)
    return row


def _killed(place: Place, number: int, kills: int) -> list[Verdict]:
    home, random = place.new_home(f"killed-{number}"), dice(place, "kills", number)
    seconds, first = _measure(home), 2 * _SIZE
    verdicts = []
    for _ in range(kills):
        writer = Writer(home, "--first", str(first), "--size", str(_SIZE))
        writer.wait_for("ready")
        time.sleep(random.uniform(0, 1.5 * seconds))
        ended = writer.kill(group=random.random() < 0.5)
        first += _SIZE * (ended.phases.count("read") + 1)
        verdicts.append(home.check())
    return verdicts


def _measure(home: Home) -> float:
    """Seconds of one ingest; it also gives the home its first documents."""
    writer = Writer(home, "--size", str(_SIZE), "--batches", "2")
    writer.wait_for("ready")
    start = time.monotonic()
    writer.finish()
    return (time.monotonic() - start) / 2


def at_points(place: Place) -> Row:
    """F2: leave at the start and the end of each phase, with and without an earlier index."""
    row = Row("F2", "os._exit at the start and the end of each phase of an ingest")
    points = [f"{phase}:{end}" for phase in PHASES for end in ("start", "end")]
    trials = [(point, new) for point in points for new in ((False,) if place.short else (0, 1))]

    def trial(given: tuple[str, bool | int]) -> tuple[str, int, Verdict]:
        point, new = given
        name = f"left-{point.replace(':', '-')}-{int(new)}"
        home = place.new_home(name) if new else place.built_home(name)
        ended = Writer(home, "--first", "10", "--batches", "1", "--leave", point).finish()
        return f"{point}{', first ingest' if new else ''}", ended.code, home.check()

    for point, code, verdict in side_by_side(trial, trials):
        row.take(point, verdict)
        row.expect(code == LEFT, f"{point} was not reached: exit code {code}")
    return row


def by_signals(place: Place) -> Row:
    """F3: SIGTERM and Ctrl-C, to the process and to its group."""
    row = Row("F3", "SIGTERM, and Ctrl-C as KeyboardInterrupt, at random moments")
    trials = [
        (number, group, again)
        for number in (signal.SIGTERM, signal.SIGINT)
        for group in (False, True)
        for again in range(1 if place.short else 4)
    ]

    def trial(given: tuple[signal.Signals, bool, int]) -> tuple[str, int, Verdict]:
        number, group, again = given
        name = f"{number.name}-{int(group)}-{again}"
        home = place.built_home(name)
        writer = Writer(home, "--first", "10")
        writer.wait_for("read")
        time.sleep(dice(place, name).uniform(0, 3))
        ended = writer.kill(number, group=group)
        return name, ended.code, home.check()

    for name, code, verdict in side_by_side(trial, trials):
        row.take(name, verdict)
        row.expect(code != 0, f"{name} did not end the ingest")
    return row


def in_the_check(place: Place) -> Row:
    """F22: kill while a finished generation is checked: all, the parent, or the checking child."""
    row = Row("F22", "SIGKILL while the new generation is checked: all, the parent, the checker")
    trials = [
        (who, n) for n in range(1 if place.short else 4) for who in ("all", "parent", "checker")
    ]

    def trial(given: tuple[str, int]) -> tuple[str, str, Verdict]:
        who, n = given
        home = place.built_home(f"check-{who}-{n}")
        writer = Writer(home, "--first", "10", "--batches", "1")
        writer.wait_for("check")
        time.sleep(dice(place, "check", n).uniform(0.05, 0.6))
        if who == "checker":
            for child in psutil.Process(writer.process.pid).children():
                child.kill()
            error = writer.finish().error
        else:
            error = writer.kill(group=who == "all").error
        return who, error, home.check()

    for who, error, verdict in side_by_side(trial, trials):
        row.take(who, verdict)
        row.expect(
            who != "checker" or "failed its check" in error,
            f"a check that was killed gave no clear error: {error}",
        )
    return row
