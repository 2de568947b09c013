"""Real files, against what a person reads in them.

Every value below was read in the raw file with a pager, not taken from what the readers gave.
"""

from functools import cache
from pathlib import Path

import pytest

from consilia.documents import sections_of
from consilia.readers.reading import Notes, Source
from consilia.readers.registry import read_source
from consilia.readers.sandbox import Reading, Sandbox
from consilia.sentences import split_sentences
from eval.__main__ import main
from eval.sources import Findings, files_of, findings_text

SHARED = Path(__file__).parents[2] / "shared" / "data"
FOLDERS = (
    "pubmed-xml",
    "jats",
    "evidence-inference/xml",
    "spl",
    "guidelines-ngc/public",
    "guidelines-ngc/uspstf",
    "guidelines-ngc/syntheses",
)
NOTICES = {"SOURCE", "COPYING"}
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real files are not here")

PUBMED, MEDLINE = "pubmed-xml/", "pubmed-xml/biopython_medline_result"
JATS, SPL, NGC, HTML = "evidence-inference/xml/", "spl/", "guidelines-ngc/", "syntheses/"

# File, PMID or other identifier, fields, heading over the sentence, sentence.
RECORDS = [
    (
        PUBMED + "biopython_pubmed2.xml",
        {
            "pmid": "11748933",
            "doi": "10.1006/cryo.2001.2328",
            "authors": "Taddei AR, Barbato F, Abelli L, Canese S, Moretti F, Rana KJ, et al.",
            "journal": "Cryobiology",
            "published": "2001-06",
            "licence": "Copyright 2001 Elsevier Science.",
            "subjects": ("Animals", "Cell Membrane", "Sea Bream", "Spermatozoa"),
        },
        "Abstract",
        "This study subdivides the cryopreservation procedure for Diplodus puntazzo spermatozoa "
        "into three key phases, fresh, prefreezing (samples equilibrated in cryosolutions), and "
        "postthawed stages, and examines the ultrastructural anomalies and motility profiles of "
        "spermatozoa in each stage, with different cryodiluents.",
    ),
    (
        PUBMED + "biopython_pubmed4.xml",
        {
            "pmid": "27797938",
            "pmcid": "PMC5442267",
            "doi": "10.1136/gutjnl-2016-312510",
            "title": "Leucocyte telomere length, genetic variants at the TERT gene region and risk "
            "of pancreatic cancer.",
            "authors": "Bao Y, Prescott J, Yuan C, Zhang M, Kraft P, Babic A, et al.",
            "journal": "Gut",
            "subjects": ("Adenocarcinoma", "Telomere Shortening", "PANCREATIC CANCER"),
        },
        "Conclusions",
        "Prediagnostic leucocyte telomere length and genetic variants at the TERT gene region were "
        "associated with risk of pancreatic cancer.",
    ),
    (
        PUBMED + "biopython_pubmed5.xml",
        {
            "pmid": "28775130",
            "pmcid": "PMC5771820",
            "authors": "Lerro CC, Beane Freeman LE, DellaValle CT, Kibriya MG, Aschebrook-Kilfoy "
            "B, Jasmine F, et al.",
            "journal": "Occupational and environmental medicine",
            "published": "2018-02",
            "issn": "1470-7926",
            "subjects": ("agriculture", "thyroid stimulating hormone"),
        },
        "Conclusions",
        "Our results suggest that long-term exposure to aldrin, pendimethalin and methyl bromide "
        "may alter thyroid function among male pesticide applicators.",
    ),
    (
        PUBMED + "CPFE.xml",
        {
            "pmid": "23047247",
            "doi": "10.1039/c2cc35304k",
            "authors": "Green JC, Green ML, Parkin G",
            "journal": "Chemical communications (Cambridge, England)",
            "published": "2012-10-31",
            "year": 2012,
        },
        "Abstract",
        "This bonding description also provides a simple means to rationalize the theoretical "
        "predictions of the absence of M-M bonds in molecules such as Fe(2)(CO)(9) and "
        "[CpFe(CO)(2)](2), which are widely misrepresented in textbooks as possessing M-M bonds.",
    ),
    (
        PUBMED + "CPFE.xml",
        {
            "pmid": "22932172",
            "doi": None,
            "title": "Characteristics of pulmonary inflammation in combined pulmonary fibrosis and "
            "emphysema.",
            "authors": "Zhao Y, Cui A, Wang F, Wang XJ, Chen X, Jin ML, et al.",
            "journal": "Chinese medical journal",
            "published": "2012-09",
        },
        "Results",
        "The CPFE group had higher alveolar NO than subjects in the EA and HV groups (P = 0.009, "
        "P = 0.001, respectively) but not than the IPF group (P > 0.05).",
    ),
    (
        PUBMED + "CPFE.xml",
        {
            "pmid": "22919169",
            "title": "Combined pulmonary fibrosis and emphysema in a tyre industry worker.",
            "authors": "Karkhanis VS, Joshi JM",
            "journal": "Lung India : official organ of Indian Chest Society",
            "published": "2012-07",
            "issn": "0974-598X",
        },
        "Abstract",
        "We report a case of combined pulmonary fibrosis and emphysema (CPFE) with severe "
        "pulmonary hypertension in a 46-year-old man, nonsmoker, tyre industry worker.",
    ),
    (
        PUBMED + "pubmed_result.xml",
        {
            "pmid": "22727949",
            "doi": "10.1016/j.jpainsymman.2011.10.022",
            "title": "Novel patch for transdermal administration of morphine.",
            "authors": "Inui N, Kato T, Uchida S, Chida K, Takeuchi K, Kimura T, et al.",
            "published": "2012-10",
            "licence": "Copyright © 2012 U.S. Cancer Pain Relief Committee. Published by Elsevier "
            "Inc. All rights reserved.",
        },
        "Context",
        "Transdermal absorption of morphine into the systemic circulation through intact skin has "
        "not been reported.",
    ),
    (
        PUBMED + "pubmed_result.xml",
        {
            "pmid": "22265857",
            "title": "Impact of add-on pranlukast in stable asthma; the additive effect on "
            "peripheral airway inflammation.",
            "journal": "Respiratory medicine",
            "published": "2012-04",
            "evidence wording": "Randomized Controlled Trial",
            "subjects": ("Administration, Oral", "Cross-Over Studies", "Young Adult"),
        },
        "Results",
        "Oral pranlukast administration significantly decreased both C(ANO) and corrected C(ANO).",
    ),
    (
        MEDLINE + "1.txt",
        {
            "pmid": "12230038",
            "title": "The Bio* toolkits--a brief overview.",
            "authors": "Mangalam H",
            "journal": "Briefings in bioinformatics",
            "published": "2002-09",
            "doi": None,
            "subjects": ("Computational Biology", "Programming Languages", "Software"),
        },
        "Abstract",
        "Bioinformatics research is often difficult to do with commercial software.",
    ),
    (
        MEDLINE + "2.txt",
        {
            "pmid": "14871861",
            "doi": "10.1093/bioinformatics/bth078",
            "title": "Open source clustering software.",
            "authors": "de Hoon MJ, Imoto S, Nolan J, Miyano S",
            "published": "2004-06-12",
            "subjects": ("Cluster Analysis", "Sequence Analysis, DNA"),
        },
        "Summary",
        "Using this library, we have created an improved version of Michael Eisen's well-known "
        "Cluster program for Windows, Mac OS X and Linux/Unix.",
    ),
    (
        MEDLINE + "3.txt",
        {
            "pmid": "23039619",
            "title": "Effects of different parameters in the fast scanning method for HIFU "
            "treatment.",
            "authors": "Qiao S, Shen G, Bai J, Chen Y",
            "journal": "Medical physics",
            "year": 2012,
            "subjects": ("Blood Circulation", "Models, Biological", "Transducers"),
        },
        "Conclusions",
        "Applied power is the most important factor; however, high blood perfusion levels can "
        "limit or even hinder the full ablation of the target area.",
    ),
    (
        JATS + "PMC1065065.nxml",
        {
            "pmid": "15566594",
            "doi": "10.1186/cc2969",
            "authors": "Memiş D, Karamanlıoğlu B, Turan A, Koyuncu O, Pamukçu Z",  # noqa: RUF001
            "published": "2004-10-27",
            "licence": "http://creativecommons.org/licenses/by/2.0",
            "subjects": ("lornoxicam", "severe sepsis"),
        },
        "Key messages",
        "Administration of intravenous lornoxicam appeared to confer no benefit in patients with "
        "severe sepsis.",
    ),
    (
        JATS + "PMC2529259.nxml",
        {
            "pmid": "18718007",
            "pmcid": "PMC2529259",
            "journal": "BMC Pregnancy and Childbirth",
            "authors": "Zuberi NF, Durocher J, Sikander R, Baber N, Blum J, Walraven G",
            "published": "2008-08-21",
            "issn": "1471-2393",
        },
        "Trial Registration",
        "Clinical trials.gov, Registry No. NCT00116480",
    ),
    (
        JATS + "PMC29022.nxml",
        {
            "pmid": "11056732",
            "doi": None,
            "title": "A new prototype of an electronic jet-ventilator and its humidification "
            "system",
            "authors": "Kraincuk P, Kepka A, Ihra G, Schabernig C, Aloy A",
            "published": "1999-07-30",
            "licence": "Copyright © 1999 Current Science Ltd",
        },
        "Conclusion:",
        "The problems of humidification associated with jet ventilation can be fully prevented by "
        "using this new jet-ventilator.",
    ),
    (
        JATS + "PMC3494213.nxml",
        {
            "pmid": "23193504",
            "doi": None,
            "journal": "Iranian Journal of Public Health",
            "published": "2012-09-01",
            "eissn": "2251-6093",
            "licence": "http://creativecommons.org/licenses/by-nc/3.0/",
        },
        "Background:",
        "Cardiovascular disease is the most common cause of death in the world.",
    ),
    (
        JATS + "PMC4439020.nxml",
        {
            "pmid": "25992622",
            "doi": "10.1371/journal.pone.0125710",
            "authors": "Hong B, Biertz F, Raab P, Scheinichen D, Ertl P, Grosshennig A, et al.",
            "published": "2015-05-20",
            "evidence wording": "Randomized Controlled Trial",
        },
        "Methods and Findings",
        "We enrolled 44 patients with postoperative supratentorial pneumocephalus (> 30 ml) after "
        "posterior fossa surgery in a semisitting position.",
    ),
    (
        JATS + "PMC5411411.nxml",
        {
            "doi": "10.1007/s00464-016-5226-x",
            "journal": "Surgical Endoscopy",
            "authors": "Pasternak A, Szura M, Solecki R, Matyja M, Szczepanik A, Matyja A",
            "published": "2016-09-08",
            "subjects": ("Colonoscopy", "Colorectal cancer", "Responsive insertion technology"),
        },
        "Conclusions",
        "The implementation of RIT reduced of the cecal intubation time.",
    ),
    (
        JATS + "PMC5980306.nxml",
        {
            "doi": "10.1111/jvim.15069",
            "title": "Effect of ionization, bedding, and feeding on air quality in a horse stable",
            "journal": "Journal of Veterinary Internal Medicine",
            "published": "2018-02-27",
            "licence": "http://creativecommons.org/licenses/by-nc/4.0/",
            "subjects": ("airborne", "dust", "endotoxin", "fungi"),
        },
        "Conclusions and Clinical Importance",
        "The substantial effect of low dust bedding and feed is confirmed.",
    ),
    (
        SPL + "humira.xml",
        {
            "setid": "608d4f0d-b19f-46d3-749a-7159aa5f933d",
            "spl_id": "2c9fb32d-4b1b-b5da-4bdf-6b06908ba8b3",
            "ndc": "0074-3799",
            "unii": "FYS6T7F842",
            "year": 2013,
        },
        "10 OVERDOSAGE",
        "Doses up to 10 mg/kg have been administered to patients in clinical trials without "
        "evidence of dose-limiting toxicities.",
    ),
    (
        SPL + "lipitor-orig.xml",
        {
            "spl_id": "20a11732-b9f5-4b59-9d86-c63f11b139d9",
            "ndc": "0071-0155",
            "issuer": "Parke-Davis Div of Pfizer Inc",
            "revised": "2014-01-13",
            "edition": "11",
        },
        "12.1 Mechanism of Action",
        "LIPITOR is a selective, competitive inhibitor of HMG-CoA reductase, the rate-limiting "
        "enzyme that converts 3-hydroxy-3-methylglutaryl-coenzyme A to mevalonate, a precursor of "
        "sterols, including cholesterol.",
    ),
    (
        SPL + "lipitor-repack.xml",
        {
            "setid": "17a163ef-b349-4e32-bc8c-b02bac7f65d6",
            "spl_id": "d6ff23b5-3bf8-444d-88c4-252a5c9efa26",
            "ndc": "55289-800",
            "issuer": "PD-Rx Pharmaceuticals, Inc.",
            "year": 2012,
        },
        "10 OVERDOSAGE",
        "Due to extensive drug binding to plasma proteins, hemodialysis is not expected to "
        "significantly enhance LIPITOR clearance.",
    ),
    (
        SPL + "no-title.xml",
        {
            "setid": "0027b8a3-73bf-4005-a7e3-b035f451a861",
            "ndc": "67046-268",
            "unii": "J6292F8L3D",
            "issuer": "Contract Pharmacy Services-PA",
            "revised": "2010-07-28",
        },
        "Usage in Pregnancy",
        "There are no well controlled studies with haloperidol in pregnant women.",
    ),
    (
        NGC + "uspstf/ngc-10056.xml",
        {
            "pmid": "24061472",
            "issuer": "U.S. Preventive Services Task Force",
            "published": "2002-07",
            "revised": "2013-11-19",
            "population": "Asymptomatic women aged 35 years or older without a prior diagnosis of "
            "breast cancer, ductal carcinoma in situ (DCIS), or lobular carcinoma in situ (LCIS)",
        },
        "Summary of Recommendations and Evidence",
        "For women who are at increased risk for breast cancer and at low risk for adverse "
        "medication effects, clinicians should offer to prescribe risk-reducing medications, such "
        "as tamoxifen or raloxifene. (B recommendation)",
    ),
    (
        NGC + "uspstf/ngc-10905.xml",
        {
            "pmid": None,
            "title": "Final recommendation statement: autism spectrum disorder in young children: "
            "screening.",
            "published": "2016-02",
            "revised": None,
            "subjects": ("Autism spectrum disorder (ASD)",),
        },
        "Patient Population Under Consideration",
        "This recommendation applies to children who have not been diagnosed with ASD or "
        "developmental delay and for whom no concerns of ASD have been raised by parents, other "
        "caregivers, or health care professionals.",
    ),
    (
        NGC + "public/ngc-11178.xml",
        {
            "issuer": "Department of Defense; Department of Veterans Affairs; Veterans Health "
            "Administration",
            "title": "VA/DoD clinical practice guideline for opioid therapy for chronic pain.",
            "published": "2017-02",
            "subjects": ("Chronic pain",),
            "licence": "No copyright restrictions apply.",
        },
        "Contraindications",
        "Concomitant use of benzodiazepines is considered a contraindication to initiation of "
        "opioid therapy (OT).",
    ),
    (
        NGC + "public/ngc-11288.xml",
        {
            "title": "VA/DoD clinical practice guideline for diagnosis and treatment of low back "
            "pain.",
            "published": "2017-09",
            "year": 2017,
            "revised": None,
            "subjects": ("Acute, subacute, or chronic axial/non-radiating low back pain",),
        },
        "Contraindications",
        "Duloxetine has a risk of hepatotoxicity and should not be used in individuals with liver "
        "disease.",
    ),
    (
        NGC + "public/ngc-10646.xml",
        {
            "issuer": "Colorado Division of Workers' Compensation",
            "title": "Cervical spine injury medical treatment guidelines.",
            "published": "2014-02-03",
            "licence": "No copyright restrictions apply.",
            "population": "Individuals who qualify as injured workers with cervical spine injuries "
            "under the Colorado Workers' Compensation Act",
        },
        "Therapeutic Procedures—Non-operative",
        "Before initiation of any therapeutic procedure, the authorized treating provider, "
        "employer, and insurer must consider these 4 important issues in the care of the injured "
        "worker.",
    ),
    (
        NGC + "public/ngc-10356.xml",
        {
            "issuer": "Centers for Disease Control and Prevention; U.S. Office of Population "
            "Affairs",
            "published": "2014-04-25",
            "population": "Adolescent and adult women, men, and couples",
            "subjects": ("Pregnancy (intended or unintended)", "Infertility"),
            "licence": "No copyright restrictions apply.",
        },
        "Definition of Family Planning Services",
        "Quality of evidence: A systematic review was not conducted; the recommendation was made "
        "on the basis of federal statute and regulation, CDC clinical recommendations and expert "
        "opinion.",
    ),
    (
        NGC + HTML + "50302.htm",
        {
            "title": "Pharmacological Management of Obesity",
            "authors": None,
            "doi": None,
            "licence": None,
            "standing": "unknown",
        },
        "Follow-Up",
        "An average weight loss of less than 0.5 pounds per week should prompt reevaluation of the "
        "treatment plan, notes the developer.",
    ),
    (
        NGC + HTML + "48531.htm",
        {
            "title": "Screening and Diagnosis of Gestational Diabetes Mellitus",
            "authors": None,
            "pmid": None,
            "licence": None,
            "pages": (),
        },
        "Areas of Difference",
        "There are no significant areas of disagreement between the guidelines.",
    ),
    (
        NGC + HTML + "51029.htm",
        {
            "title": "Screening and Diagnosis of Obstructive Sleep Apnea",
            "authors": None,
            "pmid": None,
            "licence": None,
            "relations": (),
        },
        "Diagnosis of OSA in Adults with Comorbid Conditions",
        "The guideline developers agree that polysomnography should be used to diagnose OSA in "
        "patients with comorbid conditions.",
    ),
]


