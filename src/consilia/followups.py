"""Follow-up questions: made to stand alone by carrying over what they leave out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consilia.answer import Answer
from consilia.glossary import Glossary, Token
from consilia.populations import AXES, age_said, groups_in, mentions
from consilia.terms import STOP_WORDS, attributes, scaffolding, stem, words

_SLOTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("treatment", frozenset({"drug", "drug_class", "substance", "procedure"})),
    ("test", frozenset({"test", "criteria", "score"})),
    ("condition", frozenset({"condition", "symptom", "sign"})),
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
_AND = re.compile(r"^\W*(?:(?:and|or)\s+(?:the\s+)?|(?:in|for|with)\s+)(.+?)\W*$", re.IGNORECASE)
_OF_PATIENT = re.compile(
    r"^\W*(?:and\s+|but\s+)?(?:he|she|the patient)\s+(?:also\s+)?(?:is|has|takes)\b[^?]*$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"^(?:in|for|with|while|during)\s+", re.IGNORECASE)
_TERSE = 5
"""Words of a question that is too short to say what it is about, unless it names it."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question that stands alone."""

    text: str
    unresolved: str | None
    """A pronoun that nothing said before explains, or None."""


def resolve(question: str, history: Sequence[Answer], glossary: Glossary) -> Resolved:
    """Make a follow-up stand alone.

    What it leaves out is carried over from the question before, and from the title of the source
    that its answer cites first: the drug, the test or criteria, the condition, the patients. A
    value that the follow-up names replaces the earlier one of its kind; whatever has no earlier
    one is added, and nothing else of the question before is lost.

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
        bare = None if named else _bare_attribute(question)
        return Resolved(question, pointing[0] if pointing and lost else bare or None)
    before = history[-1].standalone_question
    said = _slots(before, glossary)
    earlier = said | {k: v for k, v in _title_slots(history[-1], glossary).items() if k not in said}
    value = _swapped_in(question, glossary)
    if value:
        return Resolved(_swapped(before, value, glossary), None)
    if _is_added(question, named) and not pointing:
        return Resolved(f"{before.rstrip('?. ')}, {question}", None)
    if pointing and earlier:
        whole = _pointed(question, pointing, earlier, named)
        return Resolved(_of_same(whole, before), None)
    if pointing and not named:
        return Resolved(question, pointing[0])
    if _leaves_out(question, named) and not _own_object(question, glossary):
        return Resolved(_completed(question, before, earlier, named), None)
    return Resolved(question, None)


def _slot_of(token: Token, glossary: Glossary) -> str | None:
    """The slot that a term fills; a word for patients, such as "kidney failure", fills none."""
    if groups_in(token.surface):
        return None
    type_ = glossary.type_of(token.name)
    return next((slot for slot, types in _SLOTS if type_ in types), None)


def _slots(text: str, glossary: Glossary) -> dict[str, str]:
    """The first term of each slot that a text names, as it is written there."""
    found: dict[str, str] = {}
    for token in glossary.read(text):
        slot = _slot_of(token, glossary)
        if slot:
            found.setdefault(slot, token.surface)
    return found


def _title_slots(answer: Answer, glossary: Glossary) -> dict[str, str]:
    """The terms of the title of the first source: a substance there is no drug that was given."""
    title = answer.references[0].title if answer.references else ""
    found: dict[str, str] = {}
    for token in glossary.read(title):
        slot = _slot_of(token, glossary)
        if slot and glossary.type_of(token.name) not in {"substance", "procedure"}:
            found.setdefault(slot, token.surface)
    return found


def _starts_with_pointer(question: str) -> bool:
    """Tell whether the question is about nothing but what it points to."""
    return len(question.split()) <= 8


def _bare_attribute(question: str) -> str | None:
    """The attributes or patients that a question is on, when it names nothing that has them."""
    groups = [question[m.start : m.end] for m in mentions(question)]
    rest = re.sub("|".join(map(re.escape, groups)) or "$^", " ", question, flags=re.IGNORECASE)
    asked = [word for word in words(rest) if word not in STOP_WORDS and not word[0].isdigit()]
    if any(stem(word) not in attributes() | scaffolding() for word in asked):
        return None
    return " ".join(word for word in asked if stem(word) in attributes()) or ", ".join(groups)


def _swapped_in(question: str, glossary: Glossary) -> str | None:
    """What is asked about in place of what was asked about before, in words, or None."""
    short = _WHAT_ABOUT.match(question)
    if short:
        return (short[1] or short[2]).strip()
    alone = _AND.match(question)
    if alone is None:
        return None
    terms = glossary.read(alone[1])
    named = [t for t in terms if _slot_of(t, glossary) or groups_in(t.surface)]
    return alone[1].strip() if terms and len(named) == len(terms) else None


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


def _swapped(before: str, value: str, glossary: Glossary) -> str:
    """The question before, with the new value in place of the old one of its kind.

    A value that finds none of its kind is added: nothing that was asked is lost.
    """
    text, added = before, not (_slots(value, glossary) or _patients(value))
    for token in glossary.read(value):
        slot = _slot_of(token, glossary)
        old = slot and _old_term(before, token, glossary)
        if old:
            text = _in_words(old).sub(token.surface, text, count=1)
        added = added or (bool(slot) and not old)
    new, taken = _patients(value), _patients(before)
    for axis in new.keys() & taken.keys():
        phrase = new[axis] if _slots(value, glossary) else _PREPOSITION.sub("", value)
        text = re.sub(rf"\b(?:an?\s+)?{re.escape(taken[axis])}", phrase, text, count=1)
    if added or new.keys() - taken.keys():
        return f"{text.rstrip('?. ')} ({value})?"
    return text


def _patients(text: str) -> dict[int, str]:
    """The first words for patients of each kind (see `AXES`), as they are written."""
    found: dict[int, str] = {}
    age = age_said(text)
    for number, axis in enumerate(AXES):
        if age and "child" in axis:
            found[number] = age
        for mention in mentions(text):
            if mention.group in axis:
                found.setdefault(number, text[mention.start : mention.end])
    return found


def _old_term(before: str, new: Token, glossary: Glossary) -> str | None:
    """The term that a new one replaces: the first of its type, else the first of its slot."""
    slot, type_ = _slot_of(new, glossary), glossary.type_of(new.name)
    same = [t for t in glossary.read(before) if _slot_of(t, glossary) == slot]
    exact = [t for t in same if glossary.type_of(t.name) == type_]
    return next((t.surface for t in (*exact, *same)), None)


def _in_words(surface: str) -> re.Pattern[str]:
    """Find a term however its words are joined."""
    return re.compile(r"\b" + r"\W+".join(map(re.escape, surface.split())), re.IGNORECASE)


def _of_same(text: str, before: str, carried: Sequence[str] = ()) -> str:
    """A question, asked of the patients of the one before unless it names its own."""
    patients = () if _patients(text) else map(str.casefold, _patients(before).values())
    more = [*carried, *patients]
    return f"{text.rstrip('?. ')} ({', '.join(more)})?" if more else text


def _is_added(question: str, named: dict[str, str]) -> bool:
    """Tell whether a follow-up only says more of the patient or the circumstances."""
    return bool(
        _OF_PATIENT.match(question)
        or (_CONDITION_ADDED.match(question) and "treatment" not in named)
    )


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
    if "treatment" in named:
        return bool(_CONTINUES.match(question))
    terse = "condition" not in named and len(question.split()) <= _TERSE
    return terse or bool(_CONTINUES.match(question)) or "dose" in question.casefold()


def _completed(question: str, before: str, earlier: dict[str, str], named: dict[str, str]) -> str:
    carried = [value for slot, value in earlier.items() if slot not in named]
    if not named and not carried:
        return f"{before.rstrip('?. ')}: {question}"
    if named:
        kept = ("treatment", "test") if "condition" in named else ("treatment", "condition")
        carried = [earlier[slot] for slot in kept if slot in earlier and slot not in named]
    return _of_same(question, before, carried)
