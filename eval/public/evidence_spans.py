"""Evidence Inference: prompts about a trial to the sentences that doctors marked as the evidence.

The recipe. The corpus is every sentence of every article in `txt/`, with the article's title. The
question is outcome, intervention and comparator of a prompt, one after the other, without a verb.
Relevant is each sentence that shares half or more of its own characters, or half or more of those
of the span, with a span that a doctor marked and a second one confirmed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from consilia.sentences import Span, split_sentences
from eval.public import Options
from eval.public.benchmark import Benchmark, BenchmarkError, Query, Text, checked, single_spaced
from eval.public.records import Row, csv_rows, present
from eval.public.retrieval import run_retrieval
from eval.public.support_evidence import Prompt

_TITLE = "TITLE:"
NOTES = (
    "a question: outcome, intervention and comparator of a prompt, one after the other",
    "relevant: sentences that share half of themselves or of the span with a confirmed span",
    "limit: the set names the article and asks for its span; here no article is named, and the "
    "sentences of all are searched, which is harder and what a user of a collection meets",
    "limit: rows of tables are split as sentences are, and are hardly readable in `txt/`",
)


class _Marked(BaseModel):
    model_config = ConfigDict(frozen=True)

    prompt: str = Field(alias="PromptID")
    article: str = Field(alias="PMCID", min_length=1)
    label_holds: bool = Field(alias="Valid Label")
    reasoning_holds: bool = Field(alias="Valid Reasoning")
    start: int = Field(alias="Evidence Start")
    end: int = Field(alias="Evidence End")

    @property
    def is_confirmed(self) -> bool:
        """Whether a second doctor confirmed it, and its span is known (-1 where it is not)."""
        return self.label_holds and self.reasoning_holds and 0 <= self.start < self.end


@dataclass(frozen=True, slots=True)
class _Article:
    texts: tuple[Text, ...]
    spans: tuple[Span, ...]
    """Where each of the texts stands."""
    length: int

    def overlapped(self, span: Span) -> Iterator[str]:
        """The ids of the texts that share half of themselves or of a span with it."""
        for text, own in zip(self.texts, self.spans, strict=True):
            shared = min(own.end, span.end) - max(own.start, span.start)
            if 2 * shared >= min(own.end - own.start, span.end - span.start):
                yield text.id


def run(path: Path, options: Options) -> int:
    """Measure how well the marked sentences are found."""
    return run_retrieval(read(path), options)


def read(folder: Path) -> Benchmark:
    """Return the sentences of all articles, and the prompts whose marked spans lie in them.

    Args:
        folder: With `prompts_merged.csv`, `v2_annotations.csv` and `txt/PMC….txt`.

    Returns:
        The benchmark; prompts of articles that are not there are left out and counted, and so
        are those without a confirmed span.

    Raises:
        BenchmarkError: A file is missing or malformed, an annotation names no prompt, or a span
            ends behind its article.
    """
    prompts = {row.value.id: row.value for row in csv_rows(folder / "prompts_merged.csv", Prompt)}
    rows = csv_rows(folder / "v2_annotations.csv", _Marked)
    if astray := next((row for row in rows if row.value.prompt not in prompts), None):
        raise astray.error(f"prompt {astray.value.prompt!r} is not in prompts_merged.csv")
    files = present(folder / "txt", "PMC*.txt")
    articles = {file.stem.removeprefix("PMC"): _article(file) for file in files}
    marked = [row for row in rows if row.value.article in articles and row.value.is_confirmed]
    by_prompt: dict[str, list[Row[_Marked]]] = defaultdict(list)
    for row in marked:
        by_prompt[row.value.prompt].append(row)
    queries = tuple(_queries(prompts, by_prompt, articles))
    here = {row.value.prompt for row in rows if row.value.article in articles}
    notes = (
        *NOTES,
        f"{len(files)} articles; of {len({row.value.prompt for row in rows}):,} prompts "
        f"{len(here)} are on them, of which {len(here) - len(queries)} have no confirmed span "
        "or no whole question",
    )
    texts = tuple(text for article in articles.values() for text in article.texts)
    return checked(Benchmark("Evidence Inference spans", "sentence", texts, queries, notes=notes))


def _article(file: Path) -> _Article:
    """The sentences of one article, and where they stand.

    Raises:
        BenchmarkError: The file cannot be read.
    """
    try:
        words = file.read_bytes().decode("utf-8")  # offsets count carriage returns
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"cannot read {file}: {error}; download the articles again") from error
    title = single_spaced(words.removeprefix(_TITLE).lstrip().partition("\n")[0])
    spans = tuple(span for span in split_sentences(words) if words[span.start : span.end] != _TITLE)
    texts = tuple(
        Text(f"{file.stem} {span.start}", title, single_spaced(words[span.start : span.end]))
        for span in spans
    )
    return _Article(texts, spans, len(words))


def _queries(
    prompts: Mapping[str, Prompt],
    by_prompt: Mapping[str, Sequence[Row[_Marked]]],
    articles: Mapping[str, _Article],
) -> Iterator[Query]:
    """The prompts with the sentences marked for them.

    Raises:
        BenchmarkError: A span ends behind its article.
    """
    for id_, rows in by_prompt.items():
        relevant: dict[str, int] = {}
        for row in rows:
            article = articles[row.value.article]
            if row.value.end > article.length:
                raise row.error(
                    f"the span ends at {row.value.end}, the article at {article.length}"
                )
            found = article.overlapped(Span(row.value.start, row.value.end))
            relevant |= dict.fromkeys(found, 1)
        prompt = prompts[id_]
        if relevant and prompt.is_whole:
            asked = f"{prompt.outcome} {prompt.intervention} {prompt.comparator}"
            yield Query(id_, single_spaced(asked), relevant, source=rows[0].value.article)
