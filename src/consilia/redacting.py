"""The PHI rules: a question without what identifies a person, and what was decided about it."""

from dataclasses import dataclass

from consilia import wording
from consilia.answer import Decision, Notice
from consilia.glossary import Glossary
from consilia.guardrails import Rule, Screening, screen
from consilia.privacy.findings import KINDS, RuleId
from consilia.privacy.redaction import Redacted, redact

RULES: dict[RuleId, str] = {
    "PHI-01": wording.CHECKED_REMOVED,
    "PHI-02": wording.PATTERNS_REMOVED,
}


@dataclass(frozen=True, slots=True)
class Received:
    """A question as everything behind this point sees it."""

    redacted: Redacted
    screening: Screening

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader is told of identifiers that were removed: kinds, never values."""
        if not self.redacted.removed:
            return ()
        text = wording.IDENTIFIERS_REMOVED.format(told=self.redacted.told)
        return (Notice("identifiers_removed", text),)


def receive(
    question: str, known: frozenset[str] = frozenset(), rules: tuple[Rule, ...] | None = None
) -> Received:
    """Redact a question, then screen what is left of it.

    Args:
        question: As typed.
        known: Words that name no person, see `terms_of`.
        rules: Of a site; those that ship when None.

    Returns:
        The redacted question, and the decisions of all rules by precedence.

    >>> [d.rule for d in receive("Mrs Flumb fell. Is zelvoprine safe?").screening.decisions]
    ['PHI-02']
    """
    redacted = redact(question, known)
    return Received(redacted, screen(redacted.text, rules).joined(*decisions(redacted)))


def decisions(redacted: Redacted) -> tuple[Decision, ...]:
    """Return a decision for each PHI rule that removed something."""
    found = []
    for rule, message in RULES.items():
        kinds = sorted({
            KINDS[removed.kind] for removed in redacted.removed if removed.rule == rule
        })
        if kinds:
            text = message.format(kinds=", ".join(kinds))
            found.append(Decision(rule, 1, "input", "redact", text))
    return tuple(found)


def terms_of(glossary: Glossary) -> frozenset[str]:
    """Return the words of the glossary's drugs, conditions, tests and signs, case-folded."""
    names = (name for entry in glossary.entries for name in entry.names)
    return frozenset(word.casefold() for name in names for word in name.replace("-", " ").split())
