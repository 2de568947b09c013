"""A sentence cut into what it states: main clauses, conditions, relative clauses, asides."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from consilia.gates.lexicon import EXACT, Lexicon, Match, lexicon_of, read_data, root

UnitKind = Literal["main", "condition", "relative", "aside"]
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|[a-z][a-z_]*(?:'[a-z]+)?\d*|[^\W\d_]+|[;:,.?!()\[\]\u2013\u2014]"
)
_CONTRACTED = re.compile(r"\b(ca|wo|sha|[a-z]+)n't\b")
_WHOLE = {"ca": "can", "wo": "will", "sha": "shall"}
_WHO = re.compile(r"\bWHO\b")
_DASH = re.compile(r"\s[\u2013-]\s")
_MONTH = re.compile(r"(?<=\d )may\b|\bmay(?= (?:1[89]|20)\d\d\b)")
_PARTICIPLES = frozenset({"increased", "decreased", "reduced", "improved", "worsened", "resolved"})
_AFTER_VERBS = frozenset({"in", "by", "to", "from", "with", "after", "on", "at", "no", "a", "the"})
_SUBJECT = 7
"""Words within which the verb of a new clause follows its subject."""
_ADDITIONS = (["with"], ["followed"], ["plus"])
_JOINED = frozenset({"and", "or", "nor", "and then", "and also"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of words with one predicate, as a rule."""

    kind: UnitKind
    words: tuple[str, ...]
    """Case-folded, without the marker and without punctuation but commas."""
    marker: str = ""
    """What opened a condition: `if`, `unless`, `only when`."""
    host: int = 0
    """Number of the main clause that it hangs on; its own number when it is one."""

    @property
    def is_exception(self) -> bool:
        """Whether it takes cases out: "unless", "except"."""
        return self.marker in _exceptions()


@dataclass(slots=True)
class _Draft:
    kind: UnitKind
    marker: str = ""
    host: "_Draft | None" = None
    leads: bool = False
    """Whether it stands in front of the main clause that it hangs on."""
    words: list[str] = field(default_factory=list)
    finite: bool = False


@lru_cache(maxsize=4_000)
def units(text: str) -> tuple[Unit, ...]:
    """Return the units of a text, a main clause in front of what hangs on it; none is empty.

    >>> [(u.kind, " ".join(u.words)) for u in units("If it itches, stop it.")]
    [('main', 'stop it'), ('condition', 'it itches')]
    """
    reader = _Reader(tokens_of(text))
    reader.read()
    drafts = [d for d in reader.drafts if d.words]
    numbers = {id(draft): number for number, draft in enumerate(drafts)}
    return tuple(
        Unit(d.kind, tuple(d.words), d.marker, numbers.get(id(d.host or d), number))
        for number, d in enumerate(drafts)
    )


def _is_reduced(words: Sequence[str]) -> bool:
    """Tell "and zelvoprine withheld", a clause of its own without its auxiliary."""
    return words[:1] == ["and"] and words[-1].endswith(("ed", "held", "en")) and len(words) > 2


def _modal_of(words: Sequence[str]) -> list[str]:
    """Return the modal verb that a clause lends to the next one, with its "be"."""
    found = [m.start for m in _borders().matches(words) if m.label == "modal"]
    return [words[found[0]], "be"] if found else []


def verb_at(words: Sequence[str]) -> int:
    """Return the place of the first known verb but "says" and its like, or the number of words."""
    for match in _borders().matches(words):
        says = match.label == "verb" and root(words[match.start]) in says_roots()
        if match.label in {"modal", "finite", "verb"} and not says:
            return match.start
    return len(words)


def tokens_of(text: str) -> list[str]:
    """Return the words and signs of a text, case-folded, contractions written out."""
    plain = _DASH.sub(" — ", _WHO.sub("world_health_organization", text))
    folded = unicodedata.normalize("NFKC", plain).casefold().replace("\u2019", "'")
    folded = folded.replace("cannot", "can not")
    folded = _CONTRACTED.sub(lambda m: f"{_WHOLE.get(m[1], m[1])} not", folded)
    return _TOKEN.findall(_MONTH.sub("the month", folded))


def _borders() -> Lexicon:
    return lexicon_of("clauses", "borders")


@lru_cache(maxsize=1)
def _exceptions() -> frozenset[str]:
    data = read_data("clauses", dict[str, dict[str, list[str]]])
    return frozenset(phrase.removeprefix(EXACT) for phrase in data["borders"]["exception"])


@lru_cache(maxsize=1)
def says_roots() -> frozenset[str]:
    """Return the stems of words that lead in what is said: "says", "evidence that"."""
    data = read_data("clauses", dict[str, dict[str, list[str]]])
    return frozenset(map(root, data["words"]["complement"]))


