"""BioASQ task B: the paragraphs that experts wrote in reply, and their yes or no.

The recipe. The snippets of all golden files, equal ones once and each a document, are the
knowledge base; every question is asked as a user would, without a language model. What comes is
cut at 200 words, the limit of the task, and compared with the experts' paragraph by ROUGE-2.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from consilia import Assistant
from consilia.encoders import Embedder
from consilia.errors import QuestionError
from consilia.glossary import Glossary
from consilia.knowledge_base import shipped_glossary
from consilia.opening import open_embedder
from consilia.settings import read_settings
from eval.measure import Measure, share
from eval.progress import bar
from eval.public import Options
from eval.public.benchmark import BenchmarkError, single_spaced
from eval.public.bioasq import PATTERN
from eval.public.bioasq import read as read_snippets
from eval.public.corpus_index import CorpusIndex
from eval.public.records import json_file, present
from eval.public.results import evenly, hand_back
from eval.public.retrieval import told
from eval.public.rouge import Rouge, rouge
from eval.public.yes_no import RULE, YesNo, decided
from eval.report import measures_text
from eval.samples import shown_claims
from eval.statistics import cluster_bootstrap, mean

MOST_WORDS = 200
HITS = 20
FIRST = 5
Source = Literal["answer", "search", "snippets"]
SOURCES: dict[Source, str] = {
    "answer": "what is shown: every claim of the sections; nothing where it abstains",
    "search": f"the first {FIRST} sentences of `search`, which never abstains",
    "snippets": "no system: the snippets that experts chose for the question, in their order",
}
HOW = (
    "knowledge base: the snippets of all questions, equal ones once, each a document\n"
    f"  each text is cut at {MOST_WORDS} words; ROUGE-2 against the nearest of the ideal answers "
    "(words case-folded, nothing stemmed or left out)\n"
    f"  {RULE}; the sentences are the best {HITS} of `search`\n"
    "  limit: ROUGE counts shared pairs of words, not whether a paragraph is right, and experts "
    "wrote from the snippets; the file has no labels by people for texts of ours\n"
    "  limit: the task gives the systems of others the snippets of the question, or all of PubMed; "
    "figures of either are not those of this collection"
)


def _lower(value: object) -> object:
    return value.casefold() if isinstance(value, str) else None


class _Snippet(BaseModel):
    text: str


class _Row(BaseModel):
    id: str
    body: str
    type: str
    ideal_answer: list[str] | str = []
    exact_answer: Annotated[str | None, BeforeValidator(_lower)] = None
    snippets: list[_Snippet] = []


class _Golden(BaseModel):
    questions: list[_Row]


_SHAPE = TypeAdapter(_Golden)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what experts replied."""

    id: str
    body: str
    ideal: tuple[str, ...]
    """Paragraphs; at least one."""
    exact: YesNo | None
    """None: no question of yes or no."""
    snippets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replied:
    """What came of a question."""

    question: Question
    status: str
    texts: dict[Source, str]
    decided: YesNo | None
    """None: undecided, or no question of yes or no."""

    def rouge(self, source: Source) -> Rouge:
        """ROUGE-2 of one of the texts."""
        return rouge(self.texts[source], self.question.ideal) or Rouge(0.0, 0.0)


Ask = Callable[[Question], Replied]


def run(path: Path, options: Options, embedder: Embedder | None = None) -> int:
    """Print how near answers come to the experts', and how often yes and no are right.

    Args:
        path: A folder of golden files such as `5B1_golden.json`.
        options: `limit` takes so many questions, spread evenly; `out` gets each with its texts.
        embedder: The one of the settings when None.

    Returns:
        The exit status, 0.
    """
    asked = evenly(read(path), options.limit)
    settings = read_settings()
    embedder = embedder or open_embedder(settings)
    corpus = CorpusIndex.of(read_snippets(path), embedder, options.cache)
    glossary = shipped_glossary()
    with corpus.opened(glossary, told) as kb, bar("Asking", len(asked)) as advance:
        assistant = Assistant(kb, embedder, settings)
        found = []
        for question in asked:
            found.append(_replied(question, assistant, glossary))
            advance(1)
    hand_back("bioasq-ideal", text_of(found), found, options)
    return 0


