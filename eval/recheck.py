"""A second look at the claims of an answer that a language model helped with.

It shares no code with the gates: signs, numbers, negations and words are compared as they stand,
and the words of a claim have to be those of its quotes, all of them, in order but for a phrase that
was moved. So it is right where a gate is wrong. It may blame a rephrasing that is harmless, such as
other units.
"""

import json
import re
from collections import Counter
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
    "about", "among", "guide", "patie", "peopl", "repor", "sourc", "state", "their", "there",
    "these", "those", "which", "while", "whose", "would", "accor",
})  # fmt: skip
_SHORT = frozenset({
    *(
        "a",
        "an",
        "the",
        "of",
        "in",
        "for",
        "to",
        "by",
        "with",
        "on",
        "at",
        "from",
        "as",
        "is",
        "are",
    ),
    *("was", "were", "be", "been", "has", "have", "had", "that", "this", "it", "its", "who", "and"),
    *("according", "says", "said", "source"),
})
_AND_OR = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_MOST_MOVED = 3
"""Stretches of a quote that a claim may consist of: one phrase moved makes three."""
_SHORTEST = 3
"""Words of a stretch, on average, where there are two or more of them."""
_LEAST = 0.7
"""Share of the words of its quotes that a claim has to repeat; a source named may be left out."""


def blamed(answer: Answer, kb: Path) -> tuple[str, ...]:
    """Return what does not hold in an answer.

    Args:
        answer: Any.
        kb: The knowledge base it was made from.

    Returns:
        One line for each finding of the checker, and for each claim that has a sign, number or
        word its quotes do not have, another set of negations, other conjunctions, another order,
        or a part of its quotes only.
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
    yield from _order([proof.quote for proof in claim.proofs], claim.text)


def _order(quotes: list[str], text: str) -> Iterator[str]:
    """What is wrong with the words of a claim as a row."""
    if " ".join(text.split()) in {" ".join(quote.split()) for quote in quotes}:
        return
    said, known = _row(text), [word for quote in quotes for word in _row(quote)]
    kept = [word for word in said if word in known]
    stretches = _stretches(kept, known)
    most = _MOST_MOVED + 2 * (len(quotes) - 1)
    if stretches > most or (stretches > 1 and len(kept) < _SHORTEST * (stretches - 1)):
        yield "the order"
    if len(kept) < _LEAST * len(known) or text.count("(") != text.count(")"):
        yield "a part only"
    joined = [Counter(map(str.casefold, _AND_OR.findall(t))) for t in (text, " ".join(quotes))]
    if joined[0]["or"] != joined[1]["or"] or joined[0]["and"] > joined[1]["and"] + len(quotes) - 1:
        yield "and, or"


def _row(text: str) -> list[str]:
    """The beginnings of the words that count, in order."""
    found = re.findall(r"\w+", text.casefold())
    return [word[:_BEGINNING] for word in found if word not in _SHORT]


def _stretches(kept: list[str], known: list[str]) -> int:
    """How many ascending stretches of the quotes the words of a claim make up."""
    count, at = 0, len(known)
    for word in kept:
        later = known.index(word, at + 1) if word in known[at + 1 :] else -1
        count += later < 0
        at = later if later >= 0 else known.index(word)
    return count
