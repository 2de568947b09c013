"""When a section speaks: shorthand and typing errors read right, units asked, points of silence."""

import json
import re
from xml.etree import ElementTree

import pytest

from consilia import Assistant
from consilia.answerability import Found, log_odds, point, shipped_model, signs
from consilia.errors import SettingsError
from consilia.glossary import Glossary
from consilia.quantities import asked_units, states_unit
from consilia.question import understand
from consilia.relevance import Features
from consilia.settings import Settings
from consilia.spelling import one_edit_away, repaired, repairs
from consilia.testing import HashEmbedder
from eval.__main__ import main
from eval.cases import TEST
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
    assert point(None).risk == shipped_model().default


def test_a_risk_that_was_not_measured_is_refused():
    with pytest.raises(SettingsError, match=re.escape("0.1, 0.15")):
        point(0.123)


def test_an_assistant_with_an_unmeasured_risk_does_not_open(assistant):
    with pytest.raises(SettingsError, match="CONSILIA_RISK"):
        Assistant.open(assistant._kb.home, Settings(risk=0.99), embedder=HashEmbedder())


def test_the_manifest_tells_which_point_was_used():
    assert Settings(risk=0.1).digest() != Settings().digest()


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
