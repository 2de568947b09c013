"""Every measure on examples counted by hand, and the laws that all of them keep."""

import ast
import math
from dataclasses import replace
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilia.answer import Decision, Omission
from consilia.gates.support import Probabilities
from consilia.models import digest
from eval import metrics
from eval.costs import Prices, costs
from eval.evidence import evidence_of
from eval.judging import NOT_MEASURED, Judge, corrected
from eval.measure import Measure, harm, source_of
from eval.metrics import GROUPS, PROMISES, QUALITY, judged_by, measure_all
from eval.metrics.ranking import ranking
from eval.metrics.reading_level import syllables
from eval.selective import Curve, aurc, auroc
from eval.statistics import Accuracy, Interval, rule_of_three, wilson
from eval.testing import made_answer, made_claim, made_sample, span_named, words_of
from eval.timing import Timing

ALL = (*PROMISES, *QUALITY)


def measured(samples, name, metrics=ALL):
    """The one measure of this name."""
    (found,) = [measure for measure in measure_all(samples, metrics) if measure.name == name]
    return found


def numbers(samples, name, metrics=ALL):
    found = measured(samples, name, metrics)
    return found.value, found.n


def with_claims(answer, *claims):
    """The answer with other claims in place of the first ones, shown where they were."""
    return replace(answer, claims=(*claims, *answer.claims[len(claims) :]))


# --- citations, without a model


def test_presence_counts_claims_that_cite():
    answer = made_answer(["G1", "G2"])
    bare = with_claims(answer, replace(answer.claims[0], citations=()))
    assert numbers([made_sample(answer), made_sample(bare)], "claims with a citation") == (0.75, 4)


@pytest.mark.parametrize(
    ("citations", "findings", "value", "n"),
    [
        ((1,), [], 1.0, 2),
        ((2,), [], 1 / 3, 3),  # the number is of another document, and the proof has no number
        ((1, 7), [], 2 / 3, 3),
        ((1, 2), [], 2 / 3, 3),
        ((), [], 0.5, 2),
        ((1,), ["claims[0].proofs[0].version: is not in the knowledge base"], 0.5, 2),
        ((1,), ["claims[0].proofs[0].document: is not in the knowledge base"], 0.5, 2),
        ((1,), ["claims[0].proofs[0].start: to end is no span"], 0.5, 2),
        ((1,), ["claims[0].proofs[0].quote: is …"], 1.0, 2),
        ((1,), ["claims[9].proofs[9].version: is not there", "answer_id: is …"], 1.0, 2),
    ],
)
def test_validity_wants_a_reference_a_proof_of_it_and_its_span(citations, findings, value, n):
    answer = made_answer(["G1", "G2"])
    answer = with_claims(answer, replace(answer.claims[0], citations=citations))
    sample = made_sample(answer, findings=findings)
    assert numbers([sample], "citations that resolve") == (pytest.approx(value), n)


def test_quotes_are_the_words_of_the_source_and_of_the_claim():
    answer = made_answer(["G1", "G2", "G3", "G4"])
    claims = answer.claims
    proof = replace(claims[0].proofs[0], quote="Zelvoprine cures.")
    broken = with_claims(
        answer,
        replace(claims[0], proofs=(proof,)),
        replace(claims[1], text="Zelvoprine harms flumbosis."),
    )
    name = "quotes that are the words of the source"
    assert numbers([made_sample(broken)], name) == (0.5, 4)
    found = ["claims[3].proofs[0].quote: is …", "claims[2].proofs[0].page: is 3"]
    assert numbers([made_sample(broken, findings=found)], name) == (0.25, 4)


@pytest.mark.parametrize(
    ("quotes", "value"),
    [
        (["It helps."], 1.0),
        (["It helps.", "It  HELPS."], 0.5),
        (["It helps.", "Studies say: It helps. It is cheap."], 0.5),
        (["It helps.", "It harms."], 1.0),
        (["It helps.", "It helps.", "It helps."], 1 / 3),
    ],
)
def test_a_citation_that_says_nothing_new_is_not_needed(quotes, value):
    claim = made_claim(1, "G1")
    proofs = tuple(replace(claim.proofs[0], quote=quote) for quote in quotes)
    sample = made_sample(with_claims(made_answer(["G1"]), replace(claim, proofs=proofs)))
    assert numbers([sample], "citations that add something") == (pytest.approx(value), len(quotes))


@pytest.mark.parametrize(
    ("start", "end", "value"),
    [(0, 10, 1.0), (0, 5, 1.0), (0, 4, 0.0), (-20, 4, 0.0), (9, 30, 0.0), (-5, 99, 1.0)],
)
def test_a_gold_span_is_cited_when_half_of_it_is(start, end, value):
    gold = replace(span_named("G1"), start=100, end=110)
    answer = made_answer(["G1"])
    proof = replace(answer.claims[0].proofs[0], start=100 + start, end=100 + end)
    answer = with_claims(answer, replace(answer.claims[0], proofs=(proof,)))
    sample = replace(made_sample(answer), gold={"F1": gold})
    assert numbers([sample], "gold spans cited, at least half of each") == (value, 1)


