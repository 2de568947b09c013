"""Conflicts between sources that nobody marked: what counts as one, and what does not."""

import json
from contextlib import ExitStack
from typing import get_args

import pytest

from consilia import Assistant, wording
from consilia.chunking import sentences_of
from consilia.conflicts.comparing import Difference, difference
from consilia.conflicts.statements import statements_of
from consilia.documents import parse_document
from consilia.ingestion import Ingestion
from consilia.knowledge_base import KnowledgeBase, shipped_glossary
from consilia.safeguards import disagreements
from consilia.testing import HashEmbedder
from consilia.verify import check

GUIDELINE, LABEL, STUDY = "guideline", "label", "study"


@pytest.fixture(scope="module")
def glossary():
    return shipped_glossary()


@pytest.fixture(scope="module")
def found(glossary):
    """Return how two sentences differ; a side is a sentence, or its kind and the sentence."""

    def statements(side, number):
        kind, sentence = side if isinstance(side, tuple) else (GUIDELINE, side)
        front = f"id: document-{number}\nkind: {kind}\ntitle: Source {number}"
        document = parse_document(f"---\n{front}\n---\n\n{sentence}\n")
        (only,) = sentences_of(document, lambda words: len(words.split()), glossary)
        return statements_of(only, glossary)

    def compare(one, other):
        first, second = statements(one, 1), statements(other, 2)
        forth, back = difference(first, second, glossary), difference(second, first, glossary)
        assert bool(forth) == bool(back)
        return forth

    return compare


DIFFERENT = [
    (
        "opposite_advice",
        "Offer zelvoprine 10 mg twice daily to adults with flumbosis.",
        "Do not offer zelvoprine to adults with flumbosis.",
    ),
    (
        "opposite_advice",
        "Zelvoprine is recommended for flumbosis.",
        "Zelvoprine is not recommended for flumbosis.",
    ),
    (
        "opposite_advice",
        "Zelvoprine should be considered in adults with flumbosis.",
        "Zelvoprine should be avoided in adults with flumbosis.",
    ),
    (
        "opposite_advice",
        "Consider zelvoprine for flumbosis.",
        (LABEL, "Zelvoprine is contraindicated in patients with flumbosis."),
    ),
    (
        "opposite_advice",
        "The panel recommends zelvoprine as first-line treatment for flumbosis.",
        "The panel recommends against zelvoprine in flumbosis.",
    ),
    (
        "opposite_advice",
        "Adults with flumbosis should be screened with zeltoscopy.",
        "Adults with flumbosis should not be screened with zeltoscopy.",
    ),
    (
        "opposite_advice",
        "Zelvoprine is the drug of choice for flumbosis.",
        "Zelvoprine must not be used for flumbosis.",
    ),
    (
        "opposite_advice",
        "Clinicians should prescribe zelvoprine for flumbosis.",
        "There is no role for zelvoprine in flumbosis.",
    ),
    (
        "opposite_effect",
        (STUDY, "Zelvoprine reduced relapses of flumbosis."),
        (STUDY, "Zelvoprine did not reduce relapses of flumbosis."),
    ),
    (
        "opposite_effect",
        (STUDY, "Zelvoprine slows the progression of flumbosis."),
        (STUDY, "Zelvoprine did not slow the progression of flumbosis."),
    ),
    (
        "opposite_effect",
        (STUDY, "Zelvoprine is effective in flumbosis."),
        (STUDY, "Zelvoprine is ineffective in flumbosis."),
    ),
    (
        "opposite_effect",
        (STUDY, "Zelvoprine improved survival in flumbosis."),
        (STUDY, "No difference in survival was found between zelvoprine and placebo in flumbosis."),
    ),
    (
        "opposite_effect",
        (
            STUDY,
            "In flumbosis deaths fell with zelvoprine versus placebo (HR 0.7, 95% CI 0.5 to 0.9).",
        ),
        (
            STUDY,
            "In flumbosis deaths were equal on zelvoprine and placebo (HR 1.0, 95% CI 0.8 to 1.2).",
        ),
    ),
    (
        "opposite_effect",
        (STUDY, "Zelvoprine reduced mortality in flumbosis."),
        (STUDY, "Zelvoprine increased mortality in flumbosis."),
    ),
    (
        "advised_without_effect",
        "Offer zelvoprine to adults with flumbosis.",
        (STUDY, "In adults with flumbosis zelvoprine had no benefit over placebo."),
    ),
    (
        "rejected_with_effect",
        "Do not offer zelvoprine to people with flumbosis.",
        (STUDY, "Zelvoprine improved flumbosis."),
    ),
    (
        "boxed_warning",
        "Consider zelvoprine for flumbosis.",
        (LABEL, "Zelvoprine has a boxed warning that use in flumbosis may cause liver failure."),
    ),
    (
        "outside_label",
        "Consider zelvoprine for flumbosis.",
        (LABEL, "Zelvoprine is indicated only for marblitis."),
    ),
    (
        "outside_label",
        "Consider zelvoprine for flumbosis.",
        (LABEL, "Use of zelvoprine in flumbosis is off-label."),
    ),
    (
        "withdrawn",
        "Offer zelvoprine to adults with flumbosis.",
        (STUDY, "Zelvoprine was withdrawn from the market in 2021."),
    ),
    (
        "threshold",
        "In flumbosis treat when sodium is below 125 mmol/L.",
        "In flumbosis treat when sodium is below 120 mmol/L.",
    ),
    (
        "threshold",
        "Flumbosis is defined as serum zelvate below 2.5 mmol/L.",
        "Flumbosis is defined as serum zelvate below 3.0 mmol/L.",
    ),
    (
        "units",
        "Flumbosis is defined as serum zelvate below 2.5 mmol/L.",
        "Flumbosis is defined as serum zelvate below 5 mg/dL.",
    ),
    (
        "dose",
        "Offer zelvoprine 10 mg twice daily for flumbosis.",
        "Offer zelvoprine 40 mg twice daily for flumbosis.",
    ),
    (
        "dose",
        "The maximum dose of zelvoprine in flumbosis is 80 mg daily.",
        (LABEL, "The maximum dose of zelvoprine in flumbosis is 40 mg daily."),
    ),
    (
        "accuracy",
        (STUDY, "Zeltoscopy was 93% sensitive for flumbosis."),
        (STUDY, "Zeltoscopy was 61% sensitive for flumbosis."),
    ),
    (
        "accuracy",
        (STUDY, "The specificity of zeltoscopy for flumbosis was 96% (95% CI 92 to 98)."),
        (STUDY, "The specificity of zeltoscopy for flumbosis was 88% (95% CI 84 to 91)."),
    ),
    (
        "opposite_course",
        (STUDY, "None of 40 people with benign fasciculations developed motor neurone disease."),
        (STUDY, "Two people with benign fasciculations later developed motor neurone disease."),
    ),
    (
        "opposite_comparison",
        (STUDY, "Zelvoprine was more effective than marblex in flumbosis."),
        (
            STUDY,
            "Marblex was equally effective and not superior to zelvoprine in flumbosis.",
        ),
    ),
]


