"""The generators of mutants and rephrasings, and what the gates make of them."""

from dataclasses import asdict
from itertools import pairwise

import pytest

from consilia.answer import Checks
from consilia.errors import ModelError
from consilia.gates import support
from consilia.gates.checking import GATES, check
from consilia.gates.evidence import Evidence
from consilia.glossary import Glossary
from consilia.testing import ScriptedEntailment
from eval.mutations import citations, drugs, numbers, polarity, population, rephrasing, strength
from eval.mutations.changing import begun_later, glossary, shipped_evidence, with_articles
from eval.mutations.mutant import Mutant
from eval.mutations.table import Row, mutants_text, rephrasings_text, tried

MODULES = (numbers, citations, polarity, strength, population, drugs, rephrasing)
CITED = Evidence("Zelvoprine helps in flumbosis.", "A trial")


@pytest.mark.parametrize("module", MODULES)
def test_every_generator_changes_the_claim_and_gives_the_same_each_time(module):
    some = shipped_evidence()[::29]
    first = [m for e in some for mutate in module.MUTATORS for m in mutate(e)]
    assert first
    assert first == [m for e in some for mutate in module.MUTATORS for m in mutate(e)]
    for mutant in first:
        assert mutant.claim not in {item.quote for item in mutant.evidence}
        assert mutant.claim[0] == mutant.claim[0].upper() or not mutant.claim[0].isalpha()
        assert "  " not in mutant.claim


def test_every_gate_is_due_for_some_mutant_and_none_for_a_rephrasing():
    some = shipped_evidence()[::3]
    due = {m.gate for module in MODULES for e in some for f in module.MUTATORS for m in f(e)}
    assert due == {*GATES, None}
    kinds = {m.change for e in shipped_evidence() for f in rephrasing.MUTATORS for m in f(e)}
    assert len(kinds) >= 12


def test_every_sentence_of_the_knowledge_base_passes_as_it_stands():
    blocked = [
        (item.quote, failure)
        for item in shipped_evidence()
        for failure in check(item.quote, [item], glossary=glossary()).failures
    ]
    assert blocked == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("modules", "least"),
    [
        ((numbers,), 0.995),
        ((polarity, strength, population, drugs), 0.97),
    ],
)
def test_each_gate_catches_the_share_of_mutants_that_it_must(modules, least):
    mutators = [mutate for module in modules for mutate in module.MUTATORS]
    rows = tried(mutators, shipped_evidence())
    for gate in {row.gate for row in rows}:
        own = [row for row in rows if row.gate == gate]
        assert sum(row.caught for row in own) / sum(row.n for row in own) >= least, gate


@pytest.mark.slow
def test_a_citation_of_another_sentence_is_caught_by_some_gate():
    rows = tried(citations.MUTATORS, shipped_evidence(), any_gate=True)
    assert sum(row.caught for row in rows) / sum(row.n for row in rows) >= 0.995


@pytest.mark.slow
def test_harmless_rephrasings_pass():
    rows = tried(rephrasing.MUTATORS, shipped_evidence())
    blocked = sum(row.caught_by_any for row in rows)
    assert 1 - blocked / sum(row.n for row in rows) >= 0.95


@pytest.mark.slow
def test_sentences_joined_pass_and_so_does_one_of_them():
    sentences = shipped_evidence()
    for first, second in pairwise(sentences):
        cited = [first, second]
        for claim in (f"{first.quote} {second.quote}", first.quote):
            assert check(claim, cited, glossary=glossary()).failures == (), claim


def test_a_row_counts_what_was_caught_and_lists_survivors():
    def mutate(evidence):
        yield Mutant("other drug", "Quorine helps in flumbosis.", (evidence,), "entities")
        yield Mutant("other drug", evidence.quote, (evidence,), "entities")

    (row,) = tried([mutate], [CITED])
    assert (row.n, row.caught, row.survivors) == (2, 1, [CITED.quote])


