"""Sources that nobody should rest on any more."""

from collections.abc import Collection

from eval.measure import Measure, Metric, Samples, harm

SUPERSEDED = frozenset({"superseded"})
RETRACTED = frozenset({"retracted", "withdrawn"})


def hits_of(standings: Collection[str], name: str) -> Metric:
    """Return the measure of hits whose document has one of these standings / all hits.

    Source: own.
    """

    def among(samples: Samples) -> Measure:
        hits = ((s, hit) for s in samples for hit in s.hits or ())
        return harm(name, (s.sources.get(hit.document) in standings for s, hit in hits))

    return among


def references_of(standings: Collection[str], name: str) -> Metric:
    """Return the measure of references with one of these standings / all references.

    Source: own.
    """

    def among(samples: Samples) -> Measure:
        references = (reference for s in samples for reference in s.answer.references)
        return harm(name, (reference.standing in standings for reference in references))

    return among
