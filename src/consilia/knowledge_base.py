"""A knowledge base, open for reading: its folder, its catalog, one generation of its index."""

import json
from functools import cached_property
from pathlib import Path
from typing import Self

from consilia import catalog as catalogs
from consilia.catalog import Catalog
from consilia.documents import MANIFEST, document_paths, read_document, shipped_kb
from consilia.encoders import EmbedderIdentity
from consilia.errors import DocumentError, KnowledgeBaseError
from consilia.glossary import CLASS_OF, Glossary, load_glossary
from consilia.index import (
    CURRENT,
    FORMAT,
    GENERATIONS,
    Generation,
    check_embedder,
    is_complete,
    read_state,
)
from consilia.journal import Key
from consilia.models import Document, FrontMatter
from consilia.schema import is_older


class KnowledgeBase:
    """A knowledge base, open for reading: one catalog, one index generation, one glossary."""

    def __init__(
        self,
        home: Path,
        glossary: Glossary,
        identity: EmbedderIdentity | None,
        *,
        folder: Path | None = None,
    ) -> None:
        """Open what is there.

        Args:
            home: Its folder.
            glossary: The one its index was made with.
            identity: Of the embedder that will be used; None when none will.
            folder: Of another generation than the current one.

        Raises:
            KnowledgeBaseError: There is none, or it is broken.
            IndexMismatchError: Another embedder made it.
        """
        self.home = home
        self.glossary = glossary
        refuse_lost_catalog(home)
        self.catalog = Catalog(home / catalogs.FILE)
        try:
            self.index = _opened(home, folder)
            if identity is not None:
                check_embedder(self.index.state, identity)
        except KnowledgeBaseError:
            self.catalog.close()
            raise

    @property
    def digest(self) -> str:
        """Of the documents that the index was made from."""
        return self.index.state.knowledge_base

    def source(self, document: str) -> FrontMatter:
        """Return the front matter of a document as it was when the index was made."""
        return self.index.sentences.source(document)

    @cached_property
    def labelled_drugs(self) -> frozenset[str]:
        """The drugs that labels in the knowledge base are about, by the first term of their names.

        What follows it names a salt or a form, which questions leave out.
        """
        names = map(self.glossary.analyse, self.index.sentences.label_subjects())
        return frozenset(name[0] for name in names if name)

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


def _opened(home: Path, folder: Path | None) -> Generation:
    """Open a generation; one that was replaced and deleted meanwhile gives way to the new one.

    Raises:
        KnowledgeBaseError: It is missing or broken.
    """
    wanted = folder or current_generation(home)
    try:
        return Generation(wanted)
    except KnowledgeBaseError:
        if folder is not None or current_generation(home) == wanted:
            raise
        return Generation(current_generation(home))


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
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeBaseError(
            f"no built knowledge base in {home}; add documents to it with `consilia kb add`, or "
            "leave --kb out to use the one that ships"
        ) from error
    return home / GENERATIONS / Path(name).name


def earlier_generations(home: Path) -> tuple[Path, ...]:
    """Return the complete generations but the current one, newest first."""
    folder = home / GENERATIONS
    if not folder.is_dir():
        return ()
    current = current_generation(home) if (home / CURRENT).is_file() else None
    others = [path for path in folder.iterdir() if path != current and is_complete(path)]
    return tuple(sorted(others, key=lambda path: path.stat().st_mtime, reverse=True))


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


def needs_build(home: Path, glossary: Glossary, server: str = "") -> bool:
    """Tell whether the index is missing, or made from other documents, glossary or format.

    Args:
        home: The folder of the knowledge base.
        glossary: The one that ships.
        server: Where its vectors are to be: URL of a Chroma server, or empty.

    Returns:
        Whether it has to be built before it answers.
    """
    check_home(home)
    if is_older(home / catalogs.FILE):
        return True
    try:
        state = read_state(current_generation(home))
    except KnowledgeBaseError:
        return True  # the index is derived: what is lost or broken of it is built anew
    with Catalog(home / catalogs.FILE) as catalog:
        current = catalog.digest()
    made = (state.format, state.glossary, state.knowledge_base, state.server)
    return made != (FORMAT, glossary.sha256, current, server)


def needs_shipped_update(home: Path) -> bool:
    """Tell whether the documents that ship differ from those taken in before."""
    if not (home / catalogs.FILE).is_file() or is_older(home / catalogs.FILE):
        return True
    with Catalog(home / catalogs.FILE) as catalog:
        return catalog.meta("shipped_manifest") != shipped_manifest_digest()


def shipped_manifest_digest() -> str:
    """Return the hash of the shipped manifest.

    Raises:
        KnowledgeBaseError: The manifest is missing or broken.
    """
    listed = _manifest().values()
    return ",".join(sorted(f"{key.version[7:23]}{key.metadata_sha256[7:23]}" for key in listed))


def shipped_documents() -> list[Document]:
    """Return the documents that ship, each as the manifest lists it.

    Raises:
        DocumentError: One is broken, missing or another: words that nobody checked are not cited.
        KnowledgeBaseError: The manifest is missing or broken.
    """
    documents = [read_document(path) for path in document_paths(shipped_kb())]
    found = {d.id: Key(d.version, d.metadata_sha256) for d in documents}
    if astray := sorted({name for name, _ in _manifest().items() ^ found.items()}):
        raise DocumentError(
            f"{', '.join(astray[:5])}: not as the shipped manifest lists it; install consilia again"
        )
    return documents


def _manifest() -> dict[str, Key]:
    try:
        text = (shipped_kb() / MANIFEST).read_text(encoding="utf-8")
        entries = json.loads(text)["documents"]
        return {e["id"]: Key(e["version"], e["metadata_sha256"]) for e in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KnowledgeBaseError(
            f"the shipped manifest cannot be read ({error}); install consilia again"
        ) from error
