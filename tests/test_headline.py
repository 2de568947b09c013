"""The table of measures in the README: what it is made of, and that it is still true."""

import re
import shutil
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.headline import HEADLINE, HeadlineError, headline, write_headline
from eval.measure import Measure
from eval.runs.manifest import RunManifest
from eval.runs.scored import Scored
from eval.statistics import Interval

README = Path(__file__).parents[1] / "README.md"
MARKS = "before\n<!-- measures -->\nold\n<!-- end of measures -->\nafter\n"


def manifest():
    return RunManifest.model_construct(cases=3, questions=5, gold={"halves/test.jsonl": "sha256:0"})


def scored(**changes):
    """Every headline measure, 3 of 4 each, but for those that are given."""
    plain = {slug: Measure(slug, 0.75, 1_234, Interval(0.7, 0.8)) for slug in HEADLINE} | {
        measure.slug: measure for measure in changes.values()
    }
    return [score(one) for one in plain.values()]


def score(measure):
    return Scored("group", lambda _: measure, measure, {})


def read_headline(text):
    """Return value and n of each measure of the table in a file's text, by its name there."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) % \| ([\d,]+) \|", text, re.MULTILINE)
    return {name: (float(value) / 100, int(n.replace(",", ""))) for name, value, n in rows}


def test_a_table_says_each_measure_with_its_n_and_interval():
    table = headline(manifest(), scored(none=Measure("over-refusal", None, 0)))

    assert table.startswith("3 cases with 5 questions of `test.jsonl`:\n")
    assert "| gold sentences shown | 75.0 % | 1,234 | 70.0 % to 80.0 % |" in table
    assert "| answerable questions that were not answered | none | 0 |  |" in table
    assert read_headline(table)["gold sentences shown"] == (0.75, 1_234)


def test_a_run_without_a_headline_measure_is_an_error():
    with pytest.raises(HeadlineError, match="gold-facts-shown"):
        headline(manifest(), [one for one in scored() if one.measure.slug != "gold-facts-shown"])


def test_a_table_takes_the_place_of_the_one_before(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(MARKS, encoding="utf-8")

    write_headline(path, r"new \1 table")

    written = path.read_text(encoding="utf-8")
    assert written == MARKS.replace("old", r"new \1 table")


@pytest.mark.parametrize("text", ["no marks", MARKS + MARKS, "<!-- measures -->\n"])
def test_a_file_without_a_place_for_one_table_stays_as_it_is(tmp_path, text):
    path = tmp_path / "README.md"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(HeadlineError, match="marks"):
        write_headline(path, "table")

    assert path.read_text(encoding="utf-8") == text


def test_the_readme_has_every_headline_measure():
    told = read_headline(README.read_text(encoding="utf-8"))
    assert set(told) == set(HEADLINE.values())
    assert all(n >= 30 for _, n in told.values())


@pytest.mark.slow
def test_the_table_of_the_readme_is_what_the_command_prints(real_kb, tmp_path):
    """Another processor may round a cosine in another way, and turn a question or two."""
    copy = shutil.copy(README, tmp_path)

    assert main(["gold", "--kb", str(real_kb), "--table", str(copy)]) == 0

    said = read_headline(README.read_text(encoding="utf-8"))
    now = read_headline(Path(copy).read_text(encoding="utf-8"))
    assert said.keys() == now.keys()
    for name, (value, n) in said.items():
        assert now[name][0] == pytest.approx(value, abs=0.02), name
        assert now[name][1] == pytest.approx(n, rel=0.05), name
