"""Whether a text says a sentence again: all of it, in its order but for a few harmless changes.

The gates compare what two texts say, not whether a text says anything. So a text in other words is
shown only when it is its sentence read in one of a few ways: another name for a thing, its source
named or not, one phrase moved, turned into the passive, a list in another order or shorter.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations

from consilia.gates.figures.comparators import without_comparator
from consilia.gates.figures.reading import read
from consilia.gates.lexicon import read_data, root
from consilia.gates.synonyms import with_one_name
from consilia.gates.units import tokens_of, units
from consilia.glossary import Glossary

_FIGURE = "#"
"""In front of a figure that is read as one word."""
_LONGEST_ITEM = 3
"""Words of an item of a list."""
_PAIRS = {"(": ")", "[": "]"}
_BRACKET = re.compile(r"[()\[\]]")
_STRAY = re.compile(r"^\W|[,;:(]\s*[,;:.)]|\s[,;.]")


@dataclass(frozen=True, slots=True)
class _Data:
    ignored: list[str]
    same: dict[str, str]
    """Words by the one that stands for them."""
    attribution: str
    """A pattern of what names the source in front."""
    attribution_inside: str
    openers: list[str]
    """Words that begin a phrase that may stand in front of its clause or behind it."""
    joiners: list[str]
    """Words that join two sentences in one."""
    linking: list[str]
    """Words that show that a clause goes on: what is moved past them would belong elsewhere."""
    apart: list[str]
    """Words that no item of a list has."""
    leads: list[str]
    """Words that a list may follow."""
    open_leads: list[str]
    """Those of a list that need not be complete."""
    grade: str
    """A pattern of a grade of evidence in brackets, which may be left out."""
    reason: str
    """A pattern of a reason at the end, which may be left out."""


@dataclass(frozen=True, slots=True)
class _Word:
    name: str
    """Its root, or what stands for it; a figure with its value and unit."""
    sign: str = ""
    """Punctuation in front of it."""
    is_named: bool = False
    """Whether an article stands in front of it."""


_Words = tuple[_Word, ...]


def restates(text: str, quotes: Sequence[str], glossary: Glossary) -> bool:
    """Tell whether a text says its sentences again, each one whole and once.

    Args:
        text: One sentence.
        quotes: That it rests on; not empty.
        glossary: For other names of the same thing.

    Returns:
        Whether it is one of them in a harmless other form, or all of them joined by "and".

    >>> restates("In gout, it helps.", ["It helps in gout."], Glossary.empty())
    True
    >>> restates("Gout helps in it.", ["It helps in gout."], Glossary.empty())
    False
    """
    if not _is_whole(text, quotes):
        return False
    forms = [_forms(quote, glossary) for quote in quotes]
    return any(_says_each(text, order, glossary) for order in permutations(forms))


def _is_whole(text: str, quotes: Sequence[str]) -> bool:
    """Whether a text begins like a sentence, and closes what it opens."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    begins = first[:1].isupper() or first[:1].isdigit() or any(q.startswith(first) for q in quotes)
    open_: list[str] = []
    for sign in _BRACKET.findall(text):
        if sign in _PAIRS:
            open_.append(_PAIRS[sign])
        elif not open_ or open_.pop() != sign:
            return False
    return begins and not open_ and not _STRAY.search(text)


def _says_each(text: str, forms: Sequence[frozenset[_Words]], glossary: Glossary) -> bool:
    """Whether a text is sentences joined in this order."""
    if len(forms) == 1:
        return _says(text, forms[0], glossary)
    return any(
        _says(text[:at], forms[0], glossary) and _says_each(text[end:], forms[1:], glossary)
        for at, end in _joints(text)
    )


def _joints(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _joint().finditer(text))


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"(?:[,;] | )(?:{'|'.join(_data().joiners)}) |; ")


