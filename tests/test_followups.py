"""Follow-up questions stand alone: what they leave out comes from the question before."""

import pytest

from consilia.followups import resolve

RILUZOLE = "What is the recommended dose of riluzole?"
CHILD = "What is the pralidoxime dose in children?"
SAFETY = "Is quinine safe in pregnancy?"
MAGNESIUM = "Does magnesium help leg cramps in older adults?"
REFERRAL = "When should an adult with isolated fasciculations be referred?"


@pytest.fixture
def ask(assistant):
    """Return a function that asks one question after another and returns the last answer."""

    def asked(*questions):
        history = []
        for question in questions:
            history.append(assistant.ask(question, history=history))
        return history[-1]

    return asked


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        (RILUZOLE, "Does it prolong survival?", "Does riluzole prolong survival?"),
        (RILUZOLE, "What are its contraindications?", "What are riluzole contraindications?"),
        (RILUZOLE, "What about quinine?", "What is the recommended dose of quinine?"),
        (RILUZOLE, "How about edaravone?", "What is the recommended dose of edaravone?"),
        (RILUZOLE, "And what about edaravone?", "What is the recommended dose of edaravone?"),
        (CHILD, "And atropine?", "What is the atropine dose in children?"),
        (CHILD, "in adults?", "What is the pralidoxime dose in adults?"),
        (CHILD, "And in a six-year-old?", "What is the pralidoxime dose in a six-year-old?"),
        (SAFETY, "What about magnesium?", "Is magnesium safe in pregnancy?"),
        (SAFETY, "And while breastfeeding?", "Is quinine safe in breastfeeding?"),
        (MAGNESIUM, "Or naftidrofuryl?", "Does naftidrofuryl help leg cramps in older adults?"),
        (MAGNESIUM, "And tremor?", "Does magnesium help tremor in older adults?"),
    ],
)
def test_a_pronoun_or_what_about_is_understood_from_the_question_before(
    ask, before, question, standalone
):
    answer = ask(before, question)

    assert answer.question == question
    assert answer.standalone_question == standalone
    assert standalone in next(n.text for n in answer.notices if n.code == "interpreted")


def test_the_resolved_question_gets_the_answer_of_the_whole_one(ask):
    followed = ask(RILUZOLE, "What about edaravone?")
    asked = ask("What is the recommended dose of edaravone?")
    assert followed.claims == asked.claims


def test_a_drug_is_carried_over_more_than_one_question(ask):
    answer = ask(RILUZOLE, "What are its contraindications?", "Does it prolong survival?")
    assert answer.standalone_question == "Does riluzole prolong survival?"


def test_a_named_group_takes_the_place_of_the_one_before(ask):
    answer = ask(REFERRAL, "What about children?")
    assert "child" in answer.standalone_question
    assert "adult" not in answer.standalone_question
    assert answer.status == "abstained"


@pytest.mark.parametrize("question", ["And in children?", "What about a 3-year-old?"])
def test_a_group_that_is_added_counts(ask, question):
    answer = ask(RILUZOLE, question)
    assert "riluzole" in answer.standalone_question
    assert answer.status == "abstained"
    assert any("child" in section.abstention.reason for section in answer.sections)


@pytest.mark.parametrize(
    "question", ["What is its dose?", "How is it treated?", "Is that one safe?"]
)
def test_a_pronoun_that_nothing_explains_is_asked_back(ask, question):
    answer = ask(question)

    assert answer.status == "abstained"
    assert answer.claims == ()
    for section in answer.sections:
        assert "It is not clear what" in section.abstention.reason


@pytest.mark.parametrize(
    "question",
    [
        RILUZOLE,
        "Side effects of riluzole?",
        "twitching",
        "Is quinine effective for muscle cramps?",
        "When should an adult with tics be referred?",
        "Is it true that gabapentin helps fasciculations?",
    ],
)
def test_a_whole_question_stays_as_it_is(assistant, ask, question):
    assert resolve(question, (), assistant.glossary).text == question
    assert ask(REFERRAL, question).standalone_question == question


def test_a_drug_that_no_source_knows_is_not_taken_for_the_one_before(ask):
    answer = ask(RILUZOLE, "What is the recommended dose of zelvoprine?")
    assert "riluzole" not in answer.standalone_question
    assert answer.status == "abstained"


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        (CHILD, "Side effects?", "Side effects (pralidoxime, children)?"),
        (CHILD, "What is its half-life?", "What is pralidoxime half-life (children)?"),
        (CHILD, "ECG needed?", "ECG needed (pralidoxime, children)?"),
        (CHILD, "What about zelvoprine?", f"{CHILD[:-1]} (zelvoprine)?"),
        (CHILD, "And with kidney failure?", f"{CHILD[:-1]} (kidney failure)?"),
        (CHILD, "She takes digoxin", f"{CHILD[:-1]}, She takes digoxin"),
        (REFERRAL, "What causes them?", "What causes fasciculations (adult)?"),
    ],
)
def test_nothing_of_the_question_before_is_lost(ask, before, question, standalone):
    assert ask(before, question).standalone_question == standalone


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Side effects?", "side effects"),
        ("What are the contraindications?", "contraindications"),
        ("And the maximum dose?", "maximum dose"),
        ("in pregnancy?", "pregnancy"),
    ],
)
def test_an_attribute_of_nothing_is_asked_back(ask, question, word):
    answer = ask(question)
    assert answer.status == "abstained"
    assert all(f"“{word}”" in section.abstention.reason for section in answer.sections)


def test_an_emergency_is_never_rewritten(ask):
    answer = ask(RILUZOLE, "He took them all and cannot breathe")
    assert answer.status == "emergency"
    assert answer.standalone_question == answer.question


def test_an_abstention_can_be_followed_up(ask):
    answer = ask("What is the dose of zelvoprine?", "What about riluzole?")
    assert "riluzole" in answer.standalone_question
