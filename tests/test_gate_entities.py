"""The gate of names: drugs, conditions and tests of a claim occur in what it cites."""

import pytest

from consilia.gates import entities, population
from consilia.gates.evidence import Evidence
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
HONEST = {
    "For spasticity in": (
        "In adults with spasticity, oral baclofen is started at 5 mg three times a day.",
        "For adult patients with spasticity, baclofen by mouth starts at 5 mg TID and "
        "goes up every 3 days.",
        "Oral baclofen for adults who have spasticity begins with 5 mg three times daily.",
    ),
    "For epilepsy at": (
        "In children with epilepsy aged 3 to 11 years, gabapentin is started at 10 to 15 "
        "mg/kg/day.",
        "For epilepsy between 3 and 11 years of age, the initial gabapentin dose is 10-15 "
        "mg/kg/day divided into three doses.",
    ),
    "Intravenous bolus calcium": (
        "In adults, intravenous bolus calcium gluconate should not exceed 200 mg/minute.",
        "In children, an intravenous calcium gluconate bolus must not exceed 100 mg/minute.",
        "IV bolus calcium gluconate should be given with electrocardiogram monitoring in "
        "adults and children.",
    ),
    "For organophosphate poisoning, children": (
        "Children under 16 years with organophosphate poisoning receive 20 to 50 mg/kg of "
        "intravenous pralidoxime per dose.",
        "For organophosphorus poisoning in children under 16, IV pralidoxime 20 to 50 "
        "mg/kg per dose is given, up to 2 g per dose.",
    ),
    "NICE says adults with small": (
        "Adults with fasciculations need not routinely be referred unless they also have "
        "muscle wasting and weakness, or rigidity.",
        "Routine referral isn't advised for adults with muscle twitching, unless there is "
        "wasting and weakness or stiffness.",
    ),
    "The ATA 2016 guideline makes": (
        "Methimazole is the antithyroid drug of choice for nearly all patients with "
        "Graves' disease, except in the first trimester of pregnancy, in thyroid storm or "
        "in methimazole intolerance.",
        "Thiamazole is preferred in Graves hyperthyroidism except during the first "
        "trimester of pregnancy, thyroid storm or methimazole intolerance.",
    ),
    "Offer zelvoprine": (
        "Adults with flumbosis should be offered zelvoprine.",
        "Zelvoprine should be offered to adult patients who have flumbosis.",
    ),
    "In severe renal impairment zelvoprine": (
        "With severe kidney impairment, zelvoprine is limited to 20 mg daily.",
        "Zelvoprine: at most 20 mg a day when renal impairment is severe.",
    ),
    "Zelvoprine has not": ("Zelvoprine has not been studied in pregnancy.",),
    "In women with flumbosis": (
        "In primary care, zelvoprine reduced attacks in female patients with flumbosis.",
    ),
    "Quinine inhibits CYP3A4": (
        "Quinine inhibits CYP2D6 and CYP3A4.",
        "Digoxin levels can be raised by quinine.",
        "CYP3A4 and CYP2D6 are inhibited by quinine, which can increase digoxin concentrations.",
    ),
    "Carbamazepine and phenytoin": (
        "Quinine concentrations may be lowered by carbamazepine and phenytoin.",
        "Quinine levels may fall with phenytoin or carbamazepine.",
    ),
    "Reports of birth": (
        "In an FDA review, birth defects were reported about three times as often with "
        "methimazole as with propylthiouracil.",
    ),
    "Side effects of": (
        "Overdosage is the commonest reason for side effects of pyridostigmine.",
        "Adverse effects of pyridostigmine mostly relate to overdose.",
    ),
    "In 33 patients with suspected ALS, ultrasound beat": (
        "Ultrasound was better than electromyography at detecting fasciculations in the "
        "quadriceps of 33 patients with suspected ALS.",
        "In 33 people with suspected motor neurone disease, ultrasonography beat EMG for "
        "detecting fasciculations in quadriceps.",
    ),
    "Society for Endocrinology guidance says the": (
        "In hospital, acute symptomatic hypocalcemia is most commonly caused by "
        "parathyroid disruption after total thyroidectomy.",
        "Parathyroid disruption after total thyroidectomy is the most frequent cause of "
        "acute symptomatic low calcium in hospital patients.",
    ),
    "Riluzole is contraindicated": (
        "Riluzole should not be given after a severe hypersensitivity reaction to it.",
        "A severe allergic reaction to riluzole contraindicates its use.",
    ),
    "Tofersen is indicated": (
        "Tofersen is indicated in adults with SOD1-related ALS.",
        "Adults with amyotrophic lateral sclerosis and a SOD1 mutation can be treated "
        "with Qalsody.",
    ),
    "Gabapentin effectiveness has": (
        "It has not been established that gabapentin works in children under 3 years of age.",
    ),
    "The gabapentin label warns": (
        "In epileptic children aged 3 to 12 years, gabapentin can cause neuropsychiatric "
        "reactions.",
    ),
    "In severe renal impairment the": (
        "With severely impaired kidney function, the magnesium sulfate dose is limited to "
        "20 g in 48 hours, and serum magnesium is measured frequently.",
    ),
    "Magnesium is excreted": (
        "Because the kidneys excrete nearly all magnesium, it must be used very "
        "cautiously in patients with renal failure.",
    ),
    "The FDA says propylthiouracil": (
        "Propylthiouracil may be preferred to methimazole just before and during the "
        "first trimester of pregnancy.",
    ),
    "Calcium gluconate is": (
        "Calcium gluconate is contraindicated in hypercalcemia and in neonates up to 28 "
        "days of age who receive ceftriaxone.",
    ),
    "A 2017 conference": (
        "Benign fasciculations occur in around 70 percent of healthy individuals, "
        "according to a 2017 conference abstract.",
    ),
    "A 91-year-old man": (
        "A 91-year-old man who had taken a PPI for 18 months developed tetany due to "
        "severe hypomagnesaemia and hypocalcaemia.",
    ),
    "In a trial of 80 adults over 55, six": (
        "In 80 adults older than 55, six weeks of nightly stretching of calf and "
        "hamstring reduced night cramps by 1.2 per night versus no stretching.",
    ),
    "Baclofen has not": (
        "Baclofen has not helped stroke patients significantly, and they tolerate it poorly.",
    ),
    "A review describes": (
        "Hypokalemia is common in hospitalised patients and is mostly due to potassium "
        "loss or a shift into cells.",
    ),
    "The AAFP review treats": ("Hypokalaemia is treated with oral or IV potassium.",),
    "Oral edaravone is": (
        "Oral edaravone is taken in the morning on an empty stomach, by mouth or via a "
        "feeding tube.",
    ),
    "NICE advises contacting": (
        "A consultant neurologist should be contacted directly when someone with "
        "suspected MND needs to be seen urgently.",
    ),
    "The succinylcholine label reserves": (
        "In children, suxamethonium is reserved for emergency intubation or when the "
        "airway has to be secured immediately.",
    ),
    "Carbamazepine can cause": ("Low sodium from SIADH can be caused by carbamazepine.",),
    "In the Cochrane review median": (
        "Riluzole prolonged median survival from 11.8 to 14.8 months.",
    ),
    "Muscle pain after": ("NSAIDs prevented myalgia after succinylcholine best (NNT 2.5).",),
    "A UK primary": (
        "In UK primary care, long-term quinine for cramps or restless legs was associated "
        "with higher mortality.",
    ),
    "Pyridostigmine is mostly": (
        "Lower doses of pyridostigmine may be needed in renal disease since it is mainly "
        "excreted unchanged by the kidneys.",
    ),
    "The pyridostigmine label describes muscarinic": (
        "Atropine can usually counteract muscarinic effects of pyridostigmine such as "
        "vomiting, sweating and miosis.",
    ),
    "Children affected by": (
        "Most children affected by succinylcholine hyperkalemic arrest are boys aged 8 or younger.",
    ),
    "EFNS 2012 says non-invasive": ("NIV improves survival and quality of life in ALS.",),
    "For ALS, intravenous": (
        "Edaravone for ALS is infused intravenously at 60 mg over 60 minutes on each dosing day.",
    ),
    "In VALOR tofersen": (
        "Compared with placebo, tofersen reduced plasma neurofilament light chain and CSF "
        "SOD1 protein in VALOR.",
    ),
    "StatPearls defines hypomagnesaemia": (
        "Hypomagnesemia is defined as a serum magnesium below 1.46 mg/dL.",
    ),
}
OTHER_NAMES = {
    "For spasticity in": (
        "For spasticity in adults, intrathecal baclofen is started at 5 mg three times daily.",
        "For spasticity in adults, oral tizanidine is started at 5 mg three times daily.",
        "For spasticity in adults on dialysis, oral baclofen is started at 5 mg three times daily.",
        "For dystonia in adults, oral baclofen is started at 5 mg three times daily.",
    ),
    "For epilepsy at": (
        "For postherpetic neuralgia at age 3 to 11 years gabapentin starts at 10 to 15 mg/kg/day.",
        "For epilepsy at age 3 to 11 years pregabalin starts at 10 to 15 mg/kg/day.",
    ),
    "Intravenous bolus calcium": (
        "Intravenous bolus calcium chloride should not exceed 200 mg/minute in adults.",
    ),
    "For organophosphate poisoning, children": (
        "For carbamate poisoning, children aged under 16 receive intravenous pralidoxime "
        "20 to 50 mg/kg per dose.",
        "For organophosphate poisoning, children aged under 16 receive intravenous "
        "obidoxime 20 to 50 mg/kg per dose.",
    ),
    "NICE says adults with small": (
        "SIGN says adults with fasciculations should not routinely be referred unless "
        "there is wasting.",
        "NICE says adults with tremor should not routinely be referred unless there is "
        "also muscle wasting.",
    ),
    "The ATA 2016 guideline makes": (
        "Propylthiouracil is the antithyroid drug of choice for almost all patients with "
        "Graves disease.",
        "Methimazole is the drug of choice for almost all patients with Hashimoto disease.",
    ),
    "Offer zelvoprine": (
        "Offer zelvoprine to adults with marbilosis.",
        "Offer quinoprine to adults with flumbosis.",
        "Offer zelvoprine and marblamab to adults with flumbosis.",
    ),
    "In severe renal impairment zelvoprine": (
        "In severe hepatic impairment zelvoprine is limited to 20 mg a day.",
    ),
    "Quinine inhibits CYP3A4": (
        "Quinidine inhibits CYP3A4.",
        "Quinine inhibits CYP1A2.",
        "Quinine inhibits CYP3A4 and can raise warfarin levels.",
    ),
    "Carbamazepine and phenytoin": (
        "Quinine and phenytoin may lower carbamazepine concentrations.",
        "Quinine may lower phenytoin concentrations, and antacids may delay its absorption.",
    ),
    "Reports of birth": (
        "Reports of birth defects were about threefold greater with propylthiouracil than "
        "with methimazole in an FDA review.",
    ),
    "Side effects of": (
        "Side effects of neostigmine are most often related to overdosage.",
        "Side effects of anticholinesterases are most often related to overdosage.",
    ),
    "In 33 patients with suspected ALS, ultrasound beat": (
        "In 33 patients with suspected ALS, EMG beat ultrasound for fasciculation "
        "detection in quadriceps.",
        "In 33 patients with suspected ALS, MRI beat EMG for fasciculation detection in "
        "quadriceps.",
        "In 33 patients with suspected ALS, ultrasound beat EMG for fasciculation "
        "detection in the tongue.",
    ),
    "Society for Endocrinology guidance says the": (
        "The commonest cause of acute symptomatic hypokalaemia in hospital is parathyroid "
        "disruption after total thyroidectomy.",
        "The commonest cause of acute symptomatic hypocalcaemia in hospital is "
        "parathyroid disruption after total laryngectomy.",
    ),
    "Riluzole is contraindicated": (
        "Rasagiline is contraindicated after a severe hypersensitivity reaction to it.",
    ),
    "Tofersen is indicated": (
        "Tofersen is indicated for adults with ALS who have a mutation in the C9orf72 gene.",
    ),
    "The gabapentin label warns": (
        "The gabapentin label warns of neuropsychiatric reactions in children aged 3 to "
        "12 years with migraine.",
    ),
    "In severe renal impairment the": (
        "In severe heart failure the magnesium sulfate label limits the dose to 20 g in 48 hours.",
    ),
    "Magnesium is excreted": ("Magnesium must be used very cautiously in liver failure.",),
    "Calcium gluconate is": (
        "Calcium gluconate is contraindicated in newborns up to 28 days old receiving cefotaxime.",
    ),
    "A 2017 conference": ("Benign fasciculations occur in about 70% of people with cancer.",),
    "Baclofen has not": (
        "Baclofen has not significantly helped patients with multiple sclerosis, who "
        "tolerate it poorly.",
    ),
    "The AAFP review treats": ("Hyperkalaemia is treated with oral or intravenous potassium.",),
    "NICE advises contacting": (
        "The cardiologist should be contacted directly when a person with suspected motor "
        "neurone disease needs to be seen urgently.",
    ),
    "The succinylcholine label reserves": (
        "The rocuronium label reserves use in children for emergency intubation.",
    ),
    "Carbamazepine can cause": (
        "Oxcarbazepine can cause hyponatraemia.",
        "Carbamazepine can cause hypernatraemia.",
        "Hyponatraemia can cause carbamazepine toxicity.",
    ),
    "In the Cochrane review median": (
        "Median survival rose from 11.8 to 14.8 months with edaravone.",
    ),
    "Muscle pain after": (
        "Muscle pain after rocuronium was best prevented by NSAIDs.",
        "Muscle pain after succinylcholine was best prevented by ketamine.",
    ),
    "A UK primary": (
        "A US primary care database study found higher mortality with long-term quinine.",
        "A UK primary care database study found higher mortality with long-term quinine "
        "for malaria.",
    ),
    "Pyridostigmine is mostly": ("Neostigmine is mostly excreted unchanged by the kidneys.",),
    "EFNS 2012 says non-invasive": (
        "EFNS 2012 says invasive ventilation improves survival and quality of life in ALS.",
        "EFNS 2012 says non-invasive positive-pressure ventilation improves survival and "
        "quality of life in COPD.",
    ),
    "In VALOR tofersen": ("In VALOR placebo lowered CSF SOD1 protein more than tofersen.",),
    "StatPearls defines hypomagnesaemia": (
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


@pytest.mark.parametrize(("start", "claim"), pairs(HONEST))
def test_an_honest_paraphrase_passes_the_gates_of_names_and_of_patients(start, claim):
    evidence = [span(start)]
    assert entities.failures(claim, evidence, glossary()) == ()
    assert population.failures(claim, evidence, glossary()) == ()


@pytest.mark.parametrize(("start", "claim"), pairs(OTHER_NAMES))
def test_another_name_is_caught(start, claim):
    found = entities.failures(claim, [span(start)], glossary())
    assert {failure.gate for failure in found} == {"entities"}
    assert all(failure.reason for failure in found)


def test_the_failure_says_what_is_there_instead():
    claim = "Side effects of neostigmine are most often related to overdosage."
    (failure,) = entities.failures(claim, [span("Side effects of pyridostigmine")], glossary())
    assert (failure.claimed, failure.found) == ("neostigmine", "pyridostigmine")


def test_a_name_may_come_from_the_title_when_the_span_leaves_it_open():
    found = Evidence("It shortened attacks by 9 days.", "Zelvoprine in flumbosis")
    assert entities.failures("Zelvoprine shortened attacks by 9 days.", [found]) == ()
    assert entities.failures("Marblamab shortened attacks by 9 days.", [found]) != ()


def test_each_name_may_come_from_another_span():
    cited = [Evidence("Zelvoprine helps in flumbosis."), Evidence("Quorine helps in marbilosis.")]
    claim = "Zelvoprine helps in flumbosis and quorine helps in marbilosis."
    assert entities.failures(claim, cited) == ()
    assert entities.failures(claim, cited[:1]) != ()


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("Give zelvoprine, then stop quorine.", "Give zelvoprine, then stop marblex."),
        ("Zelvoprine is for adults.", "Zelvoprine (Marblex) is for adults."),
        ("Measure the level weekly.", "Measure the troponin level weekly."),
        ("Zelvoprine can help.", "ACE inhibitors can help."),
        ("Refer to a specialist.", "Refer to an oncologist."),
    ],
)
def test_without_a_glossary_unknown_names_still_count(quote, claim):
    assert entities.failures(claim, [Evidence(quote)]) != ()