def read(folder: Path) -> tuple[Question, ...]:
    """Return the questions of all golden files that have snippets and an ideal answer.

    Args:
        folder: Holds files such as `5B1_golden.json`.

    Returns:
        At least one, in the order of the files.

    Raises:
        BenchmarkError: No file is there, one is malformed, or no question has an ideal answer.
    """
    files = present(folder, PATTERN)
    rows = (row for file in files for row in json_file(file, _SHAPE).questions)
    found = tuple(one for row in rows if (one := _question(row)).ideal and one.snippets)
    if not found:
        raise BenchmarkError(f"{folder}: no question has an ideal answer; download the golden sets")
    return found


def _question(row: _Row) -> Question:
    ideal = [row.ideal_answer] if isinstance(row.ideal_answer, str) else row.ideal_answer
    exact: YesNo | None = None
    if row.type == "yesno" and row.exact_answer is not None:
        exact = "yes" if row.exact_answer == "yes" else "no" if row.exact_answer == "no" else None
    return Question(
        id=row.id,
        body=single_spaced(row.body),
        ideal=tuple(filter(None, map(single_spaced, ideal))),
        exact=exact,
        snippets=tuple(filter(None, (single_spaced(snippet.text) for snippet in row.snippets))),
    )


def _replied(question: Question, assistant: Assistant, glossary: Glossary) -> Replied:
    try:
        answer = assistant.ask(question.body)
        hits = assistant.search(question.body, k=HITS)
    except QuestionError:
        return Replied(question, "not taken", _texts(question, (), ()), None)
    quotes = [hit.sentence.text for hit in hits]
    shown = [claim.text for claim in shown_claims(answer)]
    voted = decided(question.body, quotes, glossary) if question.exact else None
    return Replied(question, answer.status, _texts(question, shown, quotes), voted)


def _texts(question: Question, shown: Sequence[str], quotes: Sequence[str]) -> dict[Source, str]:
    parts: dict[Source, Sequence[str]] = {
        "answer": shown,
        "search": quotes[:FIRST],
        "snippets": tuple(dict.fromkeys(question.snippets)),
    }
    return {name: " ".join(" ".join(part).split()[:MOST_WORDS]) for name, part in parts.items()}


def text_of(found: Sequence[Replied]) -> str:
    """Return the recipe, ROUGE-2 of each kind of text, and how yes and no were decided."""
    sources = "\n".join(f"  {name}: {told}" for name, told in SOURCES.items())
    head = f"BioASQ, ideal answers: {len(found):,} questions\n  {HOW}\n{sources}"
    return "\n\n".join([head, measures_text(measures(found))]) + "\n"


def measures(found: Sequence[Replied]) -> tuple[Measure, ...]:
    """Return the measures of both parts of the task, questions as they were asked."""
    answered = [one for one in found if one.status == "answered"]
    return (
        share("questions answered", (one.status == "answered" for one in found)),
        *(measure for name in SOURCES for measure in _rouge(f"{name}, all", name, found)),
        *(m for name in SOURCES for m in _rouge(f"{name}, of the answered", name, answered)),
        *_yes_no([one for one in found if one.question.exact]),
    )


def _rouge(label: str, source: Source, found: Sequence[Replied]) -> Iterator[Measure]:
    scores = [one.rouge(source) for one in found]
    ids = [one.question.id for one in found]
    for name, values in (
        ("recall", [score.recall for score in scores]),
        ("F1", [score.f1 for score in scores]),
    ):
        bounds = cluster_bootstrap(values, ids)
        yield Measure(f"ROUGE-2 {name}, {label}", mean(values), len(values), bounds)


def _yes_no(asked: Sequence[Replied]) -> Iterator[Measure]:
    judged = [one for one in asked if one.decided]
    yield share("yes or no: decided", (bool(one.decided) for one in asked))
    yield share("right, of the decided", (one.decided == one.question.exact for one in judged))
    yield share("always yes would be right, of the same", (_is(one, "yes") for one in judged))
    for answer in ("yes", "no"):
        here = [one for one in judged if _is(one, answer)]
        yield share(
            f"right, of the decided whose answer is {answer}",
            (one.decided == answer for one in here),
        )


def _is(one: Replied, answer: str) -> bool:
    return one.question.exact == answer
