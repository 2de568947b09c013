"""Opening what an assistant needs: the embedder, and a knowledge base that is up to date."""

import logging
from pathlib import Path

from consilia.building import Progress
from consilia.catalog import FILE
from consilia.encoders import Embedder
from consilia.errors import KnowledgeBaseError
from consilia.index import CURRENT, FORMAT, check_embedder, read_state
from consilia.knowledge_base import (
    KnowledgeBase,
    add_shipped,
    check_home,
    current_generation,
    needs_build,
    needs_shipped_update,
    rebuild,
    refuse_lost_catalog,
    shipped_glossary,
)
from consilia.settings import Settings

_log = logging.getLogger(__name__)


def open_knowledge_base(
    home: Path | None, settings: Settings, embedder: Embedder, progress: Progress
) -> KnowledgeBase:
    """Open a knowledge base.

    The user's own is built from the documents that ship when it is missing, and brought up to
    them when they have changed. One that is named must be there; an empty folder is filled.

    Args:
        home: The folder that was named, or None for the user's own.
        settings: Tell where the user's own lies.
        embedder: The one that will be used.
        progress: Told of the phases.

    Returns:
        The knowledge base, open for reading.

    Raises:
        KnowledgeBaseError: There is none in the named folder, or it cannot be built.
        IndexMismatchError: Another embedder made its index.
    """
    named = home is not None
    home = home or settings.kb
    check_home(home)
    if named and not home.exists():
        raise KnowledgeBaseError(
            f"{home} does not exist; put documents there with `consilia kb add --kb {home}`, or "
            "leave --kb out to use the one that ships"
        )
    refuse_lost_catalog(home)
    empty = not home.exists() or not any(home.iterdir())
    if empty or (not named and needs_shipped_update(home)):
        if not empty:
            _refuse_other_embedder(home, embedder)
        add_shipped(home, lambda: embedder, progress)
    glossary = shipped_glossary()
    if not (home / FILE).is_file():
        raise KnowledgeBaseError(
            f"{home} holds other files and no knowledge base; name an empty folder or a built one"
        )
    if needs_build(home, glossary):
        _refuse_other_embedder(home, embedder)
        _bring_up_to_date(home, embedder, progress)
    return KnowledgeBase(home, glossary, embedder.identity)


def open_embedder(settings: Settings) -> Embedder:
    """Load the embedder of the settings; this is what imports torch.

    Raises:
        ModelError: The weights are missing, corrupted or unusable.
    """
    from consilia.embedding import load_embedder

    return load_embedder(settings.embedder, threads=settings.threads)


def _bring_up_to_date(home: Path, embedder: Embedder, progress: Progress) -> None:
    """Build the index again; when that fails and there is an earlier one, go on with it.

    Raises:
        KnowledgeBaseError: It fails, and there is no earlier one.
    """
    try:
        rebuild(home, lambda: embedder, progress)
    except KnowledgeBaseError as error:
        if not (home / CURRENT).is_file() or read_state(current_generation(home)).format != FORMAT:
            raise
        _log.warning("the earlier index stays in use: %s", error)


def _refuse_other_embedder(home: Path, embedder: Embedder) -> None:
    try:
        state = read_state(current_generation(home))
    except KnowledgeBaseError:
        return  # there is no index to refuse
    check_embedder(state, embedder.identity)
