"""Notations of doses that are easily misread are told in plain words."""

import pytest

from consilia import Assistant
from consilia.ingestion import Ingestion
from consilia.notations import Notation, error_prone
from consilia.testing import HashEmbedder

FIRES = {
    "Zelvoprine 5.0 mg is given.": ("5.0 mg", "5 mg"),
    "Zelvoprine 10.00 mL is given.": ("10.00 mL", "10 mL"),
    "Start at .5 mg twice a day.": (".5 mg", "0.5 mg"),
    "A dose of .25 mcg is given.": (".25 mcg", "0.25 mcg"),
    "Inject 10U before meals.": ("10U", "10 units"),
    "Inject 10 u before meals.": ("10 u", "10 units"),
    "Give 5,000 IU weekly.": ("5,000 IU", "5,000 international units"),
    "Give 25 \u00b5g hourly.": ("25 \u00b5g", "25 micrograms"),
    "Give 25 \u03bcg hourly.": ("25 \u03bcg", "25 micrograms"),
    "Zelvoprine 40 mg QD.": ("QD", "daily"),
    "Zelvoprine 40 mg q.d. is enough.": ("q.d.", "daily"),
    "Zelvoprine 40 mg QOD.": ("QOD", "every other day"),
    "MSO4 was given.": ("MSO4", "morphine sulfate"),
    "MgSO4 was given.": ("MgSO4", "magnesium sulfate"),
}
PASSES = [
    "Zelvoprine 0.5 mg is given.",
    "Zelvoprine 5.05 mg is given.",
    "Version 5.0 of the criteria.",
    "A potassium of 3.0 mmol/L or 0.50 of it.",
    "In 10 UK hospitals.",
    "The 10 U.S. centres.",
    "A 2-unit bag.",
    "Give 25 mcg hourly.",
    "MS and its subtypes.",
    "See section 4.5.",
    "QDs of cadmium were not studied.",
    "An iudicious choice.",
]


@pytest.mark.parametrize(("text", "pair"), FIRES.items())
def test_an_error_prone_notation_is_read_in_plain_words(text, pair):
    assert error_prone(text) == (Notation(*pair),)


@pytest.mark.parametrize("text", PASSES)
def test_other_notations_are_let_pass(text):
    assert error_prone(text) == ()


def test_the_reader_of_an_answer_is_told_and_the_sentence_stays(write_document, tmp_path):
    sentence = "For flumbosis the zelvoprine dose is 5.0 mg QD."
    path = write_document("zelvoprine-label", f"## Dosing\n\n{sentence}\n", kind="label")
    Ingestion(tmp_path / "kb", HashEmbedder).add([path])
    with Assistant.open(tmp_path / "kb", embedder=HashEmbedder()) as assistant:
        answer = assistant.ask("What is the zelvoprine dose for flumbosis?")

    assert [claim.text for claim in answer.claims] == [sentence]
    assert [notice.text for notice in answer.notices if notice.code == "dose_notation"] == [
        "Citation 1: read “5.0 mg” as 5 mg.",
        "Citation 1: read “QD” as daily.",
    ]
