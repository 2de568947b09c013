"""MEDIQA 2019, task 3: consumer questions to answers that experts graded 1 to 4."""

from pathlib import Path

from consilia.readers.safe_xml import Element
from eval.public import Options
from eval.public.benchmark import Benchmark, BenchmarkError, Query, Text, checked
from eval.public.judgements import relevant_grade
from eval.public.records import present
from eval.public.retrieval import run_retrieval
from eval.public.xml_files import attribute, root_of, text_below

PATTERN = "MEDIQA2019-Task3-QA-*.xml"


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with files of task 3 that have reference scores."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the questions of all files, and all their answers as one corpus.

    Args:
        path: Holds one file or more, such as `MEDIQA2019-Task3-QA-ValidationSet.xml`.

    Returns:
        The benchmark; the answers given for another question count as not relevant, and equal
        answers are one text.

    Raises:
        BenchmarkError: No file is there, or one is malformed or without reference scores.
    """
    texts: dict[str, Text] = {}
    queries = []
    asked = 0
    for file in present(path, PATTERN):
        for question in root_of(file).iter("Question"):
            asked += 1
            grades = _grades(question, file, texts)
            words = text_below(question, "QuestionText")
            if grades and words:
                queries.append(
                    Query(f"{file.stem} {attribute(question, 'QID', file)}", words, grades)
                )
    notes = (
        "relevant: scores 3 (grade 1) and 4 (grade 2); only the answers given were judged",
        f"{asked - len(queries)} questions without a relevant answer are left out",
    )
    return checked(
        Benchmark("MEDIQA", "answer", tuple(texts.values()), tuple(queries), notes=notes)
    )


def _grades(question: Element, file: Path, texts: dict[str, Text]) -> dict[str, int]:
    """The grades of a question's relevant answers; all its answers are put into the corpus.

    Raises:
        BenchmarkError: An answer has no id or score.
    """
    grades: dict[str, int] = {}
    for answer in question.iter("Answer"):
        words = text_below(answer, "AnswerText")
        score = attribute(answer, "ReferenceScore", file)
        try:
            grade = relevant_grade(score)
        except ValueError as error:
            raise BenchmarkError(f"{file}:{answer.sourceline}: ReferenceScore {error}") from error
        if words:
            id_ = texts.setdefault(words, Text(f"answer-{len(texts)}", "", words)).id
            if grade:
                grades[id_] = max(grade, grades.get(id_, 0))
    return grades
