"""Passages fit the embedder, stay under their heading, and keep every position."""

from consilia.chunking import MAX_TOKENS, passages_of, sentences_of
from consilia.documents import parse_document, sections_of
from consilia.glossary import Glossary
from consilia.testing import HashEmbedder

count_tokens = HashEmbedder().count_tokens
FRONT = "id: a-label\nkind: label\ntitle: A label\n"


def document(text, front=FRONT):
    return parse_document(f"---\n{front}---\n\n{text}")


def sentences(read, count=count_tokens):
    return sentences_of(read, count, Glossary.empty())


def long_document():
    line = "Adults with weakness number {} are referred to a neurologist without any delay.\n"
    return document(
        "## Referral\n\n"
        + "".join(line.format(n) for n in range(60))
        + "\n## Dosing\n\n"
        + "".join(line.format(n) for n in range(60, 70))
    )


def test_a_passage_fits_the_embedder():
    nodes = passages_of(long_document(), count_tokens)

    assert len(nodes) > 2
    assert all(count_tokens(node.text) <= MAX_TOKENS for node in nodes)
    assert min(count_tokens(node.text) for node in nodes[:2]) > MAX_TOKENS / 2


def test_a_passage_never_crosses_a_heading():
    read = long_document()
    sections = {s.headings: (s.start, s.end) for s in sections_of(read.text)}

    for node in passages_of(read, count_tokens):
        start, end = sections[tuple(node.metadata["headings"])]
        assert start <= node.start_char_idx < node.end_char_idx <= end
        assert "#" not in node.text


def test_every_sentence_lies_in_one_passage_and_its_span_is_its_words():
    read = long_document()
    found = sentences(read)

    assert [s.text for s in found] == [x for x in read.text.splitlines() if x and x[0] != "#"]
    for sentence in found:
        assert read.text[sentence.start : sentence.end] == sentence.text
        assert sentence.passage.start <= sentence.start < sentence.end <= sentence.passage.end


def test_a_sentence_too_long_for_the_embedder_is_cut_between_words():
    words = " ".join(f"word{n}" for n in range(700))
    found = sentences(document(words))

    assert len(found) >= 4
    assert all(count_tokens(s.text) <= MAX_TOKENS for s in found)
    assert " ".join(s.text for s in found) == words


def test_a_word_too_long_for_the_embedder_is_cut_too():
    found = sentences(document("x" * 1_000), count=len)

    assert all(len(s.text) <= MAX_TOKENS for s in found)
    assert "".join(s.text for s in found) == "x" * 1_000


def test_positions_count_code_points():
    found = sentences(document("A \U0001d48f naïve trial. Rest helps.\n"))
    assert [(s.start, s.end) for s in found] == [(0, 16), (17, 28)]


def test_headings_give_a_sentence_its_intent_and_mark():
    found = sentences(
        document(
            "## Boxed warning\n\nIt can kill.\n\n## Contraindications\n\nNot in gout.\n\n"
            "## Dosing\n\n### Renal\n\nGive half.\n"
        )
    )
    assert [(s.text, s.mark) for s in found] == [
        ("It can kill.", "boxed_warning"),
        ("Not in gout.", "contraindication"),
        ("Give half.", None),
    ]
    assert found[2].intent == "dose"
    assert found[2].headings == ("Dosing", "Renal")


def test_a_mark_speaks_for_its_sentence_alone():
    front = (
        FRONT + "marks:\n- {sentence: Refer now., mark: strong_recommendation, intent: referral}\n"
        "- {sentence: Rest helps., derived: true}\n"
    )
    first, second, third = sentences(
        document("## Treatment\n\nRefer now.\nRest helps.\nSleep.", front)
    )
    assert (first.mark, first.intent, first.derived) == ("strong_recommendation", "referral", False)
    assert (second.mark, second.intent, second.derived) == (None, "treatment", True)
    assert (third.mark, third.derived) == (None, False)
