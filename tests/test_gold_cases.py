"""Gold cases: their schema, their spans in the documents, and spreadsheets of clinicians."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from consilia.documents import read_document
from consilia.models import digest
from eval.__main__ import main
from eval.cases import GOLD, SCHEMA, Case, CaseError, case_line, load_cases, schema_text
from eval.holdings import open_holdings
from eval.locating import locate, problem_of
from eval.quoting import Quotes
from eval.sheets import joined, parted
from eval.spreadsheet import read_spreadsheet, write_spreadsheet

TEXTS = {
    "flumbosis-guideline": (
        "## When to refer\n\nRefer adults with flumbosis to a neurologist when their ankles hum.\n"
        "\n## Treatment\n\nOffer zelvoprine to adults with flumbosis.\n"
    ),
    "zelvoprine-label": (
        "## Dosing\n\nFor flumbosis the zelvoprine dose\nis 40 mg twice daily.\n"
        "\n## Storage\n\nKeep away from light. Ask a pharmacist.\n"
    ),
    "flumbosis-trial": "## Findings\n\nFlumbosis took 1.9 days less.\nKeep away from light.\n",
}
KINDS = {"flumbosis-guideline": "guideline", "zelvoprine-label": "label"}
ANSWERABLE = {"id": "A", "type": "answerable", "question": "Why?"}
DIALOGUE = {"id": "D", "type": "dialogue", "turns": [{"user": "Why?", "expected": "answer"}]}
HASH = "sha256:" + "0" * 64


@pytest.fixture
def folder(tmp_path, write_document):
    paths = [write_document(i, text, kind=KINDS.get(i, "study")) for i, text in TEXTS.items()]
    return paths[0].parent


@pytest.fixture
def holdings(folder):
    with open_holdings(folder) as opened:
        yield opened


@pytest.fixture
def quotes(holdings):
    return Quotes(holdings)


def span_of(folder, document, words):
    read = read_document(folder / f"{document}.md")
    start = read.text.index(words)
    place = {"start": start, "end": start + len(words), "sha256": digest(words.encode())}
    return {"document": document, "version": read.version} | place


def case(**fields):
    return Case.model_validate(ANSWERABLE | fields)


def lines(path, *cases):
    path.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    return path


# --- the schema


def test_the_schema_file_is_that_of_the_classes():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_every_shipped_case_is_valid_by_the_schema_file():
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    files = sorted(GOLD.glob("*.jsonl"))
    rows = [json.loads(line) for path in files for line in path.read_text().split("\n") if line]

    assert len(files) >= 4
    assert [row["id"] for row in rows if not validator.is_valid(row)] == []
    assert not validator.is_valid({"id": "A", "type": "easy"})


def test_a_case_and_its_line_are_the_same():
    for path in GOLD.glob("*.jsonl"):
        for one in load_cases(path):
            assert Case.model_validate_json(case_line(one)) == one


SPAN = {"document": "d", "version": HASH, "start": 3, "end": 9, "sha256": HASH}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"spans": [SPAN | {"end": 3}]}, "spans.0.end: Value error, a span ends behind"),
        ({"spans": [SPAN | {"sha256": "0"}]}, "spans.0.sha256: "),
        ({"spans": [SPAN | {"page": 1}]}, "spans.0.page: "),
        ({"spans": [SPAN | {"quote": "other words"}]}, "spans.0.quote: Value error, is not the"),
        ({"spans": [SPAN | {"id": "x"}, SPAN | {"id": "x"}]}, "spans: 'x' names several"),
        ({"must_have": [" "]}, "must_have.0: "),
        ({"expected": "abstain"}, "expected: Value error, a case of type answerable expects"),
        ({"expected": "guess"}, "expected: "),
        ({"expected_sections": {"lab": "answer"}}, "expected_sections.lab"),
        ({"expected_sections": {"label": "refuse"}}, "expected_sections.label: "),
        (
            {"expected_sections": dict.fromkeys(["guidelines", "label", "research"], "abstain")},
            "expected_sections: one has to answer",
        ),
        (
            {"type": "abstain", "expected_sections": {"label": "answer"}},
            "expected_sections: none answers where the whole is to abstain",
        ),
        (DIALOGUE | {"question": None, "expected": "answer"}, "expected: Value error, a case of"),
        (DIALOGUE | {"question": None, "must_have": ["x"]}, "must_have: the turns of a dialogue"),
        ({"note": "\ud800"}, "note: "),
        ({"mine": float("nan")}, "no JSON object: NaN"),
    ],
)
def test_a_case_that_contradicts_itself_is_told_by_line_and_field(tmp_path, changes, told):
    path = lines(tmp_path / "gold.jsonl", ANSWERABLE | {"id": "B"}, ANSWERABLE | changes)
    with pytest.raises(CaseError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}:2: {told}")


def test_what_is_expected_follows_from_the_type():
    types = {"answerable": "answer", "abstain": "abstain", "guardrail": "guardrail"}
    assert {kind: case(type=kind).steps()[0].expected for kind in types} == types
    assert case(type="guardrail", expected="refuse").steps()[0].expected == "refuse"


def test_line_separators_within_text_and_a_byte_order_mark_are_read(tmp_path):
    text = json.dumps(ANSWERABLE | {"question": "One\u2028two?"}, ensure_ascii=False)
    path = tmp_path / "gold.jsonl"
    path.write_bytes(text.encode("utf-8-sig") + b"\r\n")
    assert load_cases(path)[0].question == "One\u2028two?"


# --- gold spans in the documents


def test_a_span_that_holds_gets_its_words_headings_and_kind(folder, holdings):
    words = "Offer zelvoprine to adults with flumbosis."
    (found,) = locate([case(spans=[span_of(folder, "flumbosis-guideline", words)])], holdings)
    (span,) = found.spans

    assert (span.quote, span.headings, span.kind) == (words, ("Treatment",), "guideline")
    assert problem_of(span, holdings) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"document": "no-such"}, "document 'no-such' is not in the knowledge base"),
        ({"start": 0, "end": 42}, "the words at 0 to 42 of 'flumbosis-guideline' are not"),
        ({"end": 9_999}, "are not of its sha256"),
        ({"version": HASH}, "changed: its words stand now at "),
        ({"version": HASH, "sha256": HASH}, "changed: its words are gone"),
    ],
)
def test_a_span_that_does_not_hold_is_told(tmp_path, folder, capsys, changes, told):
    span = span_of(folder, "flumbosis-guideline", "Offer zelvoprine to adults with flumbosis.")
    dialogue = DIALOGUE | {
        "turns": [
            {"user": "Why?", "expected": "answer", "spans": [span]},
            {"user": "So?", "expected": "answer", "spans": [span, span | changes]},
        ]
    }
    path = lines(tmp_path / "gold.jsonl", ANSWERABLE | {"spans": [span]}, dialogue)

    assert main(["validate", str(path), "--kb", str(folder)]) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"{path}:2: turns.1.spans.1: ")
    assert told in message
    assert message.count("\n") == 1


def test_where_the_words_of_a_changed_document_stand_now_is_told_so_that_it_can_be_written(
    folder, holdings
):
    words = "Keep away from light."
    old = span_of(folder, "zelvoprine-label", words) | {"version": HASH, "start": 1, "end": 22}
    message = problem_of(case(spans=[old]).spans[0], holdings)
    new = span_of(folder, "zelvoprine-label", words)

    assert f"start {new['start']}, end {new['end']} and version {new['version']}" in message


def test_facts_are_checked_against_the_knowledge_base_too(tmp_path, folder, capsys):
    facts = {"fact_ids": ["Z99.1", "L04.2"]}
    path = lines(tmp_path / "gold.jsonl", ANSWERABLE | facts)

    assert main(["validate", str(path)]) == 0
    assert main(["validate", str(path), "--kb", str(folder)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"{path}:1: fact_ids: no fact is named 'Z99.1'"
    assert "fact_ids: L04.2: document " in told[1]


def test_valid_files_are_counted_and_keys_that_are_not_used_are_told(tmp_path, folder, capsys):
    path = lines(tmp_path / "gold.jsonl", ANSWERABLE | {"must_hav": ["x"], "mine": 1}, DIALOGUE)

    assert main(["validate", str(path), "--kb", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "2 cases, 2 questions, 0 gold spans: valid" in told
    assert "'must_hav' of 1 cases is kept and not used; did you mean 'must_have'?" in told
    assert "'mine' of 1 cases is kept and not used\n" in told


@pytest.mark.parametrize(
    ("name", "text"), [("a.jsonl", ""), ("a.jsonl", "\n \n"), ("a.csv", "id,question,expect\n")]
)
def test_a_file_without_a_case_is_not_valid(tmp_path, folder, capsys, name, text):
    (tmp_path / name).write_text(text)
    other = lines(tmp_path / "other.jsonl", ANSWERABLE)
    for more in ([], ["--kb", str(folder)]):
        assert main(["validate", str(other), str(tmp_path / name), *more]) == 1
        assert capsys.readouterr().err == f"{tmp_path / name}: holds no case\n"


@pytest.mark.parametrize(
    ("encoding", "told"), [("latin-1", [":2: byte "]), ("utf-16", [":1: byte 1 ", ":2: byte "])]
)
def test_lines_that_are_no_utf_8_are_named(tmp_path, capsys, encoding, told):
    path = lines(tmp_path / "gold.jsonl", ANSWERABLE, ANSWERABLE | {"id": "B", "question": "Ä?"})
    text = path.read_text(encoding="utf-8").replace("\\u00c4", "Ä")
    path.write_bytes(text.encode(encoding))
    assert main(["validate", str(path)]) == 1
    found = capsys.readouterr().err.splitlines()
    assert [f"{path}{place}" in line for place, line in zip(told, found, strict=False)] == [
        True
    ] * len(told)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_line_break_within_a_question_is_one_kind(tmp_path, quotes, end):
    path = tmp_path / "cases.csv"
    text = 'id,question,expect\nA,"How is\nit kept?",answer\n'.replace("\n", end)
    path.write_text(text, encoding="utf-8", newline="")
    (placed,) = read_spreadsheet(path, quotes)
    assert placed.case.question == "How is\nit kept?"


def test_all_problems_of_all_files_are_told_at_once(tmp_path, capsys):
    paths = [lines(tmp_path / f"{n}.jsonl", ANSWERABLE | {"type": "x"}) for n in "ab"]
    other = lines(tmp_path / "c.jsonl", ANSWERABLE)
    same = lines(tmp_path / "d.jsonl", ANSWERABLE)

    assert main(["validate", *map(str, [*paths, other, same])]) == 1
    told = capsys.readouterr().err
    assert [f"{path}:1: type" in told for path in paths] == [True, True]
    assert f"{same}:1: id: 'A' stands in an earlier file too: {other}" in told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "name at least one file"),
        (["none.jsonl"], 1, "cannot read the gold cases of none.jsonl"),
        (["gold.jsonl", "--kb", "none"], 2, "none is no knowledge base"),
        (["gold.jsonl", "--to", "gold.jsonl"], 2, "is one of the files that are read"),
        (["gold.jsonl", "--to", "gold.xls"], 2, "end its name with .jsonl or .csv"),
        (["gold.jsonl", "--to", "no/gold.csv"], 2, "cannot write no/gold.csv"),
    ],
)
def test_what_cannot_be_validated_is_told(tmp_path, monkeypatch, capsys, arguments, code, told):
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "gold.jsonl", ANSWERABLE)

    assert main(["validate", *arguments]) == code
    assert told in capsys.readouterr().err
    assert load_cases(tmp_path / "gold.jsonl") == (case(),)


# --- quotes


@pytest.mark.parametrize(
    "quote",
    ["For flumbosis the zelvoprine dose is 40 mg", "  the zelvoprine\tdose\r\nis 40  mg twice "],
)
def test_a_quote_is_found_by_its_exact_words_whatever_the_white_space(quotes, folder, quote):
    found = quotes.find(quote)
    text = read_document(folder / "zelvoprine-label.md").text

    assert found.document == "zelvoprine-label"
    assert text[found.start : found.end].split() == quote.split()
    assert (found.quote, found.headings) == (text[found.start : found.end], ("Dosing",))


@pytest.mark.parametrize(
    ("quote", "document", "told"),
    [
        (
            "Offer zelvoprin to adults with flumbosis.",
            None,
            "the nearest sentence is in 'flumbosis-guideline': “Offer zelvoprine to adults",
        ),
        ("Keep away from light.", None, "several documents have the words “Keep away from"),
        ("Offer zelvoprine", "zelvoprine-label", "no document has the words"),
        ("Offer zelvoprine", "zelvoprine-lable", "did you mean 'zelvoprine-label'?"),
        ("offer zelvoprine", None, "no document has the words"),
        ("9 days", None, "no document has the words"),
        (" ", None, "a quote is empty"),
    ],
)
def test_a_quote_that_is_not_found_is_told_with_what_comes_near(quotes, quote, document, told):
    with pytest.raises(CaseError) as caught:
        quotes.find(quote, document)
    assert told in str(caught.value)


# --- spreadsheets

SHEET = """id,question,expect,expect label,quotes,document,must have,tags,note
Q1,Is it offered?,answer,abstain,Offer zelvoprine to adults with flumbosis.,,it,"adults, plain",
Q2,"How is it
kept?",Answer,,"Keep away from light. || Ask a pharmacist.",zelvoprine-label,"light
pharmacist",,"said ""so"", twice"
Q3,What is the capital of Mongolia?,abstain,,,,,,
Q4,I took 90 tablets,emergency,,,,,,
D1,Is it offered?,answer,,Offer zelvoprine to adults with flumbosis.,,,talk,
D1,In winter?,abstain,,,,,,
"""


def check_sheet(cases, folder):
    by_id = {one.id: one for one in cases}
    q2 = by_id["Q2"]

    assert [one.type for one in cases] == [
        "answerable", "answerable", "abstain", "guardrail", "dialogue",
    ]  # fmt: skip
    assert by_id["Q1"].expected_sections == {"label": "abstain"}
    assert by_id["Q1"].tags == ("adults", "plain")
    assert q2.question.split() == ["How", "is", "it", "kept?"]
    assert q2.must_have == ("light", "pharmacist")
    assert q2.note == 'said "so", twice'
    assert [span.quote for span in q2.spans] == ["Keep away from light.", "Ask a pharmacist."]
    assert {span.document for span in q2.spans} == {"zelvoprine-label"}
    assert by_id["Q4"].steps()[0].expected == "emergency"
    assert [turn.expected for turn in by_id["D1"].turns] == ["answer", "abstain"]
    assert by_id["D1"].turns[0].spans[0].headings == ("Treatment",)


@pytest.mark.parametrize(
    "bytes_of",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r\n").encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode("utf-16"),
        lambda text: (",,,\n\n" + text + ",,,,,,,,,,,,\n").encode(),
    ],
    ids=["utf-8", "bom", "windows", "utf-16", "blank rows"],
)
def test_a_spreadsheet_is_read_whatever_program_wrote_it(tmp_path, folder, quotes, bytes_of):
    path = tmp_path / "cases.csv"
    path.write_bytes(bytes_of(SHEET.replace("Mongolia", "Österreich")))
    found = [placed.case for placed in read_spreadsheet(path, quotes)]

    check_sheet(found, folder)
    assert found[2].question == "What is the capital of Österreich?"


@pytest.mark.parametrize(("delimiter", "head"), [(";", ""), ("\t", ""), (";", "sep=;\n")])
def test_semicolons_and_tabs_part_cells_too(tmp_path, folder, quotes, delimiter, head):
    path, text = tmp_path / "cases.csv", io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(csv.reader(io.StringIO(SHEET)))
    path.write_text(head + text.getvalue(), encoding="utf-8", newline="")

    check_sheet([placed.case for placed in read_spreadsheet(path, quotes)], folder)


def test_heads_of_columns_are_read_in_any_order_and_case(tmp_path, quotes):
    path = tmp_path / "cases.csv"
    path.write_text("MUST_HAVE,Expect, Question ,ID\nx,ANSWER,Why?,Q\n")
    (placed,) = read_spreadsheet(path, quotes)
    assert (placed.case.id, placed.case.must_have) == ("Q", ("x",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("id,question\nQ,Why?", "1: the column 'expect' is missing"),
        ("id,question,expect,must hav\n", "1: 'must hav' is no column; known are id, question"),
        ("id,question,expect,ID\n", "1: the column 'id' is there twice"),
        ("id,question,expect\nQ,Why?,answer,more\n", "2: has more cells than columns"),
        ('id,question,expect\nQ,"Why?,answer\n', ": unexpected end of data"),
        ("id,question,expect\n,Why?,answer\n", "2: id: "),
        ("id,question,expect\nQ,,answer\n", "2: question: "),
        ("id,question,expect\nQ,Why?,\n", "2: expect: "),
        ("id,question,expect\n\nQ,Why?,maybe\n", "3: expect: "),
        ('id,question,expect\nP,"W\nhy?",answer\nQ,Why?,maybe\n', "4: expect: "),
        ("id,question,expect,expect label\nQ,Why?,answer,x\n", "2: expect label: "),
        ("id,question,expect,expect label\nQ,Why?,abstain,answer\n", "2: expect: "),
        ("id,question,expect\nQ,Why?,answer\nP,Why?,answer\nQ,So?,answer\n", "4: id: 'Q' stands"),
        ("id,question,expect\nQ,Why?,answer\nQ,So?,maybe\n", "3: expect: "),
        ("id,question,expect,quotes\nQ,Why?,answer,Offer zelvoprin\n", "2: quotes: no document"),
        ("id,question,expect,quotes\nQ,W?,answer,Keep away from light.\n", "2: quotes: several"),
        ("id,question,expect,quotes,document\nQ,W?,answer,a,b || c\n", "2: document: 2 documents"),
        ("id,question,expect,spans\nQ,W?,answer,{\n", "2: spans: is no JSON"),
        ("id,question,expect,spans\nQ,W?,answer,{}\n", "2: spans: is not what a program"),
    ],
)
def test_cells_that_cannot_be_used_are_told_by_line_and_column(tmp_path, quotes, text, told):
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(CaseError) as caught:
        read_spreadsheet(path, quotes)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_of_another_kind_is_told(tmp_path, quotes):
    path = tmp_path / "cases.csv"
    for data in (b"PK\x03\x04\x00\x00", b"\x81\x8d\x8f\x90\x9d"):
        path.write_bytes(data)
        with pytest.raises(CaseError, match=r"no CSV file|neither UTF-8 nor Windows-1252"):
            read_spreadsheet(path, quotes)


def test_all_cells_that_cannot_be_used_are_told_at_once(tmp_path, quotes):
    path = tmp_path / "cases.csv"
    path.write_text("id,question,expect,quotes\nP,W?,maybe,\nQ,W?,answer,zzz\nR,,answer,\n")
    with pytest.raises(CaseError) as caught:
        read_spreadsheet(path, quotes)
    places = [line.split(": ")[:2] for line in str(caught.value).splitlines()]
    assert places == [[f"{path}:2", "expect"], [f"{path}:3", "quotes"], [f"{path}:4", "question"]]


def test_cells_that_a_program_would_run_are_written_as_text(tmp_path, quotes):
    path = tmp_path / "cases.csv"
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''=1", "'plain'", '=HYPERLINK("x")']
    cases = [case(id=f"C{n}", question=text, note=text) for n, text in enumerate(texts)]
    write_spreadsheet(path, cases, quotes)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]

    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@"}] == []
    assert "'=1+1" in cells
    assert [placed.case for placed in read_spreadsheet(path, quotes)] == cases


def test_spans_are_written_as_the_words_that_they_quote(tmp_path, folder, quotes, holdings):
    words = "Offer zelvoprine to adults with flumbosis."
    plain = case(spans=[span_of(folder, "flumbosis-guideline", words)])
    named = case(id="B", spans=[span_of(folder, "flumbosis-guideline", words) | {"id": "G1.1"}])
    located = locate([plain, named], holdings)
    path = tmp_path / "cases.csv"
    write_spreadsheet(path, located, quotes)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert (rows[0]["quotes"], rows[0]["document"]) == (words, "flumbosis-guideline")
    assert rows[0]["spans"] == rows[1]["quotes"] == ""
    assert json.loads(rows[1]["spans"])[0]["id"] == "G1.1"
    assert tuple(placed.case for placed in read_spreadsheet(path, quotes)) == located


def test_the_second_place_of_repeated_words_survives(tmp_path, write_document):
    first = write_document("twice", "## A\n\nKeep dry.\n\n## B\n\nKeep dry.")
    text = read_document(first).text
    span = span_of(first.parent, "twice", "Keep dry.")
    length, start = len("Keep dry."), text.rindex("Keep dry.")
    with open_holdings(first.parent) as holdings:
        quotes = Quotes(holdings)
        located = locate([case(spans=[span | {"start": start, "end": start + length}])], holdings)
        write_spreadsheet(tmp_path / "cases.csv", located, quotes)
        again = [p.case for p in read_spreadsheet(tmp_path / "cases.csv", quotes)]
    assert again == [*located]


@pytest.mark.parametrize("name", ["starter", "dev", "more", "test", "guardrails", "paraphrases"])
def test_shipped_cases_survive_the_spreadsheet(tmp_path, quotes, name):
    cases = load_cases(GOLD / f"{name}.jsonl")
    path = tmp_path / "cases.csv"
    write_spreadsheet(path, cases, quotes)
    assert tuple(placed.case for placed in read_spreadsheet(path, quotes)) == cases


def test_the_command_converts_there_and_back(tmp_path, folder, capsys):
    sheet, first, second = (tmp_path / name for name in ("a.csv", "a.jsonl", "b.csv"))
    sheet.write_text(SHEET, encoding="utf-8")
    base = ["--kb", str(folder)]

    assert main(["validate", str(sheet), *base, "--to", str(first)]) == 0
    assert main(["validate", str(first), *base, "--to", str(second)]) == 0
    assert main(["validate", str(second), *base, "--to", str(tmp_path / "b.jsonl")]) == 0
    check_sheet(load_cases(first), folder)
    assert (tmp_path / "b.jsonl").read_bytes() == first.read_bytes()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
WORDS = TEXT.map(str.strip).filter(bool)
LISTS = st.lists(WORDS, max_size=3)


@given(values=LISTS, commas=st.booleans())
def test_lists_survive_a_cell(values, commas):
    assert parted(joined(values, commas=commas), commas=commas) == tuple(values)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nothing")
    text = "---\nid: empty\nkind: study\ntitle: Empty\n---\n\nNothing.\n"
    (folder / "empty.md").write_text(text, encoding="utf-8")
    with open_holdings(folder) as opened:
        yield folder, Quotes(opened)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_case_survives_the_spreadsheet(nothing, data):
    folder, quotes = nothing
    gold = {
        "must_have": LISTS,
        "nice_to_have": LISTS,
        "forbidden": LISTS,
        "expected_sections": st.dictionaries(st.just("label"), st.just("abstain")),
        "mine": TEXT,
    }
    head = {"id": st.just("A"), "tags": LISTS, "note": TEXT, "category": TEXT, "split": TEXT}
    turn = st.fixed_dictionaries({"user": WORDS, "expected": st.just("answer")}, optional=gold)
    single = {"type": st.just("answerable"), "question": WORDS, **head}
    dialogue = {
        "type": st.just("dialogue"),
        "turns": st.lists(turn, min_size=1, max_size=3),
        **head,
    }
    fields = data.draw(
        st.fixed_dictionaries(single, optional=gold)
        | st.fixed_dictionaries(dialogue, optional={"other": TEXT})
    )
    written = Case.model_validate(fields)
    write_spreadsheet(folder / "cases.csv", [written], quotes)

    assert [p.case for p in read_spreadsheet(folder / "cases.csv", quotes)] == [written]
