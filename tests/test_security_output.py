"""Whatever a source, a question or a model says, what is shown of it is words."""

import json
import random
import re
import unicodedata
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from consilia import terminal as terminals
from consilia import wording
from consilia.answer import (
    Abstention,
    Answer,
    AnswerSection,
    Checks,
    Claim,
    Conflict,
    Decision,
    Excluded,
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
from consilia.glossary import Glossary
from consilia.rendering import escaped, is_link
from consilia.surroundings import Surroundings
from consilia.terminal import Terminal, inert, printable
from consilia.web.html import answer_html, problem_html, question_html

ANSWERS, INPUTS = 10_000, 90_000
GLOSSARY = Glossary((), "sha256:0")
TAGS = {
    *("div", "p", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "span", "strong"),
    *("small", "sup", "mark", "details", "summary", "a"),
}
ATTRIBUTES = {"class", "id", "href", "target", "rel", "open"}
MARKDOWN_TAGS = {"h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "hr", "a"}
PIECES = (
    *("zelvoprine", "flumbosis", "40 mg", " ", " ", "\n", "\n\n", "\t", "-", "*", "_", "`", "```"),
    *(
        "~~~",
        "#",
        ">",
        "|",
        "---",
        "===",
        "1.",
        "+",
        "!",
        "[",
        "]",
        "(",
        ")",
        "[1]",
        "[^1]",
        "[x]:",
    ),
    *("<", "</", "/>", "&", "&lt;", "&#60;", "&#x3c;", '"', "'", "\\", "$", "{", "}", "://"),
    *("https://evil.example/a", "http://evil.example", "www.evil.example", "a@evil.example"),
    *("javascript:alert(1)", "data:text/html,x", "mailto:a@evil.example", "//evil.example"),
    *("![x](https://evil.example/a.png)", "[x](javascript:alert(1))", "[x][y] [y]: //evil.example"),
    *("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<svg/onload=alert(1)>"),
    *("<iframe src=//evil.example>", "</div>", "<!--", "-->", "<![CDATA[", "<?x?>", "<style>"),
    *("\x1b[31m", "\x1b]8;;https://evil.example\x1b\\", "\x9b2J", "\x07", "\x08", "\r", "\x00"),
    *("\u202e", "\u2066", "\u200b", "\u00ad", "\ufeff", "\ue000", "\U000e0041", "\ud800", "\u2028"),
    *(
        "é",
        "\u00b5",
        "≥",
        "字",
        "ﬁ",
        "🙂",
        "<a href='//evil.example'>x</a>",
        "<https://evil.example>",
    ),
)
URLS = (
    *(None, "https://example.org/1?a=1&b=2", "https://doi.org/10.1000/182", "http://plain.example"),
    *("javascript:alert(1)", "https://evil.example/<script>", 'https://evil.example/"onload="x'),
    *("https://user:pass@evil.example/", "https://evil.example/a b", "https://evil.example/\n# x"),
    *("HTTPS://EVIL.EXAMPLE", "data:text/html,x", "//evil.example", "https://evil.example/`x`"),
    *("https://evil.example/)>[x](y", "https://", "https://[::1]/", "https://é.example/"),
)


class Read(HTMLParser):
    """Elements, attributes, links and words of a page; fails on an element left open."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.names, self.links, self.targets, self.words = set(), set(), [], set(), []
        self.open = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        self.targets |= {value for name, value in attrs if name == "id"}
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        pytest.fail(f"a comment: {data}")

    handle_decl = unknown_decl = handle_pi = handle_comment


class Maker:
    """Makes answers whose every free text is a mixture of words and attacks."""

    def __init__(self, seed):
        self.chance = random.Random(seed)

    def text(self, most=8):
        count = self.chance.randint(1, most)
        return "".join(self.chance.choices(PIECES, k=count))

    def proof(self, number):
        quote = self.text()
        page = self.chance.choice([None, 3])
        return Proof(f"d{number}", "sha256:1", 0, len(quote), quote, "sha256:2", page)

    def claim(self, place, number):
        return Claim(
            f"c{place}",
            self.text(),
            self.chance.choice(["verbatim", "paraphrase"]),
            (number,),
            (self.proof(number),),
            Checks("pass", "pass", "pass", "pass"),
            mark=self.chance.choice([None, "boxed_warning"]),
            headings=(self.text(3),),
            derived=self.chance.random() < 0.5,
        )

    def reference(self, number):
        return Reference(
            number=number,
            document=f"d{number}",
            kind=self.chance.choice(["guideline", "label", "study", "reference"]),
            title=self.text(),
            authors=self.chance.choice([None, self.text()]),
            venue=self.chance.choice([None, self.text()]),
            year=self.chance.choice([None, 2020]),
            identifiers={"doi": self.text(3)},
            url=self.chance.choice(URLS),
            standing=self.text(2),
            reading=self.chance.choice(["own_summary", "source_text"]),
            read_level=self.chance.choice([None, "abstract"]),
            evidence_type={"design": "other", "wording": self.text(3)},
            sample_size=self.chance.choice([None, 7]),
            population={"include": [self.text(2)], "exclude": [], "text": self.text(2)},
            standing_source=self.chance.choice([None, self.text(2)]),
            standing_date=self.chance.choice([None, self.text(2)]),
            review_by=self.chance.choice([None, self.text(2)]),
        )

    def answer(self):
        count = self.chance.randint(1, 3)
        claims = tuple(self.claim(n, n) for n in range(1, count + 1))
        miss = Miss("d1", "sha256:1", 0, 1, self.text(), "sha256:2", (self.text(2),))
        groups = (Group(self.text(3), tuple(claim.id for claim in claims)),)
        return Answer(
            schema="consilia.answer/1",
            answer_id="sha256:a",
            status=self.chance.choice(["answered", "emergency"]),
            question=self.text(),
            standalone_question=self.text(),
            audience=self.chance.choice(wording.AUDIENCES),
            sections=(
                AnswerSection("guidelines", self.text(2), claims[0].id, groups, None),
                AnswerSection(
                    "label", self.text(2), None, (), Abstention(self.text(2), self.text(), (miss,))
                ),
            ),
            claims=claims,
            references=tuple(self.reference(n) for n in range(1, count + 1)),
            omissions=(Omission("c1", "boxed_warning"),),
            conflicts=(Conflict("x", self.text(), ((claims[0].id,), (claims[-1].id,))),),
            notices=(Notice("spelling", self.text()),),
            guardrails=tuple(
                Decision("EM-01", 1, "input", action, self.text())
                for action in ("emergency", "notice")
            ),
            review=Review("submitted", "sha256:e"),
            last_updated=self.chance.choice([None, self.text(2)]),
            disclaimer=wording.DISCLAIMER,
            manifest=Manifest("0.1.0", KnowledgeBaseState("sha256:k", "g"), {}, "sha256:s"),
            excluded=(
                Excluded("d9", self.text(), {"doi": self.text(2)}, self.text(2), None, None),
            ),
        )

    def around(self, proof):
        return Surroundings(self.text(), (self.text(2),), self.text(), proof.quote, self.text())


def commonmark(text):
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


def registered(answer):
    return {r.url for r in answer.references if is_link(r.url)}


def violations_of_html(answer, page):
    """What must not be on the page of an answer."""
    read = Read(page)
    outward = {link for link in read.links if not link.startswith("#")}
    inward = {link.removeprefix("#") for link in read.links if link.startswith("#")}
    cited = set(re.findall(r"<sup>\[(\d+)\]</sup>", page))
    numbers = {str(reference.number) for reference in answer.references}
    return [
        *(read.tags - TAGS),
        *(read.names - ATTRIBUTES),
        *(outward - registered(answer)),
        *(inward - read.targets),
        *(cited - numbers),
        *(["two lines"] if "\n" in page or "\r" in page else []),
        *(
            []
            if page.endswith(f'<p class="disclaimer">{wording.DISCLAIMER}</p></div>')
            else ["end"]
        ),
    ]


def violations_of_markdown(answer, text):
    """What must not be in the Markdown of an answer."""
    read = Read(re.sub(r"<(hr|br) />", "", commonmark(text)))
    bare = re.findall(r"(?<![<\w])(?:https?://|www\.)\S+", text)
    control = [c for c in text if unicodedata.category(c)[0] == "C" and c != "\n"]
    cited = set(re.findall(r"(?<!\\)\[(\d+)\]", text))
    return [
        *(read.tags - MARKDOWN_TAGS),
        *(read.names - {"href"}),
        *(set(read.links) - registered(answer)),
        *(bare if "evil" in "".join(bare) else []),
        *control,
        *(cited - {str(r.number) for r in answer.references}),
        *([] if text.endswith(f"\n---\n\n{answer.disclaimer}\n") else ["end"]),
    ]


def violations_of_json(answer, text):
    """What must not be in the JSON of an answer on a terminal."""
    control = [c for c in text if not c.isprintable()]
    return [*control, *([] if json.loads(text) == json.loads(answer) else ["other JSON"])]


def shown(maker):
    answer = maker.answer()
    page = answer_html(
        answer, surroundings=maker.around, glossary=GLOSSARY, answered_on=date(2026, 11, 22)
    )
    return answer, page


def tried(seed):
    """Everything wrong with one generated answer in HTML and Markdown."""
    answer, page = shown(Maker(seed))
    return [
        *violations_of_html(answer, page),
        *violations_of_markdown(answer, answer.to_markdown()),
    ]


def taken(seed):
    """Everything wrong with what is shown of one generated input."""
    text = Maker(seed).text(14)
    pages = [Read(question_html(text)), Read(problem_html(text))]
    markdown = Read(commonmark(escaped(text)))
    plain = printable(text)
    raw = json.dumps(text, ensure_ascii=False)
    return [
        *(tag for page in pages for tag in page.tags - {"div", "p", "strong"}),
        *(link for page in pages for link in page.links),
        *(markdown.tags - {"p"}),
        *markdown.links,
        *(c for c in plain if c != "\n" and unicodedata.category(c)[0] == "C"),
        *violations_of_json(raw, inert(raw)),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_generated_answers_are_words(seed):
    assert tried(seed) == []


def test_generated_inputs_are_words():
    assert [found for seed in range(150) for found in taken(seed)] == []


@pytest.mark.slow
def test_very_many_generated_answers_and_inputs_are_words():
    wrong = {seed: found for seed in range(ANSWERS) if (found := tried(seed))}
    wrong |= {-seed: found for seed in range(INPUTS) if (found := taken(seed))}
    print(f"{ANSWERS + INPUTS:,} generated, {len(wrong)} with violations")  # noqa: T201
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/a",
        "see HTTP://evil.example",
        "www.evil.example",
        "WWW.evil.example",
        "a@evil.example",
        "mailto:a@evil.example",
        "ftp://evil.example",
    ],
)
def test_an_address_in_a_text_is_no_link_where_bare_addresses_are(text):
    reader = MarkdownIt("commonmark", {"linkify": False})
    words = escaped(text)
    assert re.sub(r"<[^>]+>|\n", "", reader.render(words)) == text
    assert not re.search(r"(?i)https?://|ftp://|\bwww\.|\w@\w|mailto:", words)


@pytest.mark.parametrize("url", URLS)
def test_a_reference_is_a_link_byte_for_byte_or_words(url):
    answer = Maker(1).answer()
    answer = replace(answer, references=tuple(replace(r, url=url) for r in answer.references))
    links = set(Read(re.sub(r"<hr />", "", commonmark(answer.to_markdown()))).links)

    assert links == ({url} if is_link(url) else set())


@pytest.mark.parametrize(
    ("url", "links"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/123/", True),
        ("https://www.nice.org.uk/guidance/ng42?a=1#rec-1.2", True),
        ("https://example.org:8443/a%20b;c=(d)", True),
        ("https://example.org/[x]", False),
        ("https://example.org/a\\b", False),
        ("https://a@example.org/", False),
        (" https://example.org", False),
        ("https://example.org\n", False),
        ("ftp://example.org", False),
        ("", False),
        (None, False),
    ],
)
def test_only_plain_https_addresses_are_links(url, links):
    assert is_link(url) is links


ESCAPES = "\x1b[2J\x1b]0;title\x07 40 mg \x9b31m \u202etxt\u202c \x1b]52;c;ZXZpbA==\x07"


def test_markdown_in_a_terminal_has_no_escape_sequence_of_a_source(monkeypatch, capsys):
    terminal = Terminal()
    terminal.markdown(f"dose {ESCAPES}")
    out = capsys.readouterr().out

    assert "40 mg" in out
    assert not [c for c in out if c != "\n" and unicodedata.category(c)[0] == "C"]


def test_json_on_a_terminal_is_inert_and_says_the_same(monkeypatch, capsys):
    answer = json.dumps({"text": ESCAPES + "\U000e0041"}, ensure_ascii=False)
    terminal = Terminal()
    terminal.json(answer)
    assert capsys.readouterr().out == answer + "\n"  # for a program, byte for byte

    monkeypatch.setattr(terminals.Console, "is_terminal", True)
    terminal = Terminal()
    monkeypatch.setattr(Console, "is_terminal", True)
    terminal.json(answer)
    out = capsys.readouterr().out.rstrip("\n")
    assert json.loads(out) == json.loads(answer)
    assert out.isprintable()
