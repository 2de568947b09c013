"""Splitting clinical text: no sentence broken, none swallowed, every position exact."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilia.sentences import split_sentences


def split(text):
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Give 0.5 mg b.i.d. with food.",
        "Give 1 g i.v. over 10 min.",
        "Give 10 mg p.o. t.i.d. for 5 days.",
        "Use a muscle relaxant, e.g. baclofen, at night.",
        "Use a muscle relaxant, i.e. Baclofen, at night.",
        "Smith et al. Found no effect in ALS.",
        "Dr. Smith saw a 48-year-old woman.",
        "The effect was small (p=0.08; 95% CI 0.2 to 1.4) vs. placebo.",
        "Potassium was 2.5 mmol/L (ref. 3.5 to 5.0).",
        "J. Forcelini reported one case.",
        "See Fig. 2 for doses.",
        "Magnesium fell below 0.5 mmol/L... and recovered.",
        "Is it benign?",
    ],
)
def test_abbreviations_and_doses_do_not_end_a_sentence(sentence):
    assert split(sentence) == [sentence]
    assert split(f"{sentence} Then stop.") == [sentence, "Then stop."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Give 5 mg. Then stop.", ["Give 5 mg.", "Then stop."]),
        ("Wait 10 min. Repeat once.", ["Wait 10 min.", "Repeat once."]),
        ("Is it ALS? No! Rest helps.", ["Is it ALS?", "No!", "Rest helps."]),
        ('He said "rest." She agreed.', ['He said "rest."', "She agreed."]),
        ("It helps.[1] It is safe (2).", ["It helps.[1] It is safe (2)."]),
        ("It helps [1]. It is safe.", ["It helps [1].", "It is safe."]),
        ("Deficiency of vitamin C. Give fruit.", ["Deficiency of vitamin C.", "Give fruit."]),
        ("Exclude MS. Refer adults.", ["Exclude MS.", "Refer adults."]),
        ("Rest helps\u2026 Exercise too.", ["Rest helps\u2026", "Exercise too."]),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text, sentences):
    assert split(text) == sentences


def test_list_items_are_sentences_without_their_markers():
    text = "Check:\n- potassium\n- magnesium\n1. Rest.\n2) Refer.\na. Stop.\n> Quoted.\n"
    assert split(text) == [
        "Check:",
        "potassium",
        "magnesium",
        "Rest.",
        "Refer.",
        "Stop.",
        "Quoted.",
    ]


def test_wrapped_prose_is_one_sentence_and_its_span_keeps_the_line_break():
    assert split("Refer adults with\nweakness now. Rest\nhelps.") == [
        "Refer adults with\nweakness now.",
        "Rest\nhelps.",
    ]


def test_a_paragraph_never_runs_into_the_next():
    assert split("Refer adults\n\nwith weakness.") == ["Refer adults", "with weakness."]


def test_headings_rules_and_fences_are_no_sentences():
    text = "# Title\nRest helps.\n---\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert split(text) == ["Rest helps.", "| a | b |", "| 1 | 2 |"]


def test_a_sentence_is_not_swallowed_by_the_heading_below():
    assert split("Rest helps\n## Dosing\ngive 5 mg") == ["Rest helps", "give 5 mg"]


def test_only_the_asked_stretch_is_split():
    text = "One here. Two here. Three here."
    assert [text[s.start : s.end] for s in split_sentences(text, 10, 19)] == ["Two here."]


def test_marks_without_letters_are_no_sentences():
    assert split("... !!\n***\n\n- \n") == []


@given(st.text(alphabet=st.sampled_from('aB3 .!?\n\t-#*|>)\u2026"\u00e9\u00a0e.g.'), max_size=200))
def test_spans_are_ordered_disjoint_and_stripped_in_any_text(text):
    end = 0
    for span in split_sentences(text):
        assert end <= span.start < span.end <= len(text)
        inside = text[span.start : span.end]
        assert inside == inside.strip()
        assert any(character.isalnum() for character in inside)
        end = span.end


WORD = st.sampled_from([
    "Refer",
    "adults",
    "e.g.",
    "0.5",
    "mg.",
    "b.i.d.",
    "(2019).",
    "ALS?",
    "et al.",
    "\u03bcg",
    "naïve",
    "5%,",
])
LINE = st.lists(WORD, max_size=12).map(lambda words: " ".join(["Adults", *words]))


@given(st.lists(LINE, min_size=1, max_size=6), st.sampled_from(["\n", "\n\n", " "]))
def test_no_letter_or_digit_of_prose_is_lost(lines, between):
    text = between.join(lines)
    kept = "".join(split(text))
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", text)
