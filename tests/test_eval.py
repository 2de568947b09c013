"""The evaluation program: its cases, its measures on examples counted by hand, its timings."""

import hashlib
import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from consilia import Assistant
from consilia.answer import (
    Abstention,
    Answer,
    AnswerSection,
    Checks,
    Claim,
    Group,
    KnowledgeBaseState,
    Manifest,
    Proof,
    Reference,
    Review,
    evidence_digest,
    sealed,
)
from consilia.documents import document_paths, read_document
from consilia.language_models import Usage
from consilia.models import digest
from consilia.testing import HashEmbedder
from consilia.wording import ABSTENTIONS, DISCLAIMER, SECTION_TITLES
from eval.__main__ import main
from eval.asking import ask_case
from eval.bench import WARM_ASKS, WARM_UPS, Row, at_least, at_most, indexing_row, starter_questions
from eval.cases import GOLD, STARTER, TEST, TEST_SHA256, CaseError, load_cases
from eval.facts import FACTS, FactsError, load_facts
from eval.holdings import open_holdings
from eval.indexing import Build, time_build
from eval.metrics import PROMISES, QUALITY, measure_all, promises_hold
from eval.outcomes import faults
from eval.processes import BenchError, time_in_terminal
from eval.report import categories_text, failures, measures_text, statuses_text
from eval.resolving import resolve
from eval.scifact import CORPUS, CorpusError, abstract_sentences, write_documents
from eval.statistics import mean, percentile, wilson
from eval.testing import made_answer, made_claim, made_sample

ROOT = Path(__file__).parents[1]
KB = ROOT / "kb"


@pytest.fixture(scope="module")
def facts():
    return load_facts(KB)


# --- cases and facts that ship


def test_the_test_half_is_the_one_that_was_frozen():
    assert hashlib.sha256(TEST.read_bytes()).hexdigest() == TEST_SHA256


def test_no_document_is_in_both_halves():
    facts = load_facts(KB)
    halves = [
        {
            facts[id_].document
            for case in load_cases(path)
            for step in case.steps()
            for id_ in step.fact_ids
        }
        for path in (GOLD / "dev.jsonl", TEST)
    ]

    assert all(halves)
    assert not halves[0] & halves[1]


def test_the_halves_are_large_enough():
    cases = [case for path in (GOLD / "dev.jsonl", TEST) for case in load_cases(path)]
    held_out = [case.type for case in cases if case.split == "test"]

    assert sum(case.type != "dialogue" for case in cases) >= 450
    assert sum(case.type == "dialogue" for case in cases) >= 60
    assert held_out.count("answerable") >= 100
    assert held_out.count("abstain") >= 100


def test_the_starter_set_is_valid_and_large_enough():
    cases = load_cases(STARTER)
    types = [case.type for case in cases]

    assert types.count("answerable") >= 40
    assert types.count("abstain") >= 40
    assert types.count("dialogue") >= 8
    assert {case.split for case in cases} == {"dev"}


def test_starter_cases_name_facts_exactly_where_an_answer_is_expected(facts):
    steps = [step for case in load_cases(STARTER) for step in case.steps()]

    assert {id_ for step in steps for id_ in step.fact_ids} <= facts.keys()
    assert [step.user for step in steps if bool(step.fact_ids) != (step.expected == "answer")] == []


def test_no_starter_question_is_written_into_the_library():
    sources = [p for p in (ROOT / "src" / "consilia").rglob("*") if p.suffix not in {".pyc", ""}]
    library = "\n".join(p.read_text(encoding="utf-8", errors="ignore") for p in sources).lower()
    glossary = (KB / "glossary.csv").read_text(encoding="utf-8").lower()
    questions = [step.user.lower() for case in load_cases(STARTER) for step in case.steps()]

    assert [question for question in questions if question in library + glossary] == []


def test_every_fact_is_a_sentence_of_a_shipped_document():
    lines = {
        (document.id, digest(line.encode()))
        for document in map(read_document, document_paths(KB))
        for line in document.text.split("\n")
    }
    named = json.loads(FACTS.read_text(encoding="utf-8"))

    assert len(named) >= 490
    assert {(fact["document"], fact["quote_sha256"]) for fact in named.values()} <= lines


