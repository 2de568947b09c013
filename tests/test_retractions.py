"""Works that were retracted, doubted, replaced or repeated: never used, never passed over."""

import csv
import json
import re
from pathlib import Path

import pytest

from consilia import Assistant
from consilia.catalog import FILE, Catalog
from consilia.differences import section_changes
from consilia.documents import sections_of
from consilia.duplicates import NEAR, find_links, repeated
from consilia.errors import DocumentError
from consilia.ingestion import Ingestion
from consilia.knowledge_base import current_generation
from consilia.ledger import Event, read_ledger, verdict
from consilia.models import FrontMatter
from consilia.sentence_table import SentenceTable
from consilia.sentences import split_sentences
from consilia.standing import is_older, judged
from consilia.testing import HashEmbedder
from consilia.verify import check

SHARED = Path(__file__).parents[2] / "shared" / "data"
STUDIES = SHARED / "clinfo-pubmedrs" / "PubMedRS-200.csv"
WATCH = SHARED / "retraction" / "retractionwatch.csv"
LABELS = SHARED / "spl"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real files are not here")

FULL_COLUMNS = "RetractionNature,OriginalPaperDOI,OriginalPaperPubMedID,RetractionDate"
DOI = "10.1000/flumb.1"
FINDING = "Zelvoprine shortened flumbosis by 9 days in 120 adults."
QUESTION = "By how many days does zelvoprine shorten flumbosis?"


def changes(home):
    return Ingestion(home, HashEmbedder)


def standings(home):
    with Catalog(home / FILE) as catalog:
        return {entry.metadata.id: entry.metadata for entry in catalog.entries()}


def ledger_file(folder, *rows, name="watch.csv", columns=FULL_COLUMNS):
    path = folder / name
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


def cited(answer):
    return {proof.document for claim in answer.claims for proof in claim.proofs}


# --- the studies of real reviews against the real list


def real_dois():
    """The DOIs of the studies that real reviews cite, each once whatever its case."""
    with STUDIES.open(encoding="utf-8", errors="replace", newline="") as file:
        lists = [row["Ref_DOIs"] for row in csv.DictReader(file)]
    found = {doi for text in lists for doi in re.findall(r"'(10\.\d{4,9}/[^']+)'", text)}
    return sorted({doi.lower(): doi for doi in found}.values())


def retracted_lines():
    """DOIs of the lines that name a retraction, read as text and not by the library."""
    for line in WATCH.read_text(encoding="utf-8").splitlines()[1:]:
        doi, _, natures = line.rpartition(",")
        if "Retraction" in natures.split(";") and "Reinstatement" not in natures:
            yield doi.strip('"').lower()


@pytest.fixture(scope="module")
def real_studies(tmp_path_factory):
    """Records of the cited studies with every seventh DOI in capitals, and two without a DOI."""
    if not SHARED.is_dir():
        pytest.skip("the shared real files are not here")
    dois = real_dois()
    folder = tmp_path_factory.mktemp("studies")
    records = [
        f"PMID- {90_000_000 + n}\nTI  - Study {n}.\nAB  - Ankles hummed in study {n}.\nLID - "
        f"{doi.upper() if n % 7 == 0 else doi} [doi]\n"
        for n, doi in enumerate(dois)
    ]
    records += [f"PMID- {80_000_000 + n}\nTI  - Old {n}.\nAB  - No DOI {n}.\n" for n in range(2)]
    path = folder / "studies.nbib"
    path.write_text("\n".join(records), encoding="utf-8")
    home = tmp_path_factory.mktemp("real-studies") / "kb"
    report = changes(home).add([path])
    assert (len(report.added), report.refused) == (len(dois) + 2, ())
    return home


@pytest.mark.slow
@needs_shared
def test_of_thousands_of_cited_studies_exactly_the_retracted_ones_are_excluded(real_studies):
    expected = set(retracted_lines()) & {doi.lower() for doi in real_dois()}

    report = changes(real_studies).update_ledger(WATCH)

    # Looked up with grep in the list: all three, two of them with a concern raised as well.
    assert expected == {
        "10.1016/j.rbmo.2014.03.011",
        "10.1016/s0140-6736(20)32656-8",
        "10.3892/ijo.2011.959",
    }
    found = standings(real_studies)
    excluded = {m.identifiers["doi"].lower() for m in found.values() if m.is_excluded}
    assert excluded == expected
    assert {m.standing for m in found.values() if m.is_excluded} == {"retracted"}
    judged_ids = set(report.standings)
    assert {m.id for m in found.values() if m.standing != "unknown"} == judged_ids
    without = [m for m in found.values() if "doi" not in m.identifiers]
    assert len(without) == 2
    assert {m.standing for m in without} == {"unknown"}


