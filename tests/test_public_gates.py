"""What the gates say of claims that people judged: reading the sets, judging, counting."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from consilia.gates.evidence import Evidence, Failure
from consilia.glossary import Glossary
from consilia.testing import ScriptedEntailment
from eval.__main__ import main
from eval.public import support_evidence, support_expertqa, support_kqa, support_scifact
from eval.public.auroc import auroc
from eval.public.benchmark import BenchmarkError
from eval.public.gate_tables import gates_text
from eval.public.records import csv_rows, json_lines
from eval.public.support import JudgedPairs, Pair, Verdict, sentences, verdicts

SHARED = Path(__file__).parents[2] / "shared" / "data"
QUOTE = "Zelvoprine 40 mg shortened flumbosis by 9 days."
NAMES = ("support-scifact", "support-kqa", "support-expertqa", "support-evidence")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file into the folder of a set and returns the folder."""

    def written(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        return tmp_path

    return written


def read_pairs(judged):
    return [(p.claim, [e.quote for e in p.evidence], p.label, p.supported) for p in judged.pairs]


# Files


class Row(BaseModel):
    claim: str
    count: int


def test_a_row_is_told_by_the_line_it_starts_on(write):
    folder = write("a.csv", '\ufeffclaim,count,more\n"two\nlines",1,x\n\nother,2,x\nbad,two,x\n')

    with pytest.raises(BenchmarkError, match=r"a\.csv:6: count: .*integer(.|\n)*What to do"):
        csv_rows(folder / "a.csv", Row)


def test_only_line_feeds_end_a_row(write):
    folder = write("a.csv", "claim,count\r\na\u2028b\x0bc\x85d,1\r\n")
    (row,) = csv_rows(folder / "a.csv", Row)
    assert row.value.claim == "a\u2028b\x0bc\x85d"

    folder = write("a.jsonl", json.dumps({"claim": "a\u2028b", "count": 1}, ensure_ascii=False))
    (row,) = json_lines(folder / "a.jsonl", Row)
    assert row.value.claim == "a\u2028b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.csv:1: no column 'claim', 'count'"),
        ("claim\nx\n", "a.csv:1: no column 'count'"),
        ("claim,count\n", "a.csv holds no row"),
        ("claim,count\nx,1\nx\n", "a.csv:3: 1 cells, not 2"),
        ('claim,count\nx,1\n"x,1\n', "a.csv:3: no CSV"),
        ("claim,count\nx,1\n\x00,\x00,1\n", "a.csv:3: "),
    ],
)
def test_a_malformed_table_is_told_by_file_and_line(write, text, said):
    with pytest.raises(BenchmarkError) as told:
        csv_rows(write("a.csv", text) / "a.csv", Row)
    assert said in str(told.value)


def test_a_file_that_is_not_utf_8_is_told_by_its_line(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"claim,count\nx,1\n\xff,1\n")
    with pytest.raises(BenchmarkError, match=r"a\.csv:3: not UTF-8"):
        csv_rows(tmp_path / "a.csv", Row)


def test_many_faults_are_told_shortly(write):
    folder = write("a.jsonl", "{}\n" * 9)
    with pytest.raises(BenchmarkError) as told:
        json_lines(folder / "a.jsonl", Row)
    assert str(told.value).count("a.jsonl:") == 5
    assert "and 13 more" in str(told.value)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_folder_is_refused_with_what_to_do(name, tmp_path, capsys):
    assert main(["public", name, "--path", str(tmp_path)]) == 2
    assert "folder of the downloaded data set" in capsys.readouterr().err


# SciFact

CORPUS = """doc_id,title,abstract,structured
7,A trial of zelvoprine,"['It was tried.'
 ""It's a cure.""
 'It is dear.']",False
"""
CLAIMS = "id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids\n"


