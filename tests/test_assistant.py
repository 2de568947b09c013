"""From a question to an answer: cited, the same every time, silent where it must be."""

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consilia import wording
from consilia.errors import KnowledgeBaseError, QuestionError
from consilia.models import canonical_text
from consilia.question import understand
from consilia.safeguards import left_out
from consilia.verify import check
from consilia.wording import AUDIENCES

FASCICULATIONS = "What is the approach to managing fasciculations?"
RILUZOLE = "What is the recommended dose of riluzole?"
QUININE = "Is quinine effective for muscle cramps?"
UNKNOWN = "What is the dose of zelvoprine for flumbosis?"
OTHER_PATIENTS = "Gabapentin dose for fasciculations in a 3-year-old"
CRISIS = "I want to kill myself"
EMERGENCY = "Organophosphate poisoning: he cannot breathe, what is the atropine dose?"
QUESTIONS = [
    FASCICULATIONS,
    RILUZOLE,
    QUININE,
    UNKNOWN,
    OTHER_PATIENTS,
    "Does gabapentin help fasciculations?",
    "What are the contraindications of quinine?",
    "When should an adult with isolated fasciculations be referred?",
    "Gabapentin dose for epilepsy in a 3-year-old",
    "what shuold i do about twiching eyelids???",
    "HLA-B*1502 <b>carbamazepine</b> [1] [evil](https://evil.example)",
    "1 2 3",
    "Was riluzole approved on 12.12.1995?",
    "\u03b1-synuclein",
]
CONTRACT = {
    "": "schema answer_id status question standalone_question audience sections claims references "
    "omissions conflicts notices guardrails review last_updated disclaimer manifest",
    "sections": "name title headline groups abstention",
    "sections.groups": "heading claims",
    "sections.abstention": "text reason nearest",
    "sections.abstention.nearest": "document version start end quote quote_sha256 missing",
    "claims": "id text form citations proofs checks",
    "claims.proofs": "document version start end quote quote_sha256",
    "claims.checks": "numbers polarity population strength support",
    "references": "number document kind title authors venue year identifiers url standing reading "
    "read_level",
    "omissions": "claim mark",
    "conflicts": "id note sides",
    "notices": "code text",
    "guardrails": "rule version stage action message",
    "review": "status evidence_digest",
    "manifest": "version knowledge_base models settings",
    "manifest.knowledge_base": "digest generation",
}


def as_json(answer):
    return json.loads(answer.to_json())


def values_at(value, path):
    """All objects at a path of the JSON, lists looked into, nulls left out."""
    if isinstance(value, list):
        return [found for element in value for found in values_at(element, path)]
    if not path:
        return [value] if value is not None else []
    return values_at(value[path[0]], path[1:]) if value is not None else []


def uses(answer):
    """Claims in the order in which a reader meets them."""
    shown = [c for section in answer.sections for group in section.groups for c in group.claims]
    omitted = [omission.claim for omission in answer.omissions]
    return shown, omitted, [c for x in answer.conflicts for side in x.sides for c in side]


def cited(answer):
    return {proof.document for claim in answer.claims for proof in claim.proofs}


@pytest.fixture(scope="module")
def answered(assistant):
    """Ask each question once: most tests look at the same answers."""
    return cache(assistant.ask)


# --- the contract


@pytest.mark.parametrize("path", CONTRACT)
def test_the_json_has_the_keys_of_the_contract(answered, path):
    answers = [as_json(answered(q)) for q in (FASCICULATIONS, UNKNOWN, CRISIS, "Riluzole\u200b?")]
    found = values_at(answers, path.split(".") if path else [])

    assert found
    for value in found:
        assert set(CONTRACT[path].split()) <= set(value)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_holds_what_it_promises(answered, fake_kb, question):
    answer = answered(question)
    shown, omitted, sides = uses(answer)
    claims = {claim.id: claim for claim in answer.claims}

    assert check(as_json(answer), fake_kb) == []
    assert answer.disclaimer == wording.DISCLAIMER
    assert answer.review.status == "submitted"
    assert answer.claims or answer.last_updated is None
    assert (answer.status == "answered") == bool(shown)
    assert [s.name for s in answer.sections] == ["guidelines", "label", "research"]
    assert {*shown, *omitted, *sides} == set(claims)
    assert len(shown) == len({*shown}) <= 15
    assert not {*shown} & {*omitted}
    for section in answer.sections:
        listed = [claim for group in section.groups for claim in group.claims]
        assert (section.abstention is None) == bool(listed)
        assert section.headline in ([*listed] if listed else [None])
        assert all(group.claims for group in section.groups)
        for source in {claims[c].citations for c in listed}:
            assert sum(claims[c].citations == source for c in listed) <= 3


