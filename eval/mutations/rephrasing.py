"""Harmless rephrasings: other words, other order, or less, never more and nothing else."""

import re
from collections.abc import Callable, Iterator

from consilia.gates.evidence import Evidence
from eval.mutations.changing import begun_later, replaced, with_articles
from eval.mutations.mutant import Mutant, Mutate
from eval.mutations.naming import named_in

_SAYS = r"(?:says?|notes?|states?|reports?|warns?|records|estimates)"
_WHO = (
    r"(?:NICE|EFNS 2012|MedlinePlus|StatPearls|GPnotebook|Cochrane|The (?:UK )?MHRA|The FDA|"
    r"(?:The \d{4} )?AAN practice parameter|The \d{4} AAN practice parameter|"
    r"The ATA 2016 guideline|"
    r"The AAN 2010 assessment|Society for Endocrinology guidance|The AHA 2023 poisoning update|"
    r"The 2023 ALS genetic testing guideline|The 2017 review|The 2018 review|The AAFP review|"
    r"A Czech review|Leite and colleagues|Forcelini and colleagues|Singh and colleagues)"
)
_ATTRIBUTION = re.compile(rf"^{_WHO} {_SAYS} (?:that )?(?!to )")
_TO_DO = re.compile(rf", (?:{_WHO[3:-1]}) {_SAYS} to ")
_SPELLINGS = {
    "aemia": "emia",
    "haem": "hem",
    "oedema": "edema",
    "diarrhoea": "diarrhea",
    "paediatric": "pediatric",
    "anaesthe": "anesthe",
    "tumour": "tumor",
    "randomised": "randomized",
    "individualised": "individualized",
    "stabilise": "stabilize",
    "characterised": "characterized",
    "neurone": "neuron",
    "ischaem": "ischem",
    "fibre": "fiber",
    "litre": "liter",
    "behaviour": "behavior",
    "favourable": "favorable",
    "optimise": "optimize",
    "dyspnoea": "dyspnea",
    "orthopnoea": "orthopnea",
    "sulphate": "sulfate",
    "specialised": "specialized",
}
_LISTED = r"(?!including)[a-z-]+(?: [a-z-]+)?"
_LIST = re.compile(
    rf"(?P<lead>\b(?:including|includes?|as|are|were|with|cause|lists) |, )"
    rf"({_LISTED}), ({_LISTED}) and ({_LISTED})(?=[.,;]|$)"
)
_NO_CONDITION = re.compile(
    r",? (?:because|so) (?:(?!\b(?:if|unless|except|when|in|for|among|with)\b)[^;])+\.$"
)
_NUMBER = r"\d+(?:[.,]\d+)*"


def _rephrase(change: str, rephrased: Callable[[Evidence], Iterator[str]]) -> Mutate:
    """Return the generator of one kind from a function that yields other wordings."""

    def mutate(evidence: Evidence) -> Iterator[Mutant]:
        for claim in rephrased(evidence):
            if claim != evidence.quote:
                yield Mutant(change, claim, (evidence,), None)

    return mutate


def _substitute(change: str, *pairs: tuple[str, str]) -> Mutate:
    """Return the generator that rewrites by one regular expression after the other."""

    def rephrased(evidence: Evidence) -> Iterator[str]:
        for pattern, new in pairs:
            claim = re.sub(pattern, new, evidence.quote)
            yield claim[0].upper() + claim[1:]

    return _rephrase(change, rephrased)


def _without_attribution(evidence: Evidence) -> Iterator[str]:
    found = _ATTRIBUTION.match(evidence.quote)
    if found:
        yield replaced(evidence.quote, 0, found.end(), "")
    found = _TO_DO.search(evidence.quote)
    if found:
        yield replaced(evidence.quote, found.start(), found.end(), ", ")


def _attribution_behind(evidence: Evidence) -> Iterator[str]:
    found = _ATTRIBUTION.match(evidence.quote)
    if found:
        who = re.sub(rf" {_SAYS} (?:that )?$", "", found[0])
        rest = evidence.quote[found.end() :]
        yield f"According to {begun_later(who)}, {rest}"


def _synonyms(evidence: Evidence) -> Iterator[str]:
    types = {"drug", "condition", "test", "symptom", "sign", "procedure", "drug_class", "criteria"}
    for named in named_in(evidence.quote):
        surface = evidence.quote[named.start : named.end].casefold()
        names = [named.entry.term, *named.entry.synonyms]
        fits = [n for n in names if n.casefold() != surface and not n.isupper() and n.islower()]
        # A plural or an adjective would need the same of its synonym.
        title = re.match(r" (?:update|guideline|review)\b", evidence.quote[named.end :])
        same = surface in map(str.casefold, names) and not title
        if named.entry.type in types and same and fits:
            claim = replaced(evidence.quote, named.start, named.end, fits[0])
            yield with_articles(claim)


def _acronyms(evidence: Evidence) -> Iterator[str]:
    for named in named_in(evidence.quote):
        surface = evidence.quote[named.start : named.end]
        full = named.entry.term if not named.entry.term.isupper() else ""
        short = next((n for n in named.entry.synonyms if n.isupper() and len(n) > 1), "")
        new = full if surface.isupper() else short
        names = {named.entry.term.casefold(), *map(str.casefold, named.entry.synonyms)}
        name = named.entry.type == "organisation"
        if new and surface.casefold() in names and not name:
            yield with_articles(replaced(evidence.quote, named.start, named.end, new))


