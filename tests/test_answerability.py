"""When a section speaks: shorthand and typing errors read right, units asked, points of silence."""

import json
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from consilia import Assistant
from consilia.answerability import Found, log_odds, read_model, shipped_model, signs
from consilia.errors import SettingsError
from consilia.gates.support import Probabilities
from consilia.glossary import Glossary
from consilia.quantities import asked_units, states_unit
from consilia.question import understand
from consilia.relevance import Features
from consilia.settings import Settings
from consilia.spelling import one_edit_away, repaired, repairs
from consilia.testing import HashEmbedder
from eval.__main__ import main
from eval.calibrate import RISKS, Models, calibrate
from eval.cases import TEST, Case
from eval.reporting.plots import risk_coverage
from eval.selective import Curve


class Vocabulary(HashEmbedder):
    """Knows a few everyday words whole, and cuts all others in two."""

    def count_tokens(self, text):
        return 3 if text in {"cramps", "frequent", "effect", "stating", "people"} else 4


# --- reading what was typed


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("cramsp at night", {"cramsp": "cramps"}),
        ("is there an efect", {"efect": "effect"}),
        ("a statin at night", {}),
        ("zelvoprine at night", {}),
        ("riluzole TDS", {"tds": "three times daily"}),
        ("50 mg w/ food, 2 yr old", {"w/": "with", "yr": "year"}),
        ("my people", {}),
    ],
)
def test_everyday_words_and_shorthand_are_read_as_meant(assistant, question, expected):
    kb = assistant._kb
    assert repairs(question, kb.glossary, kb.index, Vocabulary()) == expected


def test_a_shorthand_is_replaced_where_it_stands():
    assert repaired("Dose w/ food (TDS)?", {"w/": "with", "tds": "three times daily"}) == (
        "Dose with food three times daily"
    )


def test_one_edit_keeps_the_first_letter():
    found = one_edit_away("musle")

    assert "muscle" in found
    assert {name[0] for name in found} == {"m"}
    assert "musle" not in found


# --- units


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("How many weeks does it take?", {"week"}),
        ("How many mL per hour?", {"ml"}),
        ("how many patients were in the trial", set()),
        ("How many of the twenty recovered?", set()),
        ("How many sessions are needed?", {"session"}),
        ("What is the dose?", set()),
    ],
)
def test_what_is_to_be_counted_is_read(question, units):
    assert asked_units(question) == units


@pytest.mark.parametrize(
    ("unit", "text", "stated"),
    [
        ("week", "It took 10 days.", True),
        ("week", "a 48-year-old woman", False),
        ("ml", "5 mL in one go", True),
        ("mg", "2 g in 24 hours", True),
        ("session", "psychological therapy helped", False),
        ("time", "twice daily", True),
    ],
)
def test_a_sentence_without_the_unit_does_not_answer(unit, text, stated):
    assert states_unit(unit, text) is stated


# --- the model and its points


def features(**changes):
    plain = dict.fromkeys(Features.__dataclass_fields__, 0.0)
    return Features(**{**plain, **changes})


def odds(**changes):
    question = understand("What helps?", Glossary.empty())
    return log_odds(signs(question, (), [Found(0.0, features(**changes))], 0.0))


def test_a_section_with_nothing_to_lead_it_is_silent():
    assert signs(understand("What helps?", Glossary.empty()), (), [], 0.0) is None
    assert log_odds(None) == float("-inf")


def test_more_coverage_speaks_for_an_answer_and_missing_things_against():
    assert odds(coverage=1.0) > odds(coverage=0.5) > odds()
    assert odds(cosine=0.8) > odds(cosine=0.4)
    assert odds(entities_missing=1.0) < odds()
    assert odds(value_missing=1.0) < odds()


def test_a_lower_risk_ends_silence_later():
    points = shipped_model().points

    assert [p.risk for p in points] == sorted(p.risk for p in points)
    assert [p.answer for p in points] == sorted((p.answer for p in points), reverse=True)
    assert [p.over_refusal for p in points] == sorted(
        (p.over_refusal for p in points), reverse=True
    )
    assert shipped_model().point(None).risk == shipped_model().default


