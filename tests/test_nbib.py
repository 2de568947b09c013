from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilia.errors import DocumentError
from consilia.readers.medline import nbib
from consilia.readers.reading import Notes, Source
from consilia.sentences import split_sentences

SHARED = Path(__file__).parents[2] / "shared" / "data"
PUBMED = SHARED / "pubmed-xml"
real = pytest.mark.skipif(not PUBMED.is_dir(), reason="the shared PubMed exports are not here")

RECORD = """
PMID- 7
OWN - NLM
IS  - 1234-567X (Electronic)
IS  - 9999-9999 (Linking)
DP  - 2018 Sep
TI  - Zelvoprine for flumbosis: a double-
      blind trial.
LID - 10.1000/ABC.7 [doi]
AB  - BACKGROUND: Flumbosis hurts in the long- and
      short-term. METHODS: Forty adults got
      zelvoprine. RESULTS: It eased.
CI  - (c) 2018 Flumb Press.
FAU - Quill, Anna
AU  - Quill A
CN  - Flumb Group
LA  - eng
PT  - Journal Article
PT  - Randomized Controlled Trial
DEP - 20180731
TA  - J Flumb
JT  - Journal of flumbosis
MH  - Humans
MH  - *Flumbosis/drug therapy/*prevention & control
OT  - *zelvoprine
OT  - humans
PMC - PMC1234567
AID - S0001 [pii]
PST - ppublish
SO  - J Flumb. 2018 Sep;1(2):3-4.
"""


def record(number=7, **tags):
    lines = {"PMID": str(number), "TI": "Zelvoprine.", "AB": "It eased flumbosis."} | tags
    return "".join(f"{tag:<4}- {value}\n" for tag, value in lines.items() if value is not None)


def read(text, notes=None):
    source = Source("pubmed.nbib", text if isinstance(text, bytes) else text.encode())
    assert nbib.recognises(source)
    return list(nbib.READER.read(source, notes or Notes()))


def one(text):
    (document,) = read(text)
    return document


def said(notes):
    return [(note.place, note.text) for note in notes]


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    "data",
    [
        RECORD.encode(),
        RECORD.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + RECORD.strip().encode(),
        RECORD.encode("utf-16"),
        b"PMC - PMC12\nPMID- 7\nTI  - T\n",
    ],
)
def test_tagged_text_is_recognised(data):
    assert nbib.recognises(Source("export.txt", data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"TY  - JOUR\nPMID- 7\nER  - \n",
        b"Dear all,\nPMID- 7\n",
        b"TI  - no number\nAB  - words\n",
        b"%PDF-1.4",
        b"<PubmedArticleSet/>",
        b"\xff\xfe\x00",
    ],
)
def test_other_text_is_not(data):
    assert not nbib.recognises(Source("export.nbib", data))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused_with_what_to_do(encoding):
    with pytest.raises(DocumentError, match="save the file as text in UTF-8"):
        read(RECORD.replace("Flumb Press", "Flümb Press").encode(encoding))


# ---------------------------------------------------------------- one record


def test_a_record_is_read_field_by_field():
    document = one(RECORD)

    assert document.metadata.model_dump(exclude_defaults=True) == {
        "id": "pmid-7",
        "kind": "study",
        "title": "Zelvoprine for flumbosis: a double-blind trial.",
        "authors": "Quill A, Flumb Group",
        "journal": "Journal of flumbosis",
        "year": 2018,
        "published": "2018-09",
        "identifiers": {
            "pmid": "7",
            "doi": "10.1000/abc.7",
            "pmcid": "PMC1234567",
            "issn": "1234-567X",
        },
        "url": "https://pubmed.ncbi.nlm.nih.gov/7/",
        "evidence_type": {
            "design": "randomised_controlled_trial",
            "wording": "Randomized Controlled Trial",
        },
        "licence": "(c) 2018 Flumb Press.",
        "subjects": ("Humans", "Flumbosis", "zelvoprine"),
    }
    assert document.text == (
        "## Background\n\nFlumbosis hurts in the long- and short-term.\n\n"
        "## Methods\n\nForty adults got zelvoprine.\n\n## Results\n\nIt eased.\n"
    )


def test_line_ends_of_other_systems_change_nothing():
    assert one(RECORD.replace("\n", "\r\n")) == one(RECORD)
    assert one(RECORD.replace("\n", "\r")) == one(RECORD)


def test_an_electronic_paper_has_its_own_date():
    assert one(RECORD.replace("ppublish", "epublish")).metadata.published == "2018-07-31"


