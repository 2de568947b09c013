"""The documents and the glossary that ship keep the rules of `kb/README.md`."""

import json
from collections import Counter

import pytest

from consilia.documents import document_paths, read_document, sections_of, shipped_kb
from consilia.documents import manifest_of as current_manifest
from consilia.knowledge_base import shipped_glossary
from consilia.models import canonical_text
from consilia.populations import GROUPS
from consilia.sentences import split_sentences

KINDS = {"guidelines": "guideline", "labels": "label", "studies": "study"}


@pytest.fixture(scope="module")
def paths():
    return document_paths(shipped_kb())


@pytest.fixture(scope="module")
def documents(paths):
    return [read_document(path) for path in paths]


@pytest.fixture(scope="module")
def spans(documents):
    """Sentences of each document by id."""
    return {
        d.id: [
            d.text[span.start : span.end]
            for section in sections_of(d.text)
            for span in split_sentences(d.text, section.start, section.end)
        ]
        for d in documents
    }


@pytest.fixture(scope="module")
def entries():
    return shipped_glossary().entries


def test_documents_are_named_after_their_id_and_filed_by_kind(paths, documents):
    assert len(documents) > 100
    assert [d.id for d in documents] == [path.stem for path in paths]
    for path, document in zip(paths, documents, strict=True):
        assert document.metadata.kind == KINDS.get(path.parent.name, "reference")


def test_ids_and_keys_name_one_document_each(documents):
    keys = [d.metadata.key for d in documents]
    assert None not in keys
    assert len(set(keys)) == len({d.id for d in documents}) == len(documents)


def test_the_manifest_tells_the_documents_as_they_are():
    written = json.loads((shipped_kb() / "manifest.json").read_text(encoding="utf-8"))
    assert written == current_manifest(shipped_kb()), "run: python -m ingest manifest"


def test_every_line_is_one_sentence(documents, spans):
    for document in documents:
        lines = [line for line in document.text.splitlines() if line and line[0] != "#"]
        assert spans[document.id] == lines, document.id


def test_every_sentence_stands_under_a_heading(documents):
    bare = [d.id for d in documents for section in sections_of(d.text) if not section.headings]
    assert bare == []


def test_marks_and_conflicts_name_sentences(documents, spans):
    lost = [
        (document.id, named.sentence)
        for document in documents
        for named in (*document.metadata.marks, *document.metadata.conflicts)
        if canonical_text(named.sentence) not in spans[document.id]
    ]
    assert lost == []


def test_every_conflict_has_another_side(documents):
    sides = Counter(side.id for d in documents for side in d.metadata.conflicts)
    assert sides
    assert [conflict for conflict, n in sides.items() if n < 2] == []


def test_every_document_says_whose_words_it_holds_and_how_it_was_read(documents):
    for metadata in (d.metadata for d in documents):
        assert metadata.reading == "own_summary"
        assert metadata.read_level in {"abstract", "label_section"}
        assert metadata.read_on
        assert metadata.provenance in {"primary", "mirror", "secondary"}


def test_excluded_groups_are_not_included_ones(documents):
    both = [
        d.id
        for d in documents
        if {*d.metadata.population.include} & {*d.metadata.population.exclude}
    ]
    assert both == []
    groups = {g for d in documents for g in d.metadata.population.include if "_" in g}
    assert groups <= set(GROUPS)


def test_every_glossary_term_is_explained_by_a_source(entries):
    assert len(entries) > 250
    assert [e.term for e in entries if not e.source] == []
    assert [term for term, n in Counter(e.concept for e in entries).items() if n > 1] == []


def test_a_name_means_one_term(entries):
    names = Counter(name.casefold() for entry in entries for name in {*entry.names})
    assert [name for name, n in names.items() if n > 1] == []


def test_broader_terms_are_terms_and_no_term_is_above_itself(entries):
    glossary = shipped_glossary()
    above = {e.concept: glossary.broader(e.concept) for e in entries}
    assert [(t, b) for t, found in above.items() for b in found if b not in above] == []
    for term in above:
        seen, todo = set(), list(above[term])
        while todo:
            seen.add(concept := todo.pop())
            todo += [b for b in above[concept] if b not in seen]
        assert term not in seen


def test_definitions_are_sentences_of_the_documents_they_name(documents, spans, entries):
    by_key = {d.metadata.key: d.id for d in documents}
    defined = [e for e in entries if e.definition]
    assert defined
    wrong = [
        e.term
        for e in defined
        if e.definition not in spans.get(by_key.get(e.definition_document_key, ""), [])
    ]
    assert wrong == []
    assert [e.term for e in entries if e.definition_document_key and not e.definition] == []
