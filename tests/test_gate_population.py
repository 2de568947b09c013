"""The gate of patients: whom a claim speaks of, and what it may not leave out."""

import pytest

from consilia.gates import population
from consilia.gates.ages import ages_in
from consilia.gates.evidence import Evidence
from consilia.gates.patients import values_in
from consilia.models import Population
from eval.mutations.changing import glossary, shipped_evidence

INVENTED = (
    Evidence("Offer zelvoprine to adults with flumbosis.", "Flumbosis in adults", ("Treatment",)),
    Evidence(
        "In severe renal impairment zelvoprine is limited to 20 mg a day.",
        "Zelvoprine label",
        ("Renal dosing",),
    ),
    Evidence("Zelvoprine has not been studied in pregnant women.", "Zelvoprine label"),
    Evidence(
        "In women with flumbosis, zelvoprine reduced attacks in primary care.", "Zelvoprine trial"
    ),
    Evidence(
        "Zelvoprine was effective in flumbosis.",
        "A trial of zelvoprine in men",
        population=Population(include=("adult",), exclude=("pregnancy",)),
    ),
)
OTHER_PATIENTS = {
    "For spasticity in": (
        "In children with spasticity, oral baclofen is started at 5 mg three times daily.",
        "Oral baclofen is started at 5 mg three times daily.",
        "In adults, oral baclofen is started at 5 mg three times daily.",
        "For spasticity in adults, intrathecal baclofen is started at 5 mg three times daily.",
        "For spasticity in older adults, oral baclofen is started at 5 mg three times daily.",
        "For spasticity in adults on dialysis, oral baclofen is started at 5 mg three times daily.",
        "For dystonia in adults, oral baclofen is started at 5 mg three times daily.",
        "For spasticity in adults, baclofen is started at 5 mg three times daily.",
        "For spasticity in adults in intensive care, oral baclofen is started at 5 mg "
        "three times daily.",
        "For severe spasticity in adults, oral baclofen is started at 5 mg three times daily.",
    ),
    "For epilepsy at": (
        "In adults with epilepsy, gabapentin starts at 10 to 15 mg/kg/day.",
        "For epilepsy the gabapentin label starts at 10 to 15 mg/kg/day.",
        "For postherpetic neuralgia at age 3 to 11 years gabapentin starts at 10 to 15 mg/kg/day.",
        "For epilepsy in infants gabapentin starts at 10 to 15 mg/kg/day.",
        "For epilepsy in a 17-year-old gabapentin starts at 10 to 15 mg/kg/day.",
    ),
    "Intravenous bolus calcium": (
        "Intravenous bolus calcium gluconate should not exceed 200 mg/minute.",
        "Intravenous bolus calcium gluconate should not exceed 200 mg/minute in pregnant women.",
        "Bolus calcium gluconate should not exceed 200 mg/minute in adults.",
    ),
    "For organophosphate poisoning, children": (
        "Newborns with organophosphate poisoning receive intravenous pralidoxime 20 to 50 "
        "mg/kg per dose.",
        "For carbamate poisoning, children aged under 16 receive intravenous pralidoxime "
        "20 to 50 mg/kg per dose.",
        "For organophosphate poisoning, intravenous pralidoxime is given at 20 to 50 "
        "mg/kg per dose.",
        "For organophosphate poisoning, children aged under 16 receive intramuscular "
        "pralidoxime 20 to 50 mg/kg per dose.",
    ),
    "NICE says adults with small": (
        "NICE says children with fasciculations should not routinely be referred.",
        "NICE says adults with tremor should not routinely be referred unless there is "
        "also muscle wasting.",
    ),
    "The ATA 2016 guideline makes": (
        "Methimazole is the drug of choice for almost all patients with Hashimoto disease.",
        "Methimazole is the antithyroid drug of choice for almost all patients.",
    ),
    "Offer zelvoprine": (
        "Offer zelvoprine to children with flumbosis.",
        "Offer zelvoprine.",
        "Offer zelvoprine to adults.",
        "Offer zelvoprine to adults with marbilosis.",
        "Offer quinoprine to adults with flumbosis.",
        "Offer zelvoprine and marblamab to adults with flumbosis.",
        "Offer zelvoprine to pregnant women with flumbosis.",
    ),
    "In severe renal impairment zelvoprine": (
        "In mild renal impairment zelvoprine is limited to 20 mg a day.",
        "In severe hepatic impairment zelvoprine is limited to 20 mg a day.",
        "Zelvoprine is limited to 20 mg a day.",
        "In renal impairment zelvoprine is limited to 20 mg a day.",
    ),
    "In women with flumbosis": (
        "In men with flumbosis, zelvoprine reduced attacks in primary care.",
        "In women with flumbosis, zelvoprine reduced attacks.",
        "Zelvoprine reduced attacks in primary care.",
    ),
    "Zelvoprine was effective": (
        "Zelvoprine was effective in flumbosis in women.",
        "Zelvoprine was effective in flumbosis in pregnancy.",
    ),
    "In 33 patients with suspected ALS, ultrasound beat": (
        "In 33 patients with confirmed ALS, ultrasound beat EMG for fasciculation "
        "detection in quadriceps.",
        "In 33 patients with suspected ALS, ultrasound beat EMG for fasciculation "
        "detection in the tongue.",
    ),
    "Society for Endocrinology guidance says the": (
        "The commonest cause of acute symptomatic hypocalcaemia is parathyroid disruption "
        "after total thyroidectomy.",
        "The commonest cause of chronic symptomatic hypocalcaemia in hospital is "
        "parathyroid disruption after total thyroidectomy.",
        "The commonest cause of acute symptomatic hypokalaemia in hospital is parathyroid "
        "disruption after total thyroidectomy.",
        "The commonest cause of acute symptomatic hypocalcaemia in primary care is "
        "parathyroid disruption after total thyroidectomy.",
    ),
    "Riluzole is contraindicated": (
        "Riluzole is contraindicated after a mild hypersensitivity reaction to it.",
        "Riluzole is contraindicated in pregnancy.",
    ),
    "Tofersen is indicated": (
        "Tofersen is indicated for ALS.",
        "Tofersen is indicated for adults with ALS.",
        "Tofersen is indicated for adults with ALS who have a mutation in the C9orf72 gene.",
        "Tofersen is indicated for adolescents with ALS who have a mutation in the SOD1 gene.",
    ),
    "Gabapentin effectiveness has": (
        "Gabapentin effectiveness has not been established in children.",
        "Gabapentin effectiveness has not been established in adults.",
    ),
    "The gabapentin label warns": (
        "The gabapentin label warns of neuropsychiatric reactions.",
        "The gabapentin label warns of neuropsychiatric reactions in adults with epilepsy.",
    ),
    "In severe renal impairment the": (
        "The magnesium sulfate label limits the dose to 20 g in 48 hours.",
        "In renal impairment the magnesium sulfate label limits the dose to 20 g in 48 hours.",
        "In severe heart failure the magnesium sulfate label limits the dose to 20 g in 48 hours.",
    ),
    "Magnesium is excreted": ("Magnesium must be used very cautiously in liver failure.",),
    "The FDA says propylthiouracil": ("Propylthiouracil may be preferred while breastfeeding.",),
    "Calcium gluconate is": (
        "Calcium gluconate is contraindicated in newborns.",
        "Calcium gluconate is contraindicated in children receiving ceftriaxone.",
        "Calcium gluconate is contraindicated in newborns up to 28 days old receiving cefotaxime.",
    ),
    "A 2017 conference": ("Benign fasciculations occur in about 70% of people with cancer.",),
    "A 91-year-old man": (
        "A 91-year-old woman on a proton pump inhibitor for 18 months developed tetany.",
        "A child on a proton pump inhibitor for 18 months developed tetany from severe "
        "low magnesium and low calcium.",
    ),
    "In a trial of 80 adults over 55, six": (
        "Six weeks of nightly calf and hamstring stretching cut night cramps by 1.2 per "
        "night compared with no stretching.",
    ),
    "Baclofen has not": (
        "Baclofen has not significantly helped patients with multiple sclerosis, who "
        "tolerate it poorly.",
        "Baclofen has not significantly helped patients.",
    ),
    "A review describes": ("Hypokalaemia is common in patients in the community.",),
    "The AAFP review treats": (
        "Hyperkalaemia is treated with oral or intravenous potassium.",
        "Hypokalaemia is treated with oral or intramuscular potassium.",
    ),
    "NICE advises contacting": (
        "The consultant neurologist should be contacted directly when a person with "
        "confirmed motor neurone disease needs to be seen urgently.",
    ),
    "The succinylcholine label reserves": (
        "The succinylcholine label reserves use in adults for emergency intubation.",
        "The succinylcholine label reserves use for emergency intubation or when the "
        "airway must be secured immediately.",
    ),
    "A UK primary": (
        "In hospital patients, long-term quinine for cramps or restless legs was "
        "associated with higher mortality.",
        "A US primary care database study found higher mortality with long-term quinine.",
        "A UK primary care database study found higher mortality with long-term quinine "
        "for malaria.",
    ),
    "EFNS 2012 says non-invasive": (
        "EFNS 2012 says non-invasive positive-pressure ventilation improves survival and "
        "quality of life.",
        "EFNS 2012 says non-invasive positive-pressure ventilation improves survival and "
        "quality of life in COPD.",
    ),
    "For ALS, intravenous": ("Edaravone is given as 60 mg over 60 minutes on each dosing day.",),
    "StatPearls defines hypomagnesaemia": (
        "Hypomagnesaemia in children is defined as serum magnesium below 1.46 mg/dL.",
        "Hypocalcaemia is defined as serum magnesium below 1.46 mg/dL.",
    ),
}


