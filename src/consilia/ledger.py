"""The ledger of retractions: which works were retracted, doubted or reinstated, and who says so."""

import csv
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Literal

from consilia.errors import DocumentError
from consilia.identifiers import normal_identifier
from consilia.models import Document, RelationType, digest

Nature = Literal["retracted", "withdrawn", "concern", "reinstated"]
_NATURES: dict[str, Nature] = {
    "retraction": "retracted",
    "retract": "retracted",
    "partial_retraction": "concern",
    "removal": "withdrawn",
    "withdrawal": "withdrawn",
    "expression of concern": "concern",
    "expression_of_concern": "concern",
    "reinstatement": "reinstated",
}
_RELATIONS: dict[RelationType, Nature] = {
    "retraction_of": "retracted",
    "concern_about": "concern",
}
_SEVERITY: dict[Nature, int] = {"reinstated": 0, "concern": 1, "withdrawn": 2, "retracted": 3}
_GRAVE = frozenset({"retracted", "withdrawn"})
_COLUMNS = ({"RetractionNature", "OriginalPaperDOI"}, {"doi", "retractionwatch"})
_MAX_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a published work."""

    name: str
    """Of the identifier: `doi` or `pmid`."""
    value: str
    """The identifier in its normal spelling, never empty."""
    nature: Nature
    on_date: str
    """`YYYY-MM-DD`, or empty when the source gives none."""
    source: str
    """Who says so, with the file that it was read from in parentheses."""

    @property
    def maker(self) -> str:
        """Who says so, without the file: a newer list of theirs replaces an older one."""
        return self.source.partition(" (")[0]


class Ledger:
    """The events of a catalog by identifier."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, events: Iterable[Event]) -> int:
        """Add events, each once, and return how many were new."""
        before = self._db.total_changes
        self._db.executemany(
            "INSERT OR IGNORE INTO ledger VALUES (?, ?, ?, ?, ?)",
            ((e.name, e.value, e.nature, e.on_date, e.source) for e in events),
        )
        return self._db.total_changes - before

    def replace(self, sources: str, events: Iterable[Event]) -> int:
        """Replace all events of the sources that start with a name; return how many there are."""
        self._db.execute(
            "DELETE FROM ledger WHERE substr(source, 1, ?) = ?", (len(sources), sources)
        )
        return self.add(events)

    def of_documents(self) -> dict[str, tuple[Event, ...]]:
        """Return the events of the works that current documents are, by document id."""
        rows = self._db.execute(
            "SELECT i.document, l.* FROM identifiers i JOIN ledger l USING (name, value) "
            "ORDER BY i.document, l.on_date, l.nature, l.source"
        )
        found: dict[str, tuple[Event, ...]] = {}
        for document, *event in rows:
            found[document] = (*found.get(document, ()), Event(*event))
        return found


def verdict(events: Sequence[Event]) -> Event | None:
    """Return the event that a work's standing rests on, or None when nothing speaks against it.

    The latest dated event holds, or an undated one that is graver, as nobody knows which came
    first; a dated reinstatement takes back all before it. Among events without a date, or on one
    day, a reinstatement takes back one retraction, since a work can only be reinstated after it;
    else the gravest holds.
    """
    last = max((event.on_date for event in events), default="")
    latest = _gravest([event for event in events if event.on_date == last])
    if latest is None or latest.nature == "reinstated":
        return latest
    undated = _gravest([event for event in events if not event.on_date])
    return max((latest, undated or latest), key=lambda event: _SEVERITY[event.nature])


def _gravest(events: Sequence[Event]) -> Event | None:
    """The gravest of events whose order is not known, retractions that were taken back aside."""
    grave = {(event.nature, event.source) for event in events if event.nature in _GRAVE}
    taken_back = sum(event.nature == "reinstated" for event in events)
    if taken_back >= len(grave):
        events = [event for event in events if event.nature not in _GRAVE]
    return max(events, key=lambda event: _SEVERITY[event.nature], default=None)


