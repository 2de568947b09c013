"""How well the confidence in a section tells whether it should answer, before any threshold."""

from consilia.wording import SECTION_TITLES, SectionName
from eval import selective
from eval.measure import Measure, Metric, Samples, source_of
from eval.public.auroc import auroc
from eval.samples import Sample
from eval.selective import Judged

_JUDGED = frozenset({"answer", "abstain"})


def judged_sections(samples: Samples) -> dict[SectionName, Judged]:
    """Return the log-odds of each section with whether it should answer.

    Args:
        samples: Questions that ended before their sections were weighed, that a guardrail should
            end, or of which is not known what the section should do, are left out.

    Returns:
        By section, in the order of the samples.
    """
    return {
        name: [(odds, right) for _, odds, right in _judged(samples, name)]
        for name in SECTION_TITLES
    }


def area_under_roc(section: SectionName) -> Metric:
    """Return the measure of the chance that a section which should answer is the surer one.

    Of all pairs of a question that the section should answer and one that it should not, the share
    in which the first has the higher log-odds, ties half; .5 tells nothing. The interval is a
    bootstrap over sources.

    Source: Hanley and McNeil, Radiology 143:29, 1982.

    Args:
        section: One of the three.

    Returns:
        The metric, not a share of questions; None unless there are both kinds of questions.
    """
    name = f"confidence in the section {section}, AUROC"

    def area(samples: Samples) -> Measure:
        held = _judged(samples, section)
        ranks = {odds: place for place, odds in enumerate(sorted({odds for _, odds, _ in held}))}
        found = auroc(
            [float(ranks[odds]) for _, odds, _ in held],  # -inf is a rank like any other
            [right for *_, right in held],
            [" ".join(source_of(sample)) for sample, *_ in held],
        )
        if found is None:
            return Measure(name, None, 0, is_share=False)
        return Measure(name, found.value, len(held), found.interval, is_share=False)

    return area


def area_under_risk(section: SectionName) -> Metric:
    """Return the measure of the area under the risk-coverage curve of a section.

    The mean, over all coverages k / n, of the share of questions that the section should not
    answer among the k surest. The share of such questions bounds it from below.

    Source: Geifman, Uziel and El-Yaniv 2019.

    Args:
        section: One of the three.

    Returns:
        The metric, not a share of questions, without an interval.
    """
    name = f"confidence in the section {section}, AURC"

    def area(samples: Samples) -> Measure:
        found = selective.aurc(name, judged_sections(samples)[section])
        return Measure(name, found.value, found.n, is_share=False, better="lower")

    return area


def _judged(samples: Samples, section: SectionName) -> list[tuple[Sample, float, bool]]:
    return [
        (s, s.confidence[section], s.sections[section] == "answer")
        for s in samples
        if s.confidence and s.expected in _JUDGED and section in s.sections
    ]
