"""What a knowledge base holds: documents, versions, changes, generations, for those who keep it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from consilia.catalog import Catalog, Link, Revision
from consilia.differences import SectionChange, section_changes
from consilia.errors import KnowledgeBaseError
from consilia.journal import Change
from consilia.knowledge_base import current_generation, earlier_generations
from consilia.quarantine import Quarantined


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a knowledge base holds."""

    documents: tuple[Revision, ...]
    quarantined: tuple[Quarantined, ...]
    removed: tuple[str, ...]
    links: tuple[Link, ...]
    changes: tuple[Change, ...]
    """Newest first."""
    generations: tuple[str, ...]
    """Of the index, the current one first."""

    def documents_as_json(self) -> list[dict[str, object]]:
        """Return each document's front matter with its version and where it came from."""
        links = {link.document: link.original for link in self.links}
        return [
            {
                "version": revision.version,
                "metadata_sha256": revision.metadata_sha256,
                **asdict(revision.provenance),
                "repeats": links.get(revision.metadata.id),
                **revision.metadata.normalised(),
            }
            for revision in self.documents
        ]


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a document."""

    facts: dict[str, object]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two versions of a document."""

    document: str
    old: str
    new: str
    metadata: dict[str, tuple[object, object]]
    """Fields of the front matter, before and after."""
    sections: tuple[SectionChange, ...]


def inventory(home: Path, catalog: Catalog) -> Inventory:
    """Return what a knowledge base holds.

    Args:
        home: Its folder.
        catalog: Open.

    Returns:
        Documents sorted by id.
    """
    generations: tuple[str, ...] = ()
    try:
        folders = (current_generation(home), *earlier_generations(home))
        generations = tuple(folder.name for folder in folders)
    except KnowledgeBaseError:
        generations = ()  # the index is lost; what the catalog holds is still told
    return Inventory(
        documents=catalog.entries(),
        quarantined=catalog.quarantine.all(),
        removed=catalog.removed(),
        links=catalog.links(),
        changes=catalog.journal.changes(),
        generations=generations,
    )


def shown(catalog: Catalog, document: str, version: str | None) -> Shown:
    """Return a version of a document, the current one by default.

    Args:
        catalog: Open.
        document: Its id.
        version: Beginning of a hash, with or without `sha256:`; None is the current one.

    Returns:
        What is known of it, its revisions among that, and its text.

    Raises:
        KnowledgeBaseError: There is no such document or version.
    """
    revisions = catalog.revisions(document)
    revision = _revision(revisions, document, version)
    facts = {
        **revision.metadata.normalised(),
        "version": revision.version,
        "is_current": revision.is_current,
        "provenance": asdict(revision.provenance),
        "repeats": next((k.original for k in catalog.links() if k.document == document), None),
        "revisions": [
            {
                "number": r.number,
                "version": r.version,
                "standing": r.metadata.standing,
                "read_on": r.provenance.read_on,
                "is_current": r.is_current,
            }
            for r in revisions
        ],
    }
    return Shown(facts, catalog.text(document, revision.version) or "")


def difference(catalog: Catalog, document: str, old: str | None, new: str | None) -> Difference:
    """Return what differs between two versions of a document.

    Args:
        catalog: Open.
        document: Its id.
        old: Beginning of a hash; None is the revision before the later one.
        new: Beginning of a hash; None is the current revision.

    Returns:
        Front matter and text, section by section.

    Raises:
        KnowledgeBaseError: There is no such document or version, or only one.
    """
    revisions = catalog.revisions(document)
    later = _revision(revisions, document, new)
    if old is None:
        before = [r for r in revisions if r.number < later.number]
        if not before:
            raise KnowledgeBaseError(f"{document!r} has only one version")
        earlier = before[-1]
    else:
        earlier = _revision(revisions, document, old)
    was, now = earlier.metadata.normalised(), later.metadata.normalised()
    return Difference(
        document=document,
        old=earlier.version,
        new=later.version,
        metadata={
            name: (was.get(name), now.get(name))
            for name in sorted({*was, *now})
            if was.get(name) != now.get(name)
        },
        sections=section_changes(
            catalog.text(document, earlier.version) or "",
            catalog.text(document, later.version) or "",
        ),
    )


def _revision(revisions: Sequence[Revision], document: str, version: str | None) -> Revision:
    if not revisions:
        raise KnowledgeBaseError(f"no document {document!r}; `consilia kb list` shows them all")
    if version is None:
        return next((r for r in revisions if r.is_current), revisions[-1])
    wanted = version.removeprefix("sha256:")
    found = [r for r in revisions if wanted and r.version[7:].startswith(wanted)]
    if len({r.version for r in found}) != 1:
        raise KnowledgeBaseError(
            f"{document!r} has {'several versions' if found else 'no version'} that begin with "
            f"{version!r}; `consilia kb show {document}` lists them"
        )
    return next((r for r in found if r.is_current), found[-1])
