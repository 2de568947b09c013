import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilia.documents import sections_of
from consilia.errors import DocumentError
from consilia.readers.labels import spl
from consilia.readers.labels.openfda import READER
from consilia.readers.labels.sections import BY_FIELD, UNPLACED
from consilia.readers.reading import Notes, Source
from consilia.readers.registry import reader_of
from consilia.sentences import split_sentences

SHARED = Path(__file__).parents[2] / "shared" / "data" / "spl"
SET_ID = "bbbb2222-0000-0000-0000-000000000002"

RX = {
    "set_id": SET_ID,
    "id": "aaaa1111-0000-0000-0000-000000000001",
    "version": "7",
    "effective_time": "20240229",
    "contraindications": ["4 CONTRAINDICATIONS Known allergy to zelvoprine ( 4 )."],
    "dosage_and_administration": [
        "2 DOSAGE AND ADMINISTRATION 2.1 Flumbosis in Adults The usual dose is 5 mg daily. "
        "See 2.2. Group Dose Adults 5 mg Children 2 mg Take with food. "
        "2.2 Renal Impairment Halve the dose [see Dosage (2.1) ]."
    ],
    "dosage_and_administration_table": [
        '<table ID="t1" xmlns:xsi="x"><caption/><tbody><tr><td>Group</td><td styleCode="Rrule">'
        "<content>Dose</content></td></tr><tr><td>Adults</td><td>5 mg</td></tr><tr><td>Children"
        "</td><td><paragraph>2 mg</paragraph></td></tr></tbody></table>"
    ],
    "boxed_warning": ["WARNING: FLUMB FEVER Zelvoprine can cause flumb fever."],
    "use_in_specific_populations": [
        "8 USE IN SPECIFIC POPULATIONS 8.1 Pregnancy There are no data on pregnant women. "
        "8.5 Geriatric Use No dose change is needed. 8.6 Hepatic Impairment Do not use it."
    ],
    "pregnancy": ["8.1 Pregnancy There are no data on pregnant women."],
    "geriatric_use": ["8.5 Geriatric Use No dose change is needed."],
    "spl_unclassified_section": ["2.2 Renal Impairment Halve the dose [see Dosage (2.1) ]."],
    "recent_major_changes": ["Contraindications ( 4 ) 1/2024"],
    "references": ["15 REFERENCES 1. A. 2. B."],
    "flumb_factor": ["Unheard of."],
    "openfda": {
        "brand_name": ["ZELVO"],
        "generic_name": ["ZELVOPRINE"],
        "substance_name": ["ZELVOPRINE SODIUM", "MORVAXINE"],
        "manufacturer_name": ["Flum Pharma Inc."],
        "product_ndc": ["99999-001", "99999-002"],
        "unii": ["ZZZ9999999", "AAA1111111"],
        "spl_set_id": [SET_ID],
        "route": ["ORAL"],
        "is_original_packager": [True],
    },
}
OTC = {
    "set_id": "cccc3333-0000-0000-0000-000000000003",
    "effective_time": "20230105",
    "version": "2",
    "spl_product_data_elements": ["ZELVO PAIN zelvoprine TALC"],
    "active_ingredient": ["Active ingredient (in each tablet) Zelvoprine 5 mg"],
    "purpose": ["Purpose Antiflumbic"],
    "indications_and_usage": ["Uses temporarily relieves: ■ flumbosis ■ minor zelvs"],
    "warnings": [
        "Warnings Allergy alert: zelvoprine may cause rash. Do not use ■ with other zelvoprine "
        "■ if you have flumb fever Keep out of reach of children. Call the flumb line."
    ],
    "do_not_use": ["Do not use ■ with other zelvoprine ■ if you have flumb fever"],
    "keep_out_of_reach_of_children": ["Keep out of reach of children."],
    "dosage_and_administration": [
        "Directions ■ adults: take 1 tablet daily ■ children: do not use"
    ],
    "openfda": {},
}


def read(value, given=None):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    notes = Notes()
    return list(READER.read(Source("label.json", data, given or {}), notes)), notes


def answer(*labels):
    return {"meta": {"disclaimer": "x", "results": {"total": len(labels)}}, "results": list(labels)}


def headings_above(text, words):
    at = text.index(words)
    return next(s.headings for s in sections_of(text) if s.start <= at < s.end)


