"""K-QA: what physicians hold an answer must say, and may well say, on patients' questions.

The recipe. Each question is asked as a patient wrote it. A point is said where a shown claim has
at least four fifths of its words and the polarity gate does not find it turned round; it is said
word for word where a claim holds it whole; with an entailment model, also where a claim entails
it. What the recipe itself is worth is measured on the physicians' own answers, where each point
should be found, and on those to the next question, where none should be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from consilia import Assistant
from consilia.errors import QuestionError
from consilia.gates import polarity
from consilia.gates.evidence import Evidence
from consilia.gates.support import Entailment, relatedness
from consilia.glossary import Glossary
from consilia.knowledge_base import shipped_glossary
from consilia.opening import open_entailment
from consilia.sentences import split_sentences
from consilia.settings import read_settings
from eval.asking import Answering, ask_case
from eval.cases import Case
from eval.holdings import Holdings, open_holdings
from eval.judging import Judge
from eval.measure import Measure, share
from eval.metrics.kqa import comprehensiveness, contradicted_points
from eval.metrics.points import nice_points_shown, points_shown
from eval.progress import bar
from eval.public import Options
from eval.public.records import json_lines
from eval.public.results import evenly, hand_back
from eval.report import measures_text, statuses_text
from eval.samples import Sample

FILE = "questions_w_answers.dev.jsonl"
LEAST = 0.8
"""Share of the words of a point that one sentence must have."""
HOW = (
    f"said: one shown claim has {LEAST:.0%} of the words of a point (stop words and endings aside) "
    "and the polarity gate does not find it turned round; word for word: a claim holds it whole\n"
    "  the recipe on the physicians' own answer to the question, sentence by sentence: each point "
    "should be found; on their answer to the next question: none should\n"
    "  limit: the questions are on all of primary care; a knowledge base that does not cover one "
    "can only abstain, and then all its points are absent\n"
    "  limit: sharing words is not following: the figures are no judgement by people, and "
    "physicians judged no answer of ours"
)


class Asked(BaseModel):
    """One question, with what physicians wrote in reply."""

    model_config = ConfigDict(frozen=True)

    question: str = Field(alias="Question", min_length=1)
    answer: str = Field(alias="Free_form_answer")
    must_have: tuple[str, ...] = Field(alias="Must_have")
    nice_to_have: tuple[str, ...] = Field(alias="Nice_to_have")

    @property
    def points(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.must_have, *self.nice_to_have)


@dataclass(frozen=True, slots=True)
class Point:
    """What became of one point."""

    question: str
    status: str
    must: bool
    """Else it is nice to have."""
    text: str
    said: bool
    in_own: bool
    """Whether the recipe finds it in the physicians' answer."""
    in_next: bool
    """Whether it finds it in the physicians' answer to the next question."""


def run(path: Path, options: Options) -> int:
    """Print which of the physicians' points the answers say.

    Args:
        path: The folder of `questions_w_answers.dev.jsonl`.
        options: `limit` takes so many questions, spread evenly; `kb` is asked; `out` gets each
            point with its fate.

    Returns:
        The exit status, 0.
    """
    chosen = evenly(read(path), options.limit)
    settings = read_settings() if options.kb is None else read_settings(kb=options.kb)
    with (
        Assistant.open(options.kb, settings) as assistant,
        open_holdings(settings.kb) as holdings,
    ):
        samples = asked(chosen, assistant, settings.kb, holdings)
    found = points(chosen, samples, shipped_glossary())
    text = text_of(samples, found, open_entailment(settings))
    hand_back("kqa-points", text, found, options)
    return 0


def read(folder: Path) -> tuple[Asked, ...]:
    """Return the questions that physicians answered.

    Args:
        folder: Where the file is.

    Returns:
        At least one, in the order of the file; points that say nothing are left out.

    Raises:
        BenchmarkError: The file is missing or malformed.
    """
    return tuple(_stripped(row.value) for row in json_lines(folder / FILE, Asked))


def _stripped(given: Asked) -> Asked:
    names = ("must_have", "nice_to_have")
    whole = {name: tuple(filter(None, map(str.strip, getattr(given, name)))) for name in names}
    return given.model_copy(update=whole)


