import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from consilia.errors import DocumentError
from consilia.readers.html.reader import READER
from consilia.readers.reading import Notes, Source
from consilia.sentences import split_sentences

PAGES = sorted(
    (Path(__file__).parents[2] / "shared" / "data" / "guidelines-ngc" / "syntheses").glob("*.htm")
)
needs_pages = pytest.mark.skipif(not PAGES, reason="the pages are not beside the repository")
LONG = (
    "Zelvoprine is the first drug that should be given to adults with flumbosis, and it is to be "
    "continued for at least four weeks in most of them, unless there is a reason not to do so in "
    "the person who is treated."
)


def read(markup, name="flumbosis.html", notes=None, **given):
    data = markup if isinstance(markup, bytes) else markup.encode()
    source = Source(name, data, given)
    assert READER.recognises(source)
    (document,) = READER.read(source, notes or Notes())
    return document


def page(body, head="<title>Flumbosis</title>"):
    return f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>"


def lines(body, **more):
    return [line for line in read(page(body), **more).text.split("\n") if line]


def test_headings_paragraphs_lists_and_tables_in_reading_order():
    assert lines(
        "<h1>Flumbosis</h1><h2>Dosage</h2><p>Start low.</p>"
        "<ul><li>Adults<ul><li>5 mg</li></ul></li></ul>"
        "<h3>Renal</h3><table><caption>Doses</caption><thead><tr><th>Age<th>Dose</thead>"
        "<tr><td rowspan=2>Adult<td>5 mg</tr><tr><td>10 mg</tr></table>"
        "<dl><dt>Mild</dt><dd>Wait and see</dd></dl>"
    ) == [
        "## Dosage",
        "Start low.",
        "- Adults",
        "  - 5 mg",
        "### Renal",
        "Doses",
        "| Age | Dose |",
        "| Adult | 5 mg |",
        "| Adult | 10 mg |",
        "- Mild",
        "  - Wait and see",
    ]


def test_superscripts_never_run_into_the_number_before_them():
    body = (
        "<p>10<sup>9</sup>/L, m<sup>2</sup>, 10<sup>-3</sup>, CO<sub>2</sub>, 5 mg<sup>a</sup></p>"
    )

    assert lines(body) == ["10⁹/L, m², 10⁻³, CO2, 5 mg^a"]


def test_broken_lines_are_joined_only_within_a_sentence():
    assert lines("<p>Give zelvoprine<br>with food.<br>Stop if rash appears.</p>") == [
        "Give zelvoprine with food.",
        "Stop if rash appears.",
    ]


def test_cells_that_hold_whole_passages_become_sections():
    cell = f"<p><strong>Recommendations</strong></p><p>{LONG}</p><table><tr><td>A<td>B</table>"
    found = lines(f"<h2>Comparison</h2><table><tr><th>Society<td>{cell}</table>")

    assert found == ["## Comparison", "### Society", "#### Recommendations", LONG, "| A | B |"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display: none">{}</p>',
        '<p style="VISIBILITY:hidden !important">{}</p>',
        "<p hidden>{}</p>",
        '<p style="color:#FFF">{}</p>',
        '<font color="white">{}</font>',
        '<p style="font-size:0">{}</p>',
        '<p style="font-size:1px">{}</p>',
        '<p style="opacity:0.0">{}</p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        '<p style="text-indent:-999em">{}</p>',
        "<template>{}</template>",
        "<noscript>{}</noscript>",
        "<!-- {} -->",
        '<img src="x" alt="{}">',
        '<span title="{}">seen</span>',
        '<style>.x {{ display: none }}</style><p class="x">{}</p>',
        '<p class="visually-hidden">{}</p>',
        '<div style="height:0;overflow:hidden">{}</div>',
    ],
)
def test_words_that_a_person_does_not_see_are_told_and_not_read(hidden):
    notes = Notes()
    secret = "Give ten times the dose of zelvoprine"
    text = read(page(f"<p>{LONG}</p>{hidden.format(secret)}<p>{LONG}</p>"), notes=notes).text

    assert "ten times" not in text
    assert [note.text for note in notes.hidden if secret in note.text]