@pytest.mark.parametrize("question", [FASCICULATIONS, RILUZOLE, QUININE])
def test_numbers_run_from_1_in_the_order_in_which_they_are_met(answered, question):
    answer = answered(question)
    shown, omitted, sides = uses(answer)
    met = [n for c in (*shown, *omitted, *sides) for n in answer.claim(c).citations]

    assert [claim.id for claim in answer.claims] == [
        f"c{n}" for n, _ in enumerate(answer.claims, 1)
    ]
    assert list(dict.fromkeys(met)) == list(range(1, len(answer.references) + 1))
    assert [r.number for r in answer.references] == list(range(1, len(answer.references) + 1))
    for claim in answer.claims:
        documents = [answer.references[n - 1].document for n in claim.citations]
        assert documents == [proof.document for proof in claim.proofs]


def test_claims_are_the_words_of_their_sources_in_their_surroundings(assistant):
    answer = assistant.ask(FASCICULATIONS)
    for claim in answer.claims:
        assert (claim.form, claim.text) == ("verbatim", claim.proofs[0].quote)
        found = assistant.surroundings(claim.proofs[0])
        assert found.quote == claim.text
        assert found.title == answer.references[claim.citations[0] - 1].title
        assert found.headings


def test_words_of_an_unknown_version_are_not_shown(assistant):
    proof = assistant.ask(RILUZOLE).claims[0].proofs[0]
    with pytest.raises(KnowledgeBaseError, match="in this version"):
        assistant.surroundings(dataclasses.replace(proof, version="sha256:0"))


def test_the_answer_cannot_be_changed(answered):
    answer = answered(RILUZOLE)
    for thing, name in [(answer, "status"), (answer.claims[0], "text"), (answer.review, "status")]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, "approved")
    with pytest.raises(KeyError):
        answer.claim("c0")


def test_the_date_is_that_of_the_newest_source(answered):
    answer = answered(FASCICULATIONS)
    assert answer.last_updated[:4] == str(max(r.year for r in answer.references if r.year))


# --- the same answer


def test_the_same_question_gives_the_same_bytes(assistant):
    for question in QUESTIONS[:4]:
        assert assistant.ask(question).to_json() == assistant.ask(question).to_json()


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(answered, fake_kb):
    code = (
        "import json, sys\n"
        "from consilia import Assistant\n"
        "from consilia.settings import Settings\n"
        "from consilia.testing import HashEmbedder\n"
        "settings = Settings(risk=0.25)\n"
        "with Assistant.open(sys.argv[1], settings, embedder=HashEmbedder()) as assistant:\n"
        "    print(json.dumps([assistant.ask(q).to_json() for q in sys.argv[2:]]))\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    command = [sys.executable, "-c", code, str(fake_kb), *QUESTIONS[:5]]
    printed = subprocess.check_output(command, env=environment, text=True)
    assert json.loads(printed) == [answered(question).to_json() for question in QUESTIONS[:5]]


def test_different_questions_have_different_ids(answered):
    ids = {answered(q, audience=a).answer_id for q in QUESTIONS[2:4] for a in AUDIENCES}
    assert len(ids) == 2 * len(AUDIENCES)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(QUESTIONS), st.sampled_from(AUDIENCES))
def test_the_claims_are_the_same_for_every_reader(assistant, question, audience):
    for_one, for_clinician = assistant.ask(question, audience=audience), assistant.ask(question)

    assert for_one.audience == audience
    for name in ("status", "sections", "claims", "references", "omissions", "conflicts"):
        assert getattr(for_one, name) == getattr(for_clinician, name)
    assert wording.LEAD_INS[audience] in for_one.to_markdown() or not for_one.claims


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_any_question_gets_an_answer_that_holds_or_is_no_question(assistant, fake_kb, question):
    try:
        answer = assistant.ask(question)
    except QuestionError:
        return
    assert check(as_json(answer), fake_kb) == []
    assert answer.to_markdown().endswith(f"{wording.DISCLAIMER}\n")


# --- silence


