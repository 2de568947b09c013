"""Where a source stands: retracted, doubted, superseded or current, who says so, and since when."""

import re
from collections.abc import Iterable, Sequence

from consilia.catalog import Catalog
from consilia.ledger import Event, verdict
from consilia.models import NEWER_VERSION, Document, FrontMatter, Standing

_STANDINGS: dict[str, Standing] = {
    "retracted": "retracted",
    "withdrawn": "withdrawn",
    "concern": "concern",
}
_GRAVE = frozenset({"retracted", "withdrawn"})


def judged(
    declared: FrontMatter, events: Sequence[Event], successor: FrontMatter | None
) -> FrontMatter:
    """Return front matter with the standing that all that is known gives it.

    Args:
        declared: As the source says it.
        events: Of the ledger, for this work.
        successor: The newest version of its family, when it is another document.

    Returns:
        The gravest of what is declared, what the ledger says and whether a newer version is there.
    """
    event = verdict(events)
    standing = _STANDINGS.get(event.nature) if event else None
    if event and standing and declared.standing not in _GRAVE:
        return declared.model_copy(
            update={
                "standing": standing,
                "standing_source": event.source,
                "standing_date": event.on_date or None,
            }
        )
    if successor and declared.standing not in {*_GRAVE, "concern"}:
        return declared.model_copy(
            update={
                "standing": "superseded",
                "standing_source": f"{NEWER_VERSION}{successor.id}",
                "standing_date": successor.revised or successor.published,
            }
        )
    return declared


def rejudge(catalog: Catalog) -> tuple[str, ...]:
    """Bring the standing of all current documents up to what the catalog knows.

    Args:
        catalog: Open for writing, in a transaction.

    Returns:
        The documents whose standing changed, sorted.
    """
    events = catalog.ledger.of_documents()
    successors = _successors(catalog)
    changed = []
    for document in sorted({*events, *successors, *catalog.judged_ids()}):
        revision = catalog.current(document)
        found = judged(revision.declared, events.get(document, ()), successors.get(document))
        if found != revision.metadata:
            text = catalog.text(document, revision.version) or ""
            catalog.put(Document(found, text), revision.provenance, declared=revision.declared)
            changed.append(document)
    return tuple(changed)


def is_older(one: FrontMatter, other: FrontMatter) -> bool:
    """Tell whether a version of a guideline or label is older than another of its family.

    Editions are compared as numbers when both have one, dates otherwise; what cannot be compared is
    not older.

    >>> a = FrontMatter(id="aa", kind="label", title="A", edition="9")
    >>> is_older(a, a.model_copy(update={"edition": "10"}))
    True
    """
    if one.edition and other.edition and (mine := _numbers(one.edition)):
        theirs = _numbers(other.edition)
        if theirs and mine != theirs:
            return mine < theirs
    first, second = _date(one), _date(other)
    size = min(len(first), len(second))
    return first[:size] < second[:size]


def _successors(catalog: Catalog) -> dict[str, FrontMatter]:
    """For each document that a newer one of its family replaces, the newest."""
    found: dict[str, FrontMatter] = {}
    for documents in catalog.sharing("family").values():
        members = [catalog.current(document).declared for document in documents]
        usable = [m for m in members if m.standing not in _GRAVE]
        newest = _newest(usable)
        for member in members:
            if newest and is_older(member, newest):
                found[member.id] = newest
    return found


def _newest(members: Iterable[FrontMatter]) -> FrontMatter | None:
    newest = None
    for member in members:
        if newest is None or is_older(newest, member):
            newest = member
    return newest


def _numbers(edition: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", edition))


def _date(metadata: FrontMatter) -> str:
    return metadata.revised or metadata.published or (str(metadata.year) if metadata.year else "")