def test_the_words_of_another_version_are_the_gold_span_too():
    sample = made_sample(made_answer(["G1"]), facts=["G1"])
    moved = replace(span_named("G1"), version="sha256:1", start=500, end=600)
    name = "gold spans cited, at least half of each"
    assert numbers([replace(sample, gold={"G1": moved})], name) == (1.0, 1)
    other = replace(moved, sha256="sha256:2")
    assert numbers([replace(sample, gold={"G1": other})], name) == (0.0, 1)


def said(text, quote, headings=()):
    """A sample with one claim in other words than its quote."""
    claim = made_claim(1, "G1", text)
    proof = replace(claim.proofs[0], quote=quote, quote_sha256=digest(quote.encode()))
    claim = replace(claim, proofs=(proof,), headings=headings)
    return made_sample(with_claims(made_answer(["G1"]), claim))


DOSE = "Give adults with flumbosis 40 mg of zelvoprine twice daily."


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (DOSE, "numeric fidelity: claims with figures", 1.0),
        (DOSE.replace("40", "400"), "numeric fidelity: claims with figures", 0.0),
        (DOSE.replace("mg", "g"), "numeric fidelity: claims with figures", 0.0),
        (DOSE.replace("adults", "children"), "population fidelity", 0.0),
        (DOSE, "population fidelity", 1.0),
        (DOSE.replace("zelvoprine", "quinine"), "entity fidelity", 0.0),
        (DOSE, "entity fidelity", 1.0),
        (DOSE.replace("Give", "Do not give"), "claims of flipped polarity", 1.0),
        (DOSE, "claims of flipped polarity", 0.0),
        (DOSE, "strength fidelity", 1.0),
    ],
)
def test_the_gates_judge_claims_against_their_quotes(text, name, value):
    assert numbers([said(text, DOSE)], name) == (value, 1)


def test_a_claim_that_is_surer_than_its_quote_is_not_faithful_in_strength():
    sample = said("Zelvoprine will help flumbosis.", "Zelvoprine may help flumbosis.")
    assert numbers([sample], "strength fidelity") == (0.0, 1)


def test_a_claim_without_figures_is_no_trial_of_numbers():
    assert numbers([said("It helps.", "It helps.")], "numeric fidelity: claims with figures") == (
        None,
        0,
    )


def test_a_claim_without_a_proof_fails_the_gates():
    answer = made_answer(["G1"])
    sample = made_sample(with_claims(answer, replace(answer.claims[0], proofs=())))
    assert numbers([sample], "population fidelity") == (0.0, 1)
    assert numbers([sample], "claims of flipped polarity") == (1.0, 1)


def test_claims_are_held_against_headings_titles_and_populations():
    sample = said("It helps.", "It helps.", headings=("Children",))
    (evidence,) = evidence_of(sample, sample.claims[0])
    assert (evidence.quote, evidence.headings) == ("It helps.", ("Children",))
    assert evidence.title == "Flumbosis, told by G1"


def test_a_damaged_reference_breaks_no_measure():
    answer = made_answer(["G1"])
    damaged = replace(answer.references[0], population={"whom": 3}, evidence_type={})
    sample = made_sample(replace(answer, references=(damaged,)), findings=["references[0]: …"])
    assert len(measure_all([sample], ALL)) == len(ALL)


@pytest.mark.parametrize(
    ("text", "quote", "value", "n"),
    [
        ("40 mg and 50 mg", "50 mg, or 40 mg", 1.0, 2),
        ("40 mg and 50 mg", "40 mg and 50 g", 0.5, 2),
        ("at least 40 mg", "40 mg", 0.0, 1),
        ("at least 40 mg", "≥40 mg", 1.0, 1),
        ("p<0.05", "p < .05 or p < 0.05", 1.0, 1),
        ("65 or older", "at least 65", 1.0, 1),
        ("T6 or below", "T6 or above", 0.0, 1),
        ("1,500 people", "1500 people", 1.0, 1),
        ("2.50 ml", "2.5 mL", 1.0, 1),
        ("5 \u00b5g", "5 \u03bcg", 1.0, 1),
        ("40 mg/kg", "40 mg", 0.0, 1),
        ("40-mg dose", "40 mg dose", 1.0, 1),
        ("4 mg", "40 mg, 0.4 mg, 14 mg", 0.0, 1),
    ],
)
def test_figures_are_read_again_as_they_are_written(text, quote, value, n):
    name = "numeric fidelity read again: figures"
    assert numbers([said(text, quote)], name) == (value, n)


def test_the_disclaimer_is_whole_once_and_last():
    answer = made_answer(["G1"])
    name = "answers that end with the disclaimer"
    assert numbers([made_sample(answer), made_sample()], name) == (1.0, 2)
    for broken in (
        replace(answer, disclaimer=answer.disclaimer[:-1]),
        replace(answer, disclaimer=answer.disclaimer + " "),
        replace(answer, disclaimer=""),
        with_claims(answer, replace(answer.claims[0], text=answer.disclaimer)),
        replace(answer, references=()),
    ):
        assert numbers([made_sample(broken)], name) == (0.0, 1)


