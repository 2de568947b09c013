"""Public retrieval benchmarks: reading what others publish, measuring, telling."""

import json
import math
from pathlib import Path

import pytest

from consilia.testing import HashEmbedder
from eval.__main__ import main
from eval.public import ADAPTERS, Options
from eval.public.benchmark import Benchmark, BenchmarkError, Figure, Query, Text, checked
from eval.public.measuring import MEASURES, measured
from eval.public.table import markdown

SHARED = Path(__file__).parents[2] / "shared" / "data"
SECOND = 1 / math.log2(3)
"""What a relevant text at rank 2 counts in nDCG."""
ADAPTED = (
    "bioasq",
    "bioasq-ideal",
    "bioasq-rows",
    "evidence-spans",
    "kqa-points",
    "liveqa",
    "medquad",
    "mediqa",
    "ngc",
    "pubmedqa",
    "pubmedqa-conclusions",
    "pubmedrs",
    "scifact",
)


def query(number, relevant, text="?"):
    return Query(str(number), text, relevant)


# Measures


QUERIES = [query(1, {"a": 1}), query(2, {"a": 2, "c": 1}), query(3, {"b": 1})]
RANKINGS = [["b", "a"], ["c", "a"], []]


def test_measures_are_those_of_the_hand():
    found = measured(QUERIES, RANKINGS).values

    graded = (1 + 2 * SECOND) / (2 + SECOND)
    assert found["nDCG@10"] == pytest.approx((SECOND, graded, 0))
    assert found["R@1"] == (0, 1 / 2, 0)
    assert found["R@5"] == found["R@10"] == found["R@20"] == (1, 1, 0)
    assert found["RR@10"] == (0.5, 1, 0)
    assert found["Success@1"] == (0, 1, 0)


def test_each_measure_stops_where_it_says():
    many = [f"x{n}" for n in range(30)]
    at = {n: measured([query(1, {f"x{n}": 1})], [many]).values for n in (4, 5, 9, 10, 19, 20)}

    assert [at[n]["R@5"] for n in at] == [(1,), (0,), (0,), (0,), (0,), (0,)]
    assert [at[n]["R@10"] for n in at] == [(1,), (1,), (1,), (0,), (0,), (0,)]
    assert [at[n]["R@20"] for n in at] == [(1,), (1,), (1,), (1,), (1,), (0,)]
    assert [at[n]["nDCG@10"][0] > 0 for n in at] == [True, True, True, False, False, False]


def test_a_system_that_ranks_nothing_reaches_nothing():
    found = measured(QUERIES, [[], [], []])

    assert {name: found.score(name).value for name in MEASURES} == dict.fromkeys(MEASURES, 0)


def test_a_difference_is_taken_question_by_question():
    better = measured([query(n, {"a": 1}) for n in range(40)], [["a"]] * 40)
    mixed = measured(better.queries, [["a"], ["b", "a"]] * 20)

    found = better.minus(mixed, "nDCG@10")
    assert found.value == pytest.approx((1 - SECOND) / 2)
    assert found.is_certain
    assert found.interval.low < found.value < found.interval.high
    assert mixed.minus(better, "nDCG@10").value == -found.value
    assert not better.minus(better, "nDCG@10").is_certain


