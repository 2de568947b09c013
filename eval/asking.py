"""Asking: from a case and an assistant to samples, and what each took."""

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from consilia.answer import Answer
from consilia.language_models import Usage
from consilia.models import Hit
from consilia.observing import Observation, observing
from consilia.verify import check
from consilia.wording import SECTION_TITLES, SectionName
from eval.cases import Case
from eval.facts import Span
from eval.holdings import Holdings
from eval.resolving import spans_of
from eval.samples import SEARCH_DEPTH, Sample
from eval.timing import Timing


class Answering(Protocol):
    """What is measured: an `Assistant`, or a fake of it."""

    def ask(self, question: str, /, *, history: Sequence[Answer] = ()) -> Answer:
        """Return the answer; `history` holds the earlier ones, oldest first."""

    def search(self, text: str, /, *, k: int = SEARCH_DEPTH) -> tuple[Hit, ...]:
        """Return the best hits, kinds merged."""

    @property
    def usage(self) -> Usage:
        """What a language model has taken so far."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A question asked."""

    sample: Sample
    timing: Timing


def ask_case(assistant: Answering, case: Case, kb: Path, holdings: Holdings) -> Iterator[Observed]:
    """Ask the turns of a case one after the other.

    Args:
        assistant: Answers.
        case: With its gold as spans.
        kb: The knowledge base that the answers are verified against.
        holdings: Its documents.

    Yields:
        A sample for each turn; the search is tried where gold is to be found.
    """
    history: tuple[Answer, ...] = ()
    for number, step in enumerate(case.steps()):
        watch, before, hits = _Watch(), assistant.usage, None
        with observing() as seen:
            answer = assistant.ask(step.user, history=history)
        watch.lap("ask")
        history = (*history, answer)
        if case.type == "answerable":
            found = assistant.search(step.user, k=SEARCH_DEPTH)
            hits = tuple(Span.of_sentence(hit.sentence) for hit in found)
            watch.lap("search")
        findings = _findings(answer, kb)
        watch.lap("check")
        sample = Sample(
            case=case,
            turn=number,
            answer=answer,
            gold=spans_of(step),
            hits=hits,
            findings=findings,
            sources=_standings(hits or (), holdings),
            confidence=_confidence(seen),
        )
        timing = Timing(
            case=case.id,
            turn=number,
            seconds=watch.laps,
            stages={name: round(seconds, 6) for name, seconds in seen.seconds.items()},
            peak_bytes=_peak_bytes(),
            model=_between(before, assistant.usage),
        )
        yield Observed(sample, timing)


class _Watch:
    """Seconds by stage, each from the end of the one before."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 6)
        self._last = now


def _confidence(seen: Observation) -> dict[SectionName, float] | None:
    return {name: seen.odds[name] for name in SECTION_TITLES} if seen.odds else None


def _between(before: Usage, after: Usage) -> dict[str, int]:
    """Return what a language model took; empty when none was called."""
    earlier, later = asdict(before), asdict(after)
    taken = {name: later[name] - earlier[name] for name in later}
    return taken if taken["calls"] else {}


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # kilobytes everywhere else


def _findings(answer: Answer, kb: Path) -> tuple[str, ...]:
    found = check(json.loads(answer.to_json()), kb)
    return tuple(f"{finding.place}: {finding.message}" for finding in found)


def _standings(hits: Sequence[Span], holdings: Holdings) -> dict[str, str]:
    found = {hit.document: holdings.find(hit.document) for hit in hits}
    return {name: document.metadata.standing for name, document in found.items() if document}