@cache
def documents_of(name):
    path = SHARED / name
    return [d for _, d in read_source(Source(path.name, path.read_bytes()), Notes())]


def value(metadata, field):
    """A field of the front matter or an identifier, as the table above names them."""
    if field == "evidence wording":
        return metadata.evidence_type.wording
    if field == "population":
        return metadata.population.text
    return getattr(metadata, field, metadata.identifiers.get(field))


def sentences(document):
    """Sentences with the heading that each stands under."""
    for section in sections_of(document.text):
        for span in split_sentences(document.text, section.start, section.end):
            yield section.headings[-1:], document.text[span.start : span.end]


@needs_shared
@pytest.mark.parametrize(
    ("name", "fields", "heading", "sentence"),
    RECORDS,
    ids=lambda v: v.rsplit("/")[-1] if isinstance(v, str) and "/" in v[:30] else "",
)
def test_a_real_record_reads_as_a_person_reads_it(name, fields, heading, sentence):
    documents = documents_of(name)
    (document,) = [
        d
        for d in documents
        if len(documents) == 1 or d.metadata.identifiers["pmid"] == fields["pmid"]
    ]

    for field, expected in fields.items():
        found = value(document.metadata, field)
        if field == "subjects":
            assert set(expected) <= set(found)
        else:
            assert (field, found) == (field, expected)
    # Two sentences may lie in one span: "… raloxifene. (B recommendation)" is one thought.
    under = " ".join(words for over, words in sentences(document) if over == (heading,))
    assert sentence in under
    assert sentence in document.text


