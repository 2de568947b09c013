"""Two runs side by side, and a run held against bars."""

import json
import shutil
from dataclasses import replace

import pytest
from lxml import etree

from consilia.answer import sealed
from consilia.models import digest
from consilia.settings import Settings
from eval.__main__ import main
from eval.cases import case_line
from eval.comparing import Pair, comparison_text, differences, read_pairs, same_bytes
from eval.gating import Bar, GateError, judge, parse_bar, read_bars
from eval.measure import Measure, ratio, share
from eval.metrics import GROUPS
from eval.resolving import gold_span
from eval.runs import store
from eval.runs.manifest import KnowledgeBaseOfRun, RunManifest
from eval.runs.scoring import metrics_of, score
from eval.runs.store import RunError, sample_line
from eval.statistics import Interval, mcnemar, paired_bootstrap
from eval.testing import made_answer, made_sample, span_named

SAID, SILENT = made_answer(["F1"]), made_answer(())


def asked(number, answer, **fields):
    """A sample whose gold is the span `F1`, as a stored run gives it back."""
    span = gold_span("F1", span_named("F1")).model_dump()
    made = made_sample(answer, id=f"C{number}", facts=["F1"], spans=[span], ranks={}, **fields)
    return replace(made, sources={hit.document: "current" for hit in made.hits})


def write_run(folder, samples):
    """Write a finished run of these samples."""
    folder.mkdir()
    cases = "".join(f"{case_line(sample.case)}\n" for sample in samples).encode()
    lines = "".join(f"{sample_line(sample)}\n" for sample in samples).encode()
    manifest = RunManifest(
        created="2026-01-02T03:04:05+00:00",
        consilia="0",
        code=None,
        code_sha256="sha256:0",
        knowledge_base=KnowledgeBaseOfRun(digest="sha256:0", generation="g"),
        gold={"gold.jsonl": "sha256:0"},
        cases_sha256=digest(cases),
        samples_sha256=digest(lines),
        cases=len(samples),
        questions=len(samples),
        skipped=(),
        unknown_facts=(),
        models={},
        settings={},
        seed=1,
        platform={},
    )
    (folder / store.CASES).write_bytes(cases)
    (folder / store.SAMPLES).write_bytes(lines)
    (folder / store.TIMINGS).write_bytes(b"")
    metrics = metrics_of(manifest, score(samples), None, Settings())
    (folder / store.METRICS).write_bytes(store.metrics_bytes(metrics))
    store.finish(folder, manifest)
    return folder


# --- comparing


def succeeded(samples):
    return share("said", (sample.status == "answered" for sample in samples))


def words(samples):
    values = [len(sample.claims) for sample in samples]
    value = sum(values) / len(values) if values else None
    return Measure("claims", value, len(values), is_share=False)


def of_answered(samples):
    answered = [sample for sample in samples if sample.status == "answered"]
    return share("even among answered", (sample.case.id[-1] in "02468" for sample in answered))


def largest(samples):
    values = [len(sample.claims) for sample in samples]
    return Measure("largest", float(max(values, default=0)), len(values), is_share=False)


def saying(number, claims):
    return made_sample(made_answer(["F1"] * claims), id=f"C{number}")


CLAIMS = [(0, 1)] * 6 + [(1, 0)] * 1 + [(1, 3)] * 3
PAIRS = tuple(Pair(saying(n, a), saying(n, b)) for n, (a, b) in enumerate(CLAIMS))


AFTER = [pair.b for pair in PAIRS[:6]]


def test_shares_are_compared_pair_by_pair():
    (found,) = differences(PAIRS, [succeeded])

    assert (found.a.value, found.b.value, found.pairs) == (0.4, 0.9, 10)
    assert found.value == pytest.approx(0.5)
    assert found.p == mcnemar(1, 6) == 0.125
    values = [float(bool(pair.a.claims)) for pair in PAIRS]
    others = [float(bool(pair.b.claims)) for pair in PAIRS]
    assert found.interval == paired_bootstrap(others, values, [("case", p.a.name) for p in PAIRS])


def test_means_are_compared_pair_by_pair_without_a_p():
    (found,) = differences(PAIRS, [words])

    assert found.value == pytest.approx(1.1)
    assert found.p is None
    assert found.interval.low < 1.1 < found.interval.high