@pytest.mark.slow
@needs_shared
def test_the_real_list_holds_no_event_without_an_identifier():
    events = read_ledger(WATCH)

    assert "" in {line.split(",")[0] for line in WATCH.read_text().splitlines()}
    assert all(event.value.startswith("10.") for event in events)
    retracted = {e.value for e in events if e.nature == "retracted"}
    by_hand = set(retracted_lines())
    assert len(by_hand - retracted) / len(by_hand) < 0.001  # what is no DOI: "unavailable"
    assert not [doi for doi in by_hand - retracted if re.fullmatch(r"10\.\d{4,9}/\S+", doi)]


# --- what becomes of a document


@pytest.fixture
def home(tmp_path, write_document):
    """One trial, one other study with the same topic, and one without a DOI."""
    paths = [
        write_document("trial", f"## Findings\n\n{FINDING}\n", identifiers={"doi": DOI.upper()}),
        write_document(
            "cohort",
            "## Findings\n\nZelvoprine shortened flumbosis by 2 days in a cohort of 80 adults.\n",
            identifiers={"doi": "10.1000/flumb.2", "pmid": "31337"},
        ),
        write_document("diary", "## Findings\n\nFlumbosis lasted 30 days in one adult.\n"),
    ]
    folder = tmp_path / "kb"
    assert changes(folder).add(paths).refused == ()
    return folder


@pytest.mark.slow
def test_a_retracted_study_is_never_used_though_its_words_are_the_best_hit(home, tmp_path):
    with Assistant.open(home, embedder=HashEmbedder()) as assistant:
        assert "trial" in cited(assistant.ask(QUESTION))
    path = ledger_file(tmp_path, f"Retraction,{DOI},0,5/27/2014 0:00", ",,,", "Retraction,,0,")

    report = changes(home).update_ledger(path)

    assert set(report.standings) == {"trial"}
    assert "Retraction Watch (watch.csv" in report.standings["trial"]
    with Assistant.open(home, embedder=HashEmbedder()) as assistant:
        assert assistant.search(FINDING)[0].sentence.document == "trial"
        answer = assistant.ask(QUESTION)
    assert "trial" not in cited(answer)
    (excluded,) = answer.excluded
    assert (excluded.document, excluded.standing) == ("trial", "retracted")
    assert excluded.standing_source.startswith("Retraction Watch (watch.csv, sha256:")
    assert excluded.standing_date == "2014-05-27"
    assert check(json.loads(answer.to_json()), home) == []


@pytest.mark.slow
def test_a_concern_marks_a_study_and_a_reinstatement_gives_it_back(home, tmp_path):
    changes(home).update_ledger(
        ledger_file(
            tmp_path,
            f"Retraction,{DOI},0,1/2/2014 0:00",
            "Expression of concern,10.1000/FLUMB.2,0,3/4/2015 0:00",
        )
    )
    found = standings(home)
    assert (found["trial"].standing, found["trial"].is_excluded) == ("retracted", True)
    assert (found["cohort"].standing, found["cohort"].is_excluded) == ("concern", False)
    assert found["cohort"].standing_date == "2015-03-04"
    assert found["diary"].standing == "unknown"

    later = ledger_file(
        tmp_path,
        f"Retraction,{DOI},0,1/2/2014 0:00",
        f"Reinstatement,{DOI},0,6/7/2016 0:00",
        name="later.csv",
    )
    report = changes(home).update_ledger(later)

    # The later list says no more of the cohort: what the earlier one said is gone with it.
    assert set(report.standings) == {"trial", "cohort"}
    assert {m.standing for m in standings(home).values()} == {"unknown"}
    with Assistant.open(home, embedder=HashEmbedder()) as assistant:
        answer = assistant.ask(QUESTION)
    assert "trial" in cited(answer)
    assert answer.excluded == ()


@pytest.mark.slow
def test_lists_of_two_makers_stand_beside_each_other(home, tmp_path):
    changes(home).update_ledger(
        ledger_file(tmp_path, "Retraction,,31337,1/2/2014 0:00", name="watch.csv")
    )
    crossref = tmp_path / "crossref.json"
    update = {"DOI": DOI, "type": "retraction", "updated": {"date-time": "2020-02-03T00:00:00Z"}}
    crossref.write_text(json.dumps({"message": {"items": [{"update-to": [update]}]}}))

    changes(home).update_ledger(crossref)

    found = standings(home)
    assert {m.id: m.standing for m in found.values()} == {
        "trial": "retracted",
        "cohort": "retracted",
        "diary": "unknown",
    }
    assert found["trial"].standing_source.startswith("Crossref (crossref.json")
    assert found["trial"].standing_date == "2020-02-03"


