"""A claim's figures are those of its spans: value, unit, comparator, how often, and whose."""

import re

import pytest

from consilia.gates.evidence import Evidence
from consilia.gates.numbers import failures
from consilia.models import Population
from eval.mutations import citations, numbers
from eval.mutations.changing import shipped_evidence


def blocked(claim, *quotes, **context):
    return failures(claim, [Evidence(quote, **context) for quote in quotes])


DOSE = (
    "For flumbosis in adults, oral zelvoprine is started at 5 mg three times daily and "
    "raised by 5 mg per dose every 3 days to 20 mg three times daily."
)
CEILING = "The maximum oral zelvoprine dose in adults is 80 mg a day, as 20 mg four times daily."
ARMS = (
    "In 743 people with flumbosis, mortality was 13% with zelvoprine infusion versus 27% "
    "with boluses."
)
CHANGE = (
    "Median survival rose from 11.8 to 14.8 months with zelvoprine (HR 0.84, 95% CI 0.698 "
    "to 0.997; p=0.04)."
)
RENAL = (
    "From age 12 years, the daily dose range is 200 to 700 mg once daily when creatinine "
    "clearance is above 15 to 29 mL/min."
)
WEIGHT = (
    "The recommended dose is 40 mg/kg/day at age 3 to 4 years and 25 to 35 mg/kg/day at age "
    "5 to 11 years, in three divided doses."
)
BOLUS = (
    "Intravenous zelvoprine should not exceed 200 mg/minute in adults or 100 mg/minute in children."
)
MEAL = "The dose is 50 mg by mouth twice daily, at least 1 hour before or 2 hours after a meal."
BOTH = (
    "Intravenous zelvoprine is given as 60 mg over 60 minutes; the oral suspension dose is "
    "105 mg (5 mL)."
)
COUNTS = (
    "In a trial of 131 patients with flumbosis and 104 controls, 28 (21%) had hum and 14 "
    "(11%) had marbling."
)
LEVELS = (
    "Levels above 1.5 mEq/L carry more risk, and 0.5 to 0.7 mmol/L of magnesium is moderate "
    "deficit."
)
TOTAL = (
    "The label starts with 300 mg on day 1 and 600 mg on day 2, then titrates up to 1,800 "
    "mg a day in three doses."
)
SENSITIVE = (
    "Alpha criteria were 71.8% sensitive and 45.2% specific, and Beta criteria 77.8% "
    "sensitive and 43.3% specific."
)
LIMIT = (
    "Stop zelvoprine if transaminases exceed 5 times the upper limit of normal or platelets "
    "fall below 500 per cubic mm."
)
PHASE = "The phase 3 trial of AB-123 in SOD1 flumbosis ended on 4 April 2024."
FOLLOW = "After the first 3 months, review every 6 to 12 weeks for up to 2 years."
POINTS = (
    "Zelvoprine raised one-year survival by 9 percentage points (49% on placebo, 58% on "
    "zelvoprine)."
)
RATE = "Rates are about 6 per million per year for marbling and 2 per million per year for hum."


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        (DOSE, "Oral zelvoprine starts at 5 mg TID."),
        (DOSE, "Adults with flumbosis begin with 5 mg t.i.d. and reach 20 mg 3 times a day."),
        (DOSE, "The dose of zelvoprine is increased every three days by 5 mg per dose."),
        (DOSE, "Start with 0.005 g three times per day."),
        (CEILING, "Adults should take no more than 80 mg of oral zelvoprine per day."),
        (CEILING, "Oral zelvoprine should not exceed 80 mg/day in adults (20 mg QID)."),
        (CEILING, "Up to 80 mg daily may be given by mouth."),
        (ARMS, "Of 743 patients, 27% died with boluses and 13% with zelvoprine infusion."),
        (ARMS, "Mortality was 13 percent on infusion compared with 27 per cent on boluses."),
        (ARMS, "Seven hundred and forty-three people with flumbosis were studied."),
        (CHANGE, "With zelvoprine median survival went from 11.8 months to 14.8 months."),
        (CHANGE, "The hazard ratio was 0.84 (95% confidence interval 0.698\u20130.997)."),
        (CHANGE, "Survival improved (p = .04)."),
        (RENAL, "With a creatinine clearance of 15-29 ml/min, give 200\u2013700 mg once a day."),
        (RENAL, "Patients aged 12 or older get between 200 and 700 mg once daily."),
        (WEIGHT, "Children aged 3-4 years need 40 mg/kg daily."),
        (WEIGHT, "At 5 to 11 years of age the dose is 25 to 35 mg per kg per day."),
        (BOLUS, "In children, give at most 100 mg per minute."),
        (BOLUS, "The rate is limited to 200 mg/min IV in adults."),
        (MEAL, "Take 50 mg orally bid, two hours after a meal or at least one hour before it."),
        (BOTH, "The dose is 60 mg IV over an hour."),
        (BOTH, "The oral dose is 105 mg, which is 5 millilitres."),
        (COUNTS, "Fourteen patients (11%) had marbling and 28 (21%) had hum."),
        (COUNTS, "The trial had 104 controls and 131 participants with flumbosis."),
        (LEVELS, "Risk is greater when levels exceed 1.5 mEq/L."),
        (LEVELS, "A moderate deficit is 0.5\u20130.7 mmol/L."),
        (TOTAL, "Up to 1.8 g/day is given in 3 doses."),
        (SENSITIVE, "Beta criteria were 43.3% specific and 77.8% sensitive."),
        (SENSITIVE, "Specificity was 45.2% for Alpha criteria and 43.3% for Beta criteria."),
        (LIMIT, "Zelvoprine is stopped if transaminases are more than five times the upper limit."),
        (LIMIT, "Stop it when platelets are under 500/mm³."),
        (PHASE, "In April 2024 the phase III trial of AB123 ended."),
        (FOLLOW, "Review is due every 6-12 weeks for no more than two years."),
        (POINTS, "Survival at one year was 58% with zelvoprine and 49% with placebo."),
        (RATE, "Hum occurs in about 2 per million per year."),
        ("Half of the 80 adults improved.", "50% of the adults improved."),
        ("Give 180 micrograms daily for 8 weeks.", "Give 180 \u00b5g once daily over eight weeks."),
        ("Give 180 micrograms daily for 8 weeks.", "180 mcg/day is given for 56 days."),
        ("Give one capsule every 12 hours.", "One capsule is given twice daily."),
        ("A single trial enrolled 2,015 people.", "One trial enrolled 2015 people."),
        ("Platelets were below 100 \u00d7 10⁹/L.", "Platelets were <100 x10^9/L."),
        ("It happens at age 65 or older.", "It happens in people aged ≥65 years."),
        ("The gap should not exceed 12 hours.", "Leave a gap of at most 12 hours."),
        ("Zelvoprine cut hum from 5.3 to 3.5 a day.", "Hum fell from 5.3 to 3.5 per day."),
        (
            "The difference was \u22122.67 (95% CI \u22123.2 to \u22121.1).",
            "The difference was -2.67.",
        ),
    ],
)
def test_a_harmless_rephrasing_passes(quote, claim):
    assert blocked(claim, quote) == ()


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        (DOSE, "Zelvoprine starts at 50 mg three times daily."),
        (DOSE, "Zelvoprine starts at 5 mg twice daily."),
        (DOSE, "Zelvoprine starts at 5 mcg three times daily."),
        (DOSE, "Zelvoprine starts at 20 mg and is raised to 5 mg three times daily."),
        (DOSE, "The dose is raised by 5 mg every 3 weeks."),
        (DOSE, "Intravenous zelvoprine is started at 5 mg three times daily."),
        (CEILING, "The oral dose in adults is 80 mg a day."),
        (CEILING, "Give 80 mg four times daily."),
        (CEILING, "Give at least 80 mg a day."),
        (ARMS, "Mortality was 27% with zelvoprine infusion."),
        (ARMS, "Mortality was 27% with zelvoprine infusion versus 13% with boluses."),
        (ARMS, "Mortality was 13 percentage points with infusion."),
        (ARMS, "Mortality was below 13% with infusion."),
        (ARMS, "In 734 people mortality was 13% with infusion."),
        (CHANGE, "Median survival rose from 14.8 to 11.8 months with zelvoprine."),
        (CHANGE, "Median survival rose to 14.8 weeks."),
        (CHANGE, "The odds ratio was 0.84."),
        (CHANGE, "The hazard ratio was 0.84 (95% CI 0.698 to 0.979)."),
        (CHANGE, "Survival improved (p<0.04)."),
        (CHANGE, "Median survival rose from 11.8 to 14.8 months (p=0.004)."),
        (RENAL, "Give 200 to 700 mg twice daily."),
        (RENAL, "Give 200 to 700 mg when creatinine clearance is below 15 mL/min."),
        (RENAL, "Up to age 12 years, give 200 to 700 mg once daily."),
        (RENAL, "Give 200 to 900 mg once daily."),
        (WEIGHT, "Children aged 3 to 4 years need 25 to 35 mg/kg/day."),
        (WEIGHT, "Children aged 3 to 4 years need 40 mg/kg per dose."),
        (WEIGHT, "Children aged 3 to 4 years need 40 mg a day."),
        (BOLUS, "Zelvoprine is given at 200 mg/minute in adults."),
        (BOLUS, "Zelvoprine should not exceed 200 mg/minute in children."),
        (BOLUS, "Zelvoprine should not exceed 200 mg/hour in adults."),
        (MEAL, "Take 50 mg twice daily, 1 hour after a meal."),
        (MEAL, "Take 50 mg twice daily, at most 1 hour before a meal."),
        (BOTH, "Oral zelvoprine is given as 60 mg over 60 minutes."),
        (BOTH, "The oral dose is 105 mL."),
        (BOTH, "Zelvoprine 60 mg is given after 60 minutes."),
        (COUNTS, "The trial had 131 controls."),
        (COUNTS, "14 (21%) had hum."),
        (LEVELS, "Levels below 1.5 mEq/L carry more risk."),
        (LEVELS, "Levels above 1.5 mg/dL carry more risk."),
        (TOTAL, "Give 1800 mg three times daily."),
        (TOTAL, "Give 1800 mg once daily."),
        (TOTAL, "Give 600 mg on day 1."),
        (SENSITIVE, "Alpha criteria were 45.2% sensitive."),
        (SENSITIVE, "Beta criteria were 71.8% sensitive."),
        (
            SENSITIVE,
            "Alpha criteria were 71.8% sensitive and 43.3% specific, and Beta 77.8% and 45.2%.",
        ),
        (LIMIT, "Stop zelvoprine if transaminases exceed 3 times the upper limit of normal."),
        (LIMIT, "Stop zelvoprine if platelets rise above 500 per cubic mm."),
        (LIMIT, "Stop zelvoprine if platelets fall below 500 per litre."),
        (PHASE, "The phase 2 trial ended on 4 April 2024."),
        (PHASE, "The phase 3 trial ended in May 2024."),
        (PHASE, "The phase 3 trial of AB-132 ended."),
        (FOLLOW, "Review every 6 to 12 months for up to 2 years."),
        (FOLLOW, "Review every 6 to 12 weeks for at least 2 years."),
        (FOLLOW, "Review every 6 to 12 weeks for 2 years."),
        (POINTS, "Zelvoprine raised one-year survival by 9%."),
        (POINTS, "Survival was 58% on placebo."),
        (RATE, "Marbling occurs in about 6 per 100,000 per year."),
        (RATE, "Marbling occurs in about 2 per million per year."),
        ("Give one capsule every 12 hours.", "Give two capsules every 12 hours."),
        ("Give 10 mg daily.", "Give 10 mg weekly."),
        ("Give 10 mg at night.", "Give 10 mg in the morning."),
        ("Give 2 g of zelvoprine.", "Give 2 g/kg of zelvoprine."),
        ("Zelvoprine may be given.", "Zelvoprine 5 mg may be given."),
        ("Injury at T6 or above is at risk.", "Injury at T6 or below is at risk."),
    ],
)
def test_a_changed_figure_is_blocked(quote, claim):
    assert {failure.gate for failure in blocked(claim, quote)} == {"numbers"}