def _says(text: str, forms: frozenset[_Words], glossary: Glossary) -> bool:
    claimed = _without_attribution(text)
    readings = {_read(version, glossary) for version in (text, claimed)}
    readings |= {form for words in readings for form in _compounds_undone(words)}
    told = {tuple(word.name for word in words) for words in readings}
    told |= {tuple(w.name for w in form) for words in readings for form in _actives(words)}
    return any(
        _names(form) in told or any(_differs_in_list(words, form) for words in readings)
        for form in forms
    )


def _names(words: _Words) -> tuple[str, ...]:
    return tuple(word.name for word in words)


def _forms(quote: str, glossary: Glossary) -> frozenset[_Words]:
    """The sentence as it stands, without its source or reason, and with one phrase moved."""
    told = {quote, _without_attribution(quote), re.sub(_data().attribution_inside, ", ", quote)}
    told |= {re.sub(_data().grade, "", text) for text in told}
    told |= {re.sub(_data().reason, ".", text) for text in told}
    whole = {_read(text, glossary) for text in told}
    return frozenset(whole | {form for words in whole for form in _moved(words)})


def _without_attribution(text: str) -> str:
    return re.sub(_data().attribution, "", text, count=1)


def _read(text: str, glossary: Glossary) -> _Words:
    """The words that count, each figure as one, in the order of the text."""
    found: list[_Word] = []
    sign, is_named = "", False
    for token in _tokens(text, glossary):
        if token in ",;:()[].?!\u2013\u2014":
            sign = token
        elif token in {"a", "an", "the"}:
            is_named = True
        elif token not in _data().ignored:
            name = token if token.startswith(_FIGURE) else root(_data().same.get(token, token))
            found.append(_Word(name, sign, is_named))
            sign, is_named = "", False
    return tuple(found)


def _tokens(text: str, glossary: Glossary) -> Iterator[str]:
    """Yield words and signs, a figure as its value, unit and comparator."""
    reading = read(text)
    figures = [(q.start, q.end, _value(q.low, q.high, q.unit, q.comparators))
               for q in reading.quantities]  # fmt: skip
    figures += [(r.start, r.end, f"{_FIGURE}{r.key}") for r in reading.rates]
    at = 0
    for start, end, figure in sorted(figures):
        piece = without_comparator(reading.text[at:start])
        yield from _named(piece, glossary)
        yield figure
        at = max(at, end)
    yield from _named(reading.text[at:], glossary)


def _value(low: float, high: float, unit: str, comparators: frozenset[str]) -> str:
    return f"{_FIGURE}{low:.6g} {high:.6g} {unit} {sorted(comparators)}"


def _named(text: str, glossary: Glossary) -> list[str]:
    for written, plain in _data().same.items():
        if " " in written:
            text = re.sub(rf"\b{written}\b", plain, text)
    return tokens_of(with_one_name(text, glossary))


def _moved(words: _Words) -> Iterator[_Words]:
    """One phrase of time, place or condition from the front to the end, or the other way round."""
    openers = _openers()
    for at, word in enumerate(words[1:], start=1):
        ends = word.sign == "," or (not word.sign and word.is_named)
        ends = ends and words[0].name in openers and _is_phrase(words[:at])
        if ends and _is_one_clause(words[at:]):
            yield from _placed(words[:at], words[at:])
        ends = word.name in openers and word.sign in {"", ","} and _is_phrase(words[at:])
        if ends and _is_one_clause(words[:at]):
            yield from _placed(words[at:], words[:at])


def _placed(phrase: _Words, rest: _Words) -> Iterator[_Words]:
    """A phrase in front of, behind, and before the verb of what it was part of."""
    yield phrase + rest
    yield rest + phrase
    verb = next((n for n, word in enumerate(rest) if word.name in {"be", "may", "can"}), 0)
    if verb:
        yield rest[:verb] + phrase + rest[verb:]


def _is_phrase(words: _Words) -> bool:
    """Whether words are one phrase, with nothing behind it that belongs elsewhere."""
    return not any(word.sign not in {"", "("} or word.name == "to" for word in words[1:])


