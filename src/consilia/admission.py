"""What a language model wrote, held against the sentences it named: let through or not.

Nothing here trusts the gates alone: a text is also let through only if its signs and words are
those of its sentences, so that a link, an order or an invented name has no words to stand in.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from consilia.citations import Statement
from consilia.gates.checking import check
from consilia.gates.evidence import Evidence
from consilia.gates.support import Entailment
from consilia.glossary import Glossary
from consilia.models import Sentence
from consilia.observing import stage
from consilia.readers.screening.suspicion import suspicions
from consilia.restating import restates
from consilia.sentences import split_sentences
from consilia.terms import STOP_WORDS, stem, word_list, words

LONGEST = 600
"""Characters of a paraphrase."""
MOST = 3
"""Sentences that one claim may rest on: with more, nobody reads what it rests on."""
_SIGNS = frozenset(
    " .,;:'\"()-/%+=\u2019\u2018\u201c\u201d\u2013\u2014\u2264\u2265\u00b1\u00b5\u03bc\u00b0\u00d7"
)
_COMPARES = re.compile(r"[<>]=?(?=\s?\d)")
_LINK = re.compile(
    r"https?|www\.|//|\b(?:ftp|data|mailto|javascript|tel)\s?:|[a-z0-9-]{2,}\.[a-z]{2,}", re.I
)
_TO_READER = re.compile(
    r"\b(?:you|your|yours|yourself|we|us|our|ours|i|me|my|mine|please)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Judge:
    """What claims are judged with."""

    glossary: Glossary
    entailment: Entailment | None = None
    disputed: frozenset[str] = frozenset()
    """Ids of sentences that another source contradicts."""

    def admitted(self, text: str, sentences: Sequence[Sentence]) -> Statement | None:
        """Return a text as a statement that may be shown, or None.

        Args:
            text: As the model wrote it, not empty.
            sentences: That it says it rests on.

        Returns:
            The sentence as it stands when the text is that sentence, the paraphrase with its
            checks when it holds in every respect, else None.
        """
        said = " ".join(text.split())
        if len(sentences) == 1 and said == " ".join(sentences[0].text.split()):
            return Statement((sentences[0],))
        disputed = any(sentence.id in self.disputed for sentence in sentences)
        if disputed or not may_be_reworded(sentences) or fault(said, sentences, self.glossary):
            return None
        with stage("gates"):
            report = check(
                said,
                [_evidence(sentence) for sentence in sentences],
                glossary=self.glossary,
                entailment=self.entailment,
            )
        return None if report.failures else Statement(tuple(sentences), said, report.checks)


def may_be_reworded(sentences: Sequence[Sentence]) -> bool:
    """Tell whether sentences may be shown in other words, together.

    A marked sentence, an inference and a side of a marked conflict are shown as they stand.
    Sentences of one document are joined under the same headings only: what a heading says of
    patients holds for its own.
    """
    headings: dict[str, tuple[str, ...]] = {}
    return 0 < len(sentences) <= MOST and all(
        not (s.mark or s.conflicts or s.derived)
        and headings.setdefault(s.document, s.headings) == s.headings
        for s in sentences
    )


def fault(text: str, sentences: Sequence[Sentence], glossary: Glossary) -> str:
    """Return what in the signs and words of a text its sentences do not account for.

    Args:
        text: On one line.
        sentences: That it rests on.
        glossary: For other names of the same thing.

    Returns:
        The first such sign or word, or what the text is in place of one statement; else empty.
    """
    quotes = " ".join(sentence.text for sentence in sentences)
    return (
        _not_one_sentence(text)
        or _foreign_sign(text, quotes)
        or _foreign_pattern(text, quotes)
        or _foreign_word(text, sentences, glossary)
        or _foreign_order(text, sentences, glossary)
    )


def _not_one_sentence(text: str) -> str:
    if not words(text) or len(text) > LONGEST:
        return "empty or too long"
    if unicodedata.normalize("NFC", text) != text:
        return "characters in pieces"
    return "" if len(split_sentences(text)) == 1 else "several sentences"


def _foreign_sign(text: str, quotes: str) -> str:
    """The first character that is neither plain nor in the sentences."""
    plain = _COMPARES.sub(" ", text)
    foreign = (c for c in plain if not (c.isascii() and c.isalnum()) and c not in _SIGNS)
    return next((c for c in foreign if c not in quotes), "")


def _foreign_pattern(text: str, quotes: str) -> str:
    """A link, words to the reader or words to an assistant, unless the sentences have the same."""
    for pattern in (_LINK, _TO_READER):
        for found in pattern.finditer(text):
            if found[0].casefold() not in quotes.casefold():
                return found[0]
    return suspicions(text, ())[0].excerpt if suspicions(text, ()) else ""


def _foreign_word(text: str, sentences: Sequence[Sentence], glossary: Glossary) -> str:
    """The first word that its sentences, their places and their names for things do not have."""
    places = [" ".join((s.title, *s.headings, s.population.text)) for s in sentences]
    spoken = " . ".join([*(s.text for s in sentences), *places])
    known = {stem(word) for word in words(spoken)} | neutral_stems()
    same = frozenset(glossary.analyse(spoken))
    for token in glossary.read(text):
        if token.name in same:
            continue
        for word in words(token.surface):
            if word not in STOP_WORDS and not word[0].isdigit() and stem(word) not in known:
                return word
    return ""


def _foreign_order(text: str, sentences: Sequence[Sentence], glossary: Glossary) -> str:
    """What is left to blame where each word is known: other order, half a sentence, a mixture."""
    whole = restates(text, [sentence.text for sentence in sentences], glossary)
    return "" if whole else "not the sentences in other words"


@cache
def neutral_stems() -> frozenset[str]:
    """Return the stems of words that join and attribute."""
    return frozenset(stem(word) for word in word_list("neutral_words"))


def _evidence(sentence: Sentence) -> Evidence:
    return Evidence(
        quote=sentence.text,
        title=sentence.title,
        headings=sentence.headings,
        population=sentence.population,
        design=sentence.design,
        mark=sentence.mark,
    )
