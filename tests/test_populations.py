"""Who is asked about, and whether a source speaks of them."""

import pytest

from consilia.models import Population
from consilia.populations import (
    age_group,
    asked_age,
    asked_groups,
    groups_in,
    missing_groups,
    spoken_groups,
)


@pytest.mark.parametrize(
    ("years", "group"),
    [
        (0, "newborn"),
        (28 / 365, "newborn"),
        (0.5, "infant"),
        (2, "child"),
        (11.9, "child"),
        (12, "adolescent"),
        (17, "adolescent"),
        (18, "adult"),
        (64, "adult"),
        (65, "older_adult"),
        (101, "older_adult"),
    ],
)
def test_an_age_belongs_to_the_group_that_labels_put_it_in(years, group):
    assert age_group(years) == group


@pytest.mark.parametrize(
    ("question", "age"),
    [
        ("gabapentin for a 3-year-old", 3),
        ("gabapentin for a 3 year old boy", 3),
        ("a woman aged 70 with cramps", 70),
        ("a 45 yo man", 45),
        ("a 45 y/o man", 45),
        ("an 80 years old man", 80),
        ("children 4 years of age", 4),
        ("an 18-month-old", 1.5),
        ("a 26 week old baby", 0.5),
        ("a 73-day-old newborn", 0.2),
        ("Six-year-old with tics", 6),
        ("a girl aged twelve", 12),
        ("a six-month-old", 0.5),
        ("for six years", None),
        ("symptoms for 3 years", None),
        ("a 5 year follow-up", None),
        ("give 300 mg at day 3", None),
        ("for 6 months", None),
    ],
)
def test_an_age_is_read_from_the_question_and_a_duration_is_not(question, age):
    assert asked_age(question) == age


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("children with epilepsy", {"child"}),
        ("pediatric dosing", {"child"}),
        ("my daughter twitches", {"child"}),
        ("teenagers", {"adolescent"}),
        ("newborns and infants", {"newborn", "infant"}),
        ("adults", {"adult"}),
        ("elderly patients", {"older_adult"}),
        ("older adults", {"older_adult"}),
        ("during the third trimester", {"pregnancy"}),
        ("defects of the unborn", {"pregnancy"}),
        ("fetal harm", {"pregnancy"}),
        ("while breast-feeding", {"breastfeeding"}),
        ("lactating women", {"breastfeeding"}),
        ("on hemodialysis", {"dialysis"}),
        ("with cirrhosis", {"hepatic_impairment"}),
        ("CKD and eGFR 20", {"renal_impairment"}),
        ("cramps", set()),
        ("excluding pregnant women", set()),
        ("not studied in children", set()),
        ("non-pregnant adults", {"adult"}),
        ("cramps, excluding those of pregnancy, in adults", {"adult"}),
        ("a childish joke about adulthood", set()),
    ],
)
def test_groups_are_read_from_words_and_excluded_ones_are_not(text, groups):
    assert groups_in(text) == groups


@pytest.mark.parametrize(
    ("question", "groups"),
    [
        ("dose for a 3-year-old child", {"child"}),
        ("dose for a 14-year-old boy", {"adolescent"}),
        ("dose for a 70-year-old with kidney disease", {"older_adult", "renal_impairment"}),
        ("a pregnant woman aged 30", {"pregnancy", "adult"}),
        ("dose for non-epileptic seizures in children", {"child"}),
        ("dose", set()),
    ],
)
def test_a_stated_age_decides_the_age_group(question, groups):
    assert asked_groups(question) == groups


ANYONE = Population()
ADULTS = Population(include=("adult",))
NOT_PREGNANT = Population(include=("adult",), exclude=("pregnancy",))
ALL_AGES = Population(include=("adult", "child"))
CHILDREN = Population(include=("child",))
OLDER = Population(include=("adult", "older_adult"))
WITH_PREGNANCY = Population(include=("adult", "older_adult", "pregnancy"))


@pytest.mark.parametrize(
    ("asked", "spoken", "population", "missing"),
    [
        ({"child"}, set(), ADULTS, ("child",)),
        ({"child"}, {"adult"}, ANYONE, ("child",)),
        ({"child"}, {"adult"}, ALL_AGES, ("child",)),
        ({"child"}, set(), ALL_AGES, ("child",)),
        ({"adult"}, set(), ALL_AGES, ()),
        ({"adult"}, set(), CHILDREN, ("adult",)),
        ({"pregnancy"}, {"older_adult"}, WITH_PREGNANCY, ("pregnancy",)),
        ({"pregnancy"}, set(), WITH_PREGNANCY, ("pregnancy",)),
        ({"pregnancy"}, {"pregnancy"}, WITH_PREGNANCY, ()),
        ({"older_adult"}, set(), OLDER, ()),
        ({"child", "renal_impairment"}, {"renal_impairment"}, CHILDREN, ()),
        ({"infant"}, {"breastfeeding"}, ALL_AGES, ("infant",)),
        ({"child"}, {"child"}, ADULTS, ()),
        ({"child"}, set(), CHILDREN, ()),
        ({"newborn"}, {"child"}, CHILDREN, ("newborn",)),
        ({"infant"}, {"newborn"}, ANYONE, ("infant",)),
        ({"adolescent"}, {"child"}, ANYONE, ()),
        ({"adult"}, set(), ANYONE, ()),
        ({"adult"}, {"child"}, ANYONE, ("adult",)),
        ({"older_adult"}, {"adult"}, ANYONE, ()),
        ({"pregnancy"}, set(), ADULTS, ("pregnancy",)),
        ({"pregnancy"}, {"pregnancy"}, NOT_PREGNANT, ("pregnancy",)),
        ({"dialysis", "child"}, {"dialysis"}, ADULTS, ("child",)),
        (set(), set(), NOT_PREGNANT, ()),
    ],
)
def test_a_group_is_met_only_by_evidence_on_it(asked, spoken, population, missing):
    assert missing_groups(frozenset(asked), frozenset(spoken), population) == missing


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        (("Give 5 mg.",), set()),
        (("Give 5 mg.", "Children", "Use in adults"), {"child"}),
        (("Adults take 5 mg.", "Use in adults and children"), {"adult"}),
        (("With cirrhosis give half.", "Children"), {"child", "hepatic_impairment"}),
        (("It passes into breast milk when breastfeeding.", "Pregnancy"), {"breastfeeding"}),
    ],
)
def test_the_nearest_text_that_names_a_group_decides(texts, groups):
    assert spoken_groups(*texts) == groups