def test_spans_of_facts_hold_their_words(facts):
    texts = {d.id: d.text for d in map(read_document, document_paths(KB))}
    for fact in facts.values():
        words = texts[fact.document][fact.start : fact.end]
        assert digest(words.encode()) == fact.sha256


def test_a_fact_without_its_sentence_is_an_error(tmp_path):
    stale = tmp_path / "facts.json"
    stale.write_text('{"G01.1": {"document": "no-such", "quote_sha256": "sha256:0"}}')
    with pytest.raises(FactsError, match=r"G01\.1"):
        load_facts(KB, stale)


GOOD = {"id": "A", "type": "answerable", "question": "Why?", "fact_ids": ["G01.1"]}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{not json", "no JSON object"),
        ("[]", "line: "),
        (json.dumps(GOOD | {"type": "easy"}), "type: "),
        (json.dumps(GOOD | {"question": "  "}), "question: "),
        (json.dumps(GOOD | {"question": None}), "question: "),
        (json.dumps(GOOD | {"fact_ids": ["G1"]}), "fact_ids.0: "),
        (json.dumps({"id": "D", "type": "dialogue"}), "turns: "),
        (json.dumps({"id": "D", "type": "dialogue", "turns": [{"user": "?"}]}), "turns.0.expected"),
        (json.dumps(GOOD), "id: 'A' stands on an earlier line"),
    ],
)
def test_errors_name_file_line_and_field(tmp_path, line, told):
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}:3: {told}")


def test_a_missing_file_of_cases_is_an_error(tmp_path):
    with pytest.raises(CaseError, match="cannot read the gold cases"):
        load_cases(tmp_path / "none.jsonl")


def test_keys_of_other_measurements_are_ignored(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOOD | {"answer": "…", "difficulty": "hard"}), encoding="utf-8")
    assert load_cases(path)[0].fact_ids == ("G01.1",)


# --- statistics


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)],
)
def test_wilson_agrees_with_published_values(successes, trials, low, high):
    found = wilson(successes, trials)
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


def test_wilson_of_nothing_is_not_applicable_and_of_too_many_is_an_error():
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 successes in 2 trials"):
        wilson(3, 2)


def test_percentiles_and_means():
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (50.0, 95.0)
    assert (percentile([], 0.5), mean([])) == (None, None)
    assert mean([1.0, 2.0]) == 1.5


# --- measures


PROVEN = made_answer(["S1"])
UNPROVEN = replace(PROVEN, claims=(replace(PROVEN.claims[0], proofs=()),))
COUNTED = (
    made_sample(
        made_answer(["F1", "F2", "F3", "X1", "X2", "X3"], beside=["X4", "X5"]),
        id="A1",
        facts=("F1", "F2", "F3", "F4"),
        ranks={"F1": 1, "F2": 6, "F3": 20},
    ),
    made_sample(made_answer(["F5", "X1"]), id="A2", facts=("F5",), ranks={"F5": 5}),
    made_sample(id="A3", facts=("F6",), ranks={}),
    made_sample(id="N1", type="abstain"),
    made_sample(made_answer(["X1", "X2", "X3", "X4"]), id="N2", type="abstain"),
    made_sample(made_answer((), status="emergency"), id="G1", type="guardrail"),
    made_sample(made_answer(["X1"]), id="D1", type="dialogue", facts=("F1",)),
    made_sample(made_answer(["F1"]), id="D1", type="dialogue", turn=1, facts=("F1",)),
    made_sample(id="D1", type="dialogue", turn=2, facts=("F2", "F3")),
    made_sample(id="D1", type="dialogue", turn=3, expected="abstain"),
)


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("claims with proof", 1.0, 16),
        ("answers that verify", 1.0, 10),
        ("answers without dangling or unused numbers", 1.0, 10),
        ("recall@5, mean over cases", (1 / 4 + 1 + 0) / 3, 3),
        ("recall@10, mean over cases", (2 / 4 + 1 + 0) / 3, 3),
        ("recall@20, mean over cases", (3 / 4 + 1 + 0) / 3, 3),
        ("gold facts shown", 4 / 6, 6),
        ("gold facts shown, mean over cases", (3 / 4 + 1 + 0) / 3, 3),
        ("at least one gold fact shown", 2 / 3, 3),
        ("over-refusal: answerable, not answered", 1 / 3, 3),
        ("refusal recall: unanswerable, abstained", 1 / 2, 2),
        ("gold share of shown claims", 4 / 8, 8),
        ("claims per answered question, median", 2.0, 5),
        ("claims per answered question, maximum", 6.0, 5),
        ("follow-ups with at least one gold fact", 1 / 2, 2),
        ("follow-ups rightly abstained", 1.0, 1),
        ("guardrail, emergency or refused", 1.0, 1),
    ],
)
def test_measures_agree_with_counting_by_hand(name, value, n):
    (found,) = [measure for measure in measure_all(COUNTED) if measure.name == name]
    assert found.value == pytest.approx(value)
    assert found.n == n