@pytest.mark.parametrize(("how", "one", "other"), DIFFERENT)
def test_sources_that_differ_are_found(found, how, one, other):
    assert found(one, other) == how


ALIKE = [
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Zelvoprine should be offered to adults with flumbosis.",
    ),
    ("Do not offer zelvoprine for flumbosis.", "Zelvoprine should be avoided in flumbosis."),
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Do not offer zelvoprine to children with flumbosis.",
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Do not offer zelvoprine to pregnant women with flumbosis.",
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Do not offer zelvoprine to adults with marblitis.",
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Do not offer marblex to adults with flumbosis.",
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        (LABEL, "Zelvoprine is contraindicated in patients taking marblex."),
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        (LABEL, "Zelvoprine is contraindicated in marblitis."),
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Do not stop zelvoprine in adults with flumbosis.",
    ),
    (
        "Offer zelvoprine to adults with severe flumbosis.",
        "Do not offer zelvoprine to adults with mild flumbosis.",
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        "Do not offer zelvoprine to adults with flumbosis if bilirubin is raised.",
    ),
    (
        "Offer zelvoprine for flumbosis unless the person has marblitis.",
        "Do not offer zelvoprine to people with marblitis and flumbosis.",
    ),
    (
        "Oral zelvoprine is recommended for flumbosis.",
        "Intravenous zelvoprine is not recommended for flumbosis.",
    ),
    (
        (STUDY, "Zelvoprine reduced cramps in flumbosis."),
        (STUDY, "Zelvoprine had no effect on fasciculations in flumbosis."),
    ),
    (
        (STUDY, "Zelvoprine improved survival in flumbosis."),
        (STUDY, "Zelvoprine did not improve quality of life in flumbosis."),
    ),
    (
        (STUDY, "Zelvoprine reduced relapses of flumbosis compared with marblex."),
        (STUDY, "Zelvoprine did not reduce relapses of flumbosis compared with grendine."),
    ),
    (
        (STUDY, "Zelvoprine improved flumbosis."),
        (STUDY, "No adverse events were attributed to zelvoprine in flumbosis."),
    ),
    (
        (STUDY, "Zelvoprine reduced relapses of flumbosis."),
        (STUDY, "Zelvoprine lowered the number of relapses of flumbosis."),
    ),
    (
        "Offer zelvoprine 10 mg twice daily for flumbosis.",
        "Offer zelvoprine 20 mg daily for flumbosis.",
    ),
    (
        "Offer zelvoprine 2.4 g daily for flumbosis.",
        "Offer zelvoprine 2,400 mg daily for flumbosis.",
    ),
    (
        "Start zelvoprine at 5 mg daily for flumbosis.",
        "The maximum dose of zelvoprine in flumbosis is 40 mg daily.",
    ),
    (
        "Offer zelvoprine 10 mg daily to adults with flumbosis.",
        "Offer zelvoprine 5 mg daily to children with flumbosis.",
    ),
    (
        "For severe flumbosis give zelvoprine 40 mg daily.",
        "For mild flumbosis give zelvoprine 10 mg daily.",
    ),
    (
        "In renal impairment give zelvoprine 5 mg daily for flumbosis.",
        "Give zelvoprine 20 mg daily for flumbosis.",
    ),
    (
        "In flumbosis treat when sodium is below 125 mmol/L.",
        "In flumbosis treat if sodium falls below 125 mmol/L.",
    ),
    (
        "In flumbosis treat when sodium is below 125 mmol/L.",
        "In flumbosis treat when potassium is below 3.0 mmol/L.",
    ),
    (
        "In flumbosis treat when sodium is below 125 mmol/L.",
        "In flumbosis stop treatment when sodium is above 130 mmol/L.",
    ),
    (
        (STUDY, "Zeltoscopy was 93% sensitive for flumbosis."),
        (STUDY, "Zeltoscopy was 88% sensitive for flumbosis."),
    ),
    (
        (STUDY, "Zeltoscopy was 93% sensitive for flumbosis."),
        (STUDY, "Zeltoscopy was 61% specific for flumbosis."),
    ),
    (
        (STUDY, "The study of zelvoprine in flumbosis enrolled 40 adults."),
        (STUDY, "The trial of zelvoprine in flumbosis lasted 12 weeks."),
    ),
    (
        "Offer zelvoprine to adults with flumbosis.",
        (LABEL, "Zelvoprine is indicated for flumbosis."),
    ),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_sources_that_agree_or_speak_of_other_things_are_not(found, one, other):
    assert found(one, other) is None


