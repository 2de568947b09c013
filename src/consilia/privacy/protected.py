"""What is never taken for an identifier: citations, identifiers of studies, codes, eponyms."""

import re
from collections.abc import Iterator
from functools import cache

from consilia.privacy.contacts import is_public
from consilia.privacy.vocabulary import eponyms, given_names, surnames, vocabulary

_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'\])]{3,2000}", re.IGNORECASE)
_IDENTIFIERS = re.compile(
    r"\b10\.\d{4,9}/[^\s\"<>]{1,200}"
    r"|\b(?:PMID|PMCID|PMC|NCT|ISRCTN|ChiCTR|ACTRN|DRKS|CTRI/|UMIN|CRD|rs|EMEA/H/C/|O?MIM|ORPHA)"
    r"[\s:#-]{0,3}\d[\w./-]*"
    r"|\b(?:PubMed(?: ID)?|EudraCT|RxCUI|RxNorm|UNII|NDC|CAS(?: RN)?|ICD-?(?:9|10|11)?(?:-CM|-PCS)?"
    r"|LOINC|SNOMED(?: CT)?|CPT|HCPCS|ATC|MeSH|ISBN|ISSN|GTIN|set ?id|NDA|BLA|ANDA|GenBank|UniProt"
    r"|JPRN|ClinicalTrials\.gov)(?:\s?(?:no\.?|number|identifier|code|ID|#))?[\s:=#-]{1,3}"
    r"(?=[A-Z]{0,6}\d)[\w./-]*\w",
    re.IGNORECASE,
)
_CODES = re.compile(
    r"(?<![\w-])\d{4,5}-\d{3,4}-\d{1,2}(?![\w-])"  # National Drug Code
    r"|(?<![\w-])20\d\d-\d{6}-\d{2}(?:-\d{2})?(?![\w-])"  # EudraCT
)
_UPPER = r"[A-ZÀ-ÖØ-Þ]"
_SURNAME = (
    r"(?:(?:[dD][ae]s?|[vV]an|[vV]on|[dD]er|[dD]en|de la|Al|El|al)[ -]){0,2}"
    rf"{_UPPER}[\w'-]{{1,40}}(?: {_UPPER}[\w'-]{{1,40}})?"
)
_AUTHOR = rf"{_SURNAME} {_UPPER}{{1,4}}(?![\w'])"
_CITATIONS = re.compile(
    rf"(?<![\w'-])(?:{_SURNAME}(?: {_UPPER}{{1,4}})?,? et al\b"
    rf"|{_AUTHOR}(?:[,;] {_AUTHOR}){{1,40}}"
    rf"|{_SURNAME},? and (?:colleagues|co-?workers|others)\b)"
)
_TITLED = re.compile(
    r"\b(?:M[rR][sS]?|Ms|[mM]rs?|Miss|Mx|[dD]r|DR|Prof|[pP]atient|PATIENT|[pP]t)\b"
)
_TITLE_REACH = 12


def protected(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a folded text in which nothing is looked for."""
    for match in _URL.finditer(text):
        if is_public(match[0]):
            yield match.span()
    for pattern in (_IDENTIFIERS, _CODES, _famous()):
        for match in pattern.finditer(text):
            yield match.span()
    for pattern in (_CITATIONS, _eponyms()):
        for match in pattern.finditer(text):
            titled = _TITLED.search(text, max(0, match.start() - _TITLE_REACH), match.end())
            if not titled and _is_no_person(match[0], pattern):
                yield match.span()


def _is_no_person(phrase: str, pattern: re.Pattern[str]) -> bool:
    """Whether a citation, or eponyms of which one at least is nobody's everyday name."""
    if pattern is _CITATIONS:
        return True
    words = re.split(r"[ -]", phrase.casefold())
    return any(w in eponyms() - surnames() - given_names() for w in words)


@cache
def _eponyms() -> re.Pattern[str]:
    """Eponyms of several people."""
    names = "|".join(sorted((re.escape(name) for name in eponyms()), key=len, reverse=True))
    return re.compile(rf"\b(?:{names})(?:[ -](?:and )?(?:{names})\b)+", re.IGNORECASE)


@cache
def _famous() -> re.Pattern[str]:
    """Names of people that stand for a disease, a stain, a plant or a house."""
    names = "|".join(map(re.escape, vocabulary().famous))
    return re.compile(rf"\b(?:{names})\b", re.IGNORECASE)
