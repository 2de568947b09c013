"""What identifies a person is removed, told, kept out of logs, and every question is on record."""

import io
import json
import logging
import multiprocessing
import os
import shutil
import socket
import stat
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilia import Assistant
from consilia.errors import AuditError, QuestionError
from consilia.privacy import audit, checksums
from consilia.privacy.audit import AuditLog, Entry
from consilia.privacy.chain import verify_log
from consilia.privacy.findings import KINDS
from consilia.privacy.keys import fingerprint, installation_key
from consilia.privacy.logs import RedactingFilter, install
from consilia.privacy.redaction import placeholder, redact, without_placeholders
from consilia.redacting import receive
from consilia.settings import Settings
from consilia.testing import HashEmbedder, ScriptedModel

ASKED = "What is the zelvoprine dose for flumbosis?"
MARKED = f"My patient Zel Quarkmann, NHS 943 476 5919, has flumbosis. {ASKED}"


# Numbers that their issuers or standards print as examples.
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("943 476 5919", "nhs_number"),
        ("9434765919", "nhs_number"),
        ("943-476-5919", "nhs_number"),
        ("123-45-6789", "us_ssn"),
        ("4111 1111 1111 1111", "card"),
        ("378282246310005", "card"),
        ("GB82 WEST 1234 5698 7654 32", "iban"),
        ("DE89370400440532013000", "iban"),
        ("AB123456C", "uk_nino"),
        ("AB 12 34 56 C", "uk_nino"),
        ("1EG4-TE5-MK73", "medicare_us"),
        ("1EG4TE5MK73", "medicare_us"),
        ("2123 45670 1", "medicare_au"),
        ("1234567893", "npi"),
        ("A123456780", "german_kvnr"),
        ("756.9217.0769.85", "national_id"),
        ("12345678Z", "national_id"),
        ("RSSMRA85T10A562S", "national_id"),
    ],
)
def test_official_numbers_are_told_by_their_check_digits(text, kind):
    found = redact(f"Zelvoprine for {text}?")

    assert found.text == f"Zelvoprine for {placeholder(kind)}?"
    assert [(r.kind, r.rule) for r in found.removed] == [(kind, "PHI-01")]


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5918",
        "4111 1111 1111 1112",
        "GB82 WEST 1234 5698 7654 33",
        "GB123456A",
        "1EG4-SE5-MK73",
    ],
)
def test_numbers_whose_check_fails_are_no_official_numbers(text):
    assert all(r.rule != "PHI-01" for r in redact(f"Zelvoprine for {text}?").removed)


@pytest.mark.parametrize("text", ["NHS no. 943 476 5918", "SSN 000-12-3456", "SSN: 123456789"])
def test_a_label_tells_a_mistyped_number(text):
    assert not any(c.isdigit() for c in redact(f"{text}, zelvoprine?").text)


REMOVED = {
    "jane.doe+x@nhs.example.org": "email",
    "jane (at) example (dot) org": "email",
    "<b>@jane_doe</b>": "account",
    "+44 20 7946 0958": "phone",
    "07700 900123": "phone",
    "(555) 123-4567": "phone",
    "030 1234567": "phone",
    "call her on 98765 43210": "phone",
    "bleep 4321": "phone",
    "12 Acacia Avenue, London SW1A 1AA": "address",
    "742 Evergreen Terrace, Springfield, IL 62704": "address",
    "Hauptstraße 5, 10115 Berlin": "address",
    "5 rue de Rivoli, 75001 Paris": "address",
    "EC1A 1BB": "address",
    "ls2 7bt": "address",
    "https://ehr.example/chart?mrn=12": "url",
    "192.168.1.12": "ip_address",
    "2001:db8::7334": "ip_address",
    "MRN: 1234567": "record_number",
    "MRN 12 34 56": "record_number",
    "hospital no RXH 123456": "record_number",
    "patient ID 99887766": "record_number",
    "passport number X1234567": "passport",
    "FLUMB711215JS9AB": "driving_licence",
    "DOB 12/03/1956": "birth_date",
    "born on 4th July 1976": "birth_date",
    "geboren am 12.03.1956": "birth_date",
    "date of birth is 1 February 1950": "birth_date",
    "admitted 3 Jan 2024": "date",
    "seen on 12/03/2024": "date",
}


