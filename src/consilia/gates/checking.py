"""All gates over one claim: what failed, and the checks that an answer shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consilia.answer import CheckResult, Checks
from consilia.gates import entities, numbers, polarity, population, strength, support
from consilia.gates.evidence import Evidence, Failure, GateName
from consilia.gates.support import Entailment
from consilia.glossary import Glossary

Gate = Callable[[str, Sequence[Evidence], Glossary], tuple[Failure, ...]]
"""What a claim, its spans and the glossary are given to."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the gates found in a claim."""

    failures: tuple[Failure, ...]
    checks: Checks
    related: float | None = None
    """Share of the claim's words that its spans have, in place of support: no verification. None
    when a model judged the support."""

    @property
    def passed(self) -> bool:
        """Whether no gate failed."""
        return not self.failures


def _wordless(
    gate: Callable[[str, Sequence[Evidence]], tuple[Failure, ...]],
) -> Gate:
    """Return a gate that needs no glossary as one that is given it."""
    return lambda claim, evidence, _: gate(claim, evidence)


GATES: dict[GateName, Gate] = {
    "numbers": _wordless(numbers.failures),
    "polarity": polarity.failures,
    "strength": strength.failures,
    "population": population.failures,
    "entities": entities.failures,
}
"""The gates that need no model, in the order they are reported in."""


def check(
    claim: str,
    evidence: Sequence[Evidence],
    *,
    glossary: Glossary,
    entailment: Entailment | None = None,
) -> Report:
    """Run all gates on a claim.

    Args:
        claim: One sentence.
        evidence: The spans it says it rests on. A claim that cites none fails every gate.
        glossary: For synonyms.
        entailment: A model that judges support, when one is configured.

    Returns:
        What failed, and each gate as passed or failed; `support` is None without a model.
    """
    if not evidence:
        names: tuple[GateName, ...] = (*GATES, "support") if entailment else (*GATES,)
        nothing = tuple(Failure(name, claim, "", "the claim cites no span") for name in names)
        return Report(nothing, _checks(nothing, entailment is not None))
    found = tuple(f for gate in GATES.values() for f in gate(claim, evidence, glossary))
    if entailment is None:
        return Report(found, _checks(found, False), support.relatedness(claim, evidence))
    found += support.failures(claim, evidence, entailment)
    return Report(found, _checks(found, True))


def _checks(failures: Sequence[Failure], with_support: bool) -> Checks:
    failed = {failure.gate for failure in failures}

    def result(gate: GateName) -> CheckResult:
        return "fail" if gate in failed else "pass"

    return Checks(
        numbers=result("numbers"),
        polarity=result("polarity"),
        population=result("population"),
        strength=result("strength"),
        support=result("support") if with_support else None,
        entities=result("entities"),
    )
