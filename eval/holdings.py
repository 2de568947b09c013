"""The documents that gold spans are looked up in: of a knowledge base, or of a plain folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from consilia import catalog as catalogs
from consilia.catalog import Catalog
from consilia.documents import document_paths, read_document
from consilia.errors import KnowledgeBaseError
from consilia.knowledge_base import current_generation
from consilia.models import Document


class Holdings:
    """Documents by id, each in its current version."""

    def __init__(self, source: Catalog | dict[str, Document]) -> None:
        self._source = source
        self.ids: tuple[str, ...] = tuple(
            sorted(source.keys() if isinstance(source, Catalog) else source)
        )
        self._known = frozenset(self.ids)
        self.find = cache(self._find)

    def _find(self, document: str) -> Document | None:
        if document not in self._known:
            return None
        if isinstance(self._source, Catalog):
            return self._source.document(document)
        return self._source[document]


def refuse_unbuilt(kb: Path | None) -> None:
    """Refuse a folder that was named and that no knowledge base was built in.

    The program fills an empty folder from the documents that ship. A measurement of these, where
    others were meant, would pass for one of the others.

    Args:
        kb: The folder; None names none, which is the user's own.

    Raises:
        KnowledgeBaseError: It is not there, or holds no built knowledge base.
    """
    if kb is None:
        return
    if not kb.is_dir():
        raise KnowledgeBaseError(f"{kb} does not exist, or is no folder; leave --kb out for yours")
    current_generation(kb)


@contextmanager
def open_holdings(kb: Path) -> Iterator[Holdings]:
    """Open the documents of a knowledge base.

    Args:
        kb: The folder of a built one, or of Markdown documents, alone or laid out like `kb/`.

    Yields:
        The documents; they can be asked for until the end of the block.

    Raises:
        KnowledgeBaseError: The folder is neither.
    """
    if (kb / catalogs.FILE).is_file():
        with Catalog(kb / catalogs.FILE) as catalog:
            yield Holdings(catalog)
        return
    paths = document_paths(kb) or tuple(sorted(kb.glob("*.md")))
    if not paths:
        raise KnowledgeBaseError(
            f"{kb} is no knowledge base: name the folder of a built one, or of documents"
        )
    documents = (read_document(path) for path in paths)
    yield Holdings({document.id: document for document in documents})
