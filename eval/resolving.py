"""From gold cases to gold spans: facts become the spans of their words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from eval.cases import Case, Gold, GoldSpan
from eval.facts import Facts, Span


@dataclass(frozen=True, slots=True)
class Resolved:
    """Cases whose gold is spans, and what was left out."""

    cases: tuple[Case, ...]
    skipped: tuple[str, ...]
    """Ids of answerable cases that name facts none of which is known, sorted."""
    unknown_facts: tuple[str, ...]
    """Ids of facts that no document holds, sorted."""


def resolve(cases: Sequence[Case], facts: Facts) -> Resolved:
    """Give each case the spans of its facts.

    Args:
        cases: As they were written.
        facts: Spans of facts by id.

    Returns:
        The cases, in order, with a span named by its fact id for each fact that is known.
    """
    resolved = [_resolved_case(case, facts) for case in cases]
    skipped = {
        case.id
        for written, case in zip(cases, resolved, strict=True)
        if case.type == "answerable" and written.fact_ids and not case.spans
    }
    named = {id_ for case in cases for step in case.steps() for id_ in step.fact_ids}
    return Resolved(
        cases=tuple(case for case in resolved if case.id not in skipped),
        skipped=tuple(sorted(skipped)),
        unknown_facts=tuple(sorted(named - facts.keys())),
    )


def _resolved_case(case: Case, facts: Facts) -> Case:
    turns = tuple(turn.model_copy(update={"spans": _spans(turn, facts)}) for turn in case.turns)
    return case.model_copy(update={"spans": _spans(case, facts), "turns": turns})


def _spans(gold: Gold, facts: Facts) -> tuple[GoldSpan, ...]:
    own = tuple(
        span.model_copy(update={"id": name})
        for span, name in zip(gold.spans, gold.span_names(), strict=True)
    )
    there = {span.id for span in own}
    found = (id_ for id_ in dict.fromkeys(gold.fact_ids) if id_ in facts and id_ not in there)
    return (*(gold_span(id_, facts[id_]) for id_ in found), *own)


def gold_span(name: str, span: Span) -> GoldSpan:
    """Return a span as gold of this name."""
    return GoldSpan(id=name, **asdict(span))


def spans_of(gold: Gold) -> Mapping[str, Span]:
    """Return the gold spans of a resolved case or turn by name."""
    return {
        name: Span(span.document, span.version, span.start, span.end, span.sha256, span.kind)
        for name, span in zip(gold.span_names(), gold.spans, strict=True)
    }