def test_every_measure_of_nothing_is_not_applicable():
    assert {measure.value for measure in measure_all(())} == {None}
    assert len(measure_all(())) == len(PROMISES) + len(QUALITY)
    assert promises_hold(())


@pytest.mark.parametrize(
    "broken",
    [
        made_sample(UNPROVEN, id="B"),
        made_sample(id="B", findings=["answer_id: is …"]),
        made_sample(replace(made_answer(["F1"]), references=()), id="B"),
    ],
)
def test_one_broken_promise_fails_a_run(broken):
    assert promises_hold(COUNTED)
    assert not promises_hold((*COUNTED, broken))


def test_the_report_tells_values_n_intervals_and_statuses(tmp_path):
    lines = measures_text(measure_all(COUNTED)).splitlines()
    assert lines[0].split() == ["measure", "value", "n", "95", "%", "interval"]
    shown = next(line.split() for line in lines if "facts shown  " in line)
    assert shown == ["gold", "facts", "shown", "66.7%", "6", "30.0%", "to", "90.3%"]
    assert "none" in measures_text(measure_all(()))
    statuses = [line.split() for line in statuses_text(COUNTED).splitlines()]
    assert ["dialogue", "4", "2", "2", "0", "0"] in statuses
    assert ["guardrail", "1", "0", "0", "1", "0"] in statuses
    categories = [line.split() for line in categories_text(COUNTED).splitlines()]
    assert ["answerable", "3", "2", "1", "66.7%", "of", "6"] in categories


def test_words_that_no_claim_may_say_are_found_wherever_they_stand():
    said = replace(made_claim(2, "S2", "Stop  ZELVOPRINE\nat once."), id="c2")
    answer = made_answer(["S1"], beside=["S2"])
    answer = replace(answer, claims=(answer.claims[0], said))
    found = made_sample(answer, forbidden=["stop zelvoprine at", "start"], must_have=["at once"])

    assert found.forbidden_said == ("stop zelvoprine at",)
    assert found.points_shown == ()
    assert [fault.kind for fault in faults(found)] == ["SAID", "MISSED"]


@pytest.mark.parametrize(
    ("fields", "facts", "sections"),
    [
        ({}, ["G1", "S2"], {"guidelines": "answer", "label": "abstain", "research": "answer"}),
        (
            {"expected_sections": {"label": "answer", "research": "abstain"}},
            ["G1", "S2"],
            {"guidelines": "answer", "label": "answer", "research": "abstain"},
        ),
        ({}, [], {}),
        ({"expected_sections": {"label": "abstain"}}, [], {"label": "abstain"}),
        ({"type": "abstain"}, [], dict.fromkeys(["guidelines", "label", "research"], "abstain")),
    ],
)
def test_what_a_section_should_do_is_said_or_follows_from_the_gold(fields, facts, sections):
    assert made_sample(facts=facts, **fields).sections == sections


@pytest.mark.parametrize(
    ("expected", "status", "kinds"),
    [
        ("emergency", "emergency", []),
        ("emergency", "refused", ["PASSED"]),
        ("refuse", "refused", []),
        ("refuse", "answered", ["PASSED"]),
        ("guardrail", "refused", []),
        ("guardrail", "abstained", ["PASSED"]),
    ],
)
def test_a_guardrail_question_ends_as_the_case_says(expected, status, kinds):
    sample = made_sample(made_answer((), status=status), type="guardrail", expected=expected)
    assert [fault.kind for fault in faults(sample)] == kinds


