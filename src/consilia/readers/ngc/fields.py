"""Front matter from the fields of a National Guideline Clearinghouse record."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from consilia.readers.html.blocks import Block, blocks_of
from consilia.readers.html.hidden import take_out_hidden
from consilia.readers.html.metadata import dated, month_of
from consilia.readers.html.parsing import parse_html
from consilia.readers.reading import Notes
from consilia.readers.safe_xml import Element, local_name

CLEARINGHOUSE = "National Guideline Clearinghouse, July 2018"
"""Who says that a guideline is current: the site closed then and its records were frozen."""
_CLOSED = "2018-07"
_DATE = re.compile(r"\b(\d{4})\b(?:[ ,]+([A-Za-z]{3,9})\.?)?(?:[ ,]+(\d{1,2})\b)?")
_REVISED = re.compile(r"\b(?:revis|updat|amend|addend)", re.IGNORECASE)
_CONFIRMED = re.compile(r"\b(?:review|reaffirm|confirm)", re.IGNORECASE)
_EVENT = re.compile(r"[(;,\[](?=[^(;,\[]*[A-Za-z]{5})")
_PUBMED = re.compile(r"(?:list_uids=|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/)(\d{1,9})\b", re.IGNORECASE)
_PREVIOUS = re.compile(
    r"^(?:this (?:guideline )?(?:partially )?)(?:updates?|replaces|supersedes)\b[^:.]{0,60}"
    r"\b(?:versions?|releases?|guidelines?)\b[^:.]{0,60}(?::\s*|\.?$)",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"^(?:note:?\s+)?(?:this|the) (?:is|guideline|summary|ngc)", re.IGNORECASE
)
_STANDINGS = (
    ("withdrawn", re.compile(r"\b(?<!not )(?:been |is |was )(?:withdrawn|archived|rescinded)\b")),
    (
        "superseded",
        re.compile(
            r"\b(?<!not )(?:been |is |was )(?:superseded|replaced|updated) by\b"
            r"|\bno longer (?:the )?current\b|\bnot the (?:most )?current\b|\bout of date\b"
        ),
    ),
    ("current", re.compile(r"\bis the current (?:release|version)\b")),
)
_NOT_IN_TITLE = re.compile(
    r"\b(?:1[89]|20)\d\d\b|\b(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|revised"
    r"|updated?|new) (?:edition|version|update)\b|\b(?:revised|updated?|edition|version|revision)\b"
)
_WORD = re.compile(r"[^\W_]+")
_SHORT_LICENCE = 300


@dataclass(slots=True)
class NgcField:
    """One field of a record: its name, its kind and the blocks of each of its values."""

    name: str
    section: str
    values: list[list[Block]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        """All blocks, in order."""
        return [block for value in self.values for block in value]

    @property
    def text(self) -> str:
        """The words of all values on one line."""
        return " ".join(block.text for block in self.blocks)

    @property
    def lines(self) -> list[str]:
        """The words of each value on one line."""
        return [" ".join(block.text for block in value) for value in self.values if value]


def fields_of(record: Element, mend: Callable[[str], str], notes: Notes) -> list[NgcField]:
    """Return the fields of a record in its order.

    Args:
        record: The `Version` element.
        mend: Repairs wrongly decoded text.
        notes: Told what the HTML of a value hides.

    Raises:
        DocumentError: The HTML of a value cannot be read.
    """
    found = []
    for element in record.iter():
        if local_name(element) != "Field":
            continue
        parent = element.getparent()
        section = (parent.get("Name") or "") if parent is not None else ""
        name = " ".join((element.get("Name") or section or "Field").split())
        one = NgcField(name, section)
        for value in element:
            _read_value(one, value.get("Value") or "", mend, notes)
        found.append(one)
    return found


def front_matter(fields: list[NgcField]) -> dict[str, object]:
    """Return what the fields say of the guideline.

    Args:
        fields: Of one record.

    Returns:
        Front matter by field, without `id` and `kind`; what the record leaves open is empty.
    """
    by_name: dict[str, NgcField] = {}
    for one in fields:
        by_name.setdefault(one.name, one)
    none = NgcField("", "")
    title = by_name.get("Guideline Title", none).text
    developers = [
        line.rsplit(" - ", 1)[0] for line in by_name.get("Guideline Developer(s)", none).lines
    ]
    pmids = {
        match[1]
        for link in by_name.get("Bibliographic Source(s)", none).links
        if (match := _PUBMED.search(link))
    }
    subjects = [
        *(block.text.rstrip(":") for block in by_name.get("Disease/Condition(s)", none).blocks),
        *by_name.get("Clinical Specialty", none).lines,
    ]
    return {
        "title": title,
        "issuer": "; ".join(developers),
        "identifiers": {"pmid": pmids.pop()} if len(pmids) == 1 else {},
        "population": {"text": by_name.get("Target Population", none).text},
        "licence": by_name.get("Copyright Statement", none).text[:_SHORT_LICENCE].strip(),
        "family": family_of(developers[:1], title),
        "subjects": tuple(dict.fromkeys(subjects)),
        "evidence_type": {"design": "clinical_guideline", "wording": "guideline"},
        **dates_of(by_name.get("Date Released", none).text),
        **_status(by_name.get("Guideline Status", none)),
    }


def dates_of(text: str) -> dict[str, object]:
    """Return the year and the dates that "Date Released" gives.

    The year is that of the text: of its last revision, or of its release. A guideline that was
    only looked through and confirmed keeps its year.

    >>> dates_of("2006 Feb (revised 2013 Sep 3)")
    {'year': 2013, 'published': '2006-02', 'revised': '2013-09-03'}
    >>> dates_of("1998 (reaffirmed 2004 Oct)")
    {'year': 1998, 'published': '1998', 'revised': '2004-10'}
    """
    dates: dict[str, list[str]] = {"published": [], "revised": [], "confirmed": []}
    for event in _EVENT.split(text):
        revised, confirmed = _REVISED.search(event), _CONFIRMED.search(event)
        name = "revised" if revised else "confirmed" if confirmed else "published"
        dates[name] += _dates(event)
    published, revised_on = min(dates["published"], default=""), max(dates["revised"], default="")
    year = (revised_on or published)[:4]
    return {
        "year": int(year) if year else None,
        "published": published or None,
        "revised": revised_on or max(dates["confirmed"], default="") or None,
    }


def family_of(developers: list[str], title: str) -> str:
    """Return what the versions of a guideline share: who makes it, and its title without year.

    >>> family_of(["Flumbosis Society"], "Flumbosis in adults: 2014 update.")
    'flumbosis-society/flumbosis-in-adults'
    """
    names = (" ".join(developers), _NOT_IN_TITLE.sub(" ", title.casefold()))
    return "/".join("-".join(_WORD.findall(name.casefold())) for name in names).strip("/")


def _read_value(one: NgcField, html: str, mend: Callable[[str], str], notes: Notes) -> None:
    if not html.strip():
        return
    root = parse_html(f"<div>{html}</div>")
    take_out_hidden(root, f"{one.name}: ", notes)
    one.links += [href for link in root.iter("a") if (href := link.get("href"))]
    if pictures := sum(1 for _ in root.iter("img")):
        notes.unplace(one.name, f"{pictures} pictures")
    one.values.append(blocks_of(root, mend))


def _dates(text: str) -> Iterator[str]:
    for match in _DATE.finditer(text):
        found = dated(match[1], month_of(match[2] or ""), int(match[3] or 0))
        if found:
            yield found


def _status(status: NgcField) -> dict[str, object]:
    said, previous = _sorted_status([block.text for block in status.blocks])
    found: dict[str, object] = {}
    for standing, pattern in _STANDINGS:
        if any(pattern.search(line.casefold()) for line in said):
            found = {
                "standing": standing,
                "standing_source": CLEARINGHOUSE,
                "standing_date": _CLOSED,
            }
            break
    pmids = [match[1] for link in status.links if (match := _PUBMED.search(link))]
    known = {"pmid": pmids[0]} if len(pmids) == len(previous) == 1 else {}
    found["relations"] = tuple(
        {"type": "update_of", "text": text, "identifiers": known} for text in previous
    )
    return found


def _sorted_status(lines: list[str]) -> tuple[list[str], list[str]]:
    """What is said of the guideline itself, and the citations of the versions it updates."""
    said: list[str] = []
    previous: list[str] = []
    citing = False
    for line in lines:
        match = _PREVIOUS.match(line)
        if match:
            citing = True
            previous += [line[match.end() :]] if line[match.end() :].strip() else []
        elif _ABOUT_ITSELF.match(line):
            citing = False
            said.append(line)
        elif citing:
            previous.append(line)
        else:
            said.append(line)
    return said, previous