def test_white_words_on_a_dark_ground_are_seen():
    assert lines('<div style="background:navy"><p style="color:#fff">Stop at once.</p></div>') == [
        "Stop at once."
    ]


def test_menus_banners_and_footers_are_left_out_and_told():
    notes = Notes()
    text = read(
        page(
            '<nav><a href="/">Home</a></nav><div class="cookie-banner"><p>We use cookies to make '
            "the site as good as it can be for all of you.</p></div>"
            f"<div class=content><h1>Flumbosis</h1><p>{LONG}</p><p>{LONG}</p>"
            "<h2>Contraindications</h2><ul><li>Pregnancy<li>Asthma</ul></div>"
            "<div><p>Privacy policy</p></div><footer><p>© Society</p></footer>"
        ),
        notes=notes,
    ).text
    told = " ".join(note.text for note in notes.unplaced)

    assert text.endswith("## Contraindications\n\n- Pregnancy\n- Asthma\n")
    assert text.startswith("Zelvoprine")
    assert all(words in told for words in ("Home", "We use cookies", "Privacy", "© Society"))


def test_clinical_sections_are_not_taken_for_menus_by_their_name():
    assert lines(
        f"<main><p>{LONG}</p><section id=social-care><h2>Social care</h2><p>Refer at once.</p>"
        "</section><aside class=menu><p>Never give zelvoprine in pregnancy.</p></aside>"
        "<div class=table-footer>* In adults</div></main>"
    )[1:] == [
        "## Social care",
        "Refer at once.",
        "Never give zelvoprine in pregnancy.",
        "* In adults",
    ]


def test_lists_of_links_beside_the_content_are_left_out_and_told():
    notes = Notes()
    share = '<ul class="share-tools"><li><a href="#">Facebook</a><li><a href="#">Mail</a></ul>'

    assert lines(f"<main>{share}<p>{LONG}</p></main>", notes=notes) == [LONG]
    assert any("Facebook Mail" in note.text for note in notes.unplaced)


def test_a_headline_that_is_not_the_title_stays_a_heading():
    head = '<meta name="citation_title" content="Flumbosis in adults">'

    assert lines("<h1>Guideline 7</h1><h2>Dosage</h2><p>5 mg</p>") == ["## Dosage", "5 mg"]
    assert read(page("<h1>Guideline 7</h1><h2>Dosage</h2><p>5 mg</p>", head)).text == (
        "## Guideline 7\n\n### Dosage\n\n5 mg\n"
    )


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>A</title>", "<p>x</p>", "A"),
        ("<title>A</title>", "<h1>B</h1><p>x</p>", "B"),
        ("<title>A</title>", "<h1>B</h1><p>x</p><h1>C</h1><p>y</p>", "A"),
        ('<meta property="og:title" content="B | Site">', "<h1>B</h1><p>x</p>", "B"),
        ('<meta name="DC.Title" content="D">', "<h1>B<br>b</h1><p>x</p>", "D"),
        ("", "<p>x</p>", "flumbosis"),
    ],
)
def test_the_title_is_the_stated_one_then_the_headline(head, body, title):
    assert read(page(body, head)).metadata.title == title


def test_signs_alone_in_cells_stay():
    assert lines("<table><tr><td>Rash<td>+<td>-</table>") == ["| Rash | + | - |"]


def test_short_content_within_main_stays_and_what_is_outside_is_told():
    notes = Notes()
    found = lines(
        "<div>Log in here</div><main><h2>Dosage</h2><ul><li>5 mg</ul><p>Daily.</p></main>",
        notes=notes,
    )

    assert found == ["## Dosage", "- 5 mg", "Daily."]
    assert any("Log in here" in note.text for note in notes.unplaced)


def test_headings_that_fold_their_text_stay():
    assert lines(
        f"<main><p>{LONG}</p><h2><a href='#'>Dosage</a></h2><p>5 mg</p>"
        "<h2><button>Harms</button></h2><p>Rash</p></main>"
    )[1:] == ["## Dosage", "5 mg", "## Harms", "Rash"]


