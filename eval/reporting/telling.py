"""Numbers as readers are told them."""

from eval.statistics import Interval

_MOST_DIGITS = 6
_WHOLE = 1_000
"""From here on digits behind the point tell nothing."""


def number(value: float | None, *, is_share: bool) -> str:
    """Return a number, shares in percent; what is not all or nothing is not rounded to it.

    >>> number(0.876, is_share=True), number(0.99996, is_share=True), number(1.0, is_share=True)
    ('87.6 %', '99.996 %', '100 %')
    >>> number(73.5, is_share=False), number(1234567.0, is_share=False), number(None, is_share=True)
    ('73.5', '1,234,567', 'none')
    """
    if value is None:
        return "none"
    if not is_share:
        return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.4g}"
    if value in {0.0, 1.0}:
        return f"{value:.0%}".replace("%", " %")
    tried = (f"{value:.{digits}%}" for digits in range(1, _MOST_DIGITS))
    known = (text for text in tried if float(text[:-1]) not in {0.0, 100.0})
    return next(known, f"{value:.1%}").replace("%", " %")


def change(value: float | None, *, is_share: bool) -> str:
    """Return a difference with its sign, that of shares in percentage points.

    >>> change(0.012, is_share=True), change(-2.0, is_share=False), change(0.0, is_share=True)
    ('+1.2 points', '-2', '0 points')
    """
    if value is None:
        return ""
    sign = "+" if value else ""
    if not is_share:
        return f"{value:{sign},.0f}" if abs(value) >= _WHOLE else f"{value:{sign}.4g}"
    return f"{value * 100:{sign}.3g} points"


def interval(bounds: Interval | None, *, is_share: bool) -> str:
    """Return an interval; empty without one.

    >>> interval(Interval(0.5, 1.0), is_share=True)
    '50.0 % to 100 %'
    """
    if bounds is None:
        return ""
    return " to ".join(number(end, is_share=is_share) for end in (bounds.low, bounds.high))


def milliseconds(seconds: float) -> str:
    """Return a time.

    >>> milliseconds(0.0714)
    '71 ms'
    """
    return f"{seconds * 1_000:,.0f} ms"