@pytest.mark.parametrize("shape", ["{}: zelvoprine?", "zelvoprine 40 mg? {}", "flumbosis ({})"])
@pytest.mark.parametrize(("text", "kind"), REMOVED.items())
def test_what_identifies_is_replaced_and_the_rest_stays(text, kind, shape):
    found = redact(shape.format(text))

    assert kind in {r.kind for r in found.removed}
    assert not set(text.split()) & {w.strip("():?") for w in found.text.split() if w[0].isdigit()}
    assert "flumbosis" in found.text or "zelvoprine" in found.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mr Flumb has cramps", "Mr {} has cramps"),
        ("Mrs. O'Brien's dose", "Mrs. {}'s dose"),
        ("Dr. van der Flumb advised", "Dr. {} advised"),
        ("dr smith advised", "dr {} advised"),
        ("Patient: FLUMB, John (M, 74)", "Patient: {} (M, 74)"),
        ("Re: Wójcik, Małgorzata (f)", "Re: {} (f)"),
        ("patient name: zel smith with cramps", "patient name: {} with cramps"),
        ("my patient John Smith has cramps", "my patient {} has cramps"),
        ("pt. named maria garcia wants it", "pt. named {} wants it"),
        ("my wife Mary has cramps", "my wife {} has cramps"),
        ("Siobhán Flumb, aged 55, today", "{}, aged 55, today"),
        ("my name is Kemi and I twitch", "my name is {} and I twitch"),
        ("John is 74 and has cramps", "{} is 74 and has cramps"),
        ("Gordon Hughes takes quinine", "{} takes quinine"),
        ("Mr Parkinson scores 20", "Mr {} scores 20"),
        ("JOHN SMITH 74M CRAMPS", "{} 74M CRAMPS"),
        ("SMITH, JANE F, CRAMPS", "{}, CRAMPS"),
    ],
)
def test_names_are_told_by_what_stands_around_them(text, left):
    assert redact(text).text == left.format(placeholder("name"))


def test_initials_go_with_a_date_of_birth():
    found = redact("J.S., DOB 3 Jan 1950, flumbosis")
    assert found.text == "[initials removed], [date of birth removed], flumbosis"
    assert redact("ALS, DOB 1/2/1950", frozenset({"als"})).text == "ALS, [date of birth removed]"


@pytest.mark.parametrize(
    "text",
    [
        "Is it Parkinson disease, Graves' disease, Isaacs syndrome or Kennedy's disease?",
        "Does the Hoffmann sign or the Trousseau sign matter in Lambert-Eaton syndrome?",
        "Lou Gehrig's disease, Charcot-Marie-Tooth, Guillain Barré and Wolff-Parkinson-White",
        "St John's wort with riluzole in a 74-year-old, and in a woman of 92?",
        "See Leite et al 2014, NCT01234567, PMID 12345678, doi 10.1212/WNL.0b013e3181bc0141, NG42",
        "Do Miller RG, Jackson CE, Kasarskis EJ recommend riluzole?",
        "The 2016 guideline; since March; FDA label revised 29 January 2026; published 1 May 2016",
        "creatinine 120, 140/90, sodium 128 mmol/L, 100 200 3000 mg, 10-15 mg, 6 minute walk test",
        "recommendation 1.5.12.3, EC 3.4.21.4, NDC 50242-040-62, G12.21, ICD-10 R25.3, at 12:30:45",
        "MS patients on MR imaging; an MR angiography; B12 5MG, b12 1st dose",
        "A test called Hoffmann, a drug named Rilutek, a brand name: Rilutek",
        "Patient: 74-year-old man. Patient: Male, 60. Patient: Has diabetes. Pt: Elderly woman",
        "https://doi.org/10.1212/WNL.0b013e3181bc0141 https://www.nice.org.uk/guidance/ng127",
        "Will gabapentin help? May I give quinine? Mark the site. Rose bengal. Hope this is clear",
        "Case number 4 of 10, record 2016, born before 2010, 12 week drive, in 3/4 of cases",
        "Johns Hopkins, Mayo Clinic, Charles University, St Thomas' Hospital",
    ],
)
def test_clinical_words_are_not_touched(text):
    assert redact(text).removed == ()


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\U000e0041", "\u202e"])
def test_invisible_characters_hide_nothing(hidden):
    assert redact(f"943{hidden}476{hidden}5919, cramps").text == "[NHS number removed], cramps"