@pytest.mark.parametrize("value", [RX, OTC, answer(RX, OTC), [RX, OTC]])
def test_labels_are_told_by_the_names_of_their_fields(value):
    assert reader_of(Source("x.bin", json.dumps(value).encode())) is READER
    assert READER.recognises(Source("x", b"\xef\xbb\xbf" + json.dumps(value, indent=2).encode()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1, 2]",
        b'{"warnings": ["x"]}',
        b'{"id": "1", "description": ["a"]}',
        b'"set_id"',
        b"<document/>",
        b"\xff\xfe",
    ],
)
def test_other_files_are_not_taken_for_labels(data):
    assert not READER.recognises(Source("a.json", data))


def test_the_fields_of_a_label_become_front_matter():
    documents, _ = read(RX)
    known = documents[0].metadata

    assert known.id == f"setid-{SET_ID}"
    assert known.kind == "label"
    assert known.title == "ZELVO (zelvoprine sodium, morvaxine)"
    assert known.issuer == "Flum Pharma Inc."
    assert (known.revised, known.year, known.edition) == ("2024-02-29", 2024, "7")
    assert known.family == SET_ID
    assert known.identifiers == {
        "setid": SET_ID,
        "spl_id": "aaaa1111-0000-0000-0000-000000000001",
        "ndc": "99999-001",
        "unii": "AAA1111111 ZZZ9999999",
    }
    assert known.subjects == ("ZELVOPRINE SODIUM", "MORVAXINE", "ZELVO")
    assert known.evidence_type.design == "drug_label"
    assert known.url == f"https://dailymed.nlm.nih.gov/dailymed/lookup.cfm?setid={SET_ID}"


def test_sections_have_the_names_of_the_label():
    documents, _ = read(RX)
    body = documents[0].text

    assert headings_above(body, "Known allergy") == ("4 CONTRAINDICATIONS",)
    assert headings_above(body, "Zelvoprine can cause") == ("Boxed warning",)
    assert headings_above(body, "There are no data") == (
        "8 USE IN SPECIFIC POPULATIONS",
        "8.1 Pregnancy",
    )


def test_numbered_sections_inside_a_text_get_headings_of_their_own():
    documents, _ = read(RX)
    body = documents[0].text

    assert headings_above(body, "The usual dose is 5 mg daily. See 2.2.") == (
        "2 DOSAGE AND ADMINISTRATION",
        "2.1 Flumbosis in Adults",
    )
    assert headings_above(body, "Halve the dose") == (
        "2 DOSAGE AND ADMINISTRATION",
        "2.2 Renal Impairment",
    )
    assert headings_above(body, "Do not use it.") == (
        "8 USE IN SPECIFIC POPULATIONS",
        "8.6 Hepatic Impairment",
    )


def test_what_several_fields_repeat_is_written_once():
    body = read(RX)[0][0].text

    assert body.count("There are no data on pregnant women.") == 1
    assert body.count("Halve the dose") == 1
    assert body.count("No dose change is needed.") == 1


def test_a_table_takes_the_place_of_its_run_together_words():
    body = read(RX)[0][0].text

    assert (
        "daily. See 2.2.\n\n| Group | Dose |\n| Adults | 5 mg |\n| Children | 2 mg |\n\nTake"
        in body
    )
    assert "Group Dose Adults" not in body


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<table><tr><td>Flumb<td>5 mg", "| Flumb | 5 mg |"),
        ("<p>No table at all here</p>", "No table at all here"),
        ("plain & simple words", "plain & simple words"),
        ("<table><tr><td xlink:href='a'>a &nbsp; b &lt; c</td></tr></table>", "| a b < c |"),
        ("<?flumb a?><table><tr><td>Flumb<flumb<b>", "Flumb"),
        ("", ""),
        ("\u0000<\uffff", ""),
    ],
)
def test_a_broken_table_still_gives_its_words(markup, expected):
    documents, _ = read({**OTC, "overdosage": ["Call."], "overdosage_table": [markup]})

    assert expected in documents[0].text


def test_a_table_without_a_text_stands_under_its_heading():
    table = "<table><tr><td>Flumb rash</td><td>12 %</td></tr></table>"
    documents, _ = read({**OTC, "adverse_reactions_table": [table]})

    assert headings_above(documents[0].text, "| Flumb rash | 12 % |") == ("Adverse reactions",)


def test_a_table_of_a_section_that_another_text_repeats_is_put_there():
    table = "<table><tr><td>Flumb count at night</td><td>12 %</td></tr></table>"
    words = "Trials Here: Flumb count at night12 % and no more."
    documents, _ = read({
        **OTC,
        "adverse_reactions": [f"6 ADVERSE REACTIONS Rare. {words}"],
        "spl_unclassified_section": [words],
        "spl_unclassified_section_table": [table],
    })

    assert documents[0].text.count("Flumb count at night") == 1
    assert headings_above(documents[0].text, "| Flumb count at night | 12 % |") == (
        "6 ADVERSE REACTIONS",
    )