def test_what_the_head_states_becomes_front_matter():
    document = read(
        page(
            "<p>Start low.</p>",
            '<title>Flumbosis | Site</title><meta name="citation_title" content="Flumbosis">'
            '<meta name="citation_author" content="Smith, Jane A."><meta name="citation_author" '
            'content="Flumbosis Working Group"><meta name="citation_doi" '
            'content="doi:10.1234/AB.5">'
            '<meta name="citation_pmid" content="123"><meta name="citation_journal_title" '
            'content="J Flumb"><meta name="citation_publication_date" content="2019/03/05">'
            '<meta property="article:modified_time" content="2020-06-01T10:00:00Z">'
            '<link rel="canonical" href="https://example.org/flumbosis">'
            '<script type="application/ld+json">{"@type": "MedicalWebPage", "publisher": '
            '{"name": "Flumbosis Society"}}</script>',
        )
    ).metadata

    assert document.id == "flumbosis"
    assert document.kind == "guideline"
    assert (document.title, document.authors) == ("Flumbosis", "Smith JA, Flumbosis Working Group")
    assert document.identifiers == {"doi": "10.1234/ab.5", "pmid": "123"}
    assert (document.journal, document.issuer) == ("J Flumb", "Flumbosis Society")
    assert (document.published, document.revised) == ("2019-03-05", "2020-06-01")
    assert document.url == "https://example.org/flumbosis"
    assert document.evidence_type is None


def test_the_user_may_state_the_kind():
    assert read(page("<p>Start low.</p>"), kind="reference").metadata.kind == "reference"


def test_a_headline_goes_before_a_title_with_the_name_of_the_site():
    found = read(page("<h1>Flumbosis</h1><p>Start low.</p>", "<title>Flumbosis | NGC</title>"))

    assert found.metadata.title == "Flumbosis"


@pytest.mark.parametrize(
    ("data", "repairs"),
    [
        (page("<p>≥ 5 mg “daily” café</p>").encode("utf-8-sig"), 0),
        (page("<p>≥ 5 mg “daily” café</p>").encode("utf-16"), 0),
        (page("<p>≥ 5 mg “daily” café</p>".replace("≥", "&ge;")).encode("windows-1252"), 1),
        (
            page(
                "<p>&ge; 5 mg “daily” café</p>", '<meta charset="iso-8859-1"><title>F</title>'
            ).encode("windows-1252"),
            0,
        ),
        (page("<p>â‰¥ 5 mg “daily” café</p>").encode(), 1),
    ],
)
def test_encodings_are_told_or_guessed_and_guessing_is_told(data, repairs):
    notes = Notes()

    assert read(data, notes=notes).text == "≥ 5 mg “daily” café\n"
    assert len(notes.repaired) == repairs


def test_data_in_the_text_is_left_out():
    notes = Notes()

    assert lines(f"<p>See {'QUJD' * 100} here.</p>", notes=notes) == ["See here."]
    assert any("400 characters" in note.text for note in notes.unplaced)


@pytest.mark.parametrize(
    "data",
    [
        b"<html></html>",
        b"<!DOCTYPE html>",
        b"<html>\x00",
        b"<html><frameset><frame src=x></frameset></html>",
        b"<html><body><script>x</script></body></html>",
        b"<html><body>" + b"<div>" * 5000 + b"deep",
        b"<html><body><p>" + "…".encode() + b"</p>",
    ],
)
def test_a_page_without_readable_words_is_refused(data):
    with pytest.raises(DocumentError):
        read(data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xml", b'<?xml version="1.0"?><Version><Section/></Version>'),
        ("a.xml", b"<article><front/><body><p>x</p></body></article>"),
        ("a.json", b'{"a": "<html>"}'),
        ("a.pdf", b"%PDF-1.7 <html>"),
        ("a.html", b"%PDF-1.7"),
        ("a.html", b""),
    ],
)
def test_other_formats_are_not_taken_for_pages(name, data):
    assert not READER.recognises(Source(name, data))