def test_scifact_gives_the_sentences_that_decide_and_whole_abstracts_that_do_not(write):
    write("corpus_train.csv", CORPUS)
    folder = write(
        "claims_train.csv",
        f"{CLAIMS}1,It cures.,7,SUPPORT,[0 1],[7]\n1,It cures.,7,CONTRADICT,[2],[7]\n"
        "2,It is blue.,,,[],[7]\n",
    )
    judged = support_scifact.read(folder)

    assert read_pairs(judged) == [
        ("It cures.", ["It was tried.", "It's a cure."], "SUPPORT", True),
        ("It cures.", ["It is dear."], "CONTRADICT", False),
        ("It is blue.", ["It was tried.", "It's a cure.", "It is dear."], "NOT_ENOUGH_INFO", False),
    ]
    assert {e.title for p in judged.pairs for e in p.evidence} == {"A trial of zelvoprine"}
    assert {p.source for p in judged.pairs} == {"7"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,It cures.,8,SUPPORT,[0],[8]", "claims_train.csv:2: abstract '8' is not in the corpus"),
        ("1,It cures.,7,SUPPORT,[3],[7]", "claims_train.csv:2: sentences [3] of abstract 7"),
        ("1,It cures.,7,SUPPORT,[-1],[7]", "claims_train.csv:2: sentences [-1]"),
        ("1,It cures.,7,SUPPORT,[],[7]", "claims_train.csv:2: sentences []"),
        ("1,It cures.,7,MAYBE,[0],[7]", "claims_train.csv:2: evidence_label"),
        ("1,It cures.,7,SUPPORT,[a],[7]", "claims_train.csv:2: evidence_sentences.0"),
    ],
)
def test_scifact_refuses_what_does_not_fit_together(write, row, said):
    write("corpus_train.csv", CORPUS)
    with pytest.raises(BenchmarkError) as told:
        support_scifact.read(write("claims_train.csv", f"{CLAIMS}{row}\n"))
    assert said in str(told.value)


def test_scifact_refuses_an_abstract_that_is_no_list(write):
    write("claims_train.csv", f"{CLAIMS}1,It cures.,7,SUPPORT,[0],[7]\n")
    folder = write("corpus_train.csv", 'doc_id,title,abstract\n7,A,"[\'open"\n')
    with pytest.raises(BenchmarkError, match=r"corpus_train\.csv:2: abstract"):
        support_scifact.read(folder)


# K-QA


def test_kqa_takes_the_majority_and_the_whole_answer_under_its_question(write):
    folder = write(
        support_kqa.FILE,
        ",Question,answer,claim,majority_label,label_0\n"
        "0,Does it help?,It helps. It is dear., It helps ,Entailment,Neutral\n"
        "1,Does it help?,It helps.,It hurts,Contradiction,Neutral\n"
        "2,Does it help?,It helps.,It is blue,Neutral,Neutral\n"
        "3,Is it dear?,...,It is dear,Entailment,Neutral\n",
    )
    judged = support_kqa.read(folder)

    assert read_pairs(judged) == [
        ("It helps", ["It helps.", "It is dear."], "Entailment", True),
        ("It hurts", ["It helps."], "Contradiction", False),
        ("It is blue", ["It helps."], "Neutral", False),
    ]
    assert judged.pairs[0].evidence[0].title == "Does it help?"
    assert "1 rows left out: the answer is empty" in judged.notes


# ExpertQA


def expert(question, *claims, field="Medicine"):
    made = [{"claim_string": c, "evidence": e, "support": s} for c, e, s in claims]
    record = {
        "question": question,
        "answers": {"a_system": {"answer_string": "", "claims": made}},
        "metadata": {"field": field},
    }
    return json.dumps(record) + "\n"


def test_expertqa_strips_markers_and_addresses_and_counts_what_it_leaves_out(write):
    passage = "[1] https://example.org/a\n\nIt helps. See [2]."
    lines = expert(
        "Does it help?",
        ("It helps [1].", [passage], "Complete"),
        ("It helps a lot [1][2].", [passage, "[2] https://example.org/b"], "Partial"),
        ("It cures [1].", [passage], "Incomplete"),
        ("It is blue.", [], "Missing"),
        ("It is red [2].", ["[2] https://example.org/b"], "Complete"),
        ("It is old.", [passage], None),
    )
    write("one.jsonl", lines + expert("Law?", ("Yes.", [passage], "Complete"), field="Law"))
    folder = write("two.jsonl", lines)
    judged = support_expertqa.read(folder)

    assert read_pairs(judged) == [
        ("It helps.", ["It helps.", "See [2]."], "Complete", True),
        ("It helps a lot.", ["It helps.", "See [2]."], "Partial", False),
        ("It cures.", ["It helps.", "See [2]."], "Incomplete", False),
    ]
    assert judged.notes[2:] == (
        "left out, judged Missing: 1 claims",
        "left out, judged None: 1 claims",
        "left out, no text of the evidence in the file: 1 claims",
    )


def test_expertqa_without_a_medical_question_is_refused(write):
    folder = write("one.jsonl", expert("Law?", ("Yes.", ["x\n\ny"], "Complete"), field="Law"))
    with pytest.raises(BenchmarkError, match=r"no question of .* is of the field"):
        support_expertqa.read(folder)


# Evidence Inference

PROMPTS = """PromptID,PMCID,Outcome,Intervention,Comparator
1,11,days of  flumbosis, zelvoprine,placebo.
2,12,humming,zelvoprine,
"""
ANNOTATIONS = "PromptID,PMCID,Valid Label,Valid Reasoning,Label,Annotations\n"