def test_questions_of_one_source_widen_an_interval():
    rankings = [["a"] if n % 4 < 2 else ["b"] for n in range(40)]
    alone = measured([query(n, {"a": 1}) for n in range(40)], rankings)
    pairs = measured(
        [Query(str(n), "?", {"a": 1}, source=str(n // 2)) for n in range(40)], rankings
    )

    def width(found):
        return found.interval.high - found.interval.low

    assert width(pairs.score("RR@10")) > width(alone.score("RR@10"))


# Tables


def toy(**given):
    texts = tuple(Text(id_, "", id_) for id_ in "abc")
    return Benchmark("Toy", "note", texts, tuple(QUERIES), **given)


def test_tables_show_measures_differences_and_what_others_state():
    figure = Figure("BM25", "nDCG@10", 0.5, "a paper, on other questions")
    perfect = measured(QUERIES, [["a"], ["a", "c"], ["b"]])
    tables = markdown(
        toy(figures=(figure,), notes=("1 left out",)),
        {"ours": perfect, "theirs": measured(QUERIES, RANKINGS)},
        "ours",
    )

    lines = tables.splitlines()
    assert lines[0] == "## Toy: 3 questions, 3 notes"
    assert "- 1 left out" in lines
    assert next(line for line in lines if line.startswith("| ours |")).startswith(
        "| ours | 1.000 (1.000 to 1.000) | 0.833 (0.500 to 1.000) | 1.000"
    )
    theirs = [line for line in lines if line.startswith("| theirs |")]
    mean = (SECOND + (1 + 2 * SECOND) / (2 + SECOND)) / 3
    assert theirs[0].startswith(f"| theirs | {mean:.3f} (")
    assert theirs[1].startswith(f"| theirs | {1 - mean:+.3f} (")
    assert "| BM25 | nDCG@10 | 0.500 | a paper, on other questions |" in lines


def test_tables_say_when_nobody_states_a_figure():
    tables = markdown(toy(), {"ours": measured(QUERIES, RANKINGS)}, "ours")

    assert "none found" in tables


# Benchmarks


def test_a_limit_spreads_the_questions_and_keeps_the_corpus():
    queries = tuple(query(n, {"a": 1}) for n in range(10))
    whole = Benchmark("Toy", "note", (Text("a", "", "A."),), queries)

    assert [q.id for q in whole.limited(3).queries] == ["0", "3", "6"]
    assert whole.limited(None) == whole.limited(10) == whole.limited(99) == whole
    assert whole.limited(3).digest() == whole.digest()


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ((), "0 questions"),
        ((query(1, {"z": 1}),), "question 1 is answered by z, which the corpus lacks"),
        ((query(1, {"a": 1}), query(1, {"a": 1})), "two questions have the id 1"),
        ((query(1, {}),), "question 1 has no relevant text"),
    ],
)
def test_a_benchmark_at_odds_with_itself_is_refused(queries, told):
    with pytest.raises(BenchmarkError, match=told):
        checked(Benchmark("Toy", "note", (Text("a", "", "A."),), queries))


# Adapters


def read(name, folder):
    from importlib import import_module

    return import_module(ADAPTERS[name]).read(folder)


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


CLAIMS = """id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids
1,Zelvoprine worsens flumbosis.,7,CONTRADICT,[1 4],[7]
1,Zelvoprine worsens flumbosis.,7,CONTRADICT,[2],[7]
1,Zelvoprine worsens flumbosis.,8,SUPPORT,[0],[7 8]
2,Nobody knows.,,,[],[8]
"""
CORPUS = """doc_id,title,abstract,structured
7,Zelvoprine for  flumbosis,"['Zelvoprine helped 3 of 5.'
 ""It's safe."" 'The end.']",False
8,Another,"['One sentence.']",True
9,Third,"['Unrelated.']",True
"""


@pytest.fixture
def scifact(tmp_path):
    return write(tmp_path, {"claims_train.csv": CLAIMS, "corpus_train.csv": CORPUS})


def test_scifact_takes_claims_with_evidence_and_all_abstracts(scifact):
    found = read("scifact", scifact)

    assert [(q.id, dict(q.relevant)) for q in found.queries] == [("1", {"7": 1, "8": 1})]
    assert found.texts[0] == Text(
        "7", "Zelvoprine for flumbosis", "Zelvoprine helped 3 of 5. It's safe. The end."
    )
    assert len(found.texts) == 3
    assert found.notes == ("1 claims without evidence in any abstract are left out",)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("corpus_train.csv", "'One sentence.'", "'One", r"corpus_train\.csv:4: abstract"),
        ("corpus_train.csv", "['One sentence.']", "[]", r"corpus_train\.csv:4: abstract"),
        ("corpus_train.csv", "doc_id", "document", "doc_id"),
        ("claims_train.csv", ",8,SUPPORT", ",88,SUPPORT", "answered by 88"),
        ("claims_train.csv", "1,Zelv", "1\n1,Zelv", r"claims_train\.csv:2: "),
    ],
)
def test_scifact_files_that_do_not_fit_are_told(scifact, name, old, new, told):
    path = scifact / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BenchmarkError, match=told):
        read("scifact", scifact)