@pytest.mark.parametrize(
    "written",
    [
        "\uff19\uff14\uff13 \uff14\uff17\uff16 \uff15\uff19\uff11\uff19",
        "943\u2011476\u20115919",
        "943\u00a0476\u00a05919",
        "٩٤٣ ٤٧٦ ٥٩١٩",
    ],
)
def test_other_digits_hyphens_and_spaces_hide_nothing(written):
    assert redact(f"NHS {written}, cramps").text == "[NHS number removed], cramps"


def test_the_values_are_in_no_representation():
    found = redact(MARKED)
    assert "Quark" not in repr(found)
    assert "943" not in repr(found)
    assert found.told == "name (1), NHS number (1)"


@given(st.text(max_size=300) | st.from_regex(r"([A-Z][a-z]+ |\d{3}[ -]?|Mr |DOB |\W){1,40}"))
@settings(max_examples=60, deadline=None)
def test_redacting_again_changes_nothing_and_what_stays_is_as_it_was(text):
    once = redact(text)
    assert redact(once.text).text == once.text
    if not once.removed:
        assert once.text == text


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1 ",
            "12-",
            "0",
            "a.",
            "A ",
            "Mr ",
            "Mr A. ",
            "John ",
            "van der ",
            "x@",
            "a.b@c.",
            "1.1.",
        ),
        *(
            "DOB ",
            "12/",
            "1:",
            "f:",
            "call ",
            "12 Oak ",
            "Re: ",
            "Lee J, ",
            "GB82 ",
            "http://a",
            *("patient ", "A1", "A-", "Aa-", "12 A ", "Smith J", "a'", "1 rue de A "),
        ),
        *(
            "(",
            "MRN ",
            "my patient ",
            "NHS ",
            "Jan 1 ",
            "Flat 1 ",
            "name ",
            "Guillain ",
            "#",
            "+1 ",
        ),
    ],
)
def test_long_hostile_input_is_read_in_linear_time(piece):
    def taken(length):
        started = time.process_time()
        redact((piece * length)[:length])
        return time.process_time() - started

    redact("warm 0171 5551234")
    assert taken(10_000) < 20 * taken(1_000) + 0.5


def test_placeholders_are_not_searched_for():
    redacted = redact("Mr Flumb, NHS 943 476 5919: zelvoprine?").text
    assert without_placeholders(redacted) == ", : zelvoprine?"


def test_decisions_name_kinds_and_come_after_emergencies():
    received = receive("John Smith, NHS 943 476 5919, suddenly cannot breathe now, my father")
    rules = [d.rule for d in received.screening.decisions]
    assert rules[0].startswith("EM")
    assert rules[rules.index("PHI-01") :][:2] == ["PHI-01", "PHI-02"]
    told = " ".join(d.message for d in received.screening.decisions)
    assert "NHS number" in told
    assert "943" not in told
    assert "Smith" not in told


def opened(kb, **given):
    return Assistant.open(kb, Settings(risk=0.25, **given), embedder=HashEmbedder())


def test_an_answer_tells_what_was_removed_and_claims_the_same(flumbosis_kb):
    with opened(flumbosis_kb) as assistant:
        answer = assistant.ask(MARKED)
        plain = assistant.ask(f"My patient has flumbosis. {ASKED}")
        later = assistant.ask("And what about Mr Quarkmann?", history=[answer])

    assert answer.question.startswith("My patient [name removed], [NHS number removed], has")
    assert {"PHI-01", "PHI-02"} <= {d.rule for d in answer.guardrails}
    assert [n.text for n in answer.notices if n.code == "identifiers_removed"]
    assert [c.text for c in answer.claims] == [c.text for c in plain.claims] != []
    for shown in (answer.to_json(), answer.to_markdown(), later.to_json()):
        assert "Quark" not in shown
        assert "943" not in shown


