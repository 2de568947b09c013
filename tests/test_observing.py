"""Watching the way to an answer: its stages and how sure it is, without changing it."""

import json
import time
from threading import Thread

import pytest

from consilia import Assistant
from consilia.answerability import shipped_model
from consilia.ingestion import Ingestion
from consilia.observing import observing, stage, weighed
from consilia.settings import read_settings
from consilia.testing import HashEmbedder, ScriptedModel

STAGES = ["screen", "understand", "retrieve", "select", "compose", "seal"]
TALKATIVE = read_settings(risk=max(point.risk for point in shipped_model().points))


def test_a_stage_is_told_without_those_within_it():
    with observing() as seen:
        with stage("select"):
            time.sleep(0.01)
            with stage("retrieve"):
                time.sleep(0.05)
            with stage("retrieve"):
                time.sleep(0.05)
        with stage("compose"):
            pass
    assert list(seen.seconds) == ["retrieve", "select", "compose"]
    assert 0.01 <= seen.seconds["select"] < 0.1 <= seen.seconds["retrieve"]
    assert seen.seconds["compose"] < 0.01


def test_a_stage_that_fails_is_told_too():
    with observing() as seen:
        with pytest.raises(KeyError), stage("select"), stage("retrieve"):
            raise KeyError
        with stage("select"):
            pass
    assert list(seen.seconds) == ["retrieve", "select"]


def test_nothing_is_kept_where_nobody_observes_nor_in_another_thread():
    with stage("seal"):
        weighed({"label": 1.0})

    def other():
        with stage("seal"):
            weighed({"label": 1.0})

    with observing() as seen:
        thread = Thread(target=other)
        thread.start()
        thread.join()
    assert (seen.seconds, seen.odds) == ({}, {})


def test_of_two_that_observe_the_inner_one_sees():
    with observing() as outer:
        with observing() as inner, stage("seal"):
            weighed({"label": 1.0})
        with stage("compose"):
            pass
    assert (list(inner.seconds), inner.odds) == (["seal"], {"label": 1.0})
    assert (list(outer.seconds), outer.odds) == (["compose"], {})


def test_the_stages_of_an_answer_are_its_time_and_do_not_change_it(assistant):
    question = "What is the approach to managing fasciculations?"
    unseen = assistant.ask(question).to_json()
    with observing() as seen:
        begun = time.perf_counter()
        answer = assistant.ask(question)
        taken = time.perf_counter() - begun
    assert answer.to_json() == unseen
    assert list(seen.seconds) == STAGES
    assert 0.8 * taken < sum(seen.seconds.values()) <= taken
    assert seen.odds.keys() == {"guidelines", "label", "research"}


def test_a_question_that_ends_before_the_search_has_no_odds(assistant):
    with observing() as seen:
        assert assistant.ask("Что такое фасцикуляции?").status == "abstained"
    assert list(seen.seconds) == ["screen", "understand", "seal"]
    assert seen.odds == {}


def test_a_draft_of_a_model_is_a_stage_and_the_gates_within_it(tmp_path, write_document):
    study = {"evidence_type": "randomised controlled trial"}
    paths = [
        write_document("one", "Zelvoprine shortened flumbosis in 30 adults.", **study),
        write_document("two", "Zelvoprine eased flumbosis in 90 adults.", **study),
    ]
    Ingestion(tmp_path / "kb", HashEmbedder).add(paths)
    said = (
        "Zelvoprine shortened flumbosis in 30 adults, and zelvoprine eased flumbosis in 90 adults."
    )
    told = {"section": "research", "sentences": [1, 2], "text": said}
    model = ScriptedModel(json.dumps({"claims": [told | {"heading": "", "headline": False}]}))
    with (
        Assistant.open(
            tmp_path / "kb", settings=TALKATIVE, embedder=HashEmbedder(), model=model
        ) as assistant,
        observing() as seen,
    ):
        answer = assistant.ask("Does zelvoprine help in flumbosis?")
    assert [claim.form for claim in answer.claims] == ["paraphrase"]
    assert list(seen.seconds) == [*STAGES[:4], "draft", "gates", *STAGES[4:]]
    assert seen.seconds["gates"] > 0
