"""What a claim of an answer is held against."""

from typing import cast

from pydantic import ValidationError

from consilia.answer import Claim, Reference
from consilia.gates.evidence import Evidence
from consilia.models import Design, Population
from eval.samples import Sample


def evidence_of(sample: Sample, claim: Claim) -> tuple[Evidence, ...]:
    """Return what a claim is held against: each quote with what the answer says of its source."""
    sources = {reference.document: reference for reference in sample.answer.references}
    return tuple(
        _evidence(proof.quote, claim, sources.get(proof.document)) for proof in claim.proofs
    )


def _evidence(quote: str, claim: Claim, source: Reference | None) -> Evidence:
    if source is None:
        return Evidence(quote, headings=claim.headings, mark=claim.mark)
    design = (source.evidence_type or {}).get("design", "other")
    return Evidence(
        quote=quote,
        title=source.title,
        headings=claim.headings,
        population=_population(source),
        design=cast("Design", design),
        mark=claim.mark,
    )


def _population(source: Reference) -> Population:
    """Return whom a source is about; one that is told in another form than ours tells nothing."""
    try:
        return Population.model_validate(source.population)
    except ValidationError:
        return Population()
