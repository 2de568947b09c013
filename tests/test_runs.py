"""Runs: directories of answers that are finished once, resumed, scored again and never changed."""

import fcntl
import json
import math
import os
import resource
import shutil
import signal
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from consilia import Assistant
from consilia.answer import KnowledgeBaseState, sealed
from consilia.errors import KnowledgeBaseError
from consilia.index import CURRENT, read_state
from consilia.knowledge_base import current_generation
from consilia.language_models import Usage
from consilia.models import digest
from consilia.settings import Settings
from consilia.testing import HashEmbedder
from eval.__main__ import main
from eval.cases import CaseError, load_cases
from eval.judging import Judge
from eval.metrics import GROUPS, measure_all
from eval.runs import store
from eval.runs.manifest import files_sha256
from eval.runs.running import Interrupted, RunOptions, run
from eval.runs.scoring import metrics_of, score
from eval.runs.scoring_record import record_scoring
from eval.runs.store import RunError, answer_of, read_run, read_timings, sample_line, sample_of
from eval.statistics import Accuracy
from eval.testing import made_answer, made_claim, made_sample

ASKED = [
    {"id": "A", "type": "answerable", "question": "What is the zelvoprine dose for flumbosis?"},
    {"id": "N", "type": "abstain", "question": "What is the capital of Mongolia?", "tags": ["far"]},
    {
        "id": "D",
        "type": "dialogue",
        "turns": [
            {"user": "What is offered to adults with flumbosis?", "expected": "answer"},
            {"user": "At which dose?", "expected": "answer"},
        ],
    },
]


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, ASKED)), encoding="utf-8")
    return path


@pytest.fixture
def ask(flumbosis_kb, gold, tmp_path):
    """Return a function that runs the cases on the small knowledge base."""

    def asked(out="run", opener=None, tell=lambda line: None, **options):
        options = {"files": (gold,), "kb": flumbosis_kb} | options
        opener = opener or Scripted(options["kb"])
        return run(RunOptions(tmp_path / out, **options), tell, opener).run

    return asked


class Scripted:
    """An opener of itself: an assistant without an index that counts what it is asked."""

    usage = Usage()

    def __init__(self, kb, ends_at=None, then=lambda: signal.raise_signal(signal.SIGINT)):
        generation = current_generation(kb)
        digest = read_state(generation).knowledge_base
        self.base = KnowledgeBaseState(digest, generation.name)
        self.ends_at, self.then, self.asked = ends_at, then, []

    def __call__(self):
        return nullcontext(self)

    def ask(self, question, *, history=()):
        if len(self.asked) == self.ends_at:
            self.then()
        self.asked.append(question)
        silent = "capital" in question
        answer = made_answer([] if silent else ["G1", "L2"])
        manifest = replace(answer.manifest, knowledge_base=self.base)
        return sealed(replace(answer, question=question, manifest=manifest))

    def search(self, text, *, k=20):
        return ()


# --- what is stored


@pytest.mark.parametrize(
    "answer",
    [
        made_answer(["G1", "L2", "S3"], beside=["S4"]),
        made_answer(()),
        made_answer((), status="emergency"),
        replace(made_answer(["G1"]), claims=(made_claim(1, "G1", "Ünïcode \u2028 “words”."),)),
    ],
)
def test_an_answer_read_back_gives_the_same_bytes(answer):
    again = answer_of(answer.to_json())
    assert again.to_json() == answer.to_json()
    assert again.claims == answer.claims


def test_a_real_answer_read_back_gives_the_same_bytes(assistant):
    answer = assistant.ask("What is the approach to managing fasciculations?")
    assert answer.claims
    assert answer_of(answer.to_json()).to_json() == answer.to_json()


def test_what_is_no_answer_is_refused():
    with pytest.raises(RunError, match="an answer cannot be read"):
        answer_of('{"schema": "consilia.answer/1"}')


