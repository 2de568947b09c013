"""Every sentence and passage is the very stretch of text that its offsets name, in each format."""

import hashlib
import io
import json
import re
from dataclasses import dataclass, replace
from html import escape
from itertools import count, pairwise
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import KeepTogether, ListFlowable, Paragraph, SimpleDocTemplate, Table

from consilia.building import embedded_text
from consilia.catalog import FILE, Catalog
from consilia.chunking import MAX_TOKENS, passages_of, sentences_of
from consilia.ingestion import Ingestion
from consilia.knowledge_base import current_generation, shipped_glossary
from consilia.models import canonical_text
from consilia.readers.reading import Notes, Source
from consilia.readers.registry import read_source
from consilia.sentence_table import SentenceTable
from consilia.sentences import split_sentences
from consilia.testing import HashEmbedder

SHARED = Path(__file__).parents[2] / "shared" / "data"
WORD = re.compile(r"\w+q\d+")
HEADING_LINE = re.compile(r"^#{1,6}[ \t].*$", re.MULTILINE)
LIST_SIGN = re.compile(r"^[ \t]*(?:\d{1,3}|[a-z])[.)][ \t]", re.MULTILINE)
STYLES = getSampleStyleSheet()
count_tokens = HashEmbedder().count_tokens

# --- what is written


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it; each string is a sentence, an item or a cell."""

    heading: str
    paragraphs: tuple[tuple[str, ...], ...]
    items: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


STEMS = ("flumb", "zelvoprin", "naïv", "Ångström", "β", "𝛼mber", "e\u0301mu", "ﬁne", "漢")  # noqa: RUF001
BETWEEN = ("e.g.", "0.5 mg", "<", "&", "(adults)", "5 %", "b.i.d.", "≥", '"so"', "#3", "*", "-")


def numbered(parts):
    """The parts with words that are each there once, so that order and loss can be told."""
    number = count(1)

    def said(words):
        return re.sub(r"_", lambda _: f"q{next(number)}", words)

    return [
        Part(
            said(part.heading),
            tuple(tuple(map(said, paragraph)) for paragraph in part.paragraphs),
            tuple(map(said, part.items)),
            tuple((said(one), said(other)) for one, other in part.rows),
        )
        for part in parts
    ]


def parts_of(stems, between, row_counts=(0, 1, 2, 3)):
    word = st.sampled_from([f"{stem}_" for stem in stems])
    phrase = st.lists(st.one_of(word, st.sampled_from(between)), max_size=9).flatmap(
        lambda words: word.map(lambda first: " ".join([first, *words]))
    )
    sentence = st.tuples(phrase, st.sampled_from([".", "!", "?", " mg."])).map("".join)
    long = st.just(" ".join(["flumb_"] * (MAX_TOKENS + 40)) + ".")
    part = st.builds(
        Part,
        st.sampled_from([f"{stem}_" for stem in stems]),
        st.lists(
            st.lists(st.one_of(sentence, sentence, sentence, long), min_size=1, max_size=3).map(
                tuple
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        st.lists(sentence, max_size=3).map(tuple),
        st.sampled_from(row_counts).flatmap(
            lambda n: st.lists(st.tuples(phrase, phrase), min_size=n, max_size=n).map(tuple)
        ),
    )
    return st.lists(part, min_size=1, max_size=4).map(numbered)


ANY = parts_of(STEMS, BETWEEN)
# The fonts of every PDF show no more letters. A table of one row is read line by line: none here.
LATIN = parts_of(
    ("flumb", "zelvoprin", "naïv", "Ångström"), ("e.g.", "0.5 mg", "(adults)", "5 %"), (0, 2, 3)
)


def everything(parts, *, headings=True):
    """All that was written, in order."""
    for part in parts:
        yield from [part.heading] * headings
        for paragraph in part.paragraphs:
            yield from paragraph
        yield from part.items
        for row in part.rows:
            yield from row


# --- in each format


def as_html(parts):
    for part in parts:
        yield f"<h2>{escape(part.heading)}</h2>"
        yield from as_blocks(part)


def as_blocks(part):
    yield from (f"<p>{escape(' '.join(p))}</p>" for p in part.paragraphs)
    if part.items:
        yield f"<ul>{''.join(f'<li>{escape(i)}</li>' for i in part.items)}</ul>"
    if part.rows:
        rows = (f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in part.rows)
        yield f"<table>{''.join(rows)}</table>"


def markdown(parts):
    lines = ["---", "id: flumbosis", "kind: study", "title: Flumbosis", "---", ""]
    for part in parts:
        lines += [f"## {part.heading}", ""]
        lines += [line for p in part.paragraphs for line in (" ".join(p), "")]
        lines += [*(f"- {item}" for item in part.items), ""]
        lines += [*(f"| {one} | {other} |" for one, other in part.rows), ""]
    return "\n".join(lines).encode()


def html(parts):
    body = "".join(as_html(parts))
    return (
        "<!DOCTYPE html><html lang=en><head><title>Flumbosis</title></head><body><main>"
        f"<h1>Flumbosis</h1>{body}</main></body></html>"
    ).encode()


def ngc(parts):
    fields = {"Guideline Title": "Flumbosis in adults.", "Major Recommendations": ""}
    fields["Major Recommendations"] = "".join(
        f"<p><strong>{escape(part.heading)}</strong></p>{''.join(as_blocks(part))}"
        for part in parts
    )
    markup = "".join(
        f'<Field Name="{name}"><FieldValue Value="{escape(value)}"/></Field>'
        for name, value in fields.items()
    )
    return f"<Version><Section Name='General'>{markup}</Section></Version>".encode()


def jats(parts):
    def body():
        for part in parts:
            yield f"<sec><title>{escape(part.heading)}</title>"
            yield from (f"<p>{escape(' '.join(p))}</p>" for p in part.paragraphs)
            items = "".join(f"<list-item><p>{escape(i)}</p></list-item>" for i in part.items)
            yield f"<list>{items}</list>" if items else ""
            rows = (f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in part.rows)
            table = "".join(rows)
            yield f"<table-wrap><table><tbody>{table}</tbody></table></table-wrap>" * bool(table)
            yield "</sec>"

    return (
        "<article><front><article-meta><article-id pub-id-type='pmid'>9</article-id><title-group>"
        "<article-title>Flumbosis</article-title></title-group></article-meta></front>"
        f"<body>{''.join(body())}</body></article>"
    ).encode()


def spl(parts):
    def sections():
        for part in parts:
            inside = "".join(
                f"<paragraph>{escape(' '.join(p))}</paragraph>" for p in part.paragraphs
            )
            items = "".join(f"<item>{escape(item)}</item>" for item in part.items)
            inside += f"<list>{items}</list>" * bool(items)
            rows = (f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in part.rows)
            table = "".join(rows)
            inside += f"<table><tbody>{table}</tbody></table>" * bool(table)
            yield (
                '<component><section><code code="34067-9" codeSystem="2.16.840.1.113883.6.1"/>'
                f"<title>{escape(part.heading)}</title><text>{inside}</text></section></component>"
            )

    return (
        '<document xmlns="urn:hl7-org:v3"><title>ZELVO</title><setId root="BBBB2222-0000"/>'
        f"<component><structuredBody>{''.join(sections())}</structuredBody></component></document>"
    ).encode()


def pubmed(parts):
    texts = "".join(
        f'<AbstractText Label="{escape(part.heading)}">'
        f"{escape(' '.join(everything([part], headings=False)))}</AbstractText>"
        for part in parts
    )
    return (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>9</PMID><Article>"
        f"<ArticleTitle>Flumbosis.</ArticleTitle><Abstract>{texts}</Abstract></Article>"
        "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    ).encode()


def nbib(parts):
    words = " ".join(everything(parts)).split()
    lines = ["PMID- 9", "TI  - Flumbosis.", f"AB  - {words[0]}"]
    for start in range(1, len(words), 8):
        lines.append("      " + " ".join(words[start : start + 8]))
    return "\n".join([*lines, "DP  - 2020", ""]).encode()


def openfda(parts):
    names = ("indications_and_usage", "contraindications", "overdosage", "description")
    label = {name: [" ".join(everything([part]))] for name, part in zip(names, parts, strict=False)}
    known = {"set_id": "bbbb2222-0000-0000-0000-000000000002", "effective_time": "20240229"}
    return json.dumps(known | label | {"openfda": {"brand_name": ["ZELVO"]}}).encode()


def docx_file(parts):
    file = docx.Document()
    file.core_properties.title = "Flumbosis"
    for part in parts:
        file.add_heading(part.heading, 1)
        for paragraph in part.paragraphs:
            file.add_paragraph(" ".join(paragraph))
        for item in part.items:
            file.add_paragraph(item, style="List Bullet")
        table = file.add_table(0, 2)
        for row in part.rows:
            one, other = table.add_row().cells
            one.text, other.text = row
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def pdf(parts):
    story = []
    for part in parts:
        story.append(Paragraph(part.heading, STYLES["Heading1"]))
        story += [Paragraph(escape(" ".join(p)), STYLES["BodyText"]) for p in part.paragraphs]
        if part.items:
            items = [Paragraph(escape(item), STYLES["BodyText"]) for item in part.items]
            story.append(ListFlowable(items, bulletType="bullet"))
        if part.rows:
            cells = [[Paragraph(c, STYLES["BodyText"]) for c in row] for row in part.rows]
            table = Table(cells, style=[("GRID", (0, 0), (-1, -1), 1, "black")])
            story.append(KeepTogether(table))
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, title="Flumbosis").build(story)
    return buffer.getvalue()


FORMATS = {
    "flumbosis.md": (markdown, ANY, "markdown"),
    "flumbosis.html": (html, ANY, "html"),
    "flumbosis.nbib": (nbib, ANY, "medline-text"),
    "pubmed.xml": (pubmed, ANY, "pubmed-xml"),
    "article.nxml": (jats, ANY, "jats"),
    "label.xml": (spl, ANY, "spl"),
    "ngc-77.xml": (ngc, ANY, "ngc-xml"),
    "label.json": (openfda, ANY, "openfda-label"),
    "flumbosis.docx": (docx_file, ANY, "docx"),
    "flumbosis.pdf": (pdf, LATIN, "pdf"),
}

# --- what has to hold


def check_spans(document, sentences):
    """Sentences in order, without overlap, each what its offsets say, inside its passage."""
    text = document.text
    assert text == canonical_text(text)
    for sentence in sentences:
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.text.encode() == text[sentence.start : sentence.end].encode()
        assert sentence.text == sentence.text.strip() != ""
        assert sentence.version == document.version
        assert sentence.passage.start <= sentence.start < sentence.end <= sentence.passage.end
    assert all(one.end <= other.start for one, other in pairwise(sentences))


def check_passages(document, sentences):
    """Passages in order, each of whole sentences and short enough to be embedded."""
    nodes = passages_of(document, count_tokens)
    spans = [(node.start_char_idx, node.end_char_idx) for node in nodes]
    assert [node.text for node in nodes] == [document.text[start:end] for start, end in spans]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    inside = [span for node in nodes for span in node.metadata["sentences"]]
    assert inside == [(s.start, s.end) for s in sentences]
    assert {(s.passage.start, s.passage.end) for s in sentences} == set(spans)
    for node in nodes:
        sizes = [count_tokens(document.text[a:b]) for a, b in node.metadata["sentences"]]
        assert sum(sizes) <= MAX_TOKENS


def check_nothing_is_left_out(document, sentences):
    """What is in no sentence are headings, numbers of list items and signs."""
    left, end = [], 0
    for sentence in sentences:
        left.append(document.text[end : sentence.start])
        end = sentence.end
    left.append(document.text[end:])
    rest = LIST_SIGN.sub("", HEADING_LINE.sub("", "\x00".join(left)))
    assert not [character for character in rest if character.isalnum()]


def read(name, data):
    ((reader, document),) = read_source(Source(name, data), Notes())
    return reader, document


def check_format(name, parts):
    write, _, expected_reader = FORMATS[name]

    reader, document = read(name, write(parts))
    sentences = sentences_of(document, count_tokens, shipped_glossary())

    assert reader == expected_reader
    check_spans(document, sentences)
    check_passages(document, sentences)
    check_nothing_is_left_out(document, sentences)
    written = canonical_text(" ".join(everything(parts)))
    assert WORD.findall(document.text) == WORD.findall(written)


@pytest.mark.parametrize("name", FORMATS)
def test_offsets_hold_in_a_small_document_of_each_format(name):
    part = Part(
        "flumb_",
        (
            ("naïv_ zelvoprin_ e.g. 0.5 mg b.i.d. (adults) flumb_.", "Ångström_ flumb_?"),
            ("flumb_",),
        ),
        ("zelvoprin_ 5 %.", "flumb_ zelvoprin_"),
        (("flumb_", "0.5 mg zelvoprin_"), ("naïv_", "flumb_ 5 %")),
    )

    check_format(name, numbered([part, replace(part, items=(), rows=())]))


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_sentence_is_the_stretch_of_text_that_its_offsets_name(name, data):
    check_format(name, data.draw(FORMATS[name][1]))


@pytest.mark.parametrize("line", ["#1 priority is the ankle.", "#zelvoprine hums.", "#"])
def test_a_number_sign_that_opens_no_heading_belongs_to_the_sentence(line):
    spans = split_sentences(f"Ankles hum.\n\n{line}\n")

    assert [(s.start, s.end) for s in spans] == [(0, 11), (13, 13 + len(line))][: len(line)]


# --- what is indexed

REAL = (
    *("spl/*.xml", "jats/*.nxml", "pubmed-xml/*", "guidelines-ngc/syntheses/50*.htm"),
    *("guidelines-ngc/public/ngc-11*.xml", "evidence-inference/xml/PMC1*.nxml"),
)


@pytest.fixture(scope="module")
def real_home(tmp_path_factory):
    """Real files of all kinds, indexed."""
    if not SHARED.is_dir():
        pytest.skip("the shared real files are not here")
    files = [path for pattern in REAL for path in sorted(SHARED.glob(pattern))]
    home = tmp_path_factory.mktemp("offsets") / "kb"
    report = Ingestion(home, lambda: HashEmbedder(32)).add(files)
    assert len(report.added) > 150
    # Two of the exports hold the record of PMID 23117106: it goes in once, and that is told.
    assert {r.path.name for r in report.refused} == {"SOURCE.txt", "pubmed_result.xml"}
    return home


@pytest.mark.slow
def test_each_row_of_a_real_index_is_a_stretch_of_the_catalogs_text(real_home):
    glossary = shipped_glossary()
    table = SentenceTable(current_generation(real_home) / "sentences.sqlite3")
    rows, documents, repeats = 0, set(), []
    with Catalog(real_home / FILE) as catalog:
        originals = {link.document: link.original for link in catalog.links()}
        for document in sorted(catalog.keys()):
            source = catalog.document(document)
            stored = table.of_document(document)
            made = sentences_of(source, count_tokens, glossary)
            check_spans(source, stored)
            if document in originals:
                whole = " ".join(catalog.document(originals[document]).text.split())
                missing = [s for s in made if s not in stored]
                assert all(" ".join(s.text.split()) in whole for s in missing)
                repeats.append(len(missing))
            else:
                assert list(stored) == list(made)
            check_nothing_is_left_out(source, made)
            rows += len(stored)
            documents.add(document)
        inputs = dict(table.inputs())
    assert list(inputs) == list(range(rows))
    assert rows == sum(table.counts().values()) > 5_000
    for row, stored_hash in inputs.items():
        sentence = table.get(row)
        assert sentence.document in documents
        assert stored_hash == hashlib.sha256(embedded_text(sentence, glossary).encode()).digest()
    assert max(repeats) > 600
    table.close()
