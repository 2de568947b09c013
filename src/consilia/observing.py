"""What happens on the way to an answer, told to whoever measures it and to nobody else.

It is handed on in a context variable: no step has to carry a clock, and what is asked at the same
time in other threads is not mixed up. Where nobody observes, nothing is kept.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from consilia.wording import SectionName

Stage = Literal[
    "screen", "rephrase", "understand", "retrieve", "select", "gates", "draft", "compose", "seal"
]
"""What an answer takes: identifiers and guardrails; a language model's help with a follow-up;
follow-ups, spelling and terms; the search; relevance and silence; the gates that a language
model's words have to pass; its draft; numbering, conflicts and omissions; hashes and reviews."""


@dataclass(slots=True)
class Observation:
    """What was seen of the questions that were asked while somebody observed."""

    seconds: dict[Stage, float] = field(default_factory=dict)
    """By stage, in the order in which they first ended, each without the stages within it."""
    odds: dict[SectionName, float] = field(default_factory=dict)
    """Log-odds that each section can be answered, before silence is decided, of the last question;
    empty when it ended before that. -inf where nothing may lead the section."""
    _within: float = 0.0
    """Seconds of the stages that ended within the one that is open."""


_observed: ContextVar[Observation | None] = ContextVar("observed", default=None)


@contextmanager
def observing() -> Iterator[Observation]:
    """Observe what is asked in a block, by the thread that enters it.

    >>> with observing() as seen, stage("compose"):
    ...     weighed({"label": 0.5})
    >>> list(seen.seconds), seen.odds
    (['compose'], {'label': 0.5})
    """
    seen = Observation()
    token = _observed.set(seen)
    try:
        yield seen
    finally:
        _observed.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Tell how long a block takes, the stages within it apart; it may be entered repeatedly."""
    seen = _observed.get()
    if seen is None:
        yield
        return
    before, seen._within, begun = seen._within, 0.0, time.perf_counter()
    try:
        yield
    finally:
        whole = time.perf_counter() - begun
        seen.seconds[name] = seen.seconds.get(name, 0.0) + max(0.0, whole - seen._within)
        seen._within = before + whole


def weighed(odds: Mapping[SectionName, float]) -> None:
    """Tell the log-odds that each section of a question can be answered."""
    if seen := _observed.get():
        seen.odds = dict(odds)
