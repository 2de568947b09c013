"""Whether a claim says no more strongly than its spans what they say."""

from collections.abc import Iterator, Sequence

from consilia.gates.assertions import inventions
from consilia.gates.conditions import dropped, lost_restrictions
from consilia.gates.directives import MAY, SHOULD, force_found, force_of
from consilia.gates.evidence import Evidence, Failure
from consilia.gates.grounds import (
    causes_without_ground,
    certainty_raised,
    new_grades,
    overstates_cases,
)
from consilia.gates.hedges import lost_hedges, new_boosts
from consilia.gates.statements import (
    Statement,
    counterparts,
    is_verbatim,
    spoken,
    statements,
    stems_of,
)
from consilia.gates.synonyms import all_with_one_name, with_one_name
from consilia.gates.units import tokens_of
from consilia.glossary import Glossary


def failures(
    claim: str, evidence: Sequence[Evidence], glossary: Glossary | None = None
) -> tuple[Failure, ...]:
    """Return where a claim is stronger than what its spans say.

    A claim may weaken ("should" to "may"), never strengthen: it keeps hedges, conditions and the
    limits of the evidence.

    Args:
        claim: One sentence.
        evidence: The spans that it cites.
        glossary: For synonyms; none are known without it.

    Returns:
        One failure for each thing said more strongly; empty when the claim passes.
    """
    if is_verbatim(claim, evidence):
        return ()
    glossary = glossary or Glossary.empty()
    claimed = statements(with_one_name(claim, glossary))
    said = spoken(all_with_one_name(evidence, glossary))
    context = [tokens_of(with_one_name(_context(span), glossary)) for span in evidence]
    known = stems_of([word for listed in context for word in listed])
    found = [
        *_directives(claimed, said, evidence),
        *_inventions(claimed, said, evidence),
        *_hedges(claimed, said),
        *_conditions(claimed, said, known),
        *_grounds(claim, claimed, evidence),
    ]
    return tuple(dict.fromkeys(found))


def _failure(claimed: str, found: str, reason: str) -> Failure:
    return Failure("strength", claimed, found, reason)


def _context(span: Evidence) -> str:
    return " ".join((span.title, *span.headings))


def _directives(
    claimed: Sequence[Statement], said: Sequence[Statement], evidence: Sequence[Evidence]
) -> Iterator[Failure]:
    strong = any(span.mark == "strong_recommendation" for span in evidence)
    for statement in claimed:
        force, nearest = force_of(statement), counterparts(statement, said)
        if force is None or force.most == MAY:
            continue
        if not nearest:
            yield _failure(statement.words, "", "The spans do not speak of what is directed.")
            continue
        found = force_found(nearest)
        if force.exceeds(found) and not (
            strong and _is_called_strong(statement) and found.most >= SHOULD
        ):
            reason = "The claim directs more strongly than the spans."
            yield _failure(statement.words, nearest[0].words, reason)


def _inventions(
    claimed: Sequence[Statement], said: Sequence[Statement], evidence: Sequence[Evidence]
) -> Iterator[Failure]:
    headings = [word for span in evidence for word in tokens_of(" ; ".join(span.headings))]
    for made in inventions(claimed, said, headings):
        reason = f"The claim says “{made.surface}” ({made.kind}); the spans say nothing like it."
        yield _failure(made.statement.words, "", reason)


def _is_called_strong(statement: Statement) -> bool:
    return "strongly" in statement.unit.words or "strong" in statement.unit.words


def _hedges(claimed: Sequence[Statement], said: Sequence[Statement]) -> Iterator[Failure]:
    for statement, hedge in lost_hedges(claimed, said):
        reason = f"The spans say “{hedge.surface}”; the claim is not held back by it."
        yield _failure(statement.words, hedge.surface, reason)
    for _, boost in new_boosts(claimed, said):
        reason = f"The claim says “{boost.surface}”; the spans do not."
        yield _failure(boost.surface, "", reason)


def _conditions(
    claimed: Sequence[Statement], said: Sequence[Statement], context: frozenset[str]
) -> Iterator[Failure]:
    for condition in dropped(claimed, said):
        reason = "The claim leaves out the condition under which alone the spans say it."
        yield _failure("", condition.words, reason)
    for restriction in lost_restrictions(claimed, said, context):
        reason = "The claim leaves out for whom alone the spans say it."
        yield _failure("", restriction.words, reason)


def _grounds(
    claim: str, claimed: Sequence[Statement], evidence: Sequence[Evidence]
) -> Iterator[Failure]:
    if overstates_cases(claim, claimed, evidence):
        reason = "The spans tell of single patients; the claim says that it works."
        yield _failure(claim, evidence[0].quote, reason)
    for statement in causes_without_ground(claimed, evidence):
        yield _failure(statement.words, "", "The claim names a cause; the spans name none.")
    for grade in new_grades(claim, evidence):
        yield _failure(grade, "", "The spans do not have this grade.")
    ranks = certainty_raised(claim, evidence)
    if ranks:
        yield _failure(claim, "", "The claim calls the evidence more certain than the spans do.")