def _is_one_clause(words: _Words) -> bool:
    """Whether words are one clause, so that a phrase moved past them stays with its verb."""
    if any(word.sign or word.name in _linking() for word in words[1:]):
        return False
    plain = " ".join(word.name for word in words if not word.name.startswith(_FIGURE))
    return len(words) > 1 and sum(unit.kind == "main" for unit in units(plain)) == 1


def _actives(words: _Words) -> Iterator[_Words]:
    """Read "B was shortened by A in C" as "A shortened B in C", for every place A may end."""
    names = _names(words)
    for be in (n for n, name in enumerate(names) if name == "be" and 0 < n < len(names) - 1):
        modal = be - 1 if names[be - 1] in {"may", "can"} else be
        thing, verb, rest = words[:modal], words[be + 1], words[be + 2 :]
        for by in (n for n, word in enumerate(rest) if word.name in {"by", "with", "in"}):
            for end in range(by + 2, len(rest) + 1):
                doer = rest[by + 1 : end]
                yield (*doer, *words[modal:be], verb, *thing, *rest[:by], *rest[end:])


def _compounds_undone(words: _Words) -> Iterator[_Words]:
    """Read "the dose of zelvoprine" as "the zelvoprine dose"."""
    for at, word in enumerate(words[1:-1], start=1):
        if word.name == "of" and not words[at + 1].sign:
            yield (*words[: at - 1], words[at + 1], words[at - 1], *words[at + 2 :])


def _differs_in_list(claimed: _Words, said: _Words) -> bool:
    """Whether two texts differ in the order of one list, or in items that the first leaves out."""
    most = min(len(claimed), len(said))
    same = [a.name == b.name for a, b in zip(claimed, said, strict=False)]
    ends = [a.name == b.name for a, b in zip(reversed(claimed), reversed(said), strict=False)]
    front = same.index(False) if False in same else most
    back = ends.index(False) if False in ends else most
    for start in range(1, min(front + 1, len(said))):
        if said[start].sign != "," and said[start - 1].name not in _leads():
            continue
        for end in range(min(back, most - start) + 1):
            mine = _items(claimed[start : len(claimed) - end])
            theirs = _items(said[start : len(said) - end])
            if not mine or not theirs or mine[0] != theirs[0]:
                continue
            shorter = said[start - 1].name in _open_leads() and mine[0] == ("and",)
            if set(mine) == set(theirs) or (shorter and set(mine) < set(theirs)):
                return True
    return False


def _items(words: _Words) -> tuple[tuple[str, ...], ...]:
    """The conjunction of a list and its items; empty for what is no list."""
    items: list[list[str]] = [[]]
    conjunctions: set[str] = set()
    for at, word in enumerate(words):
        if word.name in {"and", "or"}:
            conjunctions.add(word.name)
            items.append([])
            continue
        if word.sign == "," and at and items[-1]:
            items.append([])
        elif word.sign not in {"", ","} or word.name in _linking() | _openers() | _apart():
            return ()
        items[-1].append(word.name)
    found = [tuple(item) for item in items]
    whole = all(0 < len(item) <= _LONGEST_ITEM for item in found) and len(set(found)) == len(found)
    return ((*conjunctions,), *found) if whole and len(conjunctions) == 1 else ()


@cache
def _openers() -> frozenset[str]:
    return frozenset(map(root, _data().openers))


@cache
def _linking() -> frozenset[str]:
    return frozenset(map(root, _data().linking))


@cache
def _apart() -> frozenset[str]:
    return frozenset(map(root, _data().apart))


@cache
def _leads() -> frozenset[str]:
    return frozenset(map(root, _data().leads))


@cache
def _open_leads() -> frozenset[str]:
    return frozenset(map(root, _data().open_leads))


@cache
def _data() -> _Data:
    return read_data("restating", _Data)
