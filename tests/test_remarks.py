"""What is told of the documents of an answer that changed since it was made."""

import json

import pytest

from consilia import Assistant
from consilia.catalog import FILE, Catalog, Provenance
from consilia.documents import parse_document
from consilia.exporting import export
from consilia.remarks import remarks
from consilia.testing import HashEmbedder
from consilia.verify import check

pytestmark = pytest.mark.slow

LABEL = "zelvoprine-label"


@pytest.fixture
def answer(own_flumbosis_kb):
    with Assistant.open(own_flumbosis_kb, embedder=HashEmbedder()) as assistant:
        made = assistant.ask("What is the dose of zelvoprine for flumbosis?")
    return json.loads(made.to_json())


def change(home, text=None, document=LABEL, **front_matter):
    """Make a revision of a document the current one, as a later add or judgement does."""
    with Catalog(home / FILE, write=True) as catalog, catalog.transaction():
        old = catalog.document(document)
        metadata = old.metadata.normalised() | front_matter
        source = f"---\n{json.dumps(metadata)}\n---\n{text or old.text}"
        catalog.put(parse_document(source), Provenance("user"))


def remove(home, document=LABEL):
    with Catalog(home / FILE, write=True) as catalog, catalog.transaction():
        catalog.point(document, None)


def as_a_miss(answer):
    """The answer with its label as a nearest miss alone, and no reference to it."""
    (proof,) = [p for c in answer["claims"] for p in c["proofs"] if p["document"] == LABEL]
    silence = {"text": "No.", "reason": "r", "nearest": [proof | {"missing": []}]}
    section = answer["sections"][1] | {"abstention": silence}
    return answer | {"claims": [], "references": [], "sections": [section]}


def test_documents_that_are_current_need_no_remark(own_flumbosis_kb, answer):
    change(own_flumbosis_kb, title="Another title")
    assert remarks(answer, own_flumbosis_kb) == ()


def test_a_removed_document_is_told_once_though_several_spans_rest_on_it(own_flumbosis_kb, answer):
    remove(own_flumbosis_kb)
    answer["claims"] += answer["claims"]
    assert remarks(answer, own_flumbosis_kb) == (f"'{LABEL}' was removed",)


def test_a_newer_version_is_told(own_flumbosis_kb, answer):
    change(own_flumbosis_kb, "Another text.\n")
    assert remarks(answer, own_flumbosis_kb) == (f"'{LABEL}' has a newer version",)


def test_a_document_that_was_retracted_since_is_told(own_flumbosis_kb, answer):
    change(own_flumbosis_kb, standing="retracted")
    said = f"'{LABEL}' has the standing retracted now, not unknown"
    assert remarks(answer, own_flumbosis_kb) == (said,)
    assert check(answer, own_flumbosis_kb) == []


def test_all_that_changed_of_a_document_is_told_in_its_one_line(own_flumbosis_kb, answer):
    change(own_flumbosis_kb, "Another text.\n", standing="retracted")
    said = f"'{LABEL}' has a newer version and has the standing retracted now, not unknown"
    assert remarks(answer, own_flumbosis_kb) == (said,)


def test_each_document_has_a_line_in_the_order_of_the_answer(own_flumbosis_kb, answer):
    documents = ("flumbosis-trial", LABEL, "flumbosis-guideline")
    (proof,) = answer["claims"][0]["proofs"]
    answer["claims"][0]["proofs"] = [proof | {"document": d} for d in documents[:2]]
    nearest = [proof | {"document": d} for d in documents[1:]]
    answer["sections"][0]["abstention"] = {"text": "No.", "reason": "r", "nearest": nearest}
    for document in documents:
        remove(own_flumbosis_kb, document)
    assert remarks(answer, own_flumbosis_kb) == tuple(f"{d!r} was removed" for d in documents)


def test_a_nearest_miss_is_told_of_too(own_flumbosis_kb, answer):
    missed = as_a_miss(answer)
    assert remarks(missed, own_flumbosis_kb) == ()
    change(own_flumbosis_kb, "Another text.\n", standing="retracted")
    assert remarks(missed, own_flumbosis_kb) == (f"'{LABEL}' has a newer version",)
    remove(own_flumbosis_kb)
    assert remarks(missed, own_flumbosis_kb) == (f"'{LABEL}' was removed",)


def test_a_document_that_was_never_there_is_no_remark(own_flumbosis_kb, answer):
    for claim in answer["claims"]:
        for proof in claim["proofs"]:
            proof["document"] = "none"
    assert remarks(answer, own_flumbosis_kb) == ()


def test_a_folder_has_no_remarks(own_flumbosis_kb, answer, tmp_path):
    remove(own_flumbosis_kb)
    with Catalog(own_flumbosis_kb / FILE) as catalog:
        export(catalog, tmp_path / "folder")
    assert check(answer, tmp_path / "folder") == []
    assert remarks(answer, tmp_path / "folder") == ()


@pytest.mark.parametrize("junk", [{}, {"claims": 1}, {"claims": [], "sections": [None]}])
def test_what_is_no_answer_is_refused(own_flumbosis_kb, junk):
    with pytest.raises(ValueError, match="validation error"):
        remarks(junk, own_flumbosis_kb)
