"""Fixed rules that look at a question before anything is retrieved.

The rules are data, `data/rules.json`: words and patterns are changed there, not here. A rule fires
when one of its conditions holds on the text without the rule's masked parts (a symptom that is
negated, a question of principle). Nothing is answered when the rules cannot be read.
"""

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from consilia.answer import Decision
from consilia.errors import RuleError

RULES_SCHEMA = "consilia.rules/1"
REQUIRED = frozenset({"EM-01", "EM-02", "INJ-02", "SC-03"})

_TERM = re.compile(r"<([a-z_]+)>")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'"))


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
    masks: tuple[re.Pattern[str], ...]
    """Parts of the text that nothing below sees."""
    requires: tuple[re.Pattern[str], ...]
    """What must be found whichever condition holds."""
    conditions: tuple[Condition, ...]

    @property
    def strips(self) -> bool:
        """Whether what the rule finds is taken out of the question."""
        return self.action == "strip"

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

    def strip(self, text: str, replacement: str) -> str:
        """Return the text with everything that the conditions look for replaced."""
        for condition in self.conditions:
            for pattern in condition.found:
                text = pattern.sub(replacement, text)
        return text


@dataclass(frozen=True, slots=True)
class Screening:
    """A question as it may be used, and what the rules decided about it."""

    text: str
    """Without invisible characters; any run of white space is one space."""
    decisions: tuple[Decision, ...]
    """In the order of the rules file: emergencies first."""

    @property
    def crisis(self) -> bool:
        """Whether somebody may be thinking of suicide or self-harm: nothing else is shown."""
        return any(decision.rule == "EM-02" for decision in self.decisions)

    @property
    def emergency(self) -> bool:
        """Whether somebody may be in danger now: a crisis or a medical emergency."""
        return any(decision.rule in {"EM-01", "EM-02"} for decision in self.decisions)

    def to_json(self) -> str:
        """Return the text and the decisions as JSON text."""
        guardrails = [asdict(decision) for decision in self.decisions]
        return json.dumps({"text": self.text, "guardrails": guardrails}, ensure_ascii=False)


def screen(text: str) -> Screening:
    r"""Return what the rules decide about a question; a `RuleError` when they cannot be read.

    Args:
        text: The question as it was typed.

    Returns:
        The question without invisible characters, and one decision for each rule that fired.

    >>> screen("Is gabapentin\u200b cleared by\nthe kidney?").text
    'Is gabapentin cleared by the kidney?'
    >>> screen("My father suddenly cannot breathe").emergency
    True
    """
    rules = _rules()
    # An invisible character may stand inside a word or in the place of a space: both are read.
    joined, spaced = _stripped(text, rules, ""), _stripped(text, rules, " ")
    forms = {_matchable(joined), _matchable(spaced)}
    decisions = tuple(
        rule.decision
        for rule in rules
        if any(rule.fires(form) for form in ({text} if rule.strips else forms))
    )
    return Screening(joined, decisions)


def load_rules(path: Traversable) -> tuple[Rule, ...]:
    """Return the rules of a file, in its order.

    Raises:
        RuleError: The file is missing, damaged, of another schema, or lacks a required rule.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != RULES_SCHEMA:
            raise RuleError(f"{path}: expected schema {RULES_SCHEMA}, reinstall the package")
        terms = _expanded_terms(content["terms"])
        rules = tuple(_rule(entry, terms) for entry in content["rules"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, re.error) as error:
        raise RuleError(f"{path} cannot be read ({error!r}), reinstall the package") from error
    if missing := REQUIRED - {rule.id for rule in rules}:
        raise RuleError(f"{path} lacks {', '.join(sorted(missing))}, reinstall the package")
    return rules


@cache
def _rules() -> tuple[Rule, ...]:
    return load_rules(files("consilia").joinpath("data", "rules.json"))


def _expanded_terms(terms: dict[str, list[str]]) -> dict[str, str]:
    """Return each term as one group of its alternatives; a term may use the ones above it."""
    expanded: dict[str, str] = {}
    for name, alternatives in terms.items():
        expanded[name] = f"(?:{_expand('|'.join(alternatives), expanded)})"
    return expanded


def _expand(pattern: str, terms: dict[str, str]) -> str:
    return _TERM.sub(lambda term: terms[term[1]], pattern)


def _rule(entry: dict[str, object], terms: dict[str, str]) -> Rule:
    version, conditions = entry["version"], _objects(entry["patterns"])
    if not isinstance(version, int) or not conditions:
        raise ValueError(f"rule {entry['id']} has no version number or no pattern")
    return Rule(
        id=_text(entry["id"]),
        version=version,
        stage=_text(entry["stage"]),
        owasp=_text(entry["owasp"]),
        action=_text(entry["action"]),
        message=_text(entry["message"]),
        masks=_compiled(entry.get("masks", []), terms),
        requires=_compiled(entry.get("requires", []), terms),
        conditions=tuple(_condition(condition, terms) for condition in conditions),
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


def _stripped(text: str, rules: tuple[Rule, ...], replacement: str) -> str:
    for rule in rules:
        if rule.strips:
            text = rule.strip(text, replacement)
    return " ".join(text.split())


def _matchable(text: str) -> str:
    # First the apostrophes: NFKC makes a space of the acute accent that some type for one.
    folded = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    return " ".join(folded.split())
