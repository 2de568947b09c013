import csv
import re
from collections import Counter
from html import escape, unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from consilia.documents import sections_of
from consilia.errors import DocumentError
from consilia.readers.ngc.fields import dates_of, family_of
from consilia.readers.ngc.reader import READER
from consilia.readers.reading import Notes, Source
from consilia.sentences import split_sentences

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "guidelines-ngc"
RECORDS = {path.stem: path for path in sorted(FOLDER.glob("*/ngc-*.xml"))}
needs_records = pytest.mark.skipif(not RECORDS, reason="the records are not beside the repository")


def record(**fields):
    stated = {"Guideline Title": "Flumbosis in adults.", "Major_Recommendations": "<p>Wait.</p>"}
    markup = "".join(
        f'<Field Name="{name.replace("_", " ")}">'
        + "".join(
            f'<FieldValue Value="{escape(v)}" />'
            for v in ([value] * isinstance(value, str) or value)
        )
        + "</Field>"
        for name, value in (stated | fields).items()
    )
    return f"<Version><Section Name='General'>{markup}</Section></Version>".encode()


def read(data, name="ngc-77.xml", notes=None):
    source = Source(name, data)
    assert READER.recognises(source)
    (document,) = READER.read(source, notes or Notes())
    return document


def lines(**fields):
    return [line for line in read(record(**fields)).text.split("\n") if line]


def strong(recommendations):
    document = read(record(Major_Recommendations=recommendations))
    return [mark.sentence for mark in document.metadata.marks]


def test_recommendations_come_first_and_bold_paragraphs_head_them():
    found = lines(
        Disease="<p>Flumbosis</p>",
        Major_Recommendations=(
            '<p><strong><span style="text-decoration: underline;">Treatment</span></strong></p>'
            "<p><b>Adults</b></p><ol><li>Give zelvoprine. (<strong>Grade A</strong>)<ul><li>5 mg"
            "</li></ul></li></ol><p><strong>Do not wait (Grade A)</strong></p><p>End.</p>"
        ),
    )

    assert found == [
        "## Major Recommendations",
        "### Treatment",
        "#### Adults",
        "- Give zelvoprine. (Grade A)",
        "  - 5 mg",
        "Do not wait (Grade A)",
        "End.",
        "## Disease",
        "Flumbosis",
    ]


def test_picklists_are_lists_and_assessments_are_rows():
    data = record(Category=["Treatment", "Diagnosis"]).replace(
        b"</Section>",
        b"</Section><Section Name='NEATS Assessment'><Field Name='Updating'>"
        b"<FieldValue Value='5'/></Field></Section>",
    )
    text = read(data).text

    assert "## Category\n\n- Treatment\n- Diagnosis\n" in text
    assert text.endswith("## NEATS Assessment\n\n| Updating | 5 |\n")


def test_front_matter_is_what_the_fields_say():
    data = record(**{
        "Bibliographic Source(s)": '<a href="http://x/query.fcgi?db=pubmed&list_uids=123">P</a> J.',
        "Guideline Developer(s)": [
            "Flumbosis Society - Medical Specialty Society",
            "Board - Expert Panel",
        ],
        "Date Released": "2006 Feb (revised 2013 Sep 3)",
        "Target Population": "<p>Adults</p>",
        "Copyright Statement": "<p>All rights reserved.</p>",
        "Disease/Condition(s)": "<ul><li>Flumbosis</li></ul>",
        "Clinical Specialty": ["Neurology"],
    })
    found = read(data).metadata

    assert (found.id, found.kind, found.title) == ("ngc-77", "guideline", "Flumbosis in adults.")
    assert found.issuer == "Flumbosis Society; Board"
    assert found.identifiers == {"ngc": "77", "pmid": "123"}
    assert (found.year, found.published, found.revised) == (2013, "2006-02", "2013-09-03")
    assert found.population.text == "Adults"
    assert found.licence == "All rights reserved."
    assert found.subjects == ("Flumbosis", "Neurology")
    assert found.family == "flumbosis-society/flumbosis-in-adults"
    assert found.evidence_type.design == "clinical_guideline"
    assert (found.authors, found.journal, found.standing) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("text", "year", "published", "revised"),
    [
        ("2014", 2014, "2014", None),
        ("2013 Dec 20", 2013, "2013-12-20", None),
        ("2003 Jul 1 (revised 2014 Apr 15)", 2014, "2003-07-01", "2014-04-15"),
        ("1998 (revised 2002 Mar; reviewed 2005)", 2002, "1998", "2002-03"),
        ("1998 (reaffirmed 2004 Oct)", 1998, "1998", "2004-10"),
        ("2013 Feb 31", 2013, "2013-02", None),
        ("2013 September", 2013, "2013-09", None),
        ("not stated", None, None, None),
        ("9999", None, None, None),
    ],
)
def test_dates_have_the_precision_of_the_record(text, year, published, revised):
    assert dates_of(text) == {"year": year, "published": published, "revised": revised}


