"""The polarity gate: what is denied, advised against or goes the other way is caught."""

import pytest

from consilia.documents import shipped_kb
from consilia.gates.evidence import Evidence
from consilia.gates.negation import negation_of
from consilia.gates.polarity import failures
from consilia.gates.units import units
from consilia.glossary import load_glossary
from eval.mutations import polarity as mutations
from eval.mutations.changing import shipped_evidence

HOLDS = {
    "Baclofen has not significantly helped patients with stroke, who tolerate it poorly.": [
        "In stroke, baclofen has not helped significantly.",
        "Patients with stroke tolerate baclofen poorly.",
        "Baclofen did not significantly help patients with stroke.",
    ],
    (
        "A German propensity-matched cohort of 324 ALS patients found no significant "
        "difference in progression, time to ventilation or survival when intravenous "
        "edaravone was added to standard therapy."
    ): [
        (
            "Adding intravenous edaravone to standard therapy made no significant difference "
            "to progression or survival."
        ),
        (
            "When intravenous edaravone was added to standard therapy, progression and "
            "survival did not differ significantly."
        ),
    ],
    (
        "In VALOR tofersen lowered CSF SOD1 protein and plasma neurofilament light chain more "
        "than placebo."
    ): [
        (
            "Tofersen reduced CSF SOD1 protein and plasma neurofilament light chain more than "
            "placebo did."
        ),
        "CSF SOD1 protein was lowered more by tofersen than by placebo.",
    ],
    (
        "Dextromethorphan-quinidine is contraindicated with prolonged QT, heart failure, or "
        "complete AV block without a pacemaker."
    ): [
        "Dextromethorphan-quinidine must not be given with prolonged QT or heart failure.",
        "Do not use dextromethorphan-quinidine in complete AV block without a pacemaker.",
        "Prolonged QT is a contraindication to dextromethorphan-quinidine.",
    ],
    (
        "The US edaravone claims study was exploratory and retrospective, so it cannot prove "
        "that edaravone caused the longer survival."
    ): [
        "The edaravone claims study cannot prove that edaravone caused longer survival.",
    ],
    "Zelvoprine is not without risk, and its withdrawal should not be delayed.": [
        "Zelvoprine carries risk.",
    ],
    "Zelvoprine not only relieves humming but also shortens flumbosis.": [
        "Zelvoprine relieves humming and shortens flumbosis.",
    ],
    "Zelvoprine failed to reduce relapses in flumbosis.": [
        "Zelvoprine did not reduce relapses in flumbosis.",
        "Relapses in flumbosis were not reduced by zelvoprine.",
    ],
    "Mortality was lower with zelvoprine than with placebo.": [
        "Zelvoprine lowered mortality compared with placebo.",
        "Mortality was higher with placebo than with zelvoprine.",
        "Fewer people died with zelvoprine than with placebo.",
    ],
    (
        "None of the 20 trials in the 2012 Cochrane review showed a favourable effect on "
        "cramps in ALS, although many were too small to be conclusive."
    ): [
        "No trial in the 2012 Cochrane review showed a favourable effect on cramps in ALS.",
        (
            "The 20 trials in the 2012 Cochrane review did not show a favourable effect on "
            "cramps in ALS."
        ),
    ],
    "Do not prescribe zelvoprine for flumbosis in children under 12 years.": [
        "Zelvoprine should not be prescribed for flumbosis in children under 12 years.",
        "Avoid prescribing zelvoprine for flumbosis in children under 12.",
    ],
    "There was no evidence that zelvoprine increased the risk of stroke.": [
        "No evidence was found that zelvoprine increases stroke risk.",
        "Zelvoprine was not shown to increase the risk of stroke.",
    ],
    (
        "Hypersensitivity to zelvoprine occurred in fewer than 1 in 100 patients and did not "
        "lead to discontinuation."
    ): [
        "Hypersensitivity to zelvoprine did not lead to discontinuation.",
    ],
    (
        "Zelvoprine was superior to placebo in reducing humming, but it was no better than "
        "morvalide."
    ): [
        "Zelvoprine reduced humming more than placebo.",
        "Zelvoprine was not better than morvalide.",
    ],
    "The incidence of rash rose from 2% to 9% when the dose was doubled.": [
        "When the dose was doubled, rash became more frequent, rising from 2% to 9%.",
        "The incidence of rash increased from 2% to 9% when the dose was doubled.",
    ],
    "Humming improved in the zelvoprine group and worsened in the placebo group.": [
        "Humming worsened in the placebo group.",
        "In the zelvoprine group humming improved.",
    ],
    "Only patients with proven marbling should receive intravenous zelvoprine.": [
        "Intravenous zelvoprine should be given only to patients with proven marbling.",
    ],
    "Morvalide reduced mortality in men but not in women.": [
        "Morvalide did not reduce mortality in women.",
        "In men, morvalide lowered mortality.",
    ],
    "There were no significant differences between the groups in adverse events.": [
        "Adverse events did not differ significantly between the groups.",
        "The groups were similar in adverse events.",
    ],
    "Morvalide did not worsen renal function.": [
        "Renal function was not worsened by morvalide.",
    ],
    (
        "Children born to mothers who took zelvoprine had no higher rate of malformations "
        "than unexposed children."
    ): [
        (
            "The rate of malformations was not higher in children exposed to zelvoprine than "
            "in unexposed children."
        ),
    ],
    (
        "Clinicians should offer rather than withhold analgesia while the cause of humming is "
        "sought."
    ): [
        "Offer analgesia while the cause of humming is sought.",
    ],
    "Zelvoprine has not been shown to be teratogenic in animals.": [
        "Zelvoprine was not teratogenic in animals.",
        "There is no evidence that zelvoprine is teratogenic in animals.",
    ],
    "Two of the three trials found no benefit of morvalide over usual care.": [
        "Two of three trials found morvalide no better than usual care.",
    ],
    "The trial was stopped early because zelvoprine increased deaths from infection.": [
        "Zelvoprine increased deaths from infection.",
    ],
    "Doses above 40 mg offered no advantage and caused more vomiting.": [
        "Doses above 40 mg caused more vomiting.",
        "There was no advantage with doses above 40 mg.",
    ],
    "A history of marbling is not a contraindication to zelvoprine.": [
        "Zelvoprine is not contraindicated by a history of marbling.",
    ],
    (
        "Compared with placebo, morvalide halved the rate of relapse, an effect that lasted a year."
    ): [
        "Morvalide reduced relapse compared with placebo.",
        "Relapse was less frequent with morvalide than with placebo.",
    ],
    ("Zelvoprine is safe and effective in adults, but its use in children has not been studied."): [
        "Zelvoprine has not been studied in children.",
        "In adults, zelvoprine is effective and safe.",
    ],
    "Zelvoprine is not inferior to morvalide for pain relief.": [
        "Zelvoprine is non-inferior to morvalide for pain relief.",
    ],
    "Higher doses shortened the time to recovery.": [
        "The time to recovery was shorter with higher doses.",
        "Recovery took less time at higher doses.",
    ],
    "No deaths were reported, and serious adverse events were similar in the two arms.": [
        "There were no deaths.",
        "Serious adverse events did not differ between the arms.",
    ],
    "Ultrasound is less sensitive than tomography but avoids radiation.": [
        "Tomography is more sensitive than ultrasound.",
        "Ultrasound avoids radiation.",
    ],
    "It is essential to exclude pregnancy before starting zelvoprine.": [
        "Pregnancy must be excluded before zelvoprine is started.",
        "Pregnancy should be excluded before starting zelvoprine.",
    ],
}

