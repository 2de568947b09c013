"""The command line: what it prints, where, and the code it ends with."""

import json
import shutil

import pytest

from consilia import Assistant
from consilia.catalog import FILE, Catalog, Provenance
from consilia.documents import parse_document
from consilia.testing import HashEmbedder


@pytest.mark.parametrize("question", ["", "  \t ", "???", "x" * 2_001])
def test_a_question_that_is_none_ends_with_2_before_anything_is_loaded(run, question):
    code, out, err = run("ask", question)
    assert (code, out) == (2, "")
    assert err.startswith("Error: the question ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "What?", "--audience", "king"),
        ("ask", "What?", "--colour"),
        ("search", "cramps", "-k", "0"),
        ("nonsense",),
        ("kb", "remove"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Usage" in err or "Error" in err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--kind", "poem"), ("--population", "aliens"), ("--design", "guess")],
)
def test_a_filter_that_does_not_exist_ends_with_2_and_names_those_that_do(run, option, value):
    code, out, err = run("search", "cramps", option, value)
    assert (code, out) == (2, "")
    assert f"'{value}' is no " in err
    assert "use one of" in err


def test_the_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for command in ("ask", "chat", "search", "verify", "kb", "app", "screen", "doctor"):
        assert command in out


def test_a_setting_that_cannot_be_used_ends_with_1(run, monkeypatch):
    monkeypatch.setenv("CONSILIA_THREADS", "none")
    code, out, err = run("ask", "What is the dose of riluzole?")
    assert (code, out) == (1, "")
    assert err.startswith("Error: cannot use the settings: threads")
    assert "Traceback" not in err


def test_screening_tells_what_the_rules_decide(run):
    code, out, _ = run("screen", "I want to kill myself")
    assert out.startswith("EM-02")
    assert code == 4
    code, out, err = run("screen", "What is the dose of riluzole?")
    assert (code, out.strip(), err) == (0, "No rule fired.", "")


def test_screening_gives_json(run):
    _, out, _ = run("screen", "Ri\u200bluzole?", "--json")
    found = json.loads(out)
    assert found["text"] == "Riluzole?"
    assert [decision["rule"] for decision in found["guardrails"]] == ["INJ-02"]


def test_documents_are_listed_and_shown(run, flumbosis_kb):
    code, out, err = run("kb", "list", "--kb", flumbosis_kb, "--json")
    assert (code, err) == (0, "")
    rows = {row["id"]: row for row in json.loads(out)}
    assert set(rows) == {"flumbosis-guideline", "flumbosis-trial", "zelvoprine-label"}
    assert rows["flumbosis-trial"]["origin"] == "user"
    assert rows["flumbosis-trial"]["version"].startswith("sha256:")

    code, out, _ = run("kb", "list", "--kb", flumbosis_kb)
    assert code == 0
    assert "zelvoprine" in out

    code, out, _ = run("kb", "show", "zelvoprine-label", "--kb", flumbosis_kb)
    assert code == 0
    assert "zelvoprine dose is 40 mg twice daily." in out


def test_json_keeps_characters_that_a_terminal_must_not_see(run, own_flumbosis_kb):
    title = "Zel\u00advoprine \u202e\ue000\u200dx"
    document = parse_document(f"---\nid: odd\nkind: study\ntitle: {title}\n---\nText.\n")
    with Catalog(own_flumbosis_kb / FILE, write=True) as catalog, catalog.transaction():
        catalog.put(document, Provenance("user"))
    _, out, _ = run("kb", "list", "--kb", own_flumbosis_kb, "--json")
    assert title in {row["title"] for row in json.loads(out)}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "nothing"), "no document 'nothing'"),
        (("remove", "nothing"), "no document 'nothing'"),
        (("add", "/no/such/file.md"), "/no/such/file.md does not exist"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_the_reason(run, flumbosis_kb, arguments, reason):
    code, out, err = run("kb", *arguments, "--kb", flumbosis_kb)
    assert (code, out) == (1, "")
    assert reason in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", [("list",), ("show", "ab"), ("remove", "ab")])
def test_a_missing_knowledge_base_ends_with_1_and_is_not_made(run, tmp_path, command):
    code, out, err = run("kb", *command, "--kb", tmp_path / "none")
    assert (code, out) == (1, "")
    assert "no " in err
    assert not (tmp_path / "none").exists()


def test_a_file_is_no_knowledge_base(run, tmp_path, write_document):
    file = tmp_path / "file"
    file.touch()
    code, _, err = run("kb", "add", write_document("ab", "Text."), "--kb", file)
    assert code == 1
    assert "is a file" in err


def test_answers_are_verified_and_lies_are_found(run, flumbosis_kb, tmp_path):
    with Assistant.open(flumbosis_kb, embedder=HashEmbedder()) as assistant:
        answer = assistant.ask("What is the dose of zelvoprine for flumbosis?").to_json()
    path = tmp_path / "answer.json"

    path.write_text(answer, encoding="utf-8")
    code, out, _ = run("verify", path, "--kb", flumbosis_kb)
    assert code == 0
    assert "holds" in out

    path.write_text(answer.replace("40 mg", "80 mg"), encoding="utf-8")
    code, out, _ = run("verify", path, "--kb", flumbosis_kb)
    assert code == 1
    assert "proofs[0].quote" in out

    path.write_text("{", encoding="utf-8")
    code, _, err = run("verify", path, "--kb", flumbosis_kb)
    assert code == 2
    assert "cannot read the answer" in err


def test_a_good_verdict_is_followed_by_what_changed_since(run, own_flumbosis_kb, tmp_path):
    with Assistant.open(own_flumbosis_kb, embedder=HashEmbedder()) as assistant:
        answer = assistant.ask("What is the dose of zelvoprine for flumbosis?").to_json()
    path = tmp_path / "answer.json"
    path.write_text(answer, encoding="utf-8")
    verdict = run("verify", path, "--kb", own_flumbosis_kb)
    assert (verdict[0], "note:" in verdict[1]) == (0, False)

    with Catalog(own_flumbosis_kb / FILE, write=True) as catalog, catalog.transaction():
        catalog.point("zelvoprine-label", None)
    code, out, err = run("verify", path, "--kb", own_flumbosis_kb)
    assert (code, err) == (0, "")
    assert out == verdict[1] + "note: 'zelvoprine-label' was removed\n"

    with Catalog(own_flumbosis_kb / FILE, write=True) as catalog, catalog.transaction():
        catalog.set_meta({"schema": "99"})
    code, out, err = run("verify", path, "--kb", own_flumbosis_kb)
    assert (code, err) == (0, "")
    assert "note: cannot tell what changed since: the catalog" in out

    path.write_text(answer.replace("40 mg", "80 mg"), encoding="utf-8")
    code, out, _ = run("verify", path, "--kb", own_flumbosis_kb)
    assert (code, "note:" in out) == (1, False)


def test_a_moved_knowledge_base_still_works(run, flumbosis_kb, tmp_path):
    moved = shutil.copytree(flumbosis_kb, tmp_path / "moved and renamed")
    code, out, _ = run("kb", "list", "--kb", moved)
    assert (code, out.count("guideline") > 0) == (0, True)