@pytest.mark.parametrize(
    ("tag", "ref_type"),
    [
        ("RIN", "retracted_by"),
        ("ROF", "retraction_of"),
        ("ECI", "concern_raised_by"),
        ("ECF", "concern_about"),
        ("EIN", "corrected_by"),
        ("EFR", "correction_of"),
        ("UIN", "updated_by"),
        ("UOF", "update_of"),
        ("CIN", "commented_by"),
        ("CON", "comment_on"),
        ("RPI", "other"),
        ("RPF", "other"),
    ],
)
def test_links_are_relations(tag, ref_type):
    (link,) = one(record(**{tag: "J Flumb. 2020;1:2. PMID: 99"})).metadata.relations

    assert (link.type, link.identifiers) == (ref_type, {"pmid": "99"})
    assert link.text.endswith("J Flumb. 2020;1:2. PMID: 99")


@pytest.mark.parametrize(
    ("tags", "standing"),
    [
        ({}, "unknown"),
        ({"PT": "Retracted Publication"}, "retracted"),
        ({"RIN": "J Flumb. 2020;1:2"}, "retracted"),
        ({"ECI": "J Flumb. 2020;1:2"}, "concern"),
        ({"PT": "Preprint"}, "preprint"),
        ({"TI": "WITHDRAWN: Zelvoprine for flumbosis."}, "withdrawn"),
        ({"PT": "Retraction of Publication", "ROF": "J Flumb. 2019;1:1"}, "unknown"),
    ],
)
def test_the_standing_is_what_the_record_says(tags, standing):
    assert one(record(**tags)).metadata.standing == standing


def test_a_chapter_is_a_reference_with_its_book():
    metadata = one(
        record(
            BTI="Rare Aches",
            TI="Flumbosis",
            PB="Flumb Press",
            CTDT="20010323",
            DRDT="20230928",
            DP="1993",
            ED="Editor E",
            ISBN="9780000000001",
            PT="Review",
        )
    ).metadata

    assert (metadata.kind, metadata.title, metadata.journal) == (
        "reference",
        "Flumbosis",
        "Rare Aches",
    )
    assert (metadata.issuer, metadata.authors) == ("Flumb Press", "Editor E")
    assert (metadata.published, metadata.revised) == ("2001-03-23", "2023-09-28")
    assert metadata.identifiers == {"pmid": "7", "isbn": "9780000000001"}


def test_a_record_of_pubmed_central_is_known_by_its_number_there():
    document = one(record(PMID=None).join(("PMC - PMC12\n", "")))

    assert document.id == "pmcid-pmc12"
    assert document.metadata.url == "https://pmc.ncbi.nlm.nih.gov/articles/PMC12/"


def test_other_abstracts_are_kept_apart_and_references_to_them_noted():
    notes = Notes()
    text = record(OAB="Publisher: Se midió.", OABL="spa") + (
        "OAB - Publisher: Abstract available from the publisher.\nOABL- fre\nRF  - 42\n"
    )
    (document,) = read(text, notes)

    assert document.text.endswith("## Abstract in Spanish\n\nSe midió.\n")
    assert said(notes.unplaced) == [
        ("PMID 7", "Abstract available from the publisher."),
        ("PMID 7", "42 references"),
    ]


# ---------------------------------------------------------------- several and broken


def test_records_are_parted_by_an_empty_line_or_a_number():
    text = f"\n{record(1)}\n{record(2)}{record(3)}\n\n\n"

    assert [d.id for d in read(text)] == ["pmid-1", "pmid-2", "pmid-3"]


def test_a_record_without_an_abstract_is_noted_with_its_retraction():
    notes = Notes()
    text = record(1, AB=None) + "\n" + record(2, AB=None, RIN="J Flumb. 2020;1:2. PMID: 99")

    assert read(text, notes) == []
    assert said(notes.unplaced) == [
        ("PMID 1", "no abstract: Zelvoprine."),
        ("PMID 2", "no abstract: standing retracted; Retraction in PMID 99; Zelvoprine."),
    ]


def test_a_repeated_record_is_read_once():
    notes = Notes()
    (document,) = read(record(1, TI="Old.") + "\n" + record(1, TI="New."), notes)

    assert document.metadata.title == "New."
    assert said(notes.unplaced) == [("PMID 1", "stands in the file again; the last one is read")]


def test_a_record_without_a_number_does_not_stop_the_others():
    notes = Notes()
    documents = read(f"{record(1)}\nTI  - Stray\nAB  - Words.\n\n{record(3)}", notes)

    assert [d.id for d in documents] == ["pmid-1", "pmid-3"]
    assert said(notes.refused) == [
        ("record 2", "the record has no PMID; export it again from PubMed")
    ]


