"""A public retrieval benchmark: texts to be found, questions, and which texts answer which."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from consilia.errors import ConsiliaError
from consilia.models import canonical_json, digest


class BenchmarkError(ConsiliaError):
    """The files of a benchmark are missing, malformed or at odds with each other."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a corpus, the unit that is to be found."""

    id: str
    """Of texts that repeat each other the same: whichever is found, the unit is."""
    title: str
    """Empty when the source has none."""
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and the texts that answer it."""

    id: str
    text: str
    relevant: Mapping[str, int]
    """Grade by text id, at least 1; texts that are not named are not relevant."""
    source: str = ""
    """What it was made from; questions of one source hang together in an interval."""


def single_spaced(text: str) -> str:
    r"""Return text of a file as one line that any index can store.

    >>> single_spaced(" Two\n lines,\x00 one \ud800 broken ")
    'Two lines, one ? broken'
    """
    encodable = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    return " ".join(encodable.split())


NO_FIGURES = "Figures of others on this data: none found."


@dataclass(frozen=True, slots=True)
class Figure:
    """What others state on the same data."""

    system: str
    measure: str
    value: float
    source: str
    """Where it is stated, and on which questions."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A corpus with its questions."""

    name: str
    unit: str
    """What one text is, in words: "abstract", "snippet", …."""
    texts: tuple[Text, ...]
    queries: tuple[Query, ...]
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out or made up to get from the files to this, one line each."""

    @property
    def slug(self) -> str:
        """The name as part of a file name."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-")

    def digest(self) -> str:
        """Return the hash of the corpus; questions are no part of it."""
        return digest(canonical_json([[text.id, text.title, text.text] for text in self.texts]))

    def limited(self, count: int | None) -> "Benchmark":
        """Return the benchmark with so many of its questions, spread evenly; all when None."""
        size = len(self.queries)
        if count is None or count >= size:
            return self
        chosen = tuple(self.queries[at * size // count] for at in range(count))
        return replace(self, queries=chosen)


def checked(benchmark: Benchmark) -> Benchmark:
    """Return a benchmark whose questions are distinct and answered by texts of its corpus.

    Args:
        benchmark: As an adapter read it.

    Returns:
        The same.

    Raises:
        BenchmarkError: It is empty, a question occurs twice, or a relevant text is not there.
    """
    name = benchmark.name
    if not benchmark.texts or not benchmark.queries:
        raise BenchmarkError(
            f"{name}: {len(benchmark.texts)} texts and {len(benchmark.queries)} questions were "
            "read; check that the folder holds the whole download"
        )
    known = {text.id for text in benchmark.texts}
    seen: set[str] = set()
    for query in benchmark.queries:
        if query.id in seen:
            raise BenchmarkError(f"{name}: two questions have the id {query.id}")
        seen.add(query.id)
        if not query.relevant or min(query.relevant.values()) < 1:
            raise BenchmarkError(f"{name}: question {query.id} has no relevant text")
        if missing := sorted(query.relevant.keys() - known):
            raise BenchmarkError(
                f"{name}: question {query.id} is answered by {missing[0]}, which the corpus lacks; "
                "questions and corpus are of different downloads"
            )
    return benchmark