def test_failures_are_listed_the_gravest_first():
    told = list(failures((*COUNTED, made_sample(UNPROVEN, id="B"))))
    assert [line.split("“")[0].split() for line in told] == [
        ["BROKEN", "B"],
        ["SPOKE", "N2"],
        ["SILENT", "A3"],
        ["SILENT", "D1.3"],
        ["MISSED", "A1"],
        ["MISSED", "D1.1"],
    ]


# --- from answers to samples, with an assistant that says what it is told


def words(fact, start=0, end=None):
    document = documents()[fact.document]
    begin, stop = fact.start + start, fact.end if end is None else fact.start + end
    quote = document.text[begin:stop]
    return Proof(document.id, document.version, begin, stop, quote, digest(quote.encode()))


@cache
def documents():
    return {d.id: d for d in map(read_document, document_paths(KB))}


def answer_with(*proofs, question="Why?"):
    """An answer that verifies: guidelines only, each proof a claim of its own."""
    numbers = {d: n for n, d in enumerate(dict.fromkeys(p.document for p in proofs), start=1)}
    checks = Checks("pass", "pass", "pass", "pass")
    claims = tuple(
        Claim(f"c{n}", proof.quote, "verbatim", (numbers[proof.document],), (proof,), checks)
        for n, proof in enumerate(proofs, start=1)
    )
    group = Group("Referral", tuple(claim.id for claim in claims))
    silent = {name: Abstention(text, "nothing", ()) for name, text in ABSTENTIONS.items()}
    return sealed(
        Answer(
            schema="consilia.answer/1",
            answer_id="",
            status="answered" if claims else "abstained",
            question=question,
            standalone_question=question,
            audience="clinician",
            sections=tuple(
                AnswerSection(name, title, None, (group,), None)
                if claims and name == "guidelines"
                else AnswerSection(name, title, None, (), silent[name])
                for name, title in SECTION_TITLES.items()
            ),
            claims=claims,
            references=tuple(reference(document, n) for document, n in numbers.items()),
            omissions=(),
            conflicts=(),
            notices=(),
            guardrails=(),
            review=Review("submitted", evidence_digest(claims)),
            last_updated=newest(numbers),
            disclaimer=DISCLAIMER,
            manifest=Manifest("0", KnowledgeBaseState("sha256:0", "g"), {}, "sha256:0"),
        )
    )


def reference(document, number):
    known = documents()[document].metadata
    return Reference(
        number=number,
        document=document,
        kind=known.kind,
        title=known.title,
        authors=known.authors,
        venue=known.journal or known.issuer,
        year=known.year,
        identifiers=known.identifiers,
        url=known.url,
        standing=known.standing,
        reading=known.reading,
        read_level=known.read_level,
        evidence_type=known.evidence_type.model_dump() if known.evidence_type else None,
        sample_size=known.sample_size,
        population=known.population.model_dump(),
    )


def newest(numbers):
    known = [documents()[document].metadata for document in numbers]
    return max((str(d.revised or d.published or d.year or "") for d in known), default="") or None


def hit(fact):
    """A hit as far as the runner looks at it."""
    place = {n: getattr(fact, n) for n in ("document", "version", "start", "end", "kind")}
    return SimpleNamespace(sentence=SimpleNamespace(**place, text=words(fact).quote))


class ScriptedAssistant:
    """Gives the answers and hits it was made with, and remembers how it was asked."""

    usage = Usage()

    def __init__(self, answers, hits=()):
        self.answers = list(answers)
        self.hits = hits
        self.asked = []

    def ask(self, question, *, history=()):
        self.asked.append((question, [answer.question for answer in history]))
        return self.answers.pop(0)

    def search(self, text, *, k=20):
        return tuple(self.hits[:k])


def cases(tmp_path, *lines):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return load_cases(path)


def observed(assistant, cases, facts, kb=KB):
    """The samples of cases, and what was left out of them."""
    resolved = resolve(cases, facts)
    with open_holdings(kb) as holdings:
        asked = [one for case in resolved.cases for one in ask_case(assistant, case, kb, holdings)]
    return SimpleNamespace(
        samples=[one.sample for one in asked],
        skipped=resolved.skipped,
        unknown_facts=resolved.unknown_facts,
    )


