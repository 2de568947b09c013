"""A true sentence that cites the wrong place: the next sentence, or one of another document."""

import re
from collections.abc import Iterator
from functools import cache

from consilia.gates.evidence import Evidence, GateName
from consilia.terms import stems
from eval.mutations.changing import shipped_evidence
from eval.mutations.mutant import Mutant, Mutate

_NUMBER = re.compile(r"(?<![\w.*-])\d+(?:[.,]\d+)*(?![\w*])")
_ELSEWHERE = 37
"""How many sentences further on the other document is looked for; no divisor of their number."""


@cache
def _places() -> dict[Evidence, int]:
    return {evidence: n for n, evidence in enumerate(shipped_evidence())}


def next_sentence(evidence: Evidence) -> Iterator[Mutant]:
    """The citation moved to the sentence behind, or before for the last of a document."""
    every, at = shipped_evidence(), _places()[evidence]
    for beside in (at + 1, at - 1):
        if 0 <= beside < len(every) and every[beside].title == evidence.title:
            yield from _moved("citation to the next sentence", evidence, every[beside])
            return


def other_document(evidence: Evidence) -> Iterator[Mutant]:
    """The citation moved to a sentence of another document."""
    every, at = shipped_evidence(), _places()[evidence]
    for beside in range(at + _ELSEWHERE, at + len(every)):
        other = every[beside % len(every)]
        if other.title != evidence.title:
            yield from _moved("citation to another document", evidence, other)
            return


def _moved(change: str, evidence: Evidence, neighbour: Evidence) -> Iterator[Mutant]:
    """One mutant, unless the neighbour carries all words and figures of the claim."""
    own, theirs = stems(evidence.quote), stems(_with_context(neighbour))
    if not set(own) <= set(theirs):
        yield Mutant(change, evidence.quote, (neighbour,), _gate_due(evidence, neighbour))


def _gate_due(evidence: Evidence, neighbour: Evidence) -> GateName:
    carried = set(_NUMBER.findall(_with_context(neighbour)))
    missing = set(_NUMBER.findall(evidence.quote)) - carried
    return "numbers" if missing else "entities"


def _with_context(evidence: Evidence) -> str:
    return " . ".join((evidence.quote, evidence.title, *evidence.headings))


MUTATORS: tuple[Mutate, ...] = (next_sentence, other_document)
