"""A question of yes or no, decided by the polarity gate where sentences speak of all it names."""

import re
from collections.abc import Sequence
from typing import Literal

from consilia.gates import polarity
from consilia.gates.evidence import Evidence
from consilia.gates.support import relatedness
from consilia.glossary import Glossary

YesNo = Literal["yes", "no"]
RULE = (
    "a question of yes or no is read as a statement, its first auxiliary verb and its question "
    "mark left out; each sentence that has all its words, but for those that ask or fill, votes: "
    "no where the polarity gate finds the statement turned round, else yes; undecided without a "
    "vote, and with as many on either side"
)
_AUXILIARY = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|may|might|must|has|have|had|should|will|would)"
    r"(?:\s+there)?\s+",
    re.IGNORECASE,
)


def statement_of(question: str) -> str | None:
    """Return a question of yes or no as a statement; None when it does not begin as one.

    >>> statement_of("Does zelvoprine shorten flumbosis?")
    'zelvoprine shorten flumbosis'
    """
    found = _AUXILIARY.match(question)
    return question[found.end() :].rstrip(" ?.") or None if found else None


def decided(question: str, sentences: Sequence[str], glossary: Glossary) -> YesNo | None:
    """Return what sentences say to a question, by the rule.

    Args:
        question: Of yes or no.
        sentences: That were found for it.
        glossary: For synonyms.

    Returns:
        None: undecided.

    >>> said = ["Zelvoprine does not shorten flumbosis.", "Flumbosis hums."]
    >>> decided("Does zelvoprine shorten flumbosis?", said, Glossary.empty())
    'no'
    """
    statement = statement_of(question)
    if statement is None:
        return None
    named = [[Evidence(one)] for one in sentences]
    voting = [one for one in named if relatedness(statement, one) == 1]
    against = sum(bool(polarity.failures(statement, one, glossary)) for one in voting)
    if 2 * against == len(voting):
        return None
    return "no" if 2 * against > len(voting) else "yes"
