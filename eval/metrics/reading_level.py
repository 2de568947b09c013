"""How hard the claims are to read."""

import re

from consilia.wording import Audience
from eval.measure import Measure, Metric, Samples, source_of
from eval.samples import Sample
from eval.statistics import cluster_bootstrap, mean

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_GROUP = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouyscgxzh]es|[^aeiouydt]ed|[^laeiouy]e)$")


def reading_level(audience: Audience) -> Metric:
    """Return the measure of the Flesch-Kincaid grade of what an audience is shown.

    0.39 words / sentences + 11.8 syllables / words - 15.59. Each shown claim is one sentence;
    numbers are no words. The mean over answers that show a claim.

    Source: Kincaid, Fishburne, Rogers and Chissom, Naval Technical Training Command report
    8-75, 1975.

    Args:
        audience: Whose answers are looked at.

    Returns:
        The metric: years of school, not a share.
    """
    name = f"reading level, Flesch-Kincaid grade, {audience}"

    def level(samples: Samples) -> Measure:
        grades = [(s, _grade(s)) for s in samples if s.answer.audience == audience]
        known = [(s, grade) for s, grade in grades if grade is not None]
        values = [grade for _, grade in known]
        interval = cluster_bootstrap(values, [source_of(s) for s, _ in known])
        return Measure(name, mean(values), len(values), interval, is_share=False, better="neither")

    return level


def _grade(sample: Sample) -> float | None:
    claims = [_WORD.findall(claim.text) for claim in sample.shown_claims]
    read = [words for words in claims if words]
    words = [word for claim in read for word in claim]
    if not words:
        return None
    return 0.39 * len(words) / len(read) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Return about how many syllables an English word has.

    Groups of vowels, but a final e, es or ed that is not spoken; at least one. It counts by the
    letters: "area" and "reaction" have one more.

    >>> [syllables(word) for word in ("dose", "table", "treated", "used", "neurology", "doses")]
    [1, 2, 2, 1, 4, 2]
    """
    folded = word.casefold()
    return max(1, len(_GROUP.findall(folded)) - bool(_SILENT.search(folded)))