def test_a_run_observes_facts_ranks_and_promises(tmp_path, facts):
    case = GOOD | {"fact_ids": ["G02.1", "G01.6", "G01.7", "G99.1"]}
    shown = answer_with(words(facts["G02.1"]), words(facts["G01.6"], end=30), words(facts["G02.4"]))
    assistant = ScriptedAssistant([shown], [hit(facts["G02.4"]), hit(facts["G01.7"])])
    run = observed(assistant, cases(tmp_path, case), facts)

    (found,) = run.samples
    assert found.facts == ("G02.1", "G01.6", "G01.7")
    assert found.shown == ("G02.1", "G01.6")
    assert found.ranks == {"G01.7": 2}
    assert [claim.id for claim in found.shown_claims] == ["c1", "c2", "c3"]
    assert [claim.id for claim in found.gold_claims] == ["c1", "c2"]
    assert (found.unproven, found.misnumbered, found.findings) == ((), (), ())
    assert run.unknown_facts == ("G99.1",)


def test_omissions_and_sides_of_conflicts_do_not_count_as_shown(tmp_path, facts):
    shown = answer_with(words(facts["G02.4"]), words(facts["G02.1"]))
    only_first = replace(shown.sections[0], groups=(Group("Referral", ("c1",)),))
    shown = replace(shown, sections=(only_first, *shown.sections[1:]))
    case = GOOD | {"fact_ids": ["G02.1"]}
    run = observed(ScriptedAssistant([shown]), cases(tmp_path, case), facts)

    (found,) = run.samples
    assert (found.shown, len(found.shown_claims), len(found.claims)) == ((), 1, 2)


def test_a_broken_answer_is_found_out(tmp_path, facts):
    whole = answer_with(words(facts["G02.1"]), words(facts["G01.6"]))
    unproven = replace(whole.claims[0], proofs=())
    broken = replace(whole, claims=(unproven, replace(whole.claims[1], citations=(7,))))
    run = observed(ScriptedAssistant([broken]), cases(tmp_path, GOOD), facts)

    assert run.samples[0].unproven == ("c1",)
    assert run.samples[0].misnumbered == (2, 7)
    assert any("claims[0].proofs" in finding for finding in run.samples[0].findings)
    assert not promises_hold(run.samples)


def test_dialogue_turns_get_the_earlier_answers(tmp_path, facts):
    turns = [
        {"user": "one", "fact_ids": ["G02.1"], "expected": "answer"},
        {"user": "two", "fact_ids": ["G02.2"], "expected": "answer"},
        {"user": "three", "expected": "abstain"},
    ]
    answers = [
        answer_with(words(facts["G02.1"]), question="one"),
        answer_with(words(facts["G02.2"]), question="two"),
        answer_with(question="three"),
    ]
    assistant = ScriptedAssistant(answers)
    case = {"id": "D", "type": "dialogue", "turns": turns}
    run = observed(assistant, cases(tmp_path, case), facts)

    assert assistant.asked == [("one", []), ("two", ["one"]), ("three", ["one", "two"])]
    assert [found.turn for found in run.samples] == [0, 1, 2]
    assert [found.shown for found in run.samples] == [("G02.1",), ("G02.2",), ()]
    assert run.samples[2].status == "abstained"
    assert promises_hold(run.samples)


def test_a_case_none_of_whose_facts_is_known_is_skipped_and_told(tmp_path, facts):
    unknown = GOOD | {"id": "B", "fact_ids": ["G99.1"]}
    assistant = ScriptedAssistant([answer_with()])
    run = observed(assistant, cases(tmp_path, GOOD, unknown), facts)

    assert run.skipped == ("B",)
    assert [found.case.id for found in run.samples] == ["A"]


@pytest.mark.slow
def test_a_run_over_the_real_engine_keeps_the_promises(tmp_path, facts):
    lines = [
        GOOD | {"question": "What is the recommended riluzole dose?", "fact_ids": ["L04.2"]},
        {"id": "N", "type": "abstain", "question": "What is the price of zelvoprine?"},
    ]
    home = tmp_path / "kb"
    home.mkdir()
    with Assistant.open(home, embedder=HashEmbedder()) as assistant:
        run = observed(assistant, cases(tmp_path, *lines), facts, home)

    assert promises_hold(run.samples)
    assert [found.status for found in run.samples] == ["answered", "abstained"]
    assert run.samples[0].shown == ("L04.2",)
    assert set(run.samples[0].ranks) == {"L04.2"}


