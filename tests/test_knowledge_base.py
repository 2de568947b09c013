"""Documents in and out of a knowledge base, and what a failure leaves behind."""

import json
import resource
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from consilia import Assistant
from consilia.catalog import FILE, Catalog, Provenance
from consilia.errors import IndexMismatchError, KnowledgeBaseError
from consilia.index import CURRENT, GENERATIONS
from consilia.ingestion import Ingestion
from consilia.knowledge_base import KnowledgeBase, current_generation, shipped_glossary
from consilia.remarks import remarks
from consilia.settings import Settings
from consilia.testing import HashEmbedder
from consilia.verify import check

DOSE = "What is the dose of zelvoprine for flumbosis?"
MONITORING = "Zelvoprine needs a monthly check of the ferritin level in flumbosis."


class CountingEmbedder(HashEmbedder):
    """Remembers what it was given to embed."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def encode(self, texts, *, progress=None):
        self.texts.extend(texts)
        return super().encode(texts, progress=progress)


class BrokenEmbedder(HashEmbedder):
    """Runs out of memory at the first text."""

    def encode(self, texts, *, progress=None):
        if texts:
            raise MemoryError("no memory for a batch")
        return super().encode(texts, progress=progress)


class NanEmbedder(HashEmbedder):
    """Returns what is no number for documents."""

    def encode(self, texts, *, progress=None):
        return super().encode(texts, progress=progress) * np.float32("nan")

    def encode_query(self, texts):
        return HashEmbedder().encode(texts)


# Each of these builds one more index, in a second and more: too long for the quick tests.
another_build = pytest.mark.slow


def opened(home, embedder=None):
    return Assistant.open(home, embedder=embedder or HashEmbedder())


def as_it_stands(home):
    """The generation that is there, whatever the catalog has come to hold."""
    embedder = HashEmbedder()
    kb = KnowledgeBase(home, shipped_glossary(), embedder.identity)
    return Assistant(kb, embedder, Settings())


def add(home, *paths, embedder=HashEmbedder):
    return Ingestion(home, embedder).add(paths)


def quotes(hits):
    return [hit.sentence.text for hit in hits]


def cited(answer):
    return {proof.document for claim in answer.claims for proof in claim.proofs}


@pytest.mark.slow
def test_a_document_is_used_once_added_and_no_longer_once_removed(
    own_flumbosis_kb, write_document, tmp_path
):
    home = own_flumbosis_kb
    text = f"## Monitoring\n\n{MONITORING}\n"
    path = write_document("ferritin", text, kind="reference", title="Zelvoprine checks")
    question = "Which monthly check does zelvoprine need?"
    embedder = CountingEmbedder()

    report = add(home, path, embedder=lambda: embedder)

    assert (report.added, report.updated, report.refused) == (("ferritin",), (), ())
    assert len(embedder.texts) == 1
    assert embedder.texts[0].endswith("in flumbosis")
    with opened(home) as assistant:
        assert MONITORING in quotes(assistant.search("ferritin check"))
        before = assistant.ask(question)
    assert "ferritin" in cited(before)
    assert check(json.loads(before.to_json()), home) == []

    report = Ingestion(home, HashEmbedder).remove("ferritin")

    assert report.removed == ("ferritin",)
    with opened(home) as assistant:
        assert MONITORING not in quotes(assistant.search("ferritin check", k=200))
        assert "ferritin" not in cited(assistant.ask(question))
        # What was shown before can still be looked up, but no longer passes as current.
        proof = next(p for c in before.claims for p in c.proofs if p.document == "ferritin")
        assert assistant.surroundings(proof).quote == MONITORING
    with Catalog(home / FILE) as catalog:
        assert "ferritin" not in set(catalog.keys())
        assert catalog.text("ferritin", proof.version) == text
    assert check(json.loads(before.to_json()), home) == []
    assert remarks(json.loads(before.to_json()), home) == ("'ferritin' was removed",)
    assert len(list((home / GENERATIONS).iterdir())) == 2


@pytest.mark.slow
def test_an_update_embeds_what_is_new_and_keeps_the_earlier_version(
    own_flumbosis_kb, write_document
):
    home = own_flumbosis_kb
    with Catalog(home / FILE) as catalog:
        old = catalog.document("zelvoprine-label")
    new_sentence = "For flumbosis the zelvoprine dose is 20 mg three times daily."
    path = write_document(
        "zelvoprine-label",
        f"{old.text}\n## Dosing\n\n{new_sentence}",
        kind="label",
        title="Zelvoprine label",
        revised="2021-05",
    )
    broken = write_document("broken", "Text.", colour="red")
    (path.parent / "copy.md").write_bytes(path.read_bytes())
    same = write_document("same-text", "Text.")
    same.write_text(same.read_text().replace("same-text", "zelvoprine-label"))
    embedder = CountingEmbedder()

    with opened(home) as reader:
        report = add(home, broken, path, path.parent / "copy.md", embedder=lambda: embedder)
        assert reader.ask(DOSE).status == "answered"

    assert (report.added, report.updated) == ((), ("zelvoprine-label",))
    assert [refused.path.name for refused in report.refused] == ["broken.md", "copy.md"]
    assert "colour" in report.refused[0].reason
    assert "another file has the id 'zelvoprine-label' too" in report.refused[1].reason
    assert [text for text in embedder.texts if "40 mg" in text] == []
    assert len(embedder.texts) == 1
    with Catalog(home / FILE) as catalog:
        assert catalog.text("zelvoprine-label", old.version) == old.text
        assert new_sentence in catalog.document("zelvoprine-label").text
    with opened(home) as assistant:
        assert new_sentence in {claim.text for claim in assistant.ask(DOSE).claims}


@pytest.mark.slow
def test_adding_the_same_document_again_changes_nothing(own_flumbosis_kb, write_document):
    home = own_flumbosis_kb
    with Catalog(home / FILE) as catalog:
        known = catalog.document("flumbosis-trial")
    path = write_document(known.id, known.text, **known.metadata.normalised())
    before = (home / CURRENT).read_text()

    embedder = CountingEmbedder()

    report = add(home, path, embedder=lambda: embedder)

    assert report.unchanged == ("flumbosis-trial",)
    assert embedder.texts == []
    assert (home / CURRENT).read_text() == before


def test_sentences_that_differ_in_a_not_are_both_found(flumbosis_kb):
    with opened(flumbosis_kb) as assistant:
        found = quotes(assistant.search("Is zelvoprine advised in early flumbosis?"))
    assert "Zelvoprine is advised in early flumbosis." in found
    assert "Zelvoprine is not advised in early flumbosis." in found


def test_hits_can_be_narrowed_to_a_kind(flumbosis_kb):
    with opened(flumbosis_kb) as assistant:
        hits = assistant.search("zelvoprine", kinds=("label",), k=1)
        assert [hit.sentence.kind for hit in hits] == ["label"]
        kinds = {hit.sentence.kind for hit in assistant.search("zelvoprine")}
    assert kinds == {"guideline", "label", "study"}


def test_removing_what_is_not_there_is_an_error(flumbosis_kb):
    with pytest.raises(KnowledgeBaseError, match="no document 'nothing'"):
        Ingestion(flumbosis_kb, HashEmbedder).remove("nothing")


def test_a_second_writer_is_turned_away(own_flumbosis_kb, write_document):
    path = write_document("ferritin", MONITORING)
    with (
        FileLock(own_flumbosis_kb / ".lock"),
        pytest.raises(KnowledgeBaseError, match="another ingest is running"),
    ):
        add(own_flumbosis_kb, path)


def test_readers_do_not_wait_for_a_writer(flumbosis_kb):
    with FileLock(flumbosis_kb / ".lock"), opened(flumbosis_kb) as assistant:
        assert assistant.ask(DOSE).status == "answered"


def test_a_file_is_no_knowledge_base(tmp_path, write_document):
    home = tmp_path / "file"
    home.write_text("precious")
    with pytest.raises(KnowledgeBaseError, match="is a file"):
        opened(home)
    with pytest.raises(KnowledgeBaseError, match="is a file"):
        add(home, write_document("ferritin", MONITORING))
    assert home.read_text() == "precious"


def test_a_named_folder_must_hold_a_knowledge_base(tmp_path):
    with pytest.raises(KnowledgeBaseError, match="does not exist"):
        opened(tmp_path / "none")
    (tmp_path / "notes.txt").touch()
    with pytest.raises(KnowledgeBaseError, match="holds other files and no knowledge base"):
        opened(tmp_path)


def test_an_index_of_another_embedder_is_refused(flumbosis_kb):
    with pytest.raises(IndexMismatchError, match="consilia kb rebuild"):
        opened(flumbosis_kb, HashEmbedder(dimension=64))


@another_build
def test_an_index_can_be_built_again_for_another_embedder(own_flumbosis_kb):
    """As the message of the refusal promises."""
    Ingestion(own_flumbosis_kb, lambda: HashEmbedder(dimension=64)).rebuild()
    with opened(own_flumbosis_kb, HashEmbedder(dimension=64)) as assistant:
        assert assistant.search("zelvoprine")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("embedder", "error"),
    [(BrokenEmbedder, MemoryError), (NanEmbedder, KnowledgeBaseError)],
)
def test_a_failed_build_leaves_the_earlier_index_answering(
    own_flumbosis_kb, write_document, embedder, error
):
    home, path = own_flumbosis_kb, write_document("ferritin", MONITORING)
    before = current_generation(home)

    with pytest.raises(error):
        add(home, path, embedder=embedder)

    assert current_generation(home) == before
    with as_it_stands(home) as assistant:
        assert assistant.ask(DOSE).status == "answered"
        assert "ferritin" not in cited(assistant.ask(DOSE))


@another_build
def test_an_index_that_cannot_be_swapped_in_is_thrown_away(own_flumbosis_kb, write_document):
    home, path = own_flumbosis_kb, write_document("ferritin", MONITORING)
    before = current_generation(home)
    (home / f"{CURRENT}.new").mkdir()

    with pytest.raises(KnowledgeBaseError, match="the earlier one stays in use"):
        add(home, path)

    assert list((home / GENERATIONS).iterdir()) == [before]
    with as_it_stands(home) as assistant:
        assert assistant.ask(DOSE).status == "answered"


@pytest.fixture
def full_disk():
    """No file can grow beyond a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.slow
