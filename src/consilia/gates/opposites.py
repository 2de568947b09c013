"""Words that stand at one end of a scale: more or less, better or worse, early or late."""

from dataclasses import dataclass
from functools import cache, lru_cache

from consilia.gates.lexicon import Lexicon, lexicon_of, read_data, root
from consilia.terms import STOP_WORDS

_NEAR = 5
"""Words on each side that tell one use of a word from another."""
_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")
_SHORTEST = 3
"""Letters of a word that a denying prefix may stand before: "unit" is no denial of "it"."""
_FIRM = "firm"
_NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class _Axis:
    axis: str
    plus: list[str]
    minus: list[str]
    open_plus: list[str]
    open_minus: list[str]


@dataclass(frozen=True, slots=True)
class _Outcomes:
    bad: list[str]
    good: list[str]


@dataclass(frozen=True, slots=True)
class _Data:
    axes: list[_Axis]
    complementary: list[str]
    """Axes of which one end is what is not at the other: "unclear" is "not clear"."""
    no_denials: list[str]
    """Words that begin like a denial and are none: "disease", "inform"."""
    neutral: list[str]
    outcomes: _Outcomes


@dataclass(frozen=True, slots=True)
class Pole:
    """One word that stands at an end of a scale."""

    axis: str
    """Name of the scale; `family/part` for one of several scales that speak for each other."""
    end: int
    """1 or -1."""
    is_firm: bool
    """Whether a text that says it has to say which way things go: "reduced", not "low"."""
    surface: str
    near: frozenset[str]
    """Stems of the words around it."""
    outcome: int
    """1 when what it speaks of is good to have more of, -1 when bad, 0 when that is not known."""
    at: int
    """Where it stands in the words of its unit."""
    head: str = ""
    """Stem of the next content word: what "higher" is said of."""
    is_denied: bool = False
    """Whether its end is turned round because it is denied alone: "non-inferior"."""

    @property
    def family(self) -> str:
        """The scale, or the family of scales, without its part."""
        return self.axis.partition("/")[0]


@lru_cache(maxsize=4_000)
def poles(words: tuple[str, ...]) -> tuple[Pole, ...]:
    """Return the poles in the words of a unit, in order.

    >>> [(pole.axis, pole.end) for pole in poles(("it", "lowered", "pain"))]
    [('amount', -1)]
    """
    found = []
    for match in _lexicon().matches(words):
        if match.label == _NEUTRAL or _compares_numbers(words, match.end):
            continue
        axis, end, firmness = match.label.split("|")
        around = (*words[max(0, match.start - _NEAR) : match.start], *_after(words, match.end))
        near = frozenset(root(w) for w in around if w not in STOP_WORDS and w[0].isalnum())
        surface = " ".join(words[match.start : match.end])
        after = _after(words, match.end)
        head = next((root(word) for word in after if root(word) in near), "")
        found.append(
            Pole(
                axis=axis,
                end=int(end),
                is_firm=firmness == _FIRM,
                surface=surface,
                near=near,
                outcome=_outcome(near, after),
                at=match.start,
                head=head,
            )
        )
    return (*found, *_bare(words))


def _bare(words: tuple[str, ...]) -> tuple[Pole, ...]:
    """Read "… than in those without", which denies something named before."""
    if not words or words[-1] not in {"with", "without"}:
        return ()
    end = 1 if words[-1] == "with" else -1
    near = frozenset(root(w) for w in words[-_NEAR:-1] if w not in STOP_WORDS and w[0].isalnum())
    return (Pole("with", end, False, words[-1], near, 0, len(words) - 1),)


def _after(words: tuple[str, ...], end: int) -> tuple[str, ...]:
    return words[end : end + _NEAR]


def _compares_numbers(words: tuple[str, ...], end: int) -> bool:
    """Tell "more than 10" from "more cramps": the first is a number, not a direction."""
    return len(words) > end + 1 and words[end] == "than" and words[end + 1][0].isdigit()


def _outcome(near: frozenset[str], after: tuple[str, ...]) -> int:
    bad, good = _outcomes()
    for word in after:
        if root(word) in bad:
            return -1
        if root(word) in good:
            return 1
    return -1 if near & bad and not near & good else 1 if near & good and not near & bad else 0


def prefixed_pairs(words: tuple[str, ...], others: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of words that differ by a denying prefix alone.

    >>> prefixed_pairs(("stable", "angina"), ("unstable", "angina"))
    (('stable', 'unstable'),)
    """
    return tuple(
        (word, other)
        for word in dict.fromkeys(words)
        for other in dict.fromkeys(others)
        if word not in others and other not in words
        if _is_prefixed(word, other) or _is_prefixed(other, word)
    )


def _is_prefixed(word: str, other: str) -> bool:
    if len(other) < _SHORTEST or root(word) in _no_denials():
        return False
    if lexicon_of("negation", "cues").matches([word]):
        return False
    bases = (word.removeprefix(prefix) for prefix in _PREFIXES if word.startswith(prefix))
    return any(base and root(base) == root(other) for base in bases)


@cache
def complementary() -> frozenset[str]:
    """Return the scales of which one end is what is not at the other: "unclear", "not clear"."""
    return frozenset(read_data("opposites", _Data).complementary)


@cache
def _no_denials() -> frozenset[str]:
    return frozenset(map(root, read_data("opposites", _Data).no_denials))


@cache
def _outcomes() -> tuple[frozenset[str], frozenset[str]]:
    outcomes = read_data("opposites", _Data).outcomes
    return frozenset(map(root, outcomes.bad)), frozenset(map(root, outcomes.good))


@cache
def _lexicon() -> Lexicon:
    data = read_data("opposites", _Data)
    phrases = {_NEUTRAL: data.neutral}
    for axis in data.axes:
        phrases[f"{axis.axis}|1|{_FIRM}"] = axis.plus
        phrases[f"{axis.axis}|-1|{_FIRM}"] = axis.minus
        state = f"{axis.axis}/state" if axis.plus and axis.minus else axis.axis
        phrases[f"{state}|1|"] = axis.open_plus
        phrases[f"{state}|-1|"] = axis.open_minus
    return Lexicon(phrases)
