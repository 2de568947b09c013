"""Later questions of a dialogue."""

from eval.measure import Measure, Samples, of_type, share
from eval.samples import Sample


def follow_ups_answered(samples: Samples) -> Measure:
    """Later turns to be answered that show at least one gold fact / such turns with gold facts.

    Source: own.
    """
    turns = (bool(s.shown) for s in _later(samples, "answer") if s.facts)
    return share("follow-ups with at least one gold fact", turns)


def follow_ups_abstained(samples: Samples) -> Measure:
    """Later turns to be abstained from that were abstained from / such turns.

    Source: own.
    """
    turns = (s.status == "abstained" for s in _later(samples, "abstain"))
    return share("follow-ups rightly abstained", turns)


def _later(samples: Samples, expected: str) -> list[Sample]:
    turns = [s for s in of_type(samples, "dialogue") if s.turn > 0]
    return [s for s in turns if s.expected == expected]