GOLDEN = {
    "questions": [
        {
            "id": "q1",
            "body": "What helps in flumbosis?",
            "type": "factoid",
            "snippets": [
                {"text": "Zelvoprine helps.", "document": "http://x/1"},
                {"text": " Zelvoprine\nhelps. ", "document": "http://x/2"},
                {"text": "Rest does not.", "document": "http://x/2"},
            ],
        },
        {"id": "q2", "body": "Why?", "snippets": [{"text": "Rest does not."}, {"text": "  "}]},
        {"id": "q3", "body": "No snippets?"},
    ]
}


@pytest.fixture
def bioasq(tmp_path):
    return write(tmp_path, {"5B1_golden.json": json.dumps(GOLDEN)})


def test_bioasq_takes_equal_snippets_once(bioasq):
    found = read("bioasq", bioasq)

    assert [text.text for text in found.texts] == ["Zelvoprine helps.", "Rest does not."]
    helps, rest = (text.id for text in found.texts)
    assert [dict(q.relevant) for q in found.queries] == [{helps: 1, rest: 1}, {rest: 1}]
    assert "1 questions without snippets are left out" in found.notes
    assert any(note.startswith("4 rows of the files, 2 different snippets") for note in found.notes)


def test_bioasq_rows_stay_what_they_are_and_one_unit(bioasq):
    from eval.public.bioasq import read as read_bioasq

    once, rows = read_bioasq(bioasq), read_bioasq(bioasq, repeated=True)

    assert [text.text for text in rows.texts] == [
        "Zelvoprine helps.",
        "Zelvoprine helps.",
        "Rest does not.",
        "Rest does not.",
    ]
    assert rows.queries == once.queries
    assert rows.digest() != once.digest()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", r"5B1_golden\.json:1"),
        ('{"questions": [{"id": "q1"}]}', r"questions\.0\.body"),
        ('{"questions": []}', "0 texts and 0 questions"),
        ('{"questions": [{"id": 1, "body": "a", "snippets": "b"}]}', "5B1_golden"),
    ],
)
def test_bioasq_files_that_do_not_fit_are_told(tmp_path, text, told):
    with pytest.raises(BenchmarkError, match=told):
        read("bioasq", write(tmp_path, {"5B1_golden.json": text}))


def test_pubmedqa_pairs_each_question_with_its_abstract(tmp_path):
    papers = {
        "11": {"QUESTION": "Does it help?", "CONTEXTS": ["We asked.", "It did."], "MESHES": []},
        "12": {"QUESTION": "Is it safe?", "CONTEXTS": ["No harm."], "LONG_ANSWER": "Yes."},
    }
    found = read("pubmedqa", write(tmp_path, {"ori_pqal_dev.json": json.dumps(papers)}))

    assert found.texts == (Text("11", "", "We asked. It did."), Text("12", "", "No harm."))
    assert [(q.text, dict(q.relevant)) for q in found.queries] == [
        ("Does it help?", {"11": 1}),
        ("Is it safe?", {"12": 1}),
    ]


def test_pubmedqa_files_that_do_not_fit_are_told(tmp_path):
    write(tmp_path, {"ori_pqal.json": '{"11": {"QUESTION": "?"}}'})

    with pytest.raises(BenchmarkError, match=r"ori_pqal\.json: 11\.CONTEXTS"):
        read("pubmedqa", tmp_path)


def test_pubmedqa_conclusions_are_sentences_among_those_of_all_abstracts(tmp_path):
    papers = {
        "11": {
            "QUESTION": "Does zelvoprine help?",
            "CONTEXTS": ["We asked 9 people. Five hummed."],
            "LONG_ANSWER": "It helps. More trials are needed.",
        },
        "12": {"QUESTION": "Is it safe?", "CONTEXTS": ["Ten took it."], "LONG_ANSWER": " "},
        "13": {
            "QUESTION": "Is it dear?",
            "CONTEXTS": ["Prices were read."],
            "LONG_ANSWER": "More trials are needed.",
        },
    }
    folder = write(tmp_path, {"ori_pqal.json": json.dumps(papers)})
    found = read("pubmedqa-conclusions", folder)

    texts = {text.id: text.text for text in found.texts}
    assert [texts[id_] for id_ in ("11 0", "11 1", "11 2", "12 0")] == [
        "We asked 9 people.",
        "Five hummed.",
        "It helps.",
        "Ten took it.",
    ]
    assert len(texts) == 6  # the sentence that two abstracts have is one unit
    assert {q.id: [texts[id_] for id_ in q.relevant] for q in found.queries} == {
        "11": ["It helps.", "More trials are needed."],
        "13": ["More trials are needed."],
    }
    assert "1 questions without a conclusion are left out" in found.notes


