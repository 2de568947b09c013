"""What a claim is held against, and what a gate says when it does not hold."""

from dataclasses import dataclass
from typing import Literal

from consilia.models import Design, MarkName, Population

GateName = Literal["numbers", "polarity", "strength", "population", "entities", "support"]

_ANYBODY = Population()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One span that a claim cites, with what its document says of it."""

    quote: str
    """The exact words of the span."""
    title: str = ""
    headings: tuple[str, ...] = ()
    population: Population = _ANYBODY
    """Of the document."""
    design: Design = "other"
    mark: MarkName | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that a claim says and its spans do not."""

    gate: GateName
    claimed: str
    """As the claim has it."""
    found: str
    """What stands in its place in the spans; empty when nothing does."""
    reason: str
    """One sentence for the reader of a report."""
