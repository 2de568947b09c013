"""The commands `python -m eval.supply sbom`, `audit` and `lock`."""

import argparse
import sys
from pathlib import Path

from consilia.errors import ConsiliaError
from eval.supply.audit import audit
from eval.supply.installed import CONSTRAINTS, installed
from eval.supply.lock import LOCK, lock
from eval.supply.sbom import bill


def main() -> int:
    """Run one command; exit 1 when something is wrong."""
    given = _parser().parse_args()
    try:
        return int(given.run(given))
    except ConsiliaError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1


def _sbom(given: argparse.Namespace) -> int:
    packages = installed()
    given.out.write_text(bill(packages), encoding="utf-8")
    count = sum(1 for package in packages if package.version)
    sys.stdout.write(f"{given.out}: {count} packages and the model's weights\n")
    return 0


def _audit(_: argparse.Namespace) -> int:
    found = audit(installed(), CONSTRAINTS.read_text(encoding="utf-8"))
    for problem in found.problems:
        sys.stdout.write(f"BAD  {problem}\n")
    for name, licence in found.weak.items():
        sys.stdout.write(f"note {name}: {licence}\n")
    sys.stdout.write(f"{found.count} packages, {len(found.problems)} problems\n")
    return 1 if found.problems else 0


def _lock(given: argparse.Namespace) -> int:
    count = lock(given.wheels)
    sys.stdout.write(f"{LOCK.name}: {count} packages\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.supply", description=__doc__)
    commands = parser.add_subparsers(required=True)
    sbom = commands.add_parser("sbom", help="a CycloneDX bill of materials of what is installed")
    sbom.add_argument("out", type=Path, nargs="?", default=Path("sbom.json"))
    sbom.set_defaults(run=_sbom)
    commands.add_parser("audit", help="versions and licences").set_defaults(run=_audit)
    locking = commands.add_parser("lock", help="write requirements.lock; needs the network and uv")
    locking.add_argument("--wheels", type=Path, help="a folder of wheels whose hashes are added")
    locking.set_defaults(run=_lock)
    return parser


if __name__ == "__main__":
    sys.exit(main())