@pytest.mark.slow
def test_a_work_that_is_added_after_the_list_is_judged_by_it(home, tmp_path, write_document):
    changes(home).update_ledger(ledger_file(tmp_path, "Removal,10.1000/flumb.3,0,"))

    late = write_document("late", "Ankles hum.", identifiers={"doi": "doi:10.1000/Flumb.3"})
    report = changes(home).add([late])

    assert report.standings["late"].startswith("withdrawn (Retraction Watch")
    assert standings(home)["late"].is_excluded


# --- the list


def event(nature, on_date="", source="Retraction Watch (a)"):
    return Event("doi", DOI, nature, on_date, source)


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        ([], None),
        ([("retracted", "")], "retracted"),
        ([("concern", ""), ("retracted", "")], "retracted"),
        ([("retracted", ""), ("reinstated", "")], "reinstated"),
        # A reinstatement takes back a retraction; it does not answer a concern.
        ([("concern", ""), ("reinstated", "")], "concern"),
        ([("concern", ""), ("retracted", ""), ("reinstated", "")], "concern"),
        ([("retracted", "2010-01-01"), ("reinstated", "2012-01-01")], "reinstated"),
        ([("reinstated", "2012-01-01"), ("retracted", "2013-01-01")], "retracted"),
        ([("retracted", "2012-01-01"), ("reinstated", "2012-01-01")], "reinstated"),
        ([("retracted", "2010-01-01"), ("concern", "2012-01-01")], "concern"),
        # Nobody knows whether the retraction came before the concern or after it.
        ([("retracted", ""), ("concern", "2012-01-01")], "retracted"),
        ([("retracted", ""), ("reinstated", "2012-01-01")], "reinstated"),
        ([("reinstated", ""), ("retracted", "2012-01-01")], "retracted"),
        ([("concern", ""), ("withdrawn", "2012-01-01")], "withdrawn"),
    ],
)
def test_what_holds_of_several_events(events, holds):
    given = [event(*one) for one in events]

    for order in (given, given[::-1]):
        found = verdict(order)
        assert (found.nature if found else None) == holds


def test_two_retractions_are_not_taken_back_by_one_reinstatement():
    events = [event("retracted"), event("retracted", source="Crossref (b)"), event("reinstated")]

    assert verdict(events).nature == "retracted"


def test_the_published_list_may_name_several_natures_in_one_row(tmp_path):
    path = ledger_file(
        tmp_path,
        "10.1000/A,Expression of concern;Retraction",
        "10.1000/b,Correction",
        "https://doi.org/10.1000/C,Correction; Reinstatement",
        ",Retraction",
        "unavailable,Retraction",
        columns="doi,retractionwatch",
    )

    assert [(e.value, e.nature) for e in read_ledger(path)] == [
        ("10.1000/a", "concern"),
        ("10.1000/a", "retracted"),
        ("10.1000/c", "reinstated"),
    ]


def test_dates_and_both_identifiers_of_the_official_columns_are_read(tmp_path):
    path = ledger_file(
        tmp_path,
        f"Retraction,{DOI},000123,5/27/2014 0:00",
        "Retraction,10.1000/b,0,13/13/2014 0:00",
    )

    assert [(e.name, e.value, e.on_date) for e in read_ledger(path)] == [
        ("doi", DOI, "2014-05-27"),
        ("pmid", "123", "2014-05-27"),
        ("doi", "10.1000/b", ""),
    ]


@pytest.mark.parametrize("wrap", [lambda w: w, lambda w: [w], lambda w: {"message": w}])
def test_notices_of_crossref_tell_what_they_update(tmp_path, wrap):
    updates = [
        {"DOI": "10.1000/A", "type": "retraction", "updated": {"date-time": "2020-02-03T04:05Z"}},
        {"DOI": "10.1000/b", "type": "expression_of_concern", "updated": None},
        {"DOI": "10.1000/c", "type": "correction"},
        {"DOI": None, "type": "retraction"},
        "nonsense",
    ]
    path = tmp_path / "notices.json"
    path.write_text(json.dumps(wrap({"DOI": "10.1000/notice", "update-to": updates})))

    assert [(e.value, e.nature, e.on_date, e.maker) for e in read_ledger(path)] == [
        ("10.1000/a", "retracted", "2020-02-03", "Crossref"),
        ("10.1000/b", "concern", "", "Crossref"),
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"name,colour\na,red\n", b"{", b"[" * 10_000, b'{"hello": 1}', b'["text"]', b"\x00\xff"],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, data):
    path = tmp_path / "broken"
    path.write_bytes(data)

    with pytest.raises(DocumentError, match="broken"):
        read_ledger(path)


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DocumentError, match="cannot read"):
        read_ledger(tmp_path / "nowhere.csv")


