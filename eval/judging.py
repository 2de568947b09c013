"""The judge: an entailment model that the measures of support ask, and how far it is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from consilia.answer import Claim
from consilia.gates.support import LEAST_ENTAILED, MOST_CONTRADICTED, Entailment, Probabilities
from eval.evidence import evidence_of
from eval.measure import Measure
from eval.samples import Sample
from eval.statistics import Accuracy, Interval, rogan_gladen

NOT_MEASURED = "as judged, the judge was not measured"
"""Note of each value that an entailment model of unknown errors gives."""


@dataclass(frozen=True)
class Judge:
    """An entailment model with its thresholds and, once measured, its errors."""

    model: Entailment
    support: Accuracy | None = None
    """Of its judgement that something follows; None: not measured, nothing is corrected."""
    contradiction: Accuracy | None = None
    """Of its judgement that something is contradicted."""
    least_entailed: float = LEAST_ENTAILED
    """P(entail) from which a claim follows."""
    most_contradicted: float = MOST_CONTRADICTED
    """P(contradict) above which it is contradicted."""
    _known: dict[tuple[tuple[str, ...], str], Probabilities] = field(
        default_factory=dict, repr=False, compare=False
    )

    def entails(self, premises: Sequence[str], hypothesis: str) -> bool:
        """Tell whether a hypothesis follows from premises read together; from none, none does."""
        return bool(premises) and self._asked(premises, hypothesis).entail >= self.least_entailed

    def contradicts(self, premises: Sequence[str], hypothesis: str) -> bool:
        """Tell whether premises read together contradict a hypothesis; none contradict none."""
        return (
            bool(premises) and self._asked(premises, hypothesis).contradict > self.most_contradicted
        )

    def _asked(self, premises: Sequence[str], hypothesis: str) -> Probabilities:
        key = tuple(premises), hypothesis
        if key not in self._known:
            self._known[key] = self.model.probabilities(key[0], hypothesis)
        return self._known[key]


def premises(sample: Sample, claim: Claim, numbers: Iterable[int]) -> tuple[str, ...]:
    """Return what the documents of some citations say for a claim.

    Args:
        sample: Of the claim.
        claim: With its proofs.
        numbers: Of references; one that is none, or of which the claim has no proof, says nothing.

    Returns:
        Each quote behind its title and headings, as the gate of support reads it, by number.
    """
    named = {reference.number: reference.document for reference in sample.answer.references}
    held = list(zip(claim.proofs, evidence_of(sample, claim), strict=True))
    return tuple(
        f"{' > '.join((evidence.title, *evidence.headings))}: {evidence.quote}"
        for number in numbers
        for proof, evidence in held
        if proof.document == named.get(number)
    )


def supports(sample: Sample, claim: Claim, judge: Judge) -> list[bool]:
    """Return of each citation of a claim whether it entails the claim by itself."""
    said = (premises(sample, claim, (number,)) for number in claim.citations)
    return [judge.entails(alone, claim.text) for alone in said]


def contradicts(sample: Sample, claim: Claim, judge: Judge) -> list[bool]:
    """Return of each citation of a claim whether it contradicts the claim."""
    said = (premises(sample, claim, (number,)) for number in claim.citations)
    return [judge.contradicts(alone, claim.text) for alone in said]


def corrected(measure: Measure, accuracy: Accuracy | None) -> Measure:
    """Return a judged share, and the bounds of its interval, without the judge's errors.

    Args:
        measure: As judged.
        accuracy: Of the judge; None leaves the value as it is.

    Returns:
        The measure, the observed value in its note, and that it was clipped where it was; or, in
        its note, that the judge was not measured. That the accuracy is itself an estimate does
        not widen the interval.
    """
    if measure.value is None:
        return measure
    if accuracy is None:
        return replace(measure, note=NOT_MEASURED)
    found = rogan_gladen(measure.value, accuracy)
    interval = measure.interval and Interval(
        rogan_gladen(_within(measure.interval.low), accuracy).value,
        rogan_gladen(_within(measure.interval.high), accuracy).value,
    )
    note = (
        f"{measure.value:.3f} as judged, corrected (Rogan-Gladen) for sensitivity "
        f"{accuracy.sensitivity:g} and specificity {accuracy.specificity:g}"
    )
    clipped = ", clipped: the judge errs otherwise here" if found.is_clipped else ""
    return replace(measure, value=found.value, interval=interval, note=note + clipped)


def uncorrected(measure: Measure, accuracy: Accuracy | None, why: str) -> Measure:
    """Return a judged value that no correction fits, with a note that says so.

    Args:
        measure: As judged.
        accuracy: Of the judge; None: it was not measured.
        why: No correction fits, said where it was.
    """
    return replace(measure, note=f"as judged: {why}" if accuracy else NOT_MEASURED)


def _within(share: float) -> float:
    """A mean of ones may be above 1 by its last bit."""
    return min(1.0, max(0.0, share))
