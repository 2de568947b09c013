"""Looking for phrases quickly: a pattern is tried only where its words stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_BEFORE, _AFTER = 200, 400
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Haystack:
    """A text that many phrases are looked for in."""

    text: str
    _found: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def places(self, words: str) -> tuple[int, ...]:
        """Return where words stand in the text, first to last, without overlap."""
        if words not in self._found:
            # Most words stand nowhere: the vocabulary tells so several times sooner.
            possible = all(word in self._vocabulary for word in words.split())
            self._found[words] = tuple(self._places(words)) if possible else ()
        return self._found[words]

    @cached_property
    def _vocabulary(self) -> str:
        return " ".join(set(self.text.split()))

    @cached_property
    def _line(self) -> str:
        return self.text.replace("\n", " ")

    def _places(self, words: str) -> Iterator[int]:
        place = self._line.find(words)
        while place >= 0:
            yield place
            place = self._line.find(words, place + len(words))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way to say something, looked for only around the words that it cannot be said without."""

    needs: tuple[str, ...]
    pattern: re.Pattern[str]
    words: frozenset[str] = frozenset()
    """Of a phrase over the letters alone: the words that it says when nothing is disguised."""

    def spans(self, haystack: Haystack) -> Iterator[tuple[int, int]]:
        """Find the phrase in a text.

        Args:
            haystack: Folded or squeezed text, as the phrase was written for.

        Yields:
            Spans, first to last.
        """
        for start, end in self._neighbourhoods(haystack):
            for match in self.pattern.finditer(haystack.text, start, end):
                yield match.span()

    def disguised(self, words: str) -> bool:
        """Tell whether folded words say the phrase in another way than as its plain words."""
        return not self.words.issuperset(_WORD.findall(words))

    def _neighbourhoods(self, haystack: Haystack) -> Iterator[tuple[int, int]]:
        """Stretches around the needed words; overlapping ones are one, so each is read once."""
        start = end = 0
        for place in sorted(place for need in self.needs for place in haystack.places(need)):
            if place - _BEFORE > end:
                if end:
                    yield start, end
                start = place - _BEFORE
            end = place + _AFTER
        if end:
            yield start, end
