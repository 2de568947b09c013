"""The strength gate: a claim may say less strongly what its spans say, never more."""

import pytest

from consilia.gates.evidence import Evidence
from consilia.gates.strength import failures
from eval.mutations import strength as mutations
from eval.mutations.changing import shipped_evidence

HOLDS = {
    "Zelvoprine is recommended in people with flumbosis who have failed diet.": [
        "In people with flumbosis who have failed diet, zelvoprine is recommended.",
    ],
    "A single patient with refractory flumbosis recovered fully after morvalide.": [
        "One patient with refractory flumbosis recovered fully after morvalide.",
    ],
    "For relapse, clinicians might try a second course, though the benefit is uncertain.": [
        "A second course might be tried for relapse.",
        "The benefit of a second course for relapse is uncertain.",
    ],
}

FAILS = {
    (
        "NICE says adults with small involuntary muscle twitches (fasciculations) should not "
        "routinely be referred unless there is also muscle wasting and weakness, or muscle "
        "rigidity."
    ): [
        (
            "Adults with fasciculations should not be referred if there is also muscle wasting "
            "and weakness, or muscle rigidity."
        ),
        "Adults with fasciculations should not routinely be referred.",
        "Refer adults with fasciculations even if there is no muscle wasting.",
    ],
    "Riluzole must be stopped immediately if interstitial lung disease develops.": [
        "Riluzole must be stopped immediately.",
    ],
    (
        "The AAN 2010 assessment rates quinine derivatives as likely effective for muscle cramps "
        "(Level A) but says they should be avoided for routine use because of toxicity."
    ): [
        "Quinine derivatives are effective for muscle cramps.",
        "Quinine derivatives are contraindicated for routine use because of toxicity.",
        "Quinine derivatives are likely effective for muscle cramps (Level B).",
    ],
    (
        "The UK MHRA says quinine is not a routine treatment for nocturnal leg cramps and should "
        "be considered only when cramps regularly disrupt sleep."
    ): [
        "Quinine should be considered for nocturnal leg cramps.",
        "Quinine should be offered only when cramps regularly disrupt sleep.",
        "Quinine is recommended when cramps regularly disrupt sleep.",
    ],
    (
        "In a randomised ALS trial, in people with poor bulbar function non-invasive ventilation "
        "improved some quality-of-life measures but not survival."
    ): [
        (
            "In people with poor bulbar function non-invasive ventilation improved quality of "
            "life and survival."
        ),
    ],
    "Carbamazepine can cause hyponatraemia through inappropriate antidiuretic hormone secretion.": [
        "Carbamazepine causes hyponatraemia.",
        (
            "Carbamazepine always causes hyponatraemia through inappropriate antidiuretic hormone "
            "secretion."
        ),
        "Carbamazepine should cause hyponatraemia.",
    ],
    (
        "The phase 2 gabapentin ALS trial (152 patients, 800 mg three times daily for 6 months) "
        "showed a non-significant trend to slower arm strength loss (p=0.057 to 0.08)."
    ): [
        "Gabapentin slowed arm strength loss.",
        "Gabapentin showed a significant trend to slower arm strength loss.",
        "The phase 2 gabapentin trial showed slower arm strength loss.",
    ],
    (
        "The 2019 review suggests a two-way relationship between benign fasciculations and health "
        "anxiety, and a low threshold for psychiatric referral."
    ): [
        (
            "The 2019 review proves a two-way relationship between benign fasciculations and "
            "health anxiety."
        ),
        (
            "The 2019 review shows a two-way relationship between benign fasciculations and "
            "health anxiety."
        ),
    ],
    (
        "Voltage-gated potassium channel complex antibodies and certain tumours are associated "
        "with peripheral nerve hyperexcitability syndromes."
    ): [
        (
            "Voltage-gated potassium channel complex antibodies and certain tumours cause "
            "peripheral nerve hyperexcitability syndromes."
        ),
        (
            "Peripheral nerve hyperexcitability syndromes result from voltage-gated potassium "
            "channel complex antibodies."
        ),
    ],
    "Symptoms of flumbosis rarely return after zelvoprine, and most patients tolerate it.": [
        "Flumbosis symptoms often return after zelvoprine.",
        "Flumbosis symptoms return after zelvoprine.",
        "Flumbosis symptoms never return after zelvoprine.",
    ],
    "Low-certainty evidence suggests that zelvoprine may reduce humming in flumbosis.": [
        "High-certainty evidence suggests that zelvoprine may reduce humming in flumbosis.",
        "Moderate-quality evidence suggests that zelvoprine may reduce humming.",
        "Zelvoprine reduces humming in flumbosis.",
    ],
    "The panel makes a conditional recommendation for zelvoprine in adults with flumbosis.": [
        "The panel makes a strong recommendation for zelvoprine in adults with flumbosis.",
        "The panel strongly recommends zelvoprine in adults with flumbosis.",
        "Adults with flumbosis should receive zelvoprine.",
    ],
    "Zelvoprine should not be withheld from pregnant women with severe flumbosis.": [
        "Zelvoprine must be given to pregnant women with severe flumbosis.",
    ],
    "Do not offer zelvoprine to people with mild flumbosis.": [
        "Zelvoprine is contraindicated in mild flumbosis.",
    ],
    "Routine blood tests are not necessary before zelvoprine.": [
        "Routine blood tests must not be done before zelvoprine.",
        "Routine blood tests should be avoided before zelvoprine.",
    ],
    (
        "Forcelini and colleagues reported one 48-year-old woman with fasciculations for three "
        "decades whose twitching came under control with gabapentin."
    ): [
        "Gabapentin is effective for fasciculations.",
        "Gabapentin controls twitching.",
        "Gabapentin works for fasciculations.",
    ],
    (
        "If quinine for cramps in motor neurone disease does not work, is not tolerated or is "
        "contraindicated, NICE says to consider baclofen next, and after that tizanidine, "
        "dantrolene or gabapentin."
    ): [
        "Consider baclofen next for cramps in motor neurone disease.",
        "Offer baclofen if quinine does not work, is not tolerated or is contraindicated.",
        "Baclofen should be avoided if quinine for cramps does not work.",
    ],
    (
        "The ATA 2016 guideline makes methimazole the antithyroid drug of choice for almost all "
        "patients with Graves disease, except in the first trimester of pregnancy, thyroid storm "
        "or methimazole intolerance."
    ): [
        (
            "Methimazole is the antithyroid drug of choice for almost all patients with Graves "
            "disease."
        ),
        (
            "Methimazole is the antithyroid drug of choice for all patients with Graves disease, "
            "except in the first trimester of pregnancy, thyroid storm or methimazole "
            "intolerance."
        ),
    ],
    (
        "The FDA says propylthiouracil may be preferred just before and during the first "
        "trimester because methimazole has been linked to birth defects."
    ): [
        "Propylthiouracil is preferred just before and during the first trimester.",
        "Propylthiouracil must be used just before and during the first trimester.",
        "Methimazole causes birth defects.",
    ],
    (
        "A Cochrane review found that magnesium supplements are marketed for cramp prevention "
        "although their efficacy is unclear."
    ): [
        "The efficacy of magnesium supplements is clear.",
        "Magnesium supplements are effective for cramp prevention.",
    ],
    "Zelvoprine is recommended in people with flumbosis who have failed diet.": [
        "Zelvoprine is recommended in people with flumbosis.",
    ],
    (
        "A complete blood count should be taken before carbamazepine, with close monitoring if "
        "white cells or platelets fall."
    ): [
        "A complete blood count must be taken before carbamazepine.",
    ],
    (
        "We suggest against routine imaging in adults with uncomplicated flumbosis (conditional "
        "recommendation, low certainty of evidence)."
    ): [
        "We recommend against routine imaging in adults with uncomplicated flumbosis.",
        "Routine imaging must not be done in adults with uncomplicated flumbosis.",
        (
            "We suggest against routine imaging in adults with uncomplicated flumbosis (strong "
            "recommendation, low certainty of evidence)."
        ),
    ],
    "Some patients may experience dizziness, which usually resolves without treatment.": [
        "Patients experience dizziness, which usually resolves without treatment.",
        "All patients may experience dizziness.",
        "Dizziness always resolves without treatment.",
    ],
    "Morvalide is unlikely to be of benefit after day 10.": [
        "Morvalide is of no benefit after day 10.",
    ],
    "Zelvoprine can be continued during breastfeeding provided that the infant is monitored.": [
        "Zelvoprine can be continued during breastfeeding.",
        "Zelvoprine cannot be continued during breastfeeding.",
        (
            "Zelvoprine should be continued during breastfeeding provided that the infant is "
            "monitored."
        ),
    ],
    (
        "Patients whose humming persists despite two drugs should be referred to a "
        "specialist centre."
    ): [
        "Patients should be referred to a specialist centre.",
        (
            "Patients whose humming persists despite two drugs must be referred to a specialist "
            "centre."
        ),
        (
            "Patients whose humming persists despite two drugs may be referred to a specialist "
            "centre if they wish and need never be followed up."
        ),
    ],
    "Neither zelvoprine nor morvalide prevented relapse.": [
        "Zelvoprine caused relapse.",
    ],
    "Observational studies link long-term morvalide use with fractures.": [
        "Long-term morvalide use causes fractures.",
        "Long-term morvalide use leads to fractures.",
        "Fractures are due to long-term morvalide use.",
    ],
    "It is not known whether zelvoprine crosses the placenta.": [
        "Zelvoprine does not cross the placenta.",
    ],
    "A single patient with refractory flumbosis recovered fully after morvalide.": [
        "Morvalide is effective in refractory flumbosis.",
        "Patients with refractory flumbosis recover fully after morvalide.",
        "Morvalide cures refractory flumbosis.",
    ],
    (
        "Blood pressure should be checked before each dose, and zelvoprine withheld if systolic "
        "pressure is below 90 mmHg."
    ): [
        "Zelvoprine should be withheld.",
    ],
    "Anticoagulation is not recommended for flumbosis without thrombosis.": [
        "Anticoagulation is contraindicated for flumbosis without thrombosis.",
    ],
    "Zelvoprine appears to be safe in pregnancy, although data are limited.": [
        "Zelvoprine is safe in pregnancy.",
        "Zelvoprine is definitely safe in pregnancy.",
    ],
    "Consider zelvoprine as an alternative when morvalide is not tolerated.": [
        "Offer zelvoprine as an alternative when morvalide is not tolerated.",
        "Consider zelvoprine as an alternative.",
        "Zelvoprine is the preferred treatment when morvalide is not tolerated.",
    ],
    "The drug must be discontinued permanently in patients who develop marbling of the spleen.": [
        "The drug must be discontinued permanently.",
    ],
    "Zelvoprine hardly affects heart rate.": [
        "Zelvoprine strongly affects heart rate.",
    ],
    "Flumbosis is commonly self-limiting, and most adults recover within 6 weeks.": [
        "Flumbosis is always self-limiting.",
        "All adults recover within 6 weeks.",
    ],
    "It is reasonable to delay surgery in stable patients.": [
        "Surgery must be delayed in stable patients.",
        "Surgery should be delayed in stable patients.",
    ],
    "Treatment should be withheld until cultures have been taken.": [
        "Treatment should be withheld.",
    ],
    "Oral zelvoprine is no longer recommended as first-line therapy for flumbosis.": [
        "Oral zelvoprine is contraindicated as first-line therapy for flumbosis.",
    ],
    "Screening all newborns for flumbosis is not cost-effective.": [
        "Screening newborns for flumbosis should be avoided.",
    ],
    "Avoid abrupt withdrawal of morvalide; taper the dose over at least 2 weeks.": [
        "Morvalide must be tapered over at least 2 weeks.",
    ],
    "The risk of bleeding is increased when zelvoprine is combined with aspirin.": [
        "The risk of bleeding is increased with zelvoprine.",
        "The risk of bleeding is greatly increased when zelvoprine is combined with aspirin.",
    ],
    "Women with flumbosis can breastfeed safely while taking morvalide.": [
        "Women with flumbosis should not breastfeed while taking morvalide.",
        "Women with flumbosis must breastfeed while taking morvalide.",
        "Breastfeeding is unsafe for women with flumbosis while taking morvalide.",
    ],
    "Limited data indicate that morvalide might shorten hospital stay in moderate flumbosis.": [
        "Morvalide shortens hospital stay in moderate flumbosis.",
        "Morvalide might lengthen hospital stay in moderate flumbosis.",
        "Strong evidence shows that morvalide shortens hospital stay in moderate flumbosis.",
    ],
    "Except in emergencies, zelvoprine should be given by slow infusion.": [
        "Zelvoprine should be given by slow infusion.",
    ],
    "Half of the patients did not complete the trial, mainly because of nausea.": [
        "All of the patients did not complete the trial.",
    ],
    "Endoscopy is indicated in patients with flumbosis who are over 50 or have alarm symptoms.": [
        "Endoscopy is indicated in patients with flumbosis.",
        "Endoscopy is mandatory in patients with flumbosis who are over 50 or have alarm symptoms.",
    ],
    "Flumbosis is thought to be caused by an autoimmune process.": [
        "Flumbosis is caused by an autoimmune process.",
        "Flumbosis is proven to be caused by an autoimmune process.",
    ],
    "Rarely, zelvoprine has been associated with fatal liver failure.": [
        "Zelvoprine causes fatal liver failure.",
        "Zelvoprine is often associated with fatal liver failure.",
        "Zelvoprine has never been associated with fatal liver failure.",
    ],
    "People at low risk of marbling do not need prophylaxis.": [
        "People at low risk of marbling need prophylaxis.",
        "People at low risk of marbling must not have prophylaxis.",
    ],
    "Lumbar puncture may be omitted if the fever has settled and the child looks well.": [
        "Lumbar puncture should be omitted if the fever has settled and the child looks well.",
        "Lumbar puncture may be omitted.",
    ],
    "Neutropenia is a potential adverse effect of morvalide.": [
        "Morvalide always causes neutropenia.",
    ],
    "There is insufficient evidence to recommend for or against zelvoprine in chronic flumbosis.": [
        "There is sufficient evidence to recommend zelvoprine in chronic flumbosis.",
        "Zelvoprine is recommended in chronic flumbosis.",
    ],
    "Surgery is preferred over morvalide in fit patients.": [
        "Surgery is required over morvalide in fit patients.",
    ],
    "Renal function should be monitored, but routine liver tests are unnecessary.": [
        "Routine liver tests should be done.",
    ],
    "Zelvoprine partially blocks the reuptake of humline.": [
        "Zelvoprine completely blocks the reuptake of humline.",
        "Zelvoprine stimulates the reuptake of humline.",
    ],
    "Rapid infusion can provoke arrhythmia and is best avoided.": [
        "Rapid infusion provokes arrhythmia.",
        "Rapid infusion should be used.",
    ],
    "The committee could not make a recommendation because the evidence was conflicting.": [
        "The committee made a recommendation.",
    ],
    "Patients on dialysis may need a supplementary dose of morvalide after each session.": [
        "Patients on dialysis need a supplementary dose of morvalide after each session.",
        "Patients on dialysis must have a supplementary dose of morvalide after each session.",
    ],
    "Most cases are mild; severe marbling is exceptional.": [
        "All cases are mild.",
        "Severe marbling never occurs.",
    ],
    "Stop morvalide at least 5 days before surgery unless the risk of clotting is high.": [
        "Stop morvalide at least 5 days before surgery.",
        "Continue morvalide until surgery.",
    ],
    "For relapse, clinicians might try a second course, though the benefit is uncertain.": [
        "A second course is beneficial for relapse.",
        "Clinicians should try a second course for relapse.",
        "The benefit of a second course for relapse is certain.",
    ],
    "Vaccination protects against severe flumbosis but does not prevent infection.": [
        "Vaccination causes severe flumbosis.",
    ],
}


