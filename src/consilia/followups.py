"""Follow-up questions: made to stand alone by carrying over what they leave out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consilia.answer import Answer
from consilia.glossary import Glossary
from consilia.populations import groups_in
from consilia.terms import scaffolding

_SLOTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("drug", frozenset({"drug", "drug_class"})),
    ("test", frozenset({"test", "criteria", "score"})),
    ("condition", frozenset({"condition", "symptom", "sign"})),
    ("other", frozenset({"substance", "procedure"})),
)
_POINTING = re.compile(
    r"\b(it|its|they|them|their|these|those|this one|that one|ones?)\b", re.IGNORECASE
)
# "it" that stands for nothing: "Is it true that …", "Is it safe to say …".
_EXPLETIVE = re.compile(
    r"\b(?:is|was|isn't) it (?:true|possible|likely|common|normal|correct|the case|safe to say)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\b(?:with|for|of|about|in)\s+(?:an?\s+|the\s+)?([a-z][a-z-]{3,})", re.IGNORECASE
)
_CONTINUES = re.compile(
    r"^\W*(and|also|but|or|what about|how about|what if|then|so)\b", re.IGNORECASE
)
_COMPARES = re.compile(r"\b(compare|versus|vs|differ|better|worse|than)", re.IGNORECASE)
_CONDITION_ADDED = re.compile(
    r"^\W*(?:and\s+|but\s+)?(?:what\s+)?if\b|^\W*(?:in|for|with)\b", re.IGNORECASE
)
_WHAT_ABOUT = re.compile(
    r"^\W*(?:and\s+)?(?:what|how) about\s+(?:the\s+)?(.+?)\W*$"
    r"|^\W*and\s+(?:in|for|with)\s+(.+?)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question that stands alone."""

    text: str
    unresolved: str | None
    """A pronoun that nothing said before explains, or None."""


def resolve(question: str, history: Sequence[Answer], glossary: Glossary) -> Resolved:
    """Make a follow-up stand alone.

    What it leaves out is carried over from the question before, and from the title of the source
    that its answer cites first: the drug, the test or criteria, the condition, the population. A
    value that the follow-up names replaces the earlier one.

    Args:
        question: As asked, cleaned.
        history: Earlier answers, oldest first.
        glossary: For the terms.

    Returns:
        The question, unchanged when it leaves nothing out.
    """
    named = _slots(question, glossary)
    pointing = _POINTING.search(_EXPLETIVE.sub("", question)) and _POINTING.search(question)
    if not history:
        lost = pointing is not None and not named and _starts_with_pointer(question)
        return Resolved(question, pointing[0] if pointing and lost else None)
    before = history[-1].standalone_question
    earlier = _title_slots(history[-1], glossary) | _slots(before, glossary)
    short = _WHAT_ABOUT.match(question)
    if short:
        return Resolved(_swapped(before, (short[1] or short[2]).strip(), earlier, named), None)
    if _CONDITION_ADDED.match(question) and "drug" not in named and not pointing:
        return Resolved(f"{before.rstrip('?. ')}, {question}", None)
    if pointing and earlier:
        return Resolved(_pointed(question, pointing, earlier, named), None)
    if pointing and not named:
        return Resolved(question, pointing[0])
    if _leaves_out(question, named) and not _own_object(question, glossary):
        return Resolved(_completed(question, before, earlier, named), None)
    return Resolved(question, None)


def _slots(text: str, glossary: Glossary) -> dict[str, str]:
    """The first term of each slot that a text names, as it is written there."""
    found: dict[str, str] = {}
    for token in glossary.read(text):
        type_ = glossary.type_of(token.name)
        for slot, types in _SLOTS:
            if type_ in types:
                found.setdefault(slot, token.surface)
    return found


def _title_slots(answer: Answer, glossary: Glossary) -> dict[str, str]:
    return _slots(answer.references[0].title, glossary) if answer.references else {}


def _starts_with_pointer(question: str) -> bool:
    """Tell whether the question is about nothing but what it points to."""
    return len(question.split()) <= 8


def _antecedent(earlier: dict[str, str], named: dict[str, str]) -> str:
    """What a pronoun stands for: what was said before and is not named anew, drugs first."""
    for slot, _ in _SLOTS:
        if slot in earlier and slot not in named:
            return earlier[slot]
    return next(iter(earlier.values()))


def _compared(earlier: dict[str, str], named: dict[str, str]) -> str:
    """What is compared with the named thing: the earlier one of the same kind."""
    return next((earlier[slot] for slot in named if slot in earlier), _antecedent(earlier, named))


def _pointed(
    question: str, pointing: re.Match[str], earlier: dict[str, str], named: dict[str, str]
) -> str:
    find = _compared if _COMPARES.search(question) else _antecedent
    antecedent = find(earlier, named)
    return question[: pointing.start()] + antecedent + question[pointing.end() :]


def _swapped(before: str, value: str, earlier: dict[str, str], named: dict[str, str]) -> str:
    """The question before, with the new value in place of the old one of its kind."""
    for slot, new in named.items():
        start = before.casefold().find(earlier.get(slot, "\n"))
        if start >= 0:
            return before[:start] + new + before[start + len(earlier[slot]) :]
    old = next((group for group in sorted(groups_in(before)) if groups_in(value)), None)
    if old:
        return _regrouped(before, value, old)
    return f"{value}?" if named else f"{before.rstrip('?. ')} ({value})?"


def _regrouped(before: str, value: str, old: str) -> str:
    """The question before, asked of another group of patients."""
    word = re.sub(r"^(?:in|for|with)\s+", "", value, flags=re.IGNORECASE)
    place = re.search(rf"\b(?:an?\s+)?{old.replace('_', ' ')}s?\b", before, re.IGNORECASE)
    if place is None:
        return f"{before.rstrip('?. ')} ({value})?"
    return before[: place.start()] + word + before[place.end() :]


def _own_object(question: str, glossary: Glossary) -> bool:
    """Tell whether a question names something of its own that the glossary does not know."""
    return any(
        not glossary.analyse(word)[0].startswith("=")
        and glossary.analyse(word)[0] not in scaffolding()
        for word in _OBJECT.findall(question)
        if glossary.analyse(word)
    )


def _leaves_out(question: str, named: dict[str, str]) -> bool:
    if not named:
        return True
    return bool(_CONTINUES.match(question)) or (
        "drug" not in named and "dose" in question.casefold()
    )


def _completed(question: str, before: str, earlier: dict[str, str], named: dict[str, str]) -> str:
    carried = [value for slot, value in earlier.items() if slot not in named]
    if not named and not carried:
        return f"{before.rstrip('?. ')}: {question}"
    if named:
        carried = [
            earlier[s] for s in ("drug", "test", "other") if s in earlier and s not in named
        ][:1]
    return f"{question.rstrip('?. ')} ({', '.join(carried)})?" if carried else question
