"""Fixed rules that look at a question before anything is retrieved, and the catalogue of all rules.

The rules are data: words and patterns are changed in `data/rules.json`, what is told of every rule
in `data/catalogue.json`. Nothing is answered when a rule cannot be applied.
"""

from consilia.guardrails.rules import REQUIRED, RULES_SCHEMA, Condition, Rule, load_rules
from consilia.guardrails.screening import Screening, closed, screen
from consilia.guardrails.site import Guardrails, rules_for

__all__ = [
    "REQUIRED",
    "RULES_SCHEMA",
    "Condition",
    "Guardrails",
    "Rule",
    "Screening",
    "closed",
    "load_rules",
    "rules_for",
    "screen",
]
