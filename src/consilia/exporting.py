"""Writing a knowledge base out as plain text files, which need no program to be read."""

import json
import os
import shutil
from pathlib import Path

import yaml

from consilia.catalog import Catalog, Revision
from consilia.documents import FOLDER_OF, MANIFEST
from consilia.errors import KnowledgeBaseError


def export(catalog: Catalog, folder: Path) -> int:
    """Write every revision of every document, and a manifest that names them.

    The current revision of a document lies where the documents that ship lie, those before it under
    `revisions/`. `consilia verify ANSWER --kb FOLDER` works from the folder.

    Args:
        catalog: Open.
        folder: Is made; must be empty when it is there.

    Returns:
        How many documents are current.

    Raises:
        KnowledgeBaseError: The folder is not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KnowledgeBaseError(f"{folder} is there already; name a folder that is not")
    aside = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    current = set(catalog.keys())
    try:
        entries = [
            _write(catalog, revision, aside)
            for document in sorted({*current, *catalog.removed()})
            for revision in catalog.revisions(document)
        ]
        manifest = {
            "schema": "consilia.manifest/1",
            "documents": entries,
            "reviews": [
                {
                    "question": act.question,
                    "audience": act.audience,
                    "status": act.status,
                    "evidence_digest": act.evidence_digest,
                    "answer_id": act.answer_id,
                    "by": act.by,
                    "at": act.at,
                }
                for act in catalog.reviews.all()
            ],
        }
        aside.mkdir(parents=True, exist_ok=True)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (aside / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise KnowledgeBaseError(f"cannot write {folder}: {error.strerror}") from error
    return len(current)


def _write(catalog: Catalog, revision: Revision, folder: Path) -> dict[str, object]:
    metadata = revision.metadata
    name = f"{FOLDER_OF[metadata.kind]}/{metadata.id}.md"
    if not revision.is_current:
        name = f"revisions/{metadata.id}/{revision.number}.md"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    known = metadata.normalised()
    front_matter = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=100)
    text = catalog.text(metadata.id, revision.version) or ""
    path.write_text(f"---\n{front_matter}---\n\n{text}", encoding="utf-8", newline="\n")
    return {
        "id": metadata.id,
        "path": name,
        "version": revision.version,
        "metadata_sha256": revision.metadata_sha256,
        "current": revision.is_current,
        "front_matter": known,
    }