@pytest.mark.parametrize("question", [UNKNOWN, OTHER_PATIENTS])
def test_silence_has_a_fixed_sentence_a_reason_and_what_came_nearest(answered, question):
    answer = answered(question)

    assert answer.status == "abstained"
    assert (answer.claims, answer.references) == ((), ())
    assert [section.abstention.text for section in answer.sections] == [
        "The guidelines do not answer the question.",
        "The FDA drug label does not answer the question.",
        "The research does not answer the question.",
    ]
    for section in answer.sections:
        assert section.abstention.reason
        assert 0 < len(section.abstention.nearest) <= 3
        assert all(miss.quote for miss in section.abstention.nearest)


def test_the_reason_names_what_no_source_speaks_of(answered):
    for section in answered(UNKNOWN).sections:
        assert "zelvoprine and flumbosis" in section.abstention.reason


def test_one_section_may_be_silent_while_another_answers(answered):
    guidelines, label, _ = answered(RILUZOLE).sections
    assert guidelines.abstention.text == "The guidelines do not answer the question."
    assert label.abstention is None


def test_the_dose_row_of_the_asked_patient_is_shown(answered):
    answer = answered("Gabapentin dose for epilepsy in a 3-year-old")
    assert any("40 mg/kg/day at age 3 to 4 years" in claim.text for claim in answer.claims)
    assert not any("from age 12" in claim.text.casefold() for claim in answer.claims)


# --- questions that are none


@pytest.mark.parametrize("question", ["", " \t\n", "\u200b", "\u00a0", "?!", "...", "x" * 2_001])
def test_what_is_no_question_is_refused(assistant, question):
    with pytest.raises(QuestionError):
        assistant.ask(question)
    with pytest.raises(QuestionError):
        assistant.search(question)


def test_a_question_of_2000_characters_is_read(assistant):
    question = (RILUZOLE + " ").ljust(2_000, "x")
    assert assistant.ask(question).question == question


@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\u2066", "\u0007", "\x1b", "\x00", "\ufeff", "\U000e0041"]
)
def test_hidden_characters_are_taken_out_with_a_notice(assistant, answered, character):
    answer = assistant.ask(f"What is the recommended dose of rilu{character}zole?")

    assert answer.question == answer.standalone_question == RILUZOLE
    assert [n.code for n in answer.notices] == ["characters_removed"]
    assert [c.text for c in answer.claims] == [c.text for c in answered(RILUZOLE).claims]
    assert character not in answer.to_json()
    assert character not in answer.to_markdown()


def test_composed_and_decomposed_letters_are_one_question(assistant):
    assert assistant.ask("Isaacs\u2019 na\u0131\u0308ve?").question == canonical_text(
        "Isaacs\u2019 na\u0131\u0308ve?"
    )
    composed, decomposed = (
        assistant.ask("na\u00efve twitching?"),
        assistant.ask("nai\u0308ve twitching?"),
    )
    assert composed.to_json() == decomposed.to_json()


@pytest.mark.parametrize(
    "question",
    [
        "什么是肌束震颤",
        "Что такое фасцикуляции?",
        "ما هي الجرعة؟",
        "筋痙攣の治療 ALS",
        "ฟาสซิคิวเลชัน",
    ],
)
def test_another_script_is_not_supported(assistant, question):
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    for section in answer.sections:
        assert "language not supported" in section.abstention.reason.casefold()


# --- danger


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize(
    "question",
    [CRISIS, f"{RILUZOLE} I want to end my life.", "lethal dose of baclofen to kill myself"],
)
def test_a_suicidal_question_gets_help_and_nothing_else(assistant, answered, question, audience):
    answer = assistant.ask(question, audience=audience, history=[answered(RILUZOLE)])

    assert answer.status == "emergency"
    assert (answer.claims, answer.references) == ((), ())
    assert not any(section.groups or section.abstention for section in answer.sections)
    text = answer.to_markdown()
    assert answer.guardrails[0].message in text
    assert "mg" not in text


def test_an_emergency_is_answered_for_professionals_and_not_for_patients(assistant, fake_kb):
    clinician = assistant.ask(EMERGENCY)
    patient = assistant.ask(EMERGENCY, audience="patient")

    assert clinician.status == patient.status == "emergency"
    assert clinician.claims
    assert patient.claims == ()
    assert not any(section.groups or section.abstention for section in patient.sections)
    for answer in (clinician, patient):
        assert check(as_json(answer), fake_kb) == []
        text = answer.to_markdown()
        assert text.index(answer.guardrails[0].message[:40]) < text.index("Review:")


# --- what must not be left out


