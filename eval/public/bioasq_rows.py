"""BioASQ with the files taken as they are, equal snippets and all."""

from pathlib import Path

from eval.public import Options
from eval.public.bioasq import read
from eval.public.retrieval import run_retrieval


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder of golden files, each row of theirs a text of its own."""
    return run_retrieval(read(path, repeated=True), options)
