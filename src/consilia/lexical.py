"""The lexical side of an index: BM25 by tantivy over the glossary's tokens."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import tantivy

from consilia.errors import KnowledgeBaseError
from consilia.models import Kind

_ANALYSER = "tokens"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True, fast=True)
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", tokenizer_name=_ANALYSER, index_option="freq")
    return builder.build()


class LexicalIndex:
    """Search terms of sentences by row number."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the index.

        Args:
            folder: Where tantivy keeps its files.
            create: Start an empty one.

        Raises:
            KnowledgeBaseError: The files cannot be read.
        """
        try:
            if create:
                folder.mkdir()
                self._index = tantivy.Index(_schema(), path=str(folder))
            else:
                self._index = tantivy.Index.open(str(folder))
        except (ValueError, OSError) as error:
            raise KnowledgeBaseError(f"cannot open the word index in {folder}: {error}") from error
        self._index.register_tokenizer(
            _ANALYSER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        )
        self._searcher = self._index.searcher()

    def add(self, rows: Iterable[tuple[int, Kind, str]]) -> None:
        """Add sentences by row number, kind and search terms, and commit them."""
        # One thread: row numbers and segments come out the same in every build.
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for row, kind, terms in rows:
            document = tantivy.Document()
            document.add_unsigned("row", row)
            document.add_text("kind", kind)
            document.add_text("terms", terms)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def count(self) -> int:
        """Return how many sentences the index holds."""
        return int(self._searcher.num_docs)

    def frequency(self, token: str) -> int:
        """Return how many sentences hold a token."""
        return int(self._searcher.doc_freq("terms", token))

    def search(self, weights: Mapping[str, float], kind: Kind, k: int) -> list[tuple[int, float]]:
        """Return the best `k` rows of a kind for weighted tokens, best first, with BM25."""
        if not weights or not self.count():
            return []
        schema = self._index.schema
        words = tantivy.Query.boolean_query([
            (tantivy.Occur.Should, tantivy.Query.boost_query(_term(schema, token), weight))
            for token, weight in weights.items()
        ])
        of_kind = tantivy.Query.const_score_query(
            tantivy.Query.term_query(schema, "kind", kind, "basic"), 0.0
        )
        query = tantivy.Query.boolean_query([
            (tantivy.Occur.Must, words),
            (tantivy.Occur.Must, of_kind),
        ])
        found = self._searcher.search(query, k, count=False)
        hits = [
            (int(self._searcher.doc(address)["row"][0]), round(float(score), 4))
            for score, address in found.hits
        ]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def _term(schema: tantivy.Schema, token: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, "terms", token, "freq")