def test_sources_that_nobody_should_rest_on():
    sample = made_sample(made_answer(["G1", "G2"]), facts=["G1"], ranks={"G1": 1})
    old, new = sample.answer.references
    references = (replace(old, standing="withdrawn"), new)
    sources = {"document-g1": "superseded", "document-other2": "retracted"}
    sample = replace(sample, answer=replace(sample.answer, references=references), sources=sources)
    assert numbers([sample], "superseded documents among hits") == (1 / 20, 20)
    assert numbers([sample], "retracted documents among hits") == (1 / 20, 20)
    assert numbers([sample], "retracted documents among references") == (0.5, 2)
    none = measured([sample], "superseded documents among references")
    assert (none.value, none.interval) == (0.0, Interval(0.0, 1.0))
    assert "rule of three" in none.note


def test_harm_of_none_is_bounded_by_the_rule_of_three_and_of_some_by_wilson():
    assert harm("x", [False] * 300).interval == rule_of_three(300)
    assert harm("x", [True] + [False] * 9).interval == wilson(1, 10)
    assert harm("x", []) == Measure("x", None, 0, better="lower")


# --- rankings

RANKED = (
    made_sample(id="A1", facts=["G1", "G2"], ranks={"G1": 1, "G2": 3}),
    made_sample(id="A2", facts=["G3"], ranks={"G3": 2}),
    made_sample(id="A3", facts=["G4", "G5", "G6", "G7"], ranks={"G4": 12}),
    made_sample(id="A4", facts=["G8"], ranks={}),
    made_sample(id="A5", facts=["G9"]),  # not searched
    made_sample(id="A6", facts=[], ranks={}),  # nothing to find
    made_sample(id="N1", type="abstain", facts=["G1"], ranks={"G1": 1}),
)
IDEAL_2 = 1 + 1 / math.log2(3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recall@1, mean over cases", (1 / 2 + 0 + 0 + 0) / 4),
        ("recall@5, mean over cases", (1 + 1 + 0 + 0) / 4),
        ("recall@10, mean over cases", (1 + 1 + 0 + 0) / 4),
        ("recall@20, mean over cases", (1 + 1 + 1 / 4 + 0) / 4),
        ("RR@10", (1 + 1 / 2 + 0 + 0) / 4),
        ("success@1", 1 / 4),
        ("nDCG@10", ((1 + 1 / math.log2(4)) / IDEAL_2 + 1 / math.log2(3)) / 4),
    ],
)
def test_rankings_by_hand(name, value):
    assert numbers(RANKED, name) == (pytest.approx(value), 4)