def spans():
    """Return the sentences of the knowledge base that ships, and the invented ones, by text."""
    return {item.quote: item for item in (*shipped_evidence(), *INVENTED)}


def span(start):
    """Return the one sentence that starts so."""
    (found,) = [item for quote, item in spans().items() if quote.startswith(start)]
    return found


def pairs(table):
    """Return each claim with the start of its sentence."""
    return [(start, claim) for start, claims in table.items() for claim in claims]


@pytest.mark.parametrize(("start", "claim"), pairs(OTHER_PATIENTS))
def test_other_patients_are_caught(start, claim):
    found = population.failures(claim, [span(start)], glossary())
    assert {failure.gate for failure in found} == {"population"}
    assert all(failure.reason for failure in found)


FLUMBOSIS = "Zelvoprine is effective in flumbosis."


@pytest.mark.parametrize(
    ("evidence", "claim", "passes"),
    [
        (Evidence(FLUMBOSIS, population=Population(include=("child",))), "in children", True),
        (
            Evidence(FLUMBOSIS, population=Population(include=("adult", "child"))),
            "in children",
            False,
        ),
        (Evidence(FLUMBOSIS, population=Population(exclude=("pregnancy",))), "in pregnancy", False),
        (Evidence(FLUMBOSIS, headings=("Paediatric use",)), "in children", True),
        (Evidence(FLUMBOSIS, headings=("Adults and children",)), "in children", False),
        (Evidence(FLUMBOSIS, "Zelvoprine in women"), "in women", True),
        (Evidence(FLUMBOSIS, "Zelvoprine in women"), "in men", False),
        (Evidence(FLUMBOSIS, "Oral zelvoprine"), "when given by mouth", True),
        (Evidence(FLUMBOSIS, "Oral zelvoprine"), "when given intravenously", False),
        (Evidence(FLUMBOSIS, population=Population(text="Hospital patients")), "in hospital", True),
        (Evidence(FLUMBOSIS), "in hospital", False),
        (Evidence(FLUMBOSIS), "in adults", False),
        (Evidence(FLUMBOSIS), "in smokers", False),
    ],
)
def test_what_stands_above_a_span_says_whom_it_is_about_when_it_leaves_no_choice(
    evidence, claim, passes
):
    told = FLUMBOSIS.replace(".", f" {claim}.")
    assert (population.failures(told, [evidence]) == ()) is passes