def test_a_risk_that_was_not_measured_is_refused():
    with pytest.raises(SettingsError, match=re.escape("0.1, 0.15")):
        shipped_model().point(0.123)


def test_an_assistant_with_an_unmeasured_risk_does_not_open(assistant):
    with pytest.raises(SettingsError, match="CONSILIA_RISK"):
        Assistant.open(assistant._kb.home, Settings(risk=0.99), embedder=HashEmbedder())


def test_the_manifest_tells_which_point_was_used():
    assert Settings(risk=0.1).digest() != Settings().digest()


# --- an entailment model as one more sign


class Reader:
    """An entailment model that takes sentences with a word for answers."""

    def __init__(self, word):
        self.word, self.seen = word, []

    def probabilities(self, premises, hypothesis):
        self.seen.append((tuple(premises), hypothesis))
        return Probabilities(0.9 if self.word in " ".join(premises) else 0.1, 0.0)


def coefficients(path, **changes):
    """Write coefficients that rest on the entailment model alone."""
    point_ = {"risk": 0.5, "over_refusal": 0.1, "answer": 0.0, "section": 0.0}
    plain = {
        "intercept": -5.0,
        "weights": {"entailed": 10.0},
        "points": [point_],
        "default": 0.5,
        "entailment": "acme/reader",
    }
    path.write_text(json.dumps(plain | changes), encoding="utf-8")
    return path


def test_the_best_three_sentences_are_read_and_the_surest_counts():
    leads = [Found(-float(n), features(), text=f"Text {n}.") for n in range(5)]
    reader = Reader("Text 2")
    question = understand("What helps?", Glossary.empty())

    found = signs(question, (), leads, 0.0, reader)

    assert found["entailed"] == 0.9
    assert [premises for premises, _ in reader.seen] == [("Text 0.",), ("Text 1.",), ("Text 2.",)]
    assert {claim for _, claim in reader.seen} == {"This answers the question: What helps?"}
    assert signs(question, (), leads, 0.0, Reader("Text 4"))["entailed"] == 0.1


def test_without_a_model_the_sign_is_not_there_and_weighs_nothing():
    question = understand("What helps?", Glossary.empty())
    plain = signs(question, (), [Found(0.0, features())], 0.0)
    read = signs(question, (), [Found(0.0, features(), "Text.")], 0.0, Reader("Text"))

    assert "entailed" not in plain
    assert {name: read[name] for name in plain} == plain
    assert log_odds(plain) == log_odds(read)
    assert shipped_model().entailment == ""


@pytest.mark.parametrize(
    ("word", "status"), [("marbling", "answered"), ("no such word", "abstained")]
)
def test_it_decides_without_a_language_model_once_coefficients_were_learnt_with_it(
    word, status, flumbosis_kb, tmp_path
):
    settings = Settings(
        entailment="acme/reader", answerability=str(coefficients(tmp_path / "own.json"))
    )
    reader = Reader(word)
    with Assistant.open(
        flumbosis_kb, settings, embedder=HashEmbedder(), entailment=reader
    ) as assistant:
        answer = assistant.ask("Can zelvoprine cause marbling of the spleen?")

    assert assistant.language_model is None
    assert answer.status == status
    assert reader.seen
    if status == "answered":
        assert [s.name for s in answer.sections if s.groups] == ["label"]


