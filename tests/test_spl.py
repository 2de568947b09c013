import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from consilia.documents import sections_of
from consilia.errors import DocumentError
from consilia.intents import intent_of_headings
from consilia.readers.labels.fields import day_of
from consilia.readers.labels.sections import BY_FIELD, SECTIONS
from consilia.readers.labels.spl import READER
from consilia.readers.raised import superscript
from consilia.readers.reading import Notes, Source
from consilia.readers.registry import reader_of
from consilia.sentences import split_sentences

SHARED = Path(__file__).parents[2] / "shared" / "data" / "spl"
NAMES = ("humira", "lipitor-orig", "lipitor-repack", "no-title")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real labels are not here")

SECTION = """
<component><section ID="{id}"><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>
{title}{inside}</section></component>"""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="spl.xsl" type="text/xsl"?>
<document xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="AAAA1111-0000-0000-0000-000000000001"/>
<code code="34391-3" displayName="HUMAN PRESCRIPTION DRUG LABEL"/>
{title}
<effectiveTime value="20240229"/>
<setId root="BBBB2222-0000-0000-0000-000000000002"/>
<versionNumber value="7"/>
<author><assignedEntity><representedOrganization><name>Flum Pharma Inc.</name>
</representedOrganization></assignedEntity></author>
<component><structuredBody>
<component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct>
<code code="99999-001" codeSystem="2.16.840.1.113883.6.69"/>
<name>Zelvo<suffix>XR</suffix></name>
<formCode displayName="TABLET, FILM COATED"/>
<asEntityWithGeneric><genericMedicine><name>zelvoprine</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance>
<code code="ZZZ9999999" codeSystem="2.16.840.1.113883.4.9"/><name>ZELVOPRINE SODIUM</name>
</ingredientSubstance></ingredient>
<ingredient classCode="ACTIM"><ingredientSubstance>
<code code="AAA1111111" codeSystem="2.16.840.1.113883.4.9"/><name>MORVAXINE</name>
</ingredientSubstance></ingredient>
<ingredient classCode="IACT"><ingredientSubstance>
<code code="III0000000" codeSystem="2.16.840.1.113883.4.9"/><name>TALC</name>
</ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section></component>
"""
TITLE = (
    "<title>These highlights do not include all the information needed to use ZELVO safely and "
    "effectively. See full prescribing information for ZELVO. <br/> <br/>ZELVO<sup>®</sup> "
    "(zelvoprine) tablets <br/>Initial U.S. Approval: 2019</title>"
)


def section(code, title="", inside="", number="1"):
    named = f"<title>{title}</title>" if title else ""
    return SECTION.format(id=number, code=code, title=named, inside=inside)


def text(*blocks):
    return f"<text>{''.join(blocks)}</text>"


def paragraph(words):
    return f"<paragraph>{words}</paragraph>"


def label(*sections, title=TITLE):
    return (
        HEAD.format(title=title) + "".join(sections) + "</structuredBody></component></document>"
    ).encode()


SIMPLE = section("34067-9", "1 INDICATIONS AND USAGE", text(paragraph("Zelvo treats flumbosis.")))


def read(data, name="label.xml", given=None):
    notes = Notes()
    documents = list(READER.read(Source(name, data, given or {}), notes))
    return documents, notes


def body_of(*sections):
    documents, _ = read(label(*sections))
    return documents[0].text


def headings_above(text, words):
    at = text.index(words)
    return next(s.headings for s in sections_of(text) if s.start <= at < s.end)


def test_a_label_is_told_by_its_root_and_namespace_whatever_its_name():
    assert reader_of(Source("x.bin", label(SIMPLE))) is READER
    assert READER.recognises(Source("x", label(SIMPLE).decode().encode("utf-16")))
    assert not READER.recognises(Source("a.xml", b"<document><title>x</title></document>"))
    assert not READER.recognises(Source("a.xml", b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>"))
    assert not READER.recognises(Source("a.xml", b""))
    assert not READER.recognises(Source("a.xml", b"\xff\xfe\x00"))


def test_the_fields_of_a_label_become_front_matter():
    documents, _ = read(label(SIMPLE))
    known = documents[0].metadata

    assert known.id == "setid-bbbb2222-0000-0000-0000-000000000002"
    assert known.kind == "label"
    assert known.title == "ZELVO® (zelvoprine) tablets Initial U.S. Approval: 2019"
    assert known.issuer == "Flum Pharma Inc."
    assert (known.revised, known.year, known.edition) == ("2024-02-29", 2024, "7")
    assert known.family == "bbbb2222-0000-0000-0000-000000000002"
    assert known.identifiers == {
        "setid": "bbbb2222-0000-0000-0000-000000000002",
        "spl_id": "aaaa1111-0000-0000-0000-000000000001",
        "ndc": "99999-001",
        "unii": "AAA1111111 ZZZ9999999",
    }
    assert known.url == (
        "https://dailymed.nlm.nih.gov/dailymed/lookup.cfm"
        "?setid=bbbb2222-0000-0000-0000-000000000002"
    )
    assert known.subjects == ("ZELVOPRINE SODIUM", "MORVAXINE", "Zelvo XR")
    assert (known.evidence_type.design, known.evidence_type.wording) == ("drug_label", "drug label")
    assert known.licence is None
    assert known.standing == "unknown"
    assert known.reading == "source_text"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title/>", "Zelvo XR (zelvoprine sodium, morvaxine) tablet, film coated"),
        ("", "Zelvo XR (zelvoprine sodium, morvaxine) tablet, film coated"),
        (
            "<title>These highlights do not include all the information needed to use ZELVO safely "
            "and effectively. See full prescribing information for ZELVO.</title>",
            "Zelvo XR (zelvoprine sodium, morvaxine) tablet, film coated",
        ),
        (
            "<title>Drug Facts</title>",
            "Zelvo XR (zelvoprine sodium, morvaxine) tablet, film coated: Drug Facts",
        ),
        ("<title>Zelvoprine Sodium Tablets, USP</title>", "Zelvoprine Sodium Tablets, USP"),
    ],
)
def test_a_title_that_tells_no_drug_is_made_from_the_product(title, expected):
    documents, _ = read(label(SIMPLE, title=title))

    assert documents[0].metadata.title == expected


def test_given_front_matter_goes_first():
    documents, _ = read(label(SIMPLE), given={"title": "Mine", "licence": "CC0"})

    assert documents[0].metadata.title == "Mine"
    assert documents[0].metadata.licence == "CC0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20130930", "2013-09-30"),
        ("201309", "2013-09"),
        ("2013", "2013"),
        ("20130930101500.000-0500", "2013-09-30"),
        ("2013-09-30", "2013-09-30"),
        ("20131340", ""),
        ("99991231", ""),
        ("soon", ""),
        ("", ""),
        ("٢٠١٣", ""),
    ],
)
def test_dates_keep_the_precision_they_have(value, expected):
    assert day_of(value) == expected


def test_a_date_that_is_none_is_left_out_and_told():
    documents, notes = read(label(SIMPLE).replace(b"20240229", b"20240230"))

    assert documents[0].metadata.revised is None
    assert [note.place for note in notes.unplaced if "20240230" in note.text] == ["effectiveTime"]


def test_a_label_without_numbers_of_its_own_still_has_an_id():
    data = re.sub(rb"<(setId|id) root=[^>]*>", b"", label(SIMPLE))
    documents, _ = read(data)

    assert documents[0].id.startswith("label-zelvo")
    assert documents[0].metadata.identifiers["ndc"] == "99999-001"
    assert documents[0].metadata.url is None


def test_sections_nest_under_their_own_titles():
    body = body_of(
        section(
            "34068-7",
            "2 DOSAGE AND ADMINISTRATION",
            text(paragraph("Take with food."))
            + section("42229-5", "2.2 Renal Impairment", text(paragraph("Halve the dose."))),
        )
    )

    assert headings_above(body, "Take with food.") == ("2 DOSAGE AND ADMINISTRATION",)
    assert headings_above(body, "Halve the dose.") == (
        "2 DOSAGE AND ADMINISTRATION",
        "2.2 Renal Impairment",
    )


@pytest.mark.parametrize(
    ("code", "title", "heading"),
    [
        ("34066-1", "", "Boxed warning"),
        ("34066-1", "WARNING: FLUMBOSIS", "WARNING: FLUMBOSIS (Boxed warning)"),
        ("34070-3", "", "Contraindications"),
        ("34070-3", "WHEN NOT TO USE", "WHEN NOT TO USE (Contraindications)"),
        ("34070-3", "4 CONTRAINDICATIONS", "4 CONTRAINDICATIONS"),
        ("34067-9", "Uses", "Uses (Indications and usage)"),
        ("34068-7", "Directions", "Directions (Dosage and administration)"),
        ("43685-7", "", "Warnings and precautions"),
        ("77290-5", "", "Lactation"),
        ("88828-9", "", "Renal impairment"),
        ("42229-5", "", "Unclassified section"),
        ("00000-0", "", "Unclassified section"),
        ("00000-0", "Handling", "Handling"),
    ],
)
def test_a_heading_always_tells_what_the_section_is(code, title, heading):
    body = body_of(section(code, title, text(paragraph("Some words."))))

    assert headings_above(body, "Some words.") == (heading,)


def test_marks_and_intents_find_their_headings():
    assert intent_of_headings(("WARNING: FLUMBOSIS (Boxed warning)",)) == "harm"
    assert intent_of_headings(("Uses (Indications and usage)",)) == "indication"


def test_words_after_a_titled_part_return_to_the_heading_above():
    body = body_of(
        section(
            "34084-4",
            "6 ADVERSE REACTIONS",
            text(paragraph("First."))
            + section("42229-5", "6.1 Trials", text(paragraph("Second.")))
            + section("42229-5", "", text(paragraph("Third."))),
        )
    )

    assert headings_above(body, "Second.") == ("6 ADVERSE REACTIONS", "6.1 Trials")
    assert headings_above(body, "Third.") == ("6 ADVERSE REACTIONS",)


def test_a_styled_first_line_is_the_title_of_a_part_without_one():
    styled = '<paragraph><content styleCode="italics">FLUM-1 Study</content></paragraph>'
    body = body_of(
        section(
            "34092-7",
            "14 CLINICAL STUDIES",
            section("42229-5", "", text(styled, paragraph("It enrolled 40 adults."))),
        )
    )

    assert headings_above(body, "It enrolled") == ("14 CLINICAL STUDIES", "FLUM-1 Study")
    assert body.count("FLUM-1 Study") == 1


@pytest.mark.parametrize("inside", ["", "<text/>", "<text><paragraph> </paragraph></text>"])
def test_a_title_that_is_all_a_section_has_is_kept_as_a_sentence(inside):
    body = body_of(
        section(
            "34070-3", "4 CONTRAINDICATIONS", section("42229-5", "4.1 Active flumbosis", inside)
        )
    )

    assert "\nActive flumbosis\n" in body
    assert headings_above(body, "\nActive flumbosis\n")[0] == "4 CONTRAINDICATIONS"


def test_highlights_listings_pictures_and_references_are_told_and_left_out():
    excerpt = f"<excerpt><highlight>{text(paragraph('Short form (1).'))}</highlight></excerpt>"
    media = (
        '<component><observationMedia ID="MM1"><text>Curve of flumbs</text><value>'
        '<reference value="zelvo-01.jpg"/></value></observationMedia></component>'
    )
    documents, notes = read(
        label(
            section("34067-9", "1 INDICATIONS", text(paragraph("Long form.")) + excerpt + media),
            section(
                "34093-5", "15 REFERENCES", text("<list><item>A.</item><item>B.</item></list>")
            ),
            section("51945-4", "", text(paragraph("NDC 99999-001 carton"))),
        )
    )
    told = {note.place: note.text for note in notes.unplaced}

    assert documents[0].text == "## 1 INDICATIONS\n\nLong form.\n"
    assert told["highlights of 1 INDICATIONS"] == "Short form (1)."
    assert told["figure zelvo-01.jpg"] == "Curve of flumbs"
    assert told["15 REFERENCES"] == "2 references"
    assert told["Package label"] == "NDC 99999-001 carton"
    assert "Listing of product data" in told


def test_lists_nest_and_bullets_typed_by_hand_are_items():
    body = body_of(
        section(
            "34071-1",
            "Warnings",
            text(
                "<list><item>One<list><item>Inner</item></list>after</item><item>Two</item></list>",
                paragraph("Infections include:<br/>• Flumb fever. <br/>• Zelv cough"),
            ),
        )
    )

    assert "- One\n  - Inner\n- after\n- Two\n" in body
    assert "Infections include:\n\n- Flumb fever.\n- Zelv cough\n" in body


def test_each_row_of_a_table_stands_alone():
    table = (
        "<table><caption>Table 1. Doses</caption><tfoot><tr><td colspan='3'>FC = flumb count"
        "</td></tr></tfoot><thead><tr><th>Group</th><th colspan='2'>Dose</th></tr></thead><tbody>"
        "<tr><td rowspan='2'>Adults<footnote ID='f1'>Over 18 years.</footnote></td><td>day</td>"
        "<td>5<br/>mg</td></tr><tr><td>night</td><td>10 mg<footnoteRef IDREF='f1'/></td></tr>"
        "</tbody></table>"
    )
    body = body_of(section("34068-7", "Dosage", text(table, paragraph("Then stop."))))

    assert body == (
        "## Dosage\n\nTable 1. Doses\n\n"
        "| Group | Dose | Dose |\n"
        "| Adults* | day | 5 mg |\n"
        "| Adults* | night | 10 mg* |\n"
        "| FC = flumb count |\n\n"
        "* Over 18 years.\n\nThen stop.\n"
    )


def test_a_table_of_endless_spans_stays_small():
    cells = "<td rowspan='999999' colspan='999999'>flumb</td>" * 30
    rows = f"<tr>{cells}</tr>" * 60
    body = body_of(section("34068-7", "Dosage", text(f"<table><tbody>{rows}</tbody></table>")))

    assert len(body) < 1_000_000


def test_raised_and_lowered_characters_keep_numbers_what_they_are():
    body = body_of(
        section(
            "34090-1",
            "Pharmacology",
            text(
                paragraph("5 x 10<sup>9</sup>/L, 24 mg/m<sup>2</sup>, 10<sup>-10</sup> M"),
                paragraph(
                    "C<sub>max</sub> of ZELVO<sup>®</sup> in HUM<sup>a</sup>, 12<sup>th</sup>"
                ),
            ),
        )
    )

    assert "5 x 10⁹/L, 24 mg/m², 10⁻¹⁰ M" in body
    assert "Cmax of ZELVO® in HUM^a, 12th" in body


@pytest.mark.parametrize(("given", "expected"), [("", ""), (" 2 ", " ² "), ("a,b", "^a,b")])
def test_superscripts_keep_white_space(given, expected):
    assert superscript(given) == expected


def test_changed_and_linked_words_stay_in_their_sentence():
    words = (
        'Do <content styleCode="xmChange">not</content> take it [see '
        '<linkHtml href="#S5">Warnings (5)</linkHtml>].'
    )
    body = body_of(section("34071-1", "Warnings", text(paragraph(words))))

    assert "Do not take it [see Warnings (5)]." in body


def test_questions_of_a_patient_guide_head_what_follows():
    question = '<paragraph><content styleCode="bold">What is ZELVO?</content></paragraph>'
    body = body_of(section("42231-1", "", text(question, paragraph("A tablet."))))

    assert headings_above(body, "A tablet.") == ("Medication guide", "What is ZELVO?")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no well-formed XML"),
        (label(SIMPLE)[:-200], "no well-formed XML"),
        (b"<document xmlns='urn:hl7-org:v3'>" + b"<a>" * 5000, "no well-formed XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><document xmlns='urn:hl7-org:v3'/>", "entities"),
        (b"<document xmlns='urn:hl7-org:v3'/>", "no text"),
        (b"<document/>", "no drug label"),
        (label(), "no text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data, reason):
    with pytest.raises(DocumentError, match=reason):
        read(data)


def test_deep_nesting_is_read_or_refused():
    nested = "<list><item>" * 100 + "deep" + "</item></list>" * 100
    sections = section("42229-5", "Deep", text(nested))
    for _ in range(20):
        sections = section("42229-5", "Part", sections)

    assert "deep" in body_of(sections)


def test_the_names_of_fields_and_codes_are_unique():
    assert len(BY_FIELD) == len(SECTIONS)
    assert all(re.fullmatch(r"\d{5}-\d", kind.code) and kind.name for kind in SECTIONS)


@needs_shared
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        (
            "humira",
            {
                "title": "HUMIRA (adalimumab) injection, for subcutaneous use"
                " Initial U.S. Approval: 2002",
                "issuer": "AbbVie Inc.",
                "revised": "2013-09-30",
                "edition": "1560",
                "family": "608d4f0d-b19f-46d3-749a-7159aa5f933d",
                "subjects": ("ADALIMUMAB", "Humira"),
            },
        ),
        (
            "lipitor-orig",
            {
                "title": "LIPITOR® (atorvastatin calcium) Tablets for oral administration"
                " Initial U.S. Approval: 1996",
                "issuer": "Parke-Davis Div of Pfizer Inc",
                "revised": "2014-01-13",
                "edition": "11",
                "family": "c6e131fe-e7df-4876-83f7-9156fc4e8228",
            },
        ),
        (
            "lipitor-repack",
            {
                "issuer": "PD-Rx Pharmaceuticals, Inc.",
                "revised": "2012-02-29",
                "edition": "8",
                "family": "17a163ef-b349-4e32-bc8c-b02bac7f65d6",
            },
        ),
        (
            "no-title",
            {
                "title": "Haloperidol tablet",
                "issuer": "Contract Pharmacy Services-PA",
                "revised": "2010-07-28",
                "edition": "1",
                "subjects": ("HALOPERIDOL",),
            },
        ),
    ],
)
def test_real_labels_give_their_fields(name, fields):
    documents, notes = read((SHARED / f"{name}.xml").read_bytes())
    known = documents[0].metadata

    assert {field: getattr(known, field) for field in fields} == fields
    assert notes.refused == []


@needs_shared
@pytest.mark.parametrize(
    ("name", "words", "headings"),
    [
        (
            "humira",
            "Discontinue HUMIRA if a patient develops a serious infection or sepsis.",
            ("WARNING: SERIOUS INFECTIONS AND MALIGNANCY (Boxed warning)",),
        ),
        (
            "humira",
            "- Bacterial, viral and other infections due to opportunistic pathogens",
            ("WARNING: SERIOUS INFECTIONS AND MALIGNANCY (Boxed warning)",),
        ),
        (
            "humira",
            "| Number of tender joints (0-68) | 35 | 26 | 31 | 16* | 26 | 15 | 24 | 8* |",
            ("14 CLINICAL STUDIES", "14.1 Rheumatoid Arthritis"),
        ),
        (
            "lipitor-orig",
            "\nHypersensitivity to any component of this medication\n",
            ("4 CONTRAINDICATIONS", "4.2 Hypersensitivity to any component of this medication"),
        ),
        (
            "lipitor-orig",
            "| Arthralgia | 6.9 | 8.9 | 11.7 | 10.6 | 4.3 | 6.5 |",
            ("6 ADVERSE REACTIONS", "6.1 Clinical Trial Adverse Experiences"),
        ),
        (
            "lipitor-orig",
            "* Use with caution and with the lowest dose necessary (12.3)",
            ("5 WARNINGS AND PRECAUTIONS", "5.1 Skeletal Muscle"),
        ),
        (
            "lipitor-repack",
            "In CARDS [see Clinical Studies (14.1) ] involving 2,838 subjects",
            (
                "6 ADVERSE REACTIONS",
                "6.1 Clinical Trial Adverse Experiences",
                "Collaborative Atorvastatin Diabetes Study (CARDS)",
            ),
        ),
        (
            "no-title",
            "Elderly patients with dementia-related psychosis treated with antipsychotic drugs",
            ("Boxed warning",),
        ),
        (
            "no-title",
            "Therapy should begin at the lowest dose possible",
            ("DOSAGE AND ADMINISTRATION", "Inital Dosage Range", "Children"),
        ),
    ],
)
def test_real_sentences_stand_under_their_headings(name, words, headings):
    documents, _ = read((SHARED / f"{name}.xml").read_bytes())

    assert headings_above(documents[0].text, words) == headings


@needs_shared
@pytest.mark.parametrize("name", NAMES)
def test_no_paragraph_or_item_of_a_real_label_is_lost(name):
    data = (SHARED / f"{name}.xml").read_bytes()
    documents, _ = read(data)
    found = squeezed(documents[0].text)
    root = etree.fromstring(data)
    left_out = (
        "ancestor::*[local-name()='highlight' or local-name()='observationMedia'] or "
        "ancestor::*[local-name()='section'][*[local-name()='code' and "
        "(@code='51945-4' or @code='34093-5' or @code='48780-1')]]"
    )
    blocks = root.xpath(
        "//*[local-name()='paragraph' or local-name()='td' or local-name()='th' or "
        f"(local-name()='item' and not(*))][not({left_out})]"
    )
    plain = [
        block
        for block in blocks
        if not block.xpath(
            ".//*[local-name()!='content' and local-name()!='linkHtml' and local-name()!='br']"
        )
    ]
    lost = [words for block in plain if (words := squeezed("".join(block.itertext()))) not in found]

    assert len(plain) > 90
    assert lost == []


def squeezed(words):
    return "".join(c for c in words if c.isalnum())


@needs_shared
def test_the_same_bytes_give_the_same_document():
    data = (SHARED / "humira.xml").read_bytes()

    assert read(data)[0] == read(data)[0]


def check(data):
    try:
        documents, _ = read(data)
    except DocumentError:
        return
    for document in documents:
        spans = split_sentences(document.text)
        assert all(0 <= span.start < span.end <= len(document.text) for span in spans)


RICH = label(
    section(
        "34066-1",
        "WARNING",
        text(
            paragraph("Do <content styleCode='bold'>not</content> take 10<sup>9</sup><br/>• more."),
            "<list><item>One<footnote ID='a'>Note</footnote></item></list>",
            "<table><caption>T</caption><tr><td rowspan='2' colspan='3'>x</td></tr>"
            "<tr><td>y<footnoteRef IDREF='a'/></td></tr></table>",
        )
        + section("42229-5", "1.1 Inner", text(paragraph("Words."))),
    ),
    SIMPLE,
)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_label_is_read_or_refused(data):
    damaged = bytearray(RICH)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        end = at + data.draw(st.integers(0, 40))
        damaged[at:end] = data.draw(st.binary(max_size=8))
    check(bytes(damaged))


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&\ufffe\uffff"), max_size=30
)
TAG_NAMES = (
    "paragraph list item table tr td th thead tbody caption content sup sub br footnote footnoteRef"
    " renderMultiMedia linkHtml text section component title excerpt highlight"
)
TAGS = st.sampled_from(TAG_NAMES.split())
TREES = st.recursive(
    WORDS,
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4), WORDS).map(
        lambda parts: f"<{parts[0]} styleCode='x'>{''.join(parts[1])}</{parts[0]}>{parts[2]}"
    ),
    max_leaves=25,
)


@pytest.mark.slow
@given(TREES, st.sampled_from([kind.code for kind in SECTIONS]))
@settings(max_examples=150, deadline=None)
def test_any_tree_of_elements_is_read_or_refused(tree, code):
    check(
        label(section(code, "", text(tree) + f"<component><section>{tree}</section></component>"))
    )


@needs_shared
@pytest.mark.slow
@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damaged_real_labels_are_read_or_refused(data):
    real = (SHARED / "no-title.xml").read_bytes()
    at = data.draw(st.integers(0, len(real) - 1))
    end = data.draw(st.integers(at, min(len(real), at + 2000)))
    check(real[:at] + data.draw(st.binary(max_size=20)) + real[end:])