def pairs(table):
    return [(span, claim) for span, claims in table.items() for claim in claims]


def found(claim, *spans, **about):
    return failures(claim, [Evidence(span, **about) for span in spans])


@pytest.mark.parametrize(("span", "claim"), pairs(HOLDS))
def test_a_claim_no_stronger_than_its_span_passes(span, claim):
    assert found(claim, span) == ()


@pytest.mark.parametrize(("span", "claim"), pairs(FAILS))
def test_a_stronger_claim_is_caught(span, claim):
    failed = found(claim, span)

    assert failed
    assert {failure.gate for failure in failed} == {"strength"}


LADDER = [
    (1, "Zelvoprine may be used in flumbosis."),
    (1, "Zelvoprine may be considered in flumbosis."),
    (2, "Consider zelvoprine in flumbosis."),
    (3, "Zelvoprine is suggested in flumbosis."),
    (4, "Zelvoprine should be used in flumbosis."),
    (4, "Offer zelvoprine in flumbosis."),
    (5, "Zelvoprine must be used in flumbosis."),
    (5, "Zelvoprine is required in flumbosis."),
]


@pytest.mark.parametrize("said", LADDER)
@pytest.mark.parametrize("claimed", LADDER)
def test_advice_may_be_weakened_and_not_strengthened(said, claimed):
    (level, claim), (limit, span) = claimed, said

    assert bool(found(claim, span)) == (level > limit)