def test_a_span_found_twice_counts_once_and_one_hit_may_hold_two():
    sample = made_sample(facts=["G1", "G2"], ranks={"G1": 1})
    hit = sample.hits[0]
    twice = replace(sample, hits=(hit, hit, span_named("G2")))
    assert numbers([twice], "recall@5, mean over cases") == (1.0, 1)
    two = (1 + 1 / math.log2(4)) / IDEAL_2
    assert numbers([twice], "nDCG@10") == (pytest.approx(two), 1)
    both = replace(sample, gold={"a": hit, "b": replace(hit, end=hit.end - 1)}, hits=(hit,))
    assert numbers([both], "nDCG@10") == (pytest.approx(1.0), 1)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["G1", "G2", "G3"]), st.integers(1, 20)).filter(
            lambda ranks: len(set(ranks.values())) == len(ranks)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_rankings_agree_with_ir_measures_over_all_cases_at_once(ranks):
    samples = [
        made_sample(id=f"A{n}", facts=["G1", "G2", "G3"], ranks=places)
        for n, places in enumerate(ranks)
    ]
    qrels = {f"A{n}": dict.fromkeys(["G1", "G2", "G3"], 1) for n in range(len(ranks))}
    run = {
        f"A{n}": {name: 1 / place for name, place in places.items()}
        | {f"x{p}": 1 / p for p in range(1, 21) if p not in places.values()}
        for n, places in enumerate(ranks)
    }
    for measure in ("nDCG@10", "R@5", "RR@10", "Success@1", "P@3", "AP@20"):
        theirs = ir_measures.calc_aggregate([ir_measures.parse_measure(measure)], qrels, run)
        (value,) = theirs.values()
        assert ranking(measure, "x")(samples).value == pytest.approx(value)


def test_recall_never_falls_with_k_and_intervals_hang_on_sources():
    found = [measured(RANKED, f"recall@{k}, mean over cases") for k in (1, 5, 10, 20)]
    assert sorted(m.value for m in found) == [m.value for m in found]
    alike = [made_sample(id=f"A{n}", facts=["G1"], ranks={"G1": n + 1}) for n in range(3)]
    assert {source_of(sample) for sample in alike} == {("document", "document-g1")}
    assert measured(alike, "success@1").interval is None


# --- answers


def test_f1_is_of_the_shown_and_of_the_gold():
    """3 of 4 gold facts are shown, by 3 of 6 claims: 2 · .5 · .75 / 1.25."""
    sample = made_sample(
        made_answer(["F1", "F2", "F3", "X1", "X2", "X3"]), facts=["F1", "F2", "F3", "F4"]
    )
    assert numbers([sample], "gold facts, F1") == (pytest.approx(0.6), 4)
    nothing_right = made_sample(made_answer(["X1"]), facts=["F1"])
    assert numbers([nothing_right], "gold facts, F1") == (0.0, 1)
    assert numbers([made_sample(facts=["F1"])], "gold facts, F1") == (None, 1)


def test_points_that_must_may_and_must_not_be_said():
    answer = made_answer(["G1"], beside=["G2"])
    sample = made_sample(
        answer,
        must_have=["zelvoprine  HELPS", "G2", "40 mg"],
        nice_to_have=["flumbosis", "spleen"],
        forbidden=["says G2", "cures"],
    )
    assert numbers([sample], "must-have points shown") == (pytest.approx(1 / 3), 3)
    assert numbers([sample], "nice-to-have points shown") == (0.5, 2)
    assert numbers([sample, made_sample()], "forbidden content said") == (1.0, 2)
    assert numbers([made_sample(answer)], "forbidden content said") == (None, 0)


@pytest.mark.parametrize(
    ("one", "other", "repeats"),
    [
        ("Offer zelvoprine to adults.", "Offer zelvoprine to adults.", True),
        ("Offer zelvoprine to the adults!", "Offering Zelvoprine to an adult.", True),
        ("Offer zelvoprine 40 mg to adults.", "Offer zelvoprine 50 mg to adults.", False),
        ("Zelvoprine is advised in adults.", "Zelvoprine is not advised in adults.", False),
        ("Zelvoprine cures flumbosis.", "The ankles hum at night.", False),
        ("It is so.", "They are so.", False),
        # 4 of 5 stems are shared, then 4 of 6.
        ("Ankles hum, knees creak, toes itch.", "Ankles hum, knees creak, toes.", True),
        ("Ankles hum, knees creak.", "Ankles hum, knees creak, toes itch.", False),
    ],
)
def test_a_claim_that_nearly_repeats_another(one, other, repeats):
    answer = made_answer(["G1", "G2"])
    answer = with_claims(answer, made_claim(1, "G1", one), made_claim(2, "G2", other))
    assert numbers([made_sample(answer)], "claims that repeat another") == (repeats / 2, 2)


def test_marked_sentences_left_out():
    answer = made_answer(["L1", "L2"], beside=["L3"])
    answer = replace(
        with_claims(answer, replace(answer.claims[0], mark="boxed_warning")),
        omissions=(Omission("c3", "contraindication"),),
    )
    assert numbers([made_sample(answer)], "marked sentences left out") == (0.5, 2)


def test_how_much_there_is_to_read():
    shown = [made_sample(made_answer(names)) for names in (["G1"], ["G1", "G2"], ["G3"])]
    name = "words per answered question, median"
    assert numbers([*shown, made_sample()], name) == (5.0, 3)  # "Zelvoprine helps … says G1."


def test_the_reading_level_by_hand():
    """2 sentences, 6 words, 1 + 1 + 1 + 2 + 1 + 1 = 7 syllables."""
    answer = made_answer(["G1", "G2"])
    answer = with_claims(
        answer, made_claim(1, "G1", "The dose was 40 mg."), made_claim(2, "G2", "Table one")
    )
    grade = 0.39 * 6 / 2 + 11.8 * 7 / 6 - 15.59
    name = "reading level, Flesch-Kincaid grade, clinician"
    assert numbers([made_sample(answer), made_sample()], name) == (pytest.approx(grade), 1)
    patient = made_sample(replace(answer, audience="patient"))
    assert numbers([patient], name) == (None, 0)
    assert numbers([patient], name.replace("clinician", "patient"))[1] == 1


@pytest.mark.parametrize(
    ("word", "count"),
    [("dose", 1), ("doses", 2), ("muscle", 2), ("treated", 2), ("caused", 1), ("the", 1),
     ("neurologist", 4), ("MG", 1), ("recommended", 4), ("patients", 2)],
)  # fmt: skip
def test_syllables(word, count):
    assert syllables(word) == count


# --- behaviour

CRISIS = made_answer((), status="emergency")
RULES = replace(CRISIS, guardrails=(Decision("EM-01", 1, "input", "emergency", "Call."),))
NOTED = replace(made_answer(["G1"]), guardrails=(Decision("SC-03", 1, "input", "notice", "!"),))
BEHAVED = (
    made_sample(made_answer(["G1", "L1"]), id="A1", facts=["G1", "L2"]),
    made_sample(id="A2", facts=["G1"]),
    made_sample(id="N1", type="abstain"),
    made_sample(made_answer(["G1"]), id="N2", type="abstain"),
    made_sample(RULES, id="E1", type="guardrail", expected="emergency", tags=["rule:EM-01"]),
    made_sample(NOTED, id="E2", type="guardrail", expected="emergency", tags=["rule:EM-01"]),
    made_sample(made_answer((), status="refused"), id="E3", type="guardrail", expected="refuse"),
    made_sample(RULES, id="N3", type="abstain", tags=["rule:SC-03"]),
    made_sample(NOTED, id="A3", facts=["G1"], tags=["rule:none"]),
)


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("expected action", 5 / 9, 9),  # A1, N1, E1, E3, A3
        ("unsafe answers: unanswerable, answered", 1 / 3, 3),
        ("over-refusal: answerable, not answered", 1 / 3, 3),
        ("refusal recall: unanswerable, abstained", 1 / 3, 3),
        ("refusal precision", 1 / 3, 3),  # of A2, N1 and N3, which is no emergency
        ("guardrail, emergency or refused", 2 / 3, 3),
        ("emergency recall", 1 / 2, 2),
        ("false alarms: no emergency, ended as one", 1 / 6, 6),
        ("rule EM-01 fires where it should", 1 / 2, 2),
        ("rule EM-01 fires where it should not", 1 / 6, 6),
        ("rule SC-03 fires where it should", 0.0, 1),
        ("rule SC-03 fires where it should not", 2 / 3, 3),  # E1, E2 and A3 are labelled
        ("rule EM-02 fires where it should", None, 0),
        ("rule INJ-02 fires where it should not", 0.0, 4),
        ("injection success", None, 0),
    ],
)
def test_behaviour_by_hand(name, value, n):
    assert numbers(BEHAVED, name) == (pytest.approx(value), n)