def test_a_sample_read_back_gives_the_same_line_and_measures():
    sample = made_sample(made_answer(["F1"]), facts=["F1", "F2"], ranks={"F1": 3}, findings=["x"])
    spans = [
        {"id": name, "document": s.document, "version": s.version, "start": s.start, "end": s.end,
         "sha256": s.sha256, "kind": s.kind}
        for name, s in sample.gold.items()
    ]  # fmt: skip
    case = type(sample.case).model_validate(sample.case.model_dump() | {"spans": spans})
    again = sample_of(sample_line(sample), case)

    assert sample_line(again) == sample_line(sample)
    assert (again.gold, again.hits, again.findings) == (sample.gold, sample.hits, sample.findings)
    assert measure_all([again]) == measure_all([sample])


@pytest.mark.parametrize(
    "odds", [{"guidelines": 0.5, "label": -math.inf, "research": -2.25}, {"label": -math.inf}]
)
def test_the_confidence_of_a_sample_is_kept(odds):
    sample = replace(made_sample(), confidence=odds)
    line = sample_line(sample)
    assert "Infinity" not in line
    again = sample_of(line, sample.case)
    assert again.confidence == odds
    assert sample_line(again) == line


def test_a_sample_of_an_earlier_version_has_no_confidence():
    sample = made_sample()
    assert "confidence" not in sample_line(sample)
    assert sample_of(sample_line(sample), sample.case).confidence is None


def test_a_sample_of_another_case_is_refused():
    one, other = made_sample(id="A"), made_sample(id="B")
    with pytest.raises(RunError, match="'A' stands where 'B' is expected"):
        sample_of(sample_line(one), other.case)


# --- a run


def test_a_finished_run_holds_every_answer_and_where_it_came_from(ask, tmp_path, flumbosis_kb):
    made = ask()
    folder = tmp_path / "run"
    told = json.loads((folder / store.RUN).read_text(encoding="utf-8"))

    assert [sample.name for sample in made.samples] == ["A", "N", "D.1", "D.2"]
    assert read_run(folder) == made
    assert told["schema"] == "consilia.eval.run/1"
    assert told["gold"].keys() == {"gold.jsonl"}
    assert (told["cases"], told["questions"]) == (3, 4)
    assert told["knowledge_base"]["digest"] == made.samples[0].answer.manifest.knowledge_base.digest
    assert told["models"] == {"embedder": "hash", "embedder_sha256": "none"}
    assert [(t.case, t.turn) for t in read_timings(folder)] == [
        ("A", 0), ("N", 0), ("D", 0), ("D", 1),
    ]  # fmt: skip
    assert {"ask", "search", "check"} == read_timings(folder)[0].seconds.keys()
    assert "## Costs of a question" in (folder / store.REPORT).read_text(encoding="utf-8")
    assert sorted(path.name for path in folder.iterdir()) == sorted([
        store.RUN, store.CASES, store.SAMPLES, store.TIMINGS, store.METRICS, store.REPORT,
        store.PAGE,
    ])  # fmt: skip


def test_no_file_of_a_run_names_a_folder_of_the_machine_or_can_be_written(ask, tmp_path):
    ask()
    for path in (tmp_path / "run").iterdir():
        assert not path.stat().st_mode & 0o222
        assert str(tmp_path) not in path.read_text(encoding="utf-8")
        assert str(Path.home()) not in path.read_text(encoding="utf-8")


def test_the_same_cases_give_the_same_bytes(ask, tmp_path):
    ask("one")
    ask("other")
    for name in (store.CASES, store.SAMPLES, store.METRICS):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_stored_cases_are_gold_cases_again(ask, tmp_path):
    ask()
    assert [case.id for case in load_cases(tmp_path / "run" / store.CASES)] == ["A", "N", "D"]


