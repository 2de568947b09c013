"""How high the search ranks the gold spans, by ir-measures."""

from collections.abc import Iterator

import ir_measures
from ir_measures import Qrel, ScoredDoc

from eval.measure import Measure, Metric, Samples, average, of_type
from eval.samples import Sample


def ranking(measure: str, name: str) -> Metric:
    """Return a measure of the ranking, as a mean over answerable cases that were searched.

    A gold span is found at the first hit that shares words with it; later hits of the same span
    bring nothing new and count as misses. A hit of several gold spans takes a place for each.

    Source: ir-measures; nDCG by Järvelin and Kekäläinen, ACM TOIS 20:422, 2002; RR by Voorhees,
    TREC-8, 1999; recall and success as in trec_eval.

    Args:
        measure: As ir-measures names it, such as `nDCG@10` (gain 1 for each gold span, discounted
            by log2(1 + place)), `R@5`, `RR@10` or `Success@1`.
        name: In the reports.

    Returns:
        The metric; cases without gold spans or hits that were not looked for are left out.
    """
    parsed = ir_measures.parse_measure(measure)

    def ranked(samples: Samples) -> Measure:
        asked = [s for s in of_type(samples, "answerable") if s.gold and s.hits is not None]
        qrels = [Qrel(str(n), name, 1) for n, s in enumerate(asked) for name in _gold(s)]
        run = [found for n, s in enumerate(asked) for found in _places(str(n), s)]
        values = {found.query_id: found.value for found in parsed.iter_calc(qrels, run)}
        return average(name, [(s, float(values[str(n)])) for n, s in enumerate(asked)])

    return ranked


def _gold(sample: Sample) -> list[str]:
    return [f"gold {name}" for name in sample.gold]


def _places(query: str, sample: Sample) -> Iterator[ScoredDoc]:
    """Yield what stands at each place: a gold span, or a hit that brings none."""
    left = dict(sample.gold)
    place = 0
    for number, hit in enumerate(sample.hits or ()):
        found = [name for name, span in left.items() if span.shares(hit)]
        for name in found:
            del left[name]
        for document in [f"gold {name}" for name in found] or [f"hit {number}"]:
            yield ScoredDoc(query, document, -float(place))
            place += 1