def test_every_failure_says_what_was_claimed_and_what_stands_there():
    [failure] = blocked("Give 50 mg daily.", "Give 50 mg twice daily.")
    assert failure.claimed == "50 mg daily"
    assert failure.found == "50 mg 2 times daily"
    assert failure.reason.endswith(".")


def test_a_claim_may_combine_spans():
    claim = "Zelvoprine is given as 60 mg over 60 minutes, and 131 patients were studied."
    assert blocked(claim, BOTH, COUNTS) == ()
    assert blocked(claim, BOTH, ARMS) != ()


def test_quotes_one_after_the_other_pass_as_they_are():
    assert blocked(f"{BOTH} {COUNTS}", BOTH, COUNTS) == ()


@pytest.mark.parametrize(
    "claim",
    [
        "In the 2019 phase 2 trial zelvoprine helped.",
        "Oral zelvoprine helped in flumbosis.",
        "At a creatinine clearance of 15 to 29 mL/min zelvoprine helped.",
        "Zelvoprine helped people aged 65 or over.",
    ],
)
def test_title_headings_and_population_carry_names_dates_routes_limits_and_ages(claim):
    quote = "Zelvoprine helped."
    context = {
        "title": "Oral zelvoprine in SOD1 flumbosis: phase 2 trial, 2019",
        "headings": ("Dosing", "Creatinine clearance 15 to 29 mL/min"),
        "population": Population(text="people aged 65 or over"),
    }
    assert blocked(claim, quote, **context) == ()
    assert blocked(claim, quote) != ()


