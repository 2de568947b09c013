"""Reading Markdown documents with front matter, and finding those that ship."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import ValidationError

from consilia.errors import DocumentError, KnowledgeBaseError
from consilia.models import Document, FrontMatter, Kind, Section, canonical_text, digest
from consilia.sentences import split_sentences

FOLDER_OF: dict[Kind, str] = {
    "guideline": "guidelines",
    "label": "labels",
    "study": "studies",
    "reference": "references",
}
"""Where the documents of each kind lie in a folder like `kb/`."""
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
MANIFEST = "manifest.json"
MAX_BYTES = 20_000_000


def read_document(path: Path) -> Document:
    """Read one Markdown document.

    Args:
        path: A UTF-8 file that starts with YAML front matter between `---` lines.

    Returns:
        The document with its canonical text.

    Raises:
        DocumentError: The file cannot be read, its front matter is broken or has unknown keys, or
            it has no text.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(f"{path}: larger than {MAX_BYTES:,} bytes; split it")
        raw = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DocumentError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    try:
        return parse_document(raw)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error


def parse_document(raw: str) -> Document:
    """Parse a document from its text, front matter first.

    Args:
        raw: The whole file.

    Returns:
        The document with its canonical text.

    Raises:
        DocumentError: The front matter or the text is missing or broken.
    """
    lines = canonical_text(raw).split("\n")
    if lines[0].rstrip() != "---" or "---" not in [line.rstrip() for line in lines[1:]]:
        raise DocumentError("no front matter: start the file with `---`, `id: …`, …, `---`")
    end = next(n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == "---")
    metadata = parse_front_matter("\n".join(lines[1:end]))
    text = "\n".join(lines[end + 1 :]).strip("\n") + "\n"
    if not text.strip():
        raise DocumentError("no text below the front matter")
    if "\x00" in text:
        raise DocumentError("the text holds a NUL character; it is no text file")
    _check_named_sentences(metadata, text)
    return Document(metadata, text)


def parse_front_matter(text: str) -> FrontMatter:
    """Parse YAML front matter.

    Raises:
        DocumentError: It is no YAML mapping, or a key is unknown, missing or wrong.
    """
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DocumentError(f"front matter is no valid YAML: {error}") from error
    except RecursionError as error:
        raise DocumentError("front matter is nested too deeply") from error
    if not isinstance(loaded, dict):
        raise DocumentError("front matter is no list of `key: value` lines")
    try:
        return FrontMatter.model_validate(loaded)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise DocumentError(f"front matter: {problems}") from error


def _check_named_sentences(metadata: FrontMatter, text: str) -> None:
    named = [mark.sentence for mark in metadata.marks]
    named += [side.sentence for side in metadata.conflicts]
    if not named:
        return
    spans = (
        span
        for section in sections_of(text)
        for span in split_sentences(text, section.start, section.end)
    )
    sentences = {text[span.start : span.end] for span in spans}
    for sentence in named:
        if canonical_text(sentence) not in sentences:
            raise DocumentError(f"a mark or conflict names no sentence: {sentence!r}")


def sections_of(text: str) -> tuple[Section, ...]:
    r"""Return the stretches of text between headings, each with the headings above it.

    >>> [s.headings for s in sections_of("## Dosing\n\nA.\n\n### Renal\n\nB.\n")]
    [('Dosing',), ('Dosing', 'Renal')]
    """
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    start = 0
    for match in _HEADING.finditer(text):
        sections.append(Section(tuple(name for _, name in path), start, match.start()))
        level = len(match[1])
        path = [(depth, name) for depth, name in path if depth < level]
        path.append((level, match[2]))
        start = match.end()
    sections.append(Section(tuple(name for _, name in path), start, len(text)))
    return tuple(section for section in sections if text[section.start : section.end].strip())


def shipped_kb() -> Path:
    """Return the folder of the documents that ship: in the wheel, or in the repository.

    Raises:
        KnowledgeBaseError: Neither is there: the installation is broken.
    """
    here = Path(__file__).parent
    for folder in (here / "kb", here.parents[1] / "kb"):
        if (folder / "glossary.csv").is_file():
            return folder
    raise KnowledgeBaseError("the shipped documents are missing; install consilia again")


def document_paths(folder: Path) -> tuple[Path, ...]:
    """Return the documents of a folder laid out like `kb/`, sorted by path."""
    return tuple(
        sorted(path for name in FOLDER_OF.values() for path in (folder / name).glob("*.md"))
    )


def find_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files that the paths name or hold, sorted.

    Of a folder, all files below it but hidden ones, README files, and `NAME.yaml` beside `NAME`,
    which holds front matter for it.

    Raises:
        DocumentError: A path does not exist.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(p for p in path.rglob("*") if _is_document(p, path))
        elif path.exists():
            found.add(path)
        else:
            raise DocumentError(f"{path} does not exist")
    return tuple(sorted(found))


def _is_document(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    beside = path.suffix == ".yaml" and path.with_suffix("").is_file()
    return path.is_file() and not hidden and not beside and path.stem.upper() != "README"


def manifest_of(folder: Path) -> dict[str, object]:
    """Return the manifest of a folder of documents: what `manifest.json` should hold.

    Raises:
        DocumentError: A document cannot be read.
    """
    entries = []
    for path in document_paths(folder):
        document = read_document(path)
        entries.append({
            "id": document.id,
            "path": path.relative_to(folder).as_posix(),
            "version": document.version,
            "metadata_sha256": document.metadata_sha256,
            "sha256": digest(path.read_bytes()),
            "bytes": path.stat().st_size,
            "read_on": document.metadata.read_on,
            "provenance": document.metadata.provenance,
            "read_level": document.metadata.read_level,
            "front_matter": document.metadata.normalised(),
        })
    return {"schema": "consilia.manifest/1", "documents": entries}


def write_manifest(folder: Path) -> Path:
    """Write `manifest.json` beside the documents of a folder and return its path.

    Raises:
        DocumentError: A document cannot be read.
    """
    path = folder / MANIFEST
    text = json.dumps(manifest_of(folder), ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
