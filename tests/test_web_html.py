"""What the chat shows of an answer: all of it, in order, and nothing of it as markup."""

import dataclasses
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser

import pytest

import app
from consilia import wording
from consilia.answer import (
    Abstention,
    Answer,
    AnswerSection,
    Checks,
    Claim,
    Conflict,
    Decision,
    Group,
    KnowledgeBaseState,
    Manifest,
    Miss,
    Notice,
    Omission,
    Proof,
    Reference,
    Review,
)
from consilia.errors import SettingsError
from consilia.glossary import Entry, Glossary
from consilia.web import check_host
from consilia.web.html import answer_html, problem_html, question_html

CHECKS = Checks("pass", "pass", "pass", "pass")
REFER = "Refer adults with isolated fasciculations only when weakness is present."
CAUSES = "Fasciculations without weakness are mostly benign."
CASE = "In one case report gabapentin relieved benign fasciculations."
BOXED = "Quinine carries a boxed warning about haematological reactions."
TRIAL = "A trial of gabapentin found no effect on fasciculations in ALS."
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=https://evil.example/x>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "![x](https://evil.example/y)",
    "</div></details><iframe src=//evil.example>",
    "a\n\n<b>new block</b>\n\n    code",
]
TAGS = {
    *("div", "p", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "span", "strong"),
    *("small", "sup", "mark", "details", "summary", "a"),
}
ATTRIBUTES = {"class", "id", "href", "target", "rel", "open"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}


@dataclass(frozen=True)
class Place:
    title: str
    headings: tuple[str, ...]
    before: str
    quote: str
    after: str


