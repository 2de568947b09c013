"""A site's own settings: what they change, what they may not, and how errors are told."""

import json
import re
from pathlib import Path

import pytest

from consilia.errors import RuleError, SettingsError
from consilia.guardrails import Guardrails, load_rules, screen
from consilia.guardrails.catalogue import catalogue, load_catalogue
from consilia.guardrails.rules import rules_file
from consilia.guardrails.site import read_site
from consilia.settings import read_settings

ROOT = Path(__file__).parents[1]
GERMAN = """
languages = ["de", "en"]
[numbers]
emergency = "0999 1"
[messages.de]
EM-01 = "Notfall: rufen Sie {emergency}."
EM-02 = "Hilfe: {crisis}."
EM-03 = "Hilfe: {emergency}, Gift: {poison}."
"""


@pytest.fixture
def site(tmp_path):
    """Return a function that writes a site's file and returns its path."""

    def written(text):
        path = tmp_path / "site.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def told(guardrails, question):
    return {d.rule: d for d in screen(question, guardrails.rules).decisions}


def test_numbers_stand_in_the_messages(site):
    path = site('[numbers]\nemergency = "144"\ncrisis = "0800 33 44"\npoison = "145"')
    guardrails = Guardrails.of(path)

    assert "(144)" in told(guardrails, "My father suddenly cannot breathe")["EM-01"].message
    assert "0800 33 44" in told(guardrails, "I want to die")["EM-02"].message
    assert "145" in told(guardrails, "My toddler drank bleach")["EM-03"].message
    assert "999" not in "".join(rule.message for rule in guardrails.rules)


def test_messages_are_told_in_every_language_of_the_site(site):
    message = told(Guardrails.of(site(GERMAN)), "My father cannot breathe now")["EM-01"].message

    assert message.startswith("Notfall: rufen Sie 0999 1. This may be an emergency.")
    assert "(0999 1)" in message


def test_rules_are_relaxed(site):
    guardrails = Guardrails.of(site('[rules]\nSC-02 = "off"\nSC-05 = "notice"'))
    high = screen("How can I get high on gabapentin?", guardrails.rules)

    assert told(guardrails, "Write a poem about the sea") == {}
    assert [(d.rule, d.action) for d in high.decisions] == [("SC-05", "notice")]
    assert not high.refused


@pytest.mark.parametrize("state", ["off", "notice"])
@pytest.mark.parametrize(
    "rule", [entry.id for entry in catalogue().values() if not entry.relaxable]
)
def test_other_rules_cannot_be_relaxed(site, rule, state):
    with pytest.raises(SettingsError, match=rf"line 2.*rules\.{rule}.*cannot be relaxed"):
        read_site(site(f'[rules]\n{rule} = "{state}"'))