@pytest.mark.parametrize("room", [4_096, 80_000], ids=["for no document", "for no index"])
def test_on_a_full_disk_nothing_is_lost(own_flumbosis_kb, write_document, full_disk, room):
    home, path = own_flumbosis_kb, write_document("ferritin", MONITORING)
    before = current_generation(home)

    full_disk(room)
    try:
        with pytest.raises(KnowledgeBaseError, match=r"disk|write"):
            add(home, path)
    finally:
        full_disk(resource.RLIM_INFINITY)

    assert list((home / GENERATIONS).iterdir()) == [before]
    with as_it_stands(home) as assistant:
        assert assistant.ask(DOSE).status == "answered"


def test_questions_are_answered_from_a_copy_while_the_disk_is_full(flumbosis_kb, monkeypatch):
    monkeypatch.setattr("consilia.index.is_full", lambda _: True)
    folder = current_generation(flumbosis_kb)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    with as_it_stands(flumbosis_kb) as assistant:
        assert assistant.ask(DOSE).status == "answered"

    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_without_room_for_a_copy_the_error_says_where_to_make_some(
    flumbosis_kb, tmp_path, monkeypatch
):
    monkeypatch.setattr("consilia.index.is_full", lambda _: True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))

    with pytest.raises(KnowledgeBaseError, match="TMPDIR"):
        as_it_stands(flumbosis_kb)


