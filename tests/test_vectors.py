"""What the graph of vectors does not lead to is found all the same."""

import json
import sys

import numpy as np
import pytest

from consilia import index_check
from consilia.index import VECTORS, read_state
from consilia.knowledge_base import current_generation
from consilia.vectors import VectorStore

# Hundreds of equal vectors close the graph of Chroma around themselves.
SHAPE, SHARE = (2_000, 64), 0.03


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A folder of vectors of which many are equal, and the vectors."""
    folder = tmp_path_factory.mktemp("crowded") / "generation" / VECTORS
    vectors = (np.random.default_rng(0).random(SHAPE) < SHARE).astype(np.float32)
    vectors[:, 0] = 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store = VectorStore.create(folder, {"study": len(vectors)})
    store.add("study", range(len(vectors)), vectors)
    store.close()
    return folder, vectors


def test_vectors_that_the_graph_does_not_lead_to_are_compared_one_by_one(crowded):
    folder, vectors = crowded
    store = VectorStore(folder, {"study": len(vectors)})
    lost = store.lost("study", tolerance=1e-3, batch=500)
    store.close()
    assert lost, "the graph leads to every vector: this test needs other vectors"

    store = VectorStore(folder, {"study": len(vectors)}, unreached={"study": lost})

    assert store.lost("study", tolerance=1e-3, batch=500) == []
    for hits, own in zip(store.search("study", vectors[lost[:20]], 5), lost, strict=False):
        rows, scores = zip(*hits, strict=True)
        assert len(set(rows)) == 5
        assert list(scores) == sorted(scores, reverse=True)
        assert scores[0] == pytest.approx(1, abs=1e-5)
        assert np.allclose(vectors[rows[0]], vectors[own])
    store.close()


def test_similarity_is_the_same_whether_the_graph_leads_there_or_not(crowded):
    folder, vectors = crowded
    plain = VectorStore(folder, {"study": len(vectors)})
    ((row, score),) = plain.search("study", 3 * vectors[:1], 1)[0]
    plain.close()
    apart = VectorStore(folder, {"study": len(vectors)}, unreached={"study": [row]})

    ((again, compared),) = apart.search("study", 3 * vectors[:1], 1)[0]

    assert compared == pytest.approx(score, abs=1e-5)
    assert np.allclose(vectors[again], vectors[row])
    apart.close()


@pytest.mark.parametrize(("lost", "status"), [([], 0), ([2], 0), ([*range(20)], 1)])
def test_a_new_index_may_have_few_unreached_vectors(
    flumbosis_kb, monkeypatch, capsys, lost, status
):
    folder = current_generation(flumbosis_kb)
    monkeypatch.setattr(sys, "argv", ["index_check", str(folder), "built"])
    monkeypatch.setattr(VectorStore, "lost", lambda _, kind, **__: lost if kind == "study" else [])

    assert index_check.main() == status

    told = capsys.readouterr()
    if status:
        assert "20 vectors of kind study do not find themselves" in told.err
    else:
        assert json.loads(told.out) == ({"study": lost} if lost else {})


def test_an_index_in_use_may_have_none(flumbosis_kb, monkeypatch, capsys):
    folder = current_generation(flumbosis_kb)
    monkeypatch.setattr(sys, "argv", ["index_check", str(folder), "sample"])
    monkeypatch.setattr(VectorStore, "lost", lambda _, kind, **__: [3] if kind == "study" else [])

    assert index_check.main() == 1
    assert "1 vectors of kind study" in capsys.readouterr().err
    assert read_state(folder).unreached == {}
