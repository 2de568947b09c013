"""`requirements.lock`: the pinned packages with the hashes of every file they come in."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from consilia.errors import ConsiliaError
from eval.supply.installed import CONSTRAINTS

LOCK = CONSTRAINTS.parent / "requirements.lock"
_COMPILE = ("pip", "compile", "--no-deps", "--generate-hashes", "--quiet")
_PLAIN = ("--no-header", "--no-annotate", "--python-version", "3.11", "--universal")


def lock(wheels: Path | None = None) -> int:
    """Write the file anew from the constraints.

    Args:
        wheels: A folder of wheels that are installed besides those of the registry, such as
            torch without CUDA.

    Returns:
        How many packages it names.

    Raises:
        ConsiliaError: uv is not installed, or does not find a package.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise ConsiliaError("locking needs uv: run `make lock`, or install uv")
    command = [uv, *_COMPILE, *_PLAIN, str(CONSTRAINTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConsiliaError(f"cannot lock, which needs the network: {done.stderr.strip()}")
    known = locked(done.stdout)
    for name, digest in _hashes(wheels):
        for requirement in known:
            if canonicalize_name(requirement.partition("==")[0]) == name:
                known[requirement].add(digest)
    LOCK.write_text(written(known), encoding="utf-8")
    return len(known)


def locked(text: str) -> dict[str, set[str]]:
    """Return the hashes of each `name==version` of such a file."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        requirement, *hashes = block.split()
        found[requirement] = {h.removeprefix("--hash=") for h in hashes}
    return found


def written(known: dict[str, set[str]]) -> str:
    """Return the file's text: pip takes no other file for these packages."""
    blocks = (
        " \\\n".join([requirement, *(f"    --hash={digest}" for digest in sorted(hashes))])
        for requirement, hashes in known.items()
    )
    return "\n".join(blocks) + "\n"


def _hashes(wheels: Path | None) -> Iterable[tuple[str, str]]:
    for path in sorted(wheels.glob("*.whl")) if wheels else ():
        try:
            name = parse_wheel_filename(path.name)[0]
        except InvalidWheelFilename as error:
            raise ConsiliaError(f"{path} is no wheel: {error}") from error
        with path.open("rb") as file:
            yield name, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
