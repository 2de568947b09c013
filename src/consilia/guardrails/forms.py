"""The forms a question may be read in: as typed, and with its disguises taken off."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from consilia.readers.screening.blobs import Blob, blobs
from consilia.readers.screening.folding import Folded
from consilia.readers.screening.rules import suspicion_rules

Strip = Callable[[str, str], str]

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'"))
_SPELLED = re.compile(r"(?<![^\W_])[a-z](?:[ ._*-]{1,2}[a-z]){2,}(?![^\W_])")
_RUN = re.compile(r"[a-z!$@0134578]+")
_LEET = re.compile(r"[a-z][!$@0134578]+[a-z]")
_LETTERS = str.maketrans("!$@0134578", "isaoieastb")
_GAPS = re.compile(r"[ ._*-]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question and the forms that rules read it in."""

    raw: str
    """As it was typed."""
    text: str
    """Without invisible characters and encoded blobs; any run of white space is one space."""
    forms: tuple[str, ...]
    """Small letters, plain signs; without repeats."""
    blobs: tuple[Blob, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, raw: str, strip: Strip) -> "Reading":
        """Return a question as it is read.

        Args:
            raw: As it was typed.
            strip: Replaces the invisible characters of a text.

        Returns:
            An invisible character may stand inside a word or in the place of a space: both forms
            are there.
        """
        joined, spaced = (" ".join(strip(raw, sign).split()) for sign in ("", " "))
        found = tuple(blobs(joined))
        text = _without(joined, found)
        plain = [matchable(text), matchable(_without(spaced, tuple(blobs(spaced))))]
        folds = suspicion_rules().folds
        # A look-alike of another script is another letter to NFKC.
        plain += [" ".join(Folded.of(form, folds).text.split()) for form in plain]
        return cls(raw, text, tuple(dict.fromkeys([*plain, *map(undisguised, plain)])), found)


def matchable(text: str) -> str:
    """Return a text as patterns read it: compatible signs plain, letters small, single spaces."""
    # First the apostrophes: NFKC makes a space of the acute accent that some type for one.
    folded = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    return " ".join(folded.split())


def undisguised(text: str) -> str:
    """Return a matchable text with spelled-out words joined and digits in words read as letters.

    >>> undisguised("k1ll a patient with 5mg, i g n o r e h1m")
    'kill a patient with 5mg, ignore him'
    """
    joined = _SPELLED.sub(lambda found: _GAPS.sub("", found[0]), text)
    return _RUN.sub(_lettered, joined)


def _lettered(run: re.Match[str]) -> str:
    return run[0].translate(_LETTERS) if _LEET.search(run[0]) else run[0]


def _without(text: str, found: tuple[Blob, ...]) -> str:
    for blob in sorted(found, key=lambda b: b.start, reverse=True):
        text = f"{text[: blob.start]} {text[blob.end :]}"
    return " ".join(text.split())
