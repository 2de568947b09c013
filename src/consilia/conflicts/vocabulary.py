"""The words by which statements are told, as data: verdicts, roles, qualifiers, units."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self


@dataclass(frozen=True, slots=True)
class AdvicePattern:
    """One way of advising: what it says, and the groups `verb` and `next` that tell of what."""

    value: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What `conflicts.json` holds; all patterns are for case-folded text."""

    patterns: Mapping[str, re.Pattern[str]]
    """Patterns by name; where the file has a list, any of them matches."""
    families: Mapping[str, Mapping[str, re.Pattern[str]]]
    """Patterns that tell one value of several: `outcomes`, `routes`, `dose_roles`, …"""
    words: Mapping[str, frozenset[str]]
    """Lists of plain words: `condition_words`, `unnamed`, …"""
    acts: Mapping[str, str]
    """What is to be done, by its verb: `give`, `test`, `refer`, `stop`, `combine`."""
    turned: frozenset[str]
    """Verbs that advise against what they stand with: "should be avoided"."""
    advice: tuple[AdvicePattern, ...]
    qualifiers: tuple[tuple[re.Pattern[str], ...], ...]
    """On each line, words that exclude each other: mild, severe."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Compile the text of `conflicts.json`."""
        held = json.loads(text)
        words = (
            "condition_heads",
            "condition_words",
            "unnamed",
            "agent_types",
            "condition_types",
            "narrow_outcomes",
            "idle_verbs",
            "no_quantity",
        )
        families = ("outcomes", "threshold_roles", "dose_roles", "routes")
        apart = {*words, *families, "acts", "advice", "turned", "qualifiers"}
        return cls(
            patterns={name: _any_of(held[name]) for name in held if name not in apart},
            families={name: {k: re.compile(v) for k, v in held[name].items()} for name in families},
            words={name: frozenset(held[name]) for name in words},
            acts={verb: act for act, verbs in held["acts"].items() for verb in verbs},
            turned=frozenset(held["turned"]),
            advice=tuple(
                AdvicePattern(a["value"], re.compile(a["pattern"])) for a in held["advice"]
            ),
            qualifiers=tuple(
                tuple(re.compile(rf"\b{re.escape(word)}\b") for word in line)
                for line in held["qualifiers"]
            ),
        )

    def says(self, name: str, text: str) -> bool:
        """Tell whether a pattern occurs in a text."""
        return bool(self.patterns[name].search(text))

    def told(self, family: str, text: str) -> frozenset[str]:
        """Return the values of a family whose pattern occurs in a text."""
        return frozenset(k for k, pattern in self.families[family].items() if pattern.search(text))


def _any_of(patterns: str | Iterable[str]) -> re.Pattern[str]:
    return re.compile(patterns if isinstance(patterns, str) else "|".join(patterns))


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped words."""
    path = files("consilia").joinpath("data/conflicts.json")
    return Vocabulary.read(path.read_text(encoding="utf-8"))
