"""`python -m eval compare A B`: two runs over the same questions, pair by pair."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.measure import Measure, Metric, source_of
from eval.outcomes import faults, gravity, told
from eval.report import table
from eval.runs.scoring import groups_of
from eval.runs.store import RunError, read_run
from eval.samples import Sample
from eval.statistics import RESAMPLES, SEED, Interval, mcnemar, paired_bootstrap

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question in two runs."""

    a: Sample
    b: Sample


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two runs."""

    name: str
    a: Measure
    b: Measure
    interval: Interval | None
    """Of b - a, 95 %, by a cluster bootstrap; None where the measure is no mean of questions."""
    p: float | None
    """Exact McNemar, where each question is a success or a failure in both runs; else None."""
    pairs: int
    """Questions that count in both runs."""

    @property
    def value(self) -> float | None:
        """The value of the second less that of the first; None where either is not applicable."""
        if self.a.value is None or self.b.value is None:
            return None
        return self.b.value - self.a.value


def read_pairs(a: Path, b: Path, *, shared_cases: bool = False) -> tuple[Pair, ...]:
    """Read two runs and pair their samples by case and turn.

    Args:
        a: Folder of a run.
        b: Folder of another.
        shared_cases: Compare the cases that are the same in both and leave out the others.

    Returns:
        The pairs, in the order of the first run.

    Raises:
        RunError: A run cannot be read, or the two are of different gold.
    """
    one, other = read_run(a), read_run(b)
    if one.manifest.cases_sha256 != other.manifest.cases_sha256 and not shared_cases:
        raise RunError(
            f"{a} and {b} are runs of different gold, so their numbers do not compare; "
            "--shared-cases compares the cases that both have"
        )
    known = {(_key(sample), sample.turn): sample for sample in other.samples}
    places = ((sample, (_key(sample), sample.turn)) for sample in one.samples)
    pairs = tuple(Pair(sample, known[place]) for sample, place in places if place in known)
    if not pairs:
        raise RunError(f"{a} and {b} share no case")
    return pairs


def _key(sample: Sample) -> str:
    """Return a case as it is asked and judged: where its gold words stand may have moved."""
    case = sample.case
    turns = [turn.model_copy(update={"spans": ()}) for turn in case.turns]
    plain = case.model_copy(update={"spans": (), "turns": tuple(turns)})
    gold = [(s.id, s.document, s.sha256) for step in case.steps() for s in step.spans]
    return f"{plain.model_dump_json()} {gold}"


def differences(
    pairs: Sequence[Pair], metrics: Sequence[Metric] | None = None
) -> tuple[Difference, ...]:
    """Compare every measure over the pairs.

    Args:
        pairs: Of two runs.
        metrics: All without a judge when None.

    Returns:
        One difference a measure, in the order of reports.
    """
    metrics = metrics or [metric for group in groups_of().values() for metric in group]
    return tuple(_difference(metric, pairs) for metric in metrics)


def _difference(metric: Metric, pairs: Sequence[Pair]) -> Difference:
    a, b = metric([pair.a for pair in pairs]), metric([pair.b for pair in pairs])
    each = [_Each(metric([p.a]), metric([p.b]), source_of(p.a)) for p in pairs]
    counting = sum(bool(one.a.n and one.b.n) for one in each)
    if not (_is_mean(a, [one.a for one in each]) and _is_mean(b, [one.b for one in each])):
        return Difference(a.name, a, b, None, None, counting)
    if all(one.a.n == one.b.n for one in each):
        return Difference(a.name, a, b, _paired(each), _p(each), counting)
    return Difference(a.name, a, b, _ratios(each), None, counting)


@dataclass(frozen=True, slots=True)
class _Each:
    """A measure of one question in both runs."""

    a: Measure
    b: Measure
    source: Hashable


def _is_mean(whole: Measure, each: Sequence[Measure]) -> bool:
    """Tell whether a measure is the mean of those of its questions, weighted by their n."""
    n = sum(one.n for one in each)
    if whole.value is None or not n:
        return False
    return abs(sum((one.value or 0) * one.n for one in each) / n - whole.value) < _ROUNDING


def _paired(each: Sequence[_Each]) -> Interval | None:
    """Return the interval of the mean difference of questions that count the same in both runs."""
    trials = [one for one in each for _ in range(one.a.n)]
    a, b = ([measure.value or 0.0 for measure in side] for side in _sides(trials))
    return paired_bootstrap(b, a, [one.source for one in trials], seed=SEED)


def _sides(each: Sequence[_Each]) -> tuple[list[Measure], list[Measure]]:
    return [one.a for one in each], [one.b for one in each]


def _p(each: Sequence[_Each]) -> float | None:
    """Return the p-value of questions that succeed or fail; None where they do something else."""
    counting = [one for one in each if one.a.n]
    values = {measure.value for side in _sides(counting) for measure in side}
    if not counting or any(one.a.n > 1 for one in counting) or not values <= {0.0, 1.0}:
        return None
    only_a = sum(one.a.value == 1 and one.b.value == 0 for one in counting)
    only_b = sum(one.b.value == 1 and one.a.value == 0 for one in counting)
    return mcnemar(only_a, only_b)


def _ratios(each: Sequence[_Each]) -> Interval | None:
    """Return the interval of the difference of two shares whose n are not the same questions.

    Of each source, parts and wholes of both runs are drawn together, so the pairing is kept.
    """
    sums: dict[Hashable, list[float]] = {}
    for one in each:
        row = sums.setdefault(one.source, [0.0, 0.0, 0.0, 0.0])
        for at, m in ((0, one.a), (2, one.b)):
            row[at] += (m.value or 0) * m.n
            row[at + 1] += m.n
    if len(sums) < 2:
        return None
    parts = np.array([sums[source] for source in sums])
    random = np.random.default_rng(SEED)
    drawn = random.multinomial(len(parts), [1 / len(parts)] * len(parts), size=RESAMPLES) @ parts
    drawn = drawn[(drawn[:, 1] > 0) & (drawn[:, 3] > 0)]
    if not len(drawn):
        return None
    change = drawn[:, 2] / drawn[:, 3] - drawn[:, 0] / drawn[:, 1]
    low, high = (float(bound) for bound in np.quantile(change, (0.025, 0.975)))
    return Interval(low, high)


def comparison_text(pairs: Sequence[Pair], found: Sequence[Difference]) -> str:
    """Return the table of differences, and the questions that changed, those for the worse first.

    Args:
        pairs: Of two runs.
        found: Their differences.

    Returns:
        Text for a terminal; measures that apply to neither run are left out.
    """
    header = ("measure", "A", "B", "B - A", "95 % interval", "p", "pairs")
    rows = [_row(one) for one in found if one.a.value is not None or one.b.value is not None]
    worse, better = changed_pairs(pairs)
    same = f"answers that are the same bytes: {same_bytes(pairs)} of {len(pairs)}"
    parts = [f"{len(pairs)} questions", same, table([header, *rows])]
    for title, changed in (("for the worse", worse), ("for the better", better)):
        parts.append(f"Changed {title}: {len(changed)}")
        parts.extend(_told(pair) for pair in changed)
    return "\n".join(parts) + "\n"


def _row(one: Difference) -> tuple[str, ...]:
    form = ".1%" if one.a.is_share else ".4g"
    a, b = ("none" if m.value is None else f"{m.value:{form}}" for m in (one.a, one.b))
    change = "" if one.value is None else f"{one.value:+{form}}"
    bounds = (
        "" if one.interval is None else f"{one.interval.low:+{form}} to {one.interval.high:+{form}}"
    )
    return one.name, a, b, change, bounds, "" if one.p is None else f"{one.p:.3g}", str(one.pairs)


def same_bytes(pairs: Sequence[Pair]) -> int:
    """Return how many questions have the same answer in both runs, byte for byte.

    The bytes are those of the canonical JSON: they tell words, citations, and also the knowledge
    base, the models, the settings and the version that answered.
    """
    return sum(pair.a.answer.to_json() == pair.b.answer.to_json() for pair in pairs)


def changed_pairs(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs that got worse, the gravest first, and those that got better."""
    gravities = [(gravity(pair.a), gravity(pair.b), pair) for pair in pairs]
    worse = [(now, pair) for before, now, pair in gravities if now > before]
    better = [pair for before, now, pair in gravities if now < before]
    return [pair for _, pair in sorted(worse, key=lambda found: found[0], reverse=True)], better


def _told(pair: Pair) -> str:
    return f"  {told(pair.b)}\n    A: {ended(pair.a)}\n    B: {ended(pair.b)}"


def ended(sample: Sample) -> str:
    """Return what a sample did wrong, or that it did nothing wrong, in a line."""
    return "; ".join(f"{fault.kind} {fault.text}" for fault in faults(sample)) or "right"