def test_evidence_inference_makes_a_claim_of_each_direction(write):
    write("prompts_merged.csv", PROMPTS)
    folder = write(
        "v2_annotations.csv",
        f"{ANNOTATIONS}1,11,True,True,significantly decreased,It was shorter.\n"
        "1,11,True,True,significantly decreased,It was shorter.\n"
        "1,11,True,False,no significant difference,Nothing.\n"
        "1,11,True,True,significantly decreased,\n"
        "2,12,True,True,significantly increase,It was more.\n",
    )
    judged = support_evidence.read(folder)

    assert read_pairs(judged) == [
        (
            "Zelvoprine significantly increased days of flumbosis compared with placebo.",
            ["It was shorter."],
            "not found: increased",
            False,
        ),
        (
            "Zelvoprine significantly decreased days of flumbosis compared with placebo.",
            ["It was shorter."],
            "found: decreased",
            True,
        ),
        (
            "There was no significant difference in days of flumbosis between zelvoprine and "
            "placebo.",
            ["It was shorter."],
            "not found: no difference",
            False,
        ),
    ]
    assert {p.source for p in judged.pairs} == {"11"}
    assert "3 of 5 annotations left out: not confirmed, or words missing" in judged.notes


def test_evidence_inference_leaves_out_what_doctors_disagree_on(write):
    write("prompts_merged.csv", PROMPTS)
    folder = write(
        "v2_annotations.csv",
        f"{ANNOTATIONS}1,11,1,1,significantly increase,It was shorter.\n"
        "1,11,1,1,significantly decreased,It was shorter.\n",
    )
    judged = support_evidence.read(folder)
    assert judged.pairs == ()
    assert "1 prompts left out: doctors found different directions" in judged.notes


def test_an_annotation_of_no_prompt_is_refused(write):
    write("prompts_merged.csv", PROMPTS)
    folder = write("v2_annotations.csv", f"{ANNOTATIONS}3,11,True,True,x,It was shorter.\n")
    with pytest.raises(BenchmarkError, match=r"v2_annotations\.csv:2: prompt '3' is not in"):
        support_evidence.read(folder)


# Judging


def pair(claim, supported=True, source="1", label="yes"):
    return Pair(claim, sentences(QUOTE, "A trial"), label, supported, source)


def test_a_verdict_tells_the_gates_that_failed_and_how_near_the_words_are():
    given = [pair(QUOTE), pair(QUOTE.replace("9", "19"))]
    same, changed = verdicts(given, Glossary.empty())

    assert not same.blocked
    assert same.failed == frozenset()
    assert same.related == 1.0
    assert same.entailed is None
    assert changed.blocked
    assert "numbers" in changed.failed
    assert 0 < changed.related < 1


def test_an_entailment_model_is_one_more_gate_and_one_more_score():
    other = "Flumbosis was shortened by zelvoprine 40 mg by 9 days."
    scripted = ScriptedEntailment({other: (0.3, 0.0)})
    same, turned = verdicts([pair(QUOTE), pair(other)], Glossary.empty(), scripted)

    assert same.entailed == 1.0
    assert turned.entailed == 0.3
    assert "support" in turned.failed
    assert len(scripted.seen) == 1  # nobody asks whether a sentence follows from itself


def made(supported, gates=(), related=0.5, source="1"):
    failures = tuple(Failure(gate, "", "", "a reason") for gate in gates)
    label = "yes" if supported else "no"
    evidence = (Evidence(QUOTE),)
    return Verdict(Pair("c", evidence, label, supported, source), failures, related, None)


def test_the_tables_count_blocks_as_the_hand_does():
    found = [
        made(True, source="1"),
        made(True, ["numbers"], source="2"),
        made(False, ["numbers", "entities"], source="3"),
        made(False, ["entities", "entities"], source="4"),
        made(False, source="5"),
    ]
    lines = [
        " ".join(line.split())
        for line in gates_text(JudgedPairs("A set", (), ("a note",)), found).splitlines()
    ]

    assert lines[0] == "A set: 5 pairs of 5 sources"
    assert "yes supported 2 1 50.0% 9.5% to 90.5%" in lines
    assert "no unsupported 3 2 66.7% 20.8% to 93.9%" in lines
    assert "false blocks (of supported) 50.0% 2 9.5% to 90.5%" in lines
    assert "precision of blocks 66.7% 3 20.8% to 93.9%" in lines
    assert any(line.startswith("unsupported among all 60.0% 5") for line in lines)
    assert any(line.startswith("numbers 2 1 50.0%") for line in lines)
    assert any(line.startswith("entities 2 2 100.0%") for line in lines)
    assert "polarity 0 0 none" in lines
    # Supported: 0 and 1 failed gates; unsupported: 2, 1, 0. Won: 2.5 of 3, and 1.5 of 3.
    assert any(line.startswith("failed gates, fewer first 0.667 5") for line in lines)
    assert any(line.startswith("relatedness (words shared) 0.500 5") for line in lines)
    assert not any("entail" in line for line in lines)