FAILS = {
    (
        "NICE says adults with small involuntary muscle twitches (fasciculations) should not "
        "routinely be referred unless there is also muscle wasting and weakness, or muscle "
        "rigidity."
    ): [
        (
            "Adults with fasciculations should routinely be referred unless there is also muscle "
            "wasting and weakness, or muscle rigidity."
        ),
        (
            "Adults with fasciculations should not be referred if there is also muscle wasting "
            "and weakness, or muscle rigidity."
        ),
        "Adults with fasciculations should not routinely be referred.",
    ],
    "Riluzole must be stopped immediately if interstitial lung disease develops.": [
        "Riluzole must not be stopped if interstitial lung disease develops.",
        "Riluzole should be continued if interstitial lung disease develops.",
        "Riluzole must be stopped immediately unless interstitial lung disease develops.",
    ],
    (
        "The AAN 2010 assessment rates quinine derivatives as likely effective for muscle cramps "
        "(Level A) but says they should be avoided for routine use because of toxicity."
    ): [
        "Quinine derivatives are likely ineffective for muscle cramps.",
        "Quinine derivatives should be used routinely for muscle cramps.",
        "Quinine derivatives are recommended for routine use.",
    ],
    (
        "The UK MHRA says quinine is not a routine treatment for nocturnal leg cramps and should "
        "be considered only when cramps regularly disrupt sleep."
    ): [
        "Quinine is a routine treatment for nocturnal leg cramps.",
        "Quinine should be considered for nocturnal leg cramps.",
        "Quinine is recommended when cramps regularly disrupt sleep.",
    ],
    "Baclofen has not significantly helped patients with stroke, who tolerate it poorly.": [
        "Baclofen has significantly helped patients with stroke.",
        "Baclofen has not significantly helped patients with stroke, who tolerate it well.",
        "Baclofen has significantly harmed patients with stroke.",
    ],
    (
        "In a randomised ALS trial, in people with poor bulbar function non-invasive ventilation "
        "improved some quality-of-life measures but not survival."
    ): [
        "In people with poor bulbar function non-invasive ventilation improved survival.",
        (
            "In people with poor bulbar function non-invasive ventilation improved survival but "
            "not quality-of-life measures."
        ),
        (
            "In people with poor bulbar function non-invasive ventilation improved quality of "
            "life and survival."
        ),
    ],
    (
        "A German propensity-matched cohort of 324 ALS patients found no significant difference "
        "in progression, time to ventilation or survival when intravenous edaravone was added to "
        "standard therapy."
    ): [
        (
            "Progression and survival differed significantly when intravenous edaravone was added "
            "to standard therapy."
        ),
        (
            "A significant difference in progression, time to ventilation or survival was found "
            "when intravenous edaravone was added to standard therapy."
        ),
        "Intravenous edaravone improved survival when added to standard therapy.",
    ],
    (
        "In VALOR tofersen lowered CSF SOD1 protein and plasma neurofilament light chain more "
        "than placebo."
    ): [
        (
            "In VALOR tofersen raised CSF SOD1 protein and plasma neurofilament light chain more "
            "than placebo."
        ),
        (
            "In VALOR placebo lowered CSF SOD1 protein and plasma neurofilament light chain more "
            "than tofersen."
        ),
        (
            "In VALOR tofersen lowered CSF SOD1 protein and plasma neurofilament light chain less "
            "than placebo."
        ),
    ],
    "Carbamazepine can cause hyponatraemia through inappropriate antidiuretic hormone secretion.": [
        "Carbamazepine can prevent hyponatraemia.",
        "Carbamazepine does not cause hyponatraemia.",
    ],
    (
        "Dextromethorphan-quinidine is contraindicated with prolonged QT, heart failure, or "
        "complete AV block without a pacemaker."
    ): [
        (
            "Dextromethorphan-quinidine is indicated with prolonged QT, heart failure, or "
            "complete AV block without a pacemaker."
        ),
        (
            "Dextromethorphan-quinidine is contraindicated with prolonged QT, heart failure, or "
            "complete AV block with a pacemaker."
        ),
        "Dextromethorphan-quinidine is not contraindicated with prolonged QT.",
    ],
    (
        "The US edaravone claims study was exploratory and retrospective, so it cannot prove that "
        "edaravone caused the longer survival."
    ): [
        "The edaravone claims study proves that edaravone caused longer survival.",
        "Edaravone caused longer survival.",
        "The edaravone claims study cannot prove that edaravone caused the shorter survival.",
    ],
    (
        "The phase 2 gabapentin ALS trial (152 patients, 800 mg three times daily for 6 months) "
        "showed a non-significant trend to slower arm strength loss (p=0.057 to 0.08)."
    ): [
        "Gabapentin showed a significant trend to slower arm strength loss.",
        "Gabapentin showed a non-significant trend to faster arm strength loss.",
    ],
    (
        "The 2019 review suggests a two-way relationship between benign fasciculations and health "
        "anxiety, and a low threshold for psychiatric referral."
    ): [
        "The 2019 review suggests a high threshold for psychiatric referral.",
    ],
    (
        "Voltage-gated potassium channel complex antibodies and certain tumours are associated "
        "with peripheral nerve hyperexcitability syndromes."
    ): [
        (
            "Voltage-gated potassium channel complex antibodies are not associated with "
            "peripheral nerve hyperexcitability syndromes."
        ),
    ],
    "Symptoms of flumbosis rarely return after zelvoprine, and most patients tolerate it.": [
        "Flumbosis symptoms often return after zelvoprine.",
        "Flumbosis symptoms never return after zelvoprine.",
        "Most patients do not tolerate zelvoprine.",
    ],
    "Low-certainty evidence suggests that zelvoprine may reduce humming in flumbosis.": [
        "Zelvoprine may increase humming in flumbosis.",
    ],
    "The panel makes a conditional recommendation for zelvoprine in adults with flumbosis.": [
        "The panel makes a conditional recommendation against zelvoprine in adults with flumbosis.",
    ],
    "Zelvoprine is not without risk, and its withdrawal should not be delayed.": [
        "Zelvoprine is without risk.",
        "Zelvoprine carries no risk.",
        "Its withdrawal should be delayed.",
    ],
    "Zelvoprine not only relieves humming but also shortens flumbosis.": [
        "Zelvoprine relieves humming but does not shorten flumbosis.",
        "Zelvoprine does not relieve humming.",
        "Zelvoprine not only relieves humming but also prolongs flumbosis.",
    ],
    "Zelvoprine failed to reduce relapses in flumbosis.": [
        "Zelvoprine reduced relapses in flumbosis.",
        "Zelvoprine did not fail to reduce relapses in flumbosis.",
    ],
    "Mortality was lower with zelvoprine than with placebo.": [
        "Mortality was lower with placebo than with zelvoprine.",
        "Mortality was higher with zelvoprine than with placebo.",
        "Mortality was similar with zelvoprine and placebo.",
    ],
    "Zelvoprine should not be withheld from pregnant women with severe flumbosis.": [
        "Zelvoprine should be withheld from pregnant women with severe flumbosis.",
        "Zelvoprine should be avoided in pregnant women with severe flumbosis.",
    ],
    "Do not offer zelvoprine to people with mild flumbosis.": [
        "Offer zelvoprine to people with mild flumbosis.",
        "Consider zelvoprine in mild flumbosis.",
        "Do not offer zelvoprine to people with severe flumbosis.",
    ],
    "Routine blood tests are not necessary before zelvoprine.": [
        "Routine blood tests are necessary before zelvoprine.",
    ],
    (
        "Forcelini and colleagues reported one 48-year-old woman with fasciculations for three "
        "decades whose twitching came under control with gabapentin."
    ): [
        "Gabapentin is effective for fasciculations.",
        "Twitching did not come under control with gabapentin in one woman.",
    ],
    (
        "If quinine for cramps in motor neurone disease does not work, is not tolerated or is "
        "contraindicated, NICE says to consider baclofen next, and after that tizanidine, "
        "dantrolene or gabapentin."
    ): [
        "Consider baclofen if quinine for cramps works and is tolerated.",
        "Baclofen should be avoided if quinine for cramps does not work.",
    ],
    (
        "None of the 20 trials in the 2012 Cochrane review showed a favourable effect on cramps "
        "in ALS, although many were too small to be conclusive."
    ): [
        "All 20 trials in the 2012 Cochrane review showed a favourable effect on cramps in ALS.",
        "The 20 trials in the 2012 Cochrane review showed a favourable effect on cramps in ALS.",
        (
            "None of the 20 trials in the 2012 Cochrane review showed an unfavourable effect on "
            "cramps in ALS."
        ),
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
            "Methimazole is the antithyroid drug of choice for almost all patients with Graves "
            "disease, including in the first trimester of pregnancy, thyroid storm or methimazole "
            "intolerance."
        ),
        (
            "Methimazole is not the antithyroid drug of choice for almost all patients with "
            "Graves disease, except in the first trimester of pregnancy."
        ),
    ],
    (
        "The FDA says propylthiouracil may be preferred just before and during the first "
        "trimester because methimazole has been linked to birth defects."
    ): [
        "Propylthiouracil should be avoided just before and during the first trimester.",
    ],
    (
        "A Cochrane review found that magnesium supplements are marketed for cramp prevention "
        "although their efficacy is unclear."
    ): [
        "The efficacy of magnesium supplements is clear.",
    ],
    (
        "A complete blood count should be taken before carbamazepine, with close monitoring if "
        "white cells or platelets fall."
    ): [
        "A complete blood count should be taken after carbamazepine.",
        "A complete blood count may not be taken before carbamazepine.",
        "Monitor closely if white cells or platelets rise.",
    ],
    "Do not prescribe zelvoprine for flumbosis in children under 12 years.": [
        "Prescribe zelvoprine for flumbosis in children under 12 years.",
        "Zelvoprine can be prescribed for flumbosis in children under 12 years.",
        (
            "It is not true that zelvoprine should not be prescribed for flumbosis in children "
            "under 12 years."
        ),
    ],
    "There was no evidence that zelvoprine increased the risk of stroke.": [
        "There was evidence that zelvoprine increased the risk of stroke.",
        "Zelvoprine increased the risk of stroke.",
        "There was no evidence that zelvoprine decreased the risk of stroke.",
    ],
    (
        "Hypersensitivity to zelvoprine occurred in fewer than 1 in 100 patients and did not lead "
        "to discontinuation."
    ): [
        "Hypersensitivity to zelvoprine led to discontinuation.",
        "Hypersensitivity to zelvoprine did not occur.",
    ],
    (
        "We suggest against routine imaging in adults with uncomplicated flumbosis (conditional "
        "recommendation, low certainty of evidence)."
    ): [
        "We suggest routine imaging in adults with uncomplicated flumbosis.",
        "We suggest against routine imaging in adults with complicated flumbosis.",
    ],
    (
        "Zelvoprine was superior to placebo in reducing humming, but it was no better "
        "than morvalide."
    ): [
        "Zelvoprine was inferior to placebo in reducing humming.",
        "Zelvoprine was better than morvalide.",
        "Placebo was superior to zelvoprine in reducing humming.",
    ],
    "Some patients may experience dizziness, which usually resolves without treatment.": [
        "Dizziness usually resolves with treatment.",
        "Dizziness never resolves without treatment.",
    ],
    "Morvalide is unlikely to be of benefit after day 10.": [
        "Morvalide is likely to be of benefit after day 10.",
        "Morvalide is of benefit after day 10.",
    ],
    "Zelvoprine can be continued during breastfeeding provided that the infant is monitored.": [
        "Zelvoprine cannot be continued during breastfeeding.",
        "Zelvoprine should be stopped during breastfeeding.",
    ],
    (
        "Patients whose humming persists despite two drugs should be referred to a "
        "specialist centre."
    ): [
        (
            "Patients whose humming persists despite two drugs should not be referred to a "
            "specialist centre."
        ),
        (
            "Patients whose humming persists despite two drugs may be referred to a specialist "
            "centre if they wish and need never be followed up."
        ),
    ],
    "Neither zelvoprine nor morvalide prevented relapse.": [
        "Both zelvoprine and morvalide prevented relapse.",
        "Zelvoprine prevented relapse.",
        "Zelvoprine caused relapse.",
    ],
    "The incidence of rash rose from 2% to 9% when the dose was doubled.": [
        "The incidence of rash fell from 2% to 9% when the dose was doubled.",
        "The incidence of rash did not rise when the dose was doubled.",
        "The incidence of rash rose from 2% to 9% when the dose was halved.",
    ],
    "Observational studies link long-term morvalide use with fractures.": [
        "Long-term morvalide use protects against fractures.",
        "Long-term morvalide use is not linked with fractures.",
    ],
    "It is not known whether zelvoprine crosses the placenta.": [
        "Zelvoprine crosses the placenta.",
        "It is known that zelvoprine crosses the placenta.",
    ],
    "The benefits of zelvoprine outweigh its risks in severe flumbosis.": [
        "The risks of zelvoprine outweigh its benefits in severe flumbosis.",
        "The benefits of zelvoprine do not outweigh its risks in severe flumbosis.",
        "The benefits of zelvoprine outweigh its risks in mild flumbosis.",
    ],
    (
        "Blood pressure should be checked before each dose, and zelvoprine withheld if systolic "
        "pressure is below 90 mmHg."
    ): [
        "Blood pressure need not be checked before each dose.",
        "Zelvoprine should be given if systolic pressure is below 90 mmHg.",
        "Blood pressure should be checked after each dose.",
    ],
    "Humming improved in the zelvoprine group and worsened in the placebo group.": [
        "Humming worsened in the zelvoprine group and improved in the placebo group.",
        "Humming improved in the placebo group.",
    ],
    "Anticoagulation is not recommended for flumbosis without thrombosis.": [
        "Anticoagulation is not recommended for flumbosis with thrombosis.",
        "Anticoagulation is recommended for flumbosis without thrombosis.",
    ],
    "Only patients with proven marbling should receive intravenous zelvoprine.": [
        "Patients without proven marbling should receive intravenous zelvoprine.",
        "Patients with proven marbling should not receive intravenous zelvoprine.",
    ],
    "Zelvoprine appears to be safe in pregnancy, although data are limited.": [
        "Zelvoprine appears to be unsafe in pregnancy.",
    ],
    "Morvalide reduced mortality in men but not in women.": [
        "Morvalide reduced mortality in women but not in men.",
        "Morvalide reduced mortality in women.",
        "Morvalide did not reduce mortality in men.",
    ],
    "Consider zelvoprine as an alternative when morvalide is not tolerated.": [
        "Consider zelvoprine as an alternative when morvalide is tolerated.",
        "Do not consider zelvoprine as an alternative when morvalide is not tolerated.",
    ],
    "There were no significant differences between the groups in adverse events.": [
        "There were significant differences between the groups in adverse events.",
        "Adverse events were more common in one of the groups.",
        "Adverse events differed between the groups.",
    ],
    "The drug must be discontinued permanently in patients who develop marbling of the spleen.": [
        "The drug may be continued in patients who develop marbling of the spleen.",
        "The drug must not be discontinued in patients who develop marbling of the spleen.",
    ],
    "Morvalide did not worsen renal function.": [
        "Morvalide worsened renal function.",
        "Morvalide improved renal function.",
        "Morvalide did not improve renal function.",
    ],
    "Zelvoprine hardly affects heart rate.": [
        "Zelvoprine strongly affects heart rate.",
        "Zelvoprine affects heart rate.",
    ],
    "Flumbosis is commonly self-limiting, and most adults recover within 6 weeks.": [
        "Few adults recover within 6 weeks.",
        "Flumbosis is rarely self-limiting.",
        "Most adults do not recover within 6 weeks.",
    ],
    "It is reasonable to delay surgery in stable patients.": [
        "It is unreasonable to delay surgery in stable patients.",
        "It is reasonable to delay surgery in unstable patients.",
    ],
    "Treatment should be withheld until cultures have been taken.": [
        "Treatment should be started before cultures have been taken.",
        "Treatment should not be withheld until cultures have been taken.",
    ],
    "Oral zelvoprine is no longer recommended as first-line therapy for flumbosis.": [
        "Oral zelvoprine is still recommended as first-line therapy for flumbosis.",
        "Oral zelvoprine is recommended as first-line therapy for flumbosis.",
    ],
    (
        "Children born to mothers who took zelvoprine had no higher rate of malformations than "
        "unexposed children."
    ): [
        (
            "Children born to mothers who took zelvoprine had a higher rate of malformations than "
            "unexposed children."
        ),
        (
            "Children born to mothers who took zelvoprine had a lower rate of malformations than "
            "unexposed children."
        ),
    ],
    (
        "Clinicians should offer rather than withhold analgesia while the cause of "
        "humming is sought."
    ): [
        (
            "Clinicians should withhold rather than offer analgesia while the cause of humming is "
            "sought."
        ),
        "Clinicians should not offer analgesia while the cause of humming is sought.",
    ],
    "Screening all newborns for flumbosis is not cost-effective.": [
        "Screening all newborns for flumbosis is cost-effective.",
    ],
    "Avoid abrupt withdrawal of morvalide; taper the dose over at least 2 weeks.": [
        "Abrupt withdrawal of morvalide is recommended.",
        "Morvalide should be withdrawn abruptly.",
        "Avoid gradual withdrawal of morvalide.",
    ],
    "The risk of bleeding is increased when zelvoprine is combined with aspirin.": [
        "The risk of bleeding is reduced when zelvoprine is combined with aspirin.",
        "The risk of bleeding is not increased when zelvoprine is combined with aspirin.",
    ],
    "Zelvoprine has not been shown to be teratogenic in animals.": [
        "Zelvoprine has been shown to be teratogenic in animals.",
        "Zelvoprine is teratogenic in animals.",
    ],
    "Women with flumbosis can breastfeed safely while taking morvalide.": [
        "Women with flumbosis cannot breastfeed safely while taking morvalide.",
        "Women with flumbosis should not breastfeed while taking morvalide.",
        "Breastfeeding is unsafe for women with flumbosis while taking morvalide.",
    ],
    "Limited data indicate that morvalide might shorten hospital stay in moderate flumbosis.": [
        "Morvalide might lengthen hospital stay in moderate flumbosis.",
        "Strong evidence shows that morvalide shortens hospital stay in moderate flumbosis.",
    ],
    "Except in emergencies, zelvoprine should be given by slow infusion.": [
        "Zelvoprine should be given by slow infusion.",
        "In emergencies, zelvoprine should be given by slow infusion.",
        "Except in emergencies, zelvoprine should be given by rapid infusion.",
    ],
    "Half of the patients did not complete the trial, mainly because of nausea.": [
        "Half of the patients completed the trial.",
    ],
    "Endoscopy is indicated in patients with flumbosis who are over 50 or have alarm symptoms.": [
        (
            "Endoscopy is not indicated in patients with flumbosis who are over 50 or have alarm "
            "symptoms."
        ),
    ],
    "Two of the three trials found no benefit of morvalide over usual care.": [
        "Two of the three trials found a benefit of morvalide over usual care.",
        "Two of the three trials found that morvalide was better than usual care.",
    ],
    "Flumbosis is thought to be caused by an autoimmune process.": [
        "Flumbosis is not caused by an autoimmune process.",
    ],
    "Rarely, zelvoprine has been associated with fatal liver failure.": [
        "Zelvoprine is often associated with fatal liver failure.",
        "Zelvoprine has never been associated with fatal liver failure.",
    ],
    "People at low risk of marbling do not need prophylaxis.": [
        "People at high risk of marbling do not need prophylaxis.",
        "People at low risk of marbling need prophylaxis.",
    ],
    "The trial was stopped early because zelvoprine increased deaths from infection.": [
        "Zelvoprine decreased deaths from infection.",
        "The trial was not stopped early.",
        "Zelvoprine prevented deaths from infection.",
    ],
    "Lumbar puncture may be omitted if the fever has settled and the child looks well.": [
        "Lumbar puncture may not be omitted if the fever has settled and the child looks well.",
        "Lumbar puncture may be omitted if the fever has not settled and the child looks well.",
    ],
    "Neutropenia is a potential adverse effect of morvalide.": [
        "Neutropenia is not an adverse effect of morvalide.",
    ],
    "There is insufficient evidence to recommend for or against zelvoprine in chronic flumbosis.": [
        "There is sufficient evidence to recommend zelvoprine in chronic flumbosis.",
        "Zelvoprine is not recommended in acute flumbosis.",
    ],
    "Doses above 40 mg offered no advantage and caused more vomiting.": [
        "Doses above 40 mg offered an advantage.",
        "Doses above 40 mg caused less vomiting.",
        "Doses above 40 mg caused no vomiting.",
    ],
    "Surgery is preferred over morvalide in fit patients.": [
        "Morvalide is preferred over surgery in fit patients.",
        "Surgery is preferred over morvalide in unfit patients.",
    ],
    "Renal function should be monitored, but routine liver tests are unnecessary.": [
        "Routine liver tests are necessary.",
        "Renal function need not be monitored.",
    ],
    "Zelvoprine partially blocks the reuptake of humline.": [
        "Zelvoprine completely blocks the reuptake of humline.",
        "Zelvoprine does not block the reuptake of humline.",
        "Zelvoprine stimulates the reuptake of humline.",
    ],
    "A history of marbling is not a contraindication to zelvoprine.": [
        "A history of marbling is a contraindication to zelvoprine.",
        "Zelvoprine is contraindicated in people with a history of marbling.",
    ],
    "Compared with placebo, morvalide halved the rate of relapse, an effect that lasted a year.": [
        "Morvalide doubled the rate of relapse compared with placebo.",
        "Compared with morvalide, placebo halved the rate of relapse.",
        "Morvalide had no effect on the rate of relapse.",
    ],
    "Zelvoprine is safe and effective in adults, but its use in children has not been studied.": [
        "Zelvoprine has been studied in children.",
        "Zelvoprine is unsafe in adults.",
        "Zelvoprine is ineffective in adults.",
    ],
    "Rapid infusion can provoke arrhythmia and is best avoided.": [
        "Slow infusion can provoke arrhythmia.",
        "Rapid infusion cannot provoke arrhythmia.",
    ],
    "The committee could not make a recommendation because the evidence was conflicting.": [
        "The committee made a recommendation.",
        "The committee could make a recommendation because the evidence was conflicting.",
    ],
    "Patients on dialysis may need a supplementary dose of morvalide after each session.": [
        "Patients on dialysis do not need a supplementary dose of morvalide after each session.",
    ],
    "Zelvoprine is not inferior to morvalide for pain relief.": [
        "Zelvoprine is inferior to morvalide for pain relief.",
        "Morvalide is superior to zelvoprine for pain relief.",
    ],
    "Higher doses shortened the time to recovery.": [
        "Lower doses shortened the time to recovery.",
        "Higher doses lengthened the time to recovery.",
        "Higher doses did not shorten the time to recovery.",
    ],
    "Most cases are mild; severe marbling is exceptional.": [
        "Most cases are severe.",
        "Severe marbling is common.",
        "Severe marbling never occurs.",
    ],
    "Stop morvalide at least 5 days before surgery unless the risk of clotting is high.": [
        "Stop morvalide at least 5 days before surgery.",
        "Stop morvalide at least 5 days before surgery if the risk of clotting is high.",
        "Stop morvalide at least 5 days before surgery unless the risk of clotting is low.",
    ],
    "No deaths were reported, and serious adverse events were similar in the two arms.": [
        "Deaths were reported.",
        "Serious adverse events differed between the two arms.",
        "Serious adverse events were more frequent in one arm.",
    ],
    "Vaccination protects against severe flumbosis but does not prevent infection.": [
        "Vaccination prevents infection.",
        "Vaccination does not protect against severe flumbosis.",
        "Vaccination causes severe flumbosis.",
    ],
    "Ultrasound is less sensitive than tomography but avoids radiation.": [
        "Ultrasound is more sensitive than tomography.",
        "Tomography is less sensitive than ultrasound.",
        "Ultrasound does not avoid radiation.",
    ],
    "It is essential to exclude pregnancy before starting zelvoprine.": [
        "It is not essential to exclude pregnancy before starting zelvoprine.",
        "Pregnancy need not be excluded before starting zelvoprine.",
        "It is essential to exclude pregnancy after starting zelvoprine.",
    ],
}


