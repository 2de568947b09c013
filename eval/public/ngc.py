"""Guideline records of the NGC: questions made from recommendations, to where they stand.

The recipe. A recommendation is a sentence under "Major Recommendations" of 8 to 60 words, outside
tables, that says "should", "recommend…" or "is indicated". Of each guideline up to five are taken,
spread evenly. The question is every second one of its words that are no stop words, figures or
those words themselves, in their order. Relevant is each passage that holds the recommendation word
for word.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from consilia.documents import sections_of
from consilia.errors import DocumentError
from consilia.models import Document
from consilia.readers.ngc import reader
from consilia.readers.reading import Notes, Source
from consilia.sentences import split_sentences
from consilia.terms import STOP_WORDS, words
from eval.public import Options
from eval.public.benchmark import Benchmark, BenchmarkError, Query, Text, checked, single_spaced
from eval.public.records import present
from eval.public.retrieval import run_retrieval

FIELD = "Major Recommendations"
EACH = 5
"""Questions of one guideline at most."""
_LONGEST_PASSAGE = 120
"""Words of a passage; a longer sentence is one by itself."""
_SHORTEST, _LONGEST = 8, 60
_SAYS_SO = re.compile(
    r"\b(?:should|recommend(?:s|ed|ation|ations)?|(?:is|are) indicated)\b", re.IGNORECASE
)


def run(path: Path, options: Options) -> int:
    """Measure retrieval on a folder with NGC records (`ngc-*.xml`, in folders or not)."""
    return run_retrieval(read(path), options)


def read(path: Path) -> Benchmark:
    """Return the passages of the recommendations of all records, and questions made from them.

    Args:
        path: Holds the records, at any depth.

    Returns:
        The benchmark; a passage has the title of its guideline and the headings above it.

    Raises:
        BenchmarkError: No record is there, or one cannot be read.
    """
    texts: list[Text] = []
    asked: list[tuple[str, str]] = []
    files = present(path, "**/ngc-*.xml")
    for file in files:
        document = _document(file)
        passages = list(_passages(document))
        texts += passages
        asked += [(document.id, one) for one in _spread(_recommendations(document))]
    queries = tuple(_queries(asked, texts))
    notes = (
        f"{len(files)} records; passages of up to {_LONGEST_PASSAGE} words",
        "a question is every second word of a recommendation, without stop words and figures",
    )
    return checked(Benchmark("NGC", "passage", tuple(texts), queries, notes=notes))


def question_of(recommendation: str) -> str:
    """Return the question that is made from a recommendation.

    >>> question_of("Adults with flumbosis should receive zelvoprine 5 mg in the evening.")
    'adults receive mg'
    """
    said = [w for w in words(recommendation) if w not in STOP_WORDS and not _SAYS_SO.match(w)]
    return " ".join([word for word in said if not word[0].isdigit()][::2])


def _document(file: Path) -> Document:
    """One record.

    Raises:
        BenchmarkError: It cannot be read.
    """
    try:
        return next(iter(reader.read(Source(file.name, file.read_bytes()), Notes())))
    except OSError as error:
        raise BenchmarkError(f"cannot read {file}: {error.strerror}") from error
    except DocumentError as error:
        raise BenchmarkError(f"{file}: {error}; take it out or download it again") from error


def _sentences(document: Document) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The headings and sentences of each section under the field of recommendations."""
    for section in sections_of(document.text):
        if section.headings[:1] == (FIELD,):
            spans = split_sentences(document.text, section.start, section.end)
            yield (
                section.headings[1:],
                [single_spaced(document.text[span.start : span.end]) for span in spans],
            )


def _passages(document: Document) -> Iterator[Text]:
    packed = (
        (headings, group)
        for headings, sentences in _sentences(document)
        for group in _packed(sentences)
    )
    for number, (headings, group) in enumerate(packed):
        title = " > ".join((document.metadata.title, *headings))
        yield Text(f"{document.id} {number}", single_spaced(title), " ".join(group))


def _packed(sentences: Sequence[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for sentence in sentences:
        if group and len(" ".join([*group, sentence]).split()) > _LONGEST_PASSAGE:
            yield group
            group = []
        group.append(sentence)
    if group:
        yield group


def _recommendations(document: Document) -> list[str]:
    found = [
        sentence
        for _, sentences in _sentences(document)
        for sentence in sentences
        if _SAYS_SO.search(sentence)
        and "|" not in sentence
        and _SHORTEST <= len(sentence.split()) <= _LONGEST
    ]
    return list(dict.fromkeys(found))


def _spread(sentences: Sequence[str]) -> list[str]:
    count = min(EACH, len(sentences))
    return [sentences[at * len(sentences) // count] for at in range(count)]


def _queries(asked: Sequence[tuple[str, str]], texts: Sequence[Text]) -> Iterator[Query]:
    """The questions, those left out of which nothing or what another asks is left."""
    seen: set[str] = set()
    for number, (source, sentence) in enumerate(asked):
        question = question_of(sentence)
        relevant = {text.id: 1 for text in texts if sentence in text.text}
        if question and question not in seen:
            seen.add(question)
            yield Query(f"{source} {number}", question, relevant, source=source)