def test_a_set_of_one_kind_has_no_auroc():
    text = gates_text(JudgedPairs("A set", (), ()), [made(True)])
    assert [line.split()[-2:] for line in text.splitlines()[-2:]] == [["none", "1"]] * 2


def test_a_run_prints_the_tables_and_writes_each_verdict(write, tmp_path, capsys):
    folder = write(
        support_kqa.FILE,
        f"Question,answer,claim,majority_label\nQ?,{QUOTE},{QUOTE},Entailment\n"
        f"Q?,{QUOTE},Zelvoprine 80 mg shortened flumbosis by 9 days.,Neutral\n",
    )
    out = tmp_path / "out"
    command = ["public", "support-kqa", "--path", str(folder)]
    assert main([*command, "--out", str(out)]) == 0

    assert capsys.readouterr().out == (out / "support-kqa.txt").read_text(encoding="utf-8")
    same, changed = map(json.loads, (out / "support-kqa.jsonl").read_text().splitlines())
    assert same["reasons"] == []
    assert any(reason.startswith("numbers: “80 mg”") for reason in changed["reasons"])

    assert main([*command, "--out", str(folder / support_kqa.FILE)]) == 2
    assert "cannot write in" in capsys.readouterr().err


# The area under the curve


def test_auroc_counts_ties_half():
    assert auroc([3, 2, 2, 1], [True, True, False, False], "abcd").value == 0.875
    assert auroc([1, 1], [True, False], "ab").value == 0.5
    assert auroc([1, 2], [True, True], "ab") is None
    assert auroc([], [], []) is None
    assert auroc([1, 2], [False, True], "aa").interval is None


def test_auroc_refuses_what_it_cannot_rank():
    with pytest.raises(ValueError, match="2 scores, 1 kinds"):
        auroc([1, 2], [True], "ab")
    with pytest.raises(ValueError, match="not finite"):
        auroc([1, float("nan")], [True, False], "ab")


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.booleans(), st.sampled_from("abcdef")),
        min_size=2,
        max_size=30,
    ).filter(lambda rows: len({kind for _, kind, _ in rows}) == 2)
)
def test_auroc_is_that_of_scikit_learn_whatever_the_order(rows):
    from sklearn.metrics import roc_auc_score

    scores, kinds, clusters = zip(*rows, strict=True)
    found = auroc(scores, kinds, clusters)

    assert found.value == pytest.approx(roc_auc_score(kinds, scores))
    assert found == auroc(scores[::-1], kinds[::-1], clusters[::-1])
    if found.interval:
        assert 0 <= found.interval.low <= found.interval.high <= 1
    turned = auroc([-score for score in scores], kinds, clusters)
    assert turned.value == pytest.approx(1 - found.value)


def test_pairs_of_one_source_make_the_interval_wider():
    scores = [1, 0, 2, 1, 0, 3, 1, 0] * 8
    kinds = [True, False] * 32
    alone = auroc(scores, kinds, [str(n) for n in range(64)]).interval
    together = auroc(scores, kinds, [str(n // 2 % 4) for n in range(64)]).interval
    assert together.high - together.low > alone.high - alone.low


# The sets themselves


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "folder", "labels"),
    [
        (
            support_scifact.read,
            "scifact",
            {"SUPPORT": 616, "CONTRADICT": 341, "NOT_ENOUGH_INFO": 330},
        ),
        (support_kqa.read, "k-qa", {"Entailment": 153, "Neutral": 234, "Contradiction": 12}),
        (support_expertqa.read, "expertqa", {"Complete": 207, "Incomplete": 73, "Partial": 25}),
        (support_evidence.read, "evidence-inference", None),
    ],
)
def test_the_published_files_are_read_whole(read, folder, labels):
    path = SHARED / folder
    if not path.exists():
        pytest.skip(f"needs the downloaded data set {folder}")
    pairs = read(path).pairs
    counts = {p.label: sum(q.label == p.label for q in pairs) for p in pairs} if labels else None

    assert counts == labels
    assert len(pairs) % 3 == 0 or labels
    assert all(p.claim and all(e.quote.strip() for e in p.evidence) for p in pairs)
