"""What claims say and their quotes do not, by the gates of the library.

The gates that judge here are the ones that let an answer through: they tell of answers that were
made or changed elsewhere, and of gates that were tightened since. `reread_figures` shares no code
with them.
"""

from functools import cache, lru_cache

from consilia.answer import Claim
from consilia.documents import shipped_kb
from consilia.gates.checking import GATES
from consilia.gates.evidence import Evidence, GateName
from consilia.gates.figures.reading import read
from consilia.glossary import Glossary, load_glossary
from eval.evidence import evidence_of
from eval.measure import Measure, Metric, Samples, count, share
from eval.samples import Sample


def fidelity(gate: GateName, name: str) -> Metric:
    """Return the measure of claims that a gate lets pass / all claims.

    Source: own: `consilia.gates`.

    Args:
        gate: One that needs no model.
        name: In the reports.

    Returns:
        The metric. A claim without a proof fails every gate.
    """

    def faithful(samples: Samples) -> Measure:
        return share(name, (passes(gate, s, claim) for s in samples for claim in s.claims))

    return faithful


def figures(samples: Samples) -> Measure:
    """Claims with figures that the numbers gate lets pass / claims with figures.

    A figure is a value with comparator and unit, a rate, or a number that names something, such as
    a phase or a class; it has to stand so in one quote.

    Source: own: `consilia.gates`.
    """
    held = ((s, c) for s in samples for c in s.claims if _has_figures(c.text))
    return share(
        "numeric fidelity: claims with figures", (passes("numbers", s, c) for s, c in held)
    )


def flips(samples: Samples) -> Measure:
    """How many claims say the opposite of their quotes, by the polarity gate; n are all claims.

    Source: own: `consilia.gates`, with the ideas of NegEx (Chapman et al., Journal of Biomedical
    Informatics 34:301, 2001).
    """
    judged = [passes("polarity", s, claim) for s in samples for claim in s.claims]
    return count("claims of flipped polarity", judged.count(False), len(judged))


def passes(gate: GateName, sample: Sample, claim: Claim) -> bool:
    """Tell whether a gate finds nothing in a claim against its quotes, headings and sources."""
    evidence = evidence_of(sample, claim)
    return bool(evidence) and _passes(gate, claim.text, evidence)


def _has_figures(text: str) -> bool:
    found = read(text)
    return bool(found.quantities or found.rates or found.marks)


@lru_cache(maxsize=100_000)
def _passes(gate: GateName, text: str, evidence: tuple[Evidence, ...]) -> bool:
    return not GATES[gate](text, evidence, _glossary())


@cache
def _glossary() -> Glossary:
    return load_glossary(shipped_kb() / "glossary.csv")
