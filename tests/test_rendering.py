"""An answer as Markdown: everything said, every number with its reference, nothing executed."""

import re
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from markdown_it import MarkdownIt

from consilia import Assistant, wording
from consilia.documents import parse_document
from consilia.errors import DocumentError
from consilia.rendering import escaped
from consilia.testing import HashEmbedder

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "[1] and [99] and [^1]",
    "**bold** _it_ `code` ~~gone~~",
    "# Heading",
    "| a | b |",
    "&lt;b&gt; &#x41;",
    "back\\slash \\[1\\]",
    "HLA-B*1502*",
    "\x1b[31mred\x07\u202e\u200b",
]
BLOCKS = [
    "A\n\n# Heading",
    "A\n===",
    "A\n\n---\n\nB",
    "A\n\n- [ ] item",
    "A\n\n    code",
    "A\n\n7. item",
]
SAFE_TAGS = {
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "hr", "a"),
}
RULE = "\n---\n"


@pytest.fixture(scope="module")
def small(flumbosis_kb):
    with Assistant.open(flumbosis_kb, embedder=HashEmbedder()) as opened:
        yield opened.ask("What is the dose of zelvoprine for flumbosis?")


@pytest.fixture(scope="module")
def large(assistant):
    return assistant.ask("What is the approach to managing fasciculations?")


def html(markdown):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


def tags(page):
    return {tag.casefold() for tag in re.findall(r"<(\w+)", page)}


def seen(page):
    """The text that a reader sees."""
    text = re.sub(r"<[^>]*>", "", page)
    for name, character in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("amp", "&")):
        text = text.replace(f"&{name};", character)
    return text


def with_words(answer, text):
    """The answer with a text wherever a document or a user can bring in words."""
    return replace(
        answer,
        question=text,
        claims=tuple(replace(claim, text=text) for claim in answer.claims),
        notices=(*(replace(n, text=text) for n in answer.notices),),
        references=tuple(
            replace(
                reference,
                title=text,
                authors=text,
                venue=text,
                identifiers={"pmid": text},
                evidence_type={"design": "other", "wording": text},
                population={"include": [], "exclude": [], "text": text},
            )
            for reference in answer.references
        ),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_and_never_obeyed(small, text):
    page = html(with_words(small, text).to_markdown())

    assert tags(page) <= SAFE_TAGS
    assert "evil.example" not in "".join(re.findall(r'(?:href|src)="([^"]*)"', page))
    plain = re.sub(r"[\x1b\x07\u202e\u200b]", "", text)
    assert seen(page).count(plain) >= len(small.claims) + len(small.references)
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("title", BLOCKS)
def test_a_line_break_in_a_title_cannot_start_a_block_of_its_own(small, title):
    front = yaml.safe_dump({"id": "ab", "kind": "study", "title": title})
    try:
        title = parse_document(f"---\n{front}---\nText.\n").metadata.title
    except DocumentError:
        return
    first, *others = small.references
    titled = replace(small, references=(replace(first, title=title), *others))
    page, plain = html(titled.to_markdown()), html(small.to_markdown())

    for tag in ("<h1", "<h2", "<hr", "<ol", "<ul", "<li", "<code"):
        assert page.count(tag) == plain.count(tag)


@given(st.text(max_size=80))
def test_any_text_is_read_back_from_markdown_as_it_was(text):
    page = html(f"x {escaped(text)} x")
    assert tags(page) <= {"p"}
    if all(c.isprintable() for c in text):
        assert seen(page).split() == ["x", *text.split(), "x"]


@pytest.mark.slow
@pytest.mark.parametrize("which", ["small", "large"])
def test_every_number_has_its_reference_and_every_reference_its_number(request, which):
    answer = request.getfixturevalue(which)
    body, references = answer.to_markdown().split("## References")

    cited = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", body)}
    listed = [int(n) for n in re.findall(r"^- \[(\d+)\] ", references, flags=re.MULTILINE)]

    assert cited == set(listed) == set(range(1, len(answer.references) + 1))
    assert len(listed) == len(set(listed))


def test_a_reader_sees_each_reference_under_the_number_it_is_cited_by(large):
    """Markdown numbers the items of a list on its own: an item 9. can be shown as 4."""
    page = html(large.to_markdown())
    shown = dict(re.findall(r"<li>\[(\d+)\] ([^\n]*)", page))
    assert "<ol" not in page
    for reference in large.references:
        assert reference.title.rstrip(".") in seen(shown[str(reference.number)])


@pytest.mark.parametrize("which", ["small", "large"])
def test_every_claim_and_section_is_printed(request, which):
    answer = request.getfixturevalue(which)
    text = seen(html(answer.to_markdown()))
    for claim in answer.claims:
        assert claim.text in text
    for section in answer.sections:
        assert section.title in text
        if section.abstention:
            assert f"{section.abstention.text} {section.abstention.reason}" in text


def test_the_headline_is_printed_once(small):
    label = next(s for s in small.sections if s.name == "label")
    section = small.to_markdown().split("## From the FDA Drug Label")[1].split("\n## ")[0]
    assert section.count(small.claim(label.headline).text) == 1


@pytest.mark.parametrize("question", ["", "I want to kill myself", "What is 1 + 1?"])
def test_the_disclaimer_comes_last(assistant, large, question):
    answer = assistant.ask(question) if question else large
    markdown = answer.to_markdown()
    assert markdown.endswith(f"{RULE}\n{wording.DISCLAIMER}\n")
    assert markdown.count(wording.DISCLAIMER) == 1


def test_strength_marks_and_inferences_stand_beside_their_claims(large, assistant):
    markdown = large.to_markdown()
    assert "(Strong recommendation; guideline)" in markdown
    assert "[6] (case report, n = 1)" in markdown or "(case report, n = 1)" in markdown
    assert "our inference from the source" in markdown
    assert "Our summary of the source, read at abstract level" in markdown


def test_no_surface_calls_a_summary_a_quotation(large):
    folded = large.to_markdown().casefold()
    assert "exact words" not in folded
    assert "quote" not in folded


def test_a_review_is_told_step_by_step(small):
    markdown = small.to_markdown()
    assert "Review: **Submitted** → Under Review → Approved" in markdown
    assert wording.REVIEW_BANNER in markdown
    approved = replace(small, review=replace(small.review, status="approved")).to_markdown()
    assert "→ **Approved**" in approved
    assert wording.REVIEW_BANNER not in approved


def test_an_answer_reads_as_it_should(small):
    assert small.to_markdown().split(RULE)[0] == snapshot("""\
# What is the dose of zelvoprine for flumbosis?

Review: **Submitted** → Under Review → Approved · Last updated: 2021-05

No clinician has reviewed this answer. It is for education; use caution until it is approved.

Sentences from the sources, each with its citation, for a clinician to weigh.

## From the Guidelines

The guidelines do not answer the question. The sentences found do not state what is asked (a dose).

## From the FDA Drug Label

**For flumbosis the zelvoprine dose is 40 mg twice daily. [1] (Dosing)**

## From the Research

The research does not answer the question. The sentences found do not state what is asked (a dose).

## References

### FDA drug labels

- [1] Zelvoprine label. standing: unknown. The words of the source.
""")