def test_every_measure_is_stored_by_a_name_of_its_own_whole_and_by_tag(ask, tmp_path):
    ask()
    stored = json.loads((tmp_path / "run" / store.METRICS).read_text(encoding="utf-8"))
    slugs = [measure["slug"] for measure in stored["measures"]]
    by_slug = dict(zip(slugs, stored["measures"], strict=True))

    assert stored["schema"] == "consilia.eval.metrics/2"
    assert len(slugs) == len(set(slugs)) == sum(map(len, GROUPS.values()))
    assert by_slug["refusal-recall"]["per_tag"]["far"] == {
        "value": by_slug["refusal-recall"]["value"],
        "n": 1,
        "interval": by_slug["refusal-recall"]["interval"],
    }
    assert by_slug["refusal-recall"]["per_tag"].keys() == {"abstain", "far"}
    assert by_slug["gold-facts-shown"]["value"] is None


def test_the_report_tells_measures_failures_and_the_words_of_each_case(ask, tmp_path, gold):
    guideline = "Offer zelvoprine to adults with flumbosis."
    case = {
        "id": "Q",
        "type": "answerable",
        "question": "Is zelvoprine *good*?",
        "must_have": ["x"],
    }
    sheet = tmp_path / "gold.csv"
    sheet.write_text(
        f"id,question,expect,quotes,must have\nQ,{case['question']},answer,{guideline},x"
    )
    ask(files=(sheet,))
    report = (tmp_path / "run" / store.REPORT).read_text(encoding="utf-8")

    assert "## Measures: promises" in report
    assert "Not applicable to this run: " in report
    assert "- Q “Is zelvoprine \\*good\\*?”" in report
    assert f"flumbosis-guideline \\> Treatment: “{guideline}”" in report
    assert "- must have, not said: “x”" in report


# --- a folder that is there already


def test_a_finished_run_is_never_written_over(ask, tmp_path):
    ask()
    before = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    with pytest.raises(RunError, match="finished run"):
        ask()
    with pytest.raises(RunError, match="finished run"):
        ask(resume=True)
    assert {path: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_a_folder_with_other_files_is_refused_and_kept(ask, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        ask()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(ask, tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(RunError, match="is a file"):
        ask()


def test_there_must_be_something_to_resume(ask):
    with pytest.raises(RunError, match="no interrupted run"):
        ask(resume=True)


@pytest.mark.parametrize("ends_at", [0, 1, 2, 3])
def test_an_interrupted_run_goes_on_where_it_was(ask, tmp_path, flumbosis_kb, ends_at):
    kept = min(ends_at, 2)  # the dialogue is asked again from its start
    with pytest.raises(Interrupted, match=f"{kept} of 4 questions are kept"):
        ask(opener=Scripted(flumbosis_kb, ends_at))
    with pytest.raises(RunError, match="was interrupted"):
        read_run(tmp_path / "run")
    rest, lines = Scripted(flumbosis_kb), []
    ask(opener=rest, tell=lines.append)
    ask("whole")

    assert len(rest.asked) == 4 - kept
    assert lines == ([f"{kept} of 4 questions are kept; the rest is asked"] if kept else [])
    for name in (store.CASES, store.SAMPLES, store.METRICS):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert len(read_timings(tmp_path / "run")) == 4


@pytest.mark.parametrize("cut", [1, 40, 5_000])
def test_half_a_line_at_the_end_is_asked_again(ask, tmp_path, flumbosis_kb, cut):
    with pytest.raises(Interrupted):
        ask(opener=Scripted(flumbosis_kb, 2))
    samples = tmp_path / "run" / store.SAMPLES
    samples.write_bytes(samples.read_bytes()[:-cut])
    ask(resume=True)
    ask("whole")

    assert samples.read_bytes() == (tmp_path / "whole" / store.SAMPLES).read_bytes()


def test_an_interrupted_run_of_other_cases_is_refused(ask, tmp_path, flumbosis_kb, gold):
    with pytest.raises(Interrupted):
        ask(opener=Scripted(flumbosis_kb, 1))
    gold.write_text(json.dumps(ASKED[0]), encoding="utf-8")
    with pytest.raises(RunError, match="cases_sha256 differ"):
        ask()


def test_an_interrupted_run_of_another_index_is_refused(ask, own_flumbosis_kb):
    with pytest.raises(Interrupted):
        ask(opener=Scripted(own_flumbosis_kb, 1), kb=own_flumbosis_kb)
    generation = current_generation(own_flumbosis_kb)
    shutil.copytree(generation, generation.with_name("another"))
    (own_flumbosis_kb / CURRENT).write_text("another")
    with pytest.raises(RunError, match="knowledge_base differ"):
        ask(kb=own_flumbosis_kb)


def test_two_processes_do_not_write_one_run(ask, tmp_path, flumbosis_kb):
    with pytest.raises(Interrupted):
        ask(opener=Scripted(flumbosis_kb, 1))
    with (tmp_path / "run" / store.SAMPLES).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(RunError, match="another process writes"):
            ask(resume=True)


def limit_files(size, most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))


def test_a_full_disk_is_told_and_what_was_written_is_kept(ask, tmp_path, flumbosis_kb):
    ask("whole")
    size = (tmp_path / "whole" / store.SAMPLES).read_bytes().index(b"\n") + 100
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    fills = Scripted(flumbosis_kb, 1, lambda: limit_files(size, before[1]))
    try:
        with pytest.raises(RunError, match="cannot write the run"):
            ask(opener=fills)
    finally:
        limit_files(*before)
    lines = []
    ask(resume=True, tell=lines.append)

    assert lines == ["1 of 4 questions are kept; the rest is asked"]
    assert (tmp_path / "run" / store.SAMPLES).read_bytes() == (
        tmp_path / "whole" / store.SAMPLES
    ).read_bytes()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_told(ask, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(RunError, match="cannot write the run"):
        ask("shut/run")


# --- what cannot be asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing to ask: no case"),
        (json.dumps(ASKED[0] | {"fact_ids": ["Z99.1"]}), "none of the facts of 1 cases"),
        ("{", "gold.jsonl:1: no JSON object"),
    ],
)
def test_cases_that_cannot_be_asked_are_told_and_leave_no_folder(ask, gold, tmp_path, text, told):
    gold.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=told):
        ask()
    assert not (tmp_path / "run").exists()


