"""Risk-coverage curves as a picture: what share is wrong when only the surest share is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Self

_WIDTH, _HEIGHT, _MARGIN = 640, 400, 56
_COLOURS = ("#1b5e8c", "#b3541e", "#3f7d3a", "#6a4c93")
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (coverage, risk), both in [0, 1], by rising coverage."""

    name: str
    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, name: str, judged: Sequence[tuple[float, bool]]) -> Self:
        """Return the curve of scores with whether each is right.

        Coverage k / n goes with the share of wrong ones among the k with the highest scores
        (El-Yaniv and Wiener, Journal of Machine Learning Research 11, 2010).

        Args:
            name: Stands in the picture.
            judged: Score and truth, in any order.

        >>> Curve.of("a", [(0.9, True), (0.1, False)]).points
        ((0.5, 0.0), (1.0, 0.5))
        """
        wrong, points = 0, []
        for count, (_, right) in enumerate(sorted(judged, key=lambda pair: -pair[0]), start=1):
            wrong += not right
            points.append((count / len(judged), wrong / count))
        return cls(name, tuple(points))


def picture(curves: Sequence[Curve]) -> str:
    """Return the curves as one SVG picture, coverage to the right, risk upwards."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        "<title>Risk and coverage, by section</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        *_axes(),
    ]
    for number, curve in enumerate(curves):
        colour = _COLOURS[number % len(_COLOURS)]
        places = " ".join(f"{_x(c):.1f},{_y(r):.1f}" for c, r in curve.points)
        lines.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{places}"/>'
        )
        lines.append(_text(_MARGIN + 12, _MARGIN + 18 * number, curve.name, fill=colour))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _axes() -> list[str]:
    found = []
    for step in _STEPS:
        x, y = _x(step), _y(step)
        found += [
            f'<line x1="{x}" y1="{_y(0)}" x2="{x}" y2="{_y(1)}" stroke="#ddd"/>',
            f'<line x1="{_x(0)}" y1="{y}" x2="{_x(1)}" y2="{y}" stroke="#ddd"/>',
            _text(x - 10, _y(0) + 18, f"{step:.2f}"),
            _text(_MARGIN - 36, y + 4, f"{step:.2f}"),
        ]
    found.append(_text(_WIDTH / 2 - 60, _HEIGHT - 12, "coverage (share shown)"))
    found.append(_text(8, _MARGIN - 18, "risk (share of the shown that is wrong)"))
    return found


def _text(x: float, y: float, words: str, *, fill: str = "#333") -> str:
    place = f'x="{x:.0f}" y="{y:.0f}" font-size="12" font-family="sans-serif" fill="{fill}"'
    return f"<text {place}>{escape(words)}</text>"


def _x(coverage: float) -> float:
    return _MARGIN + coverage * (_WIDTH - 2 * _MARGIN)


def _y(risk: float) -> float:
    return _HEIGHT - _MARGIN - risk * (_HEIGHT - 2 * _MARGIN)