@pytest.mark.parametrize("design", ["case_report", "case_series"])
def test_single_patients_are_no_proof_that_something_works(design):
    span = "Humming ceased on zelvoprine after 9 days."

    assert found("Zelvoprine is effective against humming.", span, design=design)
    assert found("Zelvoprine treats humming.", span, design=design)
    assert found("In one patient, humming ceased on zelvoprine.", span, design=design) == ()
    assert found("Humming ceased on zelvoprine.", span, design=design) == ()


def test_a_trial_beside_a_case_report_may_show_that_something_works():
    trial = Evidence("Zelvoprine reduced humming.", design="randomised_controlled_trial")
    case = Evidence("Humming ceased in one woman on zelvoprine.", design="case_report")

    assert failures("Zelvoprine reduced humming.", [case, trial]) == ()


def test_a_strong_recommendation_may_be_called_strong_where_its_mark_says_so():
    span = "The panel recommends zelvoprine in flumbosis."
    claim = "The panel strongly recommends zelvoprine in flumbosis."

    assert found(claim, span)
    assert found(claim, span, mark="strong_recommendation") == ()


def test_a_heading_may_carry_the_grade_and_the_certainty():
    span = "Zelvoprine is recommended in flumbosis."
    claim = "Zelvoprine is recommended in flumbosis (Level A)."

    assert found(claim, span)
    assert found(claim, span, headings=("Level A recommendations",)) == ()


