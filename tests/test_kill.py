"""Errors put into whole answers: made as told, and each seen by the measure in charge of it."""

import json
from collections import Counter

import pytest

from consilia.documents import shipped_kb
from consilia.verify import check
from consilia.wording import DISCLAIMER
from eval.cases import GOLD, STARTER, load_cases
from eval.kill.claims import CLAIMS
from eval.kill.gold_answers import findings_of, gold_samples, read_documents
from eval.kill.matrix import BREAKS, Row, is_worse, kill_matrix, matrix_text
from eval.measure import Measure
from eval.metrics import ANSWERS, CITATIONS, PROMISES, measure_all

IN_CHARGE = {
    "value x10": "numeric fidelity: claims with figures",
    "unit swapped": "numeric fidelity: claims with figures",
    "comparator flipped": "numeric fidelity: claims with figures",
    "negation inserted": "claims of flipped polarity",
    "negation removed": "claims of flipped polarity",
    "population swapped": "population fidelity",
    "advice strengthened": "strength fidelity",
    "drug swapped": "entity fidelity",
    "citations shifted by one": "citations that resolve",
    "dangling number": "answers without dangling or unused numbers",
    "citation of a neighbour section": "gold spans cited, at least half of each",
    "proof removed": "claims with proof",
    "quote altered": "quotes that are the words of the source",
    "version altered": "citations that resolve",
    "span moved by one": "quotes that are the words of the source",
    "superseded document cited": "superseded documents among references",
    "retracted document cited": "retracted documents among references",
    "quote cited twice": "citations that add something",
    "must-have dropped": "must-have points shown",
    "warning moved out of its section": "marked sentences left out",
    "claim said twice": "claims that repeat another",
    "disclaimer altered": "answers that end with the disclaimer",
    "disclaimer missing": "answers that end with the disclaimer",
    "disclaimer not last": "answers that end with the disclaimer",
}
METRICS = {metric(()).name: metric for metric in (*PROMISES, *CITATIONS, *ANSWERS)}
KB = shipped_kb()


@pytest.fixture(scope="module")
def cases():
    return [case for path in (STARTER, GOLD / "dev.jsonl") for case in load_cases(path)]


@pytest.fixture(scope="module")
def some(cases):
    """Two gold answers, one of them with eight claims: each error can be put into one or both."""
    return list(gold_samples([case for case in cases if case.id in {"FA063", "V1A001"}], KB))


@pytest.fixture(scope="module")
def broken(some):
    """What each error makes of them."""
    documents = read_documents(KB)
    return {
        error: [found for s in some if (found := put(s, documents))]
        for error, put in BREAKS.items()
    }


@pytest.fixture(scope="module")
def rows(some):
    return {row.error: row for row in kill_matrix(some, KB)}


def test_every_error_has_a_measure_in_charge():
    assert IN_CHARGE.keys() == BREAKS.keys()
    assert set(IN_CHARGE.values()) <= METRICS.keys()


def test_gold_answers_are_without_fault(some):
    assert some
    for sample in some:
        assert (sample.findings, sample.status) == ((), "answered")
        assert set(sample.shown) == set(sample.gold)
        assert {m.value for m in measure_all([sample], PROMISES)} == {1.0}
        assert sample.answer.to_markdown().endswith(f"{DISCLAIMER}\n")


@pytest.mark.slow
def test_gold_answers_are_those_of_answerable_cases_each_gold_once(cases):
    samples = list(gold_samples(cases, KB))
    golds = [(frozenset(s.gold), s.case.must_have) for s in samples]
    assert len(set(golds)) == len(golds)
    assert {s.type for s in samples} == {"answerable"}
    assert {s.findings for s in samples} == {()}


def test_an_error_is_forged_so_that_no_hash_gives_it_away(broken):
    answers = [found.answer for made in broken.values() for found in made[:1]]
    places = {f.place for a in answers for f in check(json.loads(a.to_json()), KB)}
    assert not {"answer_id", "review.evidence_digest"} & places


@pytest.mark.parametrize("error", [*CLAIMS, "citation of a neighbour section"])
def test_what_only_the_words_tell_passes_the_checker(broken, error):
    assert {findings_of(found.answer, KB) for found in broken[error][:1]} == {()}


@pytest.mark.parametrize("error", [*BREAKS])
def test_the_measure_in_charge_sees_its_error_without_the_others(rows, error):
    row = rows[error]
    assert row.n > 0
    assert row.noticed[IN_CHARGE[error]] == row.n
    assert row.survivors == []


def test_what_no_measure_looks_at_survives_and_is_told(some):
    breaks = {"disclaimer missing": BREAKS["disclaimer missing"]}
    (row,) = kill_matrix(some[:1], KB, breaks=breaks, metrics=[METRICS["claims with proof"]])
    assert (row.n, row.killed, len(row.survivors)) == (1, 0, 1)
    assert row.survivors[0].startswith(some[0].name)


@pytest.mark.parametrize(
    ("was", "now", "better", "worse"),
    [
        (1.0, 0.5, "higher", True),
        (0.5, 1.0, "higher", False),
        (0.5, 0.5, "higher", False),
        (0.0, 1.0, "lower", True),
        (0.0, 1.0, "neither", False),
        (1.0, None, "higher", False),
        (None, 0.0, "higher", False),
    ],
)
def test_worse_depends_on_which_values_are_good(was, now, better, worse):
    pair = [Measure("x", value, 1, better=better) for value in (was, now)]
    assert is_worse(*pair) == worse


def test_the_matrix_tells_n_shares_and_who_noticed():
    rows = [
        Row("value x10", 4, 3, Counter({"figures": 3}), ["A1: 400 mg"]),
        Row("never made"),
    ]
    lines = matrix_text(rows, show_survivors=True).splitlines()
    told = [line.split() for line in lines]
    assert ["a", "value", "x10", "4", "3", "75.0%", "30.1%", "to", "95.4%"] in told
    assert ["b", "never", "made", "0", "0", "none"] in told
    assert ["all", "4", "3", "75.0%", "30.1%", "to", "95.4%"] in told
    assert ["figures", "3", "."] in told
    assert lines[-2:] == ["value x10: 1 not noticed", "  A1: 400 mg"]


@pytest.mark.slow
def test_nearly_all_errors_of_each_kind_are_noticed(cases):
    rows = kill_matrix(list(gold_samples(cases, KB)), KB)
    assert {row.error for row in rows if not row.n} == set()
    assert {row.error: row.survivors for row in rows if row.killed < 0.99 * row.n} == {}
