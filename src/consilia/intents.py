"""What a sentence is for, by its heading, and what a question asks for, by its words."""

import re

# Clinical headings, lower case, to intents; the longest heading that occurs in a line wins.
_HEADINGS: dict[str, str] = {
    "recognition": "recognition",
    "symptom": "recognition",
    "sign": "recognition",
    "clinical feature": "recognition",
    "presentation": "recognition",
    "definition": "recognition",
    "red flag": "red_flag",
    "warning sign": "red_flag",
    "when to refer": "referral",
    "referral": "referral",
    "cause": "cause",
    "aetiology": "cause",
    "etiology": "cause",
    "risk factor": "cause",
    "diagnos": "diagnosis",
    "assessment": "diagnosis",
    "investigation": "diagnosis",
    "test": "diagnosis",
    "diagnostic accuracy": "diagnosis",
    "treatment": "treatment",
    "management": "treatment",
    "therapy": "treatment",
    "recommendation": "treatment",
    "effect of treatment": "treatment",
    "efficacy": "treatment",
    "indication": "indication",
    "dosing": "dose",
    "dosage": "dose",
    "dosage and administration": "dose",
    "dose": "dose",
    "paediatric dosing": "dose",
    "renal dosing": "dose",
    "administration": "administration",
    "boxed warning": "harm",
    "contraindication": "contraindication",
    "warning": "harm",
    "precaution": "harm",
    "adverse": "harm",
    "side effect": "harm",
    "safety": "harm",
    "harm": "harm",
    "rating scheme": "about",
    "interaction": "interaction",
    "overdos": "overdose",
    "monitoring": "monitoring",
    "follow-up": "monitoring",
    "prognosis": "prognosis",
    "outcome": "prognosis",
    "epidemiology": "epidemiology",
    "prevalence": "epidemiology",
    "mechanism": "mechanism",
    "pharmacolog": "mechanism",
    "population": "population",
    "method": "methods",
    "finding": "finding",
    "result": "finding",
    "limitation": "limitation",
    "withdrawal": "regulatory",
    "regulatory": "regulatory",
    "about this source": "about",
}

_ASKED: tuple[tuple[str, str], ...] = (
    (r"\brefer(ral|red|ring|s)?\b|\bspecialist\b|see a (doctor|neurologist)", "referral"),
    (r"\bred flags?\b|\bworr(y|ied|ying|isome)\b|\bserious\b|\bwarning signs?\b", "red_flag"),
    (r"\bcaus(e|es|ed|ing)\b|\bwhy\b|\btriggers?\b|\bdue to\b|\baetiology|\betiology", "cause"),
    (
        r"\bdiagnos|\bcriteria\b|\bwork[- ]?up\b|\bdetect|\bemg\b|\bultrasound\b|\bscan\b",
        "diagnosis",
    ),
    (r"\btests?\b|\btesting\b|\bsensitiv|\bspecific(ity)?\b|\baccura", "diagnosis"),
    (r"\btreat|\btherap|\bmanag|\bhelps?\b|\bworks?\b|\breliev|\breduc|\bprevent", "treatment"),
    (r"\bfirst[- ]line\b|\bdrugs?\b|\bmedic|\bbenefit|\beffective|\bevidence\b", "treatment"),
    (r"\bslows?\b|\bprolong|\bimprov|\brecommend", "treatment"),
    (
        r"\bdos(e|es|ed|age|ing)\b|\bregimen|\bhow much\b|\btitrat|\bmaximum\b|\bmax\b|\bmg\b",
        "dose",
    ),
    (
        r"\bhow (is|are|do|should|to)\b.*\b(given|taken|take|administered|infused)\b",
        "administration",
    ),
    (
        r"\bcontraindicat|\bavoid|\bnot be (given|used)|\bwho should not|\bcan i take\b",
        "contraindication",
    ),
    (
        r"\bside[- ]effects?\b|\badverse|\bharm|\brisks?\b|\bsafe|\bdanger|\btoxic"
        r"|\bwarning",
        "harm",
    ),
    (r"\binteract|\btogether with\b|\bcombin|\balongside\b", "interaction"),
    (r"\boverdos|\bantidote\b|\btoo (much|many)\b", "overdose"),
    (r"\bmonitor|\bcheck(s|ed|ing)?\b|\bblood tests?\b|\bfollow(ed)?[- ]?up\b", "monitoring"),
    (
        r"\bprognos|\boutcome|\bsurviv|\blive\b|\bturn(s|ed)? into\b|\bprogress|\bdevelop",
        "prognosis",
    ),
    (r"\bhow (long|often)\b|\bgo away\b|\blife expectancy\b|\bbecome\b", "prognosis"),
    (r"\bsymptoms?\b|\bsigns?\b|\bfeatures?\b|\blook like\b|\bwhat is\b|\bdefin", "recognition"),
    (
        r"\bapprov|\bindicat|\bwho (can|should|may) (receive|get|have|take|be given)"
        r"|\bsuitable for\b|\blicen[cs]|\bused for\b|\boff[- ]label\b",
        "indication",
    ),
    (
        r"\bhow common\b|\bprevalen|\bincidence\b|\bhow many\b|\bwhat (share|percentage"
        r"|proportion)",
        "epidemiology",
    ),
    (r"\bmechanism\b|\bhow does .* work\b|\bclass\b", "mechanism"),
    (r"\bwithdrawn\b|\bmarket\b|\bstill used\b|\bavailable\b", "regulatory"),
    (r"\bhow many (patients|people|trials|studies)\b|\benrol|\binclu(de|sion)", "population"),
)
# What a sentence may be for, besides the intent asked, and still answer.
_ALSO: dict[str, tuple[str, ...]] = {
    "treatment": ("dose",),
    "dose": ("administration",),
    "administration": ("dose",),
    "recognition": ("red_flag",),
    "referral": ("red_flag",),
    "harm": ("contraindication", "interaction"),
    "contraindication": ("harm",),
}
_ASKED_PATTERNS = tuple((re.compile(pattern), intent) for pattern, intent in _ASKED)