def test_a_title_may_carry_whom_a_document_is_about_and_no_condition():
    span = "In people with flumbosis, zelvoprine should be given if the ankles hum."
    said = "Zelvoprine should be given if the ankles hum."
    wide = "Zelvoprine should be given in flumbosis."

    assert found(said, span)
    assert found(said, span, title="Flumbosis: a guideline") == ()
    assert found(wide, span, title="Flumbosis and ankles that hum")


def test_a_listed_reaction_may_be_called_caused_and_what_followed_may_not():
    listed = Evidence("Common findings include rash.", headings=("Adverse reactions",))
    followed = Evidence("Rash was seen 9 days after zelvoprine.", headings=("Findings",))

    assert failures("Zelvoprine can cause rash.", [listed]) == ()
    assert failures("Zelvoprine causes rash.", [followed])


@pytest.mark.parametrize(
    ("span", "claim"),
    [
        ("Flumbosis was seen 9 days after zelvoprine.", "Zelvoprine is recommended for flumbosis."),
        ("The review included nine reports of zelvoprine.", "Zelvoprine should be used."),
        ("Zelvoprine prolonged the interval, with a maximum of 9 ms.", "Zelvoprine is advised."),
        ("A drug dose was reduced in zelvoprine-treated adults.", "Adults should take the drug."),
        ("Patients needed less zelvoprine than before.", "Patients should take zelvoprine."),
        ("The agency gave advice on zelvoprine in 2017.", "Zelvoprine is recommended."),
        ("Common effects of zelvoprine include humming.", "Zelvoprine is effective for humming."),
        ("Humming was noted in adults on zelvoprine.", "Humming is treated with zelvoprine."),
        ("Humming was noted in adults on zelvoprine.", "Zelvoprine may be used for humming."),
        ("Humming was noted in adults on zelvoprine.", "Zelvoprine is indicated in humming."),
        ("Humming was noted in adults on zelvoprine.", "Zelvoprine improves humming."),
        ("Zelvoprine had side effects in adults.", "Zelvoprine is safe in adults."),
        ("Zelvoprine has a boxed warning for marbling.", "Zelvoprine is safe in marbling."),
        ("Humming was noted in adults on zelvoprine.", "Zelvoprine causes humming."),
    ],
)
def test_no_claim_brings_in_advice_use_effect_safety_or_cause(span, claim):
    assert found(claim, span)


