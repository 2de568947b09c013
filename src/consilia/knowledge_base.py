"""A knowledge base on disk: the catalog and its current index generation."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from consilia import catalog as catalogs
from consilia.building import Progress, build_generation
from consilia.catalog import Catalog, Origin
from consilia.documents import document_paths, read_document, shipped_kb
from consilia.encoders import Embedder, EmbedderIdentity
from consilia.errors import DocumentError, KnowledgeBaseError
from consilia.glossary import CLASS_OF, Glossary, load_glossary
from consilia.index import CURRENT, FORMAT, GENERATIONS, Generation, check_embedder, read_state
from consilia.models import Document, FrontMatter

OpenEmbedder = Callable[[], Embedder]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a change of a knowledge base did, documents by id."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    generation: str = ""


class KnowledgeBase:
    """A knowledge base, open for reading: one catalog, one index generation, one glossary."""

    def __init__(self, home: Path, glossary: Glossary, identity: EmbedderIdentity | None) -> None:
        """Open what is there.

        Args:
            home: Its folder.
            glossary: The one its index was made with.
            identity: Of the embedder that will be used; None when none will.

        Raises:
            KnowledgeBaseError: There is none, or it is broken.
            IndexMismatchError: Another embedder made it.
        """
        self.home = home
        self.glossary = glossary
        refuse_lost_catalog(home)
        self.catalog = Catalog(home / catalogs.FILE)
        self._sources = lru_cache(maxsize=2_000)(self.catalog.front_matter)
        self.index = Generation(current_generation(home))
        if identity is not None:
            check_embedder(self.index.state, identity)

    @property
    def digest(self) -> str:
        """Of the documents that the index was made from."""
        return self.index.state.knowledge_base

    def source(self, document: str, version: str) -> FrontMatter:
        """Return the front matter of a document in the version that the index holds."""
        return self._sources(document, version)

    def knows(self, token: str) -> bool:
        """Tell whether any sentence speaks of a term, of a member of it or of its class."""
        tokens = (token, CLASS_OF + token, *self.glossary.broader(token))
        return any(self.index.frequency(name) for name in tokens)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its files."""
        self.index.close()
        self.catalog.close()


def shipped_glossary() -> Glossary:
    """Return the glossary that ships.

    Raises:
        DocumentError: It cannot be read.
        KnowledgeBaseError: It is missing.
    """
    return load_glossary(shipped_kb() / "glossary.csv")


def current_generation(home: Path) -> Path:
    """Return the folder of the current index generation.

    Raises:
        KnowledgeBaseError: The folder holds no built knowledge base.
    """
    check_home(home)
    try:
        name = (home / CURRENT).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KnowledgeBaseError(
            f"no built knowledge base in {home}; add documents to it with `consilia kb add`, or "
            "leave --kb out to use the one that ships"
        ) from error
    return home / GENERATIONS / name


def check_home(home: Path) -> None:
    """Refuse a path that cannot be the folder of a knowledge base.

    Raises:
        KnowledgeBaseError: It is a file.
    """
    if home.exists() and not home.is_dir():
        raise KnowledgeBaseError(f"{home} is a file; a knowledge base is a folder")


def refuse_lost_catalog(home: Path) -> None:
    """Refuse a folder with an index but without the catalog that it was made from.

    Raises:
        KnowledgeBaseError: The catalog is gone: building anew would lose the user's documents.
    """
    if (home / GENERATIONS).is_dir() and not (home / catalogs.FILE).is_file():
        raise KnowledgeBaseError(
            f"{home / catalogs.FILE} is gone, and with it the documents; restore it from a "
            "backup, or choose another folder"
        )


def needs_build(home: Path, glossary: Glossary) -> bool:
    """Tell whether the index is missing, or made from other documents, glossary or format."""
    check_home(home)
    try:
        state = read_state(current_generation(home))
    except KnowledgeBaseError:
        return True  # the index is derived: what is lost or broken of it is built anew
    with Catalog(home / catalogs.FILE) as catalog:
        current = catalog.digest()
    return (state.format, state.glossary, state.knowledge_base) != (
        FORMAT,
        glossary.sha256,
        current,
    )


def needs_shipped_update(home: Path) -> bool:
    """Tell whether the documents that ship differ from those taken in before."""
    if not (home / catalogs.FILE).is_file():
        return True
    with Catalog(home / catalogs.FILE) as catalog:
        return catalog.meta("shipped_manifest") != shipped_manifest_digest()


def shipped_manifest_digest() -> str:
    """Return the hash of the shipped manifest.

    Raises:
        KnowledgeBaseError: The manifest is missing.
    """
    try:
        text = (shipped_kb() / "manifest.json").read_text(encoding="utf-8")
        entries = json.loads(text)["documents"]
    except (OSError, ValueError, KeyError) as error:
        raise KnowledgeBaseError(f"the shipped manifest cannot be read: {error}") from error
    return ",".join(sorted(f"{e['version'][7:23]}{e['metadata_sha256'][7:23]}" for e in entries))


