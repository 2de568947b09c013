"""The conflict finder on pages that state where guidelines agree and where they differ."""

import pytest

from consilia.knowledge_base import shipped_glossary
from eval.__main__ import main
from eval.syntheses import SHARED, read_synthesis, summary, tell_syntheses

DIFFER = "The developers differ on riluzole for flumbosis: AAA recommends riluzole, BBB does not."
AGREE = "Both developers recommend quinine for marbling of the spleen at night."


def page(folder, differences=DIFFER, more=""):
    """Write a page of a synthesis and return its path."""
    markup = (
        "<!DOCTYPE html><html lang=en><head><title>Flumbosis and marbling</title></head><body>"
        "<h1>Flumbosis and marbling</h1><h2>Areas of Agreement and Difference</h2>"
        f"<h3>Areas of Agreement</h3><h4>Marbling</h4><p>{AGREE}</p>"
        f"<h3>Areas of Difference</h3><h4>Flumbosis</h4><p>{differences}</p>"
        "<h2>Comparison of Recommendations</h2><h3>Drugs</h3>"
        "<h4>AAA (2015)</h4><p>Riluzole is recommended for adults with flumbosis.</p>"
        "<h5>Marbling</h5><p>Quinine is recommended for marbling of the spleen.</p>"
        "<h4>BBB (2016)</h4><p>Riluzole is not recommended for adults with flumbosis.</p>"
        f"<p>Quinine may be offered for marbling of the spleen.</p>{more}"
        "<h2>Methodology</h2><h3>AAA (2015)</h3>"
        "<p>Quinine is not recommended for marbling of the spleen.</p></body></html>"
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "1.htm"
    path.write_text(markup, encoding="utf-8")
    return path


def test_a_stated_difference_is_found_from_the_recommendations_alone(tmp_path):
    found = read_synthesis(page(tmp_path), shipped_glossary())

    assert [(t.kind, t.name) for t in found.topics] == [
        ("agreement", "Marbling"),
        ("difference", "Flumbosis"),
    ]
    assert [t.name for t in found.found("difference")] == ["Flumbosis"]
    assert found.found("agreement") == found.false == ()
    assert {(p.one.document, p.other.document) for p, _ in found.pairs} == {
        ("AAA (2015)", "BBB (2016)")
    }
    assert summary([found]) == [
        "differences: 1 stated, 1 found, 0 missed",
        "agreements: 1 stated, of which a pair denies 0",
        "pairs: 1 found, 1 on the topic of a stated difference, 0 false",
    ]


def test_a_pair_on_an_agreement_or_on_nothing_stated_is_false(tmp_path):
    more = "<p>Quinine is not recommended for marbling of the spleen.</p>"
    found = read_synthesis(page(tmp_path, more=more), shipped_glossary())

    assert [t.name for t in found.found("agreement")] == ["Marbling"]
    assert len(found.pairs) == 1 + len(found.false)

    other = "AAA alone speaks of zelvoprine."
    found = read_synthesis(page(tmp_path, differences=other), shipped_glossary())
    assert [topic for _, topic in found.pairs] == [None]
    assert summary([found])[0] == "differences: 1 stated, 0 found, 1 missed"


@pytest.mark.parametrize("word", ["significant ", ""])
def test_that_there_is_no_difference_is_none(word, tmp_path):
    none = f"There are no {word}areas of disagreement between the guidelines."

    found = read_synthesis(page(tmp_path, differences=none), shipped_glossary())

    assert found.stated("difference") == ()
    assert len(found.false) == len(found.pairs) == 1


def test_the_command_tells_them_or_that_they_are_not_there(tmp_path, capsys):
    kb = tmp_path / "kb"
    kb.mkdir()
    command = ["conflicts", "--kb", str(kb), "--shared", str(tmp_path)]

    assert main(command) == 0
    assert "there are none in" in capsys.readouterr().out

    page(tmp_path / "guidelines-ngc" / "syntheses")
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "1 pages" in told
    assert "found  Flumbosis" in told
    assert "AAA (2015): Riluzole is recommended" in told


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the pages are not beside the repository")
def test_all_pages_state_something_and_name_their_developers(capsys):
    tell_syntheses(SHARED)

    assert "18 pages" in capsys.readouterr().out