def test_the_tables_show_shares_sums_and_survivors():
    rows = [Row("x10", "numbers", 4, 3, 4, ["Left."]), Row("/10", "numbers", 4, 4, 4)]
    text = mutants_text(rows, show_survivors=True)
    assert "87.5%" in text
    assert "  Left." in text
    harmless = rephrasings_text([Row("spelling", "", 4, 0, 1, ["Blocked."])])
    assert "75.0%" in harmless
    assert "Blocked." not in harmless


def test_a_check_names_every_gate_and_passes_verbatim_text():
    report = check(CITED.quote, [CITED], glossary=Glossary.empty())
    assert report.passed
    assert {name for name, result in asdict(report.checks).items() if result == "pass"} == {*GATES}
    assert report.checks.support is None
    assert report.related == 1.0


def test_a_check_tells_which_gate_failed():
    report = check("Zelvoprine harms in flumbosis.", [CITED], glossary=Glossary.empty())
    assert not report.passed
    report = check("Quorine helps in flumbosis.", [CITED], glossary=Glossary.empty())
    assert report.checks.entities == "fail"
    assert report.checks.numbers == "pass"


def test_a_claim_that_cites_nothing_fails_every_gate():
    scripted = ScriptedEntailment({})
    report = check("Zelvoprine helps.", [], glossary=Glossary.empty(), entailment=scripted)
    assert report.checks == Checks("fail", "fail", "fail", "fail", "fail", "fail")
    assert check("It helps.", [], glossary=Glossary.empty()).checks.support is None


CLAIM = "In flumbosis, zelvoprine helps."


@pytest.mark.parametrize(
    ("probabilities", "result"),
    [
        ((support.LEAST_ENTAILED, 0.0), "pass"),
        ((0.95, 0.01), "pass"),
        ((support.LEAST_ENTAILED - 0.01, 0.0), "fail"),
        ((0.75, 0.25), "fail"),
        ((0.1, 0.9), "fail"),
        ((float("nan"), 0.0), "fail"),
    ],
)
def test_support_needs_entailment_and_no_contradiction(probabilities, result):
    scripted = ScriptedEntailment({CLAIM: probabilities})
    report = check(CLAIM, [CITED], glossary=Glossary.empty(), entailment=scripted)
    assert report.checks.support == result
    assert report.related is None
    assert scripted.seen == [(("A trial: " + CITED.quote,), CLAIM)]


def test_relatedness_is_no_support():
    report = check("Zelvoprine never helps in flumbosis.", [CITED], glossary=Glossary.empty())
    assert report.related == 1.0
    assert report.checks.support is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "place"),
    [
        ({0: "contradiction", 1: "entailment", 2: "neutral"}, 1),
        ({0: "ENTAILMENT", 1: "NEUTRAL", 2: "CONTRADICTION"}, 0),
        ({0: "neutral", 1: "contradiction", 2: "entail"}, 2),
    ],
)
def test_the_order_of_labels_is_the_model_s_own(labels, place):
    from consilia.entailment import label_index

    assert label_index(labels, "entail", "a model") == place


@pytest.mark.slow
@pytest.mark.parametrize("labels", [{0: "LABEL_0", 1: "LABEL_1"}, {0: "entailment", 1: "entails"}])
def test_a_model_without_clear_labels_is_refused(labels):
    from consilia.entailment import label_index

    with pytest.raises(ModelError, match="CONSILIA_ENTAILMENT"):
        label_index(labels, "entail", "a model")


@pytest.mark.slow
def test_an_entailment_model_that_is_not_there_is_told_of(tmp_path):
    from consilia.entailment import load_entailment

    with pytest.raises(ModelError, match="CONSILIA_ENTAILMENT"):
        load_entailment(str(tmp_path / "nothing"))


def test_changed_sentences_stay_sentences():
    assert with_articles("an riluzole and a edaravone") == "a riluzole and an edaravone"
    assert begun_later("The label warns.") == "the label warns."
    assert begun_later("EFNS 2012 warns.") == "EFNS 2012 warns."
