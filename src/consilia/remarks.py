"""What has become of the documents of an answer since it was made."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from consilia.catalog import FILE, Catalog, Revision


class _Span(BaseModel):
    document: str
    version: str


class _Claim(BaseModel):
    proofs: list[_Span]


class _Abstention(BaseModel):
    nearest: list[_Span]


class _Section(BaseModel):
    abstention: _Abstention | None


class _Reference(BaseModel):
    document: str
    standing: str


class _Answer(BaseModel):
    """What is read of an answer."""

    claims: list[_Claim]
    sections: list[_Section]
    references: list[_Reference]

    def versions(self) -> dict[str, set[str]]:
        """Return the versions of each document of proofs and nearest misses, in that order."""
        proofs = [span for claim in self.claims for span in claim.proofs]
        silences = [section.abstention for section in self.sections if section.abstention]
        found: dict[str, set[str]] = {}
        for span in [*proofs, *(miss for silence in silences for miss in silence.nearest)]:
            found.setdefault(span.document, set()).add(span.version)
        return found


def remarks(answer: Mapping[str, object], home: Path) -> tuple[str, ...]:
    """Return what a reader should know of the documents that an answer rests on or names as near.

    Args:
        answer: Its parsed JSON, which `consilia.verify` found to hold.
        home: The folder of the knowledge base; one of text files keeps no history to remark on.

    Returns:
        One line for each document that was removed, has a newer version, or has another standing
        than its reference says; in the order in which the answer names them.

    Raises:
        KnowledgeBaseError: The catalog is of another program.
        ValueError: The answer is none.
    """
    if not (home / FILE).is_file():
        return ()
    read = _Answer.model_validate(answer)
    standings = {reference.document: reference.standing for reference in read.references}
    lines = []
    with Catalog(home / FILE) as catalog:
        for document, versions in read.versions().items():
            revisions = catalog.revisions(document)
            if changes := _changes(revisions, versions, standings.get(document)):
                lines.append(f"{document!a} {' and '.join(changes)}")
    return tuple(lines)


def _changes(revisions: Sequence[Revision], versions: set[str], standing: str | None) -> list[str]:
    current = next((revision for revision in revisions if revision.is_current), None)
    if current is None:
        return ["was removed"] if revisions else []
    found = ["has a newer version"] if versions != {current.version} else []
    now = current.metadata.standing
    if standing not in {None, now}:
        found.append(f"has the standing {now} now, not {standing}")
    return found
