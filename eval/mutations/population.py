"""Changes to whom a sentence is about: age, sex, pregnancy, organs, disease, setting, route."""

import re
from collections.abc import Iterator, Mapping

from consilia.gates.evidence import Evidence
from consilia.terms import stems
from eval.mutations.changing import begun_later, replaced, with_articles
from eval.mutations.mutant import Mutant, Mutate
from eval.mutations.naming import named_in, others

_WITH = re.compile(r"\b(?:people|patients|adults)(?= (?:with|on|taking|having)\b)")
_WHOM = (
    r"(?:adults(?: and children)?|children(?: younger than \d+ years)?|people|patients|women|men)"
)
_END = r"(?=[,;]|\.(?!\d)| is | are | was )"
_DROPPED = (
    re.compile(
        rf",? (?:in|for) (?:older |healthy |elderly )?{_WHOM}"
        rf"(?: (?:with|who have|on|taking) [\w* -]+?)?{_END}"
    ),
    re.compile(r"^(?:In|For) [\w*() -]{3,70}, (?!(?:the|a|an) [\w -]+ (?:study|review|trial))"),
    re.compile(
        rf" in (?:severe |mild |acute )?[a-z -]{{3,30}}(?:impairment|failure|poisoning){_END}"
    ),
    re.compile(rf",? (?:aged|from age|at age) \d+(?: to \d+)?(?: years)?(?: and over)?{_END}"),
    re.compile(rf"(?<!except) (?:just before and )?(?:during|in) the first trimester{_END}"),
    re.compile(rf" in hospital(?= patients)?{_END}"),
)
_QUALIFIED = re.compile(
    r"(?i)\b(?:in|for|with|of) (?P<word>mild |severe |acute |suspected |sporadic |symptomatic |"
    r"asymptomatic |refractory |uncomplicated )(?=\w)"
)
_NO_RESTRICTION = re.compile(
    r"\b(?:stud(?:y|ies)|trials?|reviews?|meta-analysis|series|survey|report|label|abstract|case|"
    r"cohort|guideline|update|year|month|about|quarter|analysis|assessment|19\d\d|20\d\d)\b"
    r"|^(?:In|For) (?:rare cases|the US|some|vivo|VALOR|Hart|PHOENIX)\b"
)
_ABOUT_THE_SOURCE = frozenset({"Methods", "About this source", "Limitations", "Population"})


def _above(evidence: Evidence) -> str:
    return " ".join((evidence.title, *evidence.headings)).casefold()


def _around(evidence: Evidence) -> str:
    population = (*evidence.population.include, evidence.population.text)
    return f"{evidence.quote} {_above(evidence)} {' '.join(population)}".casefold()


def _words(change: str, pairs: Mapping[str, tuple[str, ...]]) -> Mutate:
    """Return the generator that puts other words in the place of some, wherever they stand alone.

    The first of the new words is taken that the sentence and what stands above it lack.
    """

    def mutate(evidence: Evidence) -> Iterator[Mutant]:
        for old, news in pairs.items():
            for match in re.finditer(rf"(?<![\w-]){old}(?!\w)", evidence.quote, re.IGNORECASE):
                told = _around(evidence)
                new = next((n for n in news if n.split()[0].casefold()[:5] not in told), None)
                if new:
                    claim = replaced(evidence.quote, match.start(), match.end(), new)
                    yield Mutant(change, with_articles(claim), (evidence,), "population")

    return mutate