def test_a_gold_span_whose_document_changed_is_told(ask, gold, tmp_path):
    span = {"document": "zelvoprine-label", "version": "sha256:" + "0" * 64, "start": 0, "end": 9,
            "sha256": "sha256:" + "0" * 64}  # fmt: skip
    gold.write_text(json.dumps(ASKED[0] | {"spans": [span]}), encoding="utf-8")
    with pytest.raises(CaseError, match=r"A: spans\.0: .*changed: its words are gone"):
        ask()
    assert not (tmp_path / "run").exists()


def test_a_missing_knowledge_base_ends_with_2(tmp_path, gold, capsys):
    arguments = ["run", gold, "--kb", tmp_path / "none", "--out", tmp_path / "run"]
    assert main(list(map(str, arguments))) == 2
    assert "none does not exist" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", ["run", "gold", "model", "fit", "calibrate", "load"])
@pytest.mark.parametrize("file", [None, "zelvoprine.md"])
def test_a_named_folder_without_an_index_is_refused_and_left_alone(
    tmp_path, gold, capsys, command, file
):
    kb = tmp_path / "mounted"
    kb.mkdir()
    if file:
        (kb / file).write_text("# Zelvoprine", encoding="utf-8")
    before = sorted(path.name for path in kb.iterdir())
    asked = {"run": [gold, "--out", tmp_path / "run"], "load": []}.get(command, [gold])

    assert main(list(map(str, [command, *asked, "--kb", kb]))) == 2
    assert f"no built knowledge base in {kb}" in capsys.readouterr().err
    assert sorted(path.name for path in kb.iterdir()) == before
    assert not (tmp_path / "run").exists()