_BROAD = re.compile(
    r"\b(approach(es)? (to|for|in)|approach(ed)?\b|manag(e|ed|ing|ement)|deal(ing)? with|handle"
    r"|overview|what (should|can|to) .*\bdo\b|what do .*\bdo\b|what (is|are) .* (plan|steps))\b"
)
FACETS: dict[str, str] = {
    "referral": "when to refer {topic}",
    "treatment": "treatment of {topic}",
    "cause": "causes of {topic}",
    "diagnosis": "diagnosis of {topic}",
    "prognosis": "prognosis of {topic}",
}
"""What the whole approach to something consists of, each with the question that asks for it."""


def intent_of_headings(headings: tuple[str, ...]) -> str:
    """Return the intent that the innermost telling heading gives a sentence.

    >>> intent_of_headings(("Renal dosing",))
    'dose'
    >>> intent_of_headings(("Treatment", "Cramps"))
    'treatment'
    >>> intent_of_headings(())
    'finding'
    """
    for heading in reversed(headings):
        line = heading.casefold()
        found = [name for name in _HEADINGS if name in line]
        if found:
            return _HEADINGS[max(found, key=len)]
    return "finding"


def asked_intents(question: str) -> frozenset[str]:
    """Return the intents that the words of a question ask for; empty when none is told.

    >>> sorted(asked_intents("Which dose of riluzole?"))
    ['administration', 'dose']
    """
    text = question.casefold()
    found = {intent for pattern, intent in _ASKED_PATTERNS if pattern.search(text)}
    return frozenset(found.union(*(_ALSO.get(intent, ()) for intent in found)))


def is_broad(question: str) -> bool:
    """Tell whether a question asks for the whole approach to something.

    >>> is_broad("What is the approach to managing fasciculations?")
    True
    >>> is_broad("When should an adult with tics be referred?")
    False
    """
    return bool(_BROAD.search(question.casefold()))


TITLES: dict[str, str] = {
    "red_flag": "Warning signs",
    "referral": "When to refer",
    "recognition": "Recognition",
    "cause": "Causes",
    "diagnosis": "Diagnosis",
    "treatment": "Treatment",
    "dose": "Dosing",
    "administration": "Administration",
    "indication": "Indications",
    "contraindication": "Contraindications",
    "harm": "Warnings and adverse reactions",
    "interaction": "Interactions",
    "overdose": "Overdose",
    "monitoring": "Monitoring",
    "prognosis": "Prognosis",
    "epidemiology": "How common it is",
    "mechanism": "Mechanism",
    "finding": "Findings",
    "population": "Who was studied",
    "methods": "How it was studied",
    "limitation": "Limitations",
    "regulatory": "Regulatory status",
    "about": "About the source",
}
"""The heading of a group of claims, by intent, in the order in which groups stand."""