def _spelt(evidence: Evidence) -> Iterator[str]:
    claim = evidence.quote
    for british, american in _SPELLINGS.items():
        claim = claim.replace(british, american).replace(
            british.capitalize(), american.capitalize()
        )
    yield claim


def _list_order(evidence: Evidence) -> Iterator[str]:
    found = _LIST.search(evidence.quote)
    if found:
        yield replaced(
            evidence.quote, *found.span(), f"{found[1]}{found[4]}, {found[2]} and {found[3]}"
        )


def _list_shorter(evidence: Evidence) -> Iterator[str]:
    found = _LIST.search(evidence.quote)
    if found:
        yield replaced(evidence.quote, *found.span(), f"{found[1]}{found[2]} and {found[4]}")


def _clause_order(evidence: Evidence) -> Iterator[str]:
    found = re.match(r"^((?:For|In|After) [a-z][^,\d]{4,60}), ([^,;]+)\.$", evidence.quote)
    if found and not re.search(r"\b(?:but|and) [a-z]+s\b", found[2]):
        opening = found[1][0].lower() + found[1][1:]
        yield f"{found[2][0].upper()}{found[2][1:]} {opening}."
    found = re.match(r"^If ([^,]+), ([^,;]+)\.$", evidence.quote)
    if found:
        yield f"{found[2][0].upper()}{found[2][1:]} if {found[1]}."


def _voice(evidence: Evidence) -> Iterator[str]:
    found = re.match(r"^([A-Z][\w -]+?) (can|may) cause ([^,;]+)\.$", evidence.quote)
    if found:
        subject = _later(found[1])
        yield f"{found[3][0].upper()}{found[3][1:]} {found[2]} be caused by {subject}."
    found = re.match(r"^([A-Z][\w -]+?) is contraindicated in ([^,;]+)\.$", evidence.quote)
    if found and " and in " not in found[2]:
        yield f"In {found[2]}, {_later(found[1])} is contraindicated."
    found = re.match(r"^(The [\w -]+? review) included ([^,;]+)\.$", evidence.quote)
    if found:
        yield f"{found[2][0].upper()}{found[2][1:]} were included in {_later(found[1])}."


def _later(subject: str) -> str:
    """Return a subject as it stands inside a sentence; an acronym keeps its capitals."""
    return subject if subject[1].isupper() else subject[0].lower() + subject[1:]


def _shorter(evidence: Evidence) -> Iterator[str]:
    found = _NO_CONDITION.search(evidence.quote)
    if found and found.start() > len(evidence.quote) / 3:
        yield evidence.quote[: found.start()].rstrip(",") + "."


def _thousands(evidence: Evidence) -> Iterator[str]:
    yield re.sub(r"\b(\d{1,3}),(\d{3})\b", r"\1\2", evidence.quote)
    yield re.sub(r"\b([1-9])(\d{3}) mg\b", r"\1,\2 mg", evidence.quote)


MUTATORS: tuple[Mutate, ...] = (
    _rephrase("attribution dropped", _without_attribution),
    _rephrase("attribution moved", _attribution_behind),
    _rephrase("glossary synonym", _synonyms),
    _rephrase("abbreviation", _acronyms),
    _rephrase("American spelling", _spelt),
    _rephrase("thousands", _thousands),
    _substitute("percent sign", (r"%", " percent"), (r"(\d)%", r"\1 %")),
    _substitute(
        "unit in full",
        (r"(?<=\d) mg\b(?!/)", " milligrams"),
        (r"(?<=\d) mL\b(?!/)", " millilitres"),
        (r"\bmicrograms\b", "mcg"),
        (r"(?<=\d) mg\b", "mg"),
    ),
    _substitute(
        "frequency",
        (r"three times daily", "three times a day"),
        (r"three times daily", "TID"),
        (r"twice daily", "two times a day"),
        (r"twice daily", "BID"),
        (r"\bmg a day\b", "mg daily"),
        (r"\bonce daily\b", "once a day"),
    ),
    _substitute(
        "range", (rf"({_NUMBER}) to ({_NUMBER})(?= (?:mg|mL|g|years|months|hours)\b)", r"\1-\2")
    ),
    _substitute(
        "comparator",
        (r"\bbelow (?=\d)", "less than "),
        (r"\babove (?=\d)", "more than "),
        (r"\bmore than (?=\d)", "over "),
        (r"(?<!without )\bat least (?=\d)", "no less than "),
    ),
    _rephrase("list order", _list_order),
    _rephrase("list shorter", _list_shorter),
    _rephrase("clause order", _clause_order),
    _rephrase("active and passive", _voice),
    _rephrase("trailing reason dropped", _shorter),
    _substitute(
        "people and patients",
        (r"\bpeople with\b", "patients with"),
        (r"\bpatients with\b", "individuals with"),
        (r"\bpatients with\b(?! and)", "people who have"),
    ),
    _substitute(
        "tense",
        (r"\bfound (?!in\b|by\b|cause|only\b|among\b)", "has found "),
        (r"\bshowed\b", "has shown"),
        (r"\bis indicated\b", "has been indicated"),
        (r"\blists\b", "has listed"),
    ),
    _substitute(
        "punctuation",
        (r"\.$", ""),
        (r"; ", " \u2013 "),
        (r"-(?=term|based|threatening|dependent)", " "),
        (r"'", "\u2019"),
        (r" \(Level [A-C]\)", ""),
    ),
)