def asked(
    questions: Sequence[Asked], assistant: Answering, kb: Path, holdings: Holdings
) -> tuple[Sample | None, ...]:
    """Ask each question.

    Args:
        questions: With their points.
        assistant: Answers.
        kb: What the answers are verified against.
        holdings: Its documents.

    Returns:
        A sample for each, in order; None where the question was not taken.
    """
    found: list[Sample | None] = []
    with bar("Asking", len(questions)) as advance:
        for number, question in enumerate(questions, start=1):
            found.append(_sample(number, question, assistant, kb, holdings))
            advance(1)
    return tuple(found)


def _sample(
    number: int, given: Asked, assistant: Answering, kb: Path, holdings: Holdings
) -> Sample | None:
    case = Case(
        id=f"K{number}",
        type="answerable",
        question=given.question,
        must_have=given.must_have,
        nice_to_have=given.nice_to_have,
    )
    try:
        return next(ask_case(assistant, case, kb, holdings)).sample
    except QuestionError:
        return None


def points(
    questions: Sequence[Asked], samples: Sequence[Sample | None], glossary: Glossary
) -> tuple[Point, ...]:
    """Return each point with its fate by the recipe.

    Args:
        questions: At least one.
        samples: What came of each, in their order.
        glossary: For synonyms.

    Returns:
        The points of all questions, in order.
    """
    own = [_sentences(question.answer) for question in questions]
    following = [*own[1:], own[0]]
    return tuple(
        Point(
            question=question.question,
            status=sample.status if sample else "not taken",
            must=place < len(question.must_have),
            text=text,
            said=is_said(text, _claims(sample), glossary),
            in_own=is_said(text, here, glossary),
            in_next=is_said(text, after, glossary),
        )
        for question, sample, here, after in zip(questions, samples, own, following, strict=True)
        for place, text in enumerate(question.points)
    )


def is_said(point: str, texts: Sequence[str], glossary: Glossary) -> bool:
    """Tell whether one of the texts says a point, by the recipe.

    >>> texts = ["It hums.", "Flumbosis is shortened by zelvoprine."]
    >>> is_said("Zelvoprine shortens flumbosis", texts, Glossary.empty())
    True
    """
    near = ((Evidence(text),) for text in texts)
    return any(
        relatedness(point, one) >= LEAST and not polarity.failures(point, one, glossary)
        for one in near
    )


def _claims(sample: Sample | None) -> tuple[str, ...]:
    return tuple(claim.text for claim in sample.shown_claims) if sample else ()


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(text[span.start : span.end] for span in split_sentences(text))


def text_of(
    samples: Sequence[Sample | None], found: Sequence[Point], model: Entailment | None = None
) -> str:
    """Return the recipe, how the questions ended, and the shares of points.

    Args:
        samples: What came of each question.
        found: Their points.
        model: Judges whether a claim entails a point; None when none is configured.

    Returns:
        Tables of text.
    """
    taken = [sample for sample in samples if sample]
    lost = len(samples) - len(taken)
    head = f"K-QA, physicians' points: {len(samples)} questions, {lost} not taken\n  {HOW}"
    told = [head, statuses_text(taken), measures_text(measures(taken, found, model))]
    if model is None:
        told.append("No entailment model is configured: what follows in other words is not judged.")
    return "\n\n".join(told) + "\n"


def measures(
    taken: Sequence[Sample], found: Sequence[Point], model: Entailment | None
) -> Iterator[Measure]:
    """Yield the shares of points said, what the recipe is worth, and what a model judges."""
    must = [point for point in found if point.must]
    answered = [point for point in must if point.status == "answered"]
    yield share("questions answered", (sample.status == "answered" for sample in taken))
    yield share("must-have points said", (point.said for point in must))
    yield share("must-have points said, of questions answered", (p.said for p in answered))
    yield share("nice-to-have points said", (point.said for point in found if not point.must))
    yield replace(points_shown(taken), name="must-have points, word for word")
    yield replace(nice_points_shown(taken), name="nice-to-have points, word for word")
    yield share("the recipe on the physicians' answer", (point.in_own for point in found))
    yield share("the recipe on their answer to the next question", (p.in_next for p in found))
    if model:
        judge = Judge(model)
        yield comprehensiveness(taken, judge)
        yield contradicted_points(taken, judge)
