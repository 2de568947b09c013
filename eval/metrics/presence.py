"""Citation presence."""

from eval.measure import Measure, Samples, share


def claims_cited(samples: Samples) -> Measure:
    """Claims with at least one citation number / all claims.

    Every claim is a sentence that can be verified: disclaimer, headings and the sentences of
    silence are none. A number counts wherever it leads; `valid_citations` looks there.

    Source: own: the citation coverage of TREC BioGen 2024 without a judge of support.
    """
    return share("claims with a citation", (bool(c.citations) for s in samples for c in s.claims))
