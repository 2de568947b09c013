"""What changed between two versions of a document, section by section."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from consilia.documents import sections_of
from consilia.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One section of a document that is not what it was."""

    headings: tuple[str, ...]
    change: Literal["added", "removed", "changed"]
    removed: tuple[str, ...]
    """Sentences that are no longer there, in the order of the earlier version."""
    added: tuple[str, ...]
    """Sentences that were not there, in the order of the later version."""


def section_changes(old: str, new: str) -> tuple[SectionChange, ...]:
    r"""Return the sections that differ, those of the later version first, in its order.

    >>> changes = section_changes("## Dose\n\n5 mg.\n", "## Dose\n\n10 mg.\n")
    >>> changes[0].change, changes[0].removed, changes[0].added
    ('changed', ('5 mg.',), ('10 mg.',))
    """
    before, after = _sentences(old), _sentences(new)
    found = []
    for headings in dict.fromkeys((*after, *before)):
        was, now = before.get(headings, ()), after.get(headings, ())
        removed, added = _without(was, now), _without(now, was)
        if removed or added:
            change: Literal["added", "removed", "changed"] = (
                "added" if not was else "removed" if not now else "changed"
            )
            found.append(SectionChange(headings, change, removed, added))
    return tuple(found)


def _sentences(text: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for section in sections_of(text):
        spans = split_sentences(text, section.start, section.end)
        words = tuple(text[span.start : span.end] for span in spans)
        found[section.headings] = (*found.get(section.headings, ()), *words)
    return found


def _without(sentences: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    left = Counter(others)
    kept = []
    for sentence in sentences:
        if left[sentence]:
            left[sentence] -= 1
        else:
            kept.append(sentence)
    return tuple(kept)
