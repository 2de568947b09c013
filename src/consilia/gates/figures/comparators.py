"""Comparators of a value: below, at least, up to, no more than, a maximum further in front."""

import re
from functools import cache

from consilia.gates.figures.vocabulary import any_of, key_of, vocabulary

_CLAUSE = re.compile(
    r"[;:\[\]]|, (?!but not)|\. |\b(?:but|although|though|whereas|while|then|and)\b"
)
_LINK = (
    r"(?:the |an? |of |than |is |was |were |be |to |at |by |aged? |ages |years? |about "
    r"|around |approximately |roughly "
    r"|nearly |almost |~ ?|only |just |a total of |\x00+ |\()*"
)
_NOT_AN_UPPER_LIMIT = re.compile(
    r"\b(?:maxim(?:um|al)|max|limit(?:s|ed|ing)?|cap(?:s|ped)?)\b[^.;:,]*\bof normal\b"
)
_OVER_TIME = re.compile(r"\b(?:over|in|within|inside)\b")
_MOMENT = re.compile(r" (?:after|later|since|before|ago|old|earlier|following)\b")
_AGED = re.compile(
    r"\b(?:age[ds]?|old|older|adults?|people|patients|persons|children|women|men|boys|girls"
    r"|those|individuals|last\w*"
    r"|for|takes?|exceeding|just|well|anyone|persist\w*)\b ?$"
)


@cache
def _before() -> re.Pattern[str]:
    patterns = any_of(pattern for all_ in vocabulary().before.values() for pattern in all_)
    return re.compile(
        rf"(?:(?P<not>\b(?:not?|never|cannot|without|avoid|nor|(?<=n)'t)\b(?: to)?(?: (?:be|go"
        rf"|rise|fall|drop|run|give|use|allow(?:ed)?))?"
        rf"(?: to)?) )?(?:(?<![\w-])|(?=[<>\u2264\u2265]))(?P<word>{patterns})(?P<link> ?{_LINK})$"
    )


@cache
def _after() -> re.Pattern[str]:
    patterns = any_of(pattern for all_ in vocabulary().after.values() for pattern in all_)
    between = r" ?-?(?:\([^)]*\) ?|\) ?)?(?:\x00+ ?)?(?:years? |of age |old |\(|, )*"
    return re.compile(rf"{between}(?P<word>{patterns})(?!\w)")


def comparators_of(left: str, right: str, *, is_time: bool, is_age: bool = False) -> frozenset[str]:
    """Return how a value is compared, more than one sign where the text can be read so.

    Args:
        left: The text between the quantity before and the value.
        right: The text behind the value and its unit.
        is_time: Whether the value is a time: "over 3 hours" is how long it takes.
        is_age: Whether it is an age: "from 12" is a limit for an age alone.

    Returns:
        Of `=`, `<`, `≤`, `>`, `≥`, `within`; never empty.

    >>> comparators_of("doses should not exceed ", " a day", is_time=False)
    frozenset({'≤'})
    """
    if behind := _after().match(right):
        return frozenset({_sign_behind(behind["word"])})
    found = _before().search(left)
    if found and found["word"] == "from" and not is_age:
        return frozenset({"="})
    if found and not (is_time and _is_span(found["word"], left[: found.start("word")], right)):
        sign = key_of(vocabulary().before, found["word"])
        negated = found["not"] or _is_negated(found["word"], left[: found.start("word")])
        return frozenset({vocabulary().inverse.get(sign, sign) if negated else sign})
    if found:
        return frozenset({"=", "within"}) if found["word"] in {"within", "in"} else frozenset({"="})
    if re.search(r"\bin (?:the )?$", left) and is_time:
        return frozenset({"=", "within"})
    return _from_afar(left, right)


def beside(left: str, right: str) -> str:
    """Return the sign of a comparator right beside a name or rank, empty when there is none.

    >>> beside("injury at ", " or above")
    '≥'
    """
    if behind := _after().match(right):
        return _sign_behind(behind["word"])
    found = _before().search(left)
    if not found or found["word"] in {"from", "since", "over", "until", "past"}:
        return ""
    sign = key_of(vocabulary().before, found["word"])
    return vocabulary().inverse.get(sign, sign) if found["not"] else sign


def without_comparator(left: str) -> str:
    """Return the text in front of a value without the comparator that ends it."""
    found = _before().search(left)
    return left[: found.start()] if found else left


def _sign_behind(word: str) -> str:
    return next(
        sign
        for sign, patterns in vocabulary().after.items()
        if any(re.match(pattern, word) for pattern in patterns)
    )


def _is_span(word: str, left: str, right: str) -> bool:
    return word == "over" and not _AGED.search(left) and not _MOMENT.match(right)


def _is_negated(word: str, left: str) -> bool:
    """Tell whether "not" stands before "exceed", a few words between them."""
    verb = word.startswith(("exceed", "surpass"))
    return verb and bool(
        re.search(
            r"(?:\b(?:not|never|cannot|without|avoid)|n't)\b(?: (?!if\b|when\b|unless\b|who\b"
            r"|that\b|where\b|until\b)\w+){0,4} $",
            left,
        )
    )


def _from_afar(left: str, right: str) -> frozenset[str]:
    """A ceiling or floor named earlier in the clause: "the maximum dose in adults is 80 mg"."""
    clause = _CLAUSE.split(left)[-1]
    if re.match(r" ?(?:times|x|fold)?[^.;,]{0,20}(?:upper|lower) limit of", right):
        return frozenset({"="})
    if re.search(vocabulary().ceiling, clause) and not _NOT_AN_UPPER_LIMIT.search(clause):
        return frozenset({"\u2264"})
    if re.search(vocabulary().floor, clause):
        return frozenset({"\u2265"})
    if re.match(
        r"(?: mg)?,? (?:as )?(?:an? |the )?(?:absolute |daily |total |upper )*(?:maximum|max\b"
        r"|ceiling|limit)(?! \w+ (?:is|of))",
        right,
    ):
        return frozenset({"\u2264"})
    return frozenset({"="})