class Reader(HTMLParser):
    """The elements and links of a page, with its text; fails on an element left open."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.links, self.ids = set(), set(), [], []
        self.words, self.open = [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
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


def proof(document, quote):
    return Proof(document, "sha256:1", 0, len(quote), quote, "sha256:2")


def claim(claim_id, text, number, **more):
    return Claim(
        claim_id, text, "verbatim", (number,), (proof(f"d{number}", text),), CHECKS, **more
    )


def reference(number, kind, title, **more):
    known = {
        "authors": "Smith J, et al.",
        "venue": "Journal of Muscle",
        "year": 2019,
        "identifiers": {"pmid": "123"},
        "url": f"https://example.org/{number}?a=1&b=2",
        "standing": "current",
        "reading": "own_summary",
        "read_level": "abstract",
        "evidence_type": {"design": "other", "wording": "clinical guideline"},
        "sample_size": None,
        "population": {"include": ["adult"], "exclude": [], "text": "Adults with fasciculations"},
    }
    return Reference(number=number, document=f"d{number}", kind=kind, title=title, **known | more)


def place(proof):
    return Place(f"Title of {proof.document}", ("Referral",), "Before.", proof.quote, "After.")


@pytest.fixture(scope="module")
def glossary():
    return Glossary(
        (
            Entry(
                "fasciculation",
                "symptom",
                (),
                ("twitch",),
                (),
                "A fine fast contraction.",
                "S1",
                "x",
            ),
            Entry("ALS", "condition", (), (), (), "A disease of motor neurons.", "S2", "x"),
            Entry("riluzole", "drug", (), (), (), "Not in any claim.", "S3", "x"),
        ),
        "sha256:0",
    )


def make_answer(**changes):
    case_report = {"evidence_type": {"design": "case_report", "wording": "case report"}}
    nearest = Miss("d3", "sha256:1", 0, 9, "Gabapentin doses for adults.", "sha256:2", ("child",))
    answer = Answer(
        schema="consilia.answer/1",
        answer_id="sha256:a",
        status="answered",
        question="And how is it managed?",
        standalone_question="How are fasciculations managed?",
        audience="clinician",
        sections=(
            AnswerSection(
                "guidelines",
                wording.SECTION_TITLES["guidelines"],
                "c1",
                (Group("Referral", ("c1",)), Group("Causes", ("c2",))),
                None,
            ),
            AnswerSection(
                "label",
                wording.SECTION_TITLES["label"],
                None,
                (),
                Abstention(wording.ABSTENTIONS["label"], "No label names it.", (nearest,)),
            ),
            AnswerSection(
                "research",
                wording.SECTION_TITLES["research"],
                "c3",
                (Group("Treatment", ("c3", "c5")),),
                None,
            ),
        ),
        claims=(
            claim("c1", REFER, 1, mark="strong_recommendation"),
            claim("c2", CAUSES, 1),
            claim("c3", CASE, 2, derived=True),
            claim("c4", BOXED, 3, mark="boxed_warning"),
            claim("c5", TRIAL, 4),
        ),
        references=(
            reference(1, "guideline", "Guideline on referral"),
            reference(2, "study", "Gabapentin in one patient", sample_size=1, **case_report),
            reference(3, "label", "Quinine prescribing information", url="javascript:alert(1)"),
            reference(4, "study", "Gabapentin in ALS", standing="retracted", url=None),
        ),
        omissions=(Omission("c4", "boxed_warning"),),
        conflicts=(Conflict("gabapentin", "These sources differ.", (("c3",), ("c5",))),),
        notices=(
            Notice("spelling", "Read as: fasciculations."),
            Notice("interpreted", "Interpreted as: How are fasciculations managed?"),
        ),
        guardrails=(Decision("SC-03", 1, "input", "notice", "General information only."),),
        review=Review("submitted", "sha256:e"),
        last_updated="2023-10",
        disclaimer=wording.DISCLAIMER,
        manifest=Manifest("0.1.0", KnowledgeBaseState("sha256:k", "g"), {}, "sha256:s"),
    )
    return replace(answer, **changes)


@pytest.fixture
def render(glossary):
    def rendered(answer, surroundings=place, anchor="a1"):
        return answer_html(
            answer,
            surroundings=surroundings,
            glossary=glossary,
            answered_on=date(2026, 11, 22),
            anchor=anchor,
        )

    return rendered


def in_order(text, *parts):
    positions = [text.index(part) for part in parts]
    return positions == sorted(positions)


def poisoned(value, poison):
    """Return a value with the poison in each text that is free: names of a contract stay."""
    if dataclasses.is_dataclass(value):
        kept = {"schema", "id", "claims", "headline", "sides", "document", "claim", "kind", "mark"}
        kept |= {"status", "audience", "form", "action", "checks", "reading", "url", "name"}
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
        if isinstance(value, Answer):
            kept -= {"claims"}
        return replace(
            value, **{n: v if n in kept else poisoned(v, poison) for n, v in fields.items()}
        )
    if isinstance(value, str):
        return value + poison
    if isinstance(value, tuple):
        return tuple(poisoned(v, poison) for v in value)
    return (
        {n + poison: poisoned(v, poison) for n, v in value.items()}
        if isinstance(value, dict)
        else value
    )


def poisoned_answer(poison):
    answer = poisoned(make_answer(status="emergency"), poison)
    alert = Decision("EM-01", 1, "input", "emergency", f"Call 112.{poison}")
    # Front matter has fixed keys, so a poisoned name would only hide the poisoned value.
    references = tuple(
        replace(
            r,
            evidence_type={"design": "other", "wording": poison},
            population={"include": [poison], "exclude": [], "text": poison if r.number > 1 else ""},
            url=f"https://example.org/{poison}",
        )
        for r in answer.references
    )
    return replace(answer, guardrails=(*answer.guardrails, alert), references=references)


@pytest.mark.parametrize("poison", HOSTILE)
def test_nothing_of_an_answer_becomes_markup(render, glossary, poison):
    def surroundings(proof):
        return poisoned(place(proof), poison)

    entries = poisoned(glossary.entries, poison)
    page = answer_html(
        poisoned_answer(poison),
        surroundings=surroundings,
        glossary=Glossary((*glossary.entries, *entries), "sha256:0"),
        answered_on=date(2026, 11, 22),
    )
    read = Reader(page)

    assert read.tags <= TAGS
    assert read.attributes <= ATTRIBUTES
    assert "\n" not in page
    assert " ".join(poison.split()) in read.text
    for shown in (question_html(poison), problem_html(poison)):
        assert Reader(shown).tags <= TAGS
        assert "\n" not in shown


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://plain.org", "//x.org", "HTTPS:x"])
def test_only_https_addresses_are_links(render, url):
    answer = make_answer()
    answer = replace(answer, references=tuple(replace(r, url=url) for r in answer.references))

    assert all(link.startswith("#") for link in Reader(render(answer)).links)


def test_links_are_byte_for_byte_the_addresses_of_references(render):
    answer = make_answer()
    links = [link for link in Reader(render(answer)).links if not link.startswith("#")]

    assert links == ["https://example.org/1?a=1&b=2", "https://example.org/2?a=1&b=2"]


def test_every_number_has_an_entry_and_every_entry_a_number(render):
    page = render(make_answer(), anchor="a7")
    read = Reader(page)
    cited = set(re.findall(r"<sup>\[(\d+)\]</sup>", page))

    assert {f"a7-ref-{number}" for number in cited} == set(read.ids)
    assert {link.removeprefix("#") for link in read.links if link.startswith("#")} == set(read.ids)


def test_a_citation_opens_the_words_it_rests_on(render):
    page = render(make_answer())
    opened = re.search(r'<details class="cite">.*?</details>', page)[0]

    assert "<summary><sup>[1]</sup></summary>" in opened
    assert f"Before. <mark>{REFER}</mark> After." in opened
    assert "Our summary of the source, read at abstract level" in opened
    assert in_order(opened, "Title of d1", "clinical guideline", "Adults with fasciculations")


def test_the_page_has_its_parts_in_order_and_the_disclaimer_last(render):
    page = render(make_answer())

    assert in_order(
        page,
        "And how is it managed?",
        "Interpreted as: How are fasciculations managed?",
        "Read as: fasciculations.",
        "General information only.",
        wording.REVIEW_BANNER,
        "Submitted",
        "Under Review",
        "Approved",
        "2023-10",
        "2026-11-22",
        wording.LEAD_INS["clinician"],
        "From the Guidelines",
        REFER,
        "From the FDA Drug Label",
        "From the Research",
        "Not used above, but on the topic",
        "Where sources differ",
        "References",
        "Terms",
        wording.DISCLAIMER,
    )
    assert page.count("Interpreted as") == 1
    assert page.endswith(f'<p class="disclaimer">{wording.DISCLAIMER}</p></div>')


def test_a_headline_is_shown_once_and_its_empty_group_not_at_all(render):
    page = render(make_answer(conflicts=()))

    assert page.count(f'<span class="words">{REFER}</span>') == 1
    assert page.count(f'<span class="words">{CASE}</span>') == 1
    assert "<h4>Referral</h4>" not in page
    assert "<h4>Causes</h4>" in page


def test_claims_say_how_strong_they_are(render):
    page = render(make_answer(conflicts=()))

    assert '<span class="tag strong_recommendation">Strong recommendation</span>' in page
    assert f'<span class="tag derived">derived</span><span class="words">{CASE}' in page
    assert '<small class="strength">case report, n = 1</small>' in page
    assert '<span class="tag standing">retracted</span>' in page


def test_a_silent_section_says_why_and_what_came_near(render):
    page = render(make_answer())

    assert in_order(
        page,
        "From the FDA Drug Label",
        "The FDA drug label does not answer the question.",
        "No label names it.",
        '<details class="misses">',
        "Gabapentin doses for adults.",
        "Lacks: child",
    )


def test_omissions_and_conflicts_are_shown_with_their_citations(render):
    page = render(make_answer())
    omitted, differing = page[page.index("Not used above") :].split("Where sources differ")

    assert in_order(omitted, "Boxed warning", BOXED, "<sup>[3]</sup>")
    assert in_order(differing, "These sources differ.", CASE, "<sup>[2]</sup>", TRIAL, "[4]")
    assert differing.count('<div class="side">') == 2


def test_an_emergency_comes_before_all_else_and_empty_sections_are_left_out(render):
    message = "Call the local emergency number now."
    empty = tuple(
        AnswerSection(name, title, None, (), None) for name, title in wording.SECTION_TITLES.items()
    )
    alarm = Decision("EM-01", 1, "input", "emergency", message)
    bare = {"sections": empty, "claims": (), "references": (), "omissions": (), "conflicts": ()}
    page = render(make_answer(status="emergency", guardrails=(alarm,), **bare))
    crisis = render(make_answer(guardrails=(alarm,), **bare | {"sections": ()}))

    assert in_order(page, '<div class="alert">', message, wording.REVIEW_BANNER)
    assert "From the" not in page
    assert wording.REVIEW_BANNER not in crisis
    assert crisis.endswith(f"{wording.DISCLAIMER}</p></div>")


def test_an_approved_answer_has_no_banner(render):
    page = render(make_answer(review=Review("approved", "sha256:e")))

    assert wording.REVIEW_BANNER not in page
    assert '<li class="now"><span class="unseen">Review status:</span>Approved</li>' in page


def test_terms_are_the_glossarys_and_open_for_patients(render):
    for_clinicians, for_patients = (
        render(make_answer(audience=audience)) for audience in ("clinician", "patient")
    )

    assert "A fine fast contraction." in for_clinicians
    assert "Not in any claim." not in for_clinicians
    assert '<details class="section glossary"><summary>' in for_clinicians
    assert '<details class="section glossary" open><summary>' in for_patients


def test_audiences_differ_in_words_around_the_claims_only(render):
    pages = [render(make_answer(audience=audience)) for audience in wording.AUDIENCES]
    claims = [re.findall(r'<span class="words">.*?</details>', page) for page in pages]

    assert claims[0]
    assert claims == [claims[0]] * len(pages)


def test_references_stand_under_their_kind(render):
    page = render(make_answer())
    listed = page[page.index("<h3>References</h3>") :]

    assert in_order(
        listed,
        "<h4>Guideline</h4>",
        "Guideline on referral",
        "Smith J, et al. Journal of Muscle. 2019.",
        "PMID 123",
        "clinical guideline",
        "standing: current",
        "Our summary of the source",
        "<h4>FDA drug label</h4>",
        "<h4>Research</h4>",
        "Gabapentin in ALS",
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::1", "example.org", ""])
def test_hosts_that_others_can_reach_are_refused(host):
    with pytest.raises(SettingsError, match="reverse proxy"):
        check_host(host)


def test_loopback_hosts_are_taken():
    for host in ("127.0.0.1", "127.0.0.2", "localhost"):
        check_host(host)


def test_the_renderer_needs_no_gradio():
    code = "import sys, consilia.web, consilia.web.html; print('gradio' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_the_program_says_why_it_does_not_serve(capsys):
    assert app.main(["--host", "0.0.0.0", "--no-browser"]) == 1
    assert "reverse proxy" in capsys.readouterr().err
    assert app.main(["--port", "70000", "--no-browser"]) == 1
    assert "choose another one with --port" in capsys.readouterr().err


def test_progress_is_written_over_the_line_before(capsys):
    app.report("embed", 1, 2)
    app.report("embed", 2, 2)

    assert capsys.readouterr().out == "\rembed: 1 of 2\rembed: 2 of 2\n"