def test_a_knowledge_base_that_changes_meanwhile_is_told(ask, tmp_path, flumbosis_kb):
    changing = Scripted(flumbosis_kb)
    changing.base = replace(changing.base, generation="another")
    with pytest.raises(RunError, match="knowledge base changed before A was asked"):
        ask(opener=changing)


# --- scoring again


def test_scoring_again_changes_no_sample_and_gives_the_same_numbers(ask, tmp_path, capsys):
    made = ask()
    folder = tmp_path / "run"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    assert main(["score", str(folder)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert main(["score", str(folder), "--out", str(tmp_path / "copy")]) == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "copy").iterdir()} == before
    again = metrics_of(made.manifest, score(made.samples), None, Settings())
    assert store.metrics_bytes(again) == before[store.METRICS]


def test_a_copy_is_not_written_over_something(ask, tmp_path, capsys):
    ask()
    assert main(["score", str(tmp_path / "run"), "--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize("name", [store.SAMPLES, store.CASES])
def test_a_run_whose_files_were_changed_is_refused(ask, tmp_path, name):
    ask()
    path = tmp_path / "run" / name
    text = path.read_text(encoding="utf-8")
    path.chmod(0o644)
    path.write_text(text.replace("flumbosis", "plumbosis"), encoding="utf-8")
    with pytest.raises(RunError, match="is not the file that the run was finished with"):
        read_run(tmp_path / "run")


@pytest.mark.parametrize("there", [False, True])
def test_a_copy_that_fails_leaves_nothing_in_its_way(ask, tmp_path, capsys, there):
    ask()
    copy, timings = tmp_path / "copy", tmp_path / "run" / store.TIMINGS
    kept = timings.read_bytes()
    timings.chmod(0o644)
    timings.write_bytes(b"{}\n")
    if there:
        copy.mkdir()
    command = ["score", str(tmp_path / "run"), "--out", str(copy)]
    assert main(command) == 2
    assert "timings.jsonl cannot be read: case: Field required" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir() if "copy" in path.name) == (
        ["copy"] if there else []
    )
    timings.write_bytes(kept)
    (tmp_path / ".copy.partial").mkdir()  # of a command that was killed
    (tmp_path / ".copy.partial" / store.CASES).write_text("half")
    assert main(command) == 0
    assert read_run(copy) == read_run(tmp_path / "run")
    assert not (tmp_path / ".copy.partial").exists()


@pytest.mark.parametrize(
    ("text", "told"), [("{", "Invalid JSON"), ("{}", "created: Field required"), ("", "JSON")]
)
def test_a_broken_manifest_is_told_plainly(ask, tmp_path, flumbosis_kb, text, told):
    with pytest.raises(Interrupted):
        ask(opener=Scripted(flumbosis_kb, 1))
    path = tmp_path / "run" / store.PARTIAL
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=told) as caught:
        ask(resume=True)
    assert "pydantic" not in str(caught.value)
    assert "delete the folder" in str(caught.value)


def test_the_report_lists_all_points_of_a_case(ask, tmp_path, gold):
    first, second = ask("before").samples[0].claims[:2]
    points = {
        "must_have": [first.text, "in spring"],
        "nice_to_have": ["in summer", second.text],
        "forbidden": [second.text, "in autumn"],
    }
    gold.write_text(json.dumps(ASKED[0] | points), encoding="utf-8")
    ask()
    report = (tmp_path / "run" / store.REPORT).read_text(encoding="utf-8")
    told = [line for line in report.splitlines() if "said: “" in line]

    assert [line.partition(":")[0] for line in told] == [
        "- must have, said", "- must have, not said", "- nice to have, not said",
        "- nice to have, said", "- forbidden, said", "- forbidden, not said",
    ]  # fmt: skip


# --- what scored it


def forged_value(told):
    told["measures"][0] |= {"value": 1.0, "n": 999}


def forged_bound(told):
    by_tag = next(measure["per_tag"] for measure in told["measures"] if measure["per_tag"])
    next(iter(by_tag.values()))["interval"]["low"] = 0.99


