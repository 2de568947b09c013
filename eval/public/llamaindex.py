"""What a plain LlamaIndex pipeline ranks: its vector index, its BM25, and its fusion of both.

Its defaults throughout: chunks of `SentenceSplitter`, the vector store in memory, `num_queries=1`
since no language model writes further queries. Only the embedder is ours.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, MetadataMode
from llama_index.retrievers.bm25 import BM25Retriever
from pydantic import PrivateAttr

from consilia.encoders import Embedder, Vectors
from consilia.models import canonical_json, digest
from consilia.retrieval import DEPTH
from eval.public.benchmark import BenchmarkError, Text
from eval.public.corpus_index import Progress
from eval.public.ranking import Rank


class OurEmbedding(BaseEmbedding):
    """This library's embedder as LlamaIndex wants one."""

    _encoded: Callable[[str], list[float]] = PrivateAttr()
    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.identity.name)
        self._embedder = embedder
        # The vector retriever and the fusion ask for the vector of the same question.
        self._encoded = lru_cache(maxsize=1)(lambda text: _list(embedder.encode_query([text])))

    def _get_text_embedding(self, text: str) -> list[float]:
        return _list(self._embedder.encode([text]))

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._encoded(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._encoded(query)


def _list(vectors: Vectors) -> list[float]:
    found: list[float] = vectors[0].tolist()
    return found


def rankings(
    texts: Sequence[Text], embedder: Embedder, cache: Path, progress: Progress
) -> dict[str, Rank]:
    """Return LlamaIndex's retrievers over a corpus.

    Args:
        texts: Each becomes one document, its title in front.
        embedder: Ours.
        cache: Where the vectors of the chunks are kept between runs.
        progress: Told of the encoding.

    Returns:
        By name, what ranks text ids for a question, best first, each once.
    """
    documents = [
        Document(id_=str(n), text=f"{text.title}\n\n{text.text}" if text.title else text.text)
        for n, text in enumerate(texts)
    ]
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    contents = [node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]
    vectors = _vectors(contents, embedder, cache, progress)
    for node, vector in zip(nodes, vectors, strict=True):
        node.embedding = vector.tolist()
    index = VectorStoreIndex(nodes, embed_model=OurEmbedding(embedder))
    depth = min(DEPTH, len(nodes))
    vector_retriever = index.as_retriever(similarity_top_k=depth)
    bm25 = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=depth)
    fusion = QueryFusionRetriever(
        [vector_retriever, bm25],
        llm=MockLLM(),
        mode=FUSION_MODES.RECIPROCAL_RANK,
        similarity_top_k=depth,
        num_queries=1,
        use_async=False,
    )
    retrievers = {"vector": vector_retriever, "BM25": bm25, "fusion": fusion}
    return {
        f"LlamaIndex {name}": _ranking(retriever, texts) for name, retriever in retrievers.items()
    }


def _ranking(retriever: BaseRetriever, texts: Sequence[Text]) -> Rank:
    def rank(question: str) -> list[str]:
        found = retriever.retrieve(question)
        return list(dict.fromkeys(texts[_document(hit.node)].id for hit in found))

    return rank


def _document(node: BaseNode) -> int:
    return int(node.ref_doc_id or "")


def _vectors(
    contents: Sequence[str], embedder: Embedder, cache: Path, progress: Progress
) -> Vectors:
    """The vectors of the chunks, from the file of an earlier run where there is one.

    Raises:
        BenchmarkError: That file is broken.
    """
    place = {content: n for n, content in enumerate(dict.fromkeys(contents))}
    made_of = [embedder.identity.to_dict(), list(place)]
    path = cache / f"chunks-{digest(canonical_json(made_of))[7:23]}.npy"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, _encoded(list(place), embedder, progress))
        part.replace(path)
    try:
        kept: Vectors = np.load(path)
        return kept[[place[content] for content in contents]]
    except (OSError, ValueError, EOFError, IndexError) as error:
        raise BenchmarkError(f"{path} is broken: {error}; delete it and run again") from error


def _encoded(texts: Sequence[str], embedder: Embedder, progress: Progress) -> Vectors:
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("encode chunks", done, len(texts))

    return embedder.encode(texts, progress=told)
