"""Words: spelling variants, glossary terms and mistyped words mean what a reader would say."""

import pytest

from consilia.errors import DocumentError
from consilia.glossary import COLUMNS, Glossary, load_glossary
from consilia.knowledge_base import shipped_glossary
from consilia.spelling import one_edit, repaired, repairs, same_root
from consilia.terms import stem, words


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("haemodialysis", "hemodialysis"),
        ("oesophageal", "esophageal"),
        ("oedema", "edema"),
        ("anaemia", "anemia"),
        ("paediatric", "pediatric"),
        ("characterised", "characterized"),
        ("hospitalisation", "hospitalization"),
        ("litre", "liter"),
        ("centres", "centers"),
        ("tumour", "tumor"),
        ("hypokalaemia", "hypokalemia"),
        ("aetiology", "etiology"),
        ("randomised", "randomized"),
    ],
)
def test_british_and_american_spelling_are_one_word(british, american):
    assert stem(british) == stem(american)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hypocalcaemia", "hypokalaemia"),
        ("hyperkalaemia", "hypokalaemia"),
        ("quinine", "quinidine"),
        ("hydroxyzine", "hydralazine"),
        ("rise", "rize"),
    ],
)
def test_words_that_look_alike_stay_apart(one, other):
    assert stem(one) != stem(other)


def test_forms_of_a_word_are_one_word():
    assert stem("cramps") == stem("cramp") == stem("cramping")


def test_numbers_are_words_whatever_their_thousands_look_like():
    assert words("1,477 patients, 0.39 mV, HLA-B*1502") == [
        *("1477", "patients", "0.39", "mv", "hla", "b", "1502")
    ]


def test_typographic_forms_are_read_as_plain_ones():
    assert words("Lou Gehrig\u2019s \ufb01brillation") == words("Lou Gehrig's fibrillation")


HEADER = ",".join(COLUMNS)
ROWS = (
    "amyotrophic lateral sclerosis,condition,ALS; motor neurone disease,Lou Gehrig's,disease,,,x",
    "disease,condition,,illness,,,,x",
    "leg cramp,symptom,charley horse,,cramp,,,x",
    "nocturnal leg cramp,symptom,night leg cramp,,leg cramp,,,x",
    "cramp,symptom,spasm,,,,,x",
    "quinine,drug,quinine sulfate; Qualaquin,,cinchona alkaloid,,,x",
    "cinchona alkaloid,drug_class,,,,,,x",
)


@pytest.fixture
def write_glossary(tmp_path):
    def written(*rows, header=HEADER):
        path = tmp_path / "glossary.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return written


@pytest.fixture
def glossary(write_glossary):
    return load_glossary(write_glossary(*ROWS))


def test_a_term_is_read_from_any_of_its_names(glossary):
    names = ["ALS", "motor neurone disease", "Lou Gehrig\u2019s", "Amyotrophic Lateral Sclerosis"]
    assert {tuple(glossary.analyse(name)) for name in names} == {
        ("=amyotrophic_lateral_sclerosis",)
    }
    assert glossary.analyse("motor neuron disease") != glossary.analyse("disease")


def test_the_longest_name_wins(glossary):
    assert glossary.analyse("quinine for nocturnal leg cramps") == [
        "=quinine",
        "=nocturnal_leg_cramp",
    ]


def test_a_token_keeps_the_words_it_was_read_from(glossary):
    assert [token.surface for token in glossary.read("Does Qualaquin stop Spasms?")] == [
        "qualaquin",
        "stop",
        "spasms",
    ]


def test_a_text_is_found_by_the_class_of_what_it_names_and_by_its_parts(glossary):
    tokens = glossary.index_tokens("quinine in nocturnal leg cramps")

    assert {"=quinine", "~=cinchona_alkaloid", "=nocturnal_leg_cramp", "~=leg_cramp"} <= {*tokens}
    assert {"=leg_cramp", "=cramp", "nocturn"} <= {*tokens}
    assert "=cinchona_alkaloid" not in tokens


def test_normalising_puts_the_term_for_each_name(glossary):
    assert glossary.normalise("Qualaquin for night leg cramps") == "quinine for nocturnal leg cramp"


def test_the_type_and_class_of_a_term_are_known(glossary):
    assert glossary.type_of("=quinine") == "drug"
    assert glossary.broader("=quinine") == ("=cinchona_alkaloid",)
    assert (glossary.type_of("cramp"), glossary.broader("cramp")) == (None, ())


def test_an_empty_glossary_leaves_plain_words():
    assert Glossary.empty().analyse("Twitching of the calves") == ["twitch", "calv"]


@pytest.mark.parametrize(
    ("rows", "header", "reason"),
    [
        (["a,b"], "term,type", "expected the columns"),
        (["quinine,drug,,,,,"], HEADER, "row 2: expected the columns"),
        (["quinine,drug,,,,,,x,y"], HEADER, "row 2: expected the columns"),
        ([ROWS[0], "quinine,potion,,,,,,x"], HEADER, "row 3: type 'potion'"),
    ],
)
def test_a_broken_glossary_is_refused_with_the_row(write_glossary, rows, header, reason):
    with pytest.raises(DocumentError, match=reason):
        load_glossary(write_glossary(*rows, header=header))


def test_a_missing_glossary_is_refused(tmp_path):
    with pytest.raises(DocumentError, match="cannot read the glossary"):
        load_glossary(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("mexilitine", "mexiletine", True),
        ("rilzuole", "riluzole", True),
        ("gabapentn", "gabapentin", True),
        ("gabapenttin", "gabapentin", True),
        ("glycinate", "gluconate", False),
        ("quinine", "quinidine", False),
        ("riluzole", "riluzole", False),
    ],
)
def test_one_slip_of_the_fingers_is_one_edit(one, other, same):
    assert one_edit(one, other) is same
    assert one_edit(other, one) is same


def test_only_endings_may_differ_in_words_of_one_root():
    assert same_root("electromyographic", "electromyography")
    assert not same_root("hypocalcaemia", "hypokalaemia")
    assert not same_root("gabapentin", "gabapentoid")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("mexilitine for cramps", {"mexilitine": "mexiletine"}),
        ("Rilzuole dose?", {"rilzuole": "riluzole"}),
        ("Is magnesium glycinate useful?", {}),
        ("Is magnesium gluconate useful?", {}),
        ("zelvoprine dose", {}),
        ("quinine and gabapentin in adults", {}),
        ("what are the cramsp", {}),
    ],
)
def test_only_an_unknown_word_with_one_meaning_is_repaired(assistant, question, expected):
    found = repairs(question, shipped_glossary(), assistant._kb.index, assistant._embedder)
    assert found == expected


def test_repairing_leaves_the_other_words_alone():
    text = "Does mexilitine, at night, help?"
    assert repaired(text, {"mexilitine": "mexiletine"}) == "Does mexiletine at night, help?"