def test_an_answer_without_notices_is_an_empty_list(tmp_path):
    path = tmp_path / "none.json"
    path.write_text('{"message": {"items": []}}')

    assert read_ledger(path) == ()


def test_bytes_of_another_encoding_spoil_no_other_row(tmp_path):
    path = tmp_path / "watch.csv"
    rows = f"{FULL_COLUMNS},Title\nRetraction,{DOI},0,,".encode() + b"\xc9tude\n"
    path.write_bytes(b"\xef\xbb\xbf" + rows + b"Retraction,10.1000/b,0,,B\n")

    assert [e.value for e in read_ledger(path)] == [DOI, "10.1000/b"]


# --- newer versions


def label(**fields):
    return FrontMatter(id="zelvo-1", kind="label", title="Zelvo", **fields)


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        ({"edition": "9"}, {"edition": "10"}, True),
        ({"edition": "10"}, {"edition": "9"}, False),
        ({"edition": "9", "revised": "2021"}, {"edition": "9", "revised": "2022"}, True),
        ({"revised": "2021-05"}, {"revised": "2021-05-20"}, False),
        ({"revised": "2021-05-20"}, {"revised": "2021-06"}, True),
        ({"year": 2019}, {"published": "2020-01"}, True),
        ({}, {"year": 2020}, False),
    ],
)
def test_which_version_is_older(one, other, older):
    assert is_older(label(**one), label(**other)) is older


def test_a_newer_version_excludes_and_what_a_source_says_of_itself_holds():
    newer = label(revised="2024-01-01").model_copy(update={"id": "zelvo-2"})

    replaced = judged(label(), (), newer)
    assert (replaced.standing, replaced.is_excluded) == ("superseded", True)
    assert (replaced.standing_source.split()[-1], replaced.standing_date) == (
        "zelvo-2",
        "2024-01-01",
    )
    itself = label(standing="superseded")
    assert not judged(itself, (), None).is_excluded
    withdrawn = label(standing="withdrawn")
    assert judged(withdrawn, (event("concern"),), newer) == withdrawn
    assert judged(label(standing="concern"), (event("retracted"),), newer).standing == "retracted"


@pytest.mark.slow
def test_labels_of_one_set_id_replace_each_other_by_edition(home, write_document):
    family = {"family": "SET-1", "kind": "label", "title": "Zelvo label"}
    first = write_document("zelvo-1", "Give 5 mg.", edition="1", revised="2020-01-01", **family)
    second = write_document("zelvo-2", "Give 6 mg.", edition="2", revised="2021-01-01", **family)
    other = write_document(
        "zelvo-guide", "Offer it.", family="SET-1", kind="guideline", title="Zelvo", year=1990
    )

    changes(home).add([second])
    changes(home).add([first, other])

    found = standings(home)
    assert (found["zelvo-1"].standing, found["zelvo-1"].is_excluded) == ("superseded", True)
    assert found["zelvo-2"].standing == found["zelvo-guide"].standing == "unknown"

    report = changes(home).remove("zelvo-2")

    assert report.standings == {"zelvo-1": "unknown"}
    assert not standings(home)["zelvo-1"].is_excluded


@pytest.mark.slow
def test_an_older_edition_of_the_same_document_does_not_replace_it(home, write_document):
    new = {"kind": "label", "title": "Zelvo", "family": "SET-1", "edition": "10"}
    changes(home).add([write_document("zelvo", "Give 6 mg daily.", **new)])

    report = changes(home).add([write_document("zelvo", "Give 5 mg.", **(new | {"edition": "9"}))])

    assert (report.older, report.updated) == (("zelvo",), ())
    with Catalog(home / FILE) as catalog:
        assert "6 mg" in catalog.document("zelvo").text
        assert len(catalog.revisions("zelvo")) == 2


# --- repeats


