"""Documents that repeat each other: linked to one original, their common words indexed once.

A linked document still contributes every sentence that its original lacks: nothing is lost.
"""

from collections.abc import Iterator, Sequence

from consilia.catalog import Catalog, Link
from consilia.documents import sections_of
from consilia.sentences import split_sentences

NEAR = 0.8
"""Share of a label's sentences that another must have, word for word, to be its original. A real
label and its repackaging share 0.97, no two real labels of different drugs in the tests 0.02."""
_WORK_IDENTIFIERS = ("doi", "pmid", "pmcid")


def find_links(catalog: Catalog) -> tuple[Link, ...]:
    """Return a link for each current document that repeats another one.

    Args:
        catalog: Open.

    Returns:
        Sorted by document; an original is never linked itself. Sources that are never used for a
        claim are no originals.
    """
    links: dict[str, Link] = {}
    for group, reason in _groups(catalog):
        usable = [d for d in group if not catalog.current(d).metadata.is_excluded]
        free = [document for document in usable if document not in links]
        taken = {links[document].original for document in usable if document in links}
        if len(usable) < 2 or not free:
            continue
        original = min(taken) if taken else _longest(catalog, free)
        for document in free:
            if document != original and document not in {link.original for link in links.values()}:
                links[document] = Link(document, original, reason)
    return tuple(links[document] for document in sorted(links))


def repeated(text: str, original: str) -> frozenset[str]:
    """Return the sentences of a text that its original has too, white space aside."""
    return frozenset(_sentences(text)) & frozenset(_sentences(original))


def _groups(catalog: Catalog) -> Iterator[tuple[tuple[str, ...], str]]:
    for documents in catalog.same_texts():
        yield documents, "same text"
    for name in _WORK_IDENTIFIERS:
        for value, documents in catalog.sharing(name).items():
            yield documents, f"same {name} {value}"
    for documents in catalog.sharing("unii").values():
        yield from _near_labels(catalog, documents)


def _near_labels(
    catalog: Catalog, documents: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    labels = [d for d in documents if catalog.current(d).metadata.kind == "label"]
    if len(labels) < 2:
        return
    sentences = {label: frozenset(_sentences(catalog.document(label).text)) for label in labels}
    by_size = sorted(labels, key=lambda label: (-len(sentences[label]), label))
    originals: list[str] = []
    for label in by_size:
        near = next((o for o in originals if _share(sentences[label], sentences[o]) >= NEAR), None)
        if near is None:
            originals.append(label)
        else:
            share = _share(sentences[label], sentences[near])
            yield (near, label), f"{share:.0%} of its sentences are the other label's"


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one) if one else 0.0


def _longest(catalog: Catalog, documents: Sequence[str]) -> str:
    return min(documents, key=lambda document: (-len(catalog.document(document).text), document))


def _sentences(text: str) -> Iterator[str]:
    for section in sections_of(text):
        for span in split_sentences(text, section.start, section.end):
            yield " ".join(text[span.start : span.end].split())
