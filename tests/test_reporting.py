"""The HTML report of a run: true, whole, escaped, and readable without a network."""

import json
import math
import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from consilia.answer import Abstention, Decision, Miss, Notice, sealed
from consilia.models import digest
from consilia.settings import Settings
from eval.__main__ import main
from eval.comparing import Pair, differences
from eval.costs import CostError, read_prices, stage_seconds
from eval.gating import GateError, StoredMeasure, stored_measures
from eval.kill.matrix import Row
from eval.measure import harm, ratio
from eval.reporting import plots, tables
from eval.reporting.asked import asked
from eval.reporting.extras import comparison_of, kills_of
from eval.reporting.page import MOST_FAILURES, Change, Comparison, Reported, report_html
from eval.reporting.plots import Stage
from eval.reporting.tables import Cell, Table
from eval.reporting.targets import Target, hold, read_targets
from eval.reporting.telling import change, number
from eval.runs import store
from eval.runs.manifest import RunManifest, cases_bytes
from eval.runs.markdown import report_text
from eval.runs.scoring import metrics_of, score, write_scores
from eval.runs.store import StoredRun, sample_line, samples_of
from eval.selective import Curve, aurc, calibration_error, probability, reliability
from eval.testing import made_answer, made_sample, span_named, words_of
from eval.timing import Timing

ATTACK = '<script>alert("x")</script><img src=x onerror=alert(1)> & "quoted" </style> {{ 7 * 7 }}'
VOID = {"meta", "link", "img", "br", "source", "input", "hr"}
SHA = "sha256:" + "0" * 64


def manifest(**fields):
    told = {
        "created": "2026-01-01T00:00:00+00:00",
        "consilia": "0",
        "code": None,
        "code_sha256": SHA,
        "knowledge_base": {"digest": SHA, "generation": "g"},
        "gold": {"own.jsonl": SHA},
        "cases_sha256": SHA,
        "cases": 2,
        "questions": 2,
        "skipped": (),
        "unknown_facts": (),
        "models": {"embedder": "hash"},
        "settings": {"digest": SHA},
        "seed": 1,
        "platform": {"python": "3.11"},
    }
    return RunManifest.model_validate(told | fields)


def asked_of(*shown, facts=(), **case):
    """Return a sample whose case holds its gold as spans, as the cases of a run do."""
    spans = [
        {"id": name, "document": s.document, "version": s.version, "start": s.start, "end": s.end,
         "sha256": s.sha256, "kind": s.kind, "quote": words_of(name), "headings": ["Treatment"]}
        for name in facts
        for s in [span_named(name)]
    ]  # fmt: skip
    return made_sample(made_answer(shown), facts=facts, spans=spans, **case)


def page_of(samples, **more):
    measures = stored_measures([one.to_dict() for one in score(samples)])
    return report_html(Reported(manifest(), samples, measures, **more))


def sure(gold, guidelines):
    """A sample with this gold span and these log-odds of the guidelines."""
    odds = {"guidelines": guidelines, "label": -math.inf, "research": 0.0}
    return replace(asked_of(gold, facts=[gold], id=f"sure {gold}"), confidence=odds)