def test_a_table_that_no_text_repeats_stands_once_behind_its_section():
    table = "<table><tr><td>Flumb count at night</td><td>12 %</td></tr></table>"
    documents, _ = read({
        **OTC,
        "overdosage": ["Call."],
        "overdosage_table": [table],
        "description": ["White."],
        "description_table": [table],
    })

    assert documents[0].text.count("| Flumb count at night | 12 % |") == 1


def test_what_is_no_label_text_is_told():
    _, notes = read(RX)
    told = {note.place.split(": ")[1]: note.text for note in notes.unplaced}

    assert told["flumb_factor"] == "Unheard of."
    assert told["references"] == "15 REFERENCES 1. A. 2. B."
    assert told["recent_major_changes"] == "Contraindications ( 4 ) 1/2024"
    assert told["openfda"] == "is_original_packager, route"
    assert "pregnancy" not in told


def test_an_over_the_counter_label_reads_as_lists_under_plain_headings():
    documents, _ = read(OTC)
    body = documents[0].text

    assert headings_above(body, "- flumbosis\n- minor zelvs") == ("Uses (Indications and usage)",)
    assert headings_above(body, "- adults: take 1 tablet daily\n- children: do not use") == (
        "Directions (Dosage and administration)",
    )
    assert headings_above(body, "- if you have flumb fever") == ("Warnings", "Do not use")
    assert headings_above(body, "Keep out of reach of children.") == (
        "Warnings",
        "Keep out of reach of children",
    )
    assert headings_above(body, "Call the flumb line.") == ("Warnings",)
    assert documents[0].metadata.title == "Drug label"


def test_an_answer_with_many_labels_gives_each_and_refuses_the_broken():
    documents, notes = read(answer(RX, "no label", {"set_id": "x1", "warnings": []}, OTC))

    assert [document.metadata.edition for document in documents] == ["7", "2"]
    assert [note.place for note in notes.refused] == ["label 2", "label 3"]


def test_labels_on_lines_of_their_own_are_read():
    lines = b"\n".join(json.dumps(value).encode() for value in (RX, OTC))

    assert len(read(lines)[0]) == 2


def test_later_names_of_a_field_are_known():
    documents, _ = read({**OTC, "warnings_and_precautions": ["5 WARNINGS AND PRECAUTIONS Watch."]})

    assert headings_above(documents[0].text, "Watch.") == ("5 WARNINGS AND PRECAUTIONS",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no valid JSON"),
        (json.dumps(RX).encode()[:-5], "no valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"set_id": ' + b"9" * 10_000 + b"}", "no valid JSON"),
        (b'{"set_id": "\xe9"}', "not UTF-8"),
        (json.dumps(answer()).encode(), "no labels"),
        (json.dumps({"set_id": "x1"}).encode(), "no text"),
        (json.dumps(answer("a", "b")).encode(), "none of its 2 labels"),
        (b"3", "no label"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(DocumentError, match=reason):
        read(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"set_id": "\ud800 no id", "openfda": None},
        {"set_id": 12, "version": 3, "effective_time": 20230105},
        {"set_id": ["a-1"], "version": None, "effective_time": "20239999"},
        {"openfda": {"brand_name": "ZELVO", "unii": [None, 3, {}], "substance_name": {}}},
        {"warnings": "Warnings Not in a list.", "purpose": {"a": 1}, "overdosage": [["x"], None]},
        {"description": ["Broken \ud800 \u0000 words."]},
    ],
)
def test_fields_of_other_types_do_no_harm(changes):
    documents, _ = read({**OTC, **changes})

    assert documents[0].text.encode()


def test_many_texts_and_tables_stay_within_bounds():
    texts = [f"{number} flumbs in a row of words" for number in range(3_000)]
    documents, _ = read({**OTC, "spl_unclassified_section": texts})

    assert "2999 flumbs" in documents[0].text


needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real labels are not here")


@needs_shared
def test_every_field_of_the_published_schema_is_known():
    schema = json.loads((SHARED / "druglabel_schema.json").read_text(encoding="utf-8"))
    fields = {name.removesuffix("_table") for name in schema["properties"]}

    assert fields - set(BY_FIELD) == {"set_id", "id", "version", "effective_time", "openfda"}


