"""What a fresh process finds: `python -m eval.faults.check HOME ACKNOWLEDGED.json`."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from consilia.answer import Answer
from consilia.assistant import Assistant
from consilia.errors import ConsiliaError
from consilia.index_check import problems
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Hit
from consilia.opening import open_knowledge_base
from consilia.settings import Settings
from consilia.testing import HashEmbedder
from eval.faults.documents import edition_of, sentence_of, text_of

QUESTION = "How many people with vorblitis does the survey count?"


@dataclass(slots=True)
class Verdict:
    """What is wrong with a knowledge base; all empty when nothing is."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged documents that are not there, not found, or of an earlier edition."""
    mixed: list[str] = field(default_factory=list)
    """Where index and catalog are of different states."""
    wrong: list[str] = field(default_factory=list)
    """Hits and proofs whose words the catalog does not have there, and documents not whole."""
    notices: list[str] = field(default_factory=list)
    error: str = ""
    """Why it could not be opened or asked."""


def examine(home: Path, acknowledged: Mapping[str, int]) -> Verdict:
    """Open a knowledge base as a user does, and compare it with what was acknowledged.

    Args:
        home: Its folder.
        acknowledged: Editions by document id.

    Returns:
        What was found.
    """
    embedder, settings, verdict = HashEmbedder(), Settings(kb=home, chroma=""), Verdict()
    try:
        opened = open_knowledge_base(home, settings, embedder, lambda phase, done, total: None)
        with Assistant(opened.kb, embedder, settings, opened.notice) as assistant:
            answer = assistant.ask(QUESTION)
            verdict.notices = [notice.code for notice in answer.notices]
            verdict.wrong += _wrong_proofs(opened.kb, answer)
            verdict.mixed += _mixed(opened.kb, strict="index_old" not in verdict.notices)
            verdict.wrong += _not_whole(opened.kb)
            verdict.lost += [i for i in acknowledged if not _is_held(opened.kb, i, acknowledged[i])]
            for entry in opened.kb.catalog.entries():
                document = entry.metadata.id
                _search(assistant, opened.kb, document, verdict, document in acknowledged)
    except ConsiliaError as error:
        verdict.error = str(error)
    return verdict


def is_right(kb: KnowledgeBase, hit: Hit) -> bool:
    """Tell whether a hit's words stand in the catalog where it says, in its version."""
    sentence = hit.sentence
    text = kb.catalog.text(sentence.document, sentence.version)
    return text is not None and text[sentence.start : sentence.end] == sentence.text


def _search(
    assistant: Assistant, kb: KnowledgeBase, document: str, verdict: Verdict, acknowledged: bool
) -> None:
    """Look for a document by its own words; an older index may lack what was not acknowledged."""
    number = int(document.rpartition("-")[2])
    wanted = sentence_of(number, edition_of(kb.catalog.document(document).text))
    hits = assistant.search(wanted)
    verdict.wrong += [hit.sentence.id for hit in hits if not is_right(kb, hit)]
    indexed = kb.index.sentences.origins().get(document)
    if indexed is None or indexed.key != kb.catalog.key(document):
        lacking = "index_old" in verdict.notices and not acknowledged
        if not lacking and "index_rolled_back" not in verdict.notices:
            verdict.lost.append(document)
    elif not hits or hits[0].sentence.text != wanted:
        verdict.wrong.append(f"{document} is not found by its words")


def _mixed(kb: KnowledgeBase, *, strict: bool) -> Iterator[str]:
    """Ways in which the parts of the index differ from each other, or from the catalog."""
    state = kb.index.state
    same = state.knowledge_base == kb.catalog.digest()
    keys = {document: origin.key for document, origin in kb.index.sentences.origins().items()}
    if same and keys != kb.catalog.keys():
        yield "the sentences are of other documents than the catalog"
    if strict and not same and kb.index.folder == _current(kb.home):
        yield "index and catalog have different digests"
    yield from problems(kb.index.folder)


def _current(home: Path) -> Path:
    return home / "generations" / (home / "CURRENT").read_text(encoding="utf-8").strip()


def _wrong_proofs(kb: KnowledgeBase, answer: Answer) -> Iterator[str]:
    for proof in (proof for claim in answer.claims for proof in claim.proofs):
        text = kb.catalog.text(proof.document, proof.version) or ""
        if text[proof.start : proof.end] != proof.quote:
            yield f"the proof {proof.document}:{proof.start} has other words"


def _not_whole(kb: KnowledgeBase) -> Iterator[str]:
    for entry in kb.catalog.entries():
        document = entry.metadata.id
        text = kb.catalog.document(document).text
        if text != text_of(int(document.rpartition("-")[2]), edition_of(text)):
            yield f"{document} is not whole"


def _is_held(kb: KnowledgeBase, document: str, edition: int) -> bool:
    if kb.catalog.key(document) is None:
        return False
    return edition_of(kb.catalog.document(document).text) >= edition


def main() -> int:
    """Print the verdict as JSON."""
    home, acknowledged = Path(sys.argv[1]), Path(sys.argv[2])
    verdict = examine(home, json.loads(acknowledged.read_text(encoding="utf-8")))
    sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
