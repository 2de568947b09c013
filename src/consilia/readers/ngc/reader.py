"""Guidelines as the National Guideline Clearinghouse summarised them, in its XML."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from consilia.documents import sections_of
from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.assembling import assemble, document_id
from consilia.readers.bodies import Body
from consilia.readers.html.blocks import write_blocks
from consilia.readers.html.parsing import Mender
from consilia.readers.ngc.fields import NgcField, fields_of, front_matter
from consilia.readers.reading import Notes, Reader, Source
from consilia.readers.safe_xml import Element, parse_xml, root_name, text_of
from consilia.sentences import split_sentences

_RECOMMENDATIONS = "Major Recommendations"
_UNPLACED = frozenset({"Guideline Title", "Copyright Statement", "NGC Disclaimer"})
_RATINGS = "NEATS Assessment"
_NOTHING = re.compile(
    r"(?:none (?:available|provided|stated)|not (?:applicable|stated|available|provided))\b",
    re.IGNORECASE,
)
_LONGEST_NOTHING = 120
_NUMBER = re.compile(r"(?:^|[^a-z])ngc[-_: ]?0*(\d{1,8})(?!\d)|^0*(\d{1,8})$", re.IGNORECASE)
_NUMBER_NAMES = ("GuidelineID", "NGCID", "NgcId", "GuidelineNumber")
_STRONG = re.compile(
    r"[(\[]\s*(?:Grade:\s*)?"
    r"(?:[Ss]trong +(?:[Ff]or|[Aa]gainst|[Rr]ecommendations?)|Strong)\s*[,;:)\]]"
    r"|(?<=[^|\s] )\|\s*Strong(?: +(?:[Ff]or|[Aa]gainst|[Rr]ecommendation))?\s*\|"
    r"|(?<=[-\u2013\u2014] )Strong recommendation\b[^.]{0,80}\.?$"
)
_OTHER_GRADE = re.compile(
    r"\b(?:weak|conditional|qualified|moderate recommendation|insufficient)\b", re.IGNORECASE
)
_GRADE = re.compile(
    r"[(\[][^()\[\]]*[)\]]|(?<=\|)\s*(?:strong|weak)[^|]*(?=\|)|[-\u2013\u2014] strong .*",
    re.IGNORECASE,
)
_DEFINITIONS = re.compile(r"definitions?\W*$", re.IGNORECASE)
_SCHEME = re.compile(
    r"definition|rating|scheme|grading|grades? (?:mean|of)|categori[sz]ation|certainty"
    r"|(?:strength|quality|levels?|types?) of (?:the )?(?:evidence|recommendation|supporting)",
    re.IGNORECASE,
)
_FEWEST_WORDS = 4


def recognises(source: Source) -> bool:
    """Tell a record by its root and what stands in it."""
    if root_name(source.data) != "Version":
        return False
    head = source.data[:20_000].replace(b"\x00", b"")
    return any(mark in head for mark in (b"<Section", b"<FieldValue", b"<xmlSource"))


def read(source: Source, notes: Notes) -> Iterator[Document]:
    """Read a record.

    Args:
        source: One file, one guideline.
        notes: Told the fields without content, what is boilerplate, and what was repaired.

    Yields:
        One document: the recommendations first, then the other fields in the order of the record.

    Raises:
        DocumentError: It is no XML, or has no title or no text.
    """
    record = parse_xml(source.data)
    mend = Mender()
    fields = fields_of(record, mend, notes)
    found = front_matter(fields)
    if not found["title"]:
        raise DocumentError(
            "the record has no Guideline Title; is it a National Guideline Clearinghouse record?"
        )
    body = _body(fields, notes)
    number = _number(record, source)
    mend.tell("fields", notes)
    identifiers = found["identifiers"] if isinstance(found["identifiers"], dict) else {}
    found |= {
        "id": document_id("ngc", number or _stem(source)),
        "kind": "guideline",
        "identifiers": ({"ngc": number} if number else {}) | identifiers,
        "provenance": " ".join(text_of(record.find("{*}xmlSource")).split()),
        "marks": _marks(body.text),
    }
    yield assemble(source, body, found, notes)


def _body(fields: list[NgcField], notes: Notes) -> Body:
    body = Body()
    seen: set[tuple[str, str]] = set()
    rating = False
    for one in sorted(fields, key=lambda one: one.name != _RECOMMENDATIONS):
        if (one.name, one.text) in seen:
            continue
        seen.add((one.name, one.text))
        if not one.text or _says_nothing(one.text):
            notes.unplace(one.name, one.text or "empty")
        elif one.name in _UNPLACED:
            if one.name != "Guideline Title":
                notes.unplace(one.name, one.text)
        elif one.section == _RATINGS:
            if not rating:
                body.heading(_RATINGS)
            rating = True
            body.row((one.name, one.text))
        else:
            _write(body, one)
    return body


def _write(body: Body, one: NgcField) -> None:
    body.heading(one.name)
    if len(one.values) > 1:
        for value in one.values:
            if len(value) == 1:
                body.item(value[0].text)
            else:
                write_blocks(body, value)
    else:
        write_blocks(body, one.blocks)


def _says_nothing(text: str) -> bool:
    return len(text) <= _LONGEST_NOTHING and bool(_NOTHING.match(text))


def _marks(text: str) -> tuple[dict[str, str], ...]:
    """Sentences of the recommendations that the guideline itself grades as strong."""
    marked: dict[str, None] = {}
    for section in sections_of(text):
        within = section.headings[:1] == (_RECOMMENDATIONS,)
        if within and _DEFINITIONS.match(section.headings[-1]):
            break  # The record explains its grades at the end of the field.
        if not within or any(_SCHEME.search(heading) for heading in section.headings):
            continue
        for span in split_sentences(text, section.start, section.end):
            sentence = text[span.start : span.end]
            if _is_strong(sentence):
                marked[sentence] = None
    return tuple({"sentence": one, "mark": "strong_recommendation"} for one in marked)


def _is_strong(sentence: str) -> bool:
    """Whether a sentence recommends something and carries a strong grade and no other.

    A grade that stands alone recommends nothing; an explanation of the grades names several.
    """
    return (
        _STRONG.search(sentence) is not None
        and not any(_OTHER_GRADE.search(grade) for grade in _GRADE.findall(sentence))
        and len(_GRADE.sub(" ", sentence).split()) >= _FEWEST_WORDS
    )


def _number(record: Element, source: Source) -> str:
    """The number of the record: its own where it has one, else that of its file name."""
    for name in _NUMBER_NAMES:
        stated = record.get(name) or text_of(record.find(f"{{*}}{name}"))
        if match := re.fullmatch(r"(?:NGC[-: ]?)?0*(\d{1,8})", stated.strip(), re.ASCII):
            return match[1]
    match = _NUMBER.search(_stem(source))
    return (match[1] or match[2]) if match else ""


def _stem(source: Source) -> str:
    return PurePosixPath(source.name).stem


READER = Reader("ngc-xml", recognises, read)
