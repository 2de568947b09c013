"""Names of people, told by what stands around them: a title, a label, a relation, a given name."""

import re
from collections.abc import Iterator

from consilia.privacy.findings import Found
from consilia.privacy.name_patterns import AGED, INITIALS, ONLY_PEOPLE, WITH_INITIALS, patterns
from consilia.privacy.tokens import Token, is_barred, is_plain, tokens_of
from consilia.privacy.vocabulary import vocabulary

_ABBREVIATIONS = frozenset({"ms", "mr"})
"""In capitals they are multiple sclerosis, and magnetic resonance or modified release."""
_LONGEST = 5
"""Words of a name."""
_PARTICLES = 3
"""Small words within a family name: "van der", "de la"."""


def find_names(text: str, known: frozenset[str] = frozenset()) -> Iterator[Found]:
    """Yield the names of people in a folded text.

    Args:
        text: The folded text.
        known: Case-folded words of the glossary: they name no person.

    Yields:
        Names without their titles and labels; they may overlap.
    """
    names = _Names(text, known)
    yield from names.titled()
    yield from names.labelled()
    yield from names.pointed_at()
    yield from names.bare()
    for match in INITIALS.finditer(text):
        letters = "".join(c for c in match[0] if c.isalpha())
        if not is_barred(Token(0, 0, letters), known):
            yield Found(match.start(), match.start() + len(match[0].rstrip()), "initials")
    for match in WITH_INITIALS.finditer(text):
        yield Found(match.start(), match.end(), "name")


