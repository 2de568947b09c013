"""Abstracts of SciFact as Markdown documents: real text of other hands, to time indexing on."""

import ast
import csv
import io
import json
import tokenize
from dataclasses import dataclass
from pathlib import Path

from consilia.errors import ConsiliaError

CORPUS = Path("scifact") / "corpus_train.csv"


class CorpusError(ConsiliaError):
    """The corpus holds too little text."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written as documents."""

    paths: tuple[Path, ...]
    sentences: int


def abstract_sentences(field: str) -> tuple[str, ...]:
    r"""Return the sentences of an abstract as the corpus keeps it: the repr of a numpy array.

    No comma stands between its strings, so `ast.literal_eval` would join them into one.

    Args:
        field: The column `abstract`.

    Returns:
        The sentences, white space made single.

    >>> abstract_sentences("['One (1).'\n \"It's two.\"]")
    ('One (1).', "It's two.")
    """
    tokens = tokenize.generate_tokens(io.StringIO(field).readline)
    strings = (ast.literal_eval(t.string) for t in tokens if t.type == tokenize.STRING)
    return tuple(" ".join(text.split()) for text in strings if text.strip())


def write_documents(corpus: Path, folder: Path, *, at_least: int) -> Written:
    """Write the first abstracts of the corpus as documents.

    Args:
        corpus: The CSV file with `doc_id`, `title` and `abstract`.
        folder: Where to write.
        at_least: How many different sentences are needed.

    Returns:
        The documents, and how many different sentences they hold.

    Raises:
        CorpusError: The corpus has fewer sentences.
    """
    paths: list[Path] = []
    sentences: set[str] = set()
    with corpus.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if len(sentences) >= at_least:
                break
            abstract = abstract_sentences(row["abstract"])
            sentences.update(abstract)
            path = folder / f"scifact-{row['doc_id']}.md"
            path.write_text(_document(row, abstract), encoding="utf-8")
            paths.append(path)
    if len(sentences) < at_least:
        raise CorpusError(f"{corpus} holds {len(sentences)} sentences; {at_least} are needed")
    return Written(tuple(paths), len(sentences))


def _document(row: dict[str, str], sentences: tuple[str, ...]) -> str:
    title = json.dumps(" ".join(row["title"].split()), ensure_ascii=False)  # YAML reads JSON
    head = f"---\nid: scifact-{row['doc_id']}\nkind: study\ntitle: {title}\n---\n"
    return "\n".join([head, "## Abstract", "", *sentences, ""])