def test_editions_of_a_guideline_are_one_family():
    first = family_of(["Society"], "Flumbosis: 2009 update.")

    assert first == family_of(["Society"], "Flumbosis, 2nd edition (2014)")
    assert first != family_of(["Board"], "Flumbosis")


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("<p>This is the current release of the guideline.</p>", "current"),
        ("<p>This guideline has been withdrawn.</p>", "withdrawn"),
        ("<p>This summary has been archived.</p>", "withdrawn"),
        ("<p>This guideline has been superseded by another.</p>", "superseded"),
        ("<p>This is not the current release of the guideline.</p>", "superseded"),
        ("<p>This guideline meets the inclusion criteria.</p>", "unknown"),
        (
            "<p>This is the current release of the guideline.</p><p>This guideline updates a "
            "previous version: Board. A device that has been withdrawn. 2001.</p>",
            "current",
        ),
    ],
)
def test_the_standing_is_what_the_status_says(status, standing):
    found = read(record(Guideline_Status=status)).metadata

    assert found.standing == standing
    assert found.standing_source == (
        None if standing == "unknown" else "National Guideline Clearinghouse, July 2018"
    )


def test_each_previous_version_is_a_relation():
    status = (
        "<p>This is the current release of the guideline.</p><p>This guideline updates previous "
        "versions:</p><p>Board. Flumbosis. 2001.</p><p>Board. Flumbosis. 2005.</p>"
        "<p>This guideline meets the inclusion criteria.</p>"
    )
    relations = read(record(Guideline_Status=status)).metadata.relations

    assert [(one.type, one.text) for one in relations] == [
        ("update_of", "Board. Flumbosis. 2001."),
        ("update_of", "Board. Flumbosis. 2005."),
    ]


def test_strong_grades_mark_the_sentences_that_carry_them():
    assert strong(
        "<ul><li>Give zelvoprine to all adults (<b>Strong For; Reviewed</b>)</li>"
        "<li>Offer no surgery to children [Strong]</li></ul>"
        "<table><tr><th>Who</th><th>What</th><th>Grade</th></tr>"
        "<tr><td>Adults</td><td>Screen each year</td><td>Strong</td></tr></table>"
    ) == [
        "Give zelvoprine to all adults (Strong For; Reviewed)",
        "Offer no surgery to children [Strong]",
        "| Adults | Screen each year | Strong |",
    ]


@pytest.mark.parametrize(
    "recommendations",
    [
        "<p>Give zelvoprine. (Strong Recommendation)</p>",
        "<p>Give zelvoprine to all adults (Weak For)</p>",
        "<p>Grades (Strong For, Weak For, Strong Against, Weak Against) are defined below.</p>",
        "<p>Give it to adults (Strong For) and perhaps to children (Weak For).</p>",
        "<p>There is strong evidence for zelvoprine in adults (strong, consistent evidence).</p>",
        "<p>Give it to adults, who feel strong, each day (Grade A).</p>",
        "<p><b>Definitions</b></p><p>High confidence of the whole panel (Strong For)</p>",
        "<p><b>Definitions</b></p><p>x</p><p><b>Grades</b></p><p>The panel all agree [Strong]</p>",
        "<table><tr><td>Strong</td><td>Benefits clearly outweigh the harms</td></tr>"
        "<tr><td>Weak</td><td>Benefits hardly outweigh the harms</td></tr></table>",
    ],
)
def test_nothing_else_is_marked_as_strong(recommendations):
    assert strong(recommendations) == []


def test_grades_outside_the_recommendations_mark_nothing():
    document = read(record(Rating="<p>Give zelvoprine to all adults (Strong For)</p>"))

    assert document.metadata.marks == ()


def test_fields_without_content_and_boilerplate_are_told():
    notes = Notes()
    text = read(
        record(
            Contraindications="<p>Not stated</p>",
            Empty="",
            NGC_Disclaimer="<p>The clearinghouse endorses nothing.</p>",
            Harms="<p>None available yet for adults, " + "but see the label of the drug. " * 5,
        ),
        notes=notes,
    ).text

    assert [note.place for note in notes.unplaced] == [
        "Contraindications",
        "Empty",
        "NGC Disclaimer",
    ]
    assert "Not stated" not in text
    assert "## Harms" in text


