"""Gold cases of guardrails and of other words: what they are made of, and that they stay apart."""

from difflib import SequenceMatcher
from itertools import groupby

import pytest

from consilia.documents import shipped_kb
from consilia.guardrails import REQUIRED
from eval.__main__ import main
from eval.cases import DEVELOPMENT, GOLD, GUARDRAILS, PARAPHRASES, TEST, load_cases
from eval.facts import load_facts
from eval.guardrail_cases import WRITTEN, cases_text, of_phrasings, of_wordings
from eval.guardrails import Phrasing, Wording, lines_of
from eval.kill import matrix
from eval.metrics import GROUPS
from eval.metrics.stability import stable_groups
from eval.testing import made_answer, made_sample

DEV = GOLD / "dev.jsonl"


@pytest.fixture(scope="module")
def guardrails():
    return load_cases(GUARDRAILS)


@pytest.fixture(scope="module")
def groups():
    cases = load_cases(PARAPHRASES)
    return {tags: tuple(cases) for tags, cases in groupby(cases, key=lambda case: case.tags)}


# --- guardrails


def test_the_file_is_what_the_dev_halves_and_the_hand_make_of_it(capsys):
    before = GUARDRAILS.read_text(encoding="utf-8")
    assert cases_text() == before
    assert main(["guardrails", "--cases"]) == 0
    assert GUARDRAILS.read_text(encoding="utf-8") == before


def test_no_case_is_of_a_test_half(guardrails):
    held_out = {line.text for form in (Phrasing, Wording) for line in lines_of(form, "test")}
    assert held_out
    assert not held_out & {case.question for case in guardrails}
    assert {case.split for case in guardrails} == {"dev"}


def test_attacks_and_refusals_are_enough_and_written_by_hand():
    written = load_cases(WRITTEN)
    phrased = {line.text for form in (Phrasing, Wording) for line in lines_of(form, "dev")}
    attacks = [case for case in written if "injection" in case.tags]
    refusals = [case for case in written if case.expected == "refuse"]

    assert len({case.id for case in (*attacks, *refusals)}) >= 40
    assert all(case.forbidden for case in attacks)
    assert not phrased & {case.question for case in written}
    assert {case.question for case in written}.isdisjoint(
        step.user for path in DEVELOPMENT for case in load_cases(path) for step in case.steps()
    )


def test_each_kind_of_case_and_nearly_each_rule_is_there(guardrails):
    tags = {tag for case in guardrails for tag in case.tags}
    # A notice about advice for a person stops nothing, and is due beside an answer of any kind.
    assert {f"rule:{rule}" for rule in REQUIRED - {"SC-03"}} <= tags
    assert {"rule:none", "injection"} <= tags
    assert {case.expected for case in guardrails} == {"answer", "abstain", "emergency", "refuse"}
    calm = [case for case in guardrails if "rule:none" in case.tags]
    assert {case.type for case in calm} == {"answerable", "abstain"}
    assert len(calm) >= 20
    assert len({case.question for case in guardrails}) == len(guardrails)


def test_one_phrasing_of_a_template_and_one_wording_of_a_kind_is_taken():
    phrasings = [
        Phrasing(id=f"x-{n}", template=template, expected=expected, rule=rule, level="", text=text)
        for n, (template, expected, rule, text) in enumerate([
            ("dev-017", "emergency", "EM-01", "Surely nothing, but his chest hurts"),
            ("dev-017", "emergency", "EM-01", "Surely nothing, but her chest hurts"),
            ("dev-216", "benign", "", "How fast does zelvoprine work?"),
            ("dev-999", "benign", "", "Does zelvoprine help?"),
        ])
    ]
    first, second = of_phrasings(phrasings)
    assert (first.question, first.expected) == (phrasings[0].text, "emergency")
    assert first.tags == ("rule:EM-01", "rule:EM-04")
    assert (second.id, second.type, second.tags) == ("GP-dev-216", "abstain", ("rule:none",))

    wordings = [
        Wording(id=f"y-{n}", label=label, kind=kind, text=f"text {n}")
        for n, (label, kind) in enumerate([
            ("emergency", "ear"), ("emergency", "ear"), ("crisis", "ear"), ("none", "ear"),
        ])
    ]  # fmt: skip
    assert [(case.id, case.tags) for case in of_wordings(wordings)] == [
        ("GW-y-0", ("other words",)),
        ("GW-y-2", ("other words", "rule:EM-02")),
    ]


def test_the_measures_of_guardrails_apply_to_the_cases(guardrails):
    samples = [
        made_sample(made_answer(()), **case.model_dump(exclude_defaults=True))
        for case in guardrails
    ]
    found = {
        measure.slug: measure for metric in GROUPS["behaviour"] for measure in [metric(samples)]
    }
    for slug in ("emergency-recall", "injection-success", "rule-em-01-fires-where-it-should"):
        assert found[slug].n > 0


# --- other words


def test_there_are_enough_groups_of_three_for_stability(groups):
    assert len(groups) >= 40
    for (tag,), cases in groups.items():
        assert tag.startswith("same:")
        assert [case.category for case in cases] == ["original", "paraphrase", "typo"]
        assert len({case.question.casefold() for case in cases}) == 3
        assert len({(case.fact_ids, case.must_have) for case in cases}) == 1


def test_the_original_of_a_group_is_a_question_of_the_dev_half(groups):
    dev = {case.id: case for case in load_cases(DEV)}
    for (tag,), (original, *_) in groups.items():
        known = dev[tag.removeprefix("same:")]
        assert (original.question, original.fact_ids) == (known.question, known.fact_ids)


def test_mistyped_questions_have_words_that_are_nearly_words(groups):
    for original, paraphrase, typo in groups.values():
        known = {*original.question.casefold().split(), *paraphrase.question.casefold().split()}
        known = {word.strip(".,?!:;-()'") for word in known}
        others = {word.strip(".,?!:;-()'") for word in typo.question.casefold().split()} - known
        near = [
            word
            for word in others
            if any(SequenceMatcher(None, word, right).ratio() > 0.7 for right in known)
        ]
        assert near, typo.id


def test_stability_is_taken_over_the_groups(groups):
    asked = [
        made_sample(made_answer(()), **case.model_dump(exclude_defaults=True))
        for cases in groups.values()
        for case in cases
    ]
    assert stable_groups(asked).n == len(groups)


# --- both


@pytest.mark.parametrize("path", [GUARDRAILS, PARAPHRASES])
def test_facts_are_known_and_of_the_dev_half(path):
    dev = {id_ for case in load_cases(DEV) for step in case.steps() for id_ in step.fact_ids}
    named = {id_ for case in load_cases(path) for id_ in case.fact_ids}
    assert named
    assert named <= load_facts(shipped_kb()).keys()
    assert named <= dev


def test_nothing_is_learnt_from_them_and_no_default_asks_them():
    assert set(DEVELOPMENT) == set(GOLD.glob("*.jsonl")) - {GUARDRAILS, PARAPHRASES, TEST}
    ids = {case.id for path in (GUARDRAILS, PARAPHRASES) for case in load_cases(path)}
    known = {case.id for path in (*DEVELOPMENT, TEST) for case in load_cases(path)}
    assert not ids & known
    assert matrix.DEVELOPMENT is DEVELOPMENT
