"""Claims that no longer say what their quotes say: the sentence changes of `eval.mutations`."""

import zlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from types import MappingProxyType

from consilia.answer import Claim
from eval.evidence import evidence_of
from eval.kill.gold_answers import Documents
from eval.kill.mutant import Break, Broken, first, with_claim
from eval.mutations import drugs, numbers, polarity, population, strength
from eval.mutations.mutant import Mutate
from eval.samples import Sample


def _change(mutators: Iterable[Mutate], changes: Collection[str]) -> Break:
    listed = tuple(mutators)

    def put(sample: Sample, documents: Documents) -> Broken | None:
        del documents
        return first(_changed(sample, claim, listed, changes) for claim in sample.claims)

    return put


def _changed(
    sample: Sample, claim: Claim, mutators: Iterable[Mutate], changes: Collection[str]
) -> Broken | None:
    """One of the changes to a claim, the same in every run; it is told as other words now."""
    evidence = evidence_of(sample, claim)[0]
    made = [m for mutate in mutators for m in mutate(evidence) if m.change in changes]
    if not made:
        return None
    mutant = made[zlib.crc32(claim.text.encode()) % len(made)]
    changed = replace(claim, text=mutant.claim, form="paraphrase", mark=None)
    return Broken(with_claim(sample.answer, changed), mutant.claim)


CLAIMS: MappingProxyType[str, Break] = MappingProxyType({
    "value x10": _change(numbers.MUTATORS, {"value x10"}),
    "unit swapped": _change(numbers.MUTATORS, {"unit swap"}),
    "comparator flipped": _change(numbers.MUTATORS, {"comparator flipped"}),
    "negation inserted": _change(polarity.MUTATORS, {"negation inserted", "should to should not"}),
    "negation removed": _change(polarity.MUTATORS, {"negation removed"}),
    "population swapped": _change(
        population.MUTATORS, {"other group", "adult to child and back", "other sex"}
    ),
    "advice strengthened": _change(
        strength.MUTATORS,
        {"may to should, should to must", "consider to offer", "weak to strong", "may to will"},
    ),
    "drug swapped": _change(drugs.MUTATORS, {"another drug"}),
})
"""By the name of the row."""
