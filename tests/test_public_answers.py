"""Public sets with answers that people wrote, and what a judge is worth on their labels."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilia import Assistant
from consilia.gates.evidence import Evidence
from consilia.glossary import Glossary
from consilia.settings import Settings
from consilia.testing import HashEmbedder, ScriptedEntailment
from eval.__main__ import main
from eval.holdings import open_holdings
from eval.judge_errors import Errors, JudgeError, Trial, read_errors
from eval.public import ADAPTERS, bioasq_ideal, kqa_points
from eval.public.benchmark import NO_FIGURES, BenchmarkError
from eval.public.judge_tables import judge_errors, judge_text, write_errors
from eval.public.rouge import rouge
from eval.public.support import Pair, verdicts
from eval.public.support_kqa import is_contradicted
from eval.public.yes_no import decided, statement_of
from eval.runs.scoring import score
from eval.statistics import Accuracy
from eval.testing import made_answer, made_sample

SHARED = Path(__file__).parents[2] / "shared" / "data"
NOBODY = Glossary.empty()


# ROUGE


def test_rouge_counts_pairs_of_words_as_the_hand_does():
    found = rouge("It hums, it hums loudly", ["It hums and it hums"])
    # said: it hums (2), hums it, hums loudly; wanted: it hums (2), hums and, and it; shared 2.
    assert (found.recall, found.precision) == (2 / 4, 2 / 4)
    assert found.f1 == 0.5
    assert rouge("", ["It hums"]).f1 == 0.0
    assert rouge("It hums", ["Hums"]) is None


def test_rouge_takes_the_nearest_of_several_references():
    assert rouge("Rest does nothing", ["Quinine helps calves", "Rest does nothing"]).f1 == 1.0


@given(st.text("ab ", max_size=12), st.text("ab ", max_size=12))
def test_rouge_is_a_share_and_turns_round_with_its_texts(one, other):
    found, turned = rouge(one, [other]), rouge(other, [one])
    if found and turned:
        assert 0 <= found.recall <= 1
        assert (found.recall, found.precision) == (turned.precision, turned.recall)


# Yes and no


@pytest.mark.parametrize(
    ("question", "said", "answer"),
    [
        ("Does zelvoprine cause humming?", ["Zelvoprine causes humming in adults."], "yes"),
        ("Does zelvoprine cause humming?", ["Zelvoprine does not cause humming."], "no"),
        (
            "Is zelvoprine effective in flumbosis?",
            ["Zelvoprine failed to be effective in flumbosis."],
            "no",
        ),
        ("Does zelvoprine cause humming?", ["Zelvoprine is dear."], None),
        ("Does zelvoprine cause humming?", [], None),
        (
            "Does zelvoprine cause humming?",
            ["Zelvoprine causes humming.", "Zelvoprine does not cause humming."],
            None,
        ),
        ("Which drug causes humming?", ["Zelvoprine causes humming."], None),
    ],
)
def test_yes_and_no_are_decided_where_a_sentence_has_all_words(question, said, answer):
    assert decided(question, said, NOBODY) == answer


@pytest.mark.parametrize("question", ["Is", "Is it?", "Are there rules?", "was there?"])
def test_a_short_question_is_a_statement_or_none(question):
    assert statement_of(question) in {None, "it", "rules", "there"}


# BioASQ


def asked(**given):
    row = {"id": "q1", "body": "Is it?", "type": "yesno", "snippets": [{"text": "It is."}]}
    return row | {"ideal_answer": ["It is."], "exact_answer": "yes"} | given


def golden(folder, *rows):
    text = json.dumps({"questions": rows})
    (folder / "1B1_golden.json").write_text(text, encoding="utf-8")
    return folder


def test_bioasq_ideal_reads_paragraphs_and_yes_or_no(tmp_path):
    folder = golden(
        tmp_path,
        asked(),
        asked(id="q2", exact_answer="No", ideal_answer="One\n string."),
        asked(id="q3", type="list", exact_answer=[["a"], ["b"]]),
        asked(id="q4", ideal_answer=[]),
        asked(id="q5", snippets=[]),
        asked(id="q6", exact_answer="maybe"),
    )
    found = bioasq_ideal.read(folder)
    assert [(q.id, q.ideal, q.exact) for q in found] == [
        ("q1", ("It is.",), "yes"),
        ("q2", ("One string.",), "no"),
        ("q3", ("It is.",), None),
        ("q6", ("It is.",), None),
    ]


def test_bioasq_without_ideal_answers_is_told(tmp_path):
    with pytest.raises(BenchmarkError, match="no question has an ideal answer"):
        bioasq_ideal.read(golden(tmp_path, asked(ideal_answer=[" "])))


def replied(status="answered", exact="yes", decision="yes", **texts):
    question = bioasq_ideal.Question("q", "Is it?", ("It is so.",), exact, ("It is.",))
    found = {"answer": "", "search": "", "snippets": ""} | texts
    return bioasq_ideal.Replied(question, status, found, decision)


def test_bioasq_measures_are_those_of_the_hand():
    found = [
        replied(answer="It is so."),  # 2 of 2 pairs
        replied(exact="no", answer="It is not."),  # 1 of 2
        replied("abstained", exact="no", decision="no"),
        replied(exact="yes", decision=None),
        replied(exact=None, decision=None, answer="It is so."),
    ]
    values = {m.name: (m.value, m.n) for m in bioasq_ideal.measures(found)}
    assert values["questions answered"] == (0.8, 5)
    assert values["ROUGE-2 recall, answer, all"] == (pytest.approx(2.5 / 5), 5)
    assert values["ROUGE-2 recall, answer, of the answered"] == (pytest.approx(2.5 / 4), 4)
    assert values["yes or no: decided"] == (0.75, 4)
    assert values["right, of the decided"] == (pytest.approx(2 / 3), 3)
    assert values["always yes would be right, of the same"] == (pytest.approx(1 / 3), 3)
    assert values["right, of the decided whose answer is no"] == (0.5, 2)


def test_bioasq_asks_its_snippets_and_tells_the_recipe(tmp_path, capsys):
    said = "Zelvoprine does not shorten flumbosis in adults."
    folder = golden(
        tmp_path,
        asked(
            body="Does zelvoprine shorten flumbosis?",
            exact_answer="no",
            ideal_answer=[said],
            snippets=[{"text": said}, {"text": "It was given for two weeks."}],
        ),
        asked(id="q2", body="Is there snow in the mountains?", snippets=[{"text": "Snow fell."}]),
    )
    options = bioasq_ideal.Options(out=tmp_path / "out", cache=tmp_path / "cache")
    assert bioasq_ideal.run(folder, options, HashEmbedder()) == 0

    told = capsys.readouterr().out
    assert told == (tmp_path / "out" / "bioasq-ideal.txt").read_text(encoding="utf-8")
    assert "limit: ROUGE counts shared pairs of words" in told
    assert NO_FIGURES in told
    first, _ = map(json.loads, (tmp_path / "out" / "bioasq-ideal.jsonl").read_text().splitlines())
    assert first["decided"] == "no"
    assert first["texts"]["search"].startswith(said)
    assert first["texts"]["snippets"] == f"{said} It was given for two weeks."


# K-QA: points


def points_file(folder, *rows):
    lines = (
        json.dumps({"Question": q, "Free_form_answer": a, "Must_have": m, "Nice_to_have": n})
        for q, a, m, n in rows
    )
    (folder / kqa_points.FILE).write_text("\n".join(lines), encoding="utf-8")
    return folder


DOSE = "What is the zelvoprine dose for flumbosis?"


def test_kqa_points_are_asked_and_held_against_what_is_shown(tmp_path, flumbosis_kb):
    with Assistant.open(flumbosis_kb, Settings(risk=0.25), embedder=HashEmbedder()) as assistant:
        shown = assistant.ask(DOSE).claims[0].text
        folder = points_file(
            tmp_path,
            (DOSE, f"Yes. {shown}", [f" {shown} ", "Humming needs a doctor"], ["Zorp is blue"]),
            ("Is the moon far?", "Humming needs a doctor.", ["The moon is far"], [" "]),
        )
        questions = kqa_points.read(folder)
        with open_holdings(flumbosis_kb) as holdings:
            samples = kqa_points.asked(questions, assistant, flumbosis_kb, holdings)
    found = kqa_points.points(questions, samples, NOBODY)

    assert [(p.must, p.said, p.in_own, p.in_next) for p in found] == [
        (True, True, True, False),
        (True, False, False, True),
        (False, False, False, False),
        (True, False, False, False),
    ]
    values = {m.name: (m.value, m.n) for m in kqa_points.measures(samples, found, None)}
    assert values["must-have points said"] == (pytest.approx(1 / 3), 3)
    assert values["must-have points, word for word"] == (pytest.approx(1 / 3), 3)
    assert values["the recipe on the physicians' answer"] == (0.25, 4)
    text = kqa_points.text_of(samples, found)
    assert "No entailment model is configured" in text
    assert "limit: sharing words is not following" in text

    model = ScriptedEntailment(dict.fromkeys(("x", *(p.text for p in found)), (0.9, 0.0)))
    judged = [m for m in kqa_points.measures(samples, found, model) if m.name.startswith("K-QA")]
    assert [m.note for m in judged] == ["as judged, the judge was not measured"] * 2


@pytest.mark.parametrize(
    ("point", "text", "said"),
    [
        ("Zelvoprine shortens flumbosis", "Flumbosis is shortened by zelvoprine.", True),
        ("Zelvoprine shortens flumbosis", "Zelvoprine does not shorten flumbosis.", False),
        ("Zelvoprine shortens flumbosis", "Zelvoprine is dear.", False),
        ("Rest does not cure flumbosis", "Rest cures flumbosis.", False),
    ],
)
def test_a_point_is_said_where_most_of_its_words_stand_and_nothing_is_turned(point, text, said):
    assert kqa_points.is_said(point, ["It hums.", text], NOBODY) is said


# The judge


def pair(claim, label):
    evidence = (Evidence("Zelvoprine shortened flumbosis."),)
    return Pair(claim, evidence, label, label == "Entailment", "q")


PAIRS = [
    pair("a", "Entailment"),
    pair("b", "Entailment"),
    pair("c", "Neutral"),
    pair("d", "Contradiction"),
    pair("e", "Neutral"),
    pair("Zelvoprine shortened flumbosis.", "Entailment"),  # its own evidence: nobody is asked
]
SAID = ScriptedEntailment({
    "a": (0.7, 0.0),
    "b": (0.69, 0.1),
    "c": (0.1, 0.2),
    "d": (0.0, 0.21),
    "e": (0.9, 0.9),
})


def measured_errors(model="/somewhere/judges/small"):
    return judge_errors(verdicts(PAIRS, NOBODY, SAID), "A set", model, is_contradicted)


def test_the_errors_of_a_judge_are_counted_at_the_thresholds_that_are_used(tmp_path):
    found = measured_errors()
    assert (found.support.sensitivity.right, found.support.sensitivity.n) == (1, 2)
    assert (found.support.specificity.right, found.support.specificity.n) == (2, 3)
    assert (found.contradiction.sensitivity.right, found.contradiction.sensitivity.n) == (1, 1)
    assert (found.contradiction.specificity.right, found.contradiction.specificity.n) == (3, 4)
    assert (found.model, found.model_sha256) == ("small", "unknown")

    lines = [" ".join(line.split()) for line in judge_text(found).splitlines()]
    assert "support: sensitivity 50.0% 2 9.5% to 90.5%" in lines
    assert "contradiction: specificity 75.0% 4 30.1% to 95.4%" in lines
    assert "no entailment model is configured" in judge_text(None)

    write_errors(tmp_path / "out", found)
    assert read_errors(tmp_path / "out" / "judge.json") == found


def test_measured_errors_correct_the_measures_of_support():
    judge = measured_errors().judge(SAID, "/elsewhere/small")
    assert judge.support == Accuracy(1 / 2, 2 / 3)
    assert judge.contradiction == Accuracy(1.0, 3 / 4)

    answer = made_answer(["G1"])
    model = ScriptedEntailment({answer.claims[0].text: (0.9, 0.0)})
    scored = score([made_sample(answer)], replace(judge, model=model))
    found = {one.measure.slug: one.measure for one in scored}
    assert found["statement-support"].note.startswith("1.000 as judged, corrected (Rogan-Gladen)")


@pytest.mark.parametrize("name", ["/somewhere/judges/large", "people/small"])
def test_the_errors_of_another_judge_are_refused(name):
    with pytest.raises(JudgeError, match=r"the errors are those of small .*support-kqa --out"):
        measured_errors().judge(SAID, name)


def test_weights_that_changed_are_another_judge(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"one")
    found = measured_errors(str(tmp_path))
    found.check(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"two")
    with pytest.raises(JudgeError, match="the errors are those of"):
        found.check(str(tmp_path))


@pytest.mark.parametrize(
    "trials",
    [[], [Trial(True, True)], [Trial(True, False), Trial(False, False)]],
)
def test_a_judge_that_is_no_better_than_chance_corrects_nothing(trials):
    with pytest.raises(JudgeError, match="nothing can be corrected"):
        Errors.of(trials).accuracy("support")


def test_score_refuses_errors_without_their_model_or_of_no_form(tmp_path, capsys):
    write_errors(tmp_path, measured_errors())
    told = ["score", str(tmp_path / "run"), "--out", str(tmp_path / "again"), "--judge"]

    assert main([*told, str(tmp_path / "judge.json")]) == 2
    assert "no entailment model is configured" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()
    (tmp_path / "judge.json").write_text('{"schema": "other"}', encoding="utf-8")
    assert main([*told, str(tmp_path / "judge.json")]) == 2
    assert "judge.json: schema" in capsys.readouterr().err
    assert main([*told, str(tmp_path / "none.json")]) == 2
    assert "cannot read" in capsys.readouterr().err


# What every command tells


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_every_adapter_hands_back_through_what_tells_the_figures_of_others(name):
    source = Path(__file__).parents[1] / f"{ADAPTERS[name].replace('.', '/')}.py"
    text = source.read_text(encoding="utf-8")
    assert any(way in text for way in ("hand_back(", "run_gates(", "run_retrieval("))


@pytest.mark.slow
def test_the_published_files_are_read_whole():
    if not (SHARED / "bioasq").exists():
        pytest.skip("needs the downloaded data sets bioasq and k-qa")
    assert len(bioasq_ideal.read(SHARED / "bioasq")) == 1_500
    assert len(kqa_points.read(SHARED / "k-qa")) == 101
