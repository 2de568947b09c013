"""Statements made stronger: advice, certainty, frequency, evidence, and conditions dropped."""

from collections.abc import Iterator

from consilia.gates.evidence import Evidence
from eval.mutations.mutant import Mutant, Mutate
from eval.mutations.replacing import replacing, rules, tidy

_ACTS = r"(?:(?:only |also )?be (?:considered|preferred|offered|used|given|appropriate)|switch)"
_ADVICE = rf"(?= {_ACTS})"
_FINDING = rf"(?! {_ACTS})(?= )"
MODALITY = replacing(
    "may to should, should to must",
    "strength",
    {
        rf"may{_ADVICE}": "should",
        r"should(?= (?:not )?(?:be|get|take|finish|protect|report|stop|only))": "must",
        r"can(?= be (?:treated|called))": "should",
    },
)
HEDGE_DROPPED = replacing(
    "may to will",
    "strength",
    {
        rf"(?<!\d )may{_FINDING}(?! \d)": "will",
        r"can(?= (?:cause|raise|enhance|affect|increase|progress))": "will always",
        r"(?:possibly|likely|probably)(?= effective)": "",
        r"possibly(?= (?:a|without))": "certainly",
        r"did not seem to": "did not",
        r"a possible": "a proven",
        r"tended to be": "were",
    },
)
CONSIDER_TO_OFFER = replacing(
    "consider to offer",
    "strength",
    {
        r"to consider": "to offer",
        r"should be considered": "should be offered",
        r"may be considered": "is recommended",
        r"advised considering": "advised giving",
        r"advises considering": "advises measuring",
        r"suggests(?= speech)": "requires",
    },
)
CERTAINTY = replacing(
    "suggests to proves",
    "strength",
    {
        r"suggests(?! speech)": "proves",
        r"suggesting": "proving",
        r"proposed that": "proved that",
        r"found(?= (?:that |support|higher|ultrasound))": "proved",
        r"concluded(?= that| from)": "proved",
    },
)
CAUSATION = replacing(
    "associated with to causes",
    "strength",
    {
        r"(?:are|is) associated with": "cause",
        r"has been linked to": "has been proved to cause",
        r"(?<!GPnotebook )links (?=fasciculations to)": "proves a cause of ",
    },
)
FREQUENCY = replacing(
    "rarely or often to always",
    "strength",
    {
        r"(?:very )?(?:rarely|sometimes|often|usually|mostly|mainly|occasionally|commonly|"
        r"typically|frequently|periodically)(?= (?!than))": "always",
        r"(?<!the )most(?= (?:people|patients|benign|clinicians|fasciculations|of six))": "all",
        r"(?<=although )some(?= people)": "all",
        r"many(?= (?:are|were))": "all",
        r"almost all": "all",
        r"tend to be": "are always",
        r"in rare cases": "in all cases",
    },
)
DEGREE = replacing(
    "weak to strong",
    "strength",
    {
        r"level [BC]": "Level A",
        r"modestly": "markedly",
        r"slightly": "greatly",
        r"as modest": "as substantial",
        r"evidence base (.+?) to be weak": r"evidence base \1 to be strong",
        r"evidence was scarce": "evidence was strong",
        r"was provisional": "was definitive",
        r"insufficient evidence": "high-quality evidence",
    },
)
TREND = replacing(
    "trend to effect",
    "strength",
    {
        r"showed a non-significant trend to slower": "slowed",
        r"a non-significant trend to": "",
        r"a trend towards": "",
    },
)
_CONDITION = rules({
    r"(?<=[\w)] )(?<!even )(?:only )?(?:if|when)\b(?! judging)[^.;]*?"
    r"(?=\.$|;|, (?:so|although|but)\b|, and (?:\w+ )?(?:should|must|can)\b)": "",
})
_LEADING = rules({r"^(?:if|when) [^.;]*?, (?=nice|the label|signs)": ""})


def condition_dropped(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence without each of its conditions."""
    for rule in (*_CONDITION, *_LEADING):
        claim = tidy(rule.pattern.sub("", evidence.quote, count=1))
        if claim != tidy(evidence.quote):
            yield Mutant("condition dropped", claim, (evidence,), "strength")


_SINGLE = rules({
    r"^in a case report of ([^,]+), (.+?) treatment resolved .*$": r"\2 is effective in \1.",
    r"^.*one .*?woman with (.+?) for .* control with (\w+)\.$": r"\2 is effective for \1.",
    r"^in a case report of (.+?) on (?:a|an) .*$": r"Stopping the drug always cures \1.",
    r"^five of six patients with (.+?) improved on (.+)\.$": r"\2 is effective in \1.",
})


def case_to_effect(evidence: Evidence) -> Iterator[Mutant]:
    """Yield, from a report on single patients, that the treatment works."""
    if evidence.design in {"case_report", "case_series"}:
        for rule in _SINGLE:
            match = rule.pattern.match(evidence.quote)
            if match:
                claim = tidy(match.expand(rule.replacement))
                yield Mutant("case report to effective", claim, (evidence,), "strength")


MUTATORS: tuple[Mutate, ...] = (
    MODALITY,
    HEDGE_DROPPED,
    CONSIDER_TO_OFFER,
    CERTAINTY,
    CAUSATION,
    FREQUENCY,
    DEGREE,
    TREND,
    condition_dropped,
    case_to_effect,
)
