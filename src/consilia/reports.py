"""What a change of a knowledge base tells: what went in, what did not, and what was noticed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from consilia.catalog import Link
from consilia.differences import SectionChange
from consilia.readers.reading import Notes


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a record of one, that was not taken in, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader reports of a file: words in no document, words changed, words hidden."""

    path: Path
    notes: Notes


@dataclass(frozen=True, slots=True)
class Report:
    """What a change of a knowledge base did, documents by id."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    """Kept beside a newer version of the same document, which stays the current one."""
    changes: Mapping[str, tuple[SectionChange, ...]] = field(default_factory=dict)
    """Of updated documents, section by section; nothing where only the front matter changed."""
    quarantined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kept back until somebody releases them, with the reasons."""
    standings: Mapping[str, str] = field(default_factory=dict)
    """Documents whose standing is another than before, with the new one and who says so."""
    links: tuple[Link, ...] = ()
    """Documents that repeat others, all there are."""
    refused: tuple[Refused, ...] = ()
    told: tuple[Told, ...] = ()
    generation: str = ""


@dataclass(slots=True)
class Tally:
    """A report while its change is under way."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    changes: dict[str, tuple[SectionChange, ...]] = field(default_factory=dict)
    quarantined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    standings: dict[str, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def report(self, links: tuple[Link, ...], generation: str) -> Report:
        """Return what the change has done."""
        return Report(
            added=tuple(self.added),
            updated=tuple(self.updated),
            unchanged=tuple(self.unchanged),
            removed=tuple(self.removed),
            older=tuple(self.older),
            changes=self.changes,
            quarantined=self.quarantined,
            standings=self.standings,
            links=links,
            refused=tuple(self.refused),
            told=tuple(self.told),
            generation=generation,
        )