def pairs(table):
    return [(span, claim) for span, claims in table.items() for claim in claims]


def found(claim, *spans, **about):
    return failures(claim, [Evidence(span, **about) for span in spans])


@pytest.mark.parametrize(("span", "claim"), pairs(HOLDS))
def test_a_claim_that_says_the_same_or_less_passes(span, claim):
    assert found(claim, span) == ()


@pytest.mark.parametrize(("span", "claim"), pairs(FAILS))
def test_a_claim_turned_round_is_caught(span, claim):
    failed = found(claim, span)

    assert failed
    assert {failure.gate for failure in failed} == {"polarity"}
    assert all(failure.reason.endswith(".") for failure in failed)


def test_the_failure_shows_both_sides():
    span = "Zelvoprine should not be given to children with flumbosis."

    failed = found("Zelvoprine should be given to children with flumbosis.", span)

    assert failed[0].claimed == "zelvoprine should be given to children with flumbosis"
    assert failed[0].found == "zelvoprine should not be given to children with flumbosis"


FIRST = "Zelvoprine did not reduce relapse in flumbosis."
SECOND = "Morvalide reduced relapse in flumbosis but increased nausea."
THIRD = "Neither drug should be stopped abruptly."


@pytest.mark.parametrize(
    "claim",
    [
        "Morvalide, but not zelvoprine, reduced relapse.",
        "Morvalide increased nausea and zelvoprine did not reduce relapse.",
        f"{FIRST} {SECOND}",
        f"{FIRST} {SECOND} {THIRD}",
        "Do not stop either drug abruptly.",
    ],
)
def test_a_claim_may_rest_on_several_spans(claim):
    assert found(claim, FIRST, SECOND, THIRD) == ()