def inserted(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence about a group that nothing in its document is about."""
    groups = (
        ("pregnan", "pregnant women"),
        ("breast", "breastfeeding women"),
        ("child", "children"),
        ("dialysis", "haemodialysis patients"),
        ("older", "older adults"),
        ("liver", "people with cirrhosis and those"),
    )
    for match in _WITH.finditer(evidence.quote):
        for mark, new in groups:
            if mark not in _around(evidence) and "elderly" not in _around(evidence):
                claim = replaced(evidence.quote, match.start(), match.end(), new)
                yield Mutant("other group", claim, (evidence,), "population")


def disease(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence about another disease than its document's."""
    told = set(stems(_above(evidence) + " " + " ".join(evidence.population.include)))
    seen = set()
    for named in named_in(evidence.quote):
        own = any(set(stems(name)) <= told for name in named.entry.names if stems(name))
        if named.entry.type != "condition" or not own or named.entry.term in seen:
            continue
        seen.add(named.entry.term)
        for other in others(named.entry, evidence, 2):
            claim = evidence.quote
            for place in reversed([n for n in named_in(claim) if n.entry == named.entry]):
                claim = replaced(claim, place.start, place.end, other.term)
            yield Mutant("other disease", with_articles(claim), (evidence,), "population")


def setting_inserted(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence as said of a setting that its document does not speak of."""
    if _ABOUT_THE_SOURCE & set(evidence.headings):
        return
    rest = begun_later(evidence.quote)
    settings = ((r"primary|specialist", "In primary care"), ("intensive", "In intensive care"))
    for marks, setting in settings:
        if not re.search(marks, _around(evidence)):
            yield Mutant("setting added", f"{setting}, {rest}", (evidence,), "population")


def dropped(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence without whom it is about, where nothing above it says so either."""
    for pattern in _DROPPED:
        for match in pattern.finditer(evidence.quote):
            phrase = match[0].strip(" ,")
            if _NO_RESTRICTION.search(phrase) or not _restricts(phrase, evidence):
                continue
            claim = replaced(evidence.quote, match.start(), match.end(), "")
            yield Mutant("population dropped", claim, (evidence,), "population")


def _restricts(phrase: str, evidence: Evidence) -> bool:
    general = {"peopl", "patient", "adult", "person", "case"}
    content = set(stems(phrase)) - general
    group = re.search(r"\b(?:adults|children|newborns|infants|women|men|aged?|trimester)\b", phrase)
    disease = any(n.entry.type in {"condition", "symptom", "sign"} for n in named_in(phrase))
    above = set(stems(_above(evidence)))
    setting = "hospital" in phrase
    rest = set(stems(evidence.quote.replace(phrase, " ")))
    carried = (content or set(stems(phrase))) <= (above | rest)
    return bool(group or disease or setting) and not carried


def qualifier_dropped(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence without the severity or stage that it is restricted to."""
    for match in _QUALIFIED.finditer(evidence.quote):
        start, end = match.span("word")
        rest = evidence.quote[:start] + evidence.quote[end:]
        beside = any(named.start == end for named in named_in(evidence.quote))
        if (
            beside
            and match["word"].strip().casefold() not in f"{rest} {_above(evidence)}".casefold()
        ):
            yield Mutant("severity dropped", rest, (evidence,), "population")


def person(evidence: Evidence) -> Iterator[Mutant]:
    """Yield the sentence about a person of another age."""
    for match in re.finditer(r"\b(\d\d)-year-old\b", evidence.quote):
        claim = replaced(evidence.quote, match.start(), match.end(), "6-year-old")
        yield Mutant("other age of a person", claim, (evidence,), "population")


MUTATORS: tuple[Mutate, ...] = (
    _words(
        "adult to child and back",
        {
            "(?<!older )adults": ("children", "newborns"),
            "adult": ("paediatric", "neonatal"),
            "children": ("adults", "older adults"),
            "paediatric": ("adult", "geriatric"),
            "newborns": ("adults", "adolescents"),
            "adolescents": ("older adults", "newborns"),
            "boys": ("elderly men",),
            "older adults": ("children",),
            "elderly": ("young",),
        },
    ),
    _words(
        "other sex",
        {
            "men": ("women",),
            "women": ("men",),
            "man": ("woman",),
            "woman": ("man",),
            "boys": ("girls",),
        },
    ),
    _words(
        "kidney to liver, pregnancy to lactation",
        {
            "renal impairment": ("hepatic impairment", "pregnancy"),
            "renal failure": ("hepatic failure", "pregnancy"),
            "kidney disease": ("liver disease", "breastfeeding"),
            "(?<!of )pregnancy": ("lactation",),
            "first trimester": ("breastfeeding period",),
        },
    ),
    _words(
        "other route",
        {
            "oral": ("intravenous", "intramuscular"),
            "by mouth": ("intravenously", "rectally"),
            "intravenous": ("oral", "intramuscular", "subcutaneous"),
            "intravenously": ("orally", "intramuscularly", "subcutaneously"),
            "intramuscularly": ("orally", "subcutaneously"),
            "intramuscular": ("oral", "intrathecal"),
            "intrathecal": ("oral", "subcutaneous"),
        },
    ),
    _words(
        "other setting",
        {
            "in hospital": ("in primary care", "at home"),
            "hospital patients": ("primary care patients",),
            "hospital inpatients": ("outpatients",),
            "primary care": ("intensive care",),
        },
    ),
    _words(
        "other severity or course",
        {
            "mild": ("severe",),
            "severe": ("mild", "moderate"),
            "acute": ("chronic",),
            "sporadic": ("familial",),
            "asymptomatic": ("symptomatic",),
            "symptomatic": ("asymptomatic",),
            "suspected(?= (?:ALS|motor|or))": ("confirmed",),
        },
    ),
    inserted,
    disease,
    setting_inserted,
    dropped,
    qualifier_dropped,
    person,
)
