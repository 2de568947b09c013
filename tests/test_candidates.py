"""Hard gates: what no score may pass."""

import pytest

from consilia.candidates import lacks_drug, treats_another
from consilia.populations import places_missing
from consilia.question import understand
from consilia.relevance import groups_missing, warns_others, weigh


@pytest.fixture
def sentence(assistant):
    """Return a function that finds the sentence of the shipped documents with these words."""

    def found(words):
        return next(
            hit.sentence for hit in assistant.search(words, k=20) if words in hit.sentence.text
        )

    return found


@pytest.fixture
def read(assistant):
    """Return a function that reads a question and weighs its terms."""

    def understood(text):
        question = understand(text, assistant.glossary)
        return question, weigh(question, assistant._kb, assistant._embedder)

    return understood


CYP = "CYP1A2 inhibitors can increase riluzole adverse reactions"
DROOLING = "botulinum toxin B should be considered for refractory drooling"


@pytest.mark.parametrize(
    ("question", "words", "lacks"),
    [
        ("Does gabapentin interact with ciprofloxacin?", CYP, True),
        ("Does riluzole interact with ciprofloxacin?", CYP, False),
        ("Does riluzole or gabapentin interact with food?", CYP, False),
        ("Is Rilutek safe with CYP1A2 inhibitors?", CYP, False),
        ("What do CYP1A2 inhibitors do?", CYP, False),
    ],
)
def test_a_sentence_names_every_drug_that_is_asked_about(sentence, read, question, words, lacks):
    assert lacks_drug(*read(question), sentence(words)) == lacks


@pytest.mark.parametrize(
    ("question", "words", "other"),
    [
        ("Does botulinum toxin help restless legs?", DROOLING, True),
        ("Does botulinum toxin help drooling?", DROOLING, False),
        ("Does botulinum toxin help in motor neurone disease?", DROOLING, False),
        ("What is botulinum toxin for?", DROOLING, False),
        ("Does riluzole help restless legs?", CYP, False),
    ],
)
def test_a_treatment_of_another_condition_answers_nothing(
    assistant, sentence, read, question, words, other
):
    terms = read(question)[1]
    assert treats_another(terms, sentence(words), assistant.glossary) == other


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How sensitive is Awaji in Turkish patients?", ("turkish",)),
        ("How sensitive is Awaji in Italian ALS patients?", ()),
        ("Any figures from Norway?", ("norwegian",)),
        ("Figures in the British society's guideline for adults?", ()),
        ("What does the French guideline say?", ()),
        ("Is it Japanese encephalitis?", ()),
    ],
)
def test_patients_of_a_place_are_met_by_a_source_that_speaks_of_it(question, missing):
    assert places_missing(question, "Sensitivity in Italy", "131 patients") == missing


def test_a_place_counts_as_a_group_of_patients(sentence, read):
    question, _ = read("How common are cramps in Greek adults?")
    assert groups_missing(question, sentence("A 1991 Dutch survey")) == ("greek",)


def test_a_warning_that_names_nobody_is_for_all_patients_of_its_document(sentence, read):
    question, _ = read("Is succinylcholine safe in children?")
    warning = sentence("Succinylcholine has a boxed warning")
    assert not warns_others(question, warning)
    adults, _ = read("Is magnesium sulfate safe in children?")
    dose = sentence("For mild magnesium deficiency in adults")
    assert warns_others(adults, dose)


def test_what_is_asked_is_the_noun_and_not_the_word_before_it(read):
    question, _ = read("What is the starting dose of gabapentin in adults?")
    assert not any(term.attribute for term in question.terms)
    frequency, _ = read("What is the frequency of cramps?")
    assert any(term.attribute for term in frequency.terms)


def test_milligrams_by_a_route_are_a_dose(read):
    assert read("How much IV magnesium in tetany?")[0].wants == {"dose"}
