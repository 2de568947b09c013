"""Which units are denied, and which words alone: the ideas of NegEx, with our own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from consilia.gates.lexicon import EXACT, Lexicon, Match, lexicon_of, read_data, root
from consilia.gates.units import Unit
from consilia.terms import STOP_WORDS

_LONGEST_SCOPE = 3
"""Content words that "without" and its like reach, as a rule a noun with its adjectives."""
_AMOUNTS = frozenset({"at", "least", "about", "more", "than", "to", "any"})
_ADVERBIAL = 3
_WHEN = frozenset({"after", "upon", "following", "during", "before", "since"})
_OPENERS = frozenset({"in", "with", "of", "to", "for", "from", "on", "at", "by"})


@dataclass(frozen=True, slots=True)
class Negation:
    """What a unit denies."""

    sign: int
    """-1 when it is denied as a whole, else 1: "should be avoided" is, "should not be avoided"
    is not."""
    alone: tuple[frozenset[str], ...]
    """Stems of each phrase that is denied alone: "without a pacemaker"."""
    places: frozenset[int]
    """Where in the unit the words of such phrases stand."""


@lru_cache(maxsize=4_000)
def negation_of(unit: Unit) -> Negation:
    """Return what a unit denies.

    An exception ("unless") counts as denied, so that taking it for a condition shows.
    """
    sign = -1 if unit.is_exception else 1
    alone: list[frozenset[int]] = []
    reached = 0
    for match in _cues().matches(unit.words):
        if match.start < reached:
            continue
        if match.label == "local" or _is_determiner(unit.words, match):
            alone.append(_scope(unit.words, match))
            reached = match.end + 1
        elif match.label != "pseudo" and not _is_beside(unit.words, match):
            sign = -sign
    stems = (frozenset(root(unit.words[at]) for at in scope) for scope in alone if scope)
    return Negation(sign, tuple(stems), frozenset().union(*alone))


def is_exclusive(unit: Unit) -> bool:
    """Tell whether a condition is the only one: "only if", "only when"."""
    return unit.marker.startswith("only ") or unit.marker == "not until"


def _cues() -> Lexicon:
    return lexicon_of("negation", "cues")


@cache
def _ends() -> frozenset[str]:
    data = read_data("negation", dict[str, dict[str, list[str]]])
    return frozenset(word.removeprefix(EXACT) for word in data["words"]["scope_end"])


def _is_beside(words: Sequence[str], match: Match) -> bool:
    """Tell a cue that does not deny its clause.

    The "nor" of "neither … nor" denies nothing anew, and "after stopping it" tells when.
    """
    if words[match.start] == "nor":
        return "neither" in words[: match.start]
    before = words[max(0, match.start - _ADVERBIAL) : match.start]
    return match.label == "predicate" and bool(_WHEN & set(before))


def _is_determiner(words: Sequence[str], match: Match) -> bool:
    """Tell "in patients with no fever" from "showed no fever", which denies the whole."""
    before = words[match.start - 1] if match.start else ""
    return words[match.start : match.end] == ("no",) and before in _OPENERS


def _scope(words: Sequence[str], match: Match) -> frozenset[int]:
    """Places of the content words that a phrase such as "without" reaches."""
    hyphened = words[match.start] == "non"
    found: list[int] = []
    for at, word in enumerate(words[match.end :], start=match.end):
        if not found and (word in _AMOUNTS or word[0].isdigit()):
            continue
        if word in _ends() or not word[0].isalpha() or len(found) == _LONGEST_SCOPE:
            break
        if word not in STOP_WORDS:
            found.append(at)
            if hyphened:
                break
    return frozenset(found)
