"""A second look at the claims of an answer that a language model helped with.

It shares no code with the gates: signs, numbers, negations and words are compared as they stand, so
it is right where a gate is wrong. It may blame a rephrasing that is harmless, such as other units.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from consilia.answer import Answer, Claim
from consilia.verify import check

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_MARKUP = re.compile(r"https?:|www\.|!\[|\]\(|</?\w|`")
_NEGATIONS = frozenset([
    "not",
    "no",
    "never",
    "without",
    "neither",
    "nor",
    "cannot",
    "unless",
    "except",
    "none",
])
_BEGINNING = 5
"""Letters in which two forms of one word agree."""
_JOINING = frozenset({
    "about", "advis", "among", "guide", "patie", "peopl", "recom", "repor", "sourc",
    "state", "their", "there", "these", "those", "treat", "which", "while", "whose", "would",
    "accor",
})  # fmt: skip


def blamed(answer: Answer, kb: Path) -> tuple[str, ...]:
    """Return what does not hold in an answer.

    Args:
        answer: Any.
        kb: The knowledge base it was made from.

    Returns:
        One line for each finding of the checker, and for each claim that has a sign, number or
        word its quotes do not have, or another set of negations.
    """
    found = [f"{place}: {why}" for place, why in check(json.loads(answer.to_json()), kb)]
    for claim in answer.claims:
        titles = [answer.references[n - 1].title for n in claim.citations]
        found += [f"{claim.id}: {why}: {claim.text}" for why in _differences(claim, titles)]
    return tuple(found)


def _differences(claim: Claim, titles: list[str]) -> Iterator[str]:
    quotes = " ".join(proof.quote for proof in claim.proofs)
    if set(_NUMBER.findall(claim.text)) - set(_NUMBER.findall(quotes)):
        yield "a number"
    if set(_MARKUP.findall(claim.text)) - set(_MARKUP.findall(quotes)):
        yield "markup"
    said = set(_WORD.findall(claim.text.casefold()))
    known = set(_WORD.findall(quotes.casefold()))
    if _NEGATIONS & said != _NEGATIONS & known:
        yield "a negation"
    places = set(_WORD.findall(" ".join([*titles, *claim.headings]).casefold()))
    beginnings = {word[:_BEGINNING] for word in known | places} | _JOINING
    if any(len(word) >= _BEGINNING and word[:_BEGINNING] not in beginnings for word in said):
        yield "a word"