def test_shares_of_other_questions_get_an_interval_and_no_p():
    (found,) = differences(PAIRS, [of_answered])

    # Answered are C6 to C9 before, of which two are even, and all but C6 after, of which four are.
    assert (found.a.value, found.b.value) == (2 / 4, 4 / 9)
    assert found.p is None
    assert found.interval.low <= found.value <= found.interval.high
    assert found.pairs == 3


def test_what_is_no_mean_of_questions_is_compared_by_value_alone():
    (found,) = differences(PAIRS, [largest])
    assert (found.value, found.interval, found.p) == (2, None, None)


def test_what_applies_to_neither_run_is_left_out_and_to_one_is_told():
    def neither(samples):
        return Measure("neither", None, 0)

    def one(samples):
        said = sum(bool(sample.claims) and sample in AFTER for sample in samples)
        return ratio("one", said, said)

    text = comparison_text(PAIRS, differences(PAIRS, [neither, one]))

    assert "neither" not in text
    assert next(line.split() for line in text.splitlines() if line.startswith("one"))[1:3] == [
        "none", "100.0%",
    ]  # fmt: skip


def test_a_run_compared_with_itself_does_not_differ(tmp_path):
    run = write_run(tmp_path / "a", [asked(n, SAID if n % 2 else SILENT) for n in range(6)])
    pairs = read_pairs(run, run)
    found = differences(pairs)

    assert len(found) == sum(map(len, GROUPS.values()))
    assert {one.value for one in found} <= {0, None}
    assert {one.p for one in found} <= {1.0, None}
    assert {one.interval for one in found} <= {Interval(0.0, 0.0), None}
    text = comparison_text(pairs, found)
    assert "Changed for the worse: 0\nChanged for the better: 0\n" in text
    assert text.startswith("6 questions\nanswers that are the same bytes: 6 of 6\n")


def test_answers_that_differ_by_one_byte_are_not_the_same_bytes():
    one = saying(1, 2)
    moved = replace(one.answer.claims[0], text=f"{one.answer.claims[0].text} ")
    claims = (moved, *one.answer.claims[1:])
    others = [
        one,
        replace(one, answer=sealed(replace(one.answer, claims=claims))),
        replace(one, answer=sealed(replace(one.answer, last_updated="2020"))),
        replace(one, findings=("not of the answer",)),
    ]
    assert [same_bytes([Pair(one, other)]) for other in others] == [1, 0, 0, 1]
    assert "same bytes: 2 of 4" in comparison_text([Pair(one, other) for other in others], [])


def test_what_changed_for_the_worse_is_listed_first_the_gravest_first(tmp_path, capsys):
    broken = replace(SAID, references=())
    a = write_run(tmp_path / "a", [asked(n, SILENT if n == 3 else SAID) for n in range(4)])
    answers = [SAID, SILENT, broken, SAID]
    b = write_run(tmp_path / "b", [asked(n, answer) for n, answer in enumerate(answers)])

    assert main(["compare", str(a), str(b)]) == 0
    told = capsys.readouterr().out
    changed = told[told.index("Changed") :].splitlines()
    assert [line for line in changed if not line.startswith("    ")] == [
        "Changed for the worse: 2",
        "  C2 “Why?”",
        "  C1 “Why?”",
        "Changed for the better: 1",
        "  C3 “Why?”",
    ]
    assert "    A: right" in changed
    assert "    B: SILENT abstained where answer is expected, gold F1" in changed


def test_runs_of_different_gold_are_refused_unless_shared_cases_are_asked_for(tmp_path, capsys):
    a = write_run(tmp_path / "a", [asked(n, SAID) for n in range(3)])
    b = write_run(
        tmp_path / "b", [asked(2, SILENT), asked(1, SILENT, question="Who?"), asked(9, SAID)]
    )

    assert main(["compare", str(a), str(b)]) == 2
    assert "runs of different gold" in capsys.readouterr().err
    assert main(["compare", str(a), str(b), "--shared-cases"]) == 0
    assert capsys.readouterr().out.startswith("1 questions\n")
    assert [pair.a.name for pair in read_pairs(a, b, shared_cases=True)] == ["C2"]


def test_runs_that_share_nothing_are_refused(tmp_path):
    a, b = (write_run(tmp_path / name, [asked(name, SAID)]) for name in "ab")
    with pytest.raises(RunError, match="share no case"):
        read_pairs(a, b, shared_cases=True)


