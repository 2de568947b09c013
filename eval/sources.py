"""`python -m eval sources`: what the readers find in folders of real files."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consilia.documents import sections_of
from consilia.errors import DocumentError
from consilia.intake import QUARANTINE
from consilia.models import Document, FrontMatter
from consilia.readers.sandbox import ReadDocument, Reading, Sandbox
from consilia.sentences import split_sentences
from eval.report import table

NONE = "no document"
"""The column of files out of which no document came."""
_NOTES = ("unplaced", "hidden", "repaired")
_FIELDS = (
    *("title", "authors", "journal", "issuer", "year", "published", "revised"),
    *("evidence_type", "licence", "subjects", "relations", "pages", "family", "edition"),
)
_IDENTIFIERS = ("pmid", "doi", "pmcid", "setid", "ngc")
_MEASURES = (
    *("files", "documents", "records refused", *_NOTES, "with suspicions", "held in quarantine"),
    *(*_FIELDS, *_IDENTIFIERS, "population text", "standing known", "characters", "sentences"),
)


@dataclass(slots=True)
class Findings:
    """What came out of files, counted."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """By reader, or `NONE`, and by measure."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why files gave no document."""
    unexplained: list[Path] = field(default_factory=list)
    """Files that gave neither a document nor a reason."""
    ended: list[Path] = field(default_factory=list)
    """Files that ended their reader, or that could not be opened."""

    def add(self, reading: Reading) -> None:
        """Count one file in; one of several formats counts as a file of each."""
        names = {read.reader for read in reading.documents} or {NONE}
        for name in names:
            self._of(name)["files"] += 1
        for read in reading.documents:
            self._of(read.reader).update(_document_counts(read))
        first = self._of(min(names))
        first["records refused"] += len(reading.notes.refused)
        for kind in _NOTES:
            first[kind] += len(getattr(reading.notes, kind))
        if reading.error:
            self.reasons[reading.error] += 1
        elif not reading.documents and not reading.notes.refused:
            self.unexplained.append(reading.path)
        if not reading.sha256:
            self.ended.append(reading.path)

    def _of(self, name: str) -> Counter[str]:
        return self.counts.setdefault(name, Counter())


def run_sources(folders: Sequence[Path]) -> int:
    """Read every file below the folders and print what was found.

    Args:
        folders: Folders, or single files.

    Returns:
        0 when each file gave a document or a reason and none ended its reader, else 1.

    Raises:
        DocumentError: A folder does not exist, or there is no file in them.
    """
    findings = Findings()
    with Sandbox() as sandbox:
        for path in files_of(folders):
            findings.add(sandbox.read(path))
    sys.stdout.write(findings_text(findings))
    return 1 if findings.unexplained or findings.ended else 0


def files_of(folders: Iterable[Path]) -> list[Path]:
    """Return all files below folders, whatever they are, sorted.

    Raises:
        DocumentError: A folder does not exist, or there is no file in them.
    """
    found: set[Path] = set()
    for folder in folders:
        if not folder.exists():
            raise DocumentError(f"{folder} does not exist")
        found.update(path for path in (folder, *folder.rglob("*")) if path.is_file())
    if not found:
        raise DocumentError("there is no file to read in the folders")
    return sorted(found)


def findings_text(findings: Findings) -> str:
    """Return a table with a column for each reader, the reasons, and the files to look into."""
    names = sorted(findings.counts, key=lambda name: (name == NONE, name))
    whole: Counter[str] = sum(findings.counts.values(), Counter())
    columns = [*(findings.counts[name] for name in names), whole]
    rows = [("", *names, "all")]
    rows += [(measure, *(f"{column[measure]:,}" for column in columns)) for measure in _MEASURES]
    reasons = [(f"{n:,}", reason) for reason, n in findings.reasons.most_common()]
    parts = [table(rows), table([("files", "were refused because"), *reasons], text_columns=(1,))]
    parts += [f"neither read nor refused: {path}" for path in findings.unexplained]
    parts += [f"ended its reader: {path}" for path in findings.ended]
    parts.append(
        f"files neither read nor refused with a reason: {len(findings.unexplained)}; "
        f"files that ended their reader: {len(findings.ended)}"
    )
    return "\n\n".join(parts) + "\n"


def _document_counts(read: ReadDocument) -> Counter[str]:
    document = read.document
    rules = {suspicion.rule for suspicion in read.suspicions}
    counts = Counter(_fields_of(document.metadata))
    counts["documents"] = 1
    counts["with suspicions"] = int(bool(rules))
    counts["held in quarantine"] = int(bool(rules & QUARANTINE))
    counts["characters"] = len(document.text)
    counts["sentences"] = _sentence_count(document)
    return counts


def _fields_of(metadata: FrontMatter) -> Iterator[str]:
    """The measures of a document that is known to have them."""
    yield from (name for name in _FIELDS if getattr(metadata, name))
    yield from (name for name in _IDENTIFIERS if name in metadata.identifiers)
    if metadata.population.text:
        yield "population text"
    if metadata.standing != "unknown":
        yield "standing known"


def _sentence_count(document: Document) -> int:
    text = document.text
    return sum(len(split_sentences(text, s.start, s.end)) for s in sections_of(text))