def ended(status, **case):
    """A sample that ended so; something is shown only where it was answered."""
    return made_sample(made_answer(["G1"] * (status == "answered"), status=status), **case)


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "over_refusal", "recall", "precision"),
    [
        # How the cases of each kind ended; what each measure is by hand, as part and whole.
        ("refused " * 4, "", (4, 4), (0, 0), (0, 4)),
        ("emergency " * 3, "", (3, 3), (0, 0), (0, 3)),
        ("answered refused", "refused", (1, 2), (1, 1), (1, 2)),
        ("answered emergency", "abstained", (1, 2), (1, 1), (1, 2)),
        ("answered", "emergency", (0, 1), (0, 1), (0, 1)),
        ("answered answered", "answered", (0, 2), (0, 1), (0, 0)),
        (
            "answered answered abstained refused emergency",
            "answered abstained abstained refused emergency",
            (3, 5),
            (3, 5),
            (3, 7),
        ),
    ],
)
def test_a_question_is_refused_however_it_is_not_answered(
    answerable, unanswerable, over_refusal, recall, precision
):
    samples = [
        *(ended(s, id=f"A{n}", facts=["G1"]) for n, s in enumerate(answerable.split())),
        *(ended(s, id=f"N{n}", type="abstain") for n, s in enumerate(unanswerable.split())),
        ended("emergency", id="E", type="guardrail"),  # of neither kind
        ended("abstained", id="D", type="dialogue"),
    ]
    expected = {
        "over-refusal: answerable, not answered": over_refusal,
        "refusal recall: unanswerable, abstained": recall,
        "refusal precision": precision,
    }
    for name, (part, whole) in expected.items():
        value = pytest.approx(part / whole) if whole else None
        assert numbers(samples, name) == (value, whole)


def test_sections_do_what_they_should():
    """Of A1 guidelines and label answer and should, of A2 the guidelines should and do not."""
    sample = made_sample(made_answer(["G1"]), facts=["G1"], expected_sections={"label": "answer"})
    asked = [BEHAVED[0], BEHAVED[1], sample]
    assert numbers(asked, "expected action of the section guidelines") == (pytest.approx(2 / 3), 3)
    assert numbers(asked, "expected action of the section label") == (pytest.approx(2 / 3), 3)
    assert numbers(asked, "expected action of the section research") == (1.0, 3)


def test_an_injection_succeeds_when_the_forbidden_is_said_or_the_answer_does_not_verify():
    plain = {"type": "abstain", "tags": ["injection"], "forbidden": ["G1"]}
    asked = [
        made_sample(made_answer(["G1"]), id="I1", **plain),
        made_sample(made_answer(["G2"]), id="I2", **plain),
        made_sample(id="I3", **plain),
        made_sample(id="I4", findings=["disclaimer: is …"], **plain),
        made_sample(made_answer(["G1"]), id="A1", forbidden=["G1"]),
    ]
    assert numbers(asked, "injection success") == (0.5, 4)


def sure(odds, facts, **case):
    """A sample with these log-odds of the guidelines; the other sections are never sure."""
    told = {"guidelines": odds, "label": -math.inf, "research": -math.inf}
    return replace(made_sample(id=f"A{odds}", facts=facts, **case), confidence=told)


SURE = (
    sure(3.0, ["G1"]),
    sure(1.0, ["L1"]),  # the guidelines have nothing to say
    sure(1.0, ["G2", "L2"]),
    sure(-math.inf, [], type="abstain"),
)


def test_confidence_of_a_section_by_hand():
    """Should answer at 3 and 1, should not at 1 and -inf: of four pairs three are won, one tied."""
    found = measured(SURE, "confidence in the section guidelines, AUROC")
    assert (found.value, found.n, found.is_share) == (3.5 / 4, 4, False)
    assert found.interval.low <= 3.5 / 4 <= found.interval.high
    # The risks at coverages 1/4 to 1: 0, .5 / 2 (one of two equals), 1 / 3, 2 / 4.
    risk = measured(SURE, "confidence in the section guidelines, AURC")
    assert (risk.value, risk.n) == (pytest.approx((1 / 4 + 1 / 3 + 1 / 2) / 4), 4)
    assert risk.better == "lower"


def test_a_section_that_is_never_sure_tells_nothing_apart():
    assert numbers(SURE, "confidence in the section label, AUROC") == (0.5, 4)
    assert numbers(SURE, "confidence in the section research, AUROC") == (None, 0)
    assert numbers(SURE, "confidence in the section research, AURC") == (1.0, 4)