def test_pubmedqa_without_conclusions_is_told(tmp_path):
    write(tmp_path, {"ori_pqal.json": '{"11": {"QUESTION": "?", "CONTEXTS": ["It did."]}}'})

    with pytest.raises(BenchmarkError, match=r"ori_pqal\.json: 11\.LONG_ANSWER"):
        read("pubmedqa-conclusions", tmp_path)


PROMPTS = """PromptID,PMCID,Outcome,Intervention,Comparator
1,21,days of  flumbosis,zelvoprine,placebo.
2,21,humming,zelvoprine,
3,99,humming,zelvoprine,rest
4,21,pain,zelvoprine,rest
"""
MARKED = (
    "PromptID,PMCID,Valid Label,Valid Reasoning,Label,Annotations,Evidence Start,Evidence End\n"
)
ARTICLE = "TITLE: \r\nA trial of zelvoprine\r\n\r\nIt was tried. It took 9 days less. It hums.\r\n"


def marked(folder, *rows):
    lines = (f"{id_},{article},{valid},True,x,y,{span}\n" for id_, article, valid, span in rows)
    write(folder, {"prompts_merged.csv": PROMPTS, "v2_annotations.csv": MARKED + "".join(lines)})
    (folder / "txt").mkdir(exist_ok=True)
    (folder / "txt" / "PMC21.txt").write_bytes(ARTICLE.encode())
    return folder


def test_evidence_spans_are_the_sentences_that_doctors_marked(tmp_path):
    start = ARTICLE.index("It took")
    found = read(
        "evidence-spans",
        marked(
            tmp_path,
            ("1", "21", True, f"{start},{start + 18}"),
            ("1", "21", False, f"{ARTICLE.index('It hums')},{ARTICLE.index('It hums') + 8}"),
            ("1", "21", True, "-1,-1"),
            ("2", "21", True, f"{start},{start + 18}"),
            ("3", "99", True, "0,5"),
            ("4", "21", True, f"{start - 14},{start + 8}"),
        ),
    )

    texts = {text.id: text for text in found.texts}
    assert "It was tried." in {text.text for text in found.texts}
    assert {text.title for text in found.texts} == {"A trial of zelvoprine"}
    assert {q.text: [texts[id_].text for id_ in q.relevant] for q in found.queries} == {
        "days of flumbosis zelvoprine placebo": ["It took 9 days less."],
        "pain zelvoprine rest": ["It was tried."],  # of the other the span has too little
    }
    assert {q.source for q in found.queries} == {"21"}
    assert any("3 are on them, of which 1 have no confirmed span" in note for note in found.notes)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("1", "21", True, "0,9999"), r"v2_annotations\.csv:2: the span ends at 9999"),
        (("9", "21", True, "0,9"), r"v2_annotations\.csv:2: prompt '9' is not in"),
        (("1", "21", True, "x,9"), r"v2_annotations\.csv:2: Evidence Start"),
    ],
)
def test_evidence_spans_that_do_not_fit_are_told(tmp_path, row, told):
    with pytest.raises(BenchmarkError, match=told):
        read("evidence-spans", marked(tmp_path, row))


def test_pubmedrs_takes_reviews_and_those_of_their_studies_that_have_a_text(tmp_path):
    table = (
        "specialty,Title,Abstract,PMID,Ref_PMIDs,questions,,\n"
        "x,T,\"AIM:\nZelvoprine.\",11,\"['12', '99', '11']\",Does it help?,,\n"
        "x,T,Rest.,12,[],Is rest enough?,,\n"
        "x,T,Again.,12,[],Is rest enough?,,\n"
        "x,T,,13,[],No abstract?,,\n"
        "x,T,No question.,14,[],,,\n"
    )
    found = read("pubmedrs", write(tmp_path, {"PubMedRS-200.csv": table}))

    assert [(text.id, text.title) for text in found.texts] == [("11", ""), ("12", "")]
    assert found.texts[0].text == "AIM: Zelvoprine."
    assert [dict(q.relevant) for q in found.queries] == [{"11": 1, "12": 1}, {"12": 1}]
    assert "of 2 cited studies 1 have a text here" in found.notes