@pytest.mark.parametrize("missing", ["a", "b"])
def test_a_run_that_is_not_there_is_told(tmp_path, capsys, missing):
    write_run(tmp_path / "a", [asked(1, SAID)])
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    shutil.rmtree(tmp_path / missing)
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    assert f"{tmp_path / missing} holds no run" in capsys.readouterr().err


# --- the gate


@pytest.fixture
def gated(tmp_path):
    """A run in which 3 of 4 answerable questions were answered."""
    return write_run(tmp_path / "a", [asked(n, SAID if n else SILENT) for n in range(4)])


@pytest.mark.parametrize(
    ("bars", "code", "told"),
    [
        (["--min", "gold-facts-shown=0.75"], 0, "met    gold-facts-shown: 0.75, n = 4"),
        (["--min", "gold-facts-shown=.76"], 1, "SHORT  gold-facts-shown: 0.75, n = 4, at least"),
        (["--max", "over-refusal=.25"], 0, "0 of 1 bars are not met"),
        (["--max", "over-refusal=.24"], 1, "the value is 0.25"),
        (["--min", "gold-facts-shown=.3", "--lower-bound"], 0, "met"),
        (["--min", "gold-facts-shown=.7", "--lower-bound"], 1, "the lower bound is 0.3006"),
        (["--max", "over-refusal=.3", "--lower-bound"], 1, "the upper bound is 0.6994"),
        (["--min", "gold-fact-shown=.1"], 1, "no measure is named 'gold-fact-shown'"),
        (["--min", "refusal-recall=.1"], 1, "not applicable to this run"),
        (["--max", "refusal-recall=.1"], 1, "not applicable to this run"),
        (["--min", "gold-facts-shown=75"], 1, "the bar 75 is no share"),
        (
            ["--min", "gold-facts-shown=.1", "over-refusal=.1", "--max", "over-refusal=.1"],
            1,
            "1 of",
        ),
    ],
)
def test_a_gate_names_what_falls_short(gated, capsys, bars, code, told):
    assert main(["gate", str(gated), *bars]) == code
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "no bar is given"),
        (["--min", "over-refusal"], "write NAME=VALUE"),
        (["--min", "=1"], "write NAME=VALUE"),
        (["--min", "over-refusal=high"], "'high' is no number"),
        (["--min", "over-refusal=nan"], "'nan' is no number"),
        (["--file", "none.toml"], "cannot read the bars of none.toml"),
    ],
)
def test_a_bar_that_cannot_be_read_is_told(gated, monkeypatch, tmp_path, capsys, arguments, told):
    monkeypatch.chdir(tmp_path)
    assert main(["gate", str(gated), *arguments]) == 2
    assert told in capsys.readouterr().err


