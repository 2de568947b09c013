"""Building an index generation aside, checking it in a process of its own, swapping it in."""

import hashlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from consilia.catalog import Catalog
from consilia.encoders import Embedder, Vectors
from consilia.errors import KnowledgeBaseError
from consilia.glossary import Glossary
from consilia.index import CURRENT, FORMAT, GENERATIONS, GenerationState, write_generation
from consilia.models import KINDS, Sentence, canonical_json, digest

Progress = Callable[[str, int, int], None]
"""Called with the phase (`read`, `embed`, `write`, `check`), what is done and what there is."""

KEPT_GENERATIONS = 2


def embedded_text(sentence: Sentence, glossary: Glossary) -> str:
    """Return what is embedded of a sentence: title and headings in front, then its words.

    Synonyms are replaced by the glossary's terms, as they are in questions: a question in other
    words than the source's then lies nearer to it.
    """
    return glossary.normalise(f"{sentence.context}: {sentence.text}")


def index_tokens(sentence: Sentence, glossary: Glossary) -> list[str]:
    """Return the search terms of a sentence with its title, headings and population."""
    context = (sentence.title, *sentence.headings, sentence.population.text)
    return [
        *glossary.index_tokens(" . ".join(context)),
        *glossary.index_tokens(sentence.text),
    ]


def build_generation(
    home: Path, catalog: Catalog, embedder: Embedder, glossary: Glossary, progress: Progress
) -> str:
    """Build a generation from the catalog's current documents and make it the current one.

    Args:
        home: The folder of the knowledge base.
        catalog: Open for writing: it keeps the vectors, so that nothing is embedded twice.
        embedder: Makes the vectors that are not stored yet.
        glossary: For the search terms.
        progress: Told of each phase.

    Returns:
        The name of the generation.

    Raises:
        KnowledgeBaseError: The disk is full, or the finished index fails its check.
    """
    sentences = _all_sentences(catalog, embedder, glossary, progress)
    texts = [embedded_text(sentence, glossary) for sentence in sentences]
    vectors = _vectors(catalog, embedder, texts, progress)
    state = GenerationState(
        format=FORMAT,
        knowledge_base=catalog.digest(),
        glossary=glossary.sha256,
        embedder=embedder.identity.to_dict(),
        counts={kind: sum(s.kind == kind for s in sentences) for kind in KINDS},
    )
    name = f"{state.knowledge_base[7:19]}-{uuid.uuid4().hex[:8]}"
    folder = home / GENERATIONS / name
    progress("write", 0, len(sentences))
    try:
        write_generation(
            folder, sentences, vectors, lambda sentence: index_tokens(sentence, glossary), state
        )
        progress("check", 0, len(sentences))
        _check_in_subprocess(folder)
        _sync(folder)
        _point_to(home, name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise KnowledgeBaseError(
            f"cannot write the index: {error}; the earlier one stays in use"
        ) from error
    except KnowledgeBaseError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _prune(home, keep=name)
    progress("check", len(sentences), len(sentences))
    return name


def _all_sentences(
    catalog: Catalog, embedder: Embedder, glossary: Glossary, progress: Progress
) -> list[Sentence]:
    from consilia.chunking import sentences_of

    sentences: list[Sentence] = []
    ids = sorted(catalog.keys())
    for done, document in enumerate(ids):
        progress("read", done, len(ids))
        sentences.extend(sentences_of(catalog.document(document), embedder.count_tokens, glossary))
    return sentences


def _vectors(
    catalog: Catalog, embedder: Embedder, texts: Sequence[str], progress: Progress
) -> Vectors:
    keys = [hashlib.sha256(text.encode()).digest() for text in texts]
    embedder_id = digest(canonical_json(embedder.identity.to_dict()))
    dimension = embedder.identity.dimension
    known = catalog.known_vectors(embedder_id, keys, dimension)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("embed", done, len(missing))

    progress("embed", 0, len(missing))
    new = embedder.encode(list(missing.values()), progress=told)
    if not np.isfinite(new).all():
        raise KnowledgeBaseError("the embedder returned vectors that are no numbers")
    with catalog.transaction():
        catalog.put_vectors(embedder_id, ((key, new[n].tobytes()) for n, key in enumerate(missing)))
    known |= {key: new[n] for n, key in enumerate(missing)}
    vectors = np.empty((len(keys), dimension), dtype=np.float32)
    for n, key in enumerate(keys):
        vectors[n] = known[key]
    return vectors


def _check_in_subprocess(folder: Path) -> None:
    """Read the finished index in another process: a broken one may kill the one that opens it.

    Raises:
        KnowledgeBaseError: The index is not whole.
    """
    command = [sys.executable, "-m", "consilia.index_check", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise KnowledgeBaseError(
            f"the new index failed its check ({reason}); the earlier one stays in use. Try again"
        )


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder, folder.parent]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _point_to(home: Path, name: str) -> None:
    """Make a generation the current one in one step that either happens or does not."""
    temporary = home / f"{CURRENT}.new"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(home / CURRENT)
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(home: Path, *, keep: str) -> None:
    """Delete all but the newest generations; those before the last one serve for rolling back."""
    others = [path for path in (home / GENERATIONS).iterdir() if path.name != keep]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT_GENERATIONS - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