def test_the_failure_names_the_restriction_that_was_dropped():
    cited = Evidence("In older adults with flumbosis, zelvoprine shortened attacks.")
    found = population.failures("Zelvoprine shortened attacks.", [cited])
    assert {failure.found for failure in found} >= {"older adults", "flumbosis"}
    assert not any(failure.claimed for failure in found)


def test_a_clause_may_be_dropped_with_its_patients_but_not_without():
    cited = [Evidence("Give 40 mg in adults and 20 mg in children, but none in newborns.")]
    assert population.failures("Give 40 mg in adults.", cited) == ()
    assert population.failures("Give 20 mg in children.", cited) == ()
    assert population.failures("Give 40 mg in adults and 20 mg.", cited) != ()
    assert population.failures("Give 40 mg.", cited) != ()
    assert population.failures("Give 20 mg in newborns.", cited) != ()


def test_a_claim_on_one_span_need_not_keep_the_patients_of_another():
    cited = [Evidence("Zelvoprine cures hiccups."), Evidence("In boys, zelvoprine cures tics.")]
    assert population.failures("Zelvoprine cures hiccups.", cited) == ()
    assert population.failures("Zelvoprine cures tics.", cited) != ()


def test_spans_that_restrict_the_same_to_different_patients_do_not_lift_each_other():
    cited = [Evidence("Zelvoprine helps in boys."), Evidence("Zelvoprine helps in elderly women.")]
    assert population.failures("Zelvoprine helps.", cited) != ()