MEDIQA = """<?xml version="1.0" encoding="UTF-8"?>
<MEDIQA2019-Task3-QA-ValidationSet>
  <Question QID="2">
    <QuestionText>Is flumbosis inherited?</QuestionText>
    <AnswerList>
      <Answer AID="2_Answer1" SystemRank="1" ReferenceRank="2" ReferenceScore="4">
        <AnswerURL>https://example.org</AnswerURL>
        <AnswerText>Flumbosis: it is &amp; was.</AnswerText></Answer>
      <Answer AID="2_Answer2" SystemRank="2" ReferenceRank="1" ReferenceScore="3">
        <AnswerText>In part.</AnswerText></Answer>
      <Answer AID="2_Answer3" SystemRank="3" ReferenceRank="3" ReferenceScore="2">
        <AnswerText>Related.</AnswerText></Answer>
    </AnswerList>
  </Question>
  <Question QID="3">
    <QuestionText>Nothing right?</QuestionText>
    <AnswerList>
      <Answer AID="3_Answer1" SystemRank="1" ReferenceRank="1" ReferenceScore="1">
        <AnswerText>In part.</AnswerText></Answer>
    </AnswerList>
  </Question>
</MEDIQA2019-Task3-QA-ValidationSet>
"""
VALIDATION = "MEDIQA2019-Task3-QA-ValidationSet.xml"


def test_mediqa_grades_answers_and_keeps_those_of_all_questions(tmp_path):
    found = read("mediqa", write(tmp_path, {VALIDATION: MEDIQA}))

    texts = {text.text: text.id for text in found.texts}
    assert list(texts) == ["Flumbosis: it is & was.", "In part.", "Related."]
    best, part, _ = texts.values()
    assert [dict(q.relevant) for q in found.queries] == [{best: 2, part: 1}]
    assert "1 questions without a relevant answer are left out" in found.notes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (' ReferenceScore="3"', "", r"\.xml:9: Answer has no ReferenceScore"),
        ('ReferenceScore="3"', 'ReferenceScore="5"', r"\.xml:9: ReferenceScore '5' is none of"),
        (' QID="2"', "", r"\.xml:3: Question has no QID"),
        ("</AnswerList>", "", "no well-formed XML"),
    ],
)
def test_mediqa_files_that_do_not_fit_are_told(tmp_path, old, new, told):
    with pytest.raises(BenchmarkError, match=told):
        read("mediqa", write(tmp_path, {VALIDATION: MEDIQA.replace(old, new, 1)}))


LIVEQA = """<?xml version="1.0" encoding="UTF-8"?>
<LiveQA2017-Medical-Test-Set-Full>
<NLM-QUESTION qid="TQ1">
  <Original-Question qfile="1.txt"><Subject>flumbosis</Subject><Message>help?</Message>
  </Original-Question>
  <Paraphrase>What helps in flumbosis?</Paraphrase>
</NLM-QUESTION>
<NLM-QUESTION qid="TQ2">
  <Original-Question qfile="2.txt"><Subject>zelvoprine</Subject><Message> is it
   safe</Message></Original-Question>
</NLM-QUESTION>
</LiveQA2017-Medical-Test-Set-Full>
"""
LIVEQA_TEST = "TREC-2017-LiveQA-Medical-Test.xml"
LIVEQA_QRELS = "TREC-2017-LiveQA-Medical-qrels.txt"


def test_liveqa_reads_questions_and_graded_answers(tmp_path):
    lines = "1 4 Zelvoprine helps.\n1 1 Nothing.\n1 3 Zelvoprine helps.\n2 3 Nothing.\n\n"
    found = read("liveqa", write(tmp_path, {LIVEQA_TEST: LIVEQA, LIVEQA_QRELS: lines}))

    helps, nothing = (text.id for text in found.texts)
    assert [(q.text, dict(q.relevant)) for q in found.queries] == [
        ("What helps in flumbosis?", {helps: 2}),
        ("zelvoprine is it safe", {nothing: 1}),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 4", r"qrels\.txt:2: expected a question, a score and an answer"),
        ("1 9 Much.", r"qrels\.txt:2: '9' is none of the scores"),
        ("7 4 Much.", r"qrels\.txt:2: no test question has the number 7"),
    ],
)
def test_liveqa_judgements_that_do_not_fit_are_told(tmp_path, line, told):
    write(tmp_path, {LIVEQA_TEST: LIVEQA, LIVEQA_QRELS: f"1 4 Good.\n{line}\n"})

    with pytest.raises(BenchmarkError, match=told):
        read("liveqa", tmp_path)


