"""The words and tables that recognisers look for: `data/privacy.json` and the lists of names."""

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from consilia.terms import STOP_WORDS, word_list


class Vocabulary(BaseModel):
    """What `data/privacy.json` holds; labels are patterns, the rest are words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: str = Field(alias="schema", pattern=r"^consilia\.privacy/1$")
    iban_lengths: dict[str, int]
    labels: dict[str, tuple[str, ...]]
    """Kind of identifier to what stands before it."""
    strict_labels: tuple[str, ...]
    """Labels that are also other words: a colon or # must follow."""
    public_hosts: tuple[str, ...]
    """Of sources, whose addresses name no patient."""
    postcode_areas: frozenset[str]
    us_states: tuple[str, ...]
    streets: tuple[str, ...]
    streets_cased: tuple[str, ...]
    """Kinds of street that are ordinary words when they are not capitalised."""
    months: dict[str, int]
    particles: frozenset[str]
    """Small words within family names."""
    titles: frozenset[str]
    typed_titles: frozenset[str]
    """Titles that stand for nothing else, even without a capital letter."""
    people: tuple[str, ...]
    """What somebody is called beside whose name stands: a patient, a relation."""
    speakers: tuple[str, ...]
    """What stands before one's own name."""
    leads: tuple[str, ...]
    """What else stands before names, and before much besides."""
    name_labels: tuple[str, ...]
    subject_labels: tuple[str, ...]
    called: tuple[str, ...]
    """Who may be "called" or "named" something; drugs and diseases are too."""
    bearers: tuple[str, ...]
    """What bears the name of a person and is none."""
    famous: tuple[str, ...]
    """Whole names that stand for a disease, a stain, a plant or a house."""
    verbs: tuple[str, ...]
    """What people do, or is told of them, after their name."""


@cache
def vocabulary() -> Vocabulary:
    """Return what the recognisers look for; read once."""
    path = files("consilia").joinpath("data/privacy.json")
    return Vocabulary.model_validate_json(path.read_text(encoding="utf-8"))


@cache
def given_names() -> frozenset[str]:
    """Return common given names, case-folded."""
    return word_list("given_names")


@cache
def surnames() -> frozenset[str]:
    """Return common family names, case-folded."""
    return word_list("surnames")


@cache
def ambiguous_names() -> frozenset[str]:
    """Return given names that are ordinary words or months."""
    return word_list("ambiguous_names")


@cache
def not_names() -> frozenset[str]:
    """Return words that are capitalised, or stand where a name would, and are none."""
    return word_list("not_names") | word_list("medical_words") | STOP_WORDS


@cache
def eponyms() -> frozenset[str]:
    """Return people after whom diseases, signs, tests and methods are named."""
    return word_list("eponyms")