def test_a_line_of_no_field_is_noted():
    notes = Notes()
    (document,) = read(record() + "pasted by hand\n", notes)

    assert "pasted" not in document.text
    assert said(notes.unplaced) == [("line 4", "neither a tag nor the rest of one: pasted by hand")]


def test_a_flood_of_strange_lines_is_told_in_short():
    notes = Notes()
    read(record() + "?\n" * 1_000, notes)

    assert len(notes.unplaced) == 101
    assert notes.unplaced[-1].text == "more lines that are neither a tag nor part of one"


# ---------------------------------------------------------------- real records


def shared(name):
    notes = Notes()
    return {d.id: d for d in read((PUBMED / name).read_bytes(), notes)}, notes


@real
@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("biopython_medline_result1.txt", ["pmid-12230038"]),
        (
            "biopython_medline_result2.txt",
            ["pmid-16403221", "pmid-16377612", "pmid-14871861", "pmid-14630660"],
        ),
        ("biopython_medline_result3.txt", ["pmid-23039619"]),
    ],
)
def test_real_files_every_record_is_read(name, ids):
    found, notes = shared(name)

    assert list(found) == ids
    assert notes == Notes()


@real
def test_real_records_field_by_field():
    found, _ = shared("biopython_medline_result2.txt")

    electronic = found["pmid-16403221"]
    assert electronic.metadata.published == "2006-01-10"
    assert electronic.metadata.identifiers == {
        "pmid": "16403221",
        "doi": "10.1186/1471-2105-7-10",
        "pmcid": "PMC1373603",
        "issn": "1471-2105",
    }
    headings = [line[3:] for line in electronic.text.splitlines() if line.startswith("## ")]
    assert headings == ["Background", "Results", "Conclusion"]

    printed = found["pmid-16377612"].metadata
    assert (printed.published, printed.journal) == (
        "2006-03-01",
        "Bioinformatics (Oxford, England)",
    )
    assert printed.authors == "Pritchard L, White JA, Birch PR, Toth IK"
    assert printed.title == (
        "GenomeDiagram: a python package for the visualization of large-scale genomic data."
    )
    assert printed.subjects[:3] == ("Chromosome Mapping", "Computer Graphics",
                                    "Database Management Systems")  # fmt: skip

    compared = found["pmid-14871861"].metadata.evidence_type
    assert compared.wording == "Comparative Study; Evaluation Studies; Validation Studies"

    unlabelled = found["pmid-14630660"].text
    assert unlabelled.startswith("## Abstract\n\nThe biopython project provides")
    assert unlabelled.endswith("from http://www.biopython.org\n")


@real
def test_real_record_with_a_wrapped_descriptor():
    found, _ = shared("biopython_medline_result3.txt")
    metadata = found["pmid-23039619"].metadata

    assert metadata.subjects[1] == "High-Intensity Focused Ultrasound Ablation"
    assert (metadata.published, metadata.identifiers["doi"]) == ("2012-10", "10.1118/1.4748329")


# ---------------------------------------------------------------- whatever the bytes

BITS = st.sampled_from(
    [b"", b"\n", b"\n\n", b"\r", b"PMID- ", b"\nAB  - ", b"      ", b"\x00", b"\xff", b"[doi]",
     b"\nBTI - ", b"\nDP  - 99999", "\u2028٣".encode(), b"9" * 40]
)  # fmt: skip
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), BITS), min_size=1, max_size=4)


def mutated(data, edits):
    for where, length, bit in edits:
        at = int(where * len(data))
        data = data[:at] + bit + data[at + length :]
    return data


def survives(data):
    try:
        documents = list(nbib.READER.read(Source("x.nbib", data), Notes()))
    except DocumentError:
        return
    for document in documents:
        for span in split_sentences(document.text):
            assert 0 <= span.start < span.end <= len(document.text)


@given(EDITS)
@settings(max_examples=200, deadline=None)
def test_changed_bytes_raise_nothing_else(edits):
    survives(mutated((RECORD + RECORD.replace("PMID- 7", "PMID- 8")).encode(), edits))


@real
@pytest.mark.slow
@given(EDITS)
@settings(max_examples=1_500, deadline=None)
def test_changed_real_bytes_raise_nothing_else(edits):
    survives(mutated((PUBMED / "biopython_medline_result2.txt").read_bytes(), edits))


@given(st.binary(max_size=300))
def test_recognising_raises_nothing(data):
    assert nbib.recognises(Source("x", data)) in {True, False}
