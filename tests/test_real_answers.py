"""With the model that ships: the main job, end to end, and documents that a user brings."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from consilia import Assistant
from consilia.errors import ConsiliaError, ModelError
from consilia.ingestion import Ingestion
from consilia.terminal import Terminal
from consilia.verify import check
from ingest.__main__ import ingest

pytestmark = pytest.mark.slow

GOLD = Path(__file__).parents[2] / "shared" / "gold"
FASCICULATIONS = "What is the approach to managing fasciculations?"
OFF_LABEL = "Gabapentin dose for fasciculations in a 3-year-old"


def quiet(phase, done, total):
    """Tell nobody."""


def shown(answer):
    """The claims of each section."""
    return {
        section.name: [answer.claim(c) for group in section.groups for c in group.claims]
        for section in answer.sections
    }


def said(claims):
    return " ".join(claim.text for claim in claims).casefold()


def cited(answer):
    return {proof.document for claim in answer.claims for proof in claim.proofs}


# --- what the issue says the first version must show


def test_the_fasciculation_answer_shows_the_whole_approach(real_assistant):
    answer = real_assistant.ask(FASCICULATIONS)
    claims = shown(answer)
    guidelines, research = said(claims["guidelines"]), said(claims["research"])
    everything = said([claim for section in claims.values() for claim in section])

    assert answer.status == "answered"
    assert "should not routinely be referred" in guidelines
    assert "wasting and weakness" in guidelines
    assert "refer the person without delay" in guidelines
    assert "need no treatment" in everything or "no drug" in everything
    assert any(
        cause in research for cause in ("metabolic", "thyro", "magnes", "potassium", "drugs")
    )
    gabapentin = [
        claim
        for claim in claims["research"]
        if "gabapentin" in claim.text and "48-year-old" in claim.text
    ]
    assert gabapentin
    source = answer.references[gabapentin[0].citations[0] - 1]
    assert source.strength == "case report, n = 1"
    beside = [answer.claim(c) for x in answer.conflicts for side in x.sides for c in side]
    assert "off-label" in said([*claims["label"], *beside])


def test_the_label_section_does_not_fill_up_with_indications_nobody_asked_for(real_assistant):
    answer = real_assistant.ask(FASCICULATIONS)
    label = shown(answer)["label"]

    assert len(label) <= 3
    for claim in label:
        assert "twitch" in claim.text or "fasciculation" in claim.text
    assert len([claim for section in shown(answer).values() for claim in section]) <= 15


def test_a_dose_for_another_condition_and_patient_is_not_given(real_assistant):
    answer = real_assistant.ask(OFF_LABEL)

    assert answer.status == "abstained"
    assert answer.claims == ()
    reasons = " ".join(section.abstention.reason for section in answer.sections)
    assert "child" in reasons or "fasciculations" in reasons
    assert any(section.abstention.nearest for section in answer.sections)


def test_the_same_drug_for_its_indication_is_answered_with_the_right_row(real_assistant):
    answer = real_assistant.ask("Gabapentin dose for epilepsy in a 3-year-old")
    label = said(shown(answer)["label"])

    assert answer.status == "answered"
    assert "40 mg/kg/day at age 3 to 4 years" in label
    assert "from age 12" not in label
    assert "postherpetic" not in label


def test_the_label_is_silent_on_what_it_does_not_say(real_assistant):
    answer = real_assistant.ask("When should an adult with isolated fasciculations be referred?")
    sections = {section.name: section for section in answer.sections}
    assert sections["guidelines"].groups
    assert sections["label"].abstention.text == "The FDA drug label does not answer the question."


def test_several_processes_give_the_same_bytes(real_assistant, real_kb):
    code = (
        "import sys; from consilia import Assistant\n"
        "with Assistant.open(sys.argv[1]) as assistant:\n"
        "    sys.stdout.buffer.write(assistant.ask(sys.argv[2]).to_json().encode())\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    command = [sys.executable, "-c", code, str(real_kb), FASCICULATIONS]
    printed = subprocess.check_output(command, env=environment)
    assert printed == real_assistant.ask(FASCICULATIONS).to_json().encode()


@pytest.mark.parametrize("name", ["gold.dev.jsonl", "extra.dev.jsonl"])
def test_every_answer_to_a_gold_question_can_be_verified(real_assistant, real_kb, name):
    path = GOLD / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    lines = path.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines]
    assert asked
    wrong = {}
    for case in asked:
        history = []
        for question in case.get("turns") or [case["question"]]:
            text = question if isinstance(question, str) else question["user"]
            history.append(real_assistant.ask(text, history=history))
            findings = check(json.loads(history[-1].to_json()), real_kb)
            if findings:
                wrong[text] = findings[0]
    assert wrong == {}


# --- documents that a user brings

OWN = {
    "flumbosis-guideline": (
        {"kind": "guideline", "title": "Management of flumbosis", "year": 2024},
        "## When to refer\n\nRefer adults with flumbosis to a dermatologist when the blue rash "
        "lasts more than 6 weeks.\n\n## Treatment\n\nOffer zelvoprine 40 mg twice daily as "
        "first-line treatment of flumbosis in adults.\nZelvoprine should not be given to children "
        "with flumbosis.\n",
    ),
    "heel-care": (
        {"kind": "guideline", "title": "Preventing heel rot in pearl divers", "year": 2023},
        "## Treatment\n\nTrim the heels of pearl divers every 8 weeks.\nTreat heel rot with a "
        "footbath of 10% zinc sulfate.\n",
    ),
    "kestrel-score": (
        {"kind": "study", "title": "The Kestrel score in snow blindness", "year": 2022},
        "## Diagnostic accuracy\n\nA Kestrel score of 7 or more had a sensitivity of 91% for snow "
        "blindness.\n\n## Findings\n\nSnow blindness resolved within 3 days in 58 of 60 skiers.\n",
    ),
    "marvotane-label": (
        {"kind": "label", "title": "Marvotane eye drops prescribing information"},
        "## Dosing\n\nThe recommended marvotane dose is one drop (0.5 mg) in each eye at night.\n"
        "\n## Contraindications\n\nMarvotane is contraindicated in people with a corneal ulcer.\n",
    ),
}
ANSWERED = {
    "When should adults with flumbosis be referred?": "more than 6 weeks",
    "What is the first-line treatment of flumbosis in adults?": "zelvoprine 40 mg twice daily",
    "How is heel rot treated in pearl divers?": "10% zinc sulfate",
    "How often are the heels of pearl divers trimmed?": "every 8 weeks",
    "What is the sensitivity of the Kestrel score for snow blindness?": "91%",
    "How long does snow blindness last?": "within 3 days",
    "What is the recommended dose of marvotane?": "one drop (0.5 mg)",
    "What are the contraindications of marvotane?": "corneal ulcer",
}
NEAR_MISSES = [
    "What is the zelvoprine dose for flumbosis in a 4-year-old?",
    "What is the prognosis of flumbosis in pregnancy?",
    "What is the price of zelvoprine?",
    "What is the recommended dose of marvotane in newborns?",
    "What is the dose of karvotane for snow blindness?",
    *(
        pytest.param(
            question,
            marks=pytest.mark.xfail(
                reason="a sentence on another animal, or against the drug, is taken for an answer",
                strict=False,
            ),
        )
        for question in (
            "How is heel rot treated in miners?",
            "Which antibiotic treats a corneal ulcer?",
        )
    ),
]


@pytest.fixture(scope="module")
def own_kb(real_kb, real_embedder, tmp_path_factory):
    """The shipped documents and those of a user."""
    home = shutil.copytree(real_kb, tmp_path_factory.mktemp("own") / "kb")
    folder = tmp_path_factory.mktemp("documents")
    for document, (metadata, text) in OWN.items():
        front = "".join(f"{key}: {value}\n" for key, value in metadata.items())
        path = folder / f"{document}.md"
        path.write_text(f"---\nid: {document}\n{front}---\n\n{text}", encoding="utf-8")
    report = Ingestion(home, lambda: real_embedder).add(sorted(folder.iterdir()))
    assert set(report.added) == set(OWN)
    return home


@pytest.fixture(scope="module")
def own_assistant(own_kb, real_embedder):
    with Assistant.open(own_kb, embedder=real_embedder) as opened:
        yield opened


@pytest.mark.parametrize("question", ANSWERED)
def test_a_question_on_a_users_document_is_answered_from_it(own_assistant, own_kb, question):
    answer = own_assistant.ask(question)
    assert answer.status == "answered"
    claims = [claim for section in shown(answer).values() for claim in section]
    assert ANSWERED[question] in " ".join(claim.text for claim in claims)
    assert check(json.loads(answer.to_json()), own_kb) == []


@pytest.mark.parametrize("question", NEAR_MISSES)
def test_a_question_that_a_users_document_only_touches_is_not_answered(own_assistant, question):
    assert own_assistant.ask(question).status == "abstained"


@pytest.mark.parametrize("question", ANSWERED)
def test_without_the_document_the_question_is_not_answered(real_assistant, question):
    assert real_assistant.ask(question).status == "abstained"


def test_a_removed_document_is_no_longer_answered_from(own_kb, real_embedder, tmp_path):
    home = shutil.copytree(own_kb, tmp_path / "kb")
    Ingestion(home, lambda: real_embedder).remove("flumbosis-guideline")
    with Assistant.open(home, embedder=real_embedder) as assistant:
        for question in list(ANSWERED)[:2]:
            assert assistant.ask(question).status == "abstained"
        assert "marvotane-label" in cited(
            assistant.ask("What is the recommended dose of marvotane?")
        )


# --- the model itself


def test_corrupted_weights_are_refused_before_they_are_loaded(tmp_path):
    from consilia.embedding import DEFAULT_SHA256, check_weights, default_model_path, load_embedder

    weights = tmp_path / "model.safetensors"
    with pytest.raises(ModelError, match="install it again"):
        check_weights(tmp_path, DEFAULT_SHA256)
    content = bytearray((default_model_path() / "model.safetensors").read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match="is corrupted"):
        check_weights(tmp_path, DEFAULT_SHA256)
    assert check_weights(default_model_path(), DEFAULT_SHA256) == DEFAULT_SHA256
    with pytest.raises(ModelError, match="CONSILIA_EMBEDDER"):
        load_embedder(str(tmp_path), threads=1)


def test_a_question_has_the_same_vector_alone_and_among_others(real_embedder):
    texts = ["twitching", "What is the recommended dose of riluzole in adults with ALS?"]
    together = real_embedder.encode_query(texts)
    assert (together[0] == real_embedder.encode_query(texts[:1])[0]).all()
    assert together.shape == (2, 384)
    assert abs((together**2).sum(axis=1) - 1).max() < 1e-5


# --- the commands that load the model


@pytest.mark.parametrize(
    ("question", "code", "status"),
    [
        ("What is the recommended dose of riluzole?", 0, "answered"),
        (OFF_LABEL, 3, "abstained"),
        ("I want to kill myself", 4, "emergency"),
    ],
)
def test_ask_ends_with_the_code_of_its_status(run, real_kb, tmp_path, question, code, status):
    ended, out, err = run("ask", question, "--json", "--kb", real_kb)

    assert (ended, json.loads(out)["status"]) == (code, status)
    assert "Opening the knowledge base" in err
    path = tmp_path / "answer.json"
    path.write_text(out, encoding="utf-8")
    assert run("verify", path, "--kb", real_kb)[0] == 0


def test_ask_prints_an_answer_to_read(run, real_kb):
    code, out, _ = run("ask", FASCICULATIONS, "--kb", real_kb, "--audience", "patient")
    assert code == 0
    assert out.startswith(f"# {FASCICULATIONS}")
    assert "## From the Guidelines" in out
    assert "care team" in out


def test_search_gives_hits_with_scores_and_spans(run, real_kb):
    code, out, _ = run(
        "search", "riluzole dose", "--json", "--kb", real_kb, "--kind", "label", "-k", "3"
    )
    hits = json.loads(out)
    assert (code, len(hits)) == (0, 3)
    assert {hit["kind"] for hit in hits} == {"label"}
    assert hits[0]["document"] == "riluzole-us-label"
    for hit in hits:
        assert set(hit["scores"]) == {"dense", "lexical", "fused"}
        assert hit["end"] - hit["start"] == len(hit["quote"])
    fused = [hit["scores"]["fused"] for hit in hits]
    assert fused == sorted(fused, reverse=True)

    code, out, _ = run("search", "riluzole dose", "--kb", real_kb, "--since", "2100")
    assert (code, out.strip()) == (0, "No sentence found.")
    assert run("search", "  ", "--kb", real_kb)[0] == 2


def test_a_document_goes_in_and_out_by_command(run, real_kb, tmp_path, write_document):
    home = shutil.copytree(real_kb, tmp_path / "kb")
    metadata, text = OWN["marvotane-label"]
    path = write_document("marvotane-label", text, **metadata)
    question = "What is the recommended dose of marvotane?"

    code, out, _ = run("kb", "add", path, "--kb", home)
    assert code == 0
    assert "1 added" in out
    assert run("ask", question, "--kb", home)[0] == 0
    code, out, _ = run("kb", "remove", "marvotane-label", "--kb", home)
    assert code == 0
    assert "1 removed" in out
    assert run("ask", question, "--kb", home)[0] == 3


def test_a_broken_document_is_refused_with_its_name_and_reason(
    run, own_flumbosis_kb, write_document
):
    path = write_document("broken", "Text.", colour="red")
    code, out, err = run("kb", "add", path, "--kb", own_flumbosis_kb)
    assert code == 1
    assert str(path) in err
    assert "colour: Extra inputs are not permitted" in err
    assert "1 refused" in out


def test_json_of_a_document_with_odd_characters_can_be_verified(run, tmp_path, write_document):
    home = tmp_path / "kb"
    path = write_document(
        "odd", "The recommended marvo\u00adtane dose is 5\u200d mg.", kind="label"
    )
    assert run("kb", "add", path, "--kb", home)[0] == 0
    _, out, _ = run("ask", "What is the recommended marvotane dose?", "--json", "--kb", home)
    answer = tmp_path / "answer.json"
    answer.write_text(out, encoding="utf-8")
    assert run("verify", answer, "--kb", home)[0] == 0


def test_doctor_finds_a_whole_installation_whole_and_a_broken_one_broken(run, real_kb, tmp_path):
    code, out, _ = run("doctor", "--kb", real_kb)
    assert code == 0
    assert "BAD" not in out
    code, out, _ = run("doctor", "--kb", tmp_path / "none")
    assert code == 1
    assert "BAD" in out


def test_ingesting_an_empty_folder_adds_nothing(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    try:
        report = ingest([folder], tmp_path / "kb", Terminal())
    except ConsiliaError:
        return
    assert report.added == ()
