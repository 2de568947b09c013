"""SciFact: claims to the abstracts that hold evidence for or against them."""

from pathlib import Path

from pydantic import BaseModel

from eval.public import Options
from eval.public.benchmark import Benchmark, Figure, Query, Text, checked, single_spaced
from eval.public.records import Row, csv_rows
from eval.public.retrieval import run_retrieval
from eval.scifact import abstract_sentences

CORPUS, CLAIMS = "corpus_train.csv", "claims_train.csv"
_DEV = "measured for the design of this project, on 188 dev claims with evidence"
_BEIR = "huggingface.co/datasets/pyterrier/scifact.terrier, on the test claims of BEIR"
_FIGURES = (
    Figure("LlamaIndex hybrid, MiniLM", "nDCG@10", 0.850, _DEV),
    Figure("haiku.rag, MiniLM", "nDCG@10", 0.847, _DEV),
    Figure("PyTerrier BM25", "nDCG@10", 0.684, _BEIR),
)


class _Abstract(BaseModel):
    doc_id: str
    title: str
    abstract: str


class _Evidence(BaseModel):
    id: str
    claim: str
    evidence_doc_id: str


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with `corpus_train.csv` and `claims_train.csv`."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the claims of the training half that have evidence, and all abstracts.

    Args:
        path: Holds the two files as exported from AllenAI's SciFact 1.0.

    Returns:
        The benchmark; an abstract is relevant whether it supports or contradicts.

    Raises:
        BenchmarkError: A file is missing, malformed or of another download.
    """
    texts = tuple(_text(row) for row in csv_rows(path / CORPUS, _Abstract))
    rows = csv_rows(path / CLAIMS, _Evidence)
    claims = {row.value.id: row.value.claim for row in rows}
    evidence: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.value.evidence_doc_id:
            evidence.setdefault(row.value.id, {})[row.value.evidence_doc_id] = 1
    queries = tuple(
        Query(id_, single_spaced(claims[id_]), relevant) for id_, relevant in evidence.items()
    )
    note = f"{len(claims) - len(queries):,} claims without evidence in any abstract are left out"
    return checked(
        Benchmark("SciFact", "abstract", texts, queries, figures=_FIGURES, notes=(note,))
    )


def _text(row: Row[_Abstract]) -> Text:
    """One abstract, its sentences joined.

    Raises:
        BenchmarkError: The column is no list of strings.
    """
    try:
        sentences = abstract_sentences(row.value.abstract)
    except (SyntaxError, ValueError) as error:
        raise row.error(f"abstract: no list of strings ({error})") from error
    if not sentences:
        raise row.error("abstract: holds no sentence in quotes")
    return Text(
        row.value.doc_id, single_spaced(row.value.title), single_spaced(" ".join(sentences))
    )