def test_a_dose_in_the_title_carries_no_claim():
    assert blocked("Zelvoprine 40 mg helped.", "Zelvoprine helped.", title="Zelvoprine 40 mg")


@pytest.mark.parametrize(
    ("claim", "carried"),
    [
        ("Give 0.5 g.", True),
        ("Give 500000 mcg.", True),
        ("Give 500 mL.", False),
        ("Give 500 units.", False),
        ("Give 500 mg/kg.", False),
        ("Give 500.", False),
    ],
)
def test_units_of_one_dimension_are_converted_and_others_never(claim, carried):
    assert (blocked(claim, "Give 500 mg.") == ()) is carried


@pytest.mark.parametrize("number", ["B12", "NG42", "COX-2", "CYP3A4", "HLA-B*1502", "MCI-186"])
def test_a_number_in_a_name_is_part_of_the_name(number):
    quote = f"{number} is looked at in flumbosis."
    assert blocked(f"In flumbosis {number} is looked at.", quote) == ()
    digit = re.search(r"\d", number)[0]
    other = number.replace(digit, str((int(digit) + 1) % 10))
    assert blocked(f"In flumbosis {other} is looked at.", quote) != ()


def mutants(modules, evidence):
    return [
        mutant for module in modules for change in module.MUTATORS for mutant in change(evidence)
    ]


