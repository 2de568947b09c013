"""Whether what is installed is what was pinned, under licences that the project may live with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from eval.supply.installed import Package

_STRONG = re.compile(r"\bA?GPL|GNU (?:Affero )?General Public", re.IGNORECASE)
_WEAK = re.compile(r"LGPL|Lesser General|\bMPL|Mozilla|\bEPL|\bCDDL", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found."""

    count: int
    """Packages looked at."""
    problems: tuple[str, ...]
    weak: Mapping[str, str]
    """Packages whose licence asks that changes to their own files stay open."""


def pins(text: str) -> dict[str, str]:
    """Return the versions that a file of constraints pins, by normalised name.

    >>> pins("PyYAML==6.0.3")
    {'pyyaml': '6.0.3'}
    """
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    pairs = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version.strip() for name, version in pairs}


def audit(packages: Iterable[Package], constraints: str) -> Audit:
    """Compare packages with a file of constraints and look at their licences.

    Args:
        packages: Those that are needed.
        constraints: The text of the file, one `name==version` a line.

    Returns:
        What is missing, not pinned, another version, or under a licence that would reach us.
    """
    pinned = pins(constraints)
    known = list(packages)
    problems = [problem for package in known for problem in _problems(package, pinned)]
    weak = {p.name: p.licence for p in known if _WEAK.search(p.licence)}
    return Audit(len(known), tuple(problems), weak)


def reaches_us(licence: str) -> bool:
    """Tell whether a licence would hold for what it is combined with: the GPL or the AGPL.

    >>> [reaches_us(licence) for licence in ("GPL-3.0-only", "LGPL-3.0-only", "GPL-2.0 OR MIT")]
    [True, False, False]
    """
    choices = re.split(r"\bOR\b", licence.strip("() "))
    return all(_STRONG.search(choice) for choice in choices)


def _problems(package: Package, pinned: Mapping[str, str]) -> list[str]:
    if package.version is None:
        return [f"{package.name} is needed and not installed"]
    found = []
    if package.name not in pinned:
        found.append(f"{package.name} {package.version} is not pinned in constraints.txt")
    elif pinned[package.name].partition("+")[0] != package.version:
        found.append(f"{package.name} {package.version}: {pinned[package.name]} is pinned")
    if not package.licence:
        found.append(f"{package.name} tells no licence")
    if reaches_us(package.licence):
        found.append(f"{package.name} is under {package.licence}")
    return found
