"""Sections that speak where they should, and are silent where they should."""

from consilia.wording import SectionName
from eval.measure import Measure, Metric, Samples, of_type, share
from eval.samples import Sample

_Told = list[tuple[Sample, SectionName]]


def sections_rightly_answered(samples: Samples) -> Measure:
    """Answered sections that should answer / answered sections, answerable cases.

    Source: own: precision of speaking.
    """
    told = _answerable(samples)
    answered = [(s, name) for s, name in told if name in s.sections_answered]
    return share("sections answered, precision", (name in s.sections_gold for s, name in answered))


def sections_found(samples: Samples) -> Measure:
    """Answered sections that should answer / sections that should, answerable cases.

    Source: own: recall of speaking.
    """
    gold = [(s, name) for s, name in _answerable(samples) if name in s.sections_gold]
    return share("sections answered, recall", (name in s.sections_answered for s, name in gold))


def sections_rightly_silent(samples: Samples) -> Measure:
    """Silent sections that should be silent / silent sections, answerable cases.

    Source: own: precision of silence.
    """
    told = _answerable(samples)
    silent = [(s, name) for s, name in told if name not in s.sections_answered]
    return share("sections silent, precision", (name in s.sections_silent for s, name in silent))


def sections_silent_found(samples: Samples) -> Measure:
    """Silent sections that should be silent / sections that should, answerable cases.

    Source: own: recall of silence.
    """
    empty = [(s, name) for s, name in _answerable(samples) if name in s.sections_silent]
    quiet = (name not in s.sections_answered for s, name in empty)
    return share("sections silent, recall", quiet)


def section_actions(section: SectionName) -> Metric:
    """Return the measure of answers in which a section does what it should / all such answers.

    Source: own: accuracy.

    Args:
        section: One of the three.

    Returns:
        The metric, over all questions of which is known what the section should do: answer as the
        case says or as it has a gold span of the kind, else be silent.
    """

    def acts(samples: Samples) -> Measure:
        told = [s for s in samples if section in s.sections]
        done = ((section in s.sections_answered) == (section in s.sections_gold) for s in told)
        return share(f"expected action of the section {section}", done)

    return acts


def _answerable(samples: Samples) -> _Told:
    """The sections of answerable cases of which is known what they should do."""
    return [(s, name) for s in of_type(samples, "answerable") for name in s.sections]
