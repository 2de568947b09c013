"""Figures of a sentence changed: value, unit, comparator, how often, route, duration, ceiling."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from consilia.gates.evidence import Evidence
from eval.mutations.mutant import Mutant, Mutate

_FIGURE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_YEAR = r"(?:19|20)\d\d(?! ?(?:mg|mL|g|%|people|patients|adults))"
_VALUE = rf"(?<![\w.*,])(?<![A-Za-z]-)(?!{_YEAR}\b){_FIGURE}(?![\w*]|[.,]\d)(?!-[A-Z])"
_AMOUNT = re.compile(_VALUE)
_SPAN = re.compile(rf"({_VALUE})((?:%| mg| mL| g)? to |-)({_VALUE})")
_COUNTS = (
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_COUNTED = (
    r"(?:\w+[ -]){0,3}?(?:people|patients|adults|participants|trials|studies|cases|controls"
    r"|women|men|muscles|clinicians"
    r"|questions|statements|articles|capsules?|doses|reports|events|drugs|groups|pairs)\b"
)


def _written(value: Decimal, like: str) -> str:
    text = f"{value.normalize():f}"
    return f"{value:,f}" if "," in like and value == value.to_integral() and value >= 1000 else text


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def times_ten(evidence: Evidence) -> Iterator[Mutant]:
    """Ten times a whole number, both ends of a range."""
    yield from _scaled(evidence, "value x10", Decimal(10), whole=True)


def tenth(evidence: Evidence) -> Iterator[Mutant]:
    """A tenth of a whole number, both ends of a range."""
    yield from _scaled(evidence, "value /10", Decimal("0.1"), whole=True)


def point_moved(evidence: Evidence) -> Iterator[Mutant]:
    """The decimal point of a number one place to the right or left."""
    yield from _scaled(evidence, "decimal point moved", Decimal(10), whole=False)
    yield from _scaled(evidence, "decimal point moved", Decimal("0.1"), whole=False)


def _scaled(evidence: Evidence, change: str, factor: Decimal, *, whole: bool) -> Iterator[Mutant]:
    spans = list(_SPAN.finditer(evidence.quote))
    for match in spans:
        low, high = (_decimal(match[n]) * factor for n in (1, 3))
        if ("." not in match[1] + match[3]) is whole and match[1] != "0":
            text = f"{_written(low, match[1])}{match[2]}{_written(high, match[3])}"
            yield _replaced(evidence, change, match, text)
    for match in _AMOUNT.finditer(evidence.quote):
        in_range = any(span.start() <= match.start() < span.end() for span in spans)
        if not in_range and ("." not in match[0]) is whole and _decimal(match[0]):
            text = _written(_decimal(match[0]) * factor, match[0])
            yield _replaced(evidence, change, match, text)


def _replaced(evidence: Evidence, change: str, match: re.Match[str], text: str) -> Mutant:
    claim = evidence.quote[: match.start()] + text + evidence.quote[match.end() :]
    return Mutant(change, claim, (evidence,), "numbers")


def transposed(evidence: Evidence) -> Iterator[Mutant]:
    """Two neighbouring digits of a number exchanged."""
    for match in _AMOUNT.finditer(evidence.quote):
        text = match[0]
        for at in range(len(text) - 1):
            a, b = text[at], text[at + 1]
            if a.isdigit() and b.isdigit() and a != b and not (at == 0 and b == "0"):
                yield _replaced(
                    evidence, "digits transposed", match, text[:at] + b + a + text[at + 2 :]
                )
                break


def bound_changed(evidence: Evidence) -> Iterator[Mutant]:
    """Another upper end, or another lower end, of a range."""
    for match in _SPAN.finditer(evidence.quote):
        interval = re.search(r"CI[ :]*-?$", evidence.quote[: match.start()])
        change = "CI bound changed" if interval else "range bound changed"
        low, high = _decimal(match[1]), _decimal(match[3])
        step = Decimal(1).scaleb(min(int(low.as_tuple().exponent), int(high.as_tuple().exponent)))
        yield _replaced(
            evidence, change, match, f"{match[1]}{match[2]}{_written(high + 2 * step, match[3])}"
        )
        if low > step:
            yield _replaced(
                evidence, change, match, f"{_written(low - step, match[1])}{match[2]}{match[3]}"
            )


_REWRITES: dict[str, tuple[tuple[str, str], ...]] = {
    "unit swap": (
        (r"(?<=\d) mg\b(?!/(?:dL|mL|min))", " mcg"),
        (r"(?<=\d) mg\b(?!/(?:dL|mL|min))", " g"),
        (r"(?<=\d) (?:micrograms|mcg)\b", " mg"),
        (r"(?<=\d) g\b", " mg"),
        (r"(?<=\d) mL\b(?!/)", " litres"),
        (r"(?<=\d) mV\b", " V"),
        (r"(?<=\d) mm\b(?! ?Hg)", " cm"),
        (r"(?<=\d) cm\b", " mm"),
    ),
    "mmol/L for mg/dL": (
        (r"(?<=\d) mmol/L", " mg/dL"),
        (r"(?<=\d) mg/dL", " mmol/L"),
        (r"(?<=\d) mEq/L", " mg/dL"),
    ),
    "mL for mg": (
        (r"(?<=\d) mg\b(?!/)", " mL"),
        (r"(?<=\d) mL\b(?!/)", " mg"),
    ),
    "mg for mg/kg": (
        (r"(?<=\d) mg/kg", " mg"),
        (r"(?<=\d) (mg|g)\b(?!/)", r" \1/kg"),
    ),
    "per dose for per day": (
        (r"(?<=\dmg| mg) (?:a day|daily)\b|(?<=mg/kg)/day\b", " per dose"),
        (r"(?<=\dmg| mg) (?:a day|daily)\b|(?<=mg/kg)/day\b", " per hour"),
        (r"(?<=mg/kg) per dose\b", " per day"),
        (r"(?<=\d g) per dose\b", " per day"),
        (r"/minute\b| per hour\b", "/day"),
    ),
    "points for percent": (
        (r"(?<=\d)%(?! (?:CI|calcium|dextrose|confidence))", " percentage points"),
        (r"(?<=\d) (?:percentage )?points?\b", "%"),
    ),
    "p value changed": (
        (r"(?<=p[=<]0\.)(?=0)", "2"),
        (r"(?<=p[=<]0\.)(?=[1-9])", "0"),
        (r"\bp=(?=0)", "p<"),
        (r"\bp<(?=0)", "p>"),
    ),
    "frequency changed": (
        (r"\bonce([ -])(?=daily|a day)", r"twice\1"),
        (r"\btwice (?=daily|a day)", "three times "),
        (r"\bthree times (?=daily|a day)", "twice "),
        (r"\bthree times (?=daily|a day)", "four times "),
        (r"\bfour times (?=daily|a day)", "once "),
        (r"\bevery six hours", "every four hours"),
        (r"\bevery (?=[1-9] |\d\d? days)", "every 1"),
        (r"(?<=\d mg) daily\b", " weekly"),
        (r"(?<=\d mg) daily\b", " twice daily"),
        (r"(?<=\d mg) a day\b", " a week"),
        (r"\bat night\b", "twice daily"),
        (r"(?<=\d) per (?:night|week)\b", " per month"),
        (r"\bper year\b", "per month"),
        (r"\bevery month\b", "every week"),
    ),
    "route changed": (
        (r"\boral(?= \w)", "intravenous"),
        (r"\boral(?= \w)", "topical"),
        (r"\borally\b|\bby mouth\b", "intravenously"),
        (r"\bintravenous\b", "oral"),
        (r"\bintravenous\b", "intrathecal"),
        (r"\bintravenously\b", "by mouth"),
        (r"\bintravenously\b", "intramuscularly"),
        (r"\bintrathecal\b", "intravenous"),
        (r"\bintrathecal\b", "subcutaneous"),
        (r"\bintramuscular\b", "intravenous"),
        (r"\bintramuscularly\b", "by mouth"),
        (r"\bIntravenous\b", "Intramuscular"),
    ),
    "ceiling dropped": (
        (r"\bup to (?=\d)", ""),
        (r"\bThe maximum (?=[^.;]{0,80}\d)", "The "),
        (r"\bshould not exceed (?=\d)", "should be "),
        (r"\blimits the (total )?dose to (?=\d)", r"sets the \1dose at "),
        (r", not above (?=\d)", ", then "),
        (r"\bstarts at (?=\d)", "allows up to "),
        (r"\bis started at (?=\d)", "is limited to "),
    ),
}
_TIMES = {
    "minute": "hour", "hour": "day", "day": "week", "week": "month", "month": "week",
    "year": "month",
}  # fmt: skip
_FLIPS = {
    "below": "above", "above": "below", "less than": "more than", "more than": "less than",
    "under": "over", "at least": "at most", "up to": "at least",
    "younger than": "older than", "older than": "younger than",
    "longer than": "shorter than", "exceeds": "falls below", "exceed": "fall below",
    "fewer than": "more than", "from age": "up to age", "within": "later than",
    "not above": "not below",
}  # fmt: skip
_FLIPS_BEHIND = {
    "or more": "or less", "or less": "or more", "or younger": "or older", "or older": "or younger",
    "or higher": "or lower", "and over": "and under", "or above": "or below",
}  # fmt: skip


def _rewritten(evidence: Evidence, change: str) -> Iterator[Mutant]:
    for pattern, template in _REWRITES[change]:
        for match in re.finditer(pattern, evidence.quote):
            yield _replaced(evidence, change, match, match.expand(template))


def unit_swapped(evidence: Evidence) -> Iterator[Mutant]:
    """Another unit of the same dimension, or of another, and a rate by another moment."""
    for change in ("unit swap", "mmol/L for mg/dL", "mL for mg", "mg for mg/kg"):
        yield from _rewritten(evidence, change)
    yield from _rewritten(evidence, "per dose for per day")
    yield from _rewritten(evidence, "points for percent")


def p_value_changed(evidence: Evidence) -> Iterator[Mutant]:
    """Another p value, or another sign before it."""
    yield from _rewritten(evidence, "p value changed")


def frequency_changed(evidence: Evidence) -> Iterator[Mutant]:
    """Given or happening more or less often."""
    yield from _rewritten(evidence, "frequency changed")


def route_changed(evidence: Evidence) -> Iterator[Mutant]:
    """Given by another route; "oral or oral" would be no sentence."""
    doubled = re.compile(r"\b(\w+) (?:or|and) \1\b")
    mutants = _rewritten(evidence, "route changed")
    yield from (mutant for mutant in mutants if not doubled.search(mutant.claim))


def ceiling_dropped(evidence: Evidence) -> Iterator[Mutant]:
    """A ceiling told as the dose, or a starting dose as a ceiling."""
    yield from _rewritten(evidence, "ceiling dropped")


def limit_left_out(evidence: Evidence) -> Iterator[Mutant]:
    """The ceiling of a dose left out with its value, and how often a dose is given."""
    dose = rf"(?<![\w.]){_FIGURE}(?: to {_FIGURE})? (?:mg|g|micrograms)(?:/kg)?"
    often = r" (?:a day|daily|(?:twice|once|three times) (?:daily|a day)|per dose)"
    most = r"(?:maximum|max|up to|not above|at most|not more than|to a maximum of)"
    ceiling = rf"(?: \({most} {dose}(?:{often})?\)|, {most} {dose}(?:{often})?)"
    for match in re.finditer(ceiling, evidence.quote):
        if re.search(rf"{dose}(?:{often})?$", evidence.quote[: match.start()]):
            yield _replaced(evidence, "ceiling left out", match, "")
    for match in re.finditer(rf"(?:(?<=mg)|(?<=/kg)|(?<= g)){often}", evidence.quote):
        before, behind = evidence.quote[: match.start()], evidence.quote[match.end() :]
        is_said_twice = "daily dose" in before or "once-daily" in before
        if re.search(f"{dose}$", before) and not is_said_twice and not behind.startswith(" every"):
            yield _replaced(evidence, "rate left out", match, "")


def duration_changed(evidence: Evidence) -> Iterator[Mutant]:
    """Weeks for days, months for weeks."""
    number = rf"(?<![\w.-])(?:{_FIGURE}|one|{'|'.join(_COUNTS)})[ -]"
    for match in re.finditer(rf"(?<=[ -])({'|'.join(_TIMES)})(?=s?\b)", evidence.quote):
        if re.search(number + "$", evidence.quote[: match.start()]):
            yield _replaced(evidence, "duration changed", match, _TIMES[match[1]])


def comparator_flipped(evidence: Evidence) -> Iterator[Mutant]:
    """Above for below, at most for at least, "or less" for "or more"."""
    number = r"(?= (?:about )?(?:\d|one |two |three ))"
    for words, other in _FLIPS.items():
        lone = r"(?<!not )" if words in {"above", "exceed"} else ""
        for match in re.finditer(rf"\b{lone}{words}{number}", evidence.quote):
            yield _replaced(evidence, "comparator flipped", match, other)
    for words, other in _FLIPS_BEHIND.items():
        for match in re.finditer(rf"(?<=[\w%]) {words}\b", evidence.quote):
            if re.search(r"\d(?: [\w/]+)?$", evidence.quote[: match.start()]):
                yield _replaced(evidence, "comparator flipped", match, f" {other}")


def number_counted_changed(evidence: Evidence) -> Iterator[Mutant]:
    """Another number of patients, trials or doses, and other small numbers in words."""
    for match in re.finditer(rf"{_VALUE}(?=[ -]{_COUNTED})", evidence.quote):
        text = _written(_decimal(match[0]) + 3, match[0])
        yield _replaced(evidence, "n changed", match, text)
    later = dict(pairwise([*_COUNTS, "thirteen"]))
    for match in re.finditer(rf"\b({'|'.join(_COUNTS)})(?=[ -](?!times))", evidence.quote):
        yield _replaced(evidence, "n changed", match, later[match[0]])


def values_swapped(evidence: Evidence) -> Iterator[Mutant]:
    """Two values of one unit, each in the place of the other."""
    quote = evidence.quote
    ranges = [span.span() for span in _SPAN.finditer(quote)]
    lone = [
        match
        for match in re.finditer(rf"({_VALUE})(%| mg| points| months| minutes)?", quote)
        if not any(start <= match.start() < end for start, end in ranges)
    ]
    for one, other in pairwise(lone):
        between = quote[one.end() : other.start()]
        compared = re.search(r"\b(?:versus|vs|and|while)\b|,", between) and ";" not in between
        if (
            compared
            and one[2] == other[2]
            and (one[2] or "versus" in between)
            and one[1] != other[1]
        ):
            claim = quote[: one.start()] + other[0] + between + one[0] + quote[other.end() :]
            yield Mutant("values swapped", claim, (evidence,), "numbers")


MUTATORS: tuple[Mutate, ...] = (
    times_ten,
    tenth,
    point_moved,
    transposed,
    bound_changed,
    unit_swapped,
    comparator_flipped,
    p_value_changed,
    frequency_changed,
    route_changed,
    duration_changed,
    ceiling_dropped,
    limit_left_out,
    number_counted_changed,
    values_swapped,
)
