"""One name for each thing, so that a synonym is no difference."""

from collections.abc import Sequence
from dataclasses import replace

from consilia.gates.evidence import Evidence
from consilia.gates.lexicon import lexicon_of, root
from consilia.gates.opposites import poles
from consilia.gates.units import tokens_of
from consilia.glossary import Glossary

_NAMED = frozenset({
    *("anatomy", "condition", "criteria", "drug", "drug_class", "organisation", "procedure"),
    *("score", "sign", "substance", "symptom", "test"),
})

_POINTING = frozenset({"amount", "quality", "difference"})


def with_one_name(text: str, glossary: Glossary) -> str:
    """Return a text, case-folded, with one word for each thing that the glossary names.

    A name that holds a word of direction or denial stays as it is: "low magnesium" has to differ
    from "high magnesium".
    """
    words = tokens_of(text)
    roots = [root(word) for word in words]
    kept: list[str] = []
    at = 0
    while at < len(words):
        length, concept = _name_at(roots, at, glossary)
        said = words[at : at + length]
        kept.extend([concept.removeprefix("=")] if concept and not _directs(said) else said)
        at += length
    return " ".join(kept)


def all_with_one_name(evidence: Sequence[Evidence], glossary: Glossary) -> tuple[Evidence, ...]:
    """Return the spans with their quotes as `with_one_name` gives them."""
    return tuple(replace(span, quote=with_one_name(span.quote, glossary)) for span in evidence)


def _name_at(roots: Sequence[str], at: int, glossary: Glossary) -> tuple[int, str]:
    """Number of words of the longest name at a place and its concept; one word and "" for none."""
    for length in range(min(glossary.longest.get(roots[at], 0), len(roots) - at), 0, -1):
        concept = glossary.phrases.get(tuple(roots[at : at + length]), "")
        if glossary.type_of(concept) in _NAMED:
            return length, concept
    return 1, ""


def _directs(words: Sequence[str]) -> bool:
    denials = lexicon_of("negation", "cues").matches(words)
    points = any(pole.family in _POINTING for pole in poles(tuple(words)))
    return points or any(words[match.start] != "non" for match in denials)
