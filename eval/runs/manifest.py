"""`run.json`: what was asked of what, so that two runs can be told to be alike or not."""

import hashlib
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

import consilia
from consilia.index import read_state
from consilia.knowledge_base import current_generation
from consilia.models import canonical_json, digest
from consilia.settings import Settings
from eval.cases import Case, case_line
from eval.resolving import Resolved
from eval.statistics import SEED

_ROOT = Path(__file__).parents[2]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Strict):
    """The commit that the program was run from."""

    commit: str
    dirty: bool
    """Whether files differ from it."""


class KnowledgeBaseOfRun(_Strict):
    """The documents and the index that answered."""

    digest: str
    generation: str


class RunManifest(_Strict):
    """What a run was made of; nothing in it tells where on a machine it was made."""

    format: Literal["consilia.eval.run/1"] = Field(default="consilia.eval.run/1", alias="schema")
    created: str
    """When it was begun, UTC."""
    consilia: str
    """Version."""
    code: Code | None
    """None outside of a git checkout."""
    code_sha256: str
    """Of the files of the library."""
    knowledge_base: KnowledgeBaseOfRun
    gold: dict[str, str]
    """SHA-256 of each gold file by its name."""
    cases_sha256: str
    """Of `cases.jsonl`."""
    samples_sha256: str | None = None
    """Of `samples.jsonl`; None until the run is finished."""
    cases: int
    questions: int
    skipped: tuple[str, ...]
    """Answerable cases that name facts none of which is in a document."""
    unknown_facts: tuple[str, ...]
    models: dict[str, str]
    settings: dict[str, str]
    seed: int
    """Of every random number behind an interval."""
    platform: dict[str, str]

    def text(self) -> bytes:
        """Return the manifest as JSON for people and programs."""
        return self.model_dump_json(by_alias=True, indent=1).encode() + b"\n"

    def differences(self, other: "RunManifest") -> tuple[str, ...]:
        """Return the fields in which two runs differ that make their answers differ."""
        names = ("consilia", "code", "code_sha256", "knowledge_base", "cases_sha256", "models")
        return tuple(
            name for name in (*names, "settings") if getattr(self, name) != getattr(other, name)
        )


def describe(
    kb: Path,
    settings: Settings,
    gold: Sequence[Path],
    resolved: Resolved,
) -> RunManifest:
    """Describe a run before it is begun.

    Args:
        kb: The folder of the built knowledge base.
        settings: That shape the answers.
        gold: The files that the cases were read from.
        resolved: What will be asked, and what will not.

    Returns:
        The manifest.
    """
    generation = current_generation(kb)
    state = read_state(generation)
    return RunManifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        consilia=version("consilia"),
        code=_code(),
        code_sha256=_library_sha256(),
        knowledge_base=KnowledgeBaseOfRun(digest=state.knowledge_base, generation=generation.name),
        gold={path.name: digest(path.read_bytes()) for path in gold},
        cases_sha256=digest(cases_bytes(resolved.cases)),
        cases=len(resolved.cases),
        questions=sum(len(case.steps()) for case in resolved.cases),
        skipped=resolved.skipped,
        unknown_facts=resolved.unknown_facts,
        models=_models(state.embedder, settings),
        settings=_settings(settings),
        seed=SEED,
        platform={
            "python": platform.python_version(),
            "system": platform.system(),
            "machine": platform.machine(),
        },
    )


def cases_bytes(cases: Sequence[Case]) -> bytes:
    """Return `cases.jsonl`."""
    return "".join(f"{case_line(case)}\n" for case in cases).encode()


def _code() -> Code | None:
    try:
        commit = _git("rev-parse", "HEAD").strip()
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return None
    return Code(commit=commit, dirty=bool(changed.strip()))


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def _library_sha256() -> str:
    folder = Path(consilia.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.is_file() and _is_code(path, folder))
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{whole.hexdigest()}"


def _is_code(path: Path, folder: Path) -> bool:
    """Tell whether a file shapes answers: compiled files and the documents that ship do not."""
    return path.suffix != ".pyc" and path.relative_to(folder).parts[0] != "kb"


def _models(embedder: Mapping[str, object], settings: Settings) -> dict[str, str]:
    found = {"embedder": _named(str(embedder["name"])), "embedder_sha256": str(embedder["sha256"])}
    optional = {"entailment": settings.entailment, "llm": settings.llm}
    return found | {name: _named(value) for name, value in optional.items() if value}


def _named(model: str) -> str:
    """Return the name of a model without the folders of this machine."""
    if "://" in model:
        return model
    return PurePath(model).name if PurePath(model).is_absolute() or model[:1] == "." else model


def _settings(settings: Settings) -> dict[str, str]:
    shaping = {"digest": settings.digest()}
    return shaping if settings.risk is None else shaping | {"risk": str(settings.risk)}


def metrics_bytes(measures: Sequence[Mapping[str, object]]) -> bytes:
    """Return `metrics.json`, canonical: the same measures give the same bytes."""
    return canonical_json({"schema": "consilia.eval.metrics/1", "measures": measures}) + b"\n"
