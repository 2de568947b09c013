"""The same answer to the same question in other words."""

from collections import defaultdict

from eval.measure import Measure, Samples, share
from eval.samples import Sample

_TAG = "same:"


def stable_groups(samples: Samples) -> Measure:
    """Groups of questions that mean the same and show the same gold facts / such groups.

    Questions mean the same when their cases share a tag `same:…`, or, without such a tag, when they
    are answerable and have the same gold facts. A group of two or more is stable when all end alike
    and show the same of these facts. Paraphrases, typing errors and keywords are such groups.

    Source: own.
    """
    groups: dict[tuple[str, ...], list[Sample]] = defaultdict(list)
    for sample in samples:
        for key in _keys(sample):
            groups[key].append(sample)
    same = (len({_shown(s) for s in group}) == 1 for group in groups.values() if len(group) > 1)
    return share("same facts for the same question in other words", same)


def _keys(sample: Sample) -> list[tuple[str, ...]]:
    tags = [(_TAG, tag) for tag in sample.case.tags if tag.startswith(_TAG)]
    if tags or sample.type != "answerable" or not sample.gold:
        return [(*tag, str(sample.turn)) for tag in tags]
    return [("facts", *sorted(sample.gold))]


def _shown(sample: Sample) -> tuple[str, ...]:
    return (sample.status, *sorted(sample.shown))
