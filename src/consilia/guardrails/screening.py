"""Screening a question: what the rules decide about it, and what is left of it."""

import json
import logging
from dataclasses import asdict, dataclass
from time import thread_time

from consilia import wording
from consilia.answer import Decision
from consilia.guardrails.forms import Reading
from consilia.guardrails.rules import Rule, precedence, shipped_rules
from consilia.wording import Audience

_log = logging.getLogger(__name__)
SECONDS = 2.0
"""CPU time that the rules may take for a question; then it is not answered."""
FAILED = Decision("SYS-01", 1, "all", "refuse", wording.FAILED_CLOSED)


@dataclass(frozen=True, slots=True)
class Screening:
    """A question as it may be used, and what the rules decided about it."""

    text: str
    """Without invisible characters and encoded blobs; any run of white space is one space."""
    decisions: tuple[Decision, ...]
    """By precedence: emergencies first, see `consilia.guardrails.rules.PRECEDENCE`."""

    @property
    def crisis(self) -> bool:
        """Whether somebody may harm themselves or be harmed: the message is shown alone."""
        return self._has("crisis")

    @property
    def emergency(self) -> bool:
        """Whether somebody may be in danger now: a crisis or a medical emergency."""
        return self.crisis or self._has("emergency")

    @property
    def refused(self) -> bool:
        """Whether a rule forbids an answer."""
        return self._has("refuse")

    def stops(self, audience: Audience) -> bool:
        """Return whether nothing but messages is shown to an audience."""
        return self.crisis or self.refused or (self.emergency and audience == "patient")

    def joined(self, *others: Decision) -> "Screening":
        """Return the screening with further decisions, in their places, without repeats."""
        every = dict.fromkeys((*self.decisions, *others))
        return Screening(self.text, tuple(sorted(every, key=lambda d: precedence(d.rule))))

    def to_json(self) -> str:
        """Return the text and the decisions as JSON text."""
        guardrails = [asdict(decision) for decision in self.decisions]
        return json.dumps({"text": self.text, "guardrails": guardrails}, ensure_ascii=False)

    def _has(self, action: str) -> bool:
        return any(decision.action == action for decision in self.decisions)


def screen(text: str, rules: tuple[Rule, ...] | None = None) -> Screening:
    r"""Return what the rules decide about a question; a `RuleError` when they cannot be read.

    Args:
        text: The question as it was typed.
        rules: By precedence; those that ship when None.

    Returns:
        The question without what was stripped, and one decision for each rule that fired. A rule
        that fails, or rules that take too long, give the decision `SYS-01`, which refuses.

    >>> screen("Is gabapentin\u200b cleared by\nthe kidney?").text
    'Is gabapentin cleared by the kidney?'
    >>> screen("My father suddenly cannot breathe").emergency
    True
    """
    rules = shipped_rules() if rules is None else rules
    taken, started = "", thread_time()
    decisions: list[Decision] = []
    try:
        reading = _read(text, rules)
        taken = reading.text
        for rule in rules:
            if _applies(rule, reading, decisions):
                decisions.append(rule.decision)
            _check_time(started)
    except Exception as error:  # noqa: BLE001 - whatever fails here, nothing may be answered
        _log.error("SYS-01: %s", type(error).__name__)
        return closed(taken or text).joined(*decisions)
    return Screening(taken, tuple(dict.fromkeys(decisions)))


def closed(text: str) -> Screening:
    """Return what is decided about a question when the rules could not be applied to it."""
    return Screening(" ".join(text.split()), (FAILED,))


def _check_time(started: float) -> None:
    """End rules that take too long; CPU time counts, so that a busy machine ends none.

    Raises:
        TimeoutError: More than `SECONDS` have passed.
    """
    if thread_time() - started > SECONDS:
        raise TimeoutError(f"the rules took more than {SECONDS:g} s")


def _read(text: str, rules: tuple[Rule, ...]) -> Reading:
    def stripped(raw: str, sign: str) -> str:
        for rule in rules:
            if rule.strips:
                raw = rule.strip(raw, sign)
        return raw

    reading = Reading.of(text, stripped)
    # Words that make light of an emergency must not hide it, so it is looked for without them too.
    light = [r.strip(form, " ") for r in rules if r.beside for form in reading.forms]
    forms = tuple(dict.fromkeys((*reading.forms, *(" ".join(form.split()) for form in light))))
    return Reading(reading.raw, reading.text, forms, reading.blobs)


def _applies(rule: Rule, reading: Reading, before: list[Decision]) -> bool:
    if rule.beside and not any(decision.rule in rule.beside for decision in before):
        return False
    if any(decision.action in rule.unless for decision in before):
        return False
    return rule.fires_on(reading)
