"""Statements turned round: negations put in or taken out, advice and directions reversed."""

from eval.mutations.mutant import Mutate
from eval.mutations.replacing import replacing

_ASIDE = r"(?! (?:not|no|never|only|rather|neither|also|been|one|any))"
_BEFORE_NOUNS = ("treatable", "other", "commonest", "common", "as", "for", "of", "the", "and")
_NOUN = "".join(rf"(?<!{word} )" for word in _BEFORE_NOUNS)
_BASES = {
    "reduced": "reduce",
    "raised": "raise",
    "lowered": "lower",
    "improved": "improve",
    "prevented": "prevent",
    "persisted": "persist",
    "developed": "develop",
    "showed": "show",
    "detected": "detect",
    "shortened": "shorten",
    "involved": "involve",
    "affected": "affect",
    "enrolled": "enrol",
}
_THIRD_PERSONS = {
    "causes": "cause",
    "inhibits": "inhibit",
    "induces": "induce",
    "prolongs": "prolong",
    "improves": "improve",
    "potentiates": "potentiate",
    "requires": "require",
    "recommends": "recommend",
    "slows": "slow",
}
NEGATION_INSERTED = replacing(
    "negation inserted",
    "polarity",
    {rf"(is|are|was|were|must|could){_ASIDE}(?= \w+(?:ed|en|ly|le|al)\b)": r"\1 not"}
    | {rf"(?<!also )can{_ASIDE}": "cannot"}
    | {r"(has|have|had) been": r"\1 not been"}
    | {
        rf"{_NOUN}{past}": f"did not {base}"
        for past, base in _BASES.items()
        if past not in {"reduced", "raised", "developed", "affected", "involved"}
    }
    | {
        rf"{past}(?= (?:death|one|cramp|the share))": f"did not {base}"
        for past, base in _BASES.items()
    }
    | {
        rf"{_NOUN}{third}(?! of| are)": f"does not {base}" for third, base in _THIRD_PERSONS.items()
    },
)
NEGATION_REMOVED = replacing(
    "negation removed",
    "polarity",
    {
        r"(should|must|is|are|was|were|has|have|did|does|do|could) not(?! only)": r"\1",
        r"cannot": "can",
        r"need not": "should",
        r"not yet": "already",
        r"no longer": "still",
        r"none of": "all of",
        r"no patient": "every patient",
        r"(found|showed|have|had|need|with|is|was|were) no(?= (?!significant))": r"\1",
        r"(?<!with and )(?<!with or )(?<!and 18 )without(?! delay)": "with",
        r"no(?= (?:adverse|serious|specific|other|relationship|side|trial|slowing))": "",
        r"but not(?! (?:later|earlier|more|less|limited))": "and",
    },
)
SHOULD_NOT = replacing(
    "should to should not",
    "polarity",
    {r"should(?! not)": "should not", r"must(?! not)": "must not"},
)
ADVICE_REVERSED = replacing(
    "recommended to contraindicated",
    "polarity",
    {
        r"(?<!contra)indicated": "contraindicated",
        r"contraindicated": "indicated",
        r"recommends(?! against)": "recommends against",
        r"(?<!not )recommended(?= (?:for|in|if|by|as|when))": "not recommended",
        r"not recommended": "recommended",
        r"does not recommend": "recommends",
        r"advises (?=offering|considering|contacting|observing)": "advises against ",
        r"should be avoided": "should be used",
        r"(should|must) be stopped": r"\1 be continued",
        r"says to stop": "says to continue",
        r"should be offered": "should not be offered",
        r"must not be combined": "may be combined",
    },
)
CONSIDER_TO_AVOID = replacing(
    "consider to avoid",
    "polarity",
    {
        r"(?:should|may) be considered": "should be avoided",
        r"to consider": "to avoid",
        r"advise[ds] considering": "advises avoiding",
        r"(?:should|may) be offered": "should be withheld",
        r"advises offering": "advises withholding",
    },
)
_OPPOSITES = (
    ("increased", "decreased"),
    ("increase", "decrease"),
    ("increases", "decreases"),
    ("raised", "lowered"),
    ("raise", "lower"),
    ("rose", "fell"),
    ("improved", "worsened"),
    ("improves", "worsens"),
    ("improve", "worsen"),
    ("improvement", "worsening"),
    ("higher", "lower"),
    ("greater", "smaller"),
    ("faster", "slower"),
    ("longer", "shorter"),
    ("prolong", "shorten"),
    ("prolongs", "shortens"),
    ("prolonging", "shortening"),
    ("prolonged", "shortened"),
    ("lengthen", "shorten"),
    ("more often", "less often"),
    ("more frequent", "less frequent"),
    ("earlier", "later"),
    ("enhance", "weaken"),
)
_EXCLUDED = r"(?! (?:limbs?|motor|extremit\w+|than \d|than one|than a few))"
DIRECTION_FLIPPED = replacing(
    "direction flipped",
    "polarity",
    {f"{one}{_EXCLUDED}": other for one, other in _OPPOSITES}
    | {f"{other}{_EXCLUDED}": one for one, other in _OPPOSITES}
    | {
        "reduced": "increased",
        "reduce": "increase",
        "reduces": "increases",
        "reduction": "increase",
        "fewer": "more",
        "less(?= (?:muscle|ventilation|pain))": "more",
        "more(?= (?:people|cramps|severe|unstable))": "less",
        "cut(?= (?:night|cramps))": "raised",
        "modestly slows": "modestly speeds up",
        "better": "worse",
    },
)
DIFFERENCE = replacing(
    "no difference to a difference",
    "polarity",
    {
        r"no significant": "a significant",
        r"no(?= (?:side |overall )?(?:difference|effect|benefit|clinical benefit|additional))": "a",
        r"did not differ": "differed",
        r"(is|was|were|are) not significant": r"\1 significant",
        r"not significantly": "significantly",
        r"similar(?= (?:with|in|to|between))": "different",
        r"non-significant": "significant",
        r"insufficient": "sufficient",
        r"unclear": "clear",
        r"no relationship": "a relationship",
    },
)
EXCEPTION_REMOVED = replacing(
    "exception removed",
    "polarity",
    {
        r"(?:unless|except)\b[^.;()]*(?:\([^()]*\)[^.;()]*)*": "",
        r"unless": "if",
        r", except in": ", including in",
    },
)
MUTATORS: tuple[Mutate, ...] = (
    NEGATION_INSERTED,
    NEGATION_REMOVED,
    SHOULD_NOT,
    ADVICE_REVERSED,
    CONSIDER_TO_AVOID,
    DIRECTION_FLIPPED,
    DIFFERENCE,
    EXCEPTION_REMOVED,
)