class _Reader:
    """Walks over the words once and opens and closes units."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._borders = {match.start: match for match in _borders().matches(words)}
        self._main = _Draft("main")
        self._current = self._main
        self._outer: list[_Draft] = []
        self.drafts = [self._main]

    def read(self) -> None:
        """Fill `drafts`."""
        at = 0
        while at < len(self._words):
            match = self._borders.get(at)
            if match is None:
                self._current.words.append(self._words[at])
                at += 1
            else:
                getattr(self, f"_{match.label}")(match)
                at = match.end

    def _open_unit(self, draft: _Draft) -> None:
        self.drafts.append(draft)
        self._current = draft
        if draft.kind == "main":
            self._main = draft

    def _plain(self, match: Match) -> None:
        self._current.words.extend(self._words[match.start : match.end])

    _keep = _plain

    def _text(self, match: Match) -> str:
        return " ".join(self._words[match.start : match.end])

    def _next_label(self, at: int) -> str:
        """The label of the border at a place, an adverb before it skipped."""
        for place in (at, at + 1):
            word = self._words[place] if place < len(self._words) else ""
            if place in self._borders:
                return self._borders[place].label
            if not (word.endswith("ly") or word in {"not", "then", "also"}):
                break
        return ""

    def _word_at(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else ""

    def _stop(self, _match: Match) -> None:
        self._outer.clear()
        self._open_unit(_Draft("main"))

    def _but(self, match: Match) -> None:
        if self._current.kind == "aside":
            self._keep(match)
        else:
            self._open_unit(_Draft("main"))

    def _condition(self, match: Match) -> None:
        last = self._word_at(match.start - 1)
        self._split_addition()
        leads = not self._main.words or root(last) in says_roots()
        host = None if self._current.kind == "aside" else self._main
        self._open_unit(_Draft("condition", self._text(match), host or self._main, leads))

    def _split_addition(self) -> None:
        """Part "…, with checks" from the rest: a condition behind it is on the checks alone."""
        words = self._main.words
        if self._current is self._main and "," in words:
            comma = len(words) - 1 - words[::-1].index(",")
            added = words[comma + 1 :]
            if _is_reduced(added):
                added = [*added[1:-1], *_modal_of(words[:comma]), added[-1]]
            elif added[:1] not in _ADDITIONS:
                return
            self._main.words = words[:comma]
            self._open_unit(_Draft("main", words=added))

    _only_condition = _condition
    _exception = _condition
    _until = _condition

    def _relative(self, match: Match) -> None:
        if self._current.kind in {"condition", "aside"}:
            self._keep(match)
        else:
            self._open_unit(_Draft("relative", self._text(match), self._main))

    def _that(self, match: Match) -> None:
        before, after = self._word_at(match.start - 1), self._word_at(match.end)
        if not before.isalpha() or root(before) in says_roots() or after in {"of", "", ".", ","}:
            self._keep(match)
        else:
            self._relative(match)

    def _and(self, match: Match) -> None:
        following = self._next_label(match.end)
        splits = following == "modal" or (following == "finite" and self._current.kind == "main")
        splits = splits or (self._is_verb(match.end) and self._current.kind == "main")
        splits = splits or self._word_at(match.end) == "not" or self._opens_clause(match.end)
        if self._text(match) in _JOINED and splits and self._current.words:
            self._open_unit(_Draft("main"))
        else:
            self._keep(match)

    def _is_verb(self, at: int) -> bool:
        """Tell "and worsened in", a verb, from "and worsened function", which may be none."""
        if at not in self._borders or self._borders[at].label != "verb":
            return False
        return self._word_at(at) not in _PARTICIPLES or self._word_at(at + 1) in _AFTER_VERBS

    def _opens_clause(self, at: int) -> bool:
        """Whether a subject with its own verb follows: "… is mild and patients should rest"."""
        if not self._current.finite:
            return False
        ahead = [
            self._borders[place] for place in range(at, at + _SUBJECT) if place in self._borders
        ]
        wanted = {"modal"} if self._current.kind == "condition" else {"modal", "finite"}
        return bool(ahead) and ahead[0].label in wanted

    _verb = _plain

    def _modal(self, match: Match) -> None:
        current = self._current
        goes_on = current.words[-1:] in (["not"], ["have"], ["has"], ["had"])
        resumes = not goes_on and (current.finite or self._is_told(current))
        if current.kind == "relative" and resumes:
            self._current = self._main
        self._current.finite = True
        self._keep(match)

    _finite = _modal

    def _is_told(self, draft: _Draft) -> bool:
        """Whether a relative clause has its verb already, and its main clause has none."""
        said = bool(draft.words) and not draft.words[-1].endswith("ly")
        return said and not self._main.finite

    def _comma(self, match: Match) -> None:
        following = self._next_label(match.end)
        current = self._current
        if self._word_at(match.end) == "not" and current.kind == "main" and current.words:
            self._open_unit(_Draft("main"))
        elif following in {"finite", "and"} and current.kind == "condition":
            self._keep(match)
        elif (current.kind == "condition" and current.leads) or current.kind == "relative":
            self._current = self._main
        else:
            self._keep(match)

    def _open(self, _match: Match) -> None:
        self._outer.append(self._current)
        self._open_unit(_Draft("aside", host=self._main))

    def _close(self, _match: Match) -> None:
        if self._outer:
            self._current = self._outer.pop()