def test_no_model_sees_an_identifier(flumbosis_kb):
    model = ScriptedModel('{"claims": []}', '{"claims": []}')
    with Assistant.open(
        flumbosis_kb, Settings(risk=0.25), embedder=HashEmbedder(), model=model
    ) as assistant:
        assistant.ask(MARKED)
    assert model.seen
    assert "Quark" not in str(model.seen)
    assert "943 476" not in str(model.seen)


def test_a_question_of_identifiers_alone_is_no_question(flumbosis_kb):
    with opened(flumbosis_kb) as assistant, pytest.raises(QuestionError) as raised:
        assistant.ask("Mr Quarkmann 943 476 5919")
    assert "Quark" not in str(raised.value)


def test_the_command_line_shows_no_identifier(flumbosis_kb, run, monkeypatch):
    code, out, _ = run("screen", "Mrs Quarkmann, NHS 943 476 5919, zelvoprine?", "--json")
    assert code == 0
    assert "Quark" not in out
    assert [d["rule"] for d in json.loads(out)["guardrails"]] == ["PHI-01", "PHI-02"]


def test_no_log_of_any_library_holds_the_question(flumbosis_kb, caplog):
    marker = "xylozanthium"
    with caplog.at_level(logging.DEBUG), opened(flumbosis_kb) as assistant:
        assert assistant.ask(ASKED).status == "answered"
        assistant.ask(f"{ASKED} Or {marker}?")
        assistant.search(f"flumbosis {marker}")
    assert caplog.records
    told = [logging.Formatter().format(r).casefold() for r in caplog.records]
    assert not [t for t in told if marker in t or "zelvoprine" in t]
    (line, _) = [r.getMessage() for r in caplog.records if "request" in r.getMessage()]
    assert "rules none" in line


@pytest.mark.slow
def test_no_log_of_a_call_to_a_model_holds_the_question(flumbosis_kb, caplog):
    from consilia.opening import open_language_model
    from consilia.testing_models import FakeModelServer

    with FakeModelServer() as server, caplog.at_level(logging.DEBUG):
        model = open_language_model(f"openai/scripted@{server.url}")
        with Assistant.open(
            flumbosis_kb, Settings(risk=0.25), embedder=HashEmbedder(), model=model
        ) as assistant:
            assistant.ask(ASKED)
        assert server.calls
    held = [r for r in caplog.records if "zelvoprine" in logging.Formatter().format(r).casefold()]
    assert [(r.name, r.levelname) for r in held] == []


@pytest.fixture
def own_logging():
    """Undo what `install` sets for the whole process."""
    factory, hook = logging.getLogRecordFactory(), sys.excepthook
    install()
    yield
    logging.setLogRecordFactory(factory)
    sys.excepthook = hook


def test_our_records_and_tracebacks_are_redacted(own_logging, caplog):
    log = logging.getLogger("consilia.anything")
    try:
        int(MARKED)
    except ValueError:
        log.exception("failed on %s", MARKED)
    text = logging.Formatter().format(caplog.records[-1])
    assert "ValueError" in text
    assert "Quark" not in text
    assert "943 476" not in text


def test_records_of_others_are_left_alone(own_logging, caplog):
    logging.getLogger("elsewhere").warning("for Mr %s", "Flumb")
    assert caplog.records[-1].getMessage() == "for Mr Flumb"


def test_installing_twice_changes_nothing(own_logging):
    once = logging.getLogRecordFactory()
    install()
    assert logging.getLogRecordFactory() is once


def test_an_uncaught_exception_is_redacted(own_logging, capsys):
    sys.excepthook(ValueError, ValueError(MARKED), None)
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "Quark" not in told


