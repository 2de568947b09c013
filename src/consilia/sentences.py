"""Splitting clinical text into sentences with exact offsets."""

import re
from dataclasses import dataclass

from consilia.terms import word_list

_ABBREVIATIONS = word_list("abbreviations")
_CANDIDATE = re.compile(r"[.!?…]+[)\]\"'\u201d\u2019]*(?=\s|$)")
_LINE = re.compile(r"[^\n]+")
_LIST_MARKER = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)]|[a-z][.)])[ \t]+|^[ \t]*>[ \t]*|^[ \t]+")
_LAST_WORD = re.compile(r"([A-Za-z](?:[A-Za-z.]*[A-Za-z])?)$")
# A grade behind the full stop belongs to the recommendation that it grades.
_GRADE = re.compile(
    r"[(\[][^()\[\]\n]{0,100}\b(?:recommendations?|strong|weak|conditional|grade|strength|"
    r"(?:level|quality|certainty) of evidence|(?:high|moderate|low)[- ](?:quality|certainty)|"
    r"(?:level|class|category) [IVX0-9A-D]{1,4})\b[^()\[\]\n]{0,200}[)\]]",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^#{1,6}[ \t]")
_TABLE_RULE = re.compile(r"^[\s|:+-]+$")
_FENCE = re.compile(r"^[ \t]*(```|~~~|---+$|\*\*\*+$)")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, `[start, end)` in Unicode code points."""

    start: int
    end: int


def split_sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Return the sentences of a stretch of text, in order, without overlap.

    A line is never joined with the next one unless it runs on in the middle of a sentence: list
    items and headings are borders. Abbreviations, initials, decimal points and dosing terms
    ("b.i.d.", "i.v.", "0.5 mg") do not end a sentence.

    Args:
        text: The canonical text of a document.
        start: First position of the stretch.
        end: One past its last position; the end of the text when None.

    Returns:
        Spans into `text` that start and end with other characters than white space.

    >>> text = "Give 0.5 mg b.i.d. with food, e.g. bread. Stop if rash appears."
    >>> [text[s.start:s.end] for s in split_sentences(text)]
    ['Give 0.5 mg b.i.d. with food, e.g. bread.', 'Stop if rash appears.']
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    for block in _blocks(text, start, end):
        spans.extend(_split_block(text, block))
    return tuple(spans)


def _blocks(text: str, start: int, end: int) -> list[Span]:
    """Runs of lines that may hold one sentence: wrapped prose is joined, list items are not."""
    blocks: list[Span] = []
    open_line = False
    for match in _LINE.finditer(text, start, end):
        line = match[0]
        marker = _LIST_MARKER.match(line)
        is_item = bool(marker and marker[0].strip())
        if (
            not line[marker.end() if marker else 0 :].strip()
            or _HEADING.match(line)
            or _FENCE.match(line)
            or _TABLE_RULE.match(line)
        ):
            open_line = False
            continue
        begin = match.start() + (marker.end() if marker else 0)
        begin += len(text[begin : match.end()]) - len(text[begin : match.end()].lstrip())
        adjacent = bool(blocks) and "\n\n" not in text[blocks[-1].end : begin]
        if open_line and adjacent and not is_item and _runs_on(line):
            blocks[-1] = Span(blocks[-1].start, match.start() + len(line.rstrip()))
        else:
            blocks.append(Span(begin, match.start() + len(line.rstrip())))
        open_line = line.rstrip()[-1] not in ".!?:;|"
    return blocks


def _runs_on(line: str) -> bool:
    first = line.lstrip()[0]
    return first.islower() or first.isdigit() or first in "([\"'%<>≤≥±+"


def _split_block(text: str, block: Span) -> list[Span]:
    spans, begin = [], block.start
    for match in _CANDIDATE.finditer(text, block.start, block.end):
        if _ends_sentence(text, begin, match, block.end):
            spans.append(Span(begin, match.end()))
            begin = match.end()
            while begin < block.end and text[begin].isspace():
                begin += 1
    if begin < block.end:
        spans.append(Span(begin, block.end))
    return [span for span in spans if any(c.isalnum() for c in text[span.start : span.end])]


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    rest = text[match.end() : end].lstrip()
    if not rest:
        return True
    if match[0][0] in "!?":
        return not rest[0].islower()
    if rest[0].islower() or rest[0] in ",;:)" or _GRADE.match(rest):
        return False
    before = _LAST_WORD.search(text, begin, match.start())
    word = before[1] if before else ""
    if len(word) == 1 and word.isupper() and word not in {"I", "A", "B", "C"}:
        return False
    if word.casefold() in _ABBREVIATIONS and not _is_acronym(word):
        return _unit_at_end(text, begin, before, word) and rest[0].isupper()
    return True


def _is_acronym(word: str) -> bool:
    """Tell an acronym from an abbreviation: "MS." ends a sentence, "Ms." and "i.v." do not."""
    return len(word) > 1 and word.isupper() and "." not in word


def _unit_at_end(text: str, begin: int, before: re.Match[str] | None, word: str) -> bool:
    """Tell whether the word is a plain unit behind a number: "… 5 mg. Then …" ends a sentence."""
    if before is None or "." in word:
        return False
    left = text[begin : before.start()].rstrip()
    units = {"mg", "mcg", "kg", "ml", "min", "hr", "hrs", "wk", "wks", "yr", "yrs", "mo", "mos"}
    return word.casefold() in units and left[-1:].isdigit()
