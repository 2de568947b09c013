"""The curves of a report, drawn by matplotlib as SVG: the same bytes for the same numbers."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

from eval.reporting.telling import milliseconds
from eval.selective import Bin, Curve

Dash = Literal["-", "--", "-.", ":"]
_GROUND, _INK, _LINES = "#ffffff", "#1c2733", "#cfd6dd"
_COLOURS = ("#0b62a4", "#b2480e", "#2e7041", "#6a3fa0")
_DARK = {
    _GROUND: "#151b22",
    _INK: "#dfe6ee",
    _LINES: "#3b4754",
    **dict(zip(_COLOURS, ("#6cb5ef", "#f0975c", "#76c893", "#bd9cf2"), strict=True)),
}
_MARKERS = ("o", "s", "^", "D")
_DASHES: tuple[Dash, ...] = ("-", "--", "-.", ":")
_STYLE: dict[RcKeyType, object] = {
    "svg.hashsalt": "consilia",  # else the ids in the picture are random
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.size": 10,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "text.color": _INK,
    "text.parse_math": False,  # a $ in the name of a stage is no formula
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _LINES,
    "figure.facecolor": _GROUND,
    "axes.facecolor": _GROUND,
    "savefig.facecolor": _GROUND,
}
_UNLIKE = {"Date": None, "Creator": None, "Format": None, "Type": None}
"""Metadata that would tell time and version."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of a question took, in seconds."""

    name: str
    median: float
    p95: float


def dark(picture: str) -> str:
    """Return a picture of this module in the colours of a dark page."""
    return re.sub("|".join(_DARK), lambda found: _DARK[found[0]], picture)


def risk_coverage(curves: Sequence[Curve]) -> str:
    """Return the curves as SVG: coverage to the right, the share that is wrong upwards."""

    def draw(axes: Axes) -> None:
        for number, curve in enumerate(curves):
            coverage, risk = zip(*curve.points, strict=True) if curve.points else ((), ())
            colour, dash = _look(number)
            axes.plot(coverage, risk, dash, color=colour, label=curve.name, linewidth=1.8)
        _shares(axes, "coverage: share of the questions that are answered, surest first")
        axes.set_ylabel("risk: share of the answered that is wrong")

    return _drawn(draw)


def reliability_diagram(bins: Mapping[str, Sequence[Bin]]) -> str:
    """Return observed shares over predicted probabilities as SVG, with their intervals."""

    def draw(axes: Axes) -> None:
        axes.plot((0, 1), (0, 1), color=_LINES, linewidth=1.2, label="perfectly calibrated")
        for number, (name, held) in enumerate(bins.items()):
            colour, dash = _look(number)
            observed = [one.observed for one in held]
            below = [max(0.0, one.observed - one.interval.low) for one in held]
            above = [max(0.0, one.interval.high - one.observed) for one in held]
            axes.errorbar(
                [one.predicted for one in held],
                observed,
                yerr=(below, above),
                color=colour,
                linestyle=dash,
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=5,
                elinewidth=0.8,
                capsize=2,
                label=name,
            )
        _shares(axes, "predicted probability that the section can answer")
        axes.set_ylabel("share that can answer")

    return _drawn(draw)


def waterfall(stages: Sequence[Stage]) -> str:
    """Return the stages one after the other as SVG: bars to the median, lines to the p95."""
    return _drawn(partial(_fall, stages), height=1.2 + 0.5 * len(stages))


def _fall(stages: Sequence[Stage], axes: Axes) -> None:
    begun = 0.0
    for place, stage in enumerate(stages):
        begin, middle, late = (1_000 * s for s in (begun, stage.median, stage.p95))
        axes.barh(place, middle, left=begin, height=0.5, color=_COLOURS[0])
        axes.hlines(place, begin + middle, begin + late, color=_COLOURS[1], linewidth=2)
        axes.vlines(begin + late, place - 0.15, place + 0.15, color=_COLOURS[1], linewidth=2)
        told = f"{milliseconds(stage.median)}, p95 {milliseconds(stage.p95)}"
        end = (begin + max(late, middle), place)
        axes.annotate(told, end, (8, 0), textcoords="offset points", va="center")
        begun += stage.median
    axes.set_yticks(range(len(stages)), [stage.name for stage in stages])
    axes.invert_yaxis()
    axes.set_xlabel("ms, medians one after the other; bar: median, line: to the 95th percentile")
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)
    axes.margins(x=0.35)
    axes.set_xlim(left=0)


def _look(number: int) -> tuple[str, Dash]:
    return _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]


def _shares(axes: Axes, label: str) -> None:
    axes.set(xlim=(-0.01, 1.02), ylim=(-0.02, 1.03), xlabel=label)
    axes.grid(visible=True)
    axes.set_axisbelow(True)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)


def _drawn(draw: Callable[[Axes], None], *, height: float = 4.2) -> str:
    """Return what is drawn on new axes: neither the user's settings nor a display are looked at."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(7.2, height), layout="tight")
        draw(figure.add_subplot())
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata=_UNLIKE)
    return written.getvalue()