def test_bars_of_a_file(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text("[min]\nrefusal-precision = 0.88\n[max]\nover-refusal = 0\n")
    assert read_bars(path) == (
        Bar("refusal-precision", "min", 0.88),
        Bar("over-refusal", "max", 0.0),
    )
    assert parse_bar("min", " refusal-precision = 0.88") == read_bars(path)[0]


@pytest.mark.parametrize(
    "text",
    [
        "[mn]\na = 1\n",
        "min = 1\n",
        '[min]\na = "x"\n',
        "[min]\na = true\n",
        "[min]\na = []",
        "[min\n",
    ],
)
def test_a_file_of_bars_that_cannot_be_used_is_told(tmp_path, text):
    path = tmp_path / "gate.toml"
    path.write_text(text)
    with pytest.raises(GateError):
        read_bars(path)


def test_a_measure_without_an_interval_has_no_bound():
    measure = {"slug": "m", "name": "m", "group": "g", "value": 1.0, "n": 1, "is_share": True}
    bar = Bar("m", "min", 0.5)
    (by_bound,) = judge([measure | {"interval": None}], [bar], by_bound=True)
    (by_value,) = judge([measure | {"interval": None}], [bar], by_bound=False)
    assert (by_bound.shortfall, by_value.shortfall) == (
        "it has no interval to hold against the bar",
        None,
    )


def test_an_interrupted_run_passes_no_gate(gated, capsys):
    (gated / store.RUN).rename(gated / store.PARTIAL)
    assert main(["gate", str(gated), "--min", "gold-facts-shown=0"]) == 2
    assert "was interrupted" in capsys.readouterr().err


def test_the_names_of_measures_are_listed(gated, capsys):
    assert main(["gate", "--list"]) == 0
    listed = capsys.readouterr().out.split()
    stored = json.loads((gated / store.METRICS).read_text())["measures"]
    assert listed == sorted(measure["slug"] for measure in stored)
    assert {
        "refusal-precision",
        "refusal-recall",
        "over-refusal",
        "recall-at-10-mean-over-cases",
    } <= {*listed}


# --- JUnit


# What both usual schemas demand, that of Ant's reports and that of Jenkins: what one of them leaves
# open is here as the other has it.
JUNIT = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="time"><xs:restriction base="xs:dateTime">
 <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"/>
</xs:restriction></xs:simpleType>
<xs:simpleType name="named"><xs:restriction base="xs:token">
 <xs:minLength value="1"/>
</xs:restriction></xs:simpleType>
<xs:complexType name="failed"><xs:simpleContent><xs:extension base="xs:string">
 <xs:attribute name="message" type="xs:string"/>
 <xs:attribute name="type" type="xs:string" use="required"/>
</xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="skipped"><xs:attribute name="message" type="xs:string"/></xs:complexType>
<xs:complexType name="testcase">
 <xs:choice minOccurs="0">
  <xs:element name="skipped" type="skipped"/>
  <xs:element name="error" type="failed"/>
  <xs:element name="failure" type="failed"/>
 </xs:choice>
 <xs:attribute name="name" type="named" use="required"/>
 <xs:attribute name="classname" type="named" use="required"/>
 <xs:attribute name="time" type="xs:decimal" use="required"/>
</xs:complexType>
<xs:complexType name="testsuite">
 <xs:sequence>
  <xs:element name="properties"/>
  <xs:element name="testcase" type="testcase" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="system-out" type="xs:string"/>
  <xs:element name="system-err" type="xs:string"/>
 </xs:sequence>
 <xs:attribute name="name" type="named" use="required"/>
 <xs:attribute name="package" type="named" use="required"/>
 <xs:attribute name="id" type="xs:int" use="required"/>
 <xs:attribute name="timestamp" type="time" use="required"/>
 <xs:attribute name="hostname" type="named" use="required"/>
 <xs:attribute name="tests" type="xs:int" use="required"/>
 <xs:attribute name="failures" type="xs:int" use="required"/>
 <xs:attribute name="errors" type="xs:int" use="required"/>
 <xs:attribute name="skipped" type="xs:int"/>
 <xs:attribute name="time" type="xs:decimal" use="required"/>
</xs:complexType>
<xs:element name="testsuites"><xs:complexType><xs:sequence>
 <xs:element name="testsuite" type="testsuite" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.fromstring(JUNIT))


def junit(gated, bars):
    path = gated.parent / "out.xml"
    code = main(["gate", str(gated), *bars, "--junit", str(path)])
    return code, etree.parse(path)


@pytest.mark.parametrize(
    "bars", [["--min", "gold-facts-shown=.8", "no-such=1"], ["--max", "over-refusal=.5"]]
)
def test_verdicts_are_junit_that_ends_as_the_gate_does(gated, schema, bars):
    code, tree = junit(gated, bars)
    suites = tree.getroot().findall("testsuite")

    schema.assertValid(tree)
    assert bool(tree.findall(".//failure")) == bool(code)
    for suite in suites:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall(".//failure"))
        assert int(suite.get("skipped")) == len(suite.findall(".//skipped"))


def test_junit_names_bars_by_group_and_every_sample_that_went_wrong(gated):
    _, tree = junit(gated, ["--min", "gold-facts-shown=.8", "no-such=1", "--max", "over-refusal=1"])
    found = {
        suite.get("name"): [case.get("name") for case in suite.findall("testcase")]
        for suite in tree.getroot()
    }

    assert found == {
        "answers": ["gold-facts-shown"],
        "unknown": ["no-such"],
        "behaviour": ["over-refusal"],
        "samples": ["C0 “Why?”"],
    }
    told = [failure.get("message") for failure in tree.findall(".//failure")]
    assert told[0].startswith("gold-facts-shown: 0.75, n = 4, at least 0.8 is wanted")
    assert told[-1].startswith("SILENT abstained where answer is expected")


def test_characters_that_xml_cannot_hold_do_not_break_junit(tmp_path, schema):
    bad = asked(1, SILENT, question="Why\u0001 <&> \ufffe?")
    run = write_run(tmp_path / "b", [bad])
    _, tree = junit(run, ["--min", "gold-facts-shown=.8"])
    schema.assertValid(tree)
    assert "Why� <&> �?" in tree.find(".//testcase[@classname='eval.samples']").get("name")
