"""No words of the held-out cases stand in what the program is made of, so it cannot know them."""

import re
from pathlib import Path

import pytest

from eval.cases import GOLD, TEST, load_cases

ROOT = Path(__file__).parents[1]
ANSWERING = ("src", "ingest", "app.py", "kb/glossary.csv")
"""Rules, prompts, glossary, data and code; the documents are what is asked about."""
MEASURING = ("eval",)
RUN = 8
"""Words in a row that are a leak. Names and phrases that anybody writes, such as "adults with
amyotrophic lateral sclerosis", have fewer; shorter texts are looked for whole."""
FEWEST = 6
"""Words of a text that is looked for: "riluzole dose" or "and what of children" stand anywhere."""
_WORD = re.compile(r"\w+")


def words_of(text):
    """The words of a text without case, punctuation and white space."""
    return tuple(_WORD.findall(text.casefold()))


def runs_of(words, n):
    return {words[at : at + n] for at in range(len(words) - n + 1)}


def probes(texts, fewest=FEWEST):
    """What may not occur, by length in words: runs of the texts, each with the case it is from."""
    found = {}
    for id_, text in texts:
        words = words_of(text)
        if len(words) >= fewest:
            n = min(RUN, len(words))
            found.setdefault(n, {}).update(dict.fromkeys(runs_of(words, n), id_))
    return found


def questions(cases):
    for case in cases:
        for step in case.steps():
            yield from ((case.id, text) for text in (step.user, step.resolved_question))


def points(cases):
    """What answers have to say: words of the documents, which other texts may share sooner."""
    for case in cases:
        for step in case.steps():
            words = (*step.must_have, *step.nice_to_have, *step.forbidden)
            yield from ((case.id, text) for text in words)


def sources(*places):
    for path in (ROOT / place for place in places):
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and GOLD not in file.parents and file.suffix != ".pyc":
                yield file


def leaks(probed, files):
    """The cases whose words stand in a file; the words themselves are not told."""
    found = set()
    for file in files:
        words = words_of(file.read_text(encoding="utf-8", errors="ignore"))
        for n, known in probed.items():
            found |= {(known[run], file.name) for run in runs_of(words, n) & known.keys()}
    return found


def test_no_held_out_question_is_in_the_program():
    files = list(sources(*ANSWERING))
    asked = list(questions(load_cases(TEST)))

    assert {"glossary.csv", "prompts.py", "rules.json", "relevance.json", "app.py"} <= {
        file.name for file in files
    }
    assert leaks(probes(asked), files) == set()
    # What measures names measures, and a follow-up of few words may be no more than such a name.
    assert leaks(probes(asked, fewest=RUN), sources(*MEASURING)) == set()


def test_no_held_out_point_is_in_what_answers():
    assert leaks(probes(points(load_cases(TEST))), sources(*ANSWERING)) == set()


@pytest.mark.parametrize("changed", [str.upper, lambda text: text.replace(" ", ",\n  # ")])
def test_a_question_that_is_copied_is_found_out(tmp_path, changed):
    (case, *_) = load_cases(GOLD / "dev.jsonl")
    copied = tmp_path / "rules.py"
    copied.write_text(f"RULES = ['''{changed(case.question)}''']", encoding="utf-8")
    assert leaks(probes(questions([case])), [copied]) == {(case.id, "rules.py")}

    copied.write_text(" ".join(words_of(case.question)[: RUN - 1]), encoding="utf-8")
    assert leaks(probes(questions([case])), [copied]) == set()