@pytest.mark.slow
def test_the_earlier_index_answers_as_long_as_a_new_one_cannot_be_built(
    own_flumbosis_kb, write_document
):
    """The error of a failed change says that it stays in use."""
    home = own_flumbosis_kb
    with pytest.raises(KnowledgeBaseError):
        add(home, write_document("ferritin", MONITORING), embedder=NanEmbedder)

    with opened(home, NanEmbedder()) as assistant:
        assert assistant.ask(DOSE).status == "answered"


@another_build
def test_a_lost_index_is_built_again_without_embedding_anything(own_flumbosis_kb):
    shutil.rmtree(current_generation(own_flumbosis_kb))
    embedder = CountingEmbedder()
    with opened(own_flumbosis_kb, embedder) as assistant:
        assert embedder.texts == []
        assert assistant.ask(DOSE).status == "answered"


@pytest.mark.slow
@pytest.mark.parametrize(
    "damaged", ["sentences.sqlite3", "vectors/chroma.sqlite3", "words/meta.json"]
)
def test_a_damaged_index_is_built_again_and_answers_say_so(own_flumbosis_kb, damaged):
    folder = current_generation(own_flumbosis_kb)
    (folder / damaged).write_bytes(b"\x00 damaged " * 999)
    embedder = CountingEmbedder()
    with opened(own_flumbosis_kb, embedder) as assistant:
        assert embedder.texts == []
        answer = assistant.ask(DOSE)
    assert answer.status == "answered"
    assert [(n.code, Path(damaged).name in n.text) for n in answer.notices] == [
        ("index_rebuilt", True)
    ]
    assert current_generation(own_flumbosis_kb) != folder
    with opened(own_flumbosis_kb) as assistant:
        assert assistant.ask(DOSE).notices == ()


