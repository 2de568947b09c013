"""What questions took: kept apart from samples, since it differs from run to run."""

from pydantic import BaseModel, ConfigDict


class Timing(BaseModel):
    """What one question took; a line of `timings.jsonl`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: str
    turn: int
    """Within its case, from 0."""
    seconds: dict[str, float]
    """`ask`, for which a user waits, and what only the harness does: `search` where it was tried,
    `check` by the independent checker."""
    stages: dict[str, float] = {}
    """Parts of `ask`, see `consilia.observing`; empty in runs of earlier versions."""
    peak_bytes: int
    """The most memory that the asking process had taken by then."""
    model: dict[str, int] = {}
    """Calls and tokens of a language model; empty without one."""
