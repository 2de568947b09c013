"""The sections of a drug label: LOINC code, name, and field in openFDA's form of the label."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class LabelSection:
    """A kind of section that labels have."""

    code: str
    """LOINC; empty for a kind that has none."""
    name: str
    """What its heading is when the label gives none."""
    field: str
    """Its name in openFDA's form."""


_ROWS = """
34066-1|Boxed warning|boxed_warning
43683-2|Recent major changes|recent_major_changes
55106-9|Active ingredient|active_ingredient
55105-1|Purpose|purpose
34067-9|Indications and usage|indications_and_usage
50745-9|Veterinary indications|veterinary_indications
60560-0|Intended use of the device|intended_use_of_the_device
34068-7|Dosage and administration|dosage_and_administration
60562-6|Route, method and frequency of administration|route
43678-2|Dosage forms and strengths|dosage_forms_and_strengths
34070-3|Contraindications|contraindications
43685-7|Warnings and precautions|warnings_and_cautions
34071-1|Warnings|warnings
50570-1|Do not use|do_not_use
50569-3|Ask a doctor before use|ask_doctor
50568-5|Ask a doctor or pharmacist before use|ask_doctor_or_pharmacist
50567-7|When using this product|when_using
50566-9|Stop use and ask a doctor|stop_use
53414-9|Pregnancy or breast-feeding|pregnancy_or_breast_feeding
50565-1|Keep out of reach of children|keep_out_of_reach_of_children
42232-9|Precautions|precautions
34072-9|General precautions|general_precautions
54433-8|User safety warnings|user_safety_warnings
50741-8|Safe handling warning|safe_handling_warning
50742-6|Environmental warning|environmental_warning
50743-4|Food safety warning|food_safety_warning
53412-3|Residue warning|residue_warning
60561-8|Other safety information|other_safety_information
69759-9|Risks|risks
34075-2|Laboratory tests|laboratory_tests
34084-4|Adverse reactions|adverse_reactions
90374-0|Clinical trials experience|clinical_trials_experience
90375-7|Postmarketing experience|postmarketing_experience
34073-7|Drug interactions|drug_interactions
34074-5|Drug and laboratory test interactions|drug_and_or_laboratory_test_interactions
43684-0|Use in specific populations|use_in_specific_populations
42228-7|Pregnancy|pregnancy
34077-8|Teratogenic effects|teratogenic_effects
34078-6|Nonteratogenic effects|nonteratogenic_effects
34079-4|Labor and delivery|labor_and_delivery
77290-5|Lactation|lactation
34080-2|Nursing mothers|nursing_mothers
77291-3|Females and males of reproductive potential|females_and_males_of_reproductive_potential
34081-0|Pediatric use|pediatric_use
34082-8|Geriatric use|geriatric_use
88828-9|Renal impairment|renal_impairment
88829-7|Hepatic impairment|hepatic_impairment
42227-9|Drug abuse and dependence|drug_abuse_and_dependence
34085-1|Controlled substance|controlled_substance
34086-9|Abuse|abuse
34087-7|Dependence|dependence
34088-5|Overdosage|overdosage
34089-3|Description|description
51727-6|Inactive ingredient|inactive_ingredient
34090-1|Clinical pharmacology|clinical_pharmacology
43679-0|Mechanism of action|mechanism_of_action
43681-6|Pharmacodynamics|pharmacodynamics
43682-4|Pharmacokinetics|pharmacokinetics
49489-8|Microbiology|microbiology
66106-6|Pharmacogenomics|pharmacogenomics
43680-8|Nonclinical toxicology|nonclinical_toxicology
34083-6|Carcinogenesis, mutagenesis, impairment of fertility\
|carcinogenesis_and_mutagenesis_and_impairment_of_fertility
34091-9|Animal pharmacology and toxicology|animal_pharmacology_and_or_toxicology
34092-7|Clinical studies|clinical_studies
60563-4|Summary of safety and effectiveness|summary_of_safety_and_effectiveness
34093-5|References|references
34069-5|How supplied|how_supplied
44425-7|Storage and handling|storage_and_handling
69763-1|Disposal and waste handling|disposal_and_waste_handling
34076-0|Patient counseling information|information_for_patients
68498-5|Patient medication information|patient_medication_information
50744-2|Information for owners or caregivers|information_for_owners_or_caregivers
42231-1|Medication guide|spl_medguide
42230-3|Patient package insert|spl_patient_package_insert
59845-8|Instructions for use|instructions_for_use
71744-7|Health care provider letter|health_care_provider_letter
69718-5|Statement of identity|statement_of_identity
69719-3|Health claim|health_claim
50740-0|Guaranteed analysis of feed|guaranteed_analysis_of_feed
60555-0|Accessories|accessories
69761-5|Alarms|alarms
60556-8|Assembly or installation instructions|assembly_or_installation_instructions
60557-6|Calibration instructions|calibration_instructions
60558-4|Cleaning, disinfecting and sterilization instructions|cleaning
69760-7|Compatible accessories|compatible_accessories
60559-2|Components|components
69758-1|Diagram of the device|diagram_of_device
69762-3|Troubleshooting|troubleshooting
53413-1|Questions|questions
42229-5|Unclassified section|spl_unclassified_section
48780-1|Listing of product data|spl_product_data_elements
48779-3|Indexing data|spl_indexing_data_elements
51945-4|Package label|package_label_principal_display_panel
"""
SECTIONS: tuple[LabelSection, ...] = tuple(
    LabelSection(*row.split("|")) for row in _ROWS.split("\n") if row
)
"""In the order in which a label of today has them."""
BY_CODE = {section.code: section for section in SECTIONS}
BY_FIELD = {section.field: section for section in SECTIONS}
UNCLASSIFIED = BY_CODE["42229-5"]
UNPLACED = frozenset({"48780-1", "48779-3", "51945-4", "34093-5"})
"""Codes of what goes into no document: product listings, pictures of packages, references."""