def test_hidden_words_and_wrongly_decoded_ones_are_told():
    notes = Notes()
    text = read(
        record(
            Harms='<p>Rash at â‰¥ 5 mg, 10<sup>9</sup>/L<span style="display:none">Take ten</span>.'
            '</p><!-- Take six --><p><a href="x" title="Take two">Label</a></p>'
        ),
        notes=notes,
    ).text

    assert text.endswith("## Harms\n\nRash at ≥ 5 mg, 10⁹/L.\n\nLabel\n")
    assert {note.text for note in notes.hidden} == {"Take ten", "Take six", "Take two"}
    assert len(notes.repaired) == 1


@pytest.mark.parametrize(
    ("name", "number", "found"),
    [
        ("ngc-10532.xml", "10532", "ngc-10532"),
        ("set/NGC_010532.xml", "10532", "ngc-10532"),
        ("10532.xml", "10532", "ngc-10532"),
        ("flumbosis 2014.xml", None, "ngc-flumbosis-2014"),
        ("é.xml", None, "ngc"),
    ],
)
def test_the_number_comes_from_the_file_name(name, number, found):
    metadata = read(record(), name=name).metadata

    assert (metadata.identifiers.get("ngc"), metadata.id) == (number, found)


def test_a_number_in_the_record_goes_before_that_of_the_file():
    data = record().replace(b"<Version>", b"<Version GuidelineID='NGC-99'>")

    assert read(data).metadata.id == "ngc-99"


@pytest.mark.parametrize(
    "data",
    [
        b"<Version><Section>",
        b"<Version><Section/></Version>",
        record(**{"Guideline Title": ""}),
        record(Major_Recommendations=""),
        record(Major_Recommendations="<b>" * 1000 + "x"),
        b"<!DOCTYPE Version [<!ENTITY a 'b'>]><Version><Section>&a;</Section></Version>",
        b"<Version><Section>" + b"<a>" * 1000,
    ],
)
def test_what_cannot_be_read_is_refused(data):
    with pytest.raises(DocumentError):
        read(data)


@pytest.mark.parametrize(
    "data", [b"", b"<html><Section/></html>", b"<Version><app/></Version>", b"Version <Section"]
)
def test_other_files_are_not_taken_for_records(data):
    assert not READER.recognises(Source("ngc-1.xml", data))