def test_there_are_records_of_every_reader():
    files = [name for name, *_ in RECORDS]
    counts = [
        sum(name.startswith(prefix) and name.endswith(ending) for name in files)
        for prefix, ending in [
            (PUBMED, ".xml"),
            (MEDLINE, ".txt"),
            (JATS, ".nxml"),
            (SPL, ".xml"),
            (NGC, ".xml"),
            (NGC, ".htm"),
        ]
    ]

    assert counts == [8, 3, 7, 4, 6, 3]
    assert all(len(fields) >= 5 for _, fields, _, _ in RECORDS)


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_real_file_is_read_or_refused_with_a_reason(folder):
    with Sandbox() as sandbox:
        readings = [sandbox.read(path) for path in files_of([SHARED / folder])]

    for reading in readings:
        is_notice = reading.path.suffix in {".csv", ".json"} or reading.path.stem in NOTICES
        assert reading.sha256, f"{reading.path}: its reader died: {reading.error}"
        assert bool(reading.documents) != bool(reading.error), reading.path
        assert bool(reading.error) == is_notice, reading.path
        assert reading.notes.refused == []
        assert all(d.document.text.strip() for d in reading.documents)


# --- the command


@pytest.mark.slow
def test_the_command_counts_what_it_reads(tmp_path, capsys):
    (tmp_path / "flumbosis.md").write_text(
        "---\nid: flumbosis\nkind: study\ntitle: Flumbosis\nyear: 2020\n"
        "identifiers: {doi: 10.1000/flumbosis}\n---\n\nAnkles hum. They hum loudly.\n"
    )
    (tmp_path / "codes.csv").write_text("code,name\n1,hum\n")
    (tmp_path / "empty.txt").write_text("")

    assert main(["sources", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines()]
    assert ["files", "1", "2", "3"] in lines
    assert ["documents", "1", "0", "1"] in lines
    assert ["doi", "1", "0", "1"] in lines
    assert ["sentences", "2", "0", "2"] in lines
    assert ["1", "the", "file", "is", "empty"] in lines
    assert printed.endswith(
        "files neither read nor refused with a reason: 0; files that ended their reader: 0\n"
    )


def test_the_command_says_when_there_is_nothing_to_read(tmp_path, capsys):
    assert main(["sources", str(tmp_path / "nowhere")]) == 2
    assert "nowhere does not exist" in capsys.readouterr().err
    assert main(["sources", str(tmp_path)]) == 2


def test_files_that_nobody_explains_and_dead_readers_are_named(tmp_path):
    findings = Findings()

    findings.add(Reading(tmp_path / "silent.txt", (), Notes(), "sha256:1", None))
    findings.add(Reading(tmp_path / "deadly.pdf", (), Notes(), "", "its reader was ended"))

    assert [path.name for path in findings.unexplained] == ["silent.txt"]
    assert [path.name for path in findings.ended] == ["deadly.pdf"]
    text = findings_text(findings)
    assert f"neither read nor refused: {tmp_path / 'silent.txt'}" in text
    assert f"ended its reader: {tmp_path / 'deadly.pdf'}" in text
