"""PubMedRS-200: questions to the systematic reviews that answer them, and what these cite."""

import re
from pathlib import Path

from pydantic import BaseModel

from eval.public import Options
from eval.public.benchmark import Benchmark, Query, Text, checked, single_spaced
from eval.public.records import csv_rows
from eval.public.retrieval import run_retrieval

FILE = "PubMedRS-200.csv"
_PMID = re.compile(r"\d+")


class _Review(BaseModel):
    PMID: str
    Abstract: str
    Ref_PMIDs: str
    questions: str


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with `PubMedRS-200.csv`."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the questions, and the abstracts of the reviews that they were made from.

    Args:
        path: Holds the file, as Clinfo.AI published it.

    Returns:
        The benchmark. The file has no text of the studies that a review cites, but where one is
        a review of the file too: those are relevant beside the review itself.

    Raises:
        BenchmarkError: The file is missing or malformed.
    """
    rows = [row.value for row in csv_rows(path / FILE, _Review)]
    whole = {r.PMID: r for r in rows if r.PMID and r.questions.strip() and r.Abstract.strip()}
    texts = tuple(Text(pmid, "", single_spaced(r.Abstract)) for pmid, r in whole.items())
    cited = {pmid: frozenset(_PMID.findall(r.Ref_PMIDs)) - {pmid} for pmid, r in whole.items()}
    queries = tuple(
        Query(
            pmid,
            single_spaced(review.questions),
            dict.fromkeys([pmid, *sorted(cited[pmid] & whole.keys())], 1),
        )
        for pmid, review in whole.items()
    )
    here = sum(len(query.relevant) - 1 for query in queries)
    notes = (
        f"{len(rows) - len(whole)} rows repeat a review or lack its number, question or abstract",
        f"of {sum(map(len, cited.values())):,} cited studies {here} have a text here",
        "titles are left out: the questions were made of them",
    )
    return checked(Benchmark("PubMedRS-200", "abstract", texts, queries, notes=notes))