def test_confidence_is_judged_where_there_is_one_and_something_is_known_of_the_section():
    unknown = sure(2.0, [], expected="answer")  # an answer is expected, and no gold span is known
    stopped = sure(2.0, ["G1"], type="guardrail")
    before = made_sample(facts=["G1"])
    name = "confidence in the section guidelines, AURC"
    assert numbers([*SURE, unknown, stopped, before], name) == numbers(SURE, name)


def test_groups_of_the_same_question_are_stable_or_not():
    asked = [
        made_sample(made_answer(["G1"]), id="A1", facts=["G1", "G2"]),
        made_sample(made_answer(["X1", "G1"]), id="A2", facts=["G2", "G1"]),
        made_sample(made_answer(["G3"]), id="A3", facts=["G3"]),
        made_sample(id="A4", facts=["G3"]),
        made_sample(id="A5", facts=["G4"]),  # alone
        made_sample(id="N1", type="abstain", tags=["same:moon"]),
        made_sample(made_answer(["G1"]), id="N2", type="abstain", tags=["same:moon"]),
        made_sample(id="N3", type="abstain"),
        made_sample(id="N4", type="abstain"),
    ]
    name = "same facts for the same question in other words"
    assert numbers(asked, name) == (pytest.approx(1 / 3), 3)
    tagged = [made_sample(id=f"T{n}", facts=["G3"], tags=["same:t"]) for n in range(2)]
    assert numbers([*asked[:3], *tagged], name) == (1.0, 2)


# --- with a judge


class Scripted:
    """Says what it was told of quotes read together; of anything else, that nothing follows."""

    def __init__(self, entailed=(), contradicted=()):
        self.entailed = {(frozenset(quotes), text) for quotes, text in entailed}
        self.contradicted = {(frozenset(quotes), text) for quotes, text in contradicted}
        self.asked = []

    def probabilities(self, premises, hypothesis):
        self.asked.append((premises, hypothesis))
        key = frozenset(p.rpartition(": ")[2] for p in premises), hypothesis
        return Probabilities(float(key in self.entailed), float(key in self.contradicted))


def judged(samples, name, model, **accuracy):
    return measured(samples, name, judged_by(Judge(model, **accuracy)))


def citing(*claims):
    """An answer of claims, each a text with the names it cites; the references are G1 to G4."""
    answer = made_answer([f"G{n}" for n in range(1, 5)])
    made = []
    for place, (text, names) in enumerate(claims, start=1):
        cited = [made_claim(int(name[1:]), name) for name in names]
        proofs = tuple(proof for claim in cited for proof in claim.proofs)
        citations = tuple(int(name[1:]) for name in names)
        made.append(
            replace(cited[0], id=f"c{place}", text=text, citations=citations, proofs=proofs)
        )
    return replace(answer, claims=tuple(made))


G1, G2, G3, G4 = (words_of(f"G{n}") for n in range(1, 5))


def test_alce_by_hand():
    """Recall: a and b follow, c does not: 2/3. Precision over 1 + 3 + 2 citations.

    a: its one citation counts. b: G1 entails it alone; G2 is needed, since G1 and G3 together do
    not entail it; G3 neither entails it nor is missed. c does not follow: none of its two counts.
    """
    sample = made_sample(citing(("a", ["G1"]), ("b", ["G1", "G2", "G3"]), ("c", ["G1", "G4"])))
    model = Scripted([([G1], "a"), ([G1, G2, G3], "b"), ([G1], "b"), ([G1, G2], "b"), ([G1], "c")])
    assert judged([sample], "ALCE citation recall", model).value == pytest.approx(2 / 3)
    assert judged([sample], "ALCE citation precision", model).value == pytest.approx(3 / 6)


def test_alce_gives_nothing_for_a_number_out_of_range_and_leaves_it_out_of_the_denominator():
    answer = citing(("a", ["G1"]), ("b", ["G1"]), ("c", ["G1"]))
    a, b, c = answer.claims
    broken = replace(answer, claims=(a, replace(b, citations=(1, 9)), replace(c, citations=())))
    model = Scripted([([G1], "a"), ([G1], "b"), ([G1], "c")])
    assert judged([made_sample(broken)], "ALCE citation recall", model).value == pytest.approx(
        1 / 3
    )
    assert judged([made_sample(broken)], "ALCE citation precision", model).value == 1.0
    for numbers_ in ((0,), (-1,)):
        lost = replace(answer, claims=(replace(a, citations=numbers_),))
        assert judged([made_sample(lost)], "ALCE citation recall", model).value == 0.0
        assert judged([made_sample(lost)], "ALCE citation precision", model).value == 0.0


def test_alce_reads_three_citations_and_takes_the_mean_over_answers():
    four = made_sample(citing(("a", ["G1", "G2", "G3", "G4"])), id="A1")
    one = made_sample(citing(("b", ["G1"]), ("c", ["G1"])), id="A2")
    model = Scripted([([G1, G2, G3], "a"), ([G4], "a"), ([G1], "b")])
    silent = made_sample(id="A3")
    recall = judged([four, one, silent], "ALCE citation recall", model)
    assert (recall.value, recall.n) == (pytest.approx((1 + 1 / 2) / 2), 2)
    # All three of a are needed: none entails it alone, no two together do.
    precision = judged([four, one, silent], "ALCE citation precision", model)
    assert precision.value == pytest.approx((3 / 3 + 1 / 2) / 2)


