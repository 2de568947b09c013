"""Opening what an assistant needs: the embedder, and a knowledge base that is up to date."""

import logging
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from consilia import wording
from consilia.answer import Notice
from consilia.answerability import Model, Silence, read_model, shipped_model
from consilia.building import Progress
from consilia.catalog import FILE
from consilia.encoders import Embedder
from consilia.engines import ENGINES, Serial, threads_of
from consilia.errors import KnowledgeBaseError, SettingsError
from consilia.gates.support import Entailment
from consilia.glossary import Glossary
from consilia.health import damage
from consilia.index import CURRENT, FORMAT, check_embedder, read_state
from consilia.ingestion import Ingestion
from consilia.knowledge_base import (
    KnowledgeBase,
    check_home,
    current_generation,
    earlier_generations,
    needs_build,
    needs_shipped_update,
    refuse_lost_catalog,
    shipped_glossary,
)
from consilia.language_models import LanguageModel, Limits, address_of
from consilia.settings import Settings

_log = logging.getLogger(__name__)
_NOT_LEARNT = "no coefficients were learnt with it, see `python -m eval calibrate --out`"
_NOTICES = {
    "index_old": wording.INDEX_OLD,
    "index_rebuilt": wording.INDEX_REBUILT,
    "index_rolled_back": wording.INDEX_ROLLED_BACK,
}


@dataclass(frozen=True, slots=True)
class OpenedBase:
    """A knowledge base that is open, and what answers must tell about its state."""

    kb: KnowledgeBase
    notice: Notice | None