def left_out(told):
    del told["measures"][-1]


def of_other_samples(told):
    told["scored"]["samples_sha256"] = "sha256:" + "0" * 64


def without_record(told):
    del told["scored"]


@pytest.mark.parametrize(
    "change", [forged_value, forged_bound, left_out, of_other_samples, without_record]
)
def test_measures_that_are_not_those_of_the_samples_pass_no_gate(ask, tmp_path, capsys, change):
    ask()
    ask("other")
    run, metrics = tmp_path / "run", tmp_path / "run" / store.METRICS
    told = json.loads(metrics.read_bytes())
    kept = metrics.read_bytes()
    change(told)
    metrics.unlink()
    metrics.write_text(json.dumps(told), encoding="utf-8")

    for command in (
        ["gate", run, "--min", "claims-with-proof=0"],
        ["gate", run, "--list"],
        ["compare", run, tmp_path / "other"],
        ["compare", tmp_path / "other", run],
        ["report", run],
        ["report", tmp_path / "other", "--baseline", run],
    ):
        assert main(list(map(str, command))) == 2
        assert f"python -m eval score {run}" in capsys.readouterr().err
    assert main(["score", str(run)]) == 0
    assert metrics.read_bytes() == kept
    assert main(["gate", str(run), "--min", "claims-with-proof=0"]) == 0


def test_the_measures_of_another_run_are_refused(ask, tmp_path, gold, capsys):
    ask()
    gold.write_text(json.dumps(ASKED[0]), encoding="utf-8")
    ask("other")
    shutil.move(tmp_path / "other" / store.METRICS, tmp_path / "run" / store.METRICS)
    assert main(["gate", str(tmp_path / "run"), "--min", "claims-with-proof=0"]) == 2
    assert "measures of other samples" in capsys.readouterr().err


@pytest.mark.parametrize("name", [store.SAMPLES, store.CASES])
def test_a_gate_reads_the_samples_too(ask, tmp_path, capsys, name):
    ask()
    path = tmp_path / "run" / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\n")
    assert main(["gate", str(tmp_path / "run"), "--min", "claims-with-proof=0"]) == 2
    assert "is not the file that the run was finished with" in capsys.readouterr().err


def test_what_scored_a_run_is_told_beside_its_measures_and_in_the_reports(ask, tmp_path):
    made = ask()
    scored = json.loads((tmp_path / "run" / store.METRICS).read_bytes())["scored"]
    report = (tmp_path / "run" / store.REPORT).read_text(encoding="utf-8")
    page = (tmp_path / "run" / store.PAGE).read_text(encoding="utf-8")

    assert scored["versions"]["consilia"] == made.manifest.consilia
    assert scored["library_sha256"] == made.manifest.code_sha256
    assert scored["eval_sha256"].startswith("sha256:")
    assert scored["samples_sha256"] == made.manifest.samples_sha256
    assert scored["entailment"] is None
    for text in (report, page):
        assert scored["eval_sha256"][:19] in text
        assert "no entailment model" in text


def test_two_judges_leave_two_records(ask, tmp_path):
    made = ask()
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / "model.safetensors").write_text(folder.name)
    judges = [
        (Judge(None), folders[0]),
        (Judge(None), folders[1]),
        (Judge(None, least_entailed=0.9), folders[1]),
        (Judge(None, support=Accuracy(0.9, 0.8)), folders[1]),
    ]
    records = [
        record_scoring(made.manifest, [], judge, Settings(entailment=str(folder)))
        for judge, folder in judges
    ]

    assert len({record.model_dump_json() for record in records}) == len(judges)
    assert [record.entailment.model for record in records] == ["one", "two", "two", "two"]
    assert "entailment model one (sha256:" in " ".join(records[0].told())
    assert "P ≥ 0.9" in " ".join(records[2].told())
    assert str(tmp_path) not in records[0].model_dump_json()


