"""Identifiers of sources in one spelling each, so that two records of one work are told as one."""

import re
from collections.abc import Iterator

from consilia.models import FrontMatter

_DOI_PREFIX = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DIGITS = re.compile(r"\d{1,10}")


def normal_identifier(name: str, value: str) -> str:
    """Return an identifier as it is compared; empty when the value is none.

    Args:
        name: `doi`, `pmid`, `pmcid`, or any other.
        value: As written in a record.

    Returns:
        DOIs in lower case without their resolver, PMIDs as digits, PMCIDs as `PMC` and digits,
        others in lower case.

    >>> normal_identifier("doi", "https://doi.org/10.1000/ABC")
    '10.1000/abc'
    >>> normal_identifier("pmcid", "4192433"), normal_identifier("doi", "unavailable")
    ('PMC4192433', '')
    """
    text = value.strip()
    if name == "doi":
        found = _DOI.fullmatch(_DOI_PREFIX.sub("", text).rstrip(".,;").lower())
        return found[0] if found else ""
    if name in {"pmid", "pmcid"}:
        digits = _DIGITS.fullmatch(re.sub(r"^(?:pmid|pmc)[:\s]*", "", text, flags=re.IGNORECASE))
        number = digits[0].lstrip("0") if digits else ""
        return f"PMC{number}" if number and name == "pmcid" else number
    return " ".join(text.lower().split())


def identifiers_of(metadata: FrontMatter) -> Iterator[tuple[str, str]]:
    """Yield name and normal value of each identifier of a source, its family among them."""
    for name, value in sorted(metadata.identifiers.items()):
        if normal := normal_identifier(name, value):
            yield name, normal
    if metadata.family and (family := normal_identifier("family", metadata.family)):
        yield "family", f"{metadata.kind} {family}"