def test_rules_of_life_and_proof_are_among_them():
    fixed = {entry.id for entry in catalogue().values() if not entry.relaxable}

    assert {"EM-01", "EM-02", "EM-03", "EM-04", "SYS-01", "DIS-01"} <= fixed
    assert {f"CIT-0{n}" for n in range(1, 6)} <= fixed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[numbers]\nemergency = 112", "line 2, numbers.emergency"),
        ('[numbers]\nambulance = "112"', "line 2, numbers.ambulance"),
        ('\nlanguage = "de"', "line 2, language"),
        ("[thresholds]\nquestion_characters = 5000", "line 2, thresholds.question_characters"),
        ('[rules]\nSC-02 = "maybe"', "line 2, rules.SC-02"),
        ('[rules]\nXX-99 = "off"', "line 2, rules.XX-99: there is no such rule"),
        ('[messages.en]\nEM-01 = "  "', "line 2, messages.en.EM-01: the message is empty"),
        ('[messages.en]\nEM-01 = "Call somebody."', "line 2, messages.en.EM-01"),
        ('[messages.en]\nEM-01 = "Call {ambulance}."', "line 2, messages.en.EM-01: only"),
        ('[messages.en]\nEM-01 = "Call {emergency.__class__}."', "messages.en.EM-01"),
        ('[messages.fr]\nEM-01 = "Appelez {emergency}."', "add 'fr' to languages"),
        ('languages = ["fr"]', "messages.fr.EM-01: this message is missing"),
        ('[messages.en]\nNUM-01 = "No."', "no rule of this name has a message"),
        ("[numbers\n", "no TOML"),
        ("languages = []", "line 1, languages"),
    ],
)
def test_errors_name_line_and_field(site, text, said):
    with pytest.raises(SettingsError) as error:
        read_site(site(text))

    assert said in str(error.value)
    assert "site.toml" in str(error.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("missing", "bytes", ""):
        with pytest.raises(SettingsError, match="CONSILIA_SITE"):
            read_site(str(tmp_path / name))


def test_without_a_file_nothing_changes():
    assert read_site("").digest() == ""
    assert Guardrails.of("").rules == load_rules(rules_file())


def test_what_a_site_sets_is_part_of_the_settings_hash(site):
    plain = read_settings().digest()
    first = read_settings().digest(read_site(site('[rules]\nSC-02 = "off"')).digest())
    same = read_settings().digest(read_site(site('# why\n[rules]\nSC-02="off"')).digest())

    assert plain != first == same
    assert read_site(site('[rules]\nSC-03 = "off"')).digest() != read_site("").digest()


def test_an_answer_follows_the_site(fake_kb, site, monkeypatch):
    from consilia import Assistant
    from consilia.errors import QuestionError
    from consilia.settings import Settings
    from consilia.testing import HashEmbedder

    text = '[rules]\nSC-02 = "notice"\n[thresholds]\nquestion_characters = 60\nrisk = 0.25'
    with Assistant.open(fake_kb, Settings(site=site(text)), embedder=HashEmbedder()) as assistant:
        answer = assistant.ask("Write a poem about the sea")
        with pytest.raises(QuestionError, match="at most 60"):
            assistant.ask(f"Is gabapentin safe {'for adults ' * 6}?")

    assert answer.status == "abstained"
    assert [(d.rule, d.action) for d in answer.guardrails] == [("SC-02", "notice")]
    assert answer.manifest.settings == Settings().digest(read_site(site(text)).digest())


def test_a_broken_site_opens_nothing(fake_kb, site):
    from consilia import Assistant
    from consilia.settings import Settings
    from consilia.testing import HashEmbedder

    with pytest.raises(SettingsError, match="EM-01"):
        Assistant.open(
            fake_kb, Settings(site=site('[rules]\nEM-01 = "off"')), embedder=HashEmbedder()
        )


def test_rules_are_listed(run):
    code, out, _ = run("rules")

    assert code == 0
    assert out.split()[:6] == ["rule", "version", "stage", "OWASP", "action", "state"]
    assert all(name in out for name in catalogue())


def test_rules_as_json_hold_what_the_site_set(run, site, monkeypatch):
    monkeypatch.setenv("CONSILIA_SITE", site(f'{GERMAN}\n[rules]\nSC-02 = "off"'))
    code, out, _ = run("rules", "--json")
    found = json.loads(out)
    states = {rule["id"]: rule["state"] for rule in found["rules"]}

    assert code == 0
    assert states["SC-02"] == "off"
    assert states["EM-01"] == "on"
    assert found["site"]["numbers"] == {"emergency": "0999 1"}
    assert {rule["owasp"][:4] for rule in found["rules"]} == {"LLM0", "LLM1"}


def test_one_rule_is_explained(run):
    code, out, _ = run("rules", "--explain", "em-01")
    found = " ".join(out.split())

    assert code == 0
    assert "EM-01, version 3, on (always on)" in found
    assert all(part in found for part in ("Looks for:", "Cannot:", "Says:", "Fires on:", "Not on:"))


def test_an_unknown_rule_is_told(run):
    code, _, errors = run("rules", "--explain", "EM-99")

    assert code == 1
    assert "EM-99" in errors


def test_screen_follows_the_site_and_ends_with_a_code(run, site, monkeypatch):
    assert run("screen", "Write a poem about the sea")[0] == 4
    monkeypatch.setenv("CONSILIA_SITE", site('[rules]\nSC-02 = "off"'))
    assert run("screen", "Write a poem about the sea")[:2] == (0, "No rule fired.\n")
    monkeypatch.setenv("CONSILIA_SITE", site('[rules]\nEM-01 = "off"'))
    assert run("screen", "My father cannot breathe now")[0] == 1


@pytest.mark.parametrize("text", ["{", "{}", '{"schema": "consilia.catalogue/1", "rules": []}'])
def test_a_damaged_catalogue_is_refused(tmp_path, text):
    path = tmp_path / "catalogue.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RuleError, match=r"catalogue\.json"):
        load_catalogue(path, ())


def test_the_catalogue_names_modules_that_exist():
    from importlib.util import find_spec

    for entry in catalogue().values():
        assert all(find_spec(module) for module in entry.modules)
        assert entry.owasp.startswith("LLM")
        assert entry.version >= 1
        assert entry.enforced == "whole" or entry.cannot


def test_the_example_of_the_documentation_is_a_site(site):
    text = (ROOT / "docs" / "guardrails.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found = read_site(site(example))

    assert found.languages == ("de", "en")
    assert found.rules == {"SC-02": "notice"}


def test_the_documentation_names_every_rule_that_may_be_relaxed():
    text = (ROOT / "docs" / "guardrails.md").read_text(encoding="utf-8")
    relaxable = [entry.id for entry in catalogue().values() if entry.relaxable]

    assert f"may be relaxed: {', '.join(sorted(relaxable))}." in text