def sentences(text):
    return [
        " ".join(text[span.start : span.end].split())
        for section in sections_of(text)
        for span in split_sentences(text, section.start, section.end)
    ]


@pytest.mark.slow
def test_a_work_in_two_records_is_found_once_and_loses_no_sentence(home, write_document):
    more = "The ankles of all adults were measured each morning."
    preprint = write_document(
        "preprint",
        f"## Findings\n\n{FINDING}\n{more}\n",
        identifiers={"doi": f"https://doi.org/{DOI}"},
    )
    same = write_document("copy", "## Findings\n\nFlumbosis lasted 30 days in one adult.\n")

    report = changes(home).add([preprint, same])

    # The longer one is the original; of equally long ones the first by id.
    assert [(link.document, link.original, link.reason) for link in report.links] == [
        ("diary", "copy", "same text"),
        ("trial", "preprint", f"same doi {DOI}"),
    ]
    with Assistant.open(home, embedder=HashEmbedder()) as assistant:
        hits = [hit.sentence for hit in assistant.search(FINDING, k=200)]
    assert [s.document for s in hits if s.text == FINDING] == ["preprint"]
    assert [s.document for s in hits if s.text == more] == ["preprint"]


@pytest.mark.slow
def test_a_retracted_original_gives_its_words_back_to_the_other_record(
    home, tmp_path, write_document
):
    twin = write_document(
        "twin", f"## Findings\n\n{FINDING}\nIt hums.\n", identifiers={"doi": DOI, "pmid": "777"}
    )
    changes(home).add([twin])

    report = changes(home).update_ledger(ledger_file(tmp_path, "Retraction,,777,1/2/2014 0:00"))

    assert report.links == ()
    assert [d for d, m in standings(home).items() if m.is_excluded] == ["twin"]
    table = SentenceTable(current_generation(home) / "sentences.sqlite3")
    assert [s.text for s in table.of_document("trial")] == [FINDING]
    table.close()


def test_sentences_are_repeated_word_for_word_or_not_at_all():
    text = "## A\n\nGive  5 mg daily. Stop it.\n"
    assert repeated(text, "## B\n\nGive 5 mg\ndaily.\n") == {"Give 5 mg daily."}
    assert repeated(text, "## A\n\nGive 5 mg daily, stop it.\n") == frozenset()


@needs_shared
@pytest.mark.slow
def test_a_repackaged_label_is_linked_and_nothing_of_it_is_lost(tmp_path):
    home = tmp_path / "kb"
    report = changes(home).add(sorted(LABELS.glob("*.xml")))

    (link,) = report.links
    repackaged = "setid-17a163ef-b349-4e32-bc8c-b02bac7f65d6"
    original = "setid-c6e131fe-e7df-4876-83f7-9156fc4e8228"
    assert (link.document, link.original) == (repackaged, original)
    table = SentenceTable(current_generation(home) / "sentences.sqlite3")
    with Catalog(home / FILE) as catalog:
        assert find_links(catalog) == report.links
        texts = {name: catalog.document(name).text for name in (repackaged, original)}
    indexed = {name: [" ".join(s.text.split()) for s in table.of_document(name)] for name in texts}
    table.close()
    both = set(sentences(texts[original]))
    # A sentence longer than a passage is indexed in pieces: all are put together again.
    assert " ".join(indexed[original]) == " ".join(sentences(texts[original]))
    own = [s for s in sentences(texts[repackaged]) if s not in both]
    assert " ".join(indexed[repackaged]) == " ".join(own)
    assert 0 < len(own) < (1 - NEAR) * len(sentences(texts[repackaged]))


# --- differences


def test_changes_are_told_section_by_section():
    old = "Hums.\n\n## Dose\n\nGive 5 mg. Take with food.\n\n## Gone\n\nNever mind.\n"
    new = "Hums.\n\n## New\n\nLook.\n\n## Dose\n\nTake with food. Give 10 mg. Give 10 mg.\n"

    found = [(c.headings, c.change, c.removed, c.added) for c in section_changes(old, new)]

    assert found == [
        (("New",), "added", (), ("Look.",)),
        (("Dose",), "changed", ("Give 5 mg.",), ("Give 10 mg.", "Give 10 mg.")),
        (("Gone",), "removed", ("Never mind.",), ()),
    ]


def test_another_order_or_other_line_ends_are_no_change():
    old = "## Dose\n\nGive 5 mg.\nTake with food.\n"

    assert section_changes(old, "## Dose\n\nTake with food.\n\nGive 5 mg.\n") == ()
    assert section_changes("", "") == ()