ANSWERS = """AnswerID,Answer
GARD_1-2,"Question: What is flumbosis? (Also called: F.)
URL: https://example.org/a
Answer: A condition.
It passes."
ADAM_3-1,Only words.
"""
MEDQUAD_FILES = (
    "All-2479-Answers-retrieved-from-MedQuAD.csv",
    "All-qrels_LiveQAMed2017-TestQuestions_2479_Judged-Answers.txt",
)


def medquad(folder, judged):
    answers, judgements = MEDQUAD_FILES
    return write(folder, {answers: ANSWERS, judgements: judged, LIVEQA_TEST: LIVEQA})


def test_medquad_reads_answers_with_their_questions(tmp_path):
    judged = "1 4-Excellent GARD_1-2\n1 2-Related ADAM_3-1\n2 3-Incomplete ADAM_3-1\n"
    found = read("medquad", medquad(tmp_path, judged))

    assert found.texts == (
        Text("GARD_1-2", "What is flumbosis? (Also called: F.)", "A condition. It passes."),
        Text("ADAM_3-1", "", "Only words."),
    )
    assert [dict(q.relevant) for q in found.queries] == [{"GARD_1-2": 2}, {"ADAM_3-1": 1}]


def test_medquad_judgements_of_unknown_answers_are_told(tmp_path):
    with pytest.raises(BenchmarkError, match=r"Answers\.txt:1: no answer has the id GARD_9"):
        read("medquad", medquad(tmp_path, "1 4-Excellent GARD_9\n"))


def ngc(title, recommendations):
    fields = {"Guideline Title": title, "Major Recommendations": recommendations}
    inside = "".join(
        f'<Field FieldID="{n}" ID="{n}" Name="{name}" Type="text"><FieldValue Value="&lt;p&gt;'
        f'{text}&lt;/p&gt;" /></Field>'
        for n, (name, text) in enumerate(fields.items())
    )
    return f'<Version><Section SecID="390" Name="General">{inside}</Section></Version>'


ADVICE = "Adults with flumbosis should receive zelvoprine every evening for two weeks."


def test_ngc_makes_questions_of_recommendations(tmp_path):
    write(
        tmp_path,
        {
            "a/ngc-1.xml": ngc("Flumbosis", f"{ADVICE} This is no advice to anybody who reads it."),
            "b/ngc-2.xml": ngc("Care", f"Rest should be short. {ADVICE}"),
            "b/ngc-3.xml": ngc("Other", "Nothing is said about it in this long sentence here."),
        },
    )
    found = read("ngc", tmp_path)

    assert [text.title for text in found.texts] == ["Flumbosis", "Care", "Other"]
    [question] = found.queries
    first, second, _ = (text.id for text in found.texts)
    assert dict(question.relevant) == {first: 1, second: 1}
    assert question.source == "ngc-1"
    # Of "adults flumbosis receive zelvoprine every evening two weeks" less the stop words every
    # second one; "should" is no question word.
    assert "should" not in question.text.split()
    assert set(question.text.split()) < set(ADVICE.lower().rstrip(".").split())


def test_ngc_records_that_do_not_fit_are_told(tmp_path):
    with pytest.raises(BenchmarkError, match=r"ngc-1\.xml: .*Guideline Title"):
        read("ngc", write(tmp_path, {"ngc-1.xml": ngc("", ADVICE)}))


@pytest.mark.parametrize("name", ADAPTED)
def test_an_empty_folder_is_told_with_what_to_do(name, tmp_path, capsys):
    assert main(["public", name, "--path", str(tmp_path)]) == 2

    told = capsys.readouterr().err
    assert str(tmp_path) in told
    assert "folder of the downloaded data set" in told


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_of_questions(limit, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["public", "scifact", "--path", str(tmp_path), "--limit", limit])

    assert "no number of questions" in capsys.readouterr().err


# Whole runs


