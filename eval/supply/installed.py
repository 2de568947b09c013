"""The packages that Consilia needs, as they are installed."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "consilia"
ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
_CLASSIFIER = "License :: OSI Approved :: "


@dataclass(frozen=True, slots=True)
class Package:
    """One package that is needed, directly or by another one."""

    name: str
    """Normalised: lower case, hyphens."""
    version: str | None
    """None when it is not installed."""
    licence: str
    """As its own metadata tells; empty when they tell nothing."""
    summary: str
    needs: tuple[str, ...]
    """Names of the packages it needs here."""


def installed() -> tuple[Package, ...]:
    """Return all packages that the project and all its extras need on this system, by name.

    What the project itself needs is read from pyproject.toml.

    Returns:
        Packages with everything that they need in turn; `version` is None for those missing.
    """
    found: dict[str, Package] = {}
    waiting = [*_applying(direct(), frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        there = _distribution(name)
        needed = list(_applying((there.requires if there else None) or (), wanted))
        waiting += needed
        known = found[name].needs if name in found else ()
        found[name] = _package(name, there, {*known, *(n for n, _ in needed)})
    return tuple(package for _, package in sorted(found.items()))


def direct() -> tuple[str, ...]:
    """Return what the project needs of itself, all extras among it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return (*project["dependencies"], *(needed for extra in extras for needed in extra))


def _applying(
    requirements: Iterable[str], extras: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what is needed on this system, with the extras of it."""
    contexts = [{"extra": extra} for extra in ("", *extras)]
    for requirement in map(Requirement, requirements):
        marker = requirement.marker
        if marker is None or any(marker.evaluate(context) for context in contexts):
            yield canonicalize_name(requirement.name), frozenset(requirement.extras)


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _package(name: str, found: Distribution | None, needs: set[str]) -> Package:
    if found is None:
        return Package(name, None, "", "", ())
    version = found.version.partition("+")[0]
    summary = _told(found, "Summary")[:1]
    return Package(name, version, _licence(found), "".join(summary), tuple(sorted(needs)))


def _licence(found: Distribution) -> str:
    """The licence as a package tells it: the expression, the classifiers, or its free words."""
    if expression := _told(found, "License-Expression"):
        return expression[0]
    classifiers = _told(found, "Classifier")
    named = [c.removeprefix(_CLASSIFIER) for c in classifiers if c.startswith(_CLASSIFIER)]
    words = "".join(_told(found, "License")[:1]).strip()
    # Some paste the whole text of their licence here.
    return " AND ".join(named) or re.split(r"\n|\s{2,}", words)[0][:100]


def _told(found: Distribution, field: str) -> list[str]:
    return found.metadata.get_all(field) or []
