"""A measure: one number of a report, with what it was taken over."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.samples import Sample
from eval.statistics import Interval, cluster_bootstrap, mean, rule_of_three, wilson

Samples = Sequence[Sample]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a report."""

    name: str
    value: float | None
    """A share in [0, 1], unless the name says otherwise; None when not applicable."""
    n: int
    """What the value was taken over."""
    interval: Interval | None = None
    """95 %; None where none was computed."""
    is_share: bool = True
    better: Better = "higher"
    """Which values are good."""
    note: str = ""
    """What must be told beside the value: how an unusual interval was taken, a correction."""

    @property
    def slug(self) -> str:
        """The name for command lines and files, without what explains it behind a colon.

        >>> Measure("refusal recall: unanswerable, abstained", None, 0).slug
        'refusal-recall'
        """
        short = self.name.partition(":")[0].casefold().replace("@", "-at-")
        return re.sub(r"[^a-z0-9]+", "-", short).strip("-")


Metric = Callable[[Samples], Measure]


def ratio(name: str, part: int, whole: int, *, better: Better = "higher") -> Measure:
    """Return part / whole with Wilson's interval, which takes the n to be independent."""
    value = part / whole if whole else None
    return Measure(name, value, whole, wilson(part, whole), better=better)


def share(name: str, trials: Iterable[bool], *, better: Better = "higher") -> Measure:
    """Return how many of the trials are true / trials, with its interval."""
    results = list(trials)
    return ratio(name, sum(results), len(results), better=better)


def harm(name: str, trials: Iterable[bool]) -> Measure:
    """Return how many trials ended badly / trials; of none that did, the rule of three."""
    results = list(trials)
    if any(results) or not results:
        return share(name, results, better="lower")
    note = f"none of {len(results):,}: the upper bound is 3 / n, by the rule of three"
    return Measure(name, 0.0, len(results), rule_of_three(len(results)), better="lower", note=note)


def count(name: str, events: int, n: int) -> Measure:
    """Return how many bad events there were among n, None among none."""
    return Measure(name, float(events) if n else None, n, is_share=False, better="lower")


def average(
    name: str, values: Iterable[tuple[Sample, float]], *, better: Better = "higher"
) -> Measure:
    """Return the mean of a share over samples, with the bootstrap interval by source."""
    pairs = list(values)
    shares = [value for _, value in pairs]
    interval = cluster_bootstrap(shares, [source_of(sample) for sample, _ in pairs])
    return Measure(name, mean(shares), len(shares), interval, better=better)


def source_of(sample: Sample) -> tuple[str, str]:
    """Return what the values of samples hang together by: the first gold document, else the case.

    Questions on one guideline share its wording, and the turns of a dialogue its course.
    """
    documents = sorted(span.document for span in sample.gold.values())
    return ("document", documents[0]) if documents else ("case", sample.case.id)


def of_type(samples: Samples, case_type: str) -> list[Sample]:
    """Return the samples of cases of a type."""
    return [sample for sample in samples if sample.type == case_type]
