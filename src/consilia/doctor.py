"""An examination of the installation: packages, model, knowledge base."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from consilia.catalog import FILE, Catalog
from consilia.errors import ConsiliaError
from consilia.index_check import problems
from consilia.knowledge_base import current_generation, needs_build, shipped_glossary

_PACKAGES = ("consilia", "torch", "sentence-transformers", "chromadb", "tantivy", "gradio")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    text: str
    good: bool


def examine(home: Path, server: str = "") -> Iterator[Finding]:
    """Look at packages, the default model and a knowledge base, one after the other.

    Args:
        home: The folder of the knowledge base.
        server: URL of the Chroma server of the settings; empty for files in the folder.

    Yields:
        Findings; the last one is about the index.
    """
    for name in _PACKAGES:
        yield _package(name)
    yield _model()
    yield from _knowledge_base(home, server)


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name), good=True)
    except PackageNotFoundError:
        optional = name == "gradio"
        text = (
            "not installed; the chat needs it: pip install 'consilia[app]'"
            if optional
            else "missing"
        )
        return Finding(name, text, good=optional)


def _model() -> Finding:
    from consilia.embedding import (  # imports torch
        DEFAULT_NAME,
        DEFAULT_SHA256,
        check_weights,
        default_model_path,
    )

    try:
        sha256 = check_weights(default_model_path(), DEFAULT_SHA256)
    except ConsiliaError as error:
        return Finding("embedder", str(error), good=False)
    return Finding("embedder", f"{DEFAULT_NAME}, sha256 {sha256[:12]}… as expected", good=True)


def _knowledge_base(home: Path, server: str) -> Iterator[Finding]:
    try:
        with Catalog(home / FILE) as catalog:
            entries = catalog.entries()
            for entry in entries:
                catalog.document(entry.metadata.id)  # refuses a text that is not that of its hash
        yield Finding("documents", f"{len(entries)} in {home}", good=True)
        folder = current_generation(home)
        found = problems(folder)
        if needs_build(home, shipped_glossary(), server):
            found.append(
                "it is not of these documents and settings; the next question builds it again"
            )
    except ConsiliaError as error:
        yield Finding("knowledge base", str(error), good=False)
        return
    text = "; ".join(found) or f"whole, generation {folder.name}"
    yield Finding("index", text, good=not found)
