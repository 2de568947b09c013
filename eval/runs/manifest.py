"""`run.json`: what was asked of what, so that two runs can be told to be alike or not."""

import hashlib
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path, PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

import consilia
from consilia.index import read_state
from consilia.knowledge_base import current_generation
from consilia.models import digest
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
    """SHA-256 of each gold file by its name; the second of one name is `name (2)`, and so on."""
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
        code_sha256=library_sha256(),
        knowledge_base=KnowledgeBaseOfRun(digest=state.knowledge_base, generation=generation.name),
        gold=_digests(gold),
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


def _digests(files: Sequence[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files:
        names = (f"{path.name} ({n})" if n > 1 else path.name for n in count(1))
        found[next(name for name in names if name not in found)] = digest(path.read_bytes())
    return found


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


def library_sha256() -> str:
    """Return the digest of the files of the library, without the documents that ship."""
    return files_sha256(Path(consilia.__file__).parent, but="kb")


def files_sha256(folder: Path, *, but: str = "") -> str:
    """Return a digest of all files of a folder with their names; compiled code does not count.

    Args:
        folder: Searched to any depth.
        but: The name of a folder within it that is left out.

    Returns:
        `sha256:` and hexadecimal digits.
    """
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = path.relative_to(folder)
        if path.suffix != ".pyc" and place.parts[0] != but:
            whole.update(f"{place.as_posix()}\0".encode())
            whole.update(_file_sha256(path))
    return f"sha256:{whole.hexdigest()}"


def _file_sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _models(embedder: Mapping[str, object], settings: Settings) -> dict[str, str]:
    found = {
        "embedder": model_name(str(embedder["name"])),
        "embedder_sha256": str(embedder["sha256"]),
    }
    optional = {"entailment": settings.entailment, "llm": settings.llm}
    return found | {name: model_name(value) for name, value in optional.items() if value}


def model_name(model: str) -> str:
    """Return the name of a model without the folders of this machine."""
    if "://" in model:
        return model
    return PurePath(model).name if PurePath(model).is_absolute() or model[:1] == "." else model


def _settings(settings: Settings) -> dict[str, str]:
    shaping = {"digest": settings.digest()}
    return shaping if settings.risk is None else shaping | {"risk": str(settings.risk)}