@pytest.mark.slow
def test_changed_figures_and_moved_citations_are_caught():
    due = [
        mutant
        for evidence in shipped_evidence()
        for mutant in mutants((numbers, citations), evidence)
        if mutant.gate == "numbers"
    ]
    missed = [mutant for mutant in due if not failures(mutant.claim, mutant.evidence)]
    assert len(due) > 2_000
    assert len(missed) <= 0.005 * len(due)


def test_a_change_is_one_and_is_named():
    evidence = Evidence("Give zelvoprine 50 mg twice daily for up to 6 weeks in 120 adults.")
    found = mutants((numbers,), evidence)
    assert {mutant.change for mutant in found} >= {
        "value x10",
        "value /10",
        "digits transposed",
        "unit swap",
        "mL for mg",
        "mg for mg/kg",
        "comparator flipped",
        "frequency changed",
        "duration changed",
        "ceiling dropped",
        "n changed",
    }
    assert all(mutant.claim != evidence.quote for mutant in found)
    assert all(failures(mutant.claim, mutant.evidence) for mutant in found)


def test_a_whole_sentence_passes_without_being_compared_as_text():
    # A trailing clause keeps the sentence from being recognised as the quote itself.
    said = [evidence for evidence in shipped_evidence() if evidence.quote.endswith(".")]
    assert [e.quote for e in said if failures(f"{e.quote[:-1]}, it says.", [e])] == []


@pytest.mark.parametrize(
    ("span", "claim"),
    [
        (
            "Adults receive zelvoprine 15 mg/kg daily (maximum 2 g).",
            "Adults receive 15 mg/kg daily.",
        ),
        ("Infuse 15 mg/kg a day, up to 2 g a day.", "Infuse zelvoprine 15 mg/kg a day."),
        ("Infuse 15 to 30 mg/kg daily, not above 2 g daily.", "Infuse 15 to 30 mg/kg daily."),
        ("Take 40 mg three times daily.", "Take zelvoprine 40 mg."),
        ("Infuse 15 mg/kg per dose.", "Infuse 15 mg/kg of zelvoprine."),
    ],
)
def test_a_dose_keeps_its_ceiling_and_how_often_it_is_given(span, claim):
    [failed] = failures(claim, [Evidence(span)])
    assert "leaves out" in failed.reason


@pytest.mark.parametrize(
    ("span", "claim"),
    [
        ("Infuse 15 mg/kg daily (maximum 2 g).", "Infuse 15 mg/kg daily, at most 2 g."),
        ("Start at 5 mg and increase to a maximum of 40 mg daily.", "Start at 5 mg."),
        ("Take 40 mg three times daily.", "Take 40 mg TID."),
        ("The tablet has 40 mg (maximum 12 tablets).", "The tablet has 40 mg."),
    ],
)
def test_a_dose_without_a_ceiling_or_rate_of_its_own_passes(span, claim):
    assert failures(claim, [Evidence(span)]) == ()