@another_build
def test_a_damaged_index_gives_way_to_the_one_before_when_it_cannot_be_built(
    own_flumbosis_kb, write_document
):
    add(own_flumbosis_kb, write_document("ferritin", MONITORING))
    folder = current_generation(own_flumbosis_kb)
    (folder / "sentences.sqlite3").write_bytes(b"damaged" * 999)
    with FileLock(own_flumbosis_kb / ".lock"), opened(own_flumbosis_kb) as assistant:
        answer = assistant.ask(DOSE)
    assert answer.status == "answered"
    assert [notice.code for notice in answer.notices] == ["index_rolled_back"]


@another_build
def test_a_damaged_index_can_be_built_again(own_flumbosis_kb):
    """As the message of the error promises."""
    (current_generation(own_flumbosis_kb) / "sentences.sqlite3").write_bytes(b"damaged" * 999)

    Ingestion(own_flumbosis_kb, HashEmbedder).rebuild()

    with opened(own_flumbosis_kb) as assistant:
        assert assistant.ask(DOSE).status == "answered"


@another_build
@pytest.mark.parametrize("damaged", ["generation.json", f"../../{CURRENT}"])
def test_an_index_that_cannot_be_told_from_another_is_built_again(own_flumbosis_kb, damaged):
    (current_generation(own_flumbosis_kb) / damaged).write_text("")
    with opened(own_flumbosis_kb) as assistant:
        assert assistant.ask(DOSE).status == "answered"


def test_a_damaged_catalog_is_a_clear_error(own_flumbosis_kb):
    (own_flumbosis_kb / FILE).write_bytes(b"damaged" * 999)
    with pytest.raises(KnowledgeBaseError, match="cannot use the catalog"):
        opened(own_flumbosis_kb)


def test_a_catalog_of_a_newer_program_is_left_alone(own_flumbosis_kb, write_document):
    with Catalog(own_flumbosis_kb / FILE, write=True) as catalog, catalog.transaction():
        catalog.set_meta({"schema": "99"})
    with pytest.raises(KnowledgeBaseError, match="another version of consilia"):
        opened(own_flumbosis_kb)
    with pytest.raises(KnowledgeBaseError, match="another version of consilia"):
        add(own_flumbosis_kb, write_document("ferritin", MONITORING))


def test_a_lost_catalog_is_not_taken_for_an_empty_one(own_flumbosis_kb):
    (own_flumbosis_kb / FILE).unlink()
    before = current_generation(own_flumbosis_kb)
    with pytest.raises(KnowledgeBaseError), opened(own_flumbosis_kb):
        pass
    assert current_generation(own_flumbosis_kb) == before


@pytest.mark.slow
def test_new_shipped_documents_leave_those_of_the_user_alone(own_flumbosis_kb, fake_kb, tmp_path):
    home = shutil.copytree(fake_kb, tmp_path / "mixed")
    with Catalog(home / FILE, write=True) as catalog, catalog.transaction():
        shipped = catalog.document("riluzole-us-label")
        catalog.put(shipped, Provenance("user"))
        changed = catalog.keys()["riluzole-us-label"]
        catalog.set_meta({"shipped_manifest": "an earlier one"})

    report = Ingestion(home, HashEmbedder).add_shipped()

    assert "riluzole-us-label" not in (*report.added, *report.updated, *report.removed)
    with Catalog(home / FILE) as catalog:
        assert catalog.keys()["riluzole-us-label"] == changed
