"""TREC 2017 LiveQA, medical task: consumer questions to the answers of all systems, graded."""

from pathlib import Path

from eval.public import Options
from eval.public.benchmark import Benchmark, BenchmarkError, Query, Text, checked
from eval.public.judgements import Judgement, judgements
from eval.public.records import present
from eval.public.retrieval import run_retrieval
from eval.public.xml_files import attribute, root_of, text_below

QUESTIONS = "TREC-2017-LiveQA-Medical-Test*.xml"
JUDGED = "TREC-2017-LiveQA-Medical-qrels.txt"


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with the test questions and the judged answers."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the test questions, and the answers of all systems as one corpus.

    Args:
        path: Holds the test questions (XML) and the judged answers (`…-qrels.txt`).

    Returns:
        The benchmark; answers judged for another question count as not relevant, and equal
        answers are one text.

    Raises:
        BenchmarkError: A file is missing or malformed, or judges an unknown question.
    """
    judged = judgements(present(path, JUDGED)[0])
    texts = {
        answer: Text(f"answer-{n}", "", answer)
        for n, answer in enumerate(dict.fromkeys(line.answer for line in judged))
    }
    queries, notes = graded_queries(
        questions_of(path), judged, {answer: text.id for answer, text in texts.items()}
    )
    return checked(
        Benchmark("LiveQA medical", "answer", tuple(texts.values()), queries, notes=notes)
    )


def questions_of(path: Path) -> dict[str, str]:
    """Return the test questions by number.

    Args:
        path: Holds the XML file of the test questions; of several the first by name is read.

    Returns:
        The paraphrase of the assessors; where there is none, subject and message.

    Raises:
        BenchmarkError: No file is there, or it is malformed.
    """
    file = present(path, QUESTIONS)[0]
    found = {}
    for question in root_of(file).iter("NLM-QUESTION"):
        number = attribute(question, "qid", file).removeprefix("TQ")
        subject = text_below(question, "Subject", "SUBJECT")
        message = text_below(question, "Message", "MESSAGE")
        paraphrase = text_below(question, "Paraphrase", "NIST-PARAPHRASE")
        found[number] = paraphrase or f"{subject} {message}".strip()
    return found


def graded_queries(
    questions: dict[str, str], judged: tuple[Judgement, ...], ids: dict[str, str]
) -> tuple[tuple[Query, ...], tuple[str, ...]]:
    """Return the questions with a relevant answer, and notes on what that leaves out.

    Args:
        questions: By number.
        judged: Of these questions.
        ids: Of the texts, by what stands in the judgements.

    Returns:
        The questions in the order of the judgements; notes.

    Raises:
        BenchmarkError: A judgement is on a question or answer that is not there.
    """
    grades: dict[str, dict[str, int]] = {}
    for line in judged:
        if line.question not in questions:
            raise BenchmarkError(f"{line.place}: no test question has the number {line.question}")
        if line.answer not in ids:
            raise BenchmarkError(f"{line.place}: no answer has the id {line.answer}")
        of_question = grades.setdefault(line.question, {})
        if line.grade:
            id_ = ids[line.answer]
            of_question[id_] = max(line.grade, of_question.get(id_, 0))
    queries = tuple(
        Query(number, questions[number], relevant)
        for number, relevant in grades.items()
        if relevant
    )
    return queries, (
        "relevant: scores 3 (grade 1) and 4 (grade 2); only the answers listed were judged",
        f"{len(questions) - len(queries)} questions without a relevant answer are left out",
    )