def test_without_coefficients_of_its_own_it_is_not_asked_and_that_is_told(flumbosis_kb, caplog):
    reader = Reader("marbling")
    with Assistant.open(
        flumbosis_kb,
        Settings(entailment="acme/reader"),
        embedder=HashEmbedder(),
        entailment=reader,
    ) as assistant:
        assistant.ask("Can zelvoprine cause marbling of the spleen?")

    assert reader.seen == []
    assert "CONSILIA_ENTAILMENT bears on no silence" in caplog.text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"weights": {"entailed": 1.0, "mood": 1.0}}, "mood"),
        ({"weights": {"score": 1.0}}, "belong together"),
        ({"entailment": ""}, "belong together"),
        ({"default": 0.1}, "default"),
        ({"intercept": "much"}, "intercept"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_coefficients_that_make_no_sense_are_refused(changes, told, tmp_path):
    with pytest.raises(SettingsError, match=told):
        read_model(coefficients(tmp_path / "own.json", **changes))


def test_coefficients_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(SettingsError, match="CONSILIA_ANSWERABILITY"):
        read_model(tmp_path / "none.json")


def test_coefficients_are_not_used_with_another_entailment_model(flumbosis_kb, tmp_path):
    path = str(coefficients(tmp_path / "own.json"))
    for other in ("", "acme/other"):
        with pytest.raises(SettingsError, match="acme/reader"):
            Assistant.open(
                flumbosis_kb,
                Settings(entailment=other, answerability=path),
                embedder=HashEmbedder(),
            )


def test_the_manifest_tells_other_coefficients_apart_by_their_content(tmp_path):
    one = read_model(coefficients(tmp_path / "one.json")).digest
    same = read_model(coefficients(tmp_path / "same.json")).digest
    other = read_model(coefficients(tmp_path / "other.json", intercept=-4.0)).digest

    assert one == same != other
    assert Settings().digest("", one) != Settings().digest("", other) != Settings().digest()


def test_what_is_learnt_with_an_entailment_model_weighs_it_and_names_it(flumbosis_kb, tmp_path):
    facts = {"L01.1": SimpleNamespace(kind="label")}
    asked = {"Can zelvoprine cause marbling of the spleen?": "answerable"} | dict.fromkeys(
        ("How long does zelvoprine shorten flumbosis?", "Who is referred with flumbosis?"),
        "abstain",
    )
    cases = [
        Case(
            id=f"V{part}{n}",
            type=type_,
            question=question,
            fact_ids=["L01.1"] if type_ == "answerable" else [],
            split="dev",
        )
        for part in "AB"
        for n, (question, type_) in enumerate(asked.items())
    ]
    models = Models(HashEmbedder(), Reader("marbling"), "acme/reader", shipped_model())

    with pytest.raises(SettingsError, match="--out"):
        calibrate(cases, facts, flumbosis_kb, None, models)
    calibrate(cases, facts, flumbosis_kb, tmp_path / "own.json", models)
    learnt = read_model(tmp_path / "own.json")

    assert learnt.entailment == "acme/reader"
    assert dict(learnt.weights)["entailed"] > 0
    assert [known.risk for known in learnt.points] == list(RISKS)

    plain = Models(HashEmbedder(), None, "", shipped_model())
    calibrate(cases, facts, flumbosis_kb, tmp_path / "plain.json", plain)
    assert "entailed" not in dict(read_model(tmp_path / "plain.json").weights)


# --- measuring it


def test_nothing_is_learnt_from_the_test_half(capsys):
    assert main(["calibrate", str(TEST)]) == 2
    assert "test half" in capsys.readouterr().err


def test_the_curves_are_drawn_as_a_picture():
    curve = Curve.of("a < b", [(0.9, True), (0.5, False), (0.1, True)])
    drawn = ElementTree.fromstring(risk_coverage([curve]))

    assert curve.points == ((1 / 3, 0.0), (2 / 3, 0.5), (1.0, 1 / 3))
    assert any(text.text == "a < b" for text in drawn.iter("{http://www.w3.org/2000/svg}text"))


def test_no_words_of_the_test_half_stand_in_code_or_data():
    questions = [
        json.loads(line).get("question", "") for line in TEST.read_text("utf-8").splitlines()
    ]
    root = TEST.parents[2]
    texts = [
        path.read_text("utf-8").casefold()
        for folder in ("src", "ingest")
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".json", ".txt", ".csv"}
    ]
    texts.append((root / "kb" / "glossary.csv").read_text("utf-8").casefold())
    long = [question.casefold().strip("?. ") for question in questions if len(question) > 24]
    assert len(long) > 300
    assert not [question for question in long if any(question in text for text in texts)]
