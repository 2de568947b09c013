"""The measures: one short function each, from samples to a number with its n.

None as a value means not applicable, which is not zero.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from consilia.candidates import SECTION_KINDS
from consilia.wording import SectionName
from eval.samples import Sample
from eval.statistics import Interval, mean, wilson

Samples = Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a report."""

    name: str
    value: float | None
    """A share in [0, 1], unless the name says otherwise; None when not applicable."""
    n: int
    """What the value was taken over."""
    interval: Interval | None = None
    """Wilson, 95 %, of a proportion; it takes the n to be independent of each other."""
    is_share: bool = True

    def to_dict(self) -> dict[str, object]:
        """Return the measure as plain values."""
        return asdict(self)


Metric = Callable[[Samples], Measure]


def ratio(name: str, part: int, whole: int) -> Measure:
    """Return part / whole with its interval."""
    return Measure(name, part / whole if whole else None, whole, wilson(part, whole))


def share(name: str, trials: Iterable[bool]) -> Measure:
    """Return how many of the trials are true / trials, with its interval."""
    results = list(trials)
    return ratio(name, sum(results), len(results))


def _of(samples: Samples, case_type: str) -> list[Sample]:
    return [sample for sample in samples if sample.type == case_type]


def _follow_ups(samples: Samples, expected: str) -> list[Sample]:
    later = [sample for sample in _of(samples, "dialogue") if sample.turn > 0]
    return [sample for sample in later if sample.expected == expected]


def claims_proven(samples: Samples) -> Measure:
    """Claims with at least one proof / all claims of all answers."""
    claims = sum(s.claims for s in samples)
    return ratio("claims with proof", claims - sum(len(s.unproven) for s in samples), claims)


def answers_verified(samples: Samples) -> Measure:
    """Answers in which the independent checker finds nothing wrong / all answers."""
    return share("answers that verify", (not s.findings for s in samples))


def answers_numbered(samples: Samples) -> Measure:
    """Answers whose citations and references are the same numbers / all answers."""
    numbered = (not s.misnumbered for s in samples)
    return share("answers without dangling or unused numbers", numbered)


def recall_at(k: int) -> Metric:
    """Return the measure of how many gold facts are among the first `k` hits.

    Args:
        k: Cut-off, at least 1 and at most `samples.SEARCH_DEPTH`.

    Returns:
        Mean over answerable cases of (gold facts with rank ≤ k / gold facts of the case).
    """

    def recall(samples: Samples) -> Measure:
        shares = [
            sum(rank <= k for rank in s.ranks.values()) / len(s.facts)
            for s in _of(samples, "answerable")
            if s.ranks is not None and s.facts
        ]
        return Measure(f"recall@{k}, mean over cases", mean(shares), len(shares))

    return recall


def facts_shown(samples: Samples) -> Measure:
    """Gold facts shown / gold facts, summed over answerable cases."""
    facts = (id_ in s.shown for s in _of(samples, "answerable") for id_ in s.facts)
    return share("gold facts shown", facts)


def facts_shown_by_case(samples: Samples) -> Measure:
    """Mean over answerable cases of (gold facts shown / gold facts of the case)."""
    shares = [len(s.shown) / len(s.facts) for s in _of(samples, "answerable") if s.facts]
    return Measure("gold facts shown, mean over cases", mean(shares), len(shares))


def any_fact_shown(samples: Samples) -> Measure:
    """Answerable cases that show at least one gold fact / answerable cases."""
    shown = (bool(s.shown) for s in _of(samples, "answerable"))
    return share("at least one gold fact shown", shown)


def over_refusal(samples: Samples) -> Measure:
    """Answerable cases that were abstained from / answerable cases."""
    silent = (s.status == "abstained" for s in _of(samples, "answerable"))
    return share("over-refusal: answerable, abstained", silent)


def points_shown(samples: Samples) -> Measure:
    """Must-have points that a shown claim says / must-have points, over answerable cases."""
    cases = _of(samples, "answerable")
    return ratio(
        "must-have points shown", sum(s.points_shown for s in cases), sum(s.points for s in cases)
    )


def refusal_precision(samples: Samples) -> Measure:
    """Unanswerable cases among the abstained / abstained, over both kinds of cases."""
    silent = [s for s in _decidable(samples) if s.status == "abstained"]
    return share("refusal precision", (s.type == "abstain" for s in silent))


def sections_rightly_answered(samples: Samples) -> Measure:
    """Answered sections with a gold fact of their kind / answered sections, answerable cases."""
    answered = [(s, name) for s in _of(samples, "answerable") for name in s.sections_answered]
    return share("sections answered, precision", (name in s.sections_gold for s, name in answered))


