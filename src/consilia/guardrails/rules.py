"""Guardrail rules as they are read from `data/rules.json`.

A rule fires when one of its conditions holds on the text without the rule's masked parts (a
symptom that is negated, a question of principle), or when its detector finds something.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from consilia.answer import Decision
from consilia.errors import RuleError
from consilia.guardrails.alarms import shipped_alarms
from consilia.guardrails.detectors import DETECTORS
from consilia.guardrails.forms import Reading
from consilia.wording import NUMBERS

RULES_SCHEMA = "consilia.rules/2"
REQUIRED = frozenset({
    *("EM-01", "EM-02", "EM-03", "EM-04", "INJ-01", "INJ-02", "INJ-03"),
    *("SC-02", "SC-03", "SC-05"),
})
ACTIONS = frozenset({"crisis", "emergency", "refuse", "strip", "notice"})
PRECEDENCE = (
    *("EM", "SYS", "PHI", "INJ", "SC", "SRC", "CIT", "NUM", "NEG", "POP", "CON", "LNG", "DIS"),
)
"""Families of rules in the order in which decisions are told, and in which the first wins."""

_TERM = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Condition:
    """Patterns that must all be found in a text, and patterns that must not be."""

    found: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def holds(self, text: str) -> bool:
        """Return whether the text has all that is asked for and nothing that speaks against."""
        return all(p.search(text) for p in self.found) and not any(
            p.search(text) for p in self.unless
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One guardrail rule as read from the rules file."""

    id: str
    version: int
    stage: str
    owasp: str
    """The entry of the OWASP list for language models (2025) that the rule counters."""
    action: str
    message: str
    """With the emergency numbers filled in."""
    masks: tuple[re.Pattern[str], ...]
    """Parts of the text that nothing below sees."""
    requires: tuple[re.Pattern[str], ...]
    """What must be found whichever condition holds."""
    conditions: tuple[Condition, ...]
    detector: str = ""
    """Name of a test in `consilia.guardrails.detectors` that fires the rule too; else empty."""
    beside: tuple[str, ...] = ()
    """Rules that must fire too; what this rule finds cannot keep them from it."""
    unless: tuple[str, ...] = ()
    """Actions that say enough: where a rule of one of them fired, this one is not asked."""

    @property
    def strips(self) -> bool:
        """Whether what the rule's patterns find is taken out of the question."""
        return self.action == "strip" and not self.detector

    @property
    def decision(self) -> Decision:
        """What is reported when the rule fires."""
        return Decision(self.id, self.version, self.stage, self.action, self.message)

    def fires(self, text: str) -> bool:
        """Return whether one of the conditions holds on what the masks leave of the text."""
        for mask in self.masks:
            text = mask.sub(" ; ", text)
        return all(pattern.search(text) for pattern in self.requires) and any(
            condition.holds(text) for condition in self.conditions
        )

    def fires_on(self, reading: Reading) -> bool:
        """Return whether the rule fires on a question in any of the forms it may be read in."""
        if self.detector and DETECTORS[self.detector](reading):
            return True
        forms = (reading.raw,) if self.strips else reading.forms
        return any(self.fires(form) for form in forms)

    def strip(self, text: str, replacement: str) -> str:
        """Return the text with everything that the conditions look for replaced."""
        for condition in self.conditions:
            for pattern in condition.found:
                text = pattern.sub(replacement, text)
        return text


def load_rules(path: Traversable, numbers: Mapping[str, str] = NUMBERS) -> tuple[Rule, ...]:
    """Return the rules of a file.

    Args:
        path: The file.
        numbers: What the messages tell to call, by the name that stands in them in braces.

    Returns:
        By precedence, and within a family in the order of the file.

    Raises:
        RuleError: The file is missing, damaged, of another schema, or lacks a required rule; or
            the weights that detectors need cannot be read.
    """
    shipped_alarms()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != RULES_SCHEMA:
            raise RuleError(f"{path}: expected schema {RULES_SCHEMA}, reinstall the package")
        terms = _expanded_terms(content["terms"])
        rules = [_rule(entry, terms, numbers) for entry in content["rules"]]
    except (OSError, ValueError, TypeError, LookupError, AttributeError, re.error) as error:
        raise RuleError(f"{path} cannot be read ({error!r}), reinstall the package") from error
    if missing := REQUIRED - {rule.id for rule in rules}:
        raise RuleError(f"{path} lacks {', '.join(sorted(missing))}, reinstall the package")
    return tuple(sorted(rules, key=lambda rule: precedence(rule.id)))


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules that ship; a `RuleError` when they cannot be read."""
    return load_rules(rules_file())


def rules_file() -> Traversable:
    """Return the file of the rules that ship."""
    return files("consilia").joinpath("data", "rules.json")


def precedence(rule: str) -> int:
    """Return the place of a rule's family among all, from 0.

    >>> precedence("EM-02") < precedence("PHI-01") < precedence("DIS-01")
    True
    """
    family = rule.partition("-")[0]
    return PRECEDENCE.index(family) if family in PRECEDENCE else len(PRECEDENCE)


def _expanded_terms(terms: dict[str, list[str]]) -> dict[str, str]:
    """Return each term as one group of its alternatives; a term may use the ones above it."""
    expanded: dict[str, str] = {}
    for name, alternatives in terms.items():
        expanded[name] = f"(?:{_expand('|'.join(alternatives), expanded)})"
    return expanded


def _expand(pattern: str, terms: dict[str, str]) -> str:
    return _TERM.sub(lambda term: terms[term[1]], pattern)


def _rule(entry: dict[str, object], terms: dict[str, str], numbers: Mapping[str, str]) -> Rule:
    version, action = entry["version"], _text(entry["action"])
    detector = _text(entry["detector"]) if "detector" in entry else ""
    conditions = _objects(entry["patterns"])
    if not isinstance(version, int) or not (conditions or detector):
        raise ValueError(f"rule {entry['id']} has no version number or no pattern")
    if action not in ACTIONS or (detector and detector not in DETECTORS):
        raise ValueError(f"rule {entry['id']}: unknown action or detector")
    return Rule(
        id=_text(entry["id"]),
        version=version,
        stage=_text(entry["stage"]),
        owasp=_text(entry["owasp"]),
        action=action,
        message=_text(entry["message"]).format_map(numbers),
        masks=_compiled(entry.get("masks", []), terms),
        requires=_compiled(entry.get("requires", []), terms),
        conditions=tuple(_condition(condition, terms) for condition in conditions),
        detector=detector,
        beside=tuple(map(_text, _objects(entry.get("beside", [])))),
        unless=tuple(map(_text, _objects(entry.get("unless", [])))),
    )


def _condition(entry: object, terms: dict[str, str]) -> Condition:
    if isinstance(entry, str):
        return Condition(_compiled([entry], terms), ())
    if not isinstance(entry, dict) or not entry["all"]:
        raise ValueError(f"neither a pattern nor patterns under `all`: {entry!r}")
    return Condition(_compiled(entry["all"], terms), _compiled(entry.get("unless", []), terms))


def _compiled(patterns: object, terms: dict[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_expand(_text(pattern), terms)) for pattern in _objects(patterns))


def _objects(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"not a text: {value!r}")
    return value