def test_a_page_is_recognised_behind_an_xml_declaration():
    data = (
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'
        b"<body><p>A b</p></body></html>"
    )

    assert read(data, name="a.xml").text == "A b\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "<ul>" + "<li>dose 5 mg</li>" * 20_000 + "</ul>",
        "<table><tr><td rowspan=65000 colspan=99999>wide</td></tr>"
        + "<tr><td>a</td><td>b</td></tr>" * 3_000
        + "</table>",
        "<style>" + "/*" * 100_000 + "</style><p>Words</p>",
        "<style>" + "@{" * 100_000 + "</style><p>Words</p>",
        '<script type="application/ld+json">' + "[" * 100_000 + "</script><p>Words</p>",
        "<p " + 'a="b" ' * 50_000 + ">Words</p>",
    ],
)
def test_absurd_pages_are_read(body):
    assert read(page(body)).text


@needs_pages
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_words_of_real_pages_are_kept(path):
    """Counted against the article of the page, by another rule than the reader's."""
    text = read(path.read_bytes(), name=path.name).text
    article = lxml_html.fromstring(path.read_bytes()).get_element_by_id("article")
    words = Counter(re.findall(r"\w+", " ".join(article.itertext())))
    kept = Counter(re.findall(r"\w+", text))

    assert words.total() > 1_000
    assert (words & kept).total() >= 0.95 * words.total()
    assert "## Areas of Agreement" in text
    assert "Facebook" not in text


@needs_pages
def test_a_real_page_reads_as_it_is_shown():
    path = next(path for path in PAGES if path.stem == "50093")
    document = read(path.read_bytes(), name=path.name)

    assert document.metadata.title == "Screening for Breast Cancer in Women at Average Risk"
    assert (
        "  - Women aged 45 to 54 years should be screened annually. (Qualified Rec" in document.text
    )
    assert "\n| A | The USPSTF recommends the service. There is high cert" in document.text
    assert (
        "\n#### USPSTF (2016)\n\n##### Summary of Recommendations and Evidence\n" in document.text
    )


SEED = page(f"<h1>F</h1><p style='color:red'>{LONG}</p><table><tr><td>a<td>b</table><!-- c -->")


def check_only_document_errors(data):
    source = Source("a.html", data)
    READER.recognises(source)
    try:
        documents = list(READER.read(source, Notes()))
    except DocumentError:
        return
    for document in documents:
        spans = split_sentences(document.text)
        assert all(0 <= span.start < span.end <= len(document.text) for span in spans)


@pytest.mark.slow
@given(st.integers(0, len(SEED)), st.integers(0, 40), st.binary(max_size=12))
@settings(max_examples=60, deadline=None)
def test_mutated_pages_raise_nothing_but_document_errors(place, length, put):
    data = SEED.encode()
    check_only_document_errors(data[:place] + put + data[place + length :])


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from([
            *("<p>", "</p>", "<table>", "<td>", "<tr>", "<li>", "<ul>", "<sup>", "<h1>"),
            *("<h7>", "<br>", "<b>", "<main>", "<nav>", "<a:b>", "&#0;", "&nbsp;", "<!--"),
            *("-->", "<?", "<![CDATA[", "]]>", "<svg>", "<math>", "<body>", "</body>", "x"),
            *("5", "é", "<dl>", "<dd>", "<pre>", "\x0b", "</main>", "</table>", "<h2>"),
        ]),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_tangle_of_tags_raises_nothing_but_document_errors(tags):
    check_only_document_errors(("<html>" + " ".join(tags)).encode())


@pytest.mark.slow
@needs_pages
@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_real_pages_raise_nothing_but_document_errors(data):
    raw = data.draw(st.sampled_from(PAGES)).read_bytes()
    place = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 2_000))
    check_only_document_errors(
        raw[:place] + data.draw(st.binary(max_size=30)) + raw[place + length :]
    )
