"""The facts that gold cases name, found again as spans of the documents that ship."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from consilia.answer import Proof
from consilia.documents import document_paths, read_document
from consilia.errors import ConsiliaError
from consilia.models import Document, Kind, Sentence, digest

FACTS = Path(__file__).parent / "gold" / "facts.json"


class FactsError(ConsiliaError):
    """`facts.json` and the documents do not belong together."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one version of one document: `[start, end)` in Unicode code points."""

    document: str
    version: str
    start: int
    end: int
    sha256: str
    """`sha256:…` of the words."""
    kind: Kind | None = None
    """Of the document; None where it is not known."""

    @classmethod
    def of_proof(cls, proof: Proof) -> Self:
        """Return the words that a claim rests on."""
        return cls(proof.document, proof.version, proof.start, proof.end, proof.quote_sha256)

    @classmethod
    def of_sentence(cls, sentence: Sentence) -> Self:
        """Return the words of a sentence that was found."""
        words = digest(sentence.text.encode())
        place = sentence.document, sentence.version, sentence.start, sentence.end
        return cls(*place, words, sentence.kind)

    def shares(self, other: "Span") -> bool:
        """Tell whether both are the same words of a document, or overlap in one version of it."""
        if self.document != other.document:
            return False
        overlap = self.start < other.end and other.start < self.end
        return self.sha256 == other.sha256 or (self.version == other.version and overlap)


Facts = Mapping[str, Span]
"""Facts by the ids that gold cases use."""


def load_facts(kb: Path, path: Path = FACTS) -> Facts:
    """Find every fact in the documents.

    Args:
        kb: The folder of Markdown documents, one sentence a line.
        path: Document and hash of each fact by id.

    Returns:
        The span of each fact by id.

    Raises:
        FactsError: A fact is in no document.
    """
    lines = {
        (span.document, span.sha256): span
        for source in document_paths(kb)
        for span in _lines(read_document(source))
    }
    named = json.loads(path.read_text(encoding="utf-8"))
    lost = [id_ for id_, fact in named.items() if _key(fact) not in lines]
    if lost:
        raise FactsError(
            f"{path} names facts that are no sentence of {kb}: {', '.join(lost)}; write their "
            "document and the hash of their sentence anew"
        )
    return {id_: lines[_key(fact)] for id_, fact in named.items()}


def _key(fact: Mapping[str, str]) -> tuple[str, str]:
    return fact["document"], fact["quote_sha256"]


def _lines(document: Document) -> Iterator[Span]:
    start, version = 0, document.version
    for line in document.text.split("\n"):
        end = start + len(line)
        yield Span(document.id, version, start, end, digest(line.encode()), document.metadata.kind)
        start = end + 1