def as_openfda(data):
    """The label as openFDA makes it of its XML: each section with all inside, classified again."""
    etree = pytest.importorskip("lxml.etree")
    space = "{urn:hl7-org:v3}"
    root = etree.fromstring(data)
    for line_break in root.iter(f"{space}br"):
        line_break.text = " "
    fields = {kind.code: field for field, kind in BY_FIELD.items()}
    made = {
        "set_id": root.find(f"{space}setId").get("root"),
        "id": root.find(f"{space}id").get("root"),
        "effective_time": root.find(f"{space}effectiveTime").get("value"),
        "version": root.find(f"{space}versionNumber").get("value"),
    }
    for section in root.iter(f"{space}section"):
        field = fields.get(section.find(f"{space}code").get("code"), "spl_unclassified_section")
        if field == "spl_unclassified_section" and section.getparent().getparent().tag.endswith(
            "section"
        ):
            continue
        words = " ".join("".join(section.itertext()).split())
        made.setdefault(field, []).append(words)
        tables = (
            etree.tostring(t, encoding="unicode", with_tail=False)
            for t in section.iter(f"{space}table")
        )
        made.setdefault(f"{field}_table", []).extend(
            table.replace(' xmlns="urn:hl7-org:v3"', "") for table in tables
        )
    return made


@needs_shared
@pytest.mark.parametrize("name", ["humira", "lipitor-orig", "lipitor-repack", "no-title"])
def test_a_label_has_one_id_and_the_same_headings_from_either_form(name):
    data = (SHARED / f"{name}.xml").read_bytes()
    from_xml = next(iter(spl.READER.read(Source("a.xml", data), Notes())))
    documents, _ = read(as_openfda(data))
    main = {h for h in headings(from_xml, 1) if "Boxed" not in h and h != "Unclassified section"}
    missing = {h.casefold() for h in main} - {h.casefold() for h in headings(documents[0], 1)}

    assert documents[0].id == from_xml.id
    assert documents[0].metadata.revised == from_xml.metadata.revised
    assert documents[0].metadata.family == from_xml.metadata.family
    assert missing == set()


@needs_shared
@pytest.mark.parametrize("name", ["humira", "lipitor-orig", "no-title"])
def test_no_words_of_a_real_label_are_lost(name):
    made = as_openfda((SHARED / f"{name}.xml").read_bytes())
    words = set(read(made)[0][0].text.replace("|", " ").replace("*", " ").split())
    left = {field for field, kind in BY_FIELD.items() if kind.code in UNPLACED}
    given = {
        word
        for field, texts in made.items()
        if isinstance(texts, list)
        and field not in left | {"recent_major_changes"}
        and not field.endswith("_table")
        for text in texts
        for word in text.split()
    }
    plain = {word for word in given if word.isalpha() and len(word) > 3}
    run_together = {word for word in plain - words if not any(word in other for other in words)}

    assert len(plain) > 500
    assert len(run_together) <= 0.01 * len(plain)


def headings(document, depth):
    return {section.headings[depth - 1] for section in sections_of(document.text)}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(sorted(BY_FIELD) + list(RX) + ["warnings_table"]), JSON))
@settings(max_examples=150, deadline=None)
def test_any_values_in_known_fields_are_read_or_refused(changes):
    check(json.dumps({**OTC, **changes}).encode())


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_read_or_refused(data):
    damaged = bytearray(json.dumps(answer(RX, OTC)).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        end = at + data.draw(st.integers(0, 40))
        damaged[at:end] = data.draw(st.binary(max_size=8))
    check(bytes(damaged))


PIECES = (
    "<table>|</table>|<tr>|<td>|</td>|<td colspan='9' rowspan='9'>|</tr>|<list><item>|</item>"
    "|<footnote ID='a'>|</footnote>|<footnoteRef IDREF='a'/>|<caption>|<sup>2</sup>|&nbsp;|&|<"
    "|<?xml|<!ENTITY a 'b'>|flumb|5 mg|<content styleCode='bold'>"
)
MARKUP = st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map("".join)


@pytest.mark.slow
@given(MARKUP)
@settings(max_examples=150, deadline=None)
def test_any_markup_of_a_table_is_read(markup):
    check(json.dumps({**OTC, "overdosage": ["x"], "overdosage_table": [markup]}).encode())


def check(data):
    try:
        documents, _ = read(data)
    except DocumentError:
        return
    for document in documents:
        spans = split_sentences(document.text)
        assert all(0 <= span.start < span.end <= len(document.text) for span in spans)
