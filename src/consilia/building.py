"""Building an index generation aside, checking it in a process of its own, swapping it in."""

import hashlib
import logging
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from consilia.catalog import Catalog, Link
from consilia.duplicates import find_links, repeated
from consilia.encoders import Embedder, Vectors
from consilia.errors import KnowledgeBaseError
from consilia.glossary import Glossary
from consilia.health import check_built, remember_sound
from consilia.index import (
    CURRENT,
    FORMAT,
    GENERATIONS,
    SENTENCES,
    VECTORS,
    GenerationState,
    file_hash,
    file_hashes,
    is_complete,
    is_in_use,
    read_state,
    server_of,
    start_generation,
    write_state,
    write_words_and_vectors,
)
from consilia.models import KINDS, Document, Sentence, canonical_json, digest
from consilia.sentence_table import Origin, Row, SentenceTable, dump

Progress = Callable[[str, int, int], None]
"""Called with the phase, what is done of it and what there is: see `PHASES`."""
PHASES = ("read", "chunk", "embed", "write", "check", "sync", "swap")

_log = logging.getLogger(__name__)
KEPT_GENERATIONS = 2
_STRETCH = 4_096
"""Texts that are embedded before their vectors are stored: a killed build loses no more."""


def embedded_text(sentence: Sentence, glossary: Glossary) -> str:
    """Return what is embedded of a sentence: title and headings in front, then its words.

    Synonyms are replaced by the glossary's terms, as they are in questions: a question in other
    words than the source's then lies nearer to it.
    """
    return glossary.normalise(f"{sentence.context}: {sentence.text}")


def index_tokens(sentence: Sentence, glossary: Glossary) -> list[str]:
    """Return the search terms of a sentence with its title, headings, drugs and population."""
    about = (*sentence.subjects, sentence.population.text)
    context = (sentence.title, *sentence.headings, *about)
    return [
        *glossary.index_tokens(" . ".join(context)),
        *glossary.index_tokens(sentence.text),
    ]


def build_generation(
    home: Path,
    catalog: Catalog,
    embedder: Embedder,
    glossary: Glossary,
    progress: Progress,
    *,
    server: str = "",
) -> str:
    """Build a generation from the catalog's current documents and make it the current one.

    Args:
        home: The folder of the knowledge base.
        catalog: Open for writing: it keeps the vectors, so that nothing is embedded twice.
        embedder: Makes the vectors that are not stored yet.
        glossary: For the search terms.
        progress: Told of each phase.
        server: URL of the Chroma server that keeps the vectors; empty for files of our own.

    Returns:
        The name of the generation.

    Raises:
        KnowledgeBaseError: The disk is full, the server is not reached, or the finished index
            fails its check.
        KeyboardInterrupt: Somebody stops the build: the earlier index stays in use.
    """
    if server:
        from consilia.vectors import reach

        reach(server)
    state = GenerationState(
        format=FORMAT,
        knowledge_base=catalog.digest(),
        glossary=glossary.sha256,
        embedder=embedder.identity.to_dict(),
        counts={},
        server=server,
    )
    name = f"{state.knowledge_base[7:19]}-{uuid.uuid4().hex[:8]}"
    folder = home / GENERATIONS / name
    before = _current_name(home)
    try:
        _write(folder, _Build(home, catalog, embedder, glossary, progress), state)
        _sync(folder, progress)
        _point_to(home, name, progress)
    except (OSError, sqlite3.DatabaseError) as error:
        _delete(folder)
        raise KnowledgeBaseError(
            f"cannot write the index: {error}; the earlier one stays in use"
        ) from error
    except (KnowledgeBaseError, KeyboardInterrupt):
        _delete(folder)
        raise
    prune(home, before)
    return name


def prune(home: Path, before: str) -> None:
    """Delete what killed builds left and all but the newest generations that nobody has open.

    Args:
        home: The folder of the knowledge base.
        before: The generation that was current until now: whatever the clock says, the newest of
            the others. Empty when there was none.
    """
    current = _current_name(home)
    others = [path for path in (home / GENERATIONS).iterdir() if path.name != current]
    whole = [path for path in others if is_complete(path)]
    whole.sort(key=lambda path: (path.name == before, path.stat().st_mtime), reverse=True)
    kept = set(whole[: KEPT_GENERATIONS - 1])
    for path in others:
        if path not in kept and not is_in_use(path):
            _delete(path)