class Counting(HashEmbedder):
    """Counts the texts that it encodes, questions apart."""

    def __init__(self):
        super().__init__()
        self.encoded = 0

    def encode(self, texts, *, progress=None):
        self.encoded += len(texts)
        return super().encode(texts, progress=progress)

    def encode_query(self, texts):
        return HashEmbedder.encode(self, texts)


NOTES = {
    "a": "Zelvoprine shortens flumbosis. It was given for two weeks.",
    "b": "Rest does nothing in flumbosis. Nobody rested for long.",
    "c": "Twitching of the calves is common. Quinine is not advised.",
    "d": "# Snow fell in the mountains. Walkers stayed at home.",
}
ASKED = (
    query(1, {"a": 1}, "Does zelvoprine shorten flumbosis?"),
    query(2, {"b": 1}, "What does rest do in flumbosis?"),
    query(3, {"d": 1}, "Snow in the mountains"),
)
SYSTEMS = [
    "BM25",
    "dense",
    "fused",
    "fused with glossary",
    "hits of `search`",
    "LlamaIndex vector",
    "LlamaIndex BM25",
    "LlamaIndex fusion",
]


def notes(**changes):
    texts = tuple(Text(id_, "", words) for id_, words in (NOTES | changes).items())
    return Benchmark("Toy notes", "note", texts, ASKED)


@pytest.mark.slow
def test_a_run_ranks_measures_and_keeps_what_it_built(tmp_path, capsys):
    from eval.public.retrieval import run_retrieval

    options = Options(out=tmp_path / "out", cache=tmp_path / "cache")
    first, again, other = Counting(), Counting(), Counting()
    assert run_retrieval(notes(), options, first) == 0
    told = capsys.readouterr().out
    found = json.loads((tmp_path / "out" / "toy-notes.json").read_text(encoding="utf-8"))

    assert list(found["rankings"]) == SYSTEMS
    for name, rankings in found["rankings"].items():
        assert [ranking[0] for ranking in rankings] == ["a", "b", "d"], name
        assert all(len(ranking) == len(set(ranking)) for ranking in rankings)
    assert (tmp_path / "out" / "toy-notes.md").read_text(encoding="utf-8") == told
    assert first.encoded >= 8 + 4  # the sentences, and the chunks of the other pipeline

    assert run_retrieval(notes(), options, again) == 0
    assert (again.encoded, capsys.readouterr().out) == (0, told)

    assert run_retrieval(notes(d="It rained. Nobody walked."), options, other) == 0
    assert other.encoded > 0


@pytest.mark.slow
def test_equal_texts_are_one_unit_and_have_one_vote_with_us(tmp_path):
    from eval.public.retrieval import ask_all

    texts = tuple(Text(id_, "", NOTES[id_]) for id_ in "aabbbcd")
    rankings = ask_all(Benchmark("Rows", "note", texts, ASKED), HashEmbedder(), tmp_path)

    for name, ranked in rankings.items():
        assert all(len(ranking) == len(set(ranking)) for ranking in ranked)
        # LlamaIndex's fusion gives a text a vote for each of its rows.
        if name != "LlamaIndex fusion":
            assert [ranking[0] for ranking in ranked] == ["a", "b", "d"], name


@pytest.mark.slow
def test_a_broken_cache_is_told_with_what_to_do(tmp_path):
    from eval.public.retrieval import ask_all

    ask_all(notes(), HashEmbedder(), tmp_path)
    [catalog] = tmp_path.rglob("catalog.sqlite3")
    catalog.write_bytes(b"broken" * 1000)

    with pytest.raises(BenchmarkError, match=r"delete .* and run again"):
        ask_all(notes(), HashEmbedder(), tmp_path)


REAL = {
    "bioasq": ("bioasq", 1_500),
    "evidence-spans": ("evidence-inference", 140),
    "ngc": ("guidelines-ngc", 250),
    "pubmedqa": ("pubmedqa", 500),
    "pubmedqa-conclusions": ("pubmedqa", 500),
    "pubmedrs": ("clinfo-pubmedrs", 200),
    "scifact": ("scifact", 505),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(REAL))
def test_real_files_are_read(name):
    folder, questions = REAL[name]
    if not (SHARED / folder).is_dir():
        pytest.skip(f"the data set {folder} is not on this machine")

    found = read(name, SHARED / folder)

    assert len(found.queries) >= questions
    assert all(text.text for text in found.texts)
