"""`python -m eval mutate`: what the gates catch of the mutants, and what they let pass."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from consilia.gates.checking import check
from consilia.gates.evidence import Evidence, Failure
from eval.mutations import citations, drugs, numbers, polarity, population, rephrasing, strength
from eval.mutations.changing import glossary, shipped_evidence
from eval.mutations.mutant import Mutant, Mutate
from eval.report import table
from eval.statistics import wilson

MUTATORS: tuple[Mutate, ...] = (
    *numbers.MUTATORS,
    *polarity.MUTATORS,
    *strength.MUTATORS,
    *population.MUTATORS,
    *drugs.MUTATORS,
)
ANY = "any"
"""Due for a citation of another sentence: it differs in whatever it differs."""
SURVIVORS_SHOWN = 5


@dataclass(slots=True)
class Row:
    """One kind of change: how many there were and what became of them."""

    change: str
    gate: str
    """Due to catch it; empty for a rephrasing."""
    n: int = 0
    caught: int = 0
    """By the gate that is due."""
    caught_by_any: int = 0
    survivors: list[str] = field(default_factory=list)
    """Mutants that no due gate caught, or rephrasings that one blocked, with the reason."""


def tried(
    mutators: Sequence[Mutate], evidence: Iterable[Evidence], *, any_gate: bool = False
) -> tuple[Row, ...]:
    """Return what the gates make of all changes to some sentences.

    Args:
        mutators: The generators.
        evidence: Sentences to change.
        any_gate: Whether a mutant is caught by whichever gate fails, not by the one it names.

    Returns:
        A row for each kind of change, ordered by the gate that is due.
    """
    rows: dict[tuple[str, str], Row] = {}
    for sentence in evidence:
        for mutant in (m for mutate in mutators for m in mutate(sentence)):
            key = ANY if any_gate else mutant.gate or "", mutant.change
            row = rows.setdefault(key, Row(mutant.change, key[0]))
            _count(row, mutant)
    return tuple(rows[key] for key in sorted(rows, key=lambda key: key[0]))


def _count(row: Row, mutant: Mutant) -> None:
    failures = check(mutant.claim, mutant.evidence, glossary=glossary()).failures
    due = any(row.gate in {ANY, failure.gate} for failure in failures)
    row.n += 1
    row.caught += due
    row.caught_by_any += bool(failures)
    if row.gate and not due:
        row.survivors.append(mutant.claim)
    elif not row.gate and failures:
        row.survivors.append(f"{mutant.claim}  ({_reasons(failures)})")


def _reasons(failures: Sequence[Failure]) -> str:
    return "; ".join(f"{failure.gate}: {failure.reason}" for failure in failures)


def run_mutations(*, show_survivors: bool = False) -> int:
    """Print the tables of mutants and of rephrasings over the knowledge base that ships.

    Args:
        show_survivors: Whether to list up to five survivors of each row.

    Returns:
        The exit status, 0.
    """
    sentences = shipped_evidence()
    shifted = tried(citations.MUTATORS, sentences, any_gate=True)
    mutants = mutants_text((*tried(MUTATORS, sentences), *shifted), show_survivors)
    sys.stdout.write(f"{len(sentences)} sentences\n\n{mutants}\n")
    harmless = tried(rephrasing.MUTATORS, sentences)
    sys.stdout.write(f"\n{rephrasings_text(harmless, show_survivors)}\n")
    return 0


def mutants_text(rows: Sequence[Row], show_survivors: bool = False) -> str:
    """Return the table of mutants: a line a change, and a sum a gate."""
    lines: list[Sequence[str]] = [
        ("gate due", "change", "n", "caught by it", "share", "95 % interval", "by any gate")
    ]
    for gate in dict.fromkeys(row.gate for row in rows):
        own = [row for row in rows if row.gate == gate]
        lines += [_line(row) for row in own]
        lines.append(_line(_sum(own, gate)))
    text = table(lines, text_columns=(0, 1))
    return f"{text}\n{_survivors(rows)}" if show_survivors else text


def rephrasings_text(rows: Sequence[Row], show_survivors: bool = False) -> str:
    """Return the table of rephrasings: a line a kind, and their sum."""
    lines: list[Sequence[str]] = [("rephrasing", "n", "passed", "share", "95 % interval")]
    for row in (*rows, _sum(rows, "")):
        passed = row.n - row.caught_by_any
        lines.append((row.change, f"{row.n:,}", f"{passed:,}", *_share(passed, row.n)))
    text = table(lines)
    return f"{text}\n{_survivors(rows)}" if show_survivors else text


def _line(row: Row) -> tuple[str, ...]:
    share = _share(row.caught, row.n)
    any_gate = _share(row.caught_by_any, row.n)[0]
    return row.gate, row.change, f"{row.n:,}", f"{row.caught:,}", *share, any_gate


def _sum(rows: Sequence[Row], gate: str) -> Row:
    return Row(
        "all",
        gate,
        sum(row.n for row in rows),
        sum(row.caught for row in rows),
        sum(row.caught_by_any for row in rows),
    )


def _share(part: int, whole: int) -> tuple[str, str]:
    interval = wilson(part, whole)
    if interval is None:
        return "none", ""
    return f"{part / whole:.1%}", f"{interval.low:.1%} to {interval.high:.1%}"


def _survivors(rows: Sequence[Row]) -> str:
    return "\n".join(_shown(rows))


def _shown(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row.survivors:
            yield f"\n{row.gate or 'rephrasing'} / {row.change}: {len(row.survivors)}"
            yield from (f"  {claim}" for claim in row.survivors[:SURVIVORS_SHOWN])
