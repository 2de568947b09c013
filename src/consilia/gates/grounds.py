"""What a statement rests on: one patient, an association, evidence of some certainty."""

import re
from collections.abc import Iterator, Sequence

from consilia.gates.evidence import Evidence
from consilia.gates.lexicon import Lexicon, lexicon_of
from consilia.gates.statements import Statement
from consilia.gates.units import units

_VERY_LOW = 1
_CASES = frozenset({"case_report", "case_series"})
_SAID_CASE = re.compile(
    r"\b(case reports?|case series|(?:one|a|single) (?:\d+[- ]year[- ]old )?"
    r"(?:patient|woman|man|girl|boy|case)|single case)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) of (?:the )?"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\b",
    re.IGNORECASE,
)
_GRADE = re.compile(
    r"\b((?i:level|grade|class|category|recommendation|strength))s?\s+(?:of evidence\s+)?"
    r"([A-D]|I{1,3}|IV|V|[1-5][A-Ca-c+-]{0,2})(?![\w-])"
)
_STRONG = re.compile(
    r"\bstrong(?:ly|est)?[- ](?:recommend\w*|advis\w*|suggest\w*|in favou?r)\b", re.I
)
_WEAK = re.compile(r"\b(?:weak(?:ly)?|conditional(?:ly)?)[- ](?:recommend\w*|advis\w*)\b", re.I)


def overstates_cases(
    claim: str, claimed: Sequence[Statement], evidence: Sequence[Evidence]
) -> bool:
    """Tell whether a claim says that something works where the spans tell of single patients."""
    if not evidence or not all(map(_is_case, evidence)):
        return False
    words = _words(claim)
    if "single" in _efficacy().labels(words) or _OF.search(claim):
        return False
    affirmed = (statement.unit.words for statement in claimed if statement.sign > 0)
    return any("effective" in _efficacy().labels(said) for said in affirmed)


def causes_without_ground(
    claimed: Sequence[Statement], evidence: Sequence[Evidence]
) -> Iterator[Statement]:
    """Yield the statements that name a cause where the spans name none."""
    said = [word for span in evidence for word in _words(span.quote)]
    headings = [word for span in evidence for word in _words(" ; ".join(span.headings))]
    grounds = _grounds().labels(said)
    grounds |= _grounds().labels(headings) & {"reaction"}
    if "causation" in grounds or ("reaction" in grounds and "association" not in grounds):
        return
    for statement in claimed:
        if statement.sign > 0 and "causation" in _grounds().labels(statement.unit.words):
            yield statement


def new_grades(claim: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    """Yield the grades ("Level A", "strong recommendation") that a claim has and no span has."""
    said = " \n ".join((*(_context(span) for span in evidence),))
    held = {_key(match) for match in _GRADE.finditer(said)}
    for match in _GRADE.finditer(claim):
        if _key(match) not in held:
            yield match[0]
    strong = any(span.mark == "strong_recommendation" for span in evidence)
    if _STRONG.search(claim) and not strong and not _STRONG.search(said):
        yield "strong recommendation"
    if _STRONG.search(claim) and _WEAK.search(said) and not _STRONG.search(said):
        yield "strong recommendation"


def certainty_raised(claim: str, evidence: Sequence[Evidence]) -> tuple[int, int] | None:
    """Return how certain a claim calls the evidence and how certain the spans do, where higher.

    Args:
        claim: One sentence.
        evidence: The spans that it cites.

    Returns:
        Two ranks from 1 (very low) to 4 (high), 0 for spans that do not say; None when the claim
        says nothing of it, or no more than the spans.
    """
    mine = _certainties(claim)
    theirs = [rank for span in evidence for rank in _certainties(_context(span))]
    if not mine or max(mine) <= max(theirs, default=_VERY_LOW):
        return None
    return max(mine), max(theirs, default=0)


def _certainties(text: str) -> list[int]:
    matches = lexicon_of("strength", "certainty_of_evidence").matches(_words(text))
    return [int(match.label) for match in matches]


def _is_case(span: Evidence) -> bool:
    return span.design in _CASES or bool(_SAID_CASE.search(span.quote))


def _context(span: Evidence) -> str:
    return " \n ".join((span.quote, *span.headings))


def _key(match: re.Match[str]) -> tuple[str, str]:
    return match[1].casefold(), match[2].upper()


def _words(text: str) -> list[str]:
    return [word for unit in units(text) for word in unit.words]


def _efficacy() -> Lexicon:
    return lexicon_of("strength", "efficacy")


def _grounds() -> Lexicon:
    return lexicon_of("strength", "grounds")