# --- in an answer

GUIDELINES = {
    "guideline-north": (
        "guideline",
        2012,
        "Offer zelvoprine 10 mg twice daily to adults with flumbosis.",
    ),
    "guideline-south": ("guideline", 2024, "Do not offer zelvoprine to adults with flumbosis."),
    "guideline-west": ("guideline", 2020, "Offer marblex to adults with grenditis."),
}


@pytest.fixture
def home_of(tmp_path, write_document):
    """Return a function that makes a knowledge base of documents of one sentence each.

    Those in `marks` are marked as sides of a conflict.
    """

    def build(documents, marks=()):
        paths = []
        for id_, (kind, year, sentence) in documents.items():
            sides = [{"id": "zelvoprine", "sentence": sentence}] if id_ in marks else []
            about = {"kind": kind, "year": year, "title": f"Care ({id_})", "conflicts": sides}
            paths.append(write_document(id_, f"## Treatment\n\n{sentence}\n", **about))
        assert Ingestion(tmp_path / "kb", HashEmbedder).add(paths).refused == ()
        return tmp_path / "kb"

    return build


@pytest.fixture
def opened(home_of):
    with ExitStack() as stack:
        yield lambda *given, **marks: stack.enter_context(
            KnowledgeBase(home_of(*given, **marks), shipped_glossary(), HashEmbedder().identity)
        )


def shown_of(kb, *ids):
    return [sentence for id_ in ids for sentence in kb.index.sentences.of_document(id_)]


def test_the_other_source_is_found_in_the_whole_knowledge_base(opened):
    kb = opened(GUIDELINES)

    (found,) = disagreements(shown_of(kb, "guideline-north"), kb)

    assert found.difference == "opposite_advice"
    assert [[s.text for s in side] for side in found.sides] == [
        [GUIDELINES["guideline-north"][2]],
        [GUIDELINES["guideline-south"][2]],
    ]
    assert disagreements(shown_of(kb, "guideline-west"), kb) == ()
    (again,) = disagreements(shown_of(kb, "guideline-south", "guideline-north"), kb)
    assert found.id == again.id
    assert found.id.startswith("found-")


def test_a_marked_conflict_is_not_repeated(opened):
    kb = opened(GUIDELINES, marks=("guideline-north", "guideline-south"))

    (only,) = disagreements(shown_of(kb, "guideline-north"), kb)

    assert (only.id, only.difference) == ("zelvoprine", None)


@pytest.mark.parametrize("name", get_args(Difference))
def test_the_note_tells_how_the_sources_differ(name):
    assert wording.DIFFERENCES[name] in wording.difference_note(name, [])


def test_the_note_tells_when_one_source_is_older():
    assert "2012 to 2024" in wording.difference_note("opposite_advice", [2012, 2024])
    assert "20" not in wording.difference_note("opposite_advice", [2012])


def test_an_answer_shows_a_found_conflict_with_both_spans_and_is_verified(home_of):
    home = home_of(GUIDELINES)
    with Assistant.open(home, embedder=HashEmbedder()) as assistant:
        answer = assistant.ask("Should zelvoprine be offered to adults with flumbosis?")

    (conflict,) = answer.conflicts
    quotes = {answer.claim(c).proofs[0].quote for side in conflict.sides for c in side}
    assert quotes == {GUIDELINES["guideline-north"][2], GUIDELINES["guideline-south"][2]}
    assert wording.DIFFERENCES["opposite_advice"] in conflict.note
    assert check(json.loads(answer.to_json()), home) == []
