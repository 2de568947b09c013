"""The names in a text, and whether the spans that a claim cites know them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from consilia.glossary import CLASS_OF, Glossary
from consilia.terms import STOP_WORDS, american, stem, stems, word_list, words

_NEAR = 5
"""Words within which the parts of a name stand when a text says it in another order."""
_UNNAMED = frozenset({"population", "word"})
"""Types of the glossary that name no thing; populations have a gate of their own."""
_PIECES = frozenset({"condition", "drug", "substance", "symptom", "sign"})
"""Types of names that say the same apart as together."""
_SOFT = frozenset({"=prognosis", "=side_effect"})
"""Concepts that a paraphrase may call a thing by without saying anything new."""
_PREFIX = re.compile(r"^(?:un|non)(?=\w{4})|(?<=\w{3})fold$")
_ACRONYM = re.compile(r"\b[A-Z][A-Za-z]*[A-Z]\b")
_CAPITAL = re.compile(r"(?<=[\w,;:)'\"-] )[A-Z][\w-]*|\b(?:[A-Z]{2,}|[a-z]+[A-Z]\w*)\b")
_ENDINGS = (
    (re.compile(r"(?:osis|otic)$"), "os"),
    (re.compile(r"(?:ysis|ytic)$"), "ys"),
    (re.compile(r"(?:itis|itic)$"), "it"),
    (re.compile(r"(?:ia|ic|ical|ism|al|ous)s?$"), ""),
)
_SHORTEST_ROOT = 5
_SPELLINGS = (
    (re.compile(r"our(?=s$|ed$|ing$|able$)"), "or"),
    (re.compile(r"bre(s?)$"), r"ber\1"),
    (re.compile(r"ys(?=e$|ed$|es$|ing$)"), "yz"),
    (re.compile(r"ll(?=ed$|ing$)"), "l"),
    (re.compile(r"cence"), "cense"),
    (re.compile(r"sulph"), "sulf"),
)
"""What `terms.american` leaves: an index is built with that, and these need none."""
_MEASURES = word_list("measures")
"""Abbreviations of how much, how often and how, which other gates read."""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a text names."""

    token: str
    """A concept of the glossary, or the stem of a word."""
    type: str | None
    """Of the glossary; None for a word that it does not hold."""
    surface: str
    start: int
    """Of its first word among the words of the text."""
    end: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text knows: the names that a claim on it may use."""

    words: tuple[str, ...]
    tokens: frozenset[str]
    """Stems, concepts, the concepts inside longer ones, and neighbouring words in one."""
    same: frozenset[int]
    """Lines of `same_words.txt` that the text has a phrase of."""
    acronyms: frozenset[str]
    initials: str
    """First letters of all its words."""


@cache
def ordinary() -> frozenset[str]:
    """Return the stems of words that name no thing of medicine."""
    return frozenset(stem(word) for word in word_list("ordinary_words") | STOP_WORDS)


@cache
def _same() -> tuple[dict[tuple[str, ...], int], int]:
    """Return the line of each phrase of `same_words.txt`, and the words of the longest one."""
    text = files("consilia").joinpath("data/same_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    phrases = {
        tuple(stem(word) for word in words(phrase)): number
        for number, line in enumerate(lines)
        for phrase in line.split(",")
    }
    return phrases, max(map(len, phrases))


def names_in(text: str, glossary: Glossary) -> tuple[Name, ...]:
    """Return what a text names, in order: concepts, and words that are not ordinary ones.

    >>> [name.surface for name in names_in("Give zelvoprine daily.", Glossary.empty())]
    ['zelvoprine']
    """
    return tuple(name for name in terms_in(text, glossary) if _is_name(name.token, name.type))


def terms_in(text: str, glossary: Glossary) -> Iterator[Name]:
    """Yield all that a text says, in order: its names, and its other words but stop words."""
    found = words(text)
    at = 0
    for token in glossary.read(text):
        surface = token.surface.split()
        while found[at : at + len(surface)] != surface:
            at += 1
        end = at + len(surface)
        yield Name(token.name, glossary.type_of(token.name), token.surface, at, end)
        at = end


def _is_name(token: str, type_: str | None) -> bool:
    if type_:
        return type_ not in _UNNAMED and token not in _SOFT
    plain = token in ordinary() or _PREFIX.sub("", token) in ordinary() or token in _MEASURES
    return not token[0].isdigit() and len(token) > 1 and not plain


def capitals_in(text: str) -> frozenset[str]:
    """Return the words that capitals mark as names, case-folded; a first word is none.

    >>> sorted(capitals_in("Zelvoprine helps; Marblex and ACE do not."))
    ['ace', 'marblex']
    """
    found = {part for name in _CAPITAL.findall(text) for part in words(name)}
    return frozenset(found - _MEASURES)


def ground(texts: Iterable[str], glossary: Glossary) -> Ground:
    """Return what some texts know together.

    Args:
        texts: A quote, or titles and headings.
        glossary: For its concepts.

    Returns:
        Their names; words of different texts are no neighbours.
    """
    text = " . ".join(texts)
    found = words(text)
    tokens = {t for t in glossary.index_tokens(text) if not t.startswith(CLASS_OF)}
    tokens.update(stem(word) for word in found)
    tokens.update(root(word) for word in found)
    pairs = pairwise(found)
    tokens.update(stem(one + other) for one, other in pairs if one.isalpha() and other.isalpha())
    return Ground(
        words=tuple(found),
        tokens=frozenset(tokens),
        same=frozenset(line for line, _, _ in _same_phrases(found)),
        acronyms=frozenset(acronym.casefold() for acronym in _ACRONYM.findall(text)),
        initials="".join(word[0] for word in found),
    )


def knows(known: Ground, name: Name, claim: Sequence[str], glossary: Glossary) -> bool:
    """Tell whether a text knows a name of a claim, in these or in other words.

    Args:
        known: The text.
        name: Of the claim.
        claim: All words of the claim.
        glossary: That the name was read with.

    Returns:
        Whether it is there as a concept, a word, a spelling, an acronym or its long form.
    """
    if name.token in known.tokens or _says_parts(known, name):
        return True
    if any(
        line in known.same and start <= name.start and name.end <= end
        for line, start, end in _same_phrases(claim)
    ):
        return True
    if name.end - name.start > 1:
        return _says_pieces(known, name, glossary) or _spells(known, name, claim)
    own = claim[name.start]
    before = claim[name.start - 1] if name.start else ""
    after = claim[name.end] if name.end < len(claim) else ""
    variants = {root(own), stem(own), stem(before + own), stem(own + after)}
    return bool(variants & known.tokens) or _spells(known, name, claim)


def root(word: str) -> str:
    """Return a medical noun and its adjective as one: "thrombosis" and "thrombotic".

    >>> root("thrombotic") == root("thrombosis"), root("arthritis") == root("arthrosis")
    (True, False)
    """
    spelt = american(word)
    for pattern, replacement in _SPELLINGS:
        spelt = pattern.sub(replacement, spelt)
    for ending, kept in _ENDINGS:
        shorter = ending.sub(kept, spelt)
        if shorter != spelt:
            return shorter if len(shorter) >= _SHORTEST_ROOT else stem(spelt)
    return stem(spelt)


def _says_parts(known: Ground, name: Name) -> bool:
    """Tell whether the words of a longer name stand near each other: "wasting and weakness"."""
    parts = set(stems(name.surface))
    if len(parts) < 2 or not parts <= known.tokens:
        return False
    roots = [stem(word) for word in known.words]
    reach = len(parts) + _NEAR - 2
    return any(parts <= set(roots[at : at + reach]) for at in range(len(roots)))


def _says_pieces(known: Ground, name: Name, glossary: Glossary) -> bool:
    """Tell whether a longer name falls into names that are known: "SOD1-related ALS"."""
    surface = name.surface.split()
    for at in range(1, len(surface)):
        pieces = (" ".join(surface[:at]), " ".join(surface[at:]))
        tokens = [token.name for piece in pieces for token in glossary.read(piece)]
        named = [token for token in tokens if glossary.type_of(token) in _PIECES]
        others = set(tokens) - set(named)
        if named and set(named) <= known.tokens and others <= known.tokens | ordinary():
            return all(_is_plain(token, glossary) for token in others)
    return False


def _is_plain(token: str, glossary: Glossary) -> bool:
    return token in ordinary() or glossary.type_of(token) == "word"


def _spells(known: Ground, name: Name, claim: Sequence[str]) -> bool:
    """Tell whether one side has the acronym of what the other says in full."""
    word = claim[name.start]
    if name.end - name.start == 1 and 3 <= len(word) <= 6 and word in known.initials:
        return True
    return any(
        [w[0] for w in claim[at : at + len(acronym)]] == list(acronym)
        for acronym in known.acronyms
        for at in range(max(0, name.end - len(acronym)), name.start + 1)
    )


def _same_phrases(found: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield line, start and end of each phrase of `same_words.txt`."""
    phrases, longest = _same()
    roots = [stem(word) for word in found]
    for start in range(len(roots)):
        for end in range(start + 1, min(start + longest, len(roots)) + 1):
            line = phrases.get(tuple(roots[start:end]))
            if line is not None:
                yield line, start, end
