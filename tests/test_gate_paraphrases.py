"""Harmless paraphrases, which both the polarity and the strength gate must pass."""

import pytest

from consilia.gates import polarity, strength
from consilia.gates.evidence import Evidence

HOLDS = {
    (
        "NICE says adults with small involuntary muscle twitches (fasciculations) should not "
        "routinely be referred unless there is also muscle wasting and weakness, or muscle "
        "rigidity."
    ): [
        (
            "Adults with small involuntary muscle twitches should not routinely be referred "
            "unless there is also muscle wasting and weakness, or muscle rigidity."
        ),
        (
            "Do not routinely refer adults with fasciculations unless there is muscle wasting "
            "and weakness or muscle rigidity as well."
        ),
        (
            "Unless there is also muscle wasting and weakness, or rigidity, routine referral "
            "of adults with fasciculations is not recommended."
        ),
    ],
    "Riluzole must be stopped immediately if interstitial lung disease develops.": [
        "If interstitial lung disease develops, stop riluzole immediately.",
        "Riluzole should be discontinued immediately if interstitial lung disease develops.",
        "In people who develop interstitial lung disease, riluzole must be stopped at once.",
    ],
    (
        "The AAN 2010 assessment rates quinine derivatives as likely effective for muscle "
        "cramps (Level A) but says they should be avoided for routine use because of "
        "toxicity."
    ): [
        (
            "Quinine derivatives are likely effective for muscle cramps but should be avoided "
            "for routine use because of toxicity."
        ),
        "Because of toxicity, quinine derivatives should not be used routinely.",
        "Quinine derivatives are rated as probably effective for muscle cramps.",
    ],
    (
        "The UK MHRA says quinine is not a routine treatment for nocturnal leg cramps and "
        "should be considered only when cramps regularly disrupt sleep."
    ): [
        "Quinine is not a routine treatment for nocturnal leg cramps.",
        (
            "Quinine should be considered for nocturnal leg cramps only when they regularly "
            "disrupt sleep."
        ),
        (
            "Quinine should not be considered for nocturnal leg cramps unless they regularly "
            "disrupt sleep."
        ),
    ],
    (
        "In a randomised ALS trial, in people with poor bulbar function non-invasive "
        "ventilation improved some quality-of-life measures but not survival."
    ): [
        ("In people with poor bulbar function, non-invasive ventilation did not improve survival."),
        (
            "Non-invasive ventilation improved some quality-of-life measures in people with "
            "poor bulbar function."
        ),
    ],
    (
        "Carbamazepine can cause hyponatraemia through inappropriate antidiuretic hormone "
        "secretion."
    ): [
        (
            "Hyponatraemia can be caused by carbamazepine through inappropriate antidiuretic "
            "hormone secretion."
        ),
        "Carbamazepine may cause hyponatraemia.",
    ],
    (
        "The phase 2 gabapentin ALS trial (152 patients, 800 mg three times daily for 6 "
        "months) showed a non-significant trend to slower arm strength loss (p=0.057 to "
        "0.08)."
    ): [
        "Gabapentin showed a non-significant trend to slower loss of arm strength.",
        "There was a trend towards slower arm strength loss that was not significant.",
    ],
    (
        "The 2019 review suggests a two-way relationship between benign fasciculations and "
        "health anxiety, and a low threshold for psychiatric referral."
    ): [
        ("A two-way relationship between benign fasciculations and health anxiety is suggested."),
    ],
    (
        "Voltage-gated potassium channel complex antibodies and certain tumours are "
        "associated with peripheral nerve hyperexcitability syndromes."
    ): [
        (
            "Peripheral nerve hyperexcitability syndromes are linked to voltage-gated "
            "potassium channel complex antibodies and certain tumours."
        ),
    ],
    "Symptoms of flumbosis rarely return after zelvoprine, and most patients tolerate it.": [
        "Flumbosis symptoms rarely return after zelvoprine.",
        "Zelvoprine is tolerated by most patients.",
    ],
    "Low-certainty evidence suggests that zelvoprine may reduce humming in flumbosis.": [
        "Zelvoprine may reduce humming in flumbosis, according to low-certainty evidence.",
    ],
    "The panel makes a conditional recommendation for zelvoprine in adults with flumbosis.": [
        "The panel conditionally recommends zelvoprine in adults with flumbosis.",
    ],
    "Zelvoprine should not be withheld from pregnant women with severe flumbosis.": [
        "Zelvoprine should be given to pregnant women with severe flumbosis.",
    ],
    "Do not offer zelvoprine to people with mild flumbosis.": [
        "Zelvoprine should not be offered to people with mild flumbosis.",
        "Avoid zelvoprine in mild flumbosis.",
        "Zelvoprine is not recommended in mild flumbosis.",
    ],
    "Routine blood tests are not necessary before zelvoprine.": [
        "Routine blood tests are unnecessary before zelvoprine.",
        "Blood tests are not routinely needed before zelvoprine.",
    ],
    (
        "Forcelini and colleagues reported one 48-year-old woman with fasciculations for "
        "three decades whose twitching came under control with gabapentin."
    ): [
        "In one woman, twitching came under control with gabapentin.",
        "A case of fasciculations for three decades came under control with gabapentin.",
    ],
    (
        "If quinine for cramps in motor neurone disease does not work, is not tolerated or is "
        "contraindicated, NICE says to consider baclofen next, and after that tizanidine, "
        "dantrolene or gabapentin."
    ): [
        (
            "Consider baclofen for cramps in motor neurone disease if quinine does not work, "
            "is not tolerated or is contraindicated."
        ),
        "When quinine for cramps does not work, baclofen may be considered next.",
    ],
    (
        "The ATA 2016 guideline makes methimazole the antithyroid drug of choice for almost "
        "all patients with Graves disease, except in the first trimester of pregnancy, "
        "thyroid storm or methimazole intolerance."
    ): [
        (
            "Methimazole is the antithyroid drug of choice for almost all patients with "
            "Graves disease except in the first trimester, thyroid storm or methimazole "
            "intolerance."
        ),
    ],
    (
        "The FDA says propylthiouracil may be preferred just before and during the first "
        "trimester because methimazole has been linked to birth defects."
    ): [
        "Propylthiouracil may be preferred just before and during the first trimester.",
    ],
    (
        "A Cochrane review found that magnesium supplements are marketed for cramp prevention "
        "although their efficacy is unclear."
    ): [
        "The efficacy of magnesium supplements is unclear.",
        "The efficacy of magnesium supplements for cramp prevention is not clear.",
    ],
    (
        "A complete blood count should be taken before carbamazepine, with close monitoring "
        "if white cells or platelets fall."
    ): [
        "Before carbamazepine, a complete blood count should be taken.",
    ],
    (
        "We suggest against routine imaging in adults with uncomplicated flumbosis "
        "(conditional recommendation, low certainty of evidence)."
    ): [
        "Routine imaging is not suggested in adults with uncomplicated flumbosis.",
        ("The panel suggests not doing routine imaging in adults with uncomplicated flumbosis."),
    ],
    "Some patients may experience dizziness, which usually resolves without treatment.": [
        "Dizziness may occur in some patients and usually resolves without treatment.",
    ],
    "Morvalide is unlikely to be of benefit after day 10.": [
        "Morvalide probably has no benefit after day 10.",
    ],
    ("Zelvoprine can be continued during breastfeeding provided that the infant is monitored."): [
        ("Zelvoprine may be continued during breastfeeding as long as the infant is monitored."),
        "If the infant is monitored, zelvoprine can be continued during breastfeeding.",
    ],
    (
        "Patients whose humming persists despite two drugs should be referred to a specialist "
        "centre."
    ): [
        "Refer patients to a specialist centre if their humming persists despite two drugs.",
    ],
    "Neither zelvoprine nor morvalide prevented relapse.": [
        "Zelvoprine did not prevent relapse.",
        "Relapse was prevented by neither zelvoprine nor morvalide.",
    ],
    "Observational studies link long-term morvalide use with fractures.": [
        ("Long-term morvalide use has been associated with fractures in observational studies."),
    ],
    "It is not known whether zelvoprine crosses the placenta.": [
        "Whether zelvoprine crosses the placenta is unknown.",
    ],
    "The benefits of zelvoprine outweigh its risks in severe flumbosis.": [
        "In severe flumbosis, the benefits of zelvoprine outweigh the risks.",
    ],
    (
        "Blood pressure should be checked before each dose, and zelvoprine withheld if "
        "systolic pressure is below 90 mmHg."
    ): [
        "Check blood pressure before each dose.",
        "Withhold zelvoprine if systolic pressure is below 90 mmHg.",
    ],
    "Anticoagulation is not recommended for flumbosis without thrombosis.": [
        "For flumbosis without thrombosis, anticoagulation is not recommended.",
        "Anticoagulation should not be given for flumbosis in the absence of thrombosis.",
    ],
    "Zelvoprine appears to be safe in pregnancy, although data are limited.": [
        "Zelvoprine seems safe in pregnancy, although data are limited.",
    ],
    "Consider zelvoprine as an alternative when morvalide is not tolerated.": [
        "Zelvoprine may be considered as an alternative if morvalide is not tolerated.",
    ],
    ("The drug must be discontinued permanently in patients who develop marbling of the spleen."): [
        "Patients who develop marbling of the spleen must permanently discontinue the drug.",
        "Stop the drug permanently if marbling of the spleen develops.",
    ],
    "Flumbosis is commonly self-limiting, and most adults recover within 6 weeks.": [
        "Most adults recover from flumbosis within 6 weeks.",
        "Flumbosis is often self-limiting.",
    ],
    "It is reasonable to delay surgery in stable patients.": [
        "Surgery may be delayed in stable patients.",
    ],
    "Treatment should be withheld until cultures have been taken.": [
        "Do not start treatment until cultures have been taken.",
    ],
    "Oral zelvoprine is no longer recommended as first-line therapy for flumbosis.": [
        "Oral zelvoprine is not now recommended as first-line therapy for flumbosis.",
    ],
    "Screening all newborns for flumbosis is not cost-effective.": [
        "It is not cost-effective to screen all newborns for flumbosis.",
    ],
    "Avoid abrupt withdrawal of morvalide; taper the dose over at least 2 weeks.": [
        "Morvalide should not be withdrawn abruptly.",
        "Taper the dose of morvalide over at least 2 weeks.",
    ],
    "The risk of bleeding is increased when zelvoprine is combined with aspirin.": [
        "Combining zelvoprine with aspirin increases the risk of bleeding.",
        "Bleeding risk is higher when zelvoprine is combined with aspirin.",
    ],
    ("Limited data indicate that morvalide might shorten hospital stay in moderate flumbosis."): [
        ("Morvalide might shorten hospital stay in moderate flumbosis, according to limited data."),
    ],
    "Except in emergencies, zelvoprine should be given by slow infusion.": [
        "Zelvoprine should be given by slow infusion except in emergencies.",
    ],
    "Half of the patients did not complete the trial, mainly because of nausea.": [
        "Half of the patients did not complete the trial.",
    ],
    ("Endoscopy is indicated in patients with flumbosis who are over 50 or have alarm symptoms."): [
        (
            "In patients with flumbosis who are over 50 or have alarm symptoms, endoscopy is "
            "indicated."
        ),
    ],
    "Flumbosis is thought to be caused by an autoimmune process.": [
        "An autoimmune process is thought to cause flumbosis.",
    ],
    "Rarely, zelvoprine has been associated with fatal liver failure.": [
        "Fatal liver failure has rarely been associated with zelvoprine.",
    ],
    "People at low risk of marbling do not need prophylaxis.": [
        "Prophylaxis is not needed in people at low risk of marbling.",
        "People at low risk of marbling need no prophylaxis.",
    ],
    "Lumbar puncture may be omitted if the fever has settled and the child looks well.": [
        "If the fever has settled and the child looks well, lumbar puncture may be omitted.",
    ],
    "Neutropenia is a potential adverse effect of morvalide.": [
        "Neutropenia may be an adverse effect of morvalide.",
        "Morvalide can potentially cause neutropenia.",
    ],
    (
        "There is insufficient evidence to recommend for or against zelvoprine in chronic "
        "flumbosis."
    ): [
        ("Evidence is insufficient to recommend for or against zelvoprine in chronic flumbosis."),
        "The evidence is not sufficient to recommend zelvoprine in chronic flumbosis.",
    ],
    "Surgery is preferred over morvalide in fit patients.": [
        "In fit patients, surgery is preferred to morvalide.",
    ],
    "Renal function should be monitored, but routine liver tests are unnecessary.": [
        "Monitor renal function.",
        "Routine liver tests are not necessary.",
    ],
    "Zelvoprine partially blocks the reuptake of humline.": [
        "The reuptake of humline is partially blocked by zelvoprine.",
    ],
    "Rapid infusion can provoke arrhythmia and is best avoided.": [
        "Rapid infusion should be avoided.",
        "Arrhythmia can be provoked by rapid infusion.",
    ],
    "The committee could not make a recommendation because the evidence was conflicting.": [
        "No recommendation could be made because the evidence was conflicting.",
    ],
    "Patients on dialysis may need a supplementary dose of morvalide after each session.": [
        (
            "A supplementary dose of morvalide after each session may be needed by patients "
            "on dialysis."
        ),
    ],
    "Most cases are mild; severe marbling is exceptional.": [
        "Most cases are mild.",
        "Severe marbling is rare.",
    ],
    "Stop morvalide at least 5 days before surgery unless the risk of clotting is high.": [
        (
            "Unless the clotting risk is high, morvalide should be stopped at least 5 days "
            "before surgery."
        ),
    ],
    "Vaccination protects against severe flumbosis but does not prevent infection.": [
        "Vaccination does not prevent infection.",
        "Vaccination prevents severe flumbosis.",
    ],
}


@pytest.mark.parametrize("gate", [polarity, strength], ids=["polarity", "strength"])
@pytest.mark.parametrize(
    ("span", "claim"), [(span, claim) for span, claims in HOLDS.items() for claim in claims]
)
def test_a_claim_that_says_the_same_or_less_passes(gate, span, claim):
    assert gate.failures(claim, [Evidence(span)]) == ()