# A heading says these words, whatever the label calls the section: intents and marks hang on them.
_SAID = {
    "34066-1": "boxed warning",
    "34070-3": "contraindication",
    "34067-9": "indication",
    "34068-7": "dosage",
    "34071-1": "warning",
    "43685-7": "warning",
    "42232-9": "precaution",
    "34084-4": "adverse",
    "34073-7": "interaction",
    "34088-5": "overdos",
    "44425-7": "storage",
}
_INSTRUCTIONS = {"50570-1", "50569-3", "50568-5", "50567-7", "50566-9", "50565-1"}
"""Their titles are sentences by themselves, such as "Keep out of reach of children"."""
_OTHER_TITLES = {
    "34066-1": ("Boxed warnings",),
    "34067-9": ("Indications & usage", "Indications", "Uses", "Use"),
    "34068-7": ("Dosage & administration", "Dosage", "Directions"),
    "43678-2": ("Dosage forms & strengths",),
    "34073-7": ("Interactions",),
    "34083-6": ("Carcinogenesis, mutagenesis, and impairment of fertility",),
    "34084-4": ("Clinical trials experience", "Postmarketing experience"),
    "34069-5": ("How supplied/storage and handling", "How supplied / storage and handling"),
    "44425-7": ("Other information", "Storage"),
    "34076-0": ("Information for patients", "Patient counselling information"),
    "42230-3": ("Patient information",),
    "55106-9": ("Active ingredients",),
    "51727-6": ("Inactive ingredients",),
    "53413-1": ("Questions or comments?", "Questions?", "Questions or comments"),
    "34080-2": ("Lactation",),
    "34088-5": ("Overdose",),
}
_BOXED, _DOSAGE = "34066-1", "34068-7"
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+")


def heading_of(code: str, title: str, above: Collection[str] = ()) -> str:
    """Return the heading of a section.

    Args:
        code: LOINC.
        title: The label's own; may be empty.
        above: Codes of the sections around it, whose headings need not be said again. Some labels
            code a box of doses as a boxed warning: within the dosage section it is none.

    Returns:
        The label's words, with the name of the section behind them where they do not tell what it
        is; the name alone without a title; empty without a title in an unclassified section.

    >>> heading_of("34066-1", "WARNING: FLUMBOSIS")
    'WARNING: FLUMBOSIS (Boxed warning)'
    >>> heading_of("34070-3", "4 CONTRAINDICATIONS")
    '4 CONTRAINDICATIONS'
    """
    section = BY_CODE.get(code)
    boxed_dosing = code == _BOXED and _DOSAGE in above
    if section is None or section is UNCLASSIFIED or boxed_dosing:
        return title
    if not title:
        return section.name
    said = _SAID.get(code, "")
    known = said in title.casefold() or (code in above and code != _BOXED)
    return title if known else f"{title} ({section.name})"


def leading_title(text: str, section: LabelSection) -> str:
    """Return the title that a text starts with, with its number; empty when none is known.

    >>> leading_title("2 DOSAGE AND ADMINISTRATION Take 5 mg.", BY_CODE["34068-7"])
    '2 DOSAGE AND ADMINISTRATION'
    """
    found = _title_pattern(section).match(text)
    return found[0] if found else ""


def without_number(title: str) -> str:
    """Return a title without the number in front.

    >>> without_number("4.1 Active flumbosis")
    'Active flumbosis'
    """
    return _NUMBER.sub("", title, count=1) if _NUMBER.match(title) else title


def is_section_name(title: str) -> bool:
    """Tell whether a title, its number aside, is the name of a kind of section and no statement."""
    words = without_number(title).strip().casefold()
    named = (section for section in SECTIONS if section.code not in _INSTRUCTIONS)
    return any(words in (name.casefold() for name in _titles(section)) for section in named)


def _titles(section: LabelSection) -> tuple[str, ...]:
    return (section.name, *_OTHER_TITLES.get(section.code, ()))


@cache
def _title_pattern(section: LabelSection) -> re.Pattern[str]:
    titles = sorted(_titles(section), key=len, reverse=True)
    named = "|".join(re.escape(title).replace(r"\ ", r"\s+") for title in titles)
    return re.compile(rf"(?:{_NUMBER.pattern})?(?:{named})(?![\w/-])", re.IGNORECASE)