def test_a_handler_may_carry_the_filter():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    log = logging.Logger("some.library")
    log.addHandler(handler)
    log.warning("for %s", MARKED)
    assert "Quark" not in stream.getvalue()


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path):
    first = fingerprint(ASKED, tmp_path / "a")
    installation_key.cache_clear()
    assert fingerprint(ASKED, tmp_path / "a") == first != fingerprint(ASKED, tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "a" / "log.key").stat().st_mode) == 0o600


def entry(n=0):
    return Entry(f"r{n}", "who", "library", "answered", "sha256:0", "sha256:1", ("PHI-01",), "q")


@pytest.fixture
def log(tmp_path):
    """A log of ten lines in three files."""
    path = tmp_path / "audit.jsonl"
    size = 3 * 400
    kept = AuditLog(path, rotate_at=size)
    for n in range(10):
        kept.write(entry(n))
    assert len(audit.rotated(path)) > 1
    return path


def test_a_whole_log_holds_over_its_files(log, run):
    verdict = verify_log([log])
    assert (verdict.lines, verdict.problem) == (10, None)
    assert verify_log(audit.rotated(log)).problem is None
    assert run("audit", "verify", log)[0] == 0


def altered(lines):
    lines[1] = lines[1].replace(b'"user":"who"', b'"user":"you"')


def deleted(lines):
    del lines[1]


def moved(lines):
    lines[0], lines[1] = lines[1], lines[0]


def doubled(lines):
    lines.insert(1, lines[1])


def respaced(lines):
    lines[1] = lines[1].replace(b":", b": ", 1)


@pytest.mark.parametrize("harm", [altered, deleted, moved, doubled, respaced])
@pytest.mark.parametrize("which", [0, -1])
def test_the_first_broken_line_is_told(log, run, harm, which):
    path = audit.rotated(log)[which]
    lines = path.read_bytes().splitlines(keepends=True)
    if len(lines) < 2:
        pytest.skip("one line cannot be moved")
    harm(lines)
    path.write_bytes(b"".join(lines))

    code, _, told = run("audit", "verify", log)

    assert code == 1
    assert f"{path}, line {1 if harm is moved else 2 if harm is not doubled else 3}" in told or (
        harm is deleted and "missing" in told
    )


def test_lines_cut_off_at_the_end_are_told(log, run):
    kept = log.read_bytes()
    log.write_bytes(kept[:-10])
    assert "cut off" in run("audit", "verify", log)[2]
    log.write_bytes(b"".join(kept.splitlines(keepends=True)[:-1]))
    assert "missing at the end" in run("audit", "verify", log)[2]
    log.unlink()
    assert run("audit", "verify", log)[0] == 1


def test_a_missing_rotated_file_is_told(log, run):
    audit.rotated(log)[0].unlink()
    code, _, told = run("audit", "verify", log)
    assert code == 1
    assert "lines are missing" in told


def test_nothing_is_written_behind_a_damaged_line(log):
    log.write_bytes(log.read_bytes()[:-10])
    with pytest.raises(AuditError, match="cut off"):
        AuditLog(log).write(entry())


def write_many(path, count):
    kept = AuditLog(path, rotate_at=5_000)
    for n in range(count):
        kept.write(entry(n))


def test_several_processes_write_one_chain(tmp_path):
    path = tmp_path / "audit.jsonl"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(path, 15)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verdict = verify_log([path])
    assert (verdict.lines, verdict.problem) == (45, None)


