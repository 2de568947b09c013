"""Steps of a change: documents into the catalog, standings judged, steps undone."""

from dataclasses import replace
from datetime import UTC, datetime

from consilia.catalog import Catalog, Origin, Provenance
from consilia.differences import SectionChange, section_changes
from consilia.journal import Key, Step
from consilia.ledger import events_of
from consilia.models import Document
from consilia.readers.sandbox import Reading
from consilia.reports import Refused, Tally, Told
from consilia.standing import is_older, rejudge

QUARANTINE = frozenset({"INJ-03", "INJ-04"})
"""Rules that keep a document out until a person has looked at it."""


def take_in(catalog: Catalog, reading: Reading, seen: set[str], tally: Tally) -> None:
    """Store the documents of one file, those that are suspicious in quarantine."""
    path, notes = reading.path, reading.notes
    if reading.error:
        tally.refused.append(Refused(path, f"{path}: {reading.error}"))
    tally.refused += [Refused(path, f"{path}, {n.place}: {n.text}") for n in notes.refused]
    if notes.unplaced or notes.hidden or notes.repaired:
        tally.told.append(Told(path, notes))
    for read in reading.documents:
        document = read.document
        if document.id in seen:
            reason = f"{path}: another file has the id {document.id!r} too; give it its own"
            tally.refused.append(Refused(path, reason))
            continue
        seen.add(document.id)
        provenance = replace(
            provenance_of("user"), file=path.name, file_sha256=reading.sha256, reader=read.reader
        )
        released = catalog.quarantine.is_released(document.id, document.version)
        reasons = tuple(
            f"{s.rule}, {s.place}: {s.excerpt}" for s in read.suspicions if s.rule in QUARANTINE
        )
        if reasons and not released:
            catalog.keep(document, provenance)
            key = Key(document.version, document.metadata_sha256)
            catalog.quarantine.hold(document.id, key, reasons)
            tally.quarantined[document.id] = reasons
        else:
            put(catalog, document, provenance, tally)


def put(catalog: Catalog, document: Document, provenance: Provenance, tally: Tally) -> None:
    """Make a document current unless it is, or an older version than the one that is."""
    known = catalog.key(document.id)
    if known is None:
        tally.added.append(document.id)
        catalog.put(document, provenance)
    else:
        current = catalog.current(document.id)
        if current.version == document.version and current.declared == document.metadata:
            tally.unchanged.append(document.id)
            return
        if is_older(document.metadata, current.declared) and document.metadata.family:
            catalog.keep(document, provenance)
            tally.older.append(document.id)
            return
        new = Key(document.version, document.metadata_sha256)
        catalog.put(document, provenance)
        tally.updated.append(document.id)
        tally.changes[document.id] = _changes(catalog, document.id, known, new)
    catalog.quarantine.drop(document.id)
    catalog.ledger.add(events_of(document))


def _changes(catalog: Catalog, document: str, old: Key, new: Key) -> tuple[SectionChange, ...]:
    if old.version == new.version:
        return ()
    before, after = catalog.text(document, old.version), catalog.text(document, new.version)
    return section_changes(before or "", after or "")


def undo(catalog: Catalog, step: Step, tally: Tally) -> None:
    """Make what was current before a step current again."""
    catalog.point(step.document, step.old)
    if step.old is None:
        tally.removed.append(step.document)
    elif step.new is None:
        tally.added.append(step.document)
    else:
        tally.updated.append(step.document)
        tally.changes[step.document] = _changes(catalog, step.document, step.new, step.old)


def judge(catalog: Catalog, tally: Tally) -> None:
    """Bring standings up to date; a document that was only judged again has not changed."""
    for document in rejudge(catalog):
        metadata = catalog.current(document).metadata
        source = f" ({metadata.standing_source})" if metadata.standing_source else ""
        use = "; never used for a claim" if metadata.is_excluded else ""
        tally.standings[document] = f"{metadata.standing}{source}{use}"


def provenance_of(origin: Origin) -> Provenance:
    """Return where a document that is read today comes from."""
    return Provenance(origin, read_on=datetime.now(UTC).date().isoformat())
