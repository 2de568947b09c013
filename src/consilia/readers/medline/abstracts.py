"""Abstracts of citation records: labelled parts as headings, what is no abstract told apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consilia.readers.bodies import Body
from consilia.readers.reading import Notes

_UNLABELLED = {"", "unlabelled", "unlabeled", "unassigned", "abstract"}
_NAMES = (
    "Background|Context|Introduction|Purpose|Rationale|Importance|Hypothesis|Objectives?|Aims?"
    "|Goals?|Methods?|Methodology|Materials? and methods?|Patients and methods|Methods and results"
    "|Data sources|Study selection|Study design|Design|Settings?|Participants|Patients|Population"
    "|Interventions?|Main outcome measures?|Measurements?|Outcomes?|Results?|Main results|Findings"
    "|Discussion|Limitations?|Conclusions?|Interpretation|Significance|Recommendations?"
    "|Implications|Trial registration|Registration|Funding|Summary"
)
# A label in the running text: at its start or behind a sentence, in capitals or well known.
_INLINE = re.compile(r"(?:\A|(?<=[.?!)\]] ))([A-Z][A-Z0-9 /&,'()-]{1,58}[A-Z)]|" + _NAMES + r"): ")
_TRUNCATED = re.compile(r" ?\(ABSTRACT TRUNCATED[A-Z0-9 ]{0,40}\)$")
_ELSEWHERE = re.compile(r"(?:\w+: )?Abstract available from the publisher\.?$", re.IGNORECASE)

_LANGUAGES: dict[str, str] = {
    "ara": "Arabic", "chi": "Chinese", "cze": "Czech", "dan": "Danish", "dut": "Dutch",
    "eng": "English", "fin": "Finnish", "fre": "French", "ger": "German", "gre": "Greek",
    "heb": "Hebrew", "hun": "Hungarian", "ita": "Italian", "jpn": "Japanese", "kor": "Korean",
    "nor": "Norwegian", "per": "Persian", "pol": "Polish", "por": "Portuguese", "rus": "Russian",
    "spa": "Spanish", "swe": "Swedish", "tur": "Turkish", "ukr": "Ukrainian", "vie": "Vietnamese",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an abstract: its label as the record has it, empty when there is none."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Abstract:
    """One abstract of a record."""

    parts: tuple[Part, ...]
    heading: str = ""
    """Empty for the abstract of the record; names what another abstract is."""


def other_heading(kind: str, language: str) -> str:
    """Return the heading of an abstract beside the one of the record.

    Args:
        kind: The type that the record states: `Publisher`, `plain-language-summary`, `PIP`, …
        language: Three letters of MARC, or empty.

    Returns:
        A heading that names it.

    >>> other_heading("plain-language-summary", "eng"), other_heading("Publisher", "fre")
    ('Plain language summary', 'Abstract in French')
    >>> other_heading("PIP", "eng")
    'Abstract (PIP)'
    """
    code = language.strip().casefold()
    foreign = f" in {_LANGUAGES.get(code, code)}" if code not in {"", "eng"} else ""
    if "plain" in kind.casefold():
        return "Plain language summary" + foreign
    named = kind.strip() if kind.strip().casefold() not in {"", "publisher"} else ""
    origin = f" ({named})" if named else ""
    return f"Abstract{foreign}{origin}" if foreign or origin else "Other abstract"


def write_abstracts(body: Body, abstracts: Sequence[Abstract], place: str, notes: Notes) -> None:
    """Write abstracts under headings: each label is one, words without a label are `Abstract`.

    Args:
        body: Written to; stays empty when no abstract has words.
        abstracts: In the order of the record.
        place: The record, as it is named in notes.
        notes: Told of words that are about the abstract, not part of it.
    """
    for abstract in abstracts:
        parts = [part for part in _sections(abstract.parts) if _is_content(part, place, notes)]
        if not parts:
            continue
        if abstract.heading:
            body.heading(abstract.heading)
        _write(body, parts, inside=bool(abstract.heading), place=place, notes=notes)


def _write(body: Body, parts: list[Part], *, inside: bool, place: str, notes: Notes) -> None:
    last = "" if inside else None
    for part in parts:
        heading = _heading(part.label) or ("" if inside and not last else "Abstract")
        if heading and heading != last:
            body.heading(heading, 3 if inside else 2)
        last = heading
        text = " ".join(part.text.split())
        words, cut = _TRUNCATED.subn("", text)
        if cut:
            notes.unplace(place, f"the record cuts the abstract: {text[len(words) :]}")
        body.paragraph(words)


def _heading(label: str) -> str:
    words = " ".join(label.split()).rstrip(":. ")
    if words.casefold() in _UNLABELLED:
        return ""
    return words.capitalize() if words.isupper() else words


def _is_content(part: Part, place: str, notes: Notes) -> bool:
    if _ELSEWHERE.match(part.text.strip()):
        notes.unplace(place, part.text)
        return False
    return any(c.isalnum() for c in part.text)


def _sections(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Parts by their labels; two or more that stand in the running text are labels as well."""
    split = tuple(
        section for part in parts for section in ([part] if _heading(part.label) else _split(part))
    )
    return split if sum(bool(_heading(part.label)) for part in split) > 1 else parts


def _split(part: Part) -> Iterator[Part]:
    text = " ".join(part.text.split()).removeprefix("ABSTRACT: ")
    labels = list(_INLINE.finditer(text))
    if not labels or labels[0].start() > 0:
        yield Part("", text)
        return
    ends = [*(label.start() for label in labels[1:]), len(text)]
    for label, end in zip(labels, ends, strict=True):
        yield Part(label[1], text[label.end() : end])
