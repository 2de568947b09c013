"""`python -m eval.scale.steps STEP HOME …`: one measured step in a process of its own, as JSON."""

import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from consilia import Assistant
from consilia.catalog import FILE
from consilia.ingestion import Ingestion
from consilia.models import KINDS, Kind
from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.indexing import RecordingEmbedder
from eval.scale.corpus import Corpus, PerturbingEmbedder, fill

QUERIES, WARM_UPS = 200, 20
ADDED_DOCUMENTS = 10


def main() -> None:
    """Run the step that the arguments name and print what it measured."""
    step, home, vectors = sys.argv[1:]
    found = _STEPS[step](Path(home), Path(vectors))
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps(found) + "\n")


def encode(home: Path, vectors: Path) -> dict[str, object]:
    """Build an index with the real encoder, then encode the same texts bare.

    Args:
        home: Holds `sentences.txt`, the number of sentences.
        vectors: Where the real vectors are kept for the other sizes.

    Returns:
        Seconds of both.
    """
    recorder = RecordingEmbedder(open_embedder(read_settings()))
    fill(home / FILE, Corpus(), _size(home))
    start = time.perf_counter()
    Ingestion(home, lambda: recorder).rebuild()
    built = time.perf_counter() - start
    start = time.perf_counter()
    encoded = recorder.encode(list(recorder.texts))
    bare = time.perf_counter() - start
    np.save(vectors, encoded)
    return {"build": built, "bare": bare, "texts": len(encoded)}


def build(home: Path, vectors: Path) -> dict[str, object]:
    """Build an index of new documents whose vectors are perturbations of real ones."""
    fill(home / FILE, Corpus(), _size(home))
    start = time.perf_counter()
    Ingestion(home, lambda: _stand_in(vectors)).rebuild()
    return {"build": time.perf_counter() - start}


def rebuild(home: Path, vectors: Path) -> dict[str, object]:
    """Build the index again from what the catalog stores."""
    start = time.perf_counter()
    Ingestion(home, lambda: _stand_in(vectors)).rebuild()
    return {"build": time.perf_counter() - start}


def add(home: Path, vectors: Path) -> dict[str, object]:
    """Add ten documents, as files."""
    folder = home.with_name(f"{home.name}-added")
    folder.mkdir()
    documents = Corpus().documents(ADDED_DOCUMENTS * 3, start=9_000_000)
    for document in documents:
        front = f"---\nid: {document.id}\nkind: {document.metadata.kind}\ntitle: Added\n---\n\n"
        (folder / f"{document.id}.md").write_text(front + document.text, encoding="utf-8")
    start = time.perf_counter()
    report = Ingestion(home, lambda: _stand_in(vectors)).add(sorted(folder.iterdir()))
    return {"build": time.perf_counter() - start, "added": len(report.added)}


def search(home: Path, vectors: Path) -> dict[str, object]:
    """Search an open knowledge base, all kinds and one kind in turn."""
    embedder = _stand_in(vectors)
    queries = Corpus().queries(QUERIES + WARM_UPS, _size(home))
    start = time.perf_counter()
    with Assistant.open(home, embedder=embedder) as assistant:
        opened = time.perf_counter() - start
        times = {
            name: [_timed(assistant, query, kinds) for query in queries][WARM_UPS:]
            for name, kinds in _SEARCHED.items()
        }
    return {"open": opened, **times}


def _timed(assistant: Assistant, query: str, kinds: Sequence[Kind]) -> float:
    start = time.perf_counter()
    assistant.search(query, kinds=kinds, k=10)
    return time.perf_counter() - start


def _stand_in(vectors: Path) -> PerturbingEmbedder:
    return PerturbingEmbedder(open_embedder(read_settings()), np.load(vectors))


def _size(home: Path) -> int:
    return int((home.parent / f"{home.name}.size").read_text(encoding="utf-8"))


_SEARCHED: dict[str, tuple[Kind, ...]] = {"all": KINDS, "one": ("label",)}
_STEPS = {"encode": encode, "build": build, "rebuild": rebuild, "add": add, "search": search}

if __name__ == "__main__":
    main()
