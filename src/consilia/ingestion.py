"""Changes of a knowledge base: documents in and out, one change at a time, whole or not at all."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from consilia import catalog as catalogs
from consilia.building import Progress, build_generation
from consilia.catalog import Catalog
from consilia.encoders import Embedder
from consilia.engines import Engine, Serial
from consilia.errors import KnowledgeBaseError
from consilia.intake import judge, provenance_of, put, take_in, undo
from consilia.knowledge_base import (
    check_home,
    current_generation,
    needs_build,
    refuse_lost_catalog,
    shipped_documents,
    shipped_glossary,
    shipped_manifest_digest,
)
from consilia.ledger import read_ledger
from consilia.reports import Report, Tally

OpenEmbedder = Callable[[], Embedder]


class Ingestion:
    """Changes one knowledge base.

    Each change is one transaction of the catalog, after which a new index generation is built and
    swapped in. One process at a time may change a knowledge base; readers are not disturbed.
    """

    def __init__(
        self,
        home: Path,
        open_embedder: OpenEmbedder,
        progress: Progress | None = None,
        *,
        server: str = "",
        engine: Engine | None = None,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            home: The folder of the knowledge base; made when it is missing.
            open_embedder: Loads the embedder, when there is something to embed.
            progress: Told of each phase.
            server: URL of the Chroma server that keeps the vectors; empty for files in the folder.
            engine: Where files are read and sentences embedded; this process when None.
        """
        self._home = home
        self._open_embedder = open_embedder
        self._progress = progress or _silent
        self._server = server
        self._engine = engine or Serial()

    def add_shipped(self) -> Report:
        """Bring the knowledge base up to the documents that ship; those of the user stay.

        Raises:
            KnowledgeBaseError: It cannot be written.
            DocumentError: A shipped document is broken, or not as the manifest lists it.
        """
        documents = shipped_documents()
        with writing(self._home) as catalog:
            before = catalogs.shipped_ids(catalog)
            users = {e.metadata.id for e in catalog.entries() if e.provenance.origin == "user"}
            shipped = [document for document in documents if document.id not in users]
            gone = sorted(before - {document.id for document in shipped} - users)
            tally = Tally(removed=gone)
            with catalog.transaction("the documents that ship"):
                for document in shipped:
                    put(catalog, document, provenance_of("shipped"), tally)
                for document_id in gone:
                    catalog.point(document_id, None)
                judge(catalog, tally)
                catalog.set_meta({
                    "shipped_ids": json.dumps(sorted(document.id for document in shipped)),
                    "shipped_manifest": shipped_manifest_digest(),
                })
            return self._built(catalog, tally)

    def add(self, paths: Iterable[Path], given: Mapping[str, object] | None = None) -> Report:
        """Add or update documents from files of any format that a reader knows.

        A file that cannot be read is refused and reported; the others go in.

        Args:
            paths: Files.
            given: Front matter that goes before what the files say of themselves.

        Returns:
            What was done, file by file.

        Raises:
            KnowledgeBaseError: The knowledge base cannot be written.
        """
        files = list(paths)
        with writing(self._home) as catalog:
            tally, seen = Tally(), set[str]()
            with catalog.transaction(f"{len(files)} files added"):
                self._progress("read", 0, len(files))
                for done, reading in enumerate(self._engine.read(files, given or {}), start=1):
                    take_in(catalog, reading, seen, tally)
                    self._progress("read", done, len(files))
                judge(catalog, tally)
            return self._built(catalog, tally)

    def remove(self, document: str) -> Report:
        """Take a document out of the knowledge base and of every index.

        Raises:
            KnowledgeBaseError: There is no such document, or the knowledge base cannot be written.
        """
        current_generation(self._home)
        with writing(self._home) as catalog:
            if document not in {held.document for held in catalog.quarantine.all()}:
                catalog.current(document)
            tally = Tally(removed=[document])
            with catalog.transaction(f"{document} removed"):
                catalog.quarantine.drop(document)
                catalog.point(document, None)
                judge(catalog, tally)
            return self._built(catalog, tally)

    def release(self, document: str, by: str) -> Report:
        """Take a document out of quarantine into the index, on a person's word.

        Raises:
            KnowledgeBaseError: None waits under this id, or the knowledge base cannot be written.
        """
        with writing(self._home) as catalog:
            tally = Tally()
            with catalog.transaction(f"{document} released by {by}"):
                held = catalog.quarantine.release(document, by=by)
                if held is None:
                    raise KnowledgeBaseError(
                        f"no document {document!r} waits in quarantine; `consilia kb list` tells"
                    )
                (tally.updated if catalog.key(document) else tally.added).append(document)
                catalog.point(document, held.key)
                judge(catalog, tally)
            return self._built(catalog, tally)

    def update_ledger(self, path: Path) -> Report:
        """Take in a list of retractions, and judge the standing of all documents by it.

        Args:
            path: See `consilia.ledger.read_ledger`; replaces earlier lists of the same maker.

        Returns:
            The documents whose standing changed.

        Raises:
            DocumentError: The file is no such list.
            KnowledgeBaseError: The knowledge base cannot be written.
        """
        events = read_ledger(path)
        current_generation(self._home)
        with writing(self._home) as catalog:
            tally = Tally()
            with catalog.transaction(f"retractions of {path.name}"):
                for maker in {event.maker for event in events}:
                    catalog.ledger.replace(maker, [e for e in events if e.maker == maker])
                judge(catalog, tally)
            return self._built(catalog, tally)

    def roll_back(self) -> Report:
        """Undo the last change of the documents.

        A list of retractions stays in force: what it judged is judged again.

        Raises:
            KnowledgeBaseError: There is none to undo, or the knowledge base cannot be written.
        """
        current_generation(self._home)
        with writing(self._home) as catalog:
            changes = catalog.journal.changes()
            if len(changes) < 2:
                raise KnowledgeBaseError(
                    "there is no change to undo: the first one made the knowledge base"
                )
            tally = Tally()
            with catalog.transaction():
                for step in reversed(catalog.journal.steps(changes[0].number)):
                    undo(catalog, step, tally)
                catalog.journal.forget(changes[0].number)
                judge(catalog, tally)
            return self._built(catalog, tally)

    def rebuild(self) -> Report:
        """Build the index again from the catalog's documents, whatever state it is in.

        Raises:
            KnowledgeBaseError: There is no catalog, or the knowledge base cannot be written.
        """
        if not (self._home / catalogs.FILE).is_file():
            raise KnowledgeBaseError(f"no knowledge base at {self._home}: build it first")
        with writing(self._home) as catalog:
            return Tally().report(catalog.links(), self._generation(catalog))

    def _built(self, catalog: Catalog, tally: Tally) -> Report:
        """The report, once the index is that of the catalog's documents."""
        if needs_build(self._home, shipped_glossary(), self._server):
            name = self._generation(catalog)
        else:
            name = current_generation(self._home).name
        return tally.report(catalog.links(), name)

    def _generation(self, catalog: Catalog) -> str:
        glossary = shipped_glossary()
        with self._engine.embedder(self._open_embedder) as embedder:
            return build_generation(
                self._home, catalog, embedder, glossary, self._progress, server=self._server
            )


def _silent(phase: str, done: int, total: int) -> None:
    """Tell nobody."""


@contextmanager
def writing(home: Path) -> Iterator[Catalog]:
    """Open the catalog for writing, with the one lock that writers take.

    Raises:
        KnowledgeBaseError: Another process writes, or the folder cannot be written.
    """
    check_home(home)
    refuse_lost_catalog(home)
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(home / ".lock", timeout=0.1)
        with lock, Catalog(home / catalogs.FILE, write=True) as catalog:
            yield catalog
    except Timeout as error:
        raise KnowledgeBaseError(
            f"another ingest is running in {home}; try again when it is done"
        ) from error
    except OSError as error:
        raise KnowledgeBaseError(f"cannot write in {home}: {error.strerror}") from error
