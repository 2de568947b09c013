"""The rules that documents are screened by, as read from `data/suspicion.json`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from consilia.answer import Decision
from consilia.errors import RuleError
from consilia.readers.screening.folding import FoldTable, squeezed_pattern
from consilia.readers.screening.phrases import Phrase

SUSPICION_SCHEMA = "consilia.suspicion/1"
REQUIRED = frozenset({"INJ-02", "INJ-03", "INJ-04"})

_TERM = re.compile(r"<([a-z_]+)>")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class SuspicionRule:
    """One rule: what is reported, and the phrases that it looks for."""

    decision: Decision
    owasp: str
    """The entry of the OWASP list for language models (2025) that the rule counters."""
    phrases: tuple[Phrase, ...]
    """Over folded text."""
    squeezed: tuple[Phrase, ...]
    """Over the letters alone: few, long, and said by nobody by chance."""
    hidden: tuple[Phrase, ...]
    """Over folded text that a person does not see: milder."""


@dataclass(frozen=True, slots=True)
class SuspicionRules:
    """All rules by id, and how text is folded for them."""

    rules: MappingProxyType[str, SuspicionRule]
    folds: FoldTable


def load_suspicion_rules(path: Traversable) -> SuspicionRules:
    """Return the rules of a file.

    Args:
        path: The file.

    Raises:
        RuleError: The file is missing, damaged, of another schema, or lacks a required rule.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SUSPICION_SCHEMA:
            raise RuleError(f"{path}: expected schema {SUSPICION_SCHEMA}, reinstall the package")
        terms = _expanded(content["terms"])
        rules = {entry["id"]: _rule(entry, terms) for entry in content["rules"]}
        folds = FoldTable(_lookalikes(content["lookalikes"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, re.error) as error:
        raise RuleError(f"{path} cannot be read ({error!r}), reinstall the package") from error
    if missing := REQUIRED - rules.keys():
        raise RuleError(f"{path} lacks {', '.join(sorted(missing))}, reinstall the package")
    orders = rules["INJ-04"]
    if not (orders.phrases and orders.squeezed and orders.hidden):
        raise RuleError(f"{path}: INJ-04 looks for nothing, reinstall the package")
    return SuspicionRules(MappingProxyType(rules), folds)


@cache
def suspicion_rules() -> SuspicionRules:
    """Return the rules that ship; a `RuleError` when they cannot be read."""
    return load_suspicion_rules(files("consilia").joinpath("data", "suspicion.json"))


def _expanded(terms: dict[str, str]) -> dict[str, str]:
    """Return each term as one group; a term may use those above it."""
    expanded: dict[str, str] = {}
    for name, pattern in terms.items():
        expanded[name] = f"(?:{_filled(pattern, expanded)})"
    return expanded


def _filled(pattern: str, terms: dict[str, str]) -> str:
    return _TERM.sub(lambda term: terms[term[1]], pattern)


def _lookalikes(pairs: dict[str, str]) -> dict[str, str]:
    """Return the plain letter of each sign that is listed under it."""
    return {sign: _text(plain) for plain, signs in pairs.items() for sign in _text(signs)}


def _rule(entry: dict[str, object], terms: dict[str, str]) -> SuspicionRule:
    version = entry["version"]
    if not isinstance(version, int):
        raise TypeError(f"rule {entry['id']} has no version number")
    told = [_text(entry[name]) for name in ("stage", "action", "message")]
    return SuspicionRule(
        decision=Decision(_text(entry["id"]), version, *told),
        owasp=_text(entry["owasp"]),
        phrases=_folded_phrases(entry.get("phrases", []), terms),
        squeezed=_squeezed_phrases(entry.get("squeezed", [])),
        hidden=_folded_phrases(entry.get("hidden", []), terms),
    )


def _folded_phrases(value: object, terms: dict[str, str]) -> tuple[Phrase, ...]:
    # A space of a pattern is any white space: lines of a document may be wrapped.
    return tuple(
        Phrase(needs, re.compile(_filled(pattern, terms).replace(" ", r"\s"), re.MULTILINE))
        for needs, pattern in _phrases(value)
    )


def _squeezed_phrases(value: object) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(
            tuple(map(squeezed_pattern, needs)),
            re.compile(squeezed_pattern(pattern)),
            frozenset(_WORD.findall(pattern)),
        )
        for needs, pattern in _phrases(value)
    )


def _phrases(value: object) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r}")
    for entry in value:
        needs = tuple(_text(need) for need in entry["needs"])
        if not needs:
            raise ValueError(f"a phrase without a needed word is never found: {entry!r}")
        yield needs, _text(entry["pattern"])


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"not a text: {value!r}")
    return value
