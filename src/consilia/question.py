"""Reading a question: what it is about, what it asks for, and for whom."""

import re
import unicodedata
from dataclasses import dataclass

from consilia.errors import QuestionError
from consilia.glossary import Glossary
from consilia.intents import asked_intents, is_broad
from consilia.populations import asked_age, asked_groups
from consilia.quantities import Range, asked_units, ranges_in
from consilia.terms import scaffolding

MAX_CHARACTERS = 2_000

ENTITY_TYPES = frozenset({
    "condition",
    "criteria",
    "drug",
    "drug_class",
    "procedure",
    "score",
    "sign",
    "substance",
    "symptom",
    "test",
})
"""Types of glossary terms that a sentence must name to be about the question."""

_WANTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "dose",
        re.compile(
            r"\bdos(e|es|ed|age|ages|ing)\b|\bregimen|\bhow many milligrams\b"
            r"|\bhow much (iv|intravenous|im|intramuscular|oral)\b"
            r"|\bhow (much|many (mg|tablets|grams))\b.{0,60}\b(take|give|given|"
            r"giving|need|use|prescribe)|\bhow many (mg|milligrams|grams|capsules)\b|\btitrat"
        ),
    ),
    (
        "duration",
        re.compile(
            r"\bhow long\b|\bhow (soon|quickly|fast)\b|\bduration\b|\bhow many (days|weeks|months|"
            r"years|hours)\b|\bhalf-?li(fe|ves)\b|\bsteady state\b"
        ),
    ),
    (
        "price",
        re.compile(r"\bprices?\b|\bcosts?\b|\bexpensive\b|\bcheap|\bhow much (does|is|are|do)\b"),
    ),
    (
        "share",
        re.compile(
            r"\bhow (common|frequent|often)\b|\bprevalence\b"
            r"|\bincidence\b|\bpercent|\bproportion\b|\bwhat (share|fraction|rate)\b"
            r"|\bsensitivit|\bspecificit|\baccura"
        ),
    ),
    (
        "date",
        re.compile(r"\b(what|which) (year|date)\b|\bwhen (was|were|did)\b|\bwhat date\b"),
    ),
    (
        "form",
        re.compile(
            r"\bstrengths\b"
            r"|\b(dosage|dose|tablet|capsule|available) (forms?|sizes?|formulations?)\b"
            r"|\bformulations?\b"
        ),
    ),
    (
        "age",
        re.compile(r"\b(what|average|mean|median|typical|usual) age\b|\bage (at|of) (onset|diag)"),
    ),
    (
        "number",
        re.compile(
            r"\bhow many\b|\bcut-?offs?\b|\bthresholds?\b|\bwhat (level|number|age|year|score)\b"
            r"|\bhazard ratio\b|\bodds ratio\b|\bmedian\b|\baverage\b"
            r"|\b(target|normal) (level|range)\b"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a sentence has to cover."""

    token: str
    """A stem, a concept of the glossary, or a number."""
    type: str | None
    """Of the glossary; None for an ordinary word."""
    surface: str
    """As it stands in the question."""
    attribute: bool = False
    """Whether it is the very thing that is asked of another one: "what is the *price* of …"."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is understood."""

    text: str
    terms: tuple[Term, ...]
    """In order, without repeats."""
    intents: frozenset[str]
    wants: frozenset[str]
    """Kinds of value that an answer must state, see `consilia.quantities.STATES`."""
    units: frozenset[str]
    """What it asks to be counted, or the unit it asks for, see `quantities.asked_units`."""
    groups: frozenset[str]
    age: float | None
    quantities: tuple[Range, ...]
    """Numbers with a unit that the question states."""
    broad: bool
    """Whether the whole approach is asked for, not one thing."""


def clean(text: str) -> str:
    """Return a question with its white space collapsed.

    Raises:
        QuestionError: It is empty, blank or longer than 2,000 characters.
    """
    question = collapsed(text)
    if not question or not any(character.isalnum() for character in question):
        raise QuestionError("the question is empty; ask something like: When is riluzole started?")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(
            f"the question has {len(text):,} characters, at most {MAX_CHARACTERS:,} are read; "
            "shorten it"
        )
    return question


def collapsed(text: str) -> str:
    """Return a text in one Unicode form, any run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def in_latin_script(text: str) -> bool:
    """Tell whether most letters of a text are Latin or Greek ones.

    >>> in_latin_script("IgG in ALS"), in_latin_script("什么是肌束震颤")
    (True, False)
    """
    letters = [character for character in text if character.isalpha()]
    known = [c for c in letters if unicodedata.name(c, "").startswith(("LATIN", "GREEK", "MICRO"))]
    return not letters or len(known) * 2 > len(letters)


def understand(text: str, glossary: Glossary) -> Question:
    """Return what a question asks for.

    Args:
        text: The question, standing alone.
        glossary: For its terms.

    Returns:
        The question as understood.
    """
    folded = text.casefold()
    wants = frozenset(name for name, pattern in _WANTS if pattern.search(folded))
    if "dose" in wants:
        wants = frozenset({"dose"})
    return Question(
        text=text,
        terms=_terms(text, glossary),
        intents=asked_intents(text),
        wants=wants,
        units=asked_units(text),
        groups=asked_groups(text),
        age=asked_age(text),
        quantities=(*(r for r in ranges_in(text) if r.unit), *_clearance(folded)),
        broad=is_broad(text),
    )


_ATTRIBUTE = re.compile(
    r"\b(?:what|which|tell me) (?:is|are|was|were)? ?(?:the|its|their) ([a-z-]+(?: [a-z-]+){0,2}) "
    r"(?:of|for|in) "
)
# Numbers that are matched as quantities, ages or times of day, not as words.
_MEASURED = re.compile(
    r"\b(\d+(?:\.\d+)?)(?:\s*(?:-|to)\s*(\d+(?:\.\d+)?))?[\s-]*"
    r"(?:ml|mg|mcg|g\b|kg|mmol|meq|years?|yrs?|yo\b|months?|weeks?|days?|hours?|%|am\b|pm\b)"
    r"|\b(?:crcl|clearance|e?gfr|aged?)\D{0,8}(\d+)"
)
_CLEARANCE = re.compile(
    r"\b(?:crcl|creatinine clearance|egfr|gfr)\b[\s:=]*(?:of|is|at)?\s*(\d{1,3})\b(?!\s*ml)"
)


def _clearance(folded: str) -> tuple[Range, ...]:
    """Kidney function given without its unit."""
    found = (float(number) for number in _CLEARANCE.findall(folded))
    return tuple(Range(number, number, "ml/min") for number in found)


def _terms(text: str, glossary: Glossary) -> tuple[Term, ...]:
    terms: dict[str, Term] = {}
    found = _ATTRIBUTE.search(text.casefold())
    asked = found[1].replace("-", " ").split() if found else []
    measured = {number for quantity in _MEASURED.findall(text.casefold()) for number in quantity}
    for token in glossary.read(text):
        type_ = glossary.type_of(token.name)
        if type_ in {"organisation", "population"} or token.name in scaffolding() | measured:
            continue
        # What is asked is the last noun; an everyday word before it qualifies: "starting dose".
        attribute = token.surface in (asked[-1:] if type_ == "word" else asked)
        terms.setdefault(token.name, Term(token.name, type_, token.surface, attribute))
    return tuple(terms.values())