def test_each_question_is_on_record_without_its_words(flumbosis_kb, tmp_path):
    path = tmp_path / "audit.jsonl"
    with opened(flumbosis_kb, audit=str(path), user="ward 7") as assistant:
        answer = assistant.ask(MARKED)
        (*previews, streamed) = assistant.stream(ASKED)
        with pytest.raises(QuestionError):
            assistant.ask("Mr Quarkmann")
    first, second, third = map(json.loads, path.read_text().splitlines())

    assert first["answer_id"] == answer.answer_id
    assert first["decisions"] == [d.rule for d in answer.guardrails]
    assert first["knowledge_base"] == answer.manifest.knowledge_base.digest
    assert (first["user"], first["channel"], first["status"]) == ("ward 7", "library", "answered")
    assert (second["answer_id"], previews) == (streamed.answer_id, [])
    assert (third["status"], third["answer_id"]) == ("failed", None)
    assert "Quark" not in path.read_text()
    assert "zelvoprine" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_suggestions_are_nobodys_questions(flumbosis_kb, tmp_path):
    path = tmp_path / "audit.jsonl"
    with opened(flumbosis_kb, audit=str(path)) as assistant:
        assistant.suggest(assistant.ask(ASKED))
    assert len(path.read_text().splitlines()) == 1


def test_an_audited_site_does_not_answer_unaudited(flumbosis_kb, tmp_path, run, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(AuditError, match="nothing is answered"):
        opened(flumbosis_kb, audit=str(blocked / "audit.jsonl"))

    path = tmp_path / "audit.jsonl"
    with opened(flumbosis_kb, audit=str(path)) as assistant:
        assistant.ask(ASKED)
        before = path.read_bytes()
        whole = os.write
        # A disk that fills up in the middle of the line.
        monkeypatch.setattr(os, "write", lambda handle, line: whole(handle, line[:20]))
        with pytest.raises(AuditError, match="No space left"):
            assistant.ask(ASKED)
        monkeypatch.undo()
        assert path.read_bytes() == before
        assistant.ask(ASKED)
    assert verify_log([path]).lines == 2


def test_kinds_have_words_and_data_is_whole():
    from consilia.privacy.vocabulary import vocabulary

    assert set(vocabulary().labels) <= set(KINDS)


@pytest.mark.parametrize("digits", ["4111111111111111", "378282246310005", "79927398713"])
@pytest.mark.parametrize("at", range(11))
def test_luhn_notices_every_wrong_digit(digits, at):
    wrong = digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :]
    assert checksums.luhn(digits)
    assert not checksums.luhn(wrong)


@pytest.mark.slow
def test_the_measured_recall_and_touch_hold():
    from consilia.knowledge_base import shipped_documents, shipped_glossary
    from eval.identifiers import planted
    from eval.privacy import RECALL, TOUCHED, recall, touched_terms

    removed = list(recall(list(planted(6, "test"))))
    assert len(removed) >= 12
    assert sum(t.good for t in removed) >= RECALL * sum(t.total for t in removed)
    touched = list(touched_terms(shipped_glossary(), shipped_documents()))
    assert sum(t.good for t in touched) <= TOUCHED * sum(t.total for t in touched)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore")
def test_the_login_of_the_chat_is_on_record(flumbosis_kb, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on the path")
    from consilia.web import page
    from consilia.web.server import Place
    from consilia.web.users import Users, add_user

    users, path, password = tmp_path / "users", tmp_path / "audit.jsonl", "a long enough password"
    add_user(users, "ann", password)
    with opened(flumbosis_kb, audit=str(path)) as assistant, playwright.sync_playwright() as play:
        serving = page.service(
            assistant, Place("127.0.0.1", free_port(), (), Users.read(users))
        ).begin()
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            given = {"username": "ann", "password": password}
            shown = browser.new_context(http_credentials=given).new_page()
            shown.goto(serving.address)
            box = shown.get_by_label("Your clinical question")
            box.fill(MARKED)
            box.press("Enter")
            shown.locator(".answer").first.wait_for(timeout=30_000)
            words = shown.inner_text("body")
        finally:
            browser.close()
            serving.close()
    (line,) = map(json.loads, path.read_text().splitlines())
    assert (line["user"], line["channel"]) == ("ann", "web")
    assert "[name removed]" in words
    assert "Quark" not in words


@pytest.mark.slow
def test_an_uncaught_exception_of_the_command_line_is_redacted():
    program = (
        "import sys; from consilia.privacy.logs import install; install(); "
        f"raise RuntimeError({MARKED!r})"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "RuntimeError" in ended.stderr
    assert "Quarkmann, NHS" not in ended.stderr.replace(program, "")
