"""Words that hold a statement back or push it on: "may", "rarely", "slightly", "proves"."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from consilia.gates.lexicon import Match, lexicon_of, root
from consilia.gates.opposites import poles
from consilia.gates.statements import Statement, counterparts, stems_of

_REACH = {"unit": 5, "focus": 2, "boost": 2, "denied": 2}
"""Content words that follow a hedge and are held back by it."""
_ADVERBS = frozenset({"often", "sometimes", "seldom", "at times"})
_PLAIN = "plain"
_NOT = frozenset({"not", "never", "no", "neither", "nor", "none", "without"})
_COUNTED = frozenset({"all", "any", "every", "each", "whole"})
_PERIODS = frozenset({"hour", "hours", "day", "days", "week", "weeks", "month", "months", "year"})


@dataclass(frozen=True, slots=True)
class Hedge:
    """One such word."""

    scale: str
    rank: int
    """On its scale; the higher, the stronger a statement it leaves."""
    is_boost: bool
    """Whether it says more than the plain statement."""
    surface: str
    focus: frozenset[str]
    """Stems of what it holds back."""
    is_denied: bool
    """Whether it holds back a denial alone: "not routinely"."""
    follows_not: bool


@lru_cache(maxsize=4_000)
def hedges(words: tuple[str, ...]) -> tuple[Hedge, ...]:
    """Return the hedges and boosters in the words of a unit, in order."""
    found = []
    matches = lexicon_of("strength", "hedges").matches(words)
    ends = (*(match.start for match in matches[1:]), len(words))
    for match, end in zip(matches, ends, strict=False):
        scale, rank, reach = match.label.split("|")
        surface = " ".join(words[match.start : match.end])
        if scale == _PLAIN or (surface in _COUNTED and _counts(words, match.end)):
            continue
        stretch = 1 if surface.endswith("ly") or surface in _ADVERBS else _REACH[reach]
        focus = _focus(words, match, end, stretch)
        found.append(
            Hedge(
                scale=scale,
                rank=int(rank),
                is_boost=reach == "boost",
                surface=surface,
                focus=focus,
                is_denied=reach == "denied",
                follows_not=bool(_NOT & set(words[max(0, match.start - 3) : match.start])),
            )
        )
    return tuple(found)


def lost_hedges(
    claimed: Sequence[Statement], said: Sequence[Statement]
) -> tuple[tuple[Statement, Hedge], ...]:
    """Return the hedges of the spans that a claim states its matter without.

    Args:
        claimed: Statements of the claim.
        said: Statements of the spans.

    Returns:
        Each statement of the claim with the first hedge that it lost; a statement that may rest
        on a span without the hedge has lost none.
    """
    lost = []
    for statement in claimed:
        for near in (counterparts(statement, said), _bearers(statement, said)):
            missing = [_lost(statement, claimed, other) for other in near]
            first = [hedge for hedge in missing if hedge]
            if missing and len(first) == len(missing):
                lost.append((statement, first[0]))
    return tuple(lost)


def _bearers(claimed: Statement, said: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements that alone could say that it gets better: "efficacy is unclear"."""
    wanted = {pole.axis for pole in claimed.poles if pole.is_firm and pole.family == "quality"}
    return tuple(s for s in said if wanted & {pole.axis for pole in s.poles})


def new_boosts(
    claimed: Sequence[Statement], said: Sequence[Statement]
) -> tuple[tuple[Statement, Hedge], ...]:
    """Return the boosters of a claim that its spans do not hold, with their statements."""
    held = [hedge for statement in said for hedge in hedges(statement.unit.words)]
    new = []
    for statement in claimed:
        for hedge in hedges(statement.unit.words):
            if hedge.is_boost and not hedge.follows_not and not _is_held(hedge, held):
                new.append((statement, hedge))
    return tuple(new)


def _is_held(boost: Hedge, held: Sequence[Hedge]) -> bool:
    rivals = [h for h in held if h.scale == boost.scale and h.is_boost]
    word = root(boost.surface.split()[0])
    return any(root(h.surface.split()[0]) == word or h.focus & boost.focus for h in rivals)


def _lost(claimed: Statement, everything: Sequence[Statement], said: Statement) -> Hedge | None:
    kept = [h for s in everything if _belongs(s, claimed) for h in _of(s)]
    for hedge in _of(said):
        if not hedge.focus & claimed.own or said.sign != claimed.sign:
            continue
        weaker = [h for h in kept if h.scale == hedge.scale and h.rank <= hedge.rank]
        binding = [h for h in _of(said) if h.scale == hedge.scale and h.focus & claimed.own]
        kept_it = any(h.focus & hedge.focus or h.rank < hedge.rank for h in weaker)
        if len(weaker) < len(binding) and not kept_it:
            return hedge
    return None


def _belongs(statement: Statement, claimed: Statement) -> bool:
    """Whether a hedge of one statement may hold back the other: those of a condition do not."""
    near = statement.unit.host == claimed.unit.host and statement.unit.kind != "condition"
    return near or statement == claimed


def _of(statement: Statement) -> list[Hedge]:
    """The hedges of a statement; in a denial, "always" is one."""
    found = hedges(statement.unit.words)
    if statement.sign > 0 or statement.is_exclusive:
        return [h for h in found if not h.is_boost and not h.is_denied]
    return [h for h in found if not h.is_boost or h.follows_not]


def _counts(words: Sequence[str], end: int) -> bool:
    """Tell "every 4 weeks" and "each dose" from "every patient"."""
    after = words[end] if end < len(words) else ""
    return after[:1].isdigit() or after in _PERIODS or after in {"dose", "other"}


def _focus(words: tuple[str, ...], match: Match, end: int, reach: int) -> frozenset[str]:
    """Content words up to the next hedge; those further on, or before, when there are none."""
    stretches = (words[match.end : end], words[match.end :], words[: match.start][::-1])
    for stretch in stretches:
        held = tuple([word for word in stretch if stems_of([word])][:reach])
        if held:
            return stems_of(held) | {f"±{pole.axis}" for pole in poles(held)}
    return frozenset()
