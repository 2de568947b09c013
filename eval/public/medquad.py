"""MedQuAD: the LiveQA test questions to answers of NIH sites, graded."""

import re
from pathlib import Path

from pydantic import BaseModel

from eval.public import Options
from eval.public.benchmark import Benchmark, Text, checked, single_spaced
from eval.public.judgements import judgements
from eval.public.liveqa import graded_queries, questions_of
from eval.public.records import csv_rows, present
from eval.public.retrieval import run_retrieval

ANSWERS = "All-2479-Answers-retrieved-from-MedQuAD.csv"
JUDGED = "All-qrels_LiveQAMed2017-TestQuestions_2479_Judged-Answers.txt"
_ANSWER = re.compile(r"Question:\s*(.*?)\s*URL:\s*\S*\s*Answer:\s*(.*)", re.DOTALL)


class _Answer(BaseModel):
    AnswerID: str
    Answer: str


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with the judged answers and the LiveQA test questions."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the LiveQA test questions, and the answers judged for them as one corpus.

    Args:
        path: Holds the two files of MedQuAD's `QA-TestSet-LiveQA-Med-Qrels-2479-Answers.zip` and
            the test questions of LiveQA (XML).

    Returns:
        The benchmark; the question that an answer was written for is its title.

    Raises:
        BenchmarkError: A file is missing or malformed, or they do not belong together.
    """
    answers = [row.value for row in csv_rows(path / ANSWERS, _Answer)]
    texts = tuple({a.AnswerID.strip(): _text(a) for a in answers}.values())
    queries, notes = graded_queries(
        questions_of(path),
        judgements(present(path, JUDGED)[0]),
        {text.id: text.id for text in texts},
    )
    return checked(Benchmark("MedQuAD", "answer", texts, queries, notes=notes))


def _text(answer: _Answer) -> Text:
    """One answer: `Question: … URL: … Answer: …`, or whatever stands there instead."""
    found = _ANSWER.search(answer.Answer)
    title, words = found.groups() if found else ("", answer.Answer)
    return Text(answer.AnswerID.strip(), single_spaced(title), single_spaced(words))