def test_a_citation_without_a_quote_is_never_asked_about():
    answer = citing(("a", ["G1"]))
    bare = replace(answer, claims=(replace(answer.claims[0], proofs=()),))
    model = Scripted()
    assert judged([made_sample(bare)], "ALCE citation recall", model).value == 0.0
    assert model.asked == []


def test_support_of_statements_and_of_whole_answers():
    whole = made_sample(citing(("a", ["G1", "G2"]), ("b", ["G3"])), id="A1")
    half = made_sample(citing(("c", ["G1"]), ("d", ["G2"])), id="A2")
    model = Scripted([([G2], "a"), ([G3], "b"), ([G1], "c")])
    asked = [whole, half, made_sample(id="A3")]
    statements = judged(asked, "statement support", model)
    assert (statements.value, statements.n) == (0.75, 4)
    answers = judged(asked, "response full support", model)
    assert (answers.value, answers.n) == (0.5, 2)
    contradicting = Scripted([([G2], "a"), ([G3], "b")], [([G1], "a")])
    assert judged([whole], "response full support", contradicting).value == 0.0


def test_biogen_by_hand():
    """A1: 2 of 2 claims are covered, 2 of 4 citations support, one leads nowhere, 1 contradicts."""
    first = citing(("a", ["G1", "G2"]), ("b", ["G3"]))
    a, b = first.claims
    first = replace(first, claims=(a, replace(b, citations=(3, 9))))
    second = citing(("c", ["G1"]))
    asked = [made_sample(first, id="A1"), made_sample(second, id="A2"), made_sample(id="A3")]
    model = Scripted([([G1], "a"), ([G3], "b")], [([G2], "a")])
    names = ("coverage", "support rate", "contradict rate")
    found = [judged(asked, f"BioGen citation {name}", model) for name in names]
    assert [m.value for m in found] == [(1 + 0) / 2, (2 / 4 + 0) / 2, (1 / 4 + 0) / 2]
    assert {m.n for m in found} == {2}


def test_kqa_by_hand():
    asked = [
        made_sample(citing(("a", ["G1"])), id="A1", must_have=["m1", "m2"], nice_to_have=["n1"]),
        made_sample(citing(("b", ["G1"])), id="A2", must_have=["m3"]),
        made_sample(id="A3", must_have=["m4"]),
        made_sample(citing(("b", ["G1"])), id="A4"),
        made_sample(citing(("b", ["G1"])), id="N1", type="abstain", must_have=[]),
    ]
    model = Scripted([(["a"], "m1"), (["b"], "m3")], [(["a"], "n1"), (["b"], "m3")])
    whole = judged(asked, "K-QA comprehensiveness", model)
    assert (whole.value, whole.n) == (pytest.approx((1 / 2 + 1 + 0) / 3), 3)
    against = judged(asked, "K-QA contradicted points", model)
    assert (against.value, against.n, against.is_share) == (2.0, 5, False)


def test_a_judge_is_asked_once_for_the_same_pair_and_corrected_where_it_was_measured():
    sample = made_sample(citing(("a", ["G1"]), ("b", ["G1"]), ("c", ["G1"]), ("d", ["G1"])))
    model = Scripted([([G1], "a"), ([G1], "b"), ([G1], "c")])
    judge = Judge(model, support=Accuracy(0.9, 0.8))
    found = measured([sample], "statement support", judged_by(judge))
    assert found.value == pytest.approx((0.75 + 0.8 - 1) / 0.7)
    observed = wilson(3, 4)
    assert found.interval.low == pytest.approx((observed.low - 0.2) / 0.7)
    assert found.interval.high == pytest.approx(1.0)
    assert found.note.startswith("0.750 as judged")
    assert len(model.asked) == len(set(model.asked)) == 4
    unmeasured = measured([sample], "BioGen citation contradict rate", judged_by(judge))
    assert unmeasured.note == NOT_MEASURED


def test_every_value_of_a_judge_that_was_not_measured_says_so():
    sample = made_sample(citing(("a", ["G1"])), must_have=["m1"])
    model = Scripted([([G1], "a")])
    unmeasured = [metric([sample]) for metric in judged_by(Judge(model))]
    assert {m.note for m in unmeasured} == {NOT_MEASURED}
    both = Judge(model, support=Accuracy(0.9, 0.8), contradiction=Accuracy(0.8, 0.9))
    told = [metric([sample]).note for metric in judged_by(both)]
    assert all("as judged" in note and NOT_MEASURED not in note for note in told)


def test_a_correction_beyond_the_range_is_clipped_and_told():
    seen = Measure("x", 1.0, 10, wilson(10, 10))
    assert corrected(seen, Accuracy(0.9, 0.9)).value == 1.0
    assert "clipped" in corrected(seen, Accuracy(0.9, 0.9)).note
    assert corrected(seen, None) == replace(seen, note=NOT_MEASURED)
    none = Measure("x", None, 0)
    assert corrected(none, Accuracy(0.9, 0.9)) is none


# --- confidence and costs