def test_names_of_one_type_that_change_places_are_caught():
    cited = [Evidence("Riluzole beat edaravone in flumbosis.")]
    assert entities.failures("Edaravone beat riluzole in flumbosis.", cited, glossary()) != ()
    assert entities.failures("Edaravone was beaten by riluzole.", cited, glossary()) == ()
    assert entities.failures("Riluzole was beaten by edaravone.", cited, glossary()) != ()


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("Haemorrhage is rare.", "Bleeding is rare."),
        ("Paracetamol is given.", "Acetaminophen is given."),
        ("Tumours were found in some fibres.", "Tumors were found in some fibers."),
        ("Thrombotic events occurred.", "Thrombosis occurred."),
        ("Peripheral marble hyperbolism (PMH) is rare.", "PMH is rare."),
        ("PMH is rare.", "Peripheral marble hyperbolism is rare."),
        ("Noninvasive tests suffice.", "Non-invasive tests suffice."),
        ("Zelvoprine is given every day.", "Zelvoprine should be taken daily by patients."),
    ],
)
def test_the_same_name_in_other_words_passes(quote, claim):
    assert entities.failures(claim, [Evidence(quote)]) == ()


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("Arthritis is rare.", "Arthrosis is rare."),
        ("Prednisone is given.", "Prednisolone is given."),
        ("Hyperkalaemia is rare.", "Hypokalaemia is rare."),
        ("Quinine is given.", "Quinidine is given."),
        ("Non-invasive ventilation helps.", "Invasive ventilation helps."),
        ("Ventilation helps.", "Non-invasive ventilation helps."),
        ("Hydroxyzine helps sleep.", "Hydroxychloroquine helps sleep."),
    ],
)
def test_names_that_look_alike_are_told_apart(quote, claim):
    assert entities.failures(claim, [Evidence(quote)]) != ()


def test_plain_words_that_have_nothing_to_do_with_the_span_do_not_pass():
    claim = "The committee meets in public twice and publishes its minutes."
    assert entities.failures(claim, [Evidence("The committee recommends zelvoprine.")]) != ()
