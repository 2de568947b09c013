"""Numbers in text: the row with the asked number is told from the rows without it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilia.quantities import STATES, Range, ages_in, numbers_in, ranges_in

INF = math.inf


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 mg", (50, 50, "mg")),
        ("0.5 mmol/L", (0.5, 0.5, "mmol/l")),
        ("1,800 mg", (1800, 1800, "mg")),
        ("10 to 15 mg/kg/day", (10, 15, "mg/kg/day")),
        ("10-15 mg/kg", (10, 15, "mg/kg")),
        ("10\u201315 mg", (10, 15, "mg")),
        ("between 4 and 5 years", (4, 5, "year")),
        ("60 mL/min or more", (60, INF, "ml/min")),
        ("60 mL/min and above", (60, INF, "ml/min")),
        ("30 mL/min or less", (-INF, 30, "ml/min")),
        ("above 15 to 29 mL/min", (15, 29, "ml/min")),
        ("at least 4 years", (4, INF, "year")),
        ("more than 3 months", (3, INF, "month")),
        ("below 0.5 mmol/L", (-INF, 0.5, "mmol/l")),
        ("up to 3600 mg", (-INF, 3600, "mg")),
        ("<30 mL/min", (-INF, 30, "ml/min")),
        ("\u226530 mL/min", (30, INF, "ml/min")),
        ("43 percent", (43, 43, "%")),
        ("43%", (43, 43, "%")),
        ("2 liters", (2, 2, "litre")),
    ],
)
def test_a_quantity_is_read_as_the_range_it_means(text, expected):
    assert ranges_in(f"It was {text}.") == (Range(*expected),)


@pytest.mark.parametrize(("value", "inside"), [(15, True), (22, True), (29, True), (30, False)])
def test_a_range_contains_its_limits_and_what_lies_between(value, inside):
    (row,) = ranges_in("creatinine clearance 15 to 29 mL/min")
    assert row.contains(value) is inside


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at age 3 to 11 years", (3, 11)),
        ("from age 12", (12, INF)),
        ("children under 3 years", (-INF, 3)),
        ("adults aged 65 or older", (65, INF)),
        ("children younger than 12", (-INF, 12)),
        ("aged 3-4 years", (3, 4)),
        ("people over 75", (75, INF)),
    ],
)
def test_ages_of_patients_are_read_as_ranges(text, expected):
    assert [(r.low, r.high) for r in ages_in(text)] == [expected]


def test_several_rows_of_a_sentence_are_told_apart():
    text = "40 mg/kg/day at age 3 to 4 years and 25 to 35 mg/kg/day at age 5 to 11 years"
    assert [(r.low, r.high) for r in ages_in(text)] == [(3, 4), (5, 11)]


def test_a_count_of_people_is_no_age():
    assert ages_in("120 patients were followed") == ()


def test_numbers_are_compared_as_they_are_written():
    assert numbers_in("0.43% of 1,477, n=11") == {"0.43", "1,477", "11"}
    assert numbers_in("twice daily") == frozenset()


@pytest.mark.parametrize(
    ("value", "stating", "silent"),
    [
        ("dose", "50 mg twice daily", "twice daily"),
        ("dose", "one capsule a day", "within 50 days"),
        ("dose", "200 micrograms", "at a creatinine clearance of 15 mL/min"),
        ("duration", "for 9 months", "at night"),
        ("duration", "lifelong treatment", "titrate slowly"),
        ("price", "$4,000 a year", "4,000 patients"),
        ("share", "43% of patients", "patients of both sexes"),
        ("share", "1 in 50,000 people", "a 50 mg dose"),
        ("date", "approved in 1995", "approved for ALS"),
        ("number", "a cut-off of 0.39", "grade B evidence"),
        ("number", "eleven trials", "several trials"),
        ("age", "at a mean age of 61", "61 patients"),
        ("form", "50 mg tablets", "50 mg twice daily"),
    ],
)
def test_what_is_asked_is_stated_or_not(value, stating, silent):
    assert STATES[value](stating)
    assert not STATES[value](silent)


@given(st.text(alphabet="0123456789.,- to%mgyears<>abovage", max_size=60))
def test_no_text_breaks_the_reading_of_numbers(text):
    for found in (*ranges_in(text), *ages_in(text)):
        assert not math.isnan(found.low)
    assert all(STATES[name](text) in {True, False} for name in STATES)