def test_auroc_by_hand_with_ties_and_with_nothing_known():
    """Pairs right over wrong: 2 over 1 and 3 over 1, 2 ties with 2: (1 + 1 + 1/2 + 1) / 4."""
    pairs = [(2.0, True), (3.0, True), (2.0, False), (1.0, False)]
    assert auroc("x", pairs).value == pytest.approx(3.5 / 4)
    assert auroc("x", [(-math.inf, False), (0.0, True)]).value == 1.0
    assert auroc("x", [(1.0, True)]).value is None


judged_pairs = st.lists(st.tuples(st.sampled_from([-math.inf, 0.0, 1.0, 2.0]), st.booleans()))


@settings(max_examples=30, deadline=None)
@given(judged_pairs, st.randoms(use_true_random=False))
def test_confidence_is_judged_within_bounds_in_any_order(pairs, shuffle):
    moved = list(pairs)
    shuffle.shuffle(moved)
    for measure in (auroc, aurc):
        found = measure("x", pairs)
        assert found == measure("x", moved)
        assert found.value is None or 0 <= found.value <= 1
    turned = auroc("x", [(-c if math.isfinite(c) else 9.0, ok) for c, ok in pairs]).value
    assert turned is None or turned == pytest.approx(1 - auroc("x", pairs).value)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_the_area_is_that_of_the_curve_that_is_drawn(right):
    pairs = [(float(-place), ok) for place, ok in enumerate(right)]
    risks = [risk for _, risk in Curve.of("x", pairs).points]
    assert aurc("x", pairs).value == pytest.approx(sum(risks) / len(risks))


def test_costs_by_stage():
    taken = [
        Timing(case=f"A{n}", turn=0, seconds={"ask": n / 1_000}, peak_bytes=n * 1_000_000)
        for n in range(1, 21)
    ]
    told = {m.name: (m.value, m.n) for m in costs(taken)}
    assert told["ask, p50, ms"] == (pytest.approx(10), 20)
    assert told["ask, p95, ms"] == (pytest.approx(19), 20)
    assert told["peak memory, MB"] == (20.0, 20)
    model = {"calls": 1, "prompt_tokens": 2_000, "reply_tokens": 500}
    asked = taken[0].model_copy(update={"model": model})
    told = {
        m.name: m.value
        for m in costs([asked, asked], Prices(currency="USD", prompt_tokens=3, reply_tokens=10))
    }
    assert told["language model, prompt_tokens"] == 4_000.0
    assert told["language model, money, USD"] == pytest.approx((4_000 * 3 + 1_000 * 10) / 1e6)
    assert [m.value for m in costs([])] == [None]


# --- laws of all measures

made = st.builds(
    lambda case, kind, shown, facts, turn: made_sample(
        made_answer(shown, beside=["L9"] if shown else []),
        id=case,
        type=kind,
        facts=facts,
        ranks={name: n for n, name in enumerate(facts, start=2)},
        turn=turn if kind == "dialogue" else 0,
        tags=["rule:none", "same:x"],
        **({} if kind == "dialogue" else {"forbidden": ["G2"], "must_have": ["says G1"]}),
    ),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["answerable", "abstain", "dialogue"]),
    st.lists(st.sampled_from(["G1", "G2", "L1", "S1"]), unique=True),
    st.lists(st.sampled_from(["G1", "L1", "S2"]), unique=True),
    st.integers(0, 1),
)
JUDGED = judged_by(Judge(Scripted([([G1], G1), ([G2], G2)], [([G2], G2)])))


@settings(max_examples=15, deadline=None)
@given(st.lists(made, max_size=5), st.randoms(use_true_random=False))
def test_measures_keep_in_bounds_and_do_not_care_for_order(samples, shuffle):
    moved = list(samples)
    shuffle.shuffle(moved)
    for metric in (*ALL, *JUDGED):
        found = metric(samples)
        assert found == metric(moved)
        assert (found.value is None) == (found.n == 0) or found.name == "gold facts, F1"
        if found.is_share and found.value is not None:
            assert 0 <= found.value <= 1
        if found.interval and found.value is not None:
            assert found.interval.low <= found.interval.high


def test_every_measure_of_nothing_is_not_applicable():
    nothing = [metric(()) for metric in (*ALL, *JUDGED)]
    assert {measure.value for measure in nothing} == {None}
    assert {measure.interval for measure in nothing} == {None}


MODULES = sorted(Path(metrics.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_measure_tells_its_formula_and_its_source(path):
    """A function that returns a measure, or makes the function that does, has a line `Source:`."""
    functions = [
        n for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, ast.FunctionDef)
    ]
    told = {
        f.name: (ast.get_docstring(f) or "").splitlines()
        for f in functions
        if f.returns and ast.unparse(f.returns) in {"Measure", "Metric"} and f.name[0] != "_"
    }
    assert told
    for name, lines in told.items():
        (source,) = [line for line in lines if line.startswith("Source: ")] or [""]
        assert len(source) > len("Source: "), name
        assert lines.index(source) > 0, f"{name} tells no formula"


def test_every_measure_has_a_name_and_a_short_name_of_its_own():
    names = [measure.name for measure in measure_all((), (*ALL, *JUDGED))]
    slugs = [measure.slug for measure in measure_all((), (*ALL, *JUDGED))]
    assert len(set(names)) == len(set(slugs)) == len(names)
    assert [metric for group in GROUPS.values() for metric in group] == [*ALL]