def add_shipped(home: Path, open_embedder: OpenEmbedder, progress: Progress) -> Report:
    """Bring a knowledge base up to the documents that ship; those of the user stay.

    Raises:
        KnowledgeBaseError: It cannot be written.
        DocumentError: A shipped document is broken.
    """
    documents = [read_document(path) for path in document_paths(shipped_kb())]
    with _writing(home) as catalog:
        before = catalogs.shipped_ids(catalog)
        users = {e.metadata.id for e in catalog.entries() if e.origin == "user"}
        shipped = [document for document in documents if document.id not in users]
        gone = sorted(before - {document.id for document in shipped} - users)
        with catalog.transaction():
            report = _put(catalog, shipped, "shipped")
            for document in gone:
                catalog.remove(document)
            catalog.set_meta({
                "shipped_ids": json.dumps(sorted(document.id for document in shipped)),
                "shipped_manifest": shipped_manifest_digest(),
            })
        return _rebuilt(
            home, catalog, open_embedder, progress, replace(report, removed=tuple(gone))
        )


def add_documents(
    home: Path, paths: Iterable[Path], open_embedder: OpenEmbedder, progress: Progress
) -> Report:
    """Add or update documents from Markdown files.

    A file that cannot be read is refused and reported; the others go in.

    Args:
        home: The folder of the knowledge base; made when it is missing.
        paths: Markdown files.
        open_embedder: Loads the embedder.
        progress: Told of each phase.

    Returns:
        What was done, file by file.

    Raises:
        KnowledgeBaseError: The knowledge base cannot be written.
    """
    documents: dict[str, Document] = {}
    refused = []
    for path in paths:
        try:
            document = read_document(path)
        except DocumentError as error:
            refused.append(Refused(path, str(error)))
            continue
        if document.id in documents:
            reason = f"{path}: another file has the id {document.id!r} too; give it its own"
            refused.append(Refused(path, reason))
        else:
            documents[document.id] = document
    with _writing(home) as catalog:
        with catalog.transaction():
            changes = _put(catalog, list(documents.values()), "user")
        return _rebuilt(
            home, catalog, open_embedder, progress, replace(changes, refused=tuple(refused))
        )


def remove_document(
    home: Path, document: str, open_embedder: OpenEmbedder, progress: Progress
) -> Report:
    """Take a document out of the knowledge base and of every index.

    Raises:
        KnowledgeBaseError: There is no such document, or the knowledge base cannot be written.
    """
    current_generation(home)
    with _writing(home) as catalog:
        catalog.document(document)
        with catalog.transaction():
            catalog.remove(document)
        return _rebuilt(home, catalog, open_embedder, progress, Report(removed=(document,)))


def rebuild(home: Path, open_embedder: OpenEmbedder, progress: Progress) -> Report:
    """Build the index again from the catalog's documents, whatever state it is in.

    Raises:
        KnowledgeBaseError: There is no catalog, or the knowledge base cannot be written.
    """
    Catalog(home / catalogs.FILE).close()
    with _writing(home) as catalog:
        glossary, embedder = shipped_glossary(), open_embedder()
        return Report(generation=build_generation(home, catalog, embedder, glossary, progress))


def _put(catalog: Catalog, documents: Sequence[Document], origin: Origin) -> Report:
    before = catalog.keys()
    added: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    for document in documents:
        key = (document.version, document.metadata_sha256)
        known = before.get(document.id)
        if known == key:
            unchanged.append(document.id)
            continue
        (updated if known else added).append(document.id)
        catalog.put(document, origin)
    return Report(tuple(added), tuple(updated), tuple(unchanged))


def _rebuilt(
    home: Path,
    catalog: Catalog,
    open_embedder: OpenEmbedder,
    progress: Progress,
    changes: Report,
) -> Report:
    glossary = shipped_glossary()
    if not needs_build(home, glossary):
        return replace(changes, generation=current_generation(home).name)
    generation = build_generation(home, catalog, open_embedder(), glossary, progress)
    return replace(changes, generation=generation)


@contextmanager
def _writing(home: Path) -> Iterator[Catalog]:
    """The catalog open for writing, with the one lock that writers take.

    Raises:
        KnowledgeBaseError: Another process writes, or the folder cannot be written.
    """
    check_home(home)
    refuse_lost_catalog(home)
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(home / ".lock", timeout=0.5)
        with lock, Catalog(home / catalogs.FILE, write=True) as catalog:
            yield catalog
    except Timeout as error:
        raise KnowledgeBaseError(
            f"another process is changing the knowledge base in {home}; try again when it is done"
        ) from error
    except OSError as error:
        raise KnowledgeBaseError(f"cannot write in {home}: {error.strerror}") from error