@pytest.mark.parametrize(
    "claim",
    [
        "Zelvoprine reduced relapse and morvalide increased nausea.",
        "Morvalide did not reduce relapse.",
        "Morvalide decreased nausea.",
        "Both drugs should be stopped abruptly.",
    ],
)
def test_no_span_lends_its_polarity_to_another(claim):
    assert found(claim, FIRST, SECOND, THIRD)


def test_what_no_span_speaks_of_must_not_be_denied():
    assert found("Zelvoprine does not harm the kidneys.", "Flumbosis lasts 9 days.")
    assert found("Flumbosis lasts 9 days without fever.", "Flumbosis lasts 9 days.")


def test_what_no_span_denies_and_the_claim_does_not_is_left_to_the_other_gates():
    assert found("Zelvoprine is a tablet.", "Flumbosis lasts 9 days.") == ()


def test_synonyms_of_the_glossary_are_no_difference():
    glossary = load_glossary(shipped_kb() / "glossary.csv")
    span = Evidence("Zelvoprine was not tested in non-ALS patients.")
    claim = "Zelvoprine was not tested in non-amyotrophic lateral sclerosis patients."

    assert failures(claim, [span], glossary) == ()
    assert failures(claim, [span])


@pytest.mark.parametrize("span", shipped_evidence(), ids=lambda span: span.quote[:40])
def test_a_sentence_without_its_full_stop_still_passes(span):
    assert failures(span.quote.removesuffix("."), [span]) == ()