def _current_name(home: Path) -> str:
    try:
        return (home / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _delete(folder: Path) -> None:
    """Delete a generation, its collections on a server with it."""
    if server := server_of(folder):
        from consilia.vectors import drop_collections

        try:
            drop_collections(folder / VECTORS, server)
        except KnowledgeBaseError as error:
            _log.warning("%s; the next build tries again", error)
            return
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Build:
    """What the steps of one build share."""

    home: Path
    catalog: Catalog
    embedder: Embedder
    glossary: Glossary
    progress: Progress

    @property
    def embedder_id(self) -> str:
        """Under which the catalog keeps the vectors."""
        return digest(canonical_json(self.embedder.identity.to_dict()))


def _write(folder: Path, build: _Build, state: GenerationState) -> None:
    """Write all files of a generation and check them."""
    start_generation(folder, state.server)
    table = SentenceTable(folder / SENTENCES, create=True)
    try:
        _write_sentences(table, build, state)
        _embed_missing(table, build)
        total = sum(table.counts().values())
        build.progress("write", 0, total)
        written = 0

        def told(count: int) -> None:
            nonlocal written
            written += count
            build.progress("write", written, total)

        write_words_and_vectors(
            folder, table, partial(_vectors_of, build), told, server=state.server
        )
        counts: dict[str, int] = {kind: table.counts().get(kind, 0) for kind in KINDS}
    finally:
        table.close()
    write_state(folder, replace(state, counts=counts))
    build.progress("check", 0, total)
    unreached = check_built(folder)
    # Chroma writes some of its files when they are first opened: hashes are of what is left then.
    files = file_hashes(folder)
    write_state(folder, replace(state, counts=counts, unreached=unreached, files=files))
    remember_sound(files)
    build.progress("check", total, total)


def _write_sentences(table: SentenceTable, build: _Build, state: GenerationState) -> None:
    """Store the sentences of all documents, those of unchanged ones as they were."""
    catalog = build.catalog
    links = {link.document: link for link in find_links(catalog)}
    catalog.set_links(links.values())
    keys = catalog.keys()
    earlier = _earlier_table(build.home, state)
    known = earlier.origins() if earlier else {}
    try:
        for done, (document, key) in enumerate(keys.items()):
            build.progress("chunk", done, len(keys))
            original = keys[links[document].original].version if document in links else ""
            origin = Origin(key, original)
            if earlier and known.get(document) == origin:
                table.add(earlier.source(document), origin, earlier.rows_of(document))
            else:
                source = catalog.document(document)
                table.add(source.metadata, origin, _rows(source, links.get(document), build))
        table.finish()
    finally:
        if earlier:
            earlier.close()
    build.progress("chunk", len(keys), len(keys))


def _rows(document: Document, link: Link | None, build: _Build) -> Iterator[Row]:
    """The sentences of a document; of one that repeats another, those that the other lacks."""
    from consilia.chunking import sentences_of

    common: frozenset[str] = frozenset()
    if link:
        common = repeated(document.text, build.catalog.document(link.original).text)
    for sentence in sentences_of(document, build.embedder.count_tokens, build.glossary):
        if " ".join(sentence.text.split()) not in common:
            yield dump(
                sentence,
                input_=hashlib.sha256(embedded_text(sentence, build.glossary).encode()).digest(),
                terms=index_tokens(sentence, build.glossary),
            )


def _earlier_table(home: Path, state: GenerationState) -> SentenceTable | None:
    """The sentences of the current generation, when they were made in the same way."""
    try:
        folder = home / GENERATIONS / _current_name(home)
        earlier = read_state(folder)
        made = (earlier.format, earlier.glossary, earlier.embedder)
        if made != (state.format, state.glossary, state.embedder):
            return None
        if file_hash(folder / SENTENCES) != earlier.files.get(SENTENCES):
            return None
        return SentenceTable(folder / SENTENCES)
    except (OSError, KnowledgeBaseError, sqlite3.DatabaseError):
        return None  # lost or broken: everything is made anew from the catalog


def _embed_missing(table: SentenceTable, build: _Build) -> None:
    """Embed the texts whose vectors the catalog does not hold, stretch by stretch.

    Raises:
        KnowledgeBaseError: The embedder returns vectors of another length, or no numbers.
    """
    missing = _missing(table, build)
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        build.progress("embed", done, len(missing))

    build.progress("embed", 0, len(missing))
    rows = iter(missing.items())
    while stretch := dict(islice(rows, _STRETCH)):
        texts = [embedded_text(table.get(row), build.glossary) for row in stretch.values()]
        vectors = build.embedder.encode(texts, progress=told)
        if vectors.shape != (len(texts), build.embedder.identity.dimension):
            raise KnowledgeBaseError(
                f"the embedder returned {vectors.shape} numbers for {len(texts)} texts: it is not "
                "the model that it says; set CONSILIA_EMBEDDER to another one"
            )
        if not np.isfinite(vectors).all():
            raise KnowledgeBaseError("the embedder returned vectors that are no numbers")
        with build.catalog.transaction():
            build.catalog.vectors.put(
                build.embedder_id,
                ((key, vectors[n].tobytes()) for n, key in enumerate(stretch)),
            )


def _missing(table: SentenceTable, build: _Build) -> dict[bytes, int]:
    """Embedded texts without a stored vector, by hash, each with one row that has it."""
    dimension = build.embedder.identity.dimension
    missing: dict[bytes, int] = {}
    rows = table.inputs()
    while part := list(islice(rows, _STRETCH)):
        known = build.catalog.vectors.known(build.embedder_id, [key for _, key in part], dimension)
        for row, key in part:
            if key not in known:
                missing.setdefault(key, row)
    return missing


def _vectors_of(build: _Build, inputs: Sequence[bytes]) -> Vectors:
    """The stored vectors of embedded texts, one a hash."""
    dimension = build.embedder.identity.dimension
    known = build.catalog.vectors.known(build.embedder_id, inputs, dimension)
    vectors = np.empty((len(inputs), dimension), dtype=np.float32)
    for n, key in enumerate(inputs):
        vectors[n] = known[key]
    return vectors


def _sync(folder: Path, progress: Progress) -> None:
    paths = [*folder.rglob("*"), folder, folder.parent]
    for done, path in enumerate(paths):
        progress("sync", done, len(paths))
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    progress("sync", len(paths), len(paths))


def _point_to(home: Path, name: str, progress: Progress) -> None:
    """Make a generation the current one in one step that either happens or does not."""
    temporary = home / f"{CURRENT}.new"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    progress("swap", 0, 1)
    temporary.replace(home / CURRENT)
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    progress("swap", 1, 1)