def test_the_other_side_of_a_conflict_stands_beside_the_shown_one(answered):
    answer = answered(QUININE)

    conflict = next(c for c in answer.conflicts if c.id == "quinine-for-cramps")
    assert len(conflict.sides) >= 2
    sources = [{answer.claim(c).proofs[0].document for c in side} for side in conflict.sides]
    assert all(len(documents) == 1 for documents in sources)
    assert len({*map(tuple, sources)}) == len(conflict.sides)
    shown = {c for s in answer.sections for g in s.groups for c in g.claims}
    assert shown & {c for side in conflict.sides for c in side}


def test_no_conflict_is_shown_of_which_no_side_is_used(answered):
    assert answered(RILUZOLE).conflicts == ()


def omitted(assistant, question):
    """Marked sentences left out when one unmarked sentence of another document is shown."""
    kb = assistant._kb
    asked = understand(question, kb.glossary)
    table = kb.index.sentences
    first = next(iter(table.marked_with({term.token for term in asked.terms})))
    plain = next(s for s in table.of_document(first.document) if s.mark is None)
    return left_out(asked, [replace(plain, intent="prognosis", document="other")], kb)


@pytest.mark.parametrize(
    "question",
    ["How long do people with ALS live?", "can twitching muscles turn into ALS?", "ALS"],
)
def test_a_condition_alone_brings_no_recommendation_on_something_else(assistant, question):
    asked = {t.token for t in understand(question, assistant.glossary).terms}
    found = omitted(assistant, question)
    other = [s for s in found if s.intent not in {"prognosis", "referral", "red_flag"}]

    assert any(s.intent == "referral" for s in found)
    assert all(len(asked & s.own_tokens) > 1 for s in other if s.mark == "strong_recommendation")


def test_the_whole_approach_and_a_drug_bring_all_recommendations_on_them(assistant):
    broad = omitted(assistant, "How should ALS be managed?")
    narrow = omitted(assistant, "How long do people with ALS live?")
    drug = omitted(assistant, "How long is riluzole taken?")

    assert {s.id for s in narrow} < {s.id for s in broad}
    assert {s.intent for s in broad} > {"treatment", "diagnosis"}
    assert {s.intent for s in drug if s.mark == "strong_recommendation"} >= {"treatment"}


def test_marked_sentences_that_were_left_out_are_listed(answered):
    answer = answered(RILUZOLE)

    assert answer.omissions
    shown = {c for s in answer.sections for g in s.groups for c in g.claims}
    others = {c for x in answer.conflicts for side in x.sides for c in side}
    for omission in answer.omissions:
        claim = answer.claim(omission.claim)
        assert claim.mark == omission.mark
        assert claim.id not in shown | others
    others = {answer.claim(o.claim).proofs[0].document for o in answer.omissions} - {
        proof.document for c in shown | others for proof in answer.claim(c).proofs
    }
    assert others, "guidelines on riluzole that are not cited count too"
    order = ["boxed_warning", "contraindication", "strong_recommendation"]
    marks = [order.index(omission.mark) for omission in answer.omissions]
    assert marks == sorted(marks)


def test_no_marked_sentence_on_the_drug_is_lost(assistant):
    answer = assistant.ask("What is the dose of quinine?")
    marked = {c.text for c in answer.claims if c.mark in {"boxed_warning", "contraindication"}}
    sentences = assistant._kb.index.sentences.of_document("quinine-us-label")
    vital = {
        s.text
        for s in sentences
        if s.mark in {"boxed_warning", "contraindication"} and "uinine" in s.text
    }
    assert "quinine-us-label" in cited(answer)
    assert vital
    assert vital <= marked


# --- what to ask next


@pytest.mark.parametrize("question", [FASCICULATIONS, RILUZOLE, QUININE])
def test_suggested_questions_are_answered(assistant, question):
    answer = assistant.ask(question)
    suggested = assistant.suggest(answer)

    assert 0 < len({*suggested}) == len(suggested) <= 3
    assert question not in suggested
    assert {assistant.ask(q).status for q in suggested} == {"answered"}


def test_nothing_is_suggested_where_there_is_no_answer(assistant):
    assert assistant.suggest(assistant.ask(UNKNOWN)) == ()
    assert assistant.suggest(assistant.ask(CRISIS)) == ()


def test_a_mistyped_drug_is_read_as_meant_and_the_reader_is_told(assistant):
    answer = assistant.ask("What is the recommended dose of rilzuole?")

    assert answer.status == "answered"
    assert answer.question == "What is the recommended dose of rilzuole?"
    assert "riluzole" in answer.standalone_question
    assert [notice.code for notice in answer.notices] == ["spelling", "interpreted"]
