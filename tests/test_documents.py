"""Reading documents: what is taken in, what is refused, and what changes a version."""

import unicodedata

import pytest

from consilia.documents import (
    find_paths,
    manifest_of,
    parse_document,
    read_document,
    sections_of,
    write_manifest,
)
from consilia.errors import DocumentError

FRONT = "id: a-study\nkind: study\ntitle: A study\n"
TEXT = "Refer adults with weakness.\nRest helps.\n"


def document(front=FRONT, text=TEXT):
    return parse_document(f"---\n{front}---\n\n{text}")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "no front matter"),
        ("Only text.\n", "no front matter"),
        (f"---\n{FRONT}Only text, never closed.\n", "no front matter"),
        (f"\n---\n{FRONT}---\nText.\n", "no front matter"),
        ("---\n- a\n- b\n---\nText.\n", "no list of `key: value`"),
        ("---\n---\nText.\n", "no list of `key: value`"),
        ("---\nid: [a\n---\nText.\n", "no valid YAML"),
        (f"---\n{FRONT}a: !!python/object:os.system {{}}\n---\nText.\n", "no valid YAML"),
        (f"---\n{FRONT}author: Doe\n---\nText.\n", "author: Extra inputs"),
        ("---\nkind: study\ntitle: T\n---\nText.\n", "id: Field required"),
        ("---\nid: ab\ntitle: T\n---\nText.\n", "kind: Field required"),
        ("---\nid: ab\nkind: study\n---\nText.\n", "title: Field required"),
        ("---\nid: ab\nkind: study\ntitle: '  '\n---\nText.\n", "title is empty"),
        ("---\nid: ../ab\nkind: study\ntitle: T\n---\nText.\n", "id: "),
        ("---\nid: ab\nkind: opinion\ntitle: T\n---\nText.\n", "kind: "),
        (f"---\n{FRONT}year: soon\n---\nText.\n", "year: "),
        (f"---\n{FRONT}published: 5/2020\n---\nText.\n", "published: "),
        (f"---\n{FRONT}standing: fine\n---\nText.\n", "standing: "),
        (f"---\n{FRONT}url: javascript:alert(1)\n---\nText.\n", "url: "),
        (f"---\n{FRONT}sample_size: -1\n---\nText.\n", "sample_size: "),
        (f"---\n{FRONT}population: {{include: [adult], age: 3}}\n---\nText.\n", "population.age"),
        (f"---\n{FRONT}evidence_type: {{design: guess, wording: x}}\n---\nText.\n", "design"),
        (f"---\n{FRONT}marks: [{{sentence: Text., mark: vital}}]\n---\nText.\n", "marks.0.mark"),
        (f"---\n{FRONT}---\n", "no text"),
        (f"---\n{FRONT}---\n\n  \n\n", "no text"),
        (f"---\n{FRONT}---\nText\x00.\n", "NUL"),
    ],
)
def test_a_broken_document_is_refused_with_the_reason(raw, reason):
    with pytest.raises(DocumentError, match=reason):
        parse_document(raw)


@pytest.mark.parametrize("key", ["marks: [{sentence: %s}]", "conflicts: [{id: x, sentence: %s}]"])
@pytest.mark.parametrize(
    "named", ["Rest never helps.", "Rest", "helps.", "Refer adults with weakness. Rest helps."]
)
def test_a_mark_or_conflict_must_name_a_whole_sentence(key, named):
    front = FRONT + key % named + "\n"
    with pytest.raises(DocumentError, match="names no sentence"):
        document(front)


def test_a_mark_cannot_name_a_heading():
    with pytest.raises(DocumentError, match="names no sentence"):
        document(FRONT + "marks: [{sentence: Dosing}]\n", "## Dosing\n\nRest.\n")


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(f"---\n{FRONT}---\nNaïve.\n".encode("latin-1"))
    with pytest.raises(DocumentError, match=r"a\.md: not UTF-8 at byte \d+"):
        read_document(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DocumentError, match="No such file"):
        read_document(tmp_path / "none.md")
    with pytest.raises(DocumentError, match="directory"):
        read_document(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.md"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(DocumentError, match="split it"):
        read_document(path)


def test_the_reason_names_the_file(write_document):
    path = write_document("ab", "Text.", nonsense=1)
    with pytest.raises(DocumentError, match=str(path)):
        read_document(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: "\ufeff" + raw,
        lambda raw: raw.replace("\n", "\r\n"),
        lambda raw: raw.replace("\n", "\r"),
        lambda raw: unicodedata.normalize("NFD", raw),
        lambda raw: raw + "\n\n",
    ],
    ids=["byte order mark", "Windows lines", "old Mac lines", "decomposed", "blank lines"],
)
def test_how_an_editor_saves_a_file_does_not_change_its_version(tmp_path, change):
    raw = f"---\n{FRONT}---\nThe naïve trial.\nDr Müller agreed.\n"
    path = tmp_path / "a.md"
    path.write_bytes(change(raw).encode())

    read, plain = read_document(path), parse_document(raw)

    assert read.text == plain.text == "The naïve trial.\nDr Müller agreed.\n"
    assert (read.version, read.metadata_sha256) == (plain.version, plain.metadata_sha256)