def open_knowledge_base(
    home: Path | None, settings: Settings, embedder: Embedder, progress: Progress
) -> OpenedBase:
    """Open a knowledge base.

    The user's own is built from the documents that ship when it is missing, and brought up to
    them when they have changed. One that is named must be there; an empty folder is filled.

    Args:
        home: The folder that was named, or None for the user's own.
        settings: Tell where the user's own lies.
        embedder: The one that will be used.
        progress: Told of the phases.

    Returns:
        The knowledge base, open for reading. One whose index is damaged is built again from the
        catalog, or gives way to the index before it; answers tell.

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
        Ingestion(home, lambda: embedder, progress, server=settings.chroma).add_shipped()
    glossary = shipped_glossary()
    if not (home / FILE).is_file():
        raise KnowledgeBaseError(
            f"{home} holds other files and no knowledge base; name an empty folder or a built one"
        )
    if problem := _loss(home):
        return _repaired(home, glossary, embedder, problem, progress, server=settings.chroma)
    if needs_build(home, glossary, settings.chroma):
        _refuse_other_embedder(home, embedder)
        notice = _bring_up_to_date(home, embedder, progress, settings.chroma)
        return OpenedBase(KnowledgeBase(home, glossary, embedder.identity), notice)
    check_embedder(read_state(current_generation(home)), embedder.identity)
    if problem := _damage(home, settings.chroma):
        return _repaired(home, glossary, embedder, problem, progress, server=settings.chroma)
    return OpenedBase(KnowledgeBase(home, glossary, embedder.identity), None)


def _damage(home: Path, server: str) -> str:
    """What is wrong with the current generation, or nothing; a server that is down is no damage.

    Raises:
        KnowledgeBaseError: The server does not answer.
    """
    if server:
        from consilia.vectors import reach

        reach(server)
    while problem := damage(folder := current_generation(home)):
        if folder == current_generation(home):
            return problem
        # It was replaced, and perhaps deleted, while it was examined: that is no damage.
    return ""


def open_embedder(settings: Settings) -> Embedder:
    """Load the embedder of the settings; this is what imports torch.

    Raises:
        ModelError: The weights are missing, corrupted or unusable.
    """
    from consilia.embedding import load_embedder

    return load_embedder(settings.embedder, threads=settings.threads)


def open_answerability(settings: Settings) -> Model:
    """Return the coefficients of silence that the settings name, those that ship by default.

    Raises:
        SettingsError: They cannot be read, or were learnt with another entailment model.
    """
    if not settings.answerability:
        return shipped_model()
    model = read_model(Path(settings.answerability))
    if model.entailment not in {"", settings.entailment}:
        raise SettingsError(
            f"CONSILIA_ANSWERABILITY was learnt with the entailment model {model.entailment!r}: "
            "set CONSILIA_ENTAILMENT to it"
        )
    return model


def open_silence(settings: Settings, risk: float | None, entailment: Entailment | None) -> Silence:
    """Return how silence is decided, with the entailment model when the coefficients weigh it.

    Args:
        settings: Name coefficients and model.
        risk: The point where silence ends; None for the default one.
        entailment: The model, loaded already; None: it is loaded when it is needed.

    Raises:
        ModelError: The entailment model cannot be loaded.
        SettingsError: The coefficients cannot be used, or have no such point.
    """
    model = open_answerability(settings)
    if not model.entailment:
        if settings.entailment:
            _log.warning("CONSILIA_ENTAILMENT bears on no silence: %s", _NOT_LEARNT)
        return Silence(model, model.point(risk))
    return Silence(model, model.point(risk), entailment or open_entailment(settings))


def open_entailment(settings: Settings) -> Entailment | None:
    """Load the entailment model of the settings, or return None when they name none.

    Raises:
        ModelError: It cannot be loaded, or is no entailment model.
    """
    if not settings.entailment:
        return None
    from consilia.entailment import load_entailment

    return load_entailment(settings.entailment)


def open_language_model(setting: str, limits: Limits | None = None) -> LanguageModel | None:
    """Return the language model that a setting names, or None when it names none.

    Args:
        setting: As in `CONSILIA_LLM`. Nothing is sent to it yet.
        limits: Of each call; the usual ones when None.

    Returns:
        The model, with its key from the environment.

    Raises:
        SettingsError: The setting has no known form, the key it needs is missing or unusable, or
            the packages for language models are not installed.
    """
    if not setting:
        return None
    address = address_of(setting)
    key = os.environ.get(address.key, "").strip()
    if address.needs_key and not key:
        raise SettingsError(f"the language model needs a key in the variable {address.key}")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise SettingsError(f"the key in the variable {address.key} has characters no key has")
    try:
        from consilia.model_calls import RemoteModel
    except ImportError as error:
        raise SettingsError("language models need: pip install 'consilia[llm]'") from error
    return RemoteModel(address, key, limits or Limits())


def open_ingestion(
    settings: Settings, progress: Progress, *, engine: str = "serial", workers: int | None = None
) -> Ingestion:
    """Return what changes the knowledge base of the settings, with their embedder and server.

    Args:
        settings: Tell the folder, the embedder and where vectors are kept.
        progress: Told of the phases.
        engine: A name in `consilia.engines.ENGINES`.
        workers: Of an engine that has several, at least 1; as many as there are cores when None.

    Returns:
        The ingestion; nothing is opened yet.

    Raises:
        KnowledgeBaseError: The engine is not installed.
    """
    count = workers or os.cpu_count() or 1
    made = ENGINES[engine](count)
    if not isinstance(made, Serial):
        settings = settings.model_copy(update={"threads": threads_of(count)})
    embedder = partial(open_embedder, settings)
    return Ingestion(settings.kb, embedder, progress, server=settings.chroma, engine=made)


def _loss(home: Path) -> str:
    """What is gone of an index that was there; empty when it can be read, or there was none."""
    if not (home / CURRENT).is_file():
        return f"{CURRENT} is gone" if earlier_generations(home) else ""
    try:
        read_state(current_generation(home))
    except KnowledgeBaseError as error:
        return str(error)
    return ""


def _repaired(
    home: Path,
    glossary: Glossary,
    embedder: Embedder,
    problem: str,
    progress: Progress,
    *,
    server: str,
) -> OpenedBase:
    """Build a damaged index again; when that fails, go back to an earlier one that is whole.

    Raises:
        KnowledgeBaseError: Neither can be done.
    """
    _log.warning("the index is damaged: %s", problem)
    try:
        Ingestion(home, lambda: embedder, progress, server=server).rebuild()
    except KnowledgeBaseError as error:
        for folder in earlier_generations(home):
            state = read_state(folder)
            fits = (state.format, state.glossary) == (FORMAT, glossary.sha256)
            if fits and damage(folder) is None:
                kb = KnowledgeBase(home, glossary, embedder.identity, folder=folder)
                return OpenedBase(kb, _notice("index_rolled_back", problem))
        raise KnowledgeBaseError(f"the index is damaged: {problem}; {error}") from error
    kb = KnowledgeBase(home, glossary, embedder.identity)
    return OpenedBase(kb, _notice("index_rebuilt", problem))


def _notice(code: str, reason: str) -> Notice:
    return Notice(code, _NOTICES[code].format(reason=reason))


def _bring_up_to_date(
    home: Path, embedder: Embedder, progress: Progress, server: str
) -> Notice | None:
    """Build the index again; when that fails and there is an earlier one, go on with it.

    Raises:
        KnowledgeBaseError: It fails, and there is no earlier one.
    """
    try:
        Ingestion(home, lambda: embedder, progress, server=server).rebuild()
    except KnowledgeBaseError as error:
        if not (home / CURRENT).is_file() or read_state(current_generation(home)).format != FORMAT:
            raise
        _log.warning("the earlier index stays in use: %s", error)
        return _notice("index_old", str(error))
    return None


def _refuse_other_embedder(home: Path, embedder: Embedder) -> None:
    try:
        state = read_state(current_generation(home))
    except KnowledgeBaseError:
        return  # there is no index to refuse
    check_embedder(state, embedder.identity)
