"""`python -m eval scale`: what an index of many sentences costs to build, to keep and to search.

The smallest size is really encoded. Above it, vectors are seeded perturbations of those: encoding
is then reckoned from the rate that was measured, and the table says so.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consilia.index import CURRENT, GENERATIONS
from eval.processes import BenchError
from eval.report import table
from eval.statistics import percentile

SIZES = (10_000, 100_000, 300_000)
_ROOT = Path(__file__).parents[2]
_NOTE = """
build: from documents in the catalog to the swapped index, with vectors that are seeded
perturbations of {first:,} real ones. ratio: bare encoding / (bare encoding + build), with the
encoding reckoned at {rate:.0f} sentences a second, as measured at {first:,}.
rebuild: from stored vectors and sentences, with its peak memory. add 10: ten documents more.
search: 200 queries, 10 hits, on an open knowledge base; "label" searches one of four kinds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size cost; seconds and bytes."""

    sentences: int
    build: float
    ratio: float
    rebuild: float
    rebuild_peak: float
    add: float
    disk: int
    """Of the catalog and one generation."""
    opening: float
    search_all: tuple[float, float]
    """p50 and p95."""
    search_one: tuple[float, float]
    search_peak: float

    def cells(self) -> tuple[str, ...]:
        """Return the line of the table."""
        return (
            f"{self.sentences:,}",
            f"{self.build:.0f} s",
            f"{self.ratio:.3f}",
            f"{self.rebuild:.0f} s",
            f"{self.rebuild_peak / 1e9:.2f} GB",
            f"{self.add:.0f} s",
            f"{self.disk / 1e9:.2f} GB",
            f"{self.opening:.1f} s",
            _both(self.search_all),
            _both(self.search_one),
            f"{self.search_peak / 1e9:.2f} GB",
        )


_COLUMNS = (
    "sentences",
    "build",
    "ratio",
    "rebuild",
    "peak",
    "add 10",
    "disk",
    "open",
    "search p50/p95",
    "label p50/p95",
    "peak",
)


def run_scale(sizes: tuple[int, ...] = SIZES) -> int:
    """Measure each size in temporary folders and print one table.

    Args:
        sizes: Sentences, the first of them really encoded.

    Returns:
        0: the table tells, the exit status does not judge.
    """
    first, rows = sizes[0], []
    with tempfile.TemporaryDirectory(prefix="consilia-scale-") as name:
        folder = Path(name)
        vectors = folder / "vectors.npy"
        encoded = _step("encode", _home(folder, first, "encoded"), vectors)
        rate = encoded["texts"] / encoded["bare"]
        for size in sizes:
            rows.append(_measure(folder, size, vectors, rate))
            sys.stderr.write(f"{size:,} sentences measured\n")
    real = encoded["bare"] / encoded["build"]
    sys.stdout.write(table([_COLUMNS, *(row.cells() for row in rows)]) + "\n")
    sys.stdout.write(f"\nreally encoded, {first:,} sentences: bare {encoded['bare']:.1f} s, ")
    sys.stdout.write(f"build {encoded['build']:.1f} s, ratio {real:.3f}\n")
    sys.stdout.write(_NOTE.format(first=first, rate=rate).lstrip() + "\n")
    return 0


def _measure(folder: Path, size: int, vectors: Path, rate: float) -> Measured:
    home = _home(folder, size, "base")
    built = _step("build", home, vectors)
    disk = _disk(home)
    rebuilt = _step("rebuild", home, vectors)
    searched = _step("search", home, vectors)
    added = _step("add", home, vectors)
    bare = size / rate
    return Measured(
        sentences=size,
        build=built["build"],
        ratio=bare / (bare + built["build"]),
        rebuild=rebuilt["build"],
        rebuild_peak=rebuilt["peak"],
        add=added["build"],
        disk=disk,
        opening=searched["open"],
        search_all=_percentiles(searched["all"]),
        search_one=_percentiles(searched["one"]),
        search_peak=searched["peak"],
    )


def _home(folder: Path, size: int, name: str) -> Path:
    home = folder / f"{name}-{size}"
    home.mkdir()
    (folder / f"{home.name}.size").write_text(str(size), encoding="utf-8")
    return home


def _step(name: str, home: Path, vectors: Path) -> dict[str, Any]:
    """Run one step in a fresh process.

    Raises:
        BenchError: It failed.
    """
    command = [sys.executable, "-m", "eval.scale.steps", name, str(home), str(vectors)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT)
    if done.returncode != 0:
        raise BenchError(f"the step {name} on {home.name} failed:\n{done.stderr[-2_000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _disk(home: Path) -> int:
    current = home / GENERATIONS / (home / CURRENT).read_text(encoding="utf-8").strip()
    files = [*home.glob("catalog*"), *(path for path in current.rglob("*") if path.is_file())]
    return sum(path.stat().st_size for path in files)


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    return percentile(seconds, 0.5) or 0.0, percentile(seconds, 0.95) or 0.0


def _both(seconds: tuple[float, float]) -> str:
    return f"{seconds[0] * 1000:.0f} / {seconds[1] * 1000:.0f} ms"
