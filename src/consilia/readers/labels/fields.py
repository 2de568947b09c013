"""What is known about a drug label, and its front matter."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from consilia.readers.assembling import document_id
from consilia.readers.bodies import clean

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_DATE = re.compile(r"(\d{4})(?:-?(\d{2}))?(?:-?(\d{2}))?(?:[T\d].*|\s.*)?", re.DOTALL)
_HIGHLIGHTS = re.compile(
    r"these highlights do not include all (?:of )?the information needed to use.{0,600}?"
    r"safely and effectively\.?\s*"
    r"see full prescribing information(?: for.{0,300}?\.(?=\s|$))?[\s.]*",
    re.IGNORECASE | re.DOTALL,
)
_URL = "https://dailymed.nlm.nih.gov/dailymed/lookup.cfm?setid="
_NAMED_INGREDIENTS = 4


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says of itself; a field it does not give is empty."""

    set_id: str = ""
    """What all versions of the label share."""
    spl_id: str = ""
    """Of this version alone."""
    version: str = ""
    effective: str = ""
    """`YYYY`, `YYYYMM` or `YYYYMMDD`, more may follow."""
    issuer: str = ""
    title: str = ""
    brands: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    """Active ones."""
    uniis: tuple[str, ...] = ()
    """Of the active ingredients."""
    ndc: str = ""
    """Code of the first product."""
    form: str = ""

    def front_matter(self) -> dict[str, object]:
        """Return the front matter by field; what is not known is empty."""
        set_id, spl_id = _number(self.set_id), _number(self.spl_id)
        revised = day_of(self.effective)
        title = self._titled()
        identifiers = {
            "setid": set_id,
            "spl_id": spl_id,
            "ndc": clean(self.ndc),
            "unii": " ".join(sorted(set(self.uniis))),
        }
        return {
            "id": self._id(set_id, spl_id, title),
            "kind": "label",
            "title": title,
            "issuer": clean(self.issuer),
            "year": int(revised[:4]) if revised else None,
            "revised": revised,
            "identifiers": {name: number for name, number in identifiers.items() if number},
            "url": _URL + set_id if set_id else "",
            "evidence_type": {"design": "drug_label", "wording": "drug label"},
            "family": set_id,
            "edition": clean(self.version),
            "subjects": distinct((*self.ingredients, *self.brands)),
        }

    def _id(self, set_id: str, spl_id: str, title: str) -> str:
        if set_id:
            return document_id("setid", set_id)
        return document_id("spl", spl_id) if spl_id else document_id("label", title)

    def _titled(self) -> str:
        """The label's title; with the product in front where the title does not name it."""
        title = _HIGHLIGHTS.sub("", clean(self.title)).strip() or _without_ending(self.title)
        product = self._product()
        if not title or not product:
            return title or product or "Drug label"
        told = title.casefold()
        names = (*self.brands, *self.ingredients)
        words = {word for name in names for word in re.findall(r"[^\W\d_]{4,}", name.casefold())}
        named = any(name.casefold() in told for name in names) or any(w in told for w in words)
        return title if named else f"{product}: {title}"

    def _product(self) -> str:
        """Brand, ingredients and form, such as `Lipitor (atorvastatin calcium) tablet`."""
        ingredients = [_lowered(name) for name in distinct(self.ingredients)]
        shown = ", ".join(ingredients[:_NAMED_INGREDIENTS])
        if len(ingredients) > _NAMED_INGREDIENTS:
            shown += ", …"
        brand = next(iter(distinct(self.brands)), "")
        name = brand or shown
        if brand and shown and brand.casefold() != shown.casefold():
            name = f"{brand} ({shown})"
        return " ".join(filter(None, (name, _lowered(clean(self.form)) if name else "")))


def day_of(value: str) -> str:
    """Return a date of a label as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; empty when it is none.

    >>> day_of("20140113"), day_of("201401"), day_of("20140113120000+0000"), day_of("20149913")
    ('2014-01-13', '2014-01', '2014-01-13', '')
    """
    found = _DATE.fullmatch(value.strip()) if value.isascii() else None
    if not found or not 1800 <= int(found[1]) <= 2200:
        return ""
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join(part for part in (year, month, day) if part)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return names on one line each, without repeats that differ in case alone, in order."""
    found: dict[str, str] = {}
    for name in names:
        if words := clean(name):
            found.setdefault(words.casefold(), words)
    return tuple(found.values())


def _number(value: str) -> str:
    """An identifier in lower case; empty when it cannot be one."""
    value = value.strip()
    return value.lower() if _NUMBER.fullmatch(value) else ""


def _without_ending(title: str) -> str:
    """A title that is nothing but the sentence on highlights tells nothing."""
    words = clean(title)
    return "" if _HIGHLIGHTS.match(words) else words


def _lowered(name: str) -> str:
    return name.lower() if name.isupper() else name
