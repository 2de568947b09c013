"""One run of a retrieval benchmark: every system over the same corpus and questions, one table."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from consilia.encoders import Embedder
from consilia.glossary import Glossary
from consilia.knowledge_base import shipped_glossary
from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.public import Options
from eval.public.benchmark import Benchmark, BenchmarkError, Query
from eval.public.corpus_index import CorpusIndex
from eval.public.measuring import DEPTH, Measured, measured
from eval.public.ranking import Rank, Searches
from eval.public.table import markdown

OURS = "fused with glossary"
"""The library's default, which the others are compared with."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a benchmark found."""

    rankings: Mapping[str, list[list[str]]]
    """By system, for each question the ids of texts, best first."""
    measured: Mapping[str, Measured]
    tables: str
    """In Markdown."""


def run_retrieval(benchmark: Benchmark, options: Options, embedder: Embedder | None = None) -> int:
    """Ask every system every question, measure, and print the tables.

    Args:
        benchmark: As its adapter read it.
        options: Of the command line.
        embedder: For all systems; the one of the settings when None.

    Returns:
        The exit status, 0.

    Raises:
        BenchmarkError: The cache is broken, or a folder cannot be written.
    """
    asked = benchmark.limited(options.limit)
    rankings = ask_all(asked, embedder or open_embedder(read_settings()), options.cache)
    found = {name: measured(asked.queries, ranked) for name, ranked in rankings.items()}
    run = Run(rankings, found, markdown(asked, found, OURS))
    sys.stdout.write(run.tables)
    if options.out:
        _write(options.out, asked, run)
    return 0


def ask_all(
    benchmark: Benchmark, embedder: Embedder, cache: Path | None
) -> dict[str, list[list[str]]]:
    """Return what each system ranks for each question.

    Args:
        benchmark: Its corpus is indexed where the cache does not hold it.
        embedder: For all systems.
        cache: Where indexes are kept; the user's cache folder when None.

    Returns:
        By system, for each question the ids of texts, best first.
    """
    corpus = CorpusIndex.of(benchmark, embedder, cache)
    ranked: dict[str, list[list[str]]] = {}
    with corpus.opened(Glossary.empty(), told) as kb:
        plain = Searches(kb, corpus)
        ranks = {"BM25": plain.lexical, "dense": plain.dense, "fused": plain.fused}
        ranked |= _asked(ranks, benchmark.queries)
    with corpus.opened(shipped_glossary(), told) as kb:
        ours = Searches(kb, corpus)
        ranked |= _asked({OURS: ours.fused, "hits of `search`": ours.found}, benchmark.queries)
    return ranked | _asked(_llamaindex(corpus), benchmark.queries)


def _llamaindex(corpus: CorpusIndex) -> Mapping[str, Rank]:
    from eval.public import llamaindex

    return llamaindex.rankings(corpus.texts, corpus.embedder, corpus.folder.parent, told)


def _asked(ranks: Mapping[str, Rank], queries: Sequence[Query]) -> dict[str, list[list[str]]]:
    ranked: dict[str, list[list[str]]] = {name: [] for name in ranks}
    for done, query in enumerate(queries, start=1):
        for name, rank in ranks.items():
            ranked[name].append(rank(query.text)[:DEPTH])
        told(" and ".join(ranks), done, len(queries))
    return ranked


def told(phase: str, done: int, total: int) -> None:
    """Show how far it is, where somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{phase} {done:,} of {total:,}" + "\n" * (done == total))


def _write(out: Path, benchmark: Benchmark, run: Run) -> None:
    """Write the tables, and what each system ranked and reached for each question.

    Raises:
        BenchmarkError: The folder cannot be written.
    """
    details = {
        "benchmark": benchmark.name,
        "corpus": benchmark.digest(),
        "questions": [query.id for query in benchmark.queries],
        "rankings": run.rankings,
        "measures": {system: dict(found.values) for system, found in run.measured.items()},
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{benchmark.slug}.md").write_text(run.tables, encoding="utf-8")
        text = json.dumps(details, ensure_ascii=False, indent=1) + "\n"
        (out / f"{benchmark.slug}.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise BenchmarkError(f"cannot write in {out}: {error.strerror}") from error