@pytest.mark.parametrize(
    ("span", "claim"),
    [
        ("Zelvoprine is taken with food.", "Zelvoprine should be taken with food."),
        ("The label reserves zelvoprine for flumbosis.", "Zelvoprine is indicated in flumbosis."),
        ("Offer zelvoprine for humming.", "Humming is treated with zelvoprine."),
        ("Zelvoprine reduced humming by a third.", "Zelvoprine was effective for humming."),
        ("Side effects of zelvoprine include marbling.", "Zelvoprine can cause marbling."),
        ("Zelvoprine was well tolerated in adults.", "Zelvoprine was safe in adults."),
        ("Zelvoprine harmed adults.", "Zelvoprine is not safe in adults."),
    ],
)
def test_what_a_span_says_in_other_words_is_no_invention(span, claim):
    assert [f for f in found(claim, span) if "nothing like it" in f.reason] == []


def test_the_condition_of_one_span_does_not_bind_another():
    bound = "Stop zelvoprine if marbling develops."
    free = "Stop zelvoprine before surgery."

    assert found("Stop zelvoprine before surgery.", bound, free) == ()
    assert found("Stop zelvoprine.", bound)


@pytest.mark.parametrize("span", shipped_evidence(), ids=lambda span: span.quote[:40])
def test_a_sentence_without_its_full_stop_still_passes(span):
    assert failures(span.quote.removesuffix("."), [span]) == ()


@pytest.mark.parametrize("mutate", mutations.MUTATORS)
def test_changes_to_the_shipped_sentences_are_caught(mutate):
    mutants = [mutant for span in shipped_evidence() for mutant in mutate(span)]
    caught = [mutant for mutant in mutants if failures(mutant.claim, mutant.evidence)]

    assert mutants
    assert len(caught) >= 0.97 * len(mutants)