@pytest.mark.parametrize(
    ("text", "facet", "values"),
    [
        ("expectant mothers", "pregnancy", {"pregnancy"}),
        ("nursing mothers", "breastfeeding", {"breastfeeding"}),
        ("elderly women", "age", {"older_adult"}),
        ("octogenarians", "age", {"older_adult"}),
        ("ICU patients", "setting", {"intensive_care"}),
        ("seen by their GP", "setting", {"primary_care"}),
        ("inpatients", "setting", {"hospital"}),
        ("outpatients", "setting", {"outpatient"}),
        ("given subcutaneously", "route", {"subcutaneous"}),
        ("phase IV trials", "route", None),
        ("5 mg IV", "route", {"intravenous"}),
        ("nebulised", "route", {"inhaled"}),
        ("a skin patch", "route", {"transdermal"}),
        ("CKD", "renal_impairment", {"renal_impairment"}),
        ("cirrhosis", "hepatic_impairment", {"hepatic_impairment"}),
        ("adults aged 18 to 64", "age", {"adult"}),
        ("excluding pregnant women", "pregnancy", None),
        ("postmenopausal", "menopause", {"menopause"}),
    ],
)
def test_groups_settings_and_routes_are_read_from_words(text, facet, values):
    assert values_in(text).get(facet) == (frozenset(values) if values else None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("children aged 3 to 11 years", 3, 11),
        ("between 18 and 65 years of age", 18, 65),
        ("aged 20-75", 20, 75),
        ("65 years and older", 65, 130),
        ("aged 65 and over", 65, 130),
        ("adults over 55", 55, 130),
        ("from age 12 years", 12, 130),
        ("a 48-year-old woman", 48, 48),
        ("up to 18 months of age", 0, 1.5),
    ],
)
def test_ages_are_read_with_their_limits(text, low, high):
    (ages,) = ages_in(text)
    assert (ages.low, ages.high) == (low, high)


@pytest.mark.parametrize(
    "text",
    [
        "for 3 to 6 months",
        "over 6 weeks",
        "ALS of 2 years or less",
        "at 5 years of follow-up",
        "5 years after onset",
        "over 30 minutes",
        "within 14 days",
        "in 80 patients",
    ],
)
def test_a_duration_is_no_age(text):
    assert list(ages_in(text)) == []