class _Names:
    """The names in one text. A name is told by the numbers of its first word and of the next."""

    def __init__(self, text: str, known: frozenset[str]) -> None:
        self._text, self._known = text, known
        self._tokens = tokens_of(text)
        self._starts = {token.start: n for n, token in enumerate(self._tokens)}
        letters = [c for c in text if c.isalpha()]
        self._shouting = sum(c.isupper() for c in letters) * 10 > len(letters) * 7

    def titled(self) -> Iterator[Found]:
        """Yield names behind a title: "Mrs Flumb", "dr van der Flumb"."""
        for n, token in enumerate(self._tokens[:-1]):
            following = self._tokens[n + 1]
            if not token.title or not self._adjoins(n, dotted=True):
                continue
            if token.folded in _ABBREVIATIONS and token.shouted and not following.listed:
                continue
            typed = token.folded in vocabulary().typed_titles and not following.capital
            leads = following.particle and self._leads_on(n + 1)
            if following.capital or leads or (typed and self._may_be_typed(token, following)):
                yield from self._name(n + 1, self._grown(n + 1, sure=True, typed=typed), sure=True)

    def labelled(self) -> Iterator[Found]:
        """Yield names behind a label: "Patient name: Zel Flumb", "Re: Flumb, Zel"."""
        for n in self._behind(patterns().label):
            yield from self._name(n, self._grown(n, sure=True, typed=True), sure=True)
        for n in self._behind(patterns().subject):
            if self._is_inverted(n):
                yield from self._name(n, n + 2)
            elif self._is_subject(n):
                yield from self._name(n, self._grown(n, typed=self._tokens[n].given))

    def pointed_at(self) -> Iterator[Found]:
        """Yield names of somebody who is spoken of: "my wife Zel", "a man called Flumb"."""
        for n in self._behind(patterns().called):
            yield from self._name(n, self._grown(n, sure=True, typed=True), sure=True)
        for match in patterns().person.finditer(self._text):
            named = self._starts.get(match.end())
            if named is not None:
                end = self._pointed(named, close=match["close"] is not None)
                if match["speaker"] and end == named and self._is_pair(named):
                    end = self._grown(named)
                yield from self._name(named, end)

    def bare(self) -> Iterator[Found]:
        """Yield given names with a family name, or alone as somebody who has or is."""
        for n, token in enumerate(self._tokens):
            if token.given:
                yield from self._with_given(n, token)
            elif self._is_pair(n) and self._evident(n + 2):
                yield from self._name(n, n + 2)

    def _pointed(self, n: int, *, close: bool) -> int:
        """Where the name of somebody who is spoken of ends; `n` when it is none."""
        token = self._tokens[n]
        word = token.ambiguous or token.folded in self._known
        if token.given and (token.capital or close) and not word:
            return self._grown(n, typed=not token.capital)
        if not close or not token.capital:
            return n
        if token.listed:
            return self._grown(n, sure=True)
        if is_plain(token, self._known):
            return n
        if self._is_pair(n):
            return self._grown(n)
        return n + 1 if self._goes_on(token) else n

    def _with_given(self, n: int, token: Token) -> Iterator[Found]:
        end = self._grown(n, typed=not token.capital and self._listed_pair(n))
        certain = (token.capital and not token.ambiguous) or self._listed_pair(n)
        if n and self._turned(n):
            yield from self._name(n - 1, max(end, n + 1))
        elif end - n > 1 and (certain or self._evident(end)):
            yield from self._name(n, end)
        elif token.capital and self._is_told_of(token):
            yield from self._name(n, n + 1)

    def _behind(self, pattern: re.Pattern[str]) -> Iterator[int]:
        for match in pattern.finditer(self._text):
            n = self._starts.get(match.end())
            if n is not None:
                yield n

    def _is_told_of(self, token: Token) -> bool:
        """Whether somebody has, takes or is something; of words, only what nobody else does."""
        if token.folded in self._known:
            return False
        if token.ambiguous:
            return bool(ONLY_PEOPLE.match(self._text, token.end))
        return self._goes_on(token)

    def _evident(self, end: int) -> bool:
        """Whether an age, a sex or a date of birth follows the name that ends before `end`."""
        return bool(AGED.match(self._text, self._tokens[end - 1].end))

    def _turned(self, n: int) -> bool:
        """Whether a given name follows its family name: "Flumb, John, 74"."""
        before, token = self._tokens[n - 1], self._tokens[n]
        gap = self._text[before.end : token.start]
        family = before.capital and (before.listed or not is_plain(before, self._known))
        certain = before.family or self._evident(n + 1)
        return gap in {", ", " "} and family and token.capital and certain

    def _goes_on(self, token: Token) -> bool:
        return bool(patterns().goes_on.match(self._text, token.end)) and not self._shouting

    def _is_subject(self, n: int) -> bool:
        """Whether the word after "Patient:" begins a name."""
        token = self._tokens[n]
        if token.given or (token.capital and token.family):
            return True
        if is_plain(token, self._known) or not token.capital:
            return False
        return self._is_pair(n) or self._evident(n + 1)

    def _is_pair(self, n: int, gap: str = " ") -> bool:
        """Whether two capitalised words that are no known ones stand side by side."""
        last = n + 1
        most = min(len(self._tokens), n + 1 + _PARTICLES)
        while gap == " " and last < most and self._tokens[last].particle:
            last += 1
        pair = (*self._tokens[n : n + 1], *self._tokens[last : last + 1])
        if len(pair) < 2 or self._text[pair[0].end : self._tokens[n + 1].start] != gap:
            return False
        proper = all(t.capital and (not t.shouted or self._shouting) for t in pair)
        family = pair[1].family and not is_barred(pair[1], self._known)
        return (
            proper
            and not is_plain(pair[0], self._known)
            and (family or not is_plain(pair[1], self._known))
        )

    def _is_inverted(self, n: int) -> bool:
        """Whether two names stand as in a record: "Flumb, Zel (f)"."""
        return self._is_pair(n, ", ")

    def _listed_pair(self, n: int) -> bool:
        """Whether a given name and a family name of the lists stand side by side."""
        pair = self._tokens[n : n + 2]
        if len(pair) < 2 or not self._adjoins(n) or pair[0].ambiguous:
            return False
        return pair[1].family

    def _may_be_typed(self, title: Token, following: Token) -> bool:
        if is_barred(following, self._known) or len(following.text) == 1:
            return False
        return title.folded != "dr" or following.listed

    def _adjoins(self, n: int, *, dotted: bool = False) -> bool:
        """Whether the next word follows after a space, or after the full stop of an initial."""
        gap = self._text[self._tokens[n].end : self._tokens[n + 1].start]
        return gap == " " or (gap in {". ", "."} and (dotted or len(self._tokens[n].text) == 1))

    def _grown(self, n: int, *, sure: bool = False, typed: bool = False) -> int:
        """Return where the name that begins at a word ends; `n` when none does.

        Args:
            n: The first word.
            sure: What stands before it leaves no doubt that a name follows.
            typed: It may stand without capital letters.
        """
        end = n
        while end < min(len(self._tokens), n + _LONGEST):
            if (end > n and not self._continues(end)) or not self._is_part(end, n, sure, typed):
                break
            end += 1
        while end > n and self._tokens[end - 1].particle:
            end -= 1
        return end

    def _continues(self, end: int) -> bool:
        gap = self._text[self._tokens[end - 1].end : self._tokens[end].start]
        if gap == ", ":  # "FLUMB, John"
            return self._tokens[end].given and self._tokens[end].capital
        return self._adjoins(end - 1)

    def _is_part(self, at: int, first: int, sure: bool, typed: bool) -> bool:
        token = self._tokens[at]
        if token.title and at == first:
            return True
        if token.particle:
            return self._leads_on(at)
        if len(token.text) == 1:
            return self._is_initial(token) and (sure or at > first)
        if token.given and (token.capital or typed):
            return at == first or not is_barred(token)
        if sure and all(len(t.text) == 1 for t in self._tokens[first:at]):
            return self._is_first(token, typed=typed)
        return self._is_family(at, first, typed=typed)

    def _is_first(self, token: Token, *, typed: bool) -> bool:
        """Whether a word can begin a name where a name must stand."""
        if is_barred(token):
            return False
        if token.capital or token.family:
            return True
        return typed and not is_plain(token, self._known) and not token.ordinary

    def _is_family(self, at: int, first: int, *, typed: bool) -> bool:
        """Whether a word can go on a name."""
        token = self._tokens[at]
        if is_plain(token, self._known) and not self._is_eponym_name(at, first, typed=typed):
            return False
        if not token.capital:
            return typed and at - first < 2 and (token.listed or not token.ordinary)
        if token.shouted:
            return self._shouting or self._tokens[first].shouted or token.listed
        return True

    def _is_initial(self, token: Token) -> bool:
        dotted = self._text[token.end : token.end + 1] == "."
        return token.capital and (dotted or token.text not in {"A", "I"})

    def _leads_on(self, at: int) -> bool:
        """Whether particles are followed by a capitalised word: "van der Flumb"."""
        while at < len(self._tokens) - 1 and self._tokens[at].particle:
            at += 1
        return self._tokens[at].capital

    def _is_eponym_name(self, at: int, first: int, *, typed: bool) -> bool:
        """Whether a family name is also an eponym, behind a given name."""
        token = self._tokens[at]
        if at != first + 1 or is_barred(token, self._known):
            return False
        family = token.capital or (typed and token.family)
        before = self._tokens[first]
        proper = before.given or (token.family and not is_plain(before, self._known))
        return family and (token.eponym or token.family) and proper

    def _name(self, first: int, end: int, *, sure: bool = False) -> Iterator[Found]:
        """The name, unless what follows makes it a thing that bears a name."""
        words = self._tokens[first:end]
        bearer = patterns().bearer
        if not words or (not sure and any(bearer.match(self._text, w.end) for w in words)):
            return
        stop = words[-1].end
        if len(words[-1].text) == 1 and self._text[stop : stop + 1] == ".":
            stop += 1
        yield Found(words[0].start, stop, "name")