def sections_found(samples: Samples) -> Measure:
    """Answered sections with a gold fact of their kind / such sections, answerable cases."""
    gold = [(s, name) for s in _of(samples, "answerable") for name in s.sections_gold]
    return share("sections answered, recall", (name in s.sections_answered for s, name in gold))


def sections_rightly_silent(samples: Samples) -> Measure:
    """Silent sections without a gold fact of their kind / silent sections, answerable cases."""
    silent = [(s, name) for s in _of(samples, "answerable") for name in _silent(s)]
    wrong = (name not in s.sections_gold for s, name in silent)
    return share("sections silent, precision", wrong)


def _silent(sample: Sample) -> list[SectionName]:
    return [name for name in SECTION_KINDS if name not in sample.sections_answered]


def sections_silent_found(samples: Samples) -> Measure:
    """Silent sections without a gold fact of their kind / such sections, answerable cases."""
    empty = [
        (s, name)
        for s in _of(samples, "answerable")
        for name in SECTION_KINDS
        if name not in s.sections_gold
    ]
    quiet = (name not in s.sections_answered for s, name in empty)
    return share("sections silent, recall", quiet)


def _decidable(samples: Samples) -> list[Sample]:
    return [s for s in samples if s.type in {"answerable", "abstain"}]


def abstention(samples: Samples) -> Measure:
    """Unanswerable cases that were abstained from / unanswerable cases."""
    silent = (s.status == "abstained" for s in _of(samples, "abstain"))
    return share("refusal recall: unanswerable, abstained", silent)


def gold_share(samples: Samples) -> Measure:
    """Shown claims that rest on a gold fact / shown claims, over answered answerable cases."""
    answered = [s for s in _of(samples, "answerable") if s.status == "answered"]
    gold = sum(s.claims_gold for s in answered)
    return ratio("gold share of shown claims", gold, sum(s.claims_shown for s in answered))


def median_claims(samples: Samples) -> Measure:
    """Median number of shown claims over all answered questions."""
    counts = [s.claims_shown for s in samples if s.status == "answered"]
    value = float(median(counts)) if counts else None
    return Measure("claims per answered question, median", value, len(counts), is_share=False)


def max_claims(samples: Samples) -> Measure:
    """Largest number of shown claims over all answered questions."""
    counts = [s.claims_shown for s in samples if s.status == "answered"]
    value = float(max(counts)) if counts else None
    return Measure("claims per answered question, maximum", value, len(counts), is_share=False)


def follow_ups_answered(samples: Samples) -> Measure:
    """Later turns to be answered that show at least one gold fact / such turns with gold facts."""
    turns = (bool(s.shown) for s in _follow_ups(samples, "answer") if s.facts)
    return share("follow-ups with at least one gold fact", turns)


def follow_ups_abstained(samples: Samples) -> Measure:
    """Later turns to be abstained from that were abstained from / such turns."""
    turns = (s.status == "abstained" for s in _follow_ups(samples, "abstain"))
    return share("follow-ups rightly abstained", turns)


def stops(samples: Samples) -> Measure:
    """Guardrail questions, alone or in dialogues, that ended as emergency or refused / all."""
    stopped = (s.status in {"emergency", "refused"} for s in samples if s.expected == "guardrail")
    return share("guardrail, emergency or refused", stopped)


PROMISES: tuple[Metric, ...] = (claims_proven, answers_verified, answers_numbered)
"""What must be 1: a run in which one is less fails."""

QUALITY: tuple[Metric, ...] = (
    recall_at(5),
    recall_at(10),
    recall_at(20),
    facts_shown,
    facts_shown_by_case,
    any_fact_shown,
    points_shown,
    over_refusal,
    abstention,
    refusal_precision,
    sections_rightly_answered,
    sections_found,
    sections_rightly_silent,
    sections_silent_found,
    gold_share,
    median_claims,
    max_claims,
    follow_ups_answered,
    follow_ups_abstained,
    stops,
)


def measure_all(
    samples: Samples, metrics: Iterable[Metric] = (*PROMISES, *QUALITY)
) -> list[Measure]:
    """Return the measures in the order of the metrics."""
    return [metric(samples) for metric in metrics]


def promises_hold(samples: Samples) -> bool:
    """Tell whether every claim has its proof and every answer verifies and is numbered right."""
    return all(measure.value in {None, 1.0} for measure in measure_all(samples, PROMISES))
