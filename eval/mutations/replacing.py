"""Changes that are made by putting some words in the place of others."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consilia.gates.evidence import Evidence, GateName
from eval.mutations.mutant import Mutant, Mutate


@dataclass(frozen=True, slots=True)
class Rule:
    """Words, as a pattern, and what stands in their place."""

    pattern: re.Pattern[str]
    replacement: str


def rules(replacements: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return rules from patterns, matched between word borders, to what replaces them."""
    return tuple(
        Rule(re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), replacement)
        for pattern, replacement in replacements.items()
    )


def replacing(change: str, gate: GateName, replacements: Mapping[str, str]) -> Mutate:
    """Return a generator that makes each replacement at each place, one at a time.

    Args:
        change: The kind of change, for the table.
        gate: The gate that has to catch it.
        replacements: From patterns to replacements, which may name groups of the pattern.

    Returns:
        The generator; of changes that come to the same sentence it yields one.
    """
    listed = rules(replacements)

    def mutate(evidence: Evidence) -> Iterator[Mutant]:
        for claim in dict.fromkeys(_claims(evidence.quote, listed)):
            if claim != evidence.quote:
                yield Mutant(change, claim, (evidence,), gate)

    return mutate


def _claims(quote: str, listed: tuple[Rule, ...]) -> Iterator[str]:
    for rule in listed:
        for match in rule.pattern.finditer(quote):
            put = match.expand(rule.replacement)
            changed = tidy(quote[: match.start()] + put + quote[match.end() :])
            yield changed


def tidy(sentence: str) -> str:
    """Return a sentence with one space between words, a capital in front, and a full stop."""
    text = re.sub(r"\s+([,;.])", r"\1", " ".join(sentence.split()))
    text = re.sub(r",(?=[,;.])", "", text).strip(" ,;")
    return text[:1].upper() + text[1:].rstrip(" ,;.") + "."
