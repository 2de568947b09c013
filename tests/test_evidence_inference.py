"""Evidence that doctors marked in 47 trials stands in the canonical text of our reading."""

import csv
import re
import unicodedata
from pathlib import Path

import pytest

from consilia.readers.jats import reader as jats
from consilia.readers.reading import Notes, Source

DATA = Path(__file__).parents[2] / "shared" / "data" / "evidence-inference"
SHARE = 0.99


def one_line(text):
    """Text as both renderings agree on it; no letter and no digit is left out or changed.

    NFKC undoes our superscripts (10⁹ is 109 in the plain rendering, which drops the tag), and the
    same goes for the `^` and the backslash before `|` that we write; the plain rendering has no
    marks for cells and headings. It sets white space at element borders where we have none, and the
    reverse, so white space does not count at all.
    """
    return re.sub(r"[\s^\\|#]+", "", unicodedata.normalize("NFKC", text))


def evidence():
    """Valid annotations with text and span: the article, and the words of the span."""
    with (DATA / "v2_annotations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        plain = DATA / "txt" / f"PMC{row['PMCID']}.txt"
        start, end = int(row["Evidence Start"]), int(row["Evidence End"])
        valid = row["Valid Label"] == row["Valid Reasoning"] == "True"
        if valid and row["Annotations"].strip() and 0 <= start < end and plain.exists():
            yield plain.stem, plain.read_bytes().decode("utf-8")[start:end]


@pytest.mark.slow
def test_marked_evidence_is_in_our_text():
    if not DATA.exists():
        pytest.skip("needs the shared data")
    texts, lost, number = {}, [], 0
    for name, words in evidence():
        if name not in texts:
            source = Source(f"{name}.nxml", (DATA / "xml" / f"{name}.nxml").read_bytes())
            (document,) = jats.read(source, Notes())
            texts[name] = one_line(document.text)
        number += 1
        if one_line(words) not in texts[name]:
            lost.append((name, words))
    share = 1 - len(lost) / number
    print(f"n = {number} in {len(texts)} articles, found {share:.2%}")  # noqa: T201

    assert number > 200
    assert share >= SHARE, lost
