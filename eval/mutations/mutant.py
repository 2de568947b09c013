"""One changed sentence, and what was changed in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consilia.gates.evidence import Evidence, GateName


@dataclass(frozen=True, slots=True)
class Mutant:
    """A claim that its evidence does not carry, or, for rephrasings, one that it still carries."""

    change: str
    """The kind of change, such as `unit swap`: one row of the table."""
    claim: str
    evidence: tuple[Evidence, ...]
    gate: GateName | None
    """The gate that has to catch it; None for a rephrasing, which every gate must pass."""


Mutate = Callable[[Evidence], Iterator[Mutant]]
"""From one sentence of the knowledge base, all changes of one kind that can be made to it."""
