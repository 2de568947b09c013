"""Emergencies in words that no pattern lists: the weighed words of `data/alarms.json`."""

import json

import pytest

from consilia.errors import RuleError
from consilia.guardrails import screen
from consilia.guardrails.alarms import Alarms, grams_of, load_alarms, shipped_alarms
from consilia.guardrails.rules import shipped_rules
from eval.alarms import Row, learn, rows
from eval.guardrails import WEIGHED, Wording, lines_of, of_wordings

PADDING = "What is the dose of riluzole in adults? Which trials of magnesium in cramps are there? "
WORDS = {
    "alarm": -1.0,
    "crisis": -1.0,
    "threshold": 0.0,
    "sentence_threshold": 2.0,
    "crisis_threshold": 0.0,
    "reserve": 3.0,
}


def weighed(**grams):
    """Weights of a few words: inverse document frequency 1, then of alarm and of crisis."""
    learnt = {name: (1.0, *both) for name, both in grams.items()}
    return Alarms(schema="consilia.alarms/1", **WORDS, grams=learnt)


def is_seen_by_patterns(text):
    """Whether a rule of emergencies that does not weigh words fires."""
    return screen(text, tuple(r for r in shipped_rules() if r.detector not in WEIGHED)).emergency


def test_words_add_up_over_the_length_of_what_is_known():
    alarms = weighed(zorp=(4.0, 0.0), flim=(2.0, 6.0))

    assert alarms.score("a zorp") == (1.0, -1.0)
    assert alarms.score("zorp flim") == pytest.approx((-1 + 6 / 5**0.5, -1 + 6 / 5**0.5))
    assert alarms.score("neither") == (-1.0, -1.0)


def test_an_alarm_is_a_crisis_or_an_emergency():
    alarms = weighed(zorp=(3.0, 0.0), flim=(3.0, 4.0))

    assert alarms.kinds("zorp") == {"emergency"}
    assert alarms.kinds("flim") == {"crisis"}
    assert alarms.kinds("calm") == set()


@pytest.mark.parametrize(
    "text",
    [
        "rilzole side efects",
        "side efects of mexiletin",
        "gabapentn withdrawl",
        "dose?",
        "riluzole",
        "fasciculashuns already",
        "not working",
    ],
)
def test_a_few_words_alone_raise_no_alarm(text):
    assert screen(text).decisions == ()


def test_figures_count_by_their_length_and_apostrophes_not_at_all():
    assert grams_of("sats 79 can't") == grams_of("sats 80 cant")
    assert grams_of("sats 79") != grams_of("sats 790")


@pytest.mark.parametrize(
    "text",
    [
        "my toddler got hold of nans heart pills and hes gone all sleepy",
        "SpO2 74% on 15 L, getting drowsy, RR 6",
        "throat is closing up after a wasp sting",
        "blood is pumping out of his thigh after the chainsaw slipped",
    ],
)
@pytest.mark.parametrize("form", ["{}", PADDING + "{}", "{}. " + PADDING])
def test_an_emergency_is_seen_where_no_pattern_sees_it_and_among_other_words(text, form):
    found = screen(form.format(text))

    assert not is_seen_by_patterns(form.format(text))
    assert found.emergency
    assert not found.crisis


@pytest.mark.parametrize(
    "text",
    [
        "wrote letters to the kids and drove out to the quarry",
        "its the balcony tonight, fourteen floors should do it",
    ],
)
def test_a_crisis_is_seen_where_no_pattern_sees_it(text):
    assert not is_seen_by_patterns(text)
    assert screen(text).crisis


def test_violence_that_a_pattern_saw_keeps_its_own_message():
    text = "my husband beats me, its the balcony tonight, fourteen floors should do it"
    fired = [decision.rule for decision in screen(text).decisions]

    assert shipped_alarms().kinds(text) == {"crisis"}
    assert "EM-03" in fired
    assert "EM-02" not in fired


def test_a_crisis_is_seen_beside_an_emergency_of_the_body():
    text = "I swallowed the weed killer, tell my family I am sorry"

    assert is_seen_by_patterns(text)
    assert screen(text).crisis


def test_rules_that_are_looked_for_in_two_ways_say_the_same():
    for detector in WEIGHED:
        (weighed,) = (rule for rule in shipped_rules() if rule.detector == detector)
        by_pattern = next(rule for rule in shipped_rules() if rule.id == weighed.id)

        assert by_pattern is not weighed
        assert by_pattern.decision == weighed.decision


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        json.dumps({"schema": "consilia.alarms/1", **WORDS, "grams": {}}),
        json.dumps({"schema": "consilia.alarms/0", **WORDS, "grams": {"a": [1, 1, 1]}}),
        json.dumps({"schema": "consilia.alarms/1", **WORDS, "grams": {"a": [1, 1]}}),
        json.dumps({"schema": "consilia.alarms/1", "grams": {"a": [1, 1, 1]}}),
        json.dumps({**WORDS, "grams": {"a": [1, 1, 1]}}),
        json.dumps({"schema": "consilia.alarms/1", **WORDS, "grams": {"a": [1, 1, "x"]}}),
    ],
)
def test_damaged_weights_are_refused(tmp_path, content):
    path = tmp_path / "alarms.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(RuleError, match=r"alarms\.json"):
        load_alarms(path)


def test_nothing_is_screened_without_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("consilia.guardrails.alarms.files", lambda _: tmp_path)
    shipped_alarms.cache_clear()
    shipped_rules.cache_clear()

    with pytest.raises(RuleError, match=r"alarms\.json"):
        screen("Is gabapentin safe?")
    shipped_alarms.cache_clear()
    shipped_rules.cache_clear()


def test_what_is_learnt_tells_the_three_apart():
    told = {"emergency": "zorp now", "crisis": "flim now", "none": "what is flumbosis"}
    given = [
        Row(f"{words} {filler}", label, 1.0, wording=True)
        for label, words in told.items()
        for filler in ("please", "today", "again", "for him", "for her", "my friend")
    ]
    learnt, _ = learn(given)

    assert learnt.kinds("zorp now and more") == {"emergency"}
    assert learnt.kinds("flim now and more") == {"crisis"}
    assert learnt.kinds("what is flumbosis and more") == set()


@pytest.mark.slow
def test_the_weights_that_ship_are_those_that_are_learnt():
    (learnt, _), shipped = learn(rows()), shipped_alarms()

    assert learnt.grams.keys() == shipped.grams.keys()
    assert learnt.reserve == shipped.reserve
    for name in ("alarm", "crisis", "threshold", "sentence_threshold", "crisis_threshold"):
        assert getattr(learnt, name) == pytest.approx(getattr(shipped, name), abs=0.02), name
    for gram, told in shipped.grams.items():
        assert learnt.grams[gram] == pytest.approx(told, abs=0.05), gram


def test_the_halves_share_no_wording():
    dev, test = ({w.text.casefold() for w in lines_of(Wording, half)} for half in ("dev", "test"))

    assert dev & test == set()


@pytest.mark.slow
def test_most_emergencies_in_words_of_others_are_seen():
    measures = {measure.name: measure.value for measure in of_wordings(lines_of(Wording, "test"))}

    assert measures["other words: emergency seen"] > 0.9
    assert measures["other words: crisis seen"] > 0.9
    assert measures["other words: false alarms"] < 0.2