@pytest.mark.slow
@needs_records
def test_all_real_records_agree_with_the_index():
    with (FOLDER / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        index = {row["file"]: row for row in csv.DictReader(file)}
    for path in RECORDS.values():
        found, row = read(path.read_bytes(), name=path.name).metadata, index[path.name]
        assert found.title == row["title"]
        assert found.issuer.split("; ")[0] == row["developer"]
        assert found.licence.startswith(row["copyright_statement"][:100])
        dates = re.findall(r"\d{4}", row["date_released"])
        assert found.published.startswith(dates[0])
        assert (found.revised or found.published).startswith(dates[-1])
        assert found.standing == "current"


@pytest.mark.slow
@needs_records
def test_the_words_of_real_records_are_kept():
    """Counted against the XML, by another rule than the reader's."""
    for path in RECORDS.values():
        text = read(path.read_bytes(), name=path.name).text
        fields = {
            field.get("Name"): " ".join(value.get("Value") or "" for value in field)
            for field in etree.parse(path).iter("Field")
        }
        source = " ".join(
            lxml_html.fromstring(f"<div>{fields[name].replace('<', ' <')}</div>").text_content()
            for name in ("Major Recommendations", "Potential Harms", "Target Population")
        )
        words = Counter(re.findall(r"[A-Za-z]{2,}", unescape(source)))
        kept = Counter(re.findall(r"[A-Za-z]{2,}", text))

        assert sum((words & kept).values()) >= 0.99 * sum(words.values()), path.stem


@pytest.mark.slow
@needs_records
def test_marks_of_real_records_name_sentences():
    for path in RECORDS.values():
        document = read(path.read_bytes(), name=path.name)
        sentences = {
            document.text[span.start : span.end]
            for section in sections_of(document.text)
            for span in split_sentences(document.text, section.start, section.end)
        }
        assert {mark.sentence for mark in document.metadata.marks} <= sentences
        assert all("Strong" in mark.sentence for mark in document.metadata.marks)


SEEN = {
    "ngc-10008": (
        ("U.S. Preventive Services Task Force", "2006-02", "2013-09-03", "24026320"),
        "U.S. Preventive Services Task Force. Screening for peripheral arterial disease:",
        "Peripheral artery disease (PAD)",
        "found no evidence that screening for and treatment of peripheral arterial disease (PAD)",
    ),
    "ngc-10511": (
        (
            "Department of Defense; Department of Veterans Affairs; Veterans Health Administration",
            "2006-12",
            "2014",
            None,
        ),
        "Management of Overweight and Obesity Working Group. VA/DoD clinical practice guideline",
        "Overweight and obesity",
        "## Contraindications\n\n- The use of weight loss drugs (orlistat, phentermine and",
    ),
    "ngc-10532": (
        ("National Heart, Lung, and Blood Institute (U.S.)", "2014", None, None),
        None,
        "Chronic pain",
        "- Determine the cause and type of SCD-related chronic pain. This includes chronic pain",
    ),
    "ngc-10991": (
        (
            "Department of Defense; Department of Veterans Affairs; Veterans Health Administration",
            "2016-04",
            None,
            None,
        ),
        "Management of MDD Working Group. VA/DoD clinical practice guideline for management of",
        "Major depressive disorder (MDD)",
        "| Reviewed | New-replaced | Recommendation from previous CPG that has been carried over",
    ),
    "ngc-10953": (
        ("Centers for Disease Control and Prevention", "2016-03-18", None, "26987082"),
        None,
        "Chronic pain (i.e., pain conditions that typically last >3 months or past the time of "
        "normal tissue healing)",
        "- When starting opioid therapy for chronic pain, clinicians should prescribe immediate-",
    ),
    "ngc-10302": (
        ("Centers for Disease Control and Prevention", "2013-12-20", None, "24352112"),
        None,
        "Hepatitis B virus (HBV) infection",
        "### Pre-Exposure Management\n\n#### Education and Infrastructure\n\nAt the time of hire",
    ),
    "ngc-10192": (
        ("U.S. Preventive Services Task Force", "1996", "2014-03-04", "24378917"),
        "U.S. Preventive Services Task Force. Lung cancer screening: recommendation statement.",
        "Non-small cell lung cancer (NSCLC)",
        "The USPSTF recommends annual screening for lung cancer with low-dose computed tomography",
    ),
    "ngc-9986": (
        (
            "Centers for Disease Control and Prevention; Public Health Service (U.S.)",
            "1994",
            "2013-07",
            "23814319",
        ),
        "Rogers MF, Simonds RJ, Lawton KE, Moseley RR, Jones WK. Guidelines for preventing",
        "Human immunodeficiency virus (HIV), hepatitis B virus (HBV), and hepatitis C virus (HCV) "
        "infection transmitted through organ transplantation",
        "1. All living potential donors and individuals interviewed about deceased potential",
    ),
}


@needs_records
@pytest.mark.parametrize("name", SEEN)
def test_real_records_read_as_a_person_reads_them(name):
    (issuer, published, revised, pmid), updates, subject, passage = SEEN[name]
    document = read(RECORDS[name].read_bytes(), name=f"{name}.xml")
    found = document.metadata

    assert (found.issuer, found.published, found.revised) == (issuer, published, revised)
    assert found.identifiers.get("pmid") == pmid
    assert subject in found.subjects
    assert passage in document.text
    assert (found.relations[0].text if found.relations else "").startswith(updates or "")
    assert bool(found.relations) == bool(updates)
    assert (found.standing, found.standing_date) == ("current", "2018-07")


@needs_records
def test_superscripts_of_real_records_are_kept():
    assert "HbSβ⁺-thalassemia" in read(RECORDS["ngc-10533"].read_bytes()).text
    assert "at least 10⁴ organisms/ml" in read(RECORDS["ngc-11073"].read_bytes()).text


def check_only_document_errors(data):
    source = Source("ngc-1.xml", data)
    READER.recognises(source)
    try:
        documents = list(READER.read(source, Notes()))
    except DocumentError:
        return
    for document in documents:
        spans = split_sentences(document.text)
        assert all(0 <= span.start < span.end <= len(document.text) for span in spans)


SEED = record(Date_Released="2006 Feb (revised 2013 Sep 3)", Harms="<table><tr><td>a<td>b</table>")


@given(st.integers(0, len(SEED)), st.integers(0, 30), st.binary(max_size=8))
@settings(max_examples=80, deadline=None)
def test_mutated_records_raise_nothing_but_document_errors(place, length, put):
    check_only_document_errors(SEED[:place] + put + SEED[place + length :])


@given(st.text(max_size=60), st.text(alphabet="0123456789 JanFebrevised();,", max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_words_in_fields_raise_nothing_but_document_errors(words, dates):
    words = "".join(c for c in words if c.isprintable())
    check_only_document_errors(
        record(Major_Recommendations=f"<p>{words}", Date_Released=dates, Guideline_Status=words)
    )


@pytest.mark.slow
@needs_records
@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_real_records_raise_nothing_but_document_errors(data):
    raw = RECORDS[data.draw(st.sampled_from(sorted(RECORDS)))].read_bytes()
    place = data.draw(st.integers(0, len(raw)))
    put = data.draw(st.sampled_from([b"", b"&lt;table&gt;", b"&#8203;", b"9" * 30]))
    check_only_document_errors(raw[:place] + put + raw[place + data.draw(st.integers(0, 3)) :])
