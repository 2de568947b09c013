"""Measures of rankings through ir-measures, their intervals and paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, R, Success, nDCG

from eval.public.benchmark import Query
from eval.statistics import Interval, cluster_bootstrap, mean, paired_bootstrap

MEASURES = {str(m): m for m in (nDCG @ 10, R @ 1, R @ 5, R @ 10, R @ 20, RR @ 10, Success @ 1)}
MAIN = "nDCG@10"
DEPTH = 20
"""How much of a ranking any measure looks at."""


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of one system."""

    value: float
    """Mean over the questions, in [0, 1]."""
    interval: Interval | None
    """95 %, questions of one source drawn together; None with fewer than two sources."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one system minus that of another, question by question."""

    value: float
    """In [-1, 1]."""
    interval: Interval | None

    @property
    def is_certain(self) -> bool:
        """Whether the interval excludes 0."""
        return self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of one system on each question."""

    queries: tuple[Query, ...]
    values: Mapping[str, tuple[float, ...]]
    """By name of the measure, one value a question, in their order."""

    def score(self, measure: str) -> Score:
        """Return the mean of a measure with its interval."""
        values = self.values[measure]
        return Score(mean(values) or 0.0, cluster_bootstrap(values, self._sources()))

    def minus(self, other: "Measured", measure: str) -> Difference:
        """Return by how much this system is better than another on the same questions."""
        ours, theirs = self.values[measure], other.values[measure]
        value = (mean(ours) or 0.0) - (mean(theirs) or 0.0)
        return Difference(value, paired_bootstrap(ours, theirs, self._sources()))

    def _sources(self) -> list[str]:
        return [query.source or query.id for query in self.queries]


def measured(queries: Sequence[Query], rankings: Sequence[Sequence[str]]) -> Measured:
    """Measure what a system ranked.

    Args:
        queries: The questions.
        rankings: For each of them text ids, best first, no repeats; may be empty.

    Returns:
        Each measure on each question; 0 where nothing was ranked.
    """
    qrels = [
        ir_measures.Qrel(query.id, text, grade)
        for query in queries
        for text, grade in query.relevant.items()
    ]
    run = [
        ir_measures.ScoredDoc(query.id, text, 1 / rank)
        for query, ranking in zip(queries, rankings, strict=True)
        for rank, text in enumerate(ranking[:DEPTH], start=1)
    ]
    place = {query.id: n for n, query in enumerate(queries)}
    values = {name: [0.0] * len(queries) for name in MEASURES}
    for found in ir_measures.iter_calc(list(MEASURES.values()), qrels, run) if run else ():
        values[str(found.measure)][place[found.query_id]] = found.value
    return Measured(tuple(queries), {name: tuple(row) for name, row in values.items()})