def test_the_command_ends_with_2_and_a_reason_when_it_cannot_run(tmp_path, capsys):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOOD | {"type": "easy"}), encoding="utf-8")

    assert main(["gold", str(path)]) == 2
    assert f"{path}:1: type: " in capsys.readouterr().err


# --- the bench


@pytest.mark.parametrize(("value", "told"), [(79.96, "met"), (80.5, "NOT met"), (None, "skipped")])
def test_a_row_tells_whether_its_bar_is_met(value, told):
    row = Row("warm ask", value, "ms", at_most(80, "ms"), "no corpus")
    assert row.cells()[2:] == ("≤ 80 ms", told, "no corpus")


def test_the_bench_asks_starter_questions_evenly_spread():
    questions = starter_questions()
    assert len(questions) == len(set(questions)) == WARM_UPS + WARM_ASKS


def test_without_the_corpus_indexing_is_skipped_with_the_reason(tmp_path):
    row = indexing_row(tmp_path, tmp_path)
    assert row.cells()[3:] == ("skipped", f"no {tmp_path / CORPUS}")


NUMPY_REPR = "['One, \\'two\\' (1).'\n \"It's  three.\"\n 'CI 0.2 to 0.4']"


def test_abstracts_are_read_token_by_token():
    assert abstract_sentences(NUMPY_REPR) == ("One, 'two' (1).", "It's three.", "CI 0.2 to 0.4")


@pytest.fixture
def corpus(tmp_path):
    rows = [
        f"""{n},"A: title {n}","['Alpha {n} fell.'\n 'Beta {n} rose.']",False""" for n in range(9)
    ]
    path = tmp_path / "corpus.csv"
    path.write_text("doc_id,title,abstract,structured\n" + "\n".join(rows), encoding="utf-8")
    return path


def test_only_as_many_abstracts_as_needed_become_documents(tmp_path, corpus):
    written = write_documents(corpus, tmp_path, at_least=5)

    assert (len(written.paths), written.sentences) == (3, 6)
    document = read_document(written.paths[2])
    assert document.metadata.title == "A: title 2"
    assert document.text == "## Abstract\n\nAlpha 2 fell.\nBeta 2 rose.\n"


def test_too_small_a_corpus_is_an_error(tmp_path, corpus):
    with pytest.raises(CorpusError, match="18 sentences; 19 are needed"):
        write_documents(corpus, tmp_path, at_least=19)


@pytest.mark.slow
def test_a_build_is_timed_with_any_embedder(tmp_path, corpus):
    build = time_build(tmp_path, corpus, at_least=10, open_model=HashEmbedder)

    assert build.texts >= 10
    assert 0 < build.bare < build.build
    assert 0 <= build.load < build.build


@pytest.mark.parametrize(
    ("build", "encoding", "bare", "steady"),
    [(13.0, 11.4, 11.2, True), (13.7, 11.4, 46.8, False), (56.9, 54.0, 34.3, False)],
)
def test_a_ratio_taken_on_a_busy_machine_is_no_result(build, encoding, bare, steady):
    assert Build(1101, build, 0.1, encoding, bare).is_steady == steady


def test_an_invalid_value_is_never_told_as_met():
    row = Row("indexing", 2.15, "", at_least(0.8), is_valid=False)
    assert row.cells()[3] == "INVALID"


SPEAKS = "import sys, time; print('\\033[?25l', flush=True); time.sleep(.2); print('reading'); "


def test_first_words_are_what_can_be_seen():
    timing = time_in_terminal([sys.executable, "-c", SPEAKS + "time.sleep(.2); sys.exit(3)"])
    assert 0.2 <= timing.first_words <= timing.end - 0.2


@pytest.mark.parametrize("code", ["raise SystemExit('bad')", "pass"])
def test_a_process_that_fails_or_says_nothing_is_no_measurement(code):
    with pytest.raises(BenchError):
        time_in_terminal([sys.executable, "-c", code])
