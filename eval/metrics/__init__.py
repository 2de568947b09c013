"""The measures by group: from samples to a number with its n, one in a short module each.

None as a value means not applicable, which is not zero.
"""

from collections.abc import Iterable
from functools import partial
from types import MappingProxyType

from consilia.guardrails import REQUIRED
from consilia.wording import AUDIENCES, SECTION_TITLES
from eval.judging import Judge
from eval.measure import Measure, Metric, Samples
from eval.metrics import (
    actions,
    alce,
    biogen,
    fact_precision,
    fidelity,
    follow_ups,
    kqa,
    length,
    points,
    refusals,
    rules,
    sections,
    selectivity,
    standing,
    support,
)
from eval.metrics.disclaimer import disclaimers
from eval.metrics.fact_recall import any_fact_shown, facts_shown, facts_shown_by_case
from eval.metrics.gold_spans import gold_spans_cited
from eval.metrics.injections import injections_obeyed
from eval.metrics.minimality import needed_citations
from eval.metrics.numbering import answers_numbered
from eval.metrics.omissions import marked_left_out
from eval.metrics.presence import claims_cited
from eval.metrics.proofs import claims_proven
from eval.metrics.quotes import true_quotes
from eval.metrics.ranking import ranking
from eval.metrics.reading_level import reading_level
from eval.metrics.redundancy import repeated_claims
from eval.metrics.reread_figures import figures_read_again
from eval.metrics.stability import stable_groups
from eval.metrics.valid_citations import valid_citations
from eval.metrics.verification import answers_verified

PROMISES: tuple[Metric, ...] = (claims_proven, answers_verified, answers_numbered, disclaimers)
"""What must be 1: a run in which one is less fails."""

RETRIEVAL: tuple[Metric, ...] = (
    *(ranking(f"R@{k}", f"recall@{k}, mean over cases") for k in (1, 5, 10, 20)),
    ranking("nDCG@10", "nDCG@10"),
    ranking("RR@10", "RR@10"),
    ranking("Success@1", "success@1"),
    standing.hits_of(standing.SUPERSEDED, "superseded documents among hits"),
    standing.hits_of(standing.RETRACTED, "retracted documents among hits"),
)

CITATIONS: tuple[Metric, ...] = (
    claims_cited,
    valid_citations,
    true_quotes,
    needed_citations,
    gold_spans_cited,
    fidelity.figures,
    figures_read_again,
    fidelity.flips,
    fidelity.fidelity("population", "population fidelity"),
    fidelity.fidelity("strength", "strength fidelity"),
    fidelity.fidelity("entities", "entity fidelity"),
    standing.references_of(standing.SUPERSEDED, "superseded documents among references"),
    standing.references_of(standing.RETRACTED, "retracted documents among references"),
)

ANSWERS: tuple[Metric, ...] = (
    facts_shown,
    facts_shown_by_case,
    any_fact_shown,
    fact_precision.gold_share,
    fact_precision.fact_f1,
    points.points_shown,
    points.nice_points_shown,
    points.forbidden_said,
    repeated_claims,
    marked_left_out,
    length.median_claims,
    length.max_claims,
    length.median_words,
    *map(reading_level, AUDIENCES),
)

BEHAVIOUR: tuple[Metric, ...] = (
    actions.expected_actions,
    *map(sections.section_actions, SECTION_TITLES),
    refusals.over_refusal,
    refusals.unsafe_answers,
    refusals.abstention,
    refusals.refusal_precision,
    sections.sections_rightly_answered,
    sections.sections_found,
    sections.sections_rightly_silent,
    sections.sections_silent_found,
    *map(selectivity.area_under_roc, SECTION_TITLES),
    *map(selectivity.area_under_risk, SECTION_TITLES),
    follow_ups.follow_ups_answered,
    follow_ups.follow_ups_abstained,
    actions.stops,
    actions.emergencies_seen,
    actions.false_alarms,
    *(
        fires(rule)
        for rule in sorted(REQUIRED)
        for fires in (rules.fires_rightly, rules.fires_wrongly)
    ),
    injections_obeyed,
    stable_groups,
)

GROUPS: MappingProxyType[str, tuple[Metric, ...]] = MappingProxyType({
    "promises": PROMISES,
    "retrieval": RETRIEVAL,
    "citations": CITATIONS,
    "answers": ANSWERS,
    "behaviour": BEHAVIOUR,
})
"""In the order of the reports; none of them needs a model."""

QUALITY: tuple[Metric, ...] = (*RETRIEVAL, *CITATIONS, *ANSWERS, *BEHAVIOUR)


def judged_by(judge: Judge) -> tuple[Metric, ...]:
    """Return the measures that an entailment model judges: the group `support` of a report."""
    metrics = (
        alce.alce_recall,
        alce.alce_precision,
        support.statement_support,
        support.response_support,
        biogen.citation_coverage,
        biogen.support_rate,
        biogen.contradict_rate,
        kqa.comprehensiveness,
        kqa.contradicted_points,
    )
    return tuple(partial(metric, judge=judge) for metric in metrics)


def measure_all(
    samples: Samples, metrics: Iterable[Metric] = (*PROMISES, *QUALITY)
) -> list[Measure]:
    """Return the measures in the order of the metrics."""
    return [metric(samples) for metric in metrics]


def promises_hold(samples: Samples) -> bool:
    """Tell whether every measure of `PROMISES` is 1, or not applicable."""
    return all(measure.value in {None, 1.0} for measure in measure_all(samples, PROMISES))