def test_the_digest_of_code_sees_changed_and_renamed_files_and_no_compiled_ones(tmp_path):
    (tmp_path / "gold").mkdir()
    (tmp_path / "measure.py").write_text("a = 1")
    first = files_sha256(tmp_path, but="gold")
    (tmp_path / "gold" / "cases.jsonl").write_text("{}")
    (tmp_path / "measure.pyc").write_text("x")
    assert files_sha256(tmp_path, but="gold") == first
    assert files_sha256(tmp_path) != first
    (tmp_path / "measure.py").rename(tmp_path / "metric.py")
    second = files_sha256(tmp_path, but="gold")
    (tmp_path / "metric.py").write_text("a = 2")
    assert len({first, second, files_sha256(tmp_path, but="gold")}) == 3


def test_gold_files_of_one_name_are_all_told(ask, tmp_path):
    files = []
    for number, case in enumerate(ASKED):
        files.append(tmp_path / str(number) / "a.jsonl")
        files[-1].parent.mkdir()
        files[-1].write_text(json.dumps(case), encoding="utf-8")
    told = ask(files=tuple(files)).manifest.gold

    assert told.keys() == {"a.jsonl", "a.jsonl (2)", "a.jsonl (3)"}
    assert list(told.values()) == [digest(path.read_bytes()) for path in files]


def test_what_is_no_run_is_told(tmp_path, capsys):
    assert main(["score", str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


# --- the real thing


@pytest.mark.slow
def test_two_runs_with_other_numbers_of_processes_are_the_same_bytes(ask, tmp_path, fake_kb):
    opener = partial(Assistant.open, fake_kb, Settings(), embedder=HashEmbedder())
    lines = (Path(__file__).parents[1] / "eval" / "gold" / "starter.jsonl").read_text().split("\n")
    gold = tmp_path / "some.jsonl"
    gold.write_text("\n".join(lines[::12]), encoding="utf-8")
    ask("one", opener, files=(gold,), kb=fake_kb)
    ask("two", opener, files=(gold,), kb=fake_kb, workers=2)

    for name in (store.CASES, store.SAMPLES, store.METRICS):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    kept = read_run(tmp_path / "two").samples
    odds = {(sample.case.id, sample.turn): sample.confidence for sample in kept}
    assert {frozenset(one) for one in odds.values() if one} == {
        frozenset({"guidelines", "label", "research"})
    }
    timings = read_timings(tmp_path / "two")
    assert all(("select" in t.stages) == (odds[t.case, t.turn] is not None) for t in timings)
    assert all(sum(t.stages.values()) <= t.seconds["ask"] + 1e-4 for t in timings)
    assert {t.case for t in read_timings(tmp_path / "one")} == {
        t.case for t in read_timings(tmp_path / "two")
    }


@pytest.mark.slow
def test_the_commands_from_end_to_end(real_kb, tmp_path, capsys):
    gold = tmp_path / "gold.jsonl"
    case = {"id": "R", "type": "answerable", "question": "What is the recommended riluzole dose?",
            "fact_ids": ["L04.2"]}  # fmt: skip
    gold.write_text(json.dumps(case), encoding="utf-8")
    common = [str(gold), "--kb", str(real_kb)]
    assert main(["run", *common, "--out", str(tmp_path / "a")]) == 0
    assert main(["run", *common, "--out", str(tmp_path / "b"), "--workers", "2"]) == 0
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert main(["gate", str(tmp_path / "a"), "--min", "gold-facts-shown=1"]) == 0
    assert main(["gold", *common]) == 0

    told = capsys.readouterr().out
    assert "Changed for the worse: 0" in told
    assert "1 cases; 0 skipped" in told
    for name in (store.SAMPLES, store.METRICS):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_unopenable_knowledge_base_leaves_no_folder(ask, tmp_path):
    def opener():
        raise KnowledgeBaseError("broken")

    with pytest.raises(KnowledgeBaseError):
        ask(opener=opener)
    assert not (tmp_path / "run").exists()