@pytest.mark.parametrize("mutate", mutations.MUTATORS)
def test_changes_to_the_shipped_sentences_are_caught(mutate):
    mutants = [mutant for span in shipped_evidence() for mutant in mutate(span)]
    caught = [mutant for mutant in mutants if failures(mutant.claim, mutant.evidence)]

    assert mutants
    assert len(caught) >= 0.97 * len(mutants)


@pytest.mark.parametrize("mutate", mutations.MUTATORS)
def test_mutants_differ_from_their_sentence_and_come_out_the_same_twice(mutate):
    for span in shipped_evidence():
        mutants = list(mutate(span))
        claims = [mutant.claim for mutant in mutants]

        assert span.quote not in claims
        assert len(set(claims)) == len(claims)
        assert mutants == list(mutate(span))


def kinds(text):
    return [(unit.kind, " ".join(unit.words)) for unit in units(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Stop it, but only if it itches.",
            [("main", "stop it ,"), ("condition", "it itches")],
        ),
        (
            "People who cannot sleep should rest.",
            [("main", "people should rest"), ("relative", "can not sleep")],
        ),
        (
            "If it itches, is red or weeps, stop it.",
            [("main", "stop it"), ("condition", "it itches , is red or weeps")],
        ),
        (
            "Once-daily tablets (40 mg) don't help on 3 May 2019.",
            [
                ("main", "once daily tablets do not help on 3 the month 2019"),
                ("aside", "40 mg"),
            ],
        ),
    ],
)
def test_units(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("It should be avoided.", -1),
        ("It should not be avoided.", 1),
        ("Neither tea nor coffee helped.", -1),
        ("It helped not only the legs.", 1),
        ("It can be given with no fever.", 1),
        ("We recommend strongly against it.", -1),
        ("The dose should not exceed 40 mg.", 1),
        ("Refer without delay.", 1),
    ],
)
def test_signs(text, sign):
    assert negation_of(units(text)[0]).sign == sign
