"""The index of a benchmark's corpus: the library's own, built once and kept by digest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from consilia.building import build_generation
from consilia.catalog import Catalog, Provenance
from consilia.encoders import Embedder
from consilia.errors import KnowledgeBaseError
from consilia.glossary import Glossary
from consilia.index import FORMAT, GENERATIONS, is_complete, read_state
from consilia.ingestion import writing
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Document, FrontMatter, canonical_json, canonical_text, digest
from eval.public.benchmark import Benchmark, BenchmarkError, Text

Progress = Callable[[str, int, int], None]
UNTITLED = "-"
"""Title of a text without one: front matter must have a title, and this one holds no word."""


def default_cache() -> Path:
    """Return the folder for what is built of downloaded corpora."""
    return Path(platformdirs.user_cache_dir("consilia", appauthor=False)) / "public"


@dataclass(frozen=True, slots=True)
class CorpusIndex:
    """The folder of a corpus: one catalog, and a generation for each glossary it was read with."""

    folder: Path
    texts: tuple[Text, ...]
    embedder: Embedder

    @classmethod
    def of(cls, benchmark: Benchmark, embedder: Embedder, cache: Path | None) -> "CorpusIndex":
        """Return the index of a benchmark's corpus; nothing is built yet.

        Args:
            benchmark: Its texts make the digest, with the embedder.
            embedder: For texts and questions.
            cache: Where indexes are kept; the user's cache folder when None.
        """
        made_of = [benchmark.digest(), embedder.identity.to_dict()]
        name = f"{benchmark.slug}-{digest(canonical_json(made_of))[7:23]}"
        return cls((cache or default_cache()) / name, benchmark.texts, embedder)

    @contextmanager
    def opened(self, glossary: Glossary, progress: Progress) -> Iterator[KnowledgeBase]:
        """Open the index that was made with a glossary; build it first where it is missing.

        Args:
            glossary: The one that texts and questions are read with.
            progress: Told of the phases of a build.

        Yields:
            The knowledge base, open for reading.

        Raises:
            BenchmarkError: What the cache holds is broken, or cannot be written.
        """
        home = self.folder / "kb"
        try:
            with writing(home) as catalog:
                if not catalog.keys():
                    _fill(catalog, self.texts)
                generation = self._generation(home, catalog, glossary)
                if generation is None:
                    name = build_generation(home, catalog, self.embedder, glossary, progress)
                    generation = home / GENERATIONS / name
            kb = KnowledgeBase(home, glossary, self.embedder.identity, folder=generation)
        except KnowledgeBaseError as error:
            raise BenchmarkError(f"{error}; or delete {self.folder} and run again") from error
        with kb:
            yield kb

    def unit(self, document: str) -> str:
        """Return the id of the text that a document of the index was made from."""
        return self.texts[int(document.removeprefix("text-"))].id

    def _generation(self, home: Path, catalog: Catalog, glossary: Glossary) -> Path | None:
        wanted = (FORMAT, glossary.sha256, catalog.digest(), self.embedder.identity.to_dict())
        for folder in sorted((home / GENERATIONS).glob("*")):
            if is_complete(folder):
                state = read_state(folder)
                made = (state.format, state.glossary, state.knowledge_base, state.embedder)
                if made == wanted:
                    return folder
        return None


def _fill(catalog: Catalog, texts: tuple[Text, ...]) -> None:
    with catalog.transaction(f"{len(texts)} texts"):
        for number, text in enumerate(texts):
            catalog.put(_document(f"text-{number:07}", text), Provenance("user"))


def _document(id_: str, text: Text) -> Document:
    """One text as a document without headings: a mark of one at its start is taken off."""
    metadata = FrontMatter(id=id_, kind="study", title=canonical_text(text.title) or UNTITLED)
    return Document(metadata, canonical_text(text.text).lstrip("# ") + "\n")