def test_only_the_text_changes_the_version():
    plain, other_text = document(), document(text=TEXT + "Exercise helps.\n")
    other_metadata = document(FRONT + "year: 2020\n")

    assert other_text.version != plain.version
    assert other_text.metadata_sha256 == plain.metadata_sha256
    assert other_metadata.version == plain.version
    assert other_metadata.metadata_sha256 != plain.metadata_sha256


def test_order_and_layout_of_the_front_matter_do_not_change_its_hash():
    turned = document("title: 'A study'\n\nkind:   study\nid: a-study\nyear: null\n")
    assert turned.metadata_sha256 == document().metadata_sha256


@pytest.mark.parametrize(
    ("written", "design", "wording"),
    [
        ("case report", "case_report", "case report"),
        ("Case-Report", "case_report", "Case-Report"),
        ("randomized controlled trial", "randomised_controlled_trial", None),
        ("RCT", "randomised_controlled_trial", "RCT"),
        ("letter to the editor", "other", "letter to the editor"),
        ("{design: cohort_study, wording: a Danish cohort}", "cohort_study", "a Danish cohort"),
    ],
)
def test_the_design_is_known_and_the_sources_own_wording_kept(written, design, wording):
    evidence = document(f"{FRONT}evidence_type: {written}\n").metadata.evidence_type
    assert (evidence.design, evidence.wording) == (design, wording or written)


def test_dates_and_identifiers_may_be_written_without_quotes():
    metadata = document(
        f"{FRONT}published: 2020\nrevised: 2021-05-03\nidentifiers: {{pmid: 123}}\n"
    ).metadata
    assert (metadata.published, metadata.revised) == ("2020", "2021-05-03")
    assert metadata.identifiers == {"pmid": "123"}


def test_what_is_not_said_is_not_guessed():
    metadata = document().metadata
    assert (metadata.standing, metadata.reading) == ("unknown", "source_text")
    assert (metadata.year, metadata.authors, metadata.url) == (None, None, None)


def test_sections_lie_between_headings_and_know_those_above():
    text = "Before.\n\n# One\n\nA.\n\n## Two ##\n\nB.\n\n# Three\n\n## Four\n\nC.\n"

    sections = sections_of(text)

    assert [(s.headings, text[s.start : s.end].strip()) for s in sections] == [
        ((), "Before."),
        (("One",), "A."),
        (("One", "Two"), "B."),
        (("Three", "Four"), "C."),
    ]


def test_files_are_found_in_folders_without_their_readme(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("b.md", "README.md", "c.pdf", "c.pdf.yaml", ".hidden", "inner/a.xml"):
        (tmp_path / name).touch()

    found = (tmp_path / "b.md", tmp_path / "c.pdf", inner / "a.xml")
    assert find_paths([tmp_path]) == found
    assert find_paths([tmp_path / "b.md", tmp_path]) == found


def test_a_path_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(DocumentError, match="does not exist"):
        find_paths([tmp_path / "none.md"])


def test_the_manifest_of_a_folder_tells_each_document(tmp_path):
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "a.md").write_text(f"---\n{FRONT}---\n{TEXT}", encoding="utf-8")

    (entry,) = manifest_of(tmp_path)["documents"]

    assert (entry["id"], entry["path"]) == ("a-study", "studies/a.md")
    assert entry["version"] == document().version
    assert entry["front_matter"] == {"id": "a-study", "kind": "study", "title": "A study"}
    before = write_manifest(tmp_path).read_bytes()
    assert write_manifest(tmp_path).read_bytes() == before