class Page(HTMLParser):
    """What a reader and a browser get of a page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.tags, self.ids = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def wrong():
    """Samples with one fault of each sort that invented answers can have."""
    silent = Abstention(
        "The guidelines do not answer the question.",
        "No source speaks of nothing.",
        (Miss("near-doc", SHA, 0, 9, "Nearly so.", SHA, ("children",)),),
    )
    answer = made_answer(())
    told = replace(answer.sections[0], abstention=silent)
    quiet = sealed(replace(answer, sections=(told, *answer.sections[1:])))
    return [
        asked_of("G1", facts=["G1"], id="right"),
        asked_of("G1", facts=["G1", "L2"], id="left-out", must_have=["word that is not said"]),
        replace(asked_of(facts=["G1"], id="silent"), answer=quiet),
        asked_of("S3", id="spoke", type="abstain", expected="abstain"),
        replace(asked_of("G1", id="broken"), findings=("claims[0].proofs[0].quote: is not it",)),
    ]


# --- what is told


def test_the_worst_comes_first_with_question_answer_gold_and_reasons(wrong):
    page = page_of(wrong)
    cards = re.findall(r'<details class="card">(.*?)</div>\n</details>', page, re.DOTALL)

    assert [re.search("BROKEN|SPOKE|SILENT|MISSED", card)[0] for card in cards] == [
        "BROKEN", "SPOKE", "SILENT", "MISSED",
    ]  # fmt: skip
    assert "checker: claims[0].proofs[0].quote: is not it" in cards[0]
    assert "No source speaks of nothing." in cards[2]
    assert "near-doc; lacks children" in cards[2]
    text = " ".join(cards[3].split())
    assert "document-l2 &gt; Treatment; not searched" in text
    assert words_of("L2") in text
    assert text.index("shown</span> <strong>G1") < text.index("missed</span> <strong>L2")
    assert "not said</span> must say" in text
    assert "gold G1" in text


def test_a_run_without_faults_says_so():
    page = page_of([asked_of("G1", facts=["G1"])])
    assert "Nothing went wrong." in page
    assert "0 of them did something wrong" in page


def test_what_a_gate_objects_to_in_a_claim_is_told():
    sample = asked_of("G1", id="strange")
    claim = sample.answer.claims[0]
    changed = replace(claim, text="Zelvoprine does not help flumbosis.", form="paraphrase")
    sample = replace(sample, answer=sealed(replace(sample.answer, claims=(changed,))))
    [shown] = asked(sample).sections[0].groups[0].claims
    assert any(objection.startswith("polarity: ") for objection in shown.objections)


def test_what_heads_a_section_is_told_in_its_words():
    sample = asked_of("G1", "G2")
    first, *rest = sample.answer.sections
    answer = replace(sample.answer, sections=(replace(first, headline="c2"), *rest))
    assert asked(replace(sample, answer=sealed(answer))).sections[0].headline == words_of("G2")


def test_a_claim_without_proof_and_a_group_without_claim_are_shown_all_the_same():
    sample = asked_of("G1", "G2")
    bare = replace(sample.answer.claims[0], proofs=())
    sample = replace(sample, answer=sealed(replace(sample.answer, claims=(bare,))))
    [shown] = asked(sample).sections[0].groups[0].claims
    assert shown.objections == ("it has no proof",)
    assert "it has no proof" in page_of([sample])


def test_every_question_is_listed_with_the_words_that_it_matched(wrong):
    page = Page(page_of(wrong))
    for sample in wrong:
        assert sample.name in page.text
    assert page.text.count("own.jsonl") >= 2


def test_the_rest_of_very_many_failures_is_counted():
    many = [asked_of("S1", id=f"x{n}", type="abstain") for n in range(MOST_FAILURES + 2)]
    page = report_html(Reported(manifest(), many, ()))
    assert page.count('class="card"') == MOST_FAILURES
    assert "2 more are told in report.md" in page


def test_measures_of_all_groups_and_tags_are_there(wrong):
    text = Page(page_of([*wrong, asked_of("G1", id="t", tags=["children"])])).text
    for group in ("promises", "retrieval", "citations", "answers", "behaviour"):
        assert f"Measures: {group}" in text
    assert "Measures of children" in text


def test_notes_of_unusual_intervals_stand_beside_their_measures():
    measure = harm("injection success", [False] * 30)
    stored = StoredMeasure(
        slug=measure.slug, name=measure.name, group="behaviour", value=0.0, n=30,
        interval=measure.interval, is_share=True, better="lower", note=measure.note,
    )  # fmt: skip
    assert "rule of three" in report_html(Reported(manifest(), (), (stored,)))


# --- it is safe, whole and the same each time


def page_saying(words):
    """Return a page with the same words wherever a run brings words of others."""
    sample = asked_of("G1", facts=["G1", "G2"], id=words, question=words, tags=[words],
                      note=words, must_have=[words])  # fmt: skip
    answer = sample.answer
    claim = replace(answer.claims[0], text=words, headings=(words,))
    reference = replace(answer.references[0], title=words)
    silence = Abstention(words, words, (Miss(words, SHA, 0, 1, words, SHA, (words,)),))
    told = replace(answer.sections[1], abstention=silence, headline=words)
    answer = replace(
        answer,
        claims=(claim,),
        references=(reference,),
        sections=(answer.sections[0], told),
        standalone_question=f"{words}!",
        notices=(Notice("x", words),),
        guardrails=(Decision(words, 1, words, words, words),),
    )
    sample = replace(sample, answer=sealed(answer), findings=(f"claims[0]: {words}",))
    return page_of(
        [sample],
        timings=[Timing(case="A", turn=0, seconds={words: 1.0}, peak_bytes=1)],
        kills=kills_of([Row(words, 2, 1, survivors=[words])], words),
        comparison=Comparison(
            manifest(), 1, 1, Table(words, (words,), ((Cell(words),),)), (Change(*[words] * 3),), ()
        ),
    )


def test_nothing_of_a_question_becomes_markup_or_a_template():
    text = page_saying(ATTACK)
    page, plain = Page(text), Page(page_saying("harmless"))

    assert "<script" not in text
    assert {tag for tag, _ in page.tags} == {tag for tag, _ in plain.tags}
    assert {name for _, told in page.tags for name in told} == {
        name for _, told in plain.tags for name in told
    }
    assert page.text.count("{{ 7 * 7 }}") > 20
    assert text.count("</style>") == 1


@pytest.mark.parametrize("words", ["\u202egnp.exe", "a\u2028b", "\U0001d518\u0301 é ", "x" * 2000])
def test_unusual_words_of_a_question_are_told_as_they_are(words):
    assert words.strip() in page_of([asked_of("S1", type="abstain", question=words)])


def test_a_page_asks_for_nothing_and_runs_nothing(wrong):
    page = Page(
        page_of(wrong, timings=[Timing(case="A", turn=0, seconds={"ask": 1}, peak_bytes=1)])
    )
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert not page.all("script")
    assert not page.all("link")
    assert all("style" not in attributes for _, attributes in page.tags)
    sources = [a.get("src") or a.get("srcset") for t in ("img", "source") for a in page.all(t)]
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert all(a["href"].startswith("#") and a["href"][1:] in page.ids for a in page.all("a"))
    assert len(page.ids) == len(set(page.ids))


def test_tables_and_pictures_can_be_read_out(wrong):
    timing = Timing(case="A", turn=0, seconds={"ask": 0.1}, peak_bytes=1)
    text = page_of(wrong, timings=[timing])
    page = Page(text)
    assert page.all("html")[0]["lang"] == "en"
    assert text.count("<caption>") == len(page.all("table"))
    assert {a.get("scope") for a in page.all("th")} == {"col", "row"}
    assert all(len(image["alt"]) > 20 for image in page.all("img"))
    assert all(a["aria-labelledby"] in page.ids for a in page.all("section"))


def test_the_same_run_gives_the_same_bytes(wrong):
    timings = [Timing(case="A", turn=0, seconds={"ask": 0.1, "b": 0.2}, peak_bytes=1)]
    told = [*wrong, sure("G1", 0.5), sure("S1", -1.0)]
    assert page_of(told, timings=timings) == page_of(told, timings=timings)


# --- targets


def target(**fields):
    return Target.model_validate({"measure": "thing", "why": "because"} | fields)


def verdict(measure, **fields):
    stored = StoredMeasure(
        slug=measure.slug, name=measure.name, group="g", value=measure.value, n=measure.n,
        interval=measure.interval, is_share=measure.is_share,
    )  # fmt: skip
    return hold([stored], [target(**fields)])[0]


@pytest.mark.parametrize(
    ("fields", "good", "n", "state", "reason"),
    [
        ({"min": 0.8}, 80, 100, "met", ""),
        ({"min": 0.8}, 79, 100, "missed", "1.0 % below"),
        ({"max": 0.1}, 10, 100, "met", ""),
        ({"max": 0.1}, 12, 100, "missed", "2.0 % above"),
        # Wilson's interval of 80 in 100 is 71.1 to 86.7 %.
        ({"min": 0.8, "bound": 0.71}, 80, 100, "met", ""),
        ({"min": 0.8, "bound": 0.75}, 80, 100, "not shown", "the interval reaches 71.1 %"),
        ({"max": 0.8, "bound": 0.85}, 80, 100, "not shown", "the interval reaches 86.7 %"),
        ({"max": 0.8, "bound": 0.87}, 80, 100, "met", ""),
        ({"min": 0.8, "least_n": 101}, 100, 100, "not shown", "n is below 101"),
        ({"min": 0.8, "least_n": 101}, 1, 100, "missed", "79.0 % below"),
        ({"min": 0.8}, 0, 0, "not measured", "no case of the run calls for it"),
    ],
)
def test_a_target_is_met_missed_not_shown_or_not_measured(fields, good, n, state, reason):
    found = verdict(ratio("thing", good, n), **fields)
    assert (found.state, found.reason) == (state, reason)


def test_a_measure_that_the_run_does_not_have_is_not_met():
    [found] = hold([], [target(min=1)])
    assert (found.state, found.measure) == ("not measured", None)
    assert "no such measure" in tables.headline([found]).rows[0][2].text


def test_what_is_nearly_all_is_not_told_as_all():
    assert number(2_867 / 2_868, is_share=True) == "99.97 %"
    assert number(1 / 30_000, is_share=True) == "0.003 %"
    assert number(1.0, is_share=True) == "100 %"
    assert number(0.0, is_share=True) == "0 %"
    assert change(0.0, is_share=True) == "0 points"


def test_every_shipped_target_is_of_a_measure_that_there_is():
    from eval.judging import Judge
    from eval.metrics import GROUPS, judged_by

    names = {metric(()).slug for metrics in GROUPS.values() for metric in metrics}
    names |= {metric(()).slug for metric in judged_by(Judge(None))}
    assert {one.measure for one in read_targets()} <= names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[target]\n", "cannot read the targets"),
        ('[[target]]\nmeasure = "a"\nwhy = "b"\n', "give either min or max"),
        ('[[target]]\nmeasure = "a"\nwhy = "b"\nmin = 1\nmax = 1\n', "give either min or max"),
        ('[[target]]\nmeasure = "a"\nwhy = "b"\nmin = nan\n', "target.0.min"),
        ('[[target]]\nmeasure = "a"\nwhy = "b"\nmin = 1\nmni = 2\n', "target.0.mni"),
        ('[[target]]\nmeasure = "a"\nwhy = "b"\nmin = 1\n' * 2, "a has several"),
        ("other = 1\n", "target"),
    ],
)
def test_targets_that_cannot_be_read_are_named(tmp_path, text, reason):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GateError, match=reason):
        read_targets(path)


# --- curves


def test_a_curve_does_not_depend_on_the_order_of_equals():
    pairs = [(0.9, True), (0.5, True), (0.5, False), (0.1, False)]
    assert Curve.of("x", pairs) == Curve.of("x", pairs[::-1])
    # Among the two equals half a wrong one comes first: 0, .5 / 2, 1 / 3, 2 / 4.
    assert [risk for _, risk in Curve.of("x", pairs).points] == pytest.approx([
        0,
        1 / 4,
        1 / 3,
        0.5,
    ])
    assert aurc("x", pairs).value == pytest.approx((1 / 4 + 1 / 3 + 1 / 2) / 4)


def test_reliability_by_hand():
    # Probabilities .5 .5 .5 .5 with three right, and 0 with none.
    judged = [(0.0, True)] * 3 + [(0.0, False), (float("-inf"), False)]
    low, middle = reliability(judged)
    assert (low.low, low.high, low.n, low.predicted, low.observed) == (0.0, 0.1, 1, 0.0, 0.0)
    assert (middle.low, middle.n, middle.predicted, middle.observed) == (0.5, 4, 0.5, 0.75)
    assert calibration_error("x", judged).value == pytest.approx(4 / 5 * 0.25)
    assert calibration_error("x", []).value is None
    assert sum(one.n for one in reliability(judged, bins=1)) == 5


@pytest.mark.parametrize("odds", [-1e4, -3.0, 0.0, 3.0, 1e4, float("inf")])
def test_log_odds_of_any_size_have_a_probability(odds):
    assert 0 <= probability(odds) <= 1
    assert probability(odds) + probability(-odds) == pytest.approx(1)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.risk_coverage([Curve.of("a & <b> $x$", [(1.0, True)])]),
        lambda: plots.risk_coverage([]),
        lambda: plots.reliability_diagram({"a & <b>": reliability([(0.0, True), (9.0, False)])}),
        lambda: plots.waterfall([Stage("a & <b> $y", 0.1, 0.2), Stage("zero", 0.0, 0.0)]),
    ],
)
def test_pictures_are_whole_alone_and_in_dark_colours(draw):
    picture = draw()
    for drawn in (picture, plots.dark(picture)):
        ElementTree.fromstring(drawn)
        addresses = set(re.findall(r"https?://[^\"\s]+", drawn))
        assert {address.split("/")[2] for address in addresses} <= {"www.w3.org"}
    assert "#ffffff" in picture
    assert "#ffffff" not in plots.dark(picture)


def test_a_run_without_confidence_says_how_to_get_the_curves(wrong):
    page = page_of(wrong)
    assert "a run of an earlier version has no confidence: ask its cases again" in page
    assert "Reliability diagram" not in page


def test_curves_of_the_samples_come_with_their_numbers(wrong):
    page = page_of([*wrong, sure("G1", 2.0), sure("S1", -2.0)])
    text = Page(page).text
    assert "Calibration of From the Guidelines" in text
    assert "From the Guidelines 1.000 0.250 0.119 2" in text  # 1 - 1 / (1 + e^-2) = .119
    # The label should answer neither: no pair to tell apart, and all risk.
    assert "From the FDA Drug Label none 1.000" in text
    assert page.count("<img") == 2


# --- the command


def stored(folder, samples):
    """Write a finished run of samples."""
    folder.mkdir()
    cases = tuple(sample.case for sample in samples)
    lines = "".join(f"{sample_line(sample)}\n" for sample in samples).encode()
    (folder / store.CASES).write_bytes(cases_bytes(cases))
    (folder / store.SAMPLES).write_bytes(lines)
    (folder / store.TIMINGS).write_bytes(b"")
    told = manifest(
        cases_sha256=digest(cases_bytes(cases)),
        samples_sha256=digest(lines),
        cases=len(samples),
        questions=len(samples),
    )
    write_scores(folder, StoredRun(told, samples_of(lines, cases)), Settings())
    store.finish(folder, told)
    return folder


def test_report_writes_the_page_of_a_run_and_compares_it(tmp_path, wrong, capsys):
    before = stored(tmp_path / "before", wrong)
    better = [replace(s, answer=made_answer(["S3"]), findings=()) for s in wrong[4:]]
    now = stored(tmp_path / "now", [*wrong[:4], *better])
    kept = (now / store.PAGE).read_bytes()

    assert main(["report", str(now)]) == 0
    assert (now / store.PAGE).read_bytes() == kept

    assert main(["report", str(now), "--baseline", str(before)]) == 0
    page = Page((now / store.PAGE).read_text(encoding="utf-8")).text
    assert "Changed for the better: 1" in page
    assert "Changed for the worse: 0" in page
    assert "the answers of 4 are the same bytes" in page
    assert "+20 points" in page  # of the five answers, the fifth verifies now


def test_a_comparison_tells_what_compare_prints(tmp_path, wrong):
    folders = [stored(tmp_path / name, wrong) for name in "ab"]
    told = comparison_of(*folders, shared_cases=False)
    found = differences([Pair(s, s) for s in store.read_run(folders[0]).samples])
    names = [one.name for one in found if one.a.value is not None]
    assert [row[0].text for row in told.table.rows] == names
    assert (told.questions, told.worse, told.better) == (5, (), ())


def test_what_cannot_be_reported_is_refused_with_a_reason(tmp_path, wrong, capsys):
    run = stored(tmp_path / "run", wrong)
    other = stored(tmp_path / "other", wrong[:2])

    assert main(["report", str(tmp_path / "none")]) == 2
    assert "holds no run" in capsys.readouterr().err
    assert main(["report", str(run), "--baseline", str(other)]) == 2
    assert "different gold" in capsys.readouterr().err
    assert main(["report", str(run), "--baseline", str(other), "--shared-cases"]) == 0
    assert main(["report", str(run), "--prices", str(tmp_path / "nowhere.toml")]) == 2
    assert "cannot read the prices" in capsys.readouterr().err
    assert main(["report", str(run), "--targets", str(tmp_path / "nowhere.toml")]) == 2
    assert "cannot read the targets" in capsys.readouterr().err
    assert main(["report", str(run), "--out", str(tmp_path / "no" / "page.html")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_the_curves_of_a_stored_run_need_no_knowledge_base(tmp_path):
    run = stored(tmp_path / "run", [sure("G1", 2.0), sure("S1", -2.0)])
    page = (run / store.PAGE).read_text(encoding="utf-8")
    assert "Reliability diagram" in page
    assert main(["report", str(run), "--out", str(tmp_path / "again.html")]) == 0
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page
    told = {one["slug"]: one["value"] for one in store.read_metrics(run).measures}
    assert told["confidence-in-the-section-guidelines-auroc"] == 1.0
    assert told["confidence-in-the-section-guidelines-aurc"] == 0.25
    assert told["confidence-in-the-section-label-auroc"] is None


# --- time and money

MODEL = {"calls": 1, "failed": 0, "prompt_tokens": 3_000_000, "reply_tokens": 500_000}
TIMED = Timing(
    case="A",
    turn=0,
    seconds={"ask": 0.5, "search": 7.0, "check": 8.0},
    stages={"screen": 0.1, "select": 0.35},
    peak_bytes=1,
    model=MODEL,
)


def test_the_waterfall_is_of_what_a_user_waits_for():
    assert stage_seconds([TIMED, TIMED]) == {"screen": [0.1, 0.1], "select": [0.35, 0.35]}
    earlier = TIMED.model_copy(update={"stages": {}})
    assert stage_seconds([earlier]) == {"ask": [0.5]}


def test_costs_tell_the_stages_and_the_harness_apart():
    text = Page(page_of([], timings=[TIMED])).text
    for told in ("ask, p50, ms 500", "ask / screen, p95, ms 100", "ask / select, p50, ms 350",
                 "harness / search, p50, ms 7,000", "harness / check, p50, ms 8,000"):  # fmt: skip
        assert told in text
    record = metrics_of(manifest(), (), None, Settings()).scored
    report = report_text(manifest(), (), (), record, [TIMED])
    assert "## Costs of a question" in report
    assert re.search(r"ask / screen, p50, ms +100 +1", report)
    assert "## Costs" not in report_text(manifest(), (), (), record)


def test_money_is_told_at_the_prices_of_a_file(tmp_path, wrong, capsys):
    run = stored(tmp_path / "run", wrong)
    (run / store.TIMINGS).chmod(0o644)
    (run / store.TIMINGS).write_text(f"{TIMED.model_dump_json()}\n", encoding="utf-8")
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "EUR"\nprompt_tokens = 0.5\nreply_tokens = 3\n')

    assert main(["report", str(run)]) == 0
    assert "money" not in (run / store.PAGE).read_text(encoding="utf-8")
    assert main(["report", str(run), "--prices", str(prices)]) == 0
    text = Page((run / store.PAGE).read_text(encoding="utf-8")).text
    assert "language model, money, EUR 3 1" in text  # 3 of .5 and .5 of 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("currency = ", "cannot read the prices"),
        ('currency = "EUR"\nprompt_tokens = 1\n', "reply_tokens: Field required"),
        ('currency = "EUR"\nprompt_tokens = -1\nreply_tokens = 1\n', "prompt_tokens"),
        ('currency = "EUR"\nprompt_tokens = nan\nreply_tokens = 1\n', "prompt_tokens"),
        ('currency = ""\nprompt_tokens = 1\nreply_tokens = 1\n', "currency"),
        ('currency = "X"\nprompt_tokens = 1\nreply_tokens = 1\ncalls = 1\n', "calls: Extra"),
    ],
)
def test_prices_that_cannot_be_read_are_named(tmp_path, text, reason):
    path = tmp_path / "prices.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CostError, match=reason):
        read_prices(path)


def test_metrics_of_an_earlier_version_are_reported_once_they_are_scored_again(
    tmp_path, wrong, capsys
):
    run = stored(tmp_path / "run", wrong)
    told = json.loads((run / store.METRICS).read_bytes())
    (run / store.METRICS).unlink()
    earlier = {"schema": "consilia.eval.metrics/1", "measures": told["measures"]}
    (run / store.METRICS).write_text(json.dumps(earlier), encoding="utf-8")

    assert main(["report", str(run)]) == 2
    assert f"python -m eval score {run}" in capsys.readouterr().err
    assert main(["score", str(run)]) == 0
    assert json.loads((run / store.METRICS).read_bytes()) == told
    assert main(["report", str(run)]) == 0


def test_scoring_writes_the_page_too(tmp_path, wrong):
    run = stored(tmp_path / "run", wrong)
    page = (run / store.PAGE).read_bytes()
    assert main(["score", str(run), "--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / store.PAGE).read_bytes() == page
    made = store.read_run(run)
    metrics = metrics_of(made.manifest, score(made.samples), None, Settings())
    assert store.metrics_bytes(metrics) == (run / store.METRICS).read_bytes()


def test_the_kill_matrix_tells_what_was_noticed_and_what_was_not(wrong):
    row = Row("value x10", 3, 2, survivors=["A: 5 mg"])
    row.noticed["numeric fidelity"] = 2
    page = Page(page_of(wrong, kills=kills_of([row, Row("never made")], "Two kinds."))).text
    assert "value x10 3 2 66.7 %" in page
    assert "never made 0 0 none" in page
    assert "numeric fidelity 2 0" in page
    assert "value x10: 1 not noticed" in page


# --- in a browser


def missing(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
        path = shutil.which("chromium") or shutil.which("google-chrome") or bundled
        if not Path(path).exists():
            missing(f"no Chromium: neither on the path nor at {bundled}")
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_opens_the_file_alone(chromium, tmp_path, wrong, width, scheme):
    long = asked_of("S1", type="abstain", question="x" * 2000, id="y" * 300, tags=["z" * 200])
    timing = Timing(case="A", turn=0, seconds={"ask": 0.1}, peak_bytes=1)
    path = tmp_path / "report.html"
    told = [*wrong, long, sure("G1", 2.0), sure("S1", -2.0)]
    path.write_text(page_of(told, timings=[timing]), encoding="utf-8")
    requests, complaints = [], []
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 27, 34)")
    page.locator("details.card summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.card").first.evaluate("card => !card.open")
    context.close()
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert complaints == []


@pytest.mark.browser
def test_a_browser_without_scripts_shows_the_reasons(chromium, tmp_path, wrong):
    path = tmp_path / "report.html"
    path.write_text(page_of(wrong), encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    page.locator("details.card summary").first.click()
    assert page.get_by_text("checker: claims[0].proofs[0].quote: is not it").is_visible()
    context.close()