def events_of(document: Document) -> Iterator[Event]:
    """Yield what a notice says of other works: the events in the relations of its record."""
    for relation in document.metadata.relations:
        nature = _RELATIONS.get(relation.type)
        for name, value in relation.identifiers.items() if nature else ():
            normal = normal_identifier(name, value)
            if nature and normal and name in {"doi", "pmid"}:
                date = document.metadata.published or ""
                yield Event(name, normal, nature, date if len(date) == 10 else "", document.id)


def read_ledger(path: Path) -> tuple[Event, ...]:
    """Read events from a file.

    Args:
        path: The Retraction Watch CSV in the columns that Crossref publishes it in, a CSV with the
            columns `doi` and `retractionwatch`, or JSON of the Crossref API with `update-to`.

    Returns:
        Events; rows without an identifier, and corrections, are left out.

    Raises:
        DocumentError: The file cannot be read or is none of these.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DocumentError(f"{path}: larger than {_MAX_BYTES:,} bytes; this is no ledger")
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot read {path}: {error.strerror}") from error
    source = f"({path.name}, {digest(raw)[:19]}…)"
    # The official file has held rows in windows-1252 among rows in UTF-8.
    text = raw.decode("utf-8-sig", errors="replace")
    if text.lstrip()[:1] in {"{", "["}:
        return tuple(_crossref(path, text, f"Crossref {source}"))
    return tuple(_retraction_watch(path, text, f"Retraction Watch {source}"))


def _retraction_watch(path: Path, text: str, source: str) -> Iterator[Event]:
    rows = csv.DictReader(StringIO(text, newline=""))
    columns = set(rows.fieldnames or ())
    if not any(needed <= columns for needed in _COLUMNS):
        raise DocumentError(
            f"{path}: no Retraction Watch file: it lacks the columns OriginalPaperDOI and "
            "RetractionNature"
        )
    try:
        for row in rows:
            yield from _row_events(row, source)
    except csv.Error as error:
        raise DocumentError(f"{path}, line {rows.line_num}: {error}; download it again") from error


def _row_events(row: Mapping[str, str | None], source: str) -> Iterator[Event]:
    """The events of a row; the published list may name several natures: `Correction;Retraction`."""
    wording = row.get("RetractionNature") or row.get("retractionwatch") or ""
    natures = [_NATURES.get(" ".join(part.lower().split())) for part in wording.split(";")]
    on_date = _american_date(row.get("RetractionDate") or "")
    names = {
        "doi": row.get("OriginalPaperDOI") or row.get("doi"),
        "pmid": row.get("OriginalPaperPubMedID"),
    }
    for name, value in names.items():
        normal = normal_identifier(name, value or "")
        for nature in natures if normal else ():
            if nature:
                yield Event(name, normal, nature, on_date, source)


def _american_date(text: str) -> str:
    """`5/27/2014 0:00` or `2014-05-27` as an ISO date; empty when it is none."""
    found = re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})", text.strip())
    if not found:
        return ""
    month, day, year = found.group(1, 2, 3) if found[3] else found.group(5, 6, 4)
    try:
        return datetime(int(year), int(month), int(day)).date().isoformat()  # noqa: DTZ001 - a day
    except ValueError:
        return ""


def _crossref(path: Path, text: str, source: str) -> Iterator[Event]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path}: no valid JSON: {error}") from error
    message = loaded.get("message", loaded) if isinstance(loaded, dict) else loaded
    works = message.get("items", [message]) if isinstance(message, dict) else message
    if not isinstance(works, list) or not all(map(_is_work, works)):
        raise DocumentError(f"{path}: no answer of the Crossref API: it holds no list of works")
    for work in works:
        updates = work.get("update-to")
        for update in updates if isinstance(updates, list) else ():
            if isinstance(update, dict):
                yield from _update_events(update, source)


def _is_work(work: object) -> bool:
    return isinstance(work, dict) and not work.keys().isdisjoint({"DOI", "update-to"})


def _update_events(update: Mapping[str, object], source: str) -> Iterator[Event]:
    nature = _NATURES.get(str(update.get("type", "")).lower())
    value = normal_identifier("doi", str(update.get("DOI", "")))
    updated = update.get("updated")
    moment = str(updated.get("date-time", "")) if isinstance(updated, dict) else ""
    if nature and value:
        yield Event("doi", value, nature, _american_date(moment[:10]), source)
