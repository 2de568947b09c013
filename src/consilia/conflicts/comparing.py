"""How two sentences of different sources differ, when both speak of the same thing."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Literal

from consilia.conflicts.statements import Statement
from consilia.conflicts.topics import closure
from consilia.conflicts.values import Value
from consilia.conflicts.verdicts import Form, Verdict
from consilia.conflicts.vocabulary import vocabulary
from consilia.gates.naming import ordinary
from consilia.glossary import Glossary

Difference = Literal[
    "opposite_advice",
    "opposite_effect",
    "uncertain_effect",
    "advised_without_effect",
    "rejected_with_effect",
    "opposite_course",
    "opposite_comparison",
    "boxed_warning",
    "outside_label",
    "withdrawn",
    "dose",
    "threshold",
    "units",
    "accuracy",
]
_LEAST_POINTS = 15.0
"""Between two sensitivities or specificities that are told without intervals, in percent."""
_LEAST_SHARED = 0.7
"""Share of the shorter clause that two clauses without names have in common."""
_GENERAL = frozenset({"adult"})
_DECLARED = frozenset({"guideline", "label", "reference"})
_ROLES_IN_UNITS = frozenset({"definition", "treat", "target"})


def difference(
    one: Sequence[Statement], other: Sequence[Statement], glossary: Glossary
) -> Difference | None:
    """Return how two sentences differ.

    Args:
        one: Statements of a sentence.
        other: Statements of a sentence of another document.
        glossary: That both were read with.

    Returns:
        The first difference found; None when they agree or speak of other things.
    """
    for a, b in product(one, other):
        found = _verdicts_differ(a, b, glossary) or _verdicts_differ(b, a, glossary)
        if found:
            return found
    return _values_differ(one, other, glossary)


def _verdicts_differ(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    if not isinstance(a.says, Verdict) or not isinstance(b.says, Verdict):
        return None
    compare = _COMPARERS.get((a.says.form, b.says.form))
    return compare(a, b, glossary) if compare else None


def _advice(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    """Advice for something against advice against it."""
    if (_value(a), _value(b)) != ("for", "against") or _act(a) != _act(b):
        return None
    if not (_same_topic(a, b, glossary) and _holds_against(b, a, glossary)):
        return None
    return "opposite_advice"


def _effects(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    """An effect against none, or against harm."""
    if _value(a) not in {"benefit", "change"} or _value(b) not in {"none", "harm", "uncertain"}:
        return None
    if _value(a) == "change" and _value(b) != "none":
        return None
    if _value(b) == "harm" and not a.outcomes & b.outcomes and a.outcomes | b.outcomes:
        return None
    if not (_same_topic(a, b, glossary) and _holds_against(b, a, glossary)):
        return None
    return "uncertain_effect" if _value(b) == "uncertain" else "opposite_effect"


def _advice_and_effect(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    """Advice against what was found."""
    if a.kind not in _DECLARED or _act(a) != "give" or b.safety:
        return None
    pair = (_value(a), _value(b))
    if pair in {("for", "none"), ("for", "harm")}:
        fits = _same_topic(a, b, glossary) and _holds_against(b, a, glossary)
        return "advised_without_effect" if fits else None
    if pair in {("against", "benefit"), ("against", "change")}:
        fits = _same_topic(a, b, glossary) and _holds_against(a, b, glossary)
        return "rejected_with_effect" if fits else None
    return None


def _events(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    if (_value(a), _value(b)) != ("happens", "never"):
        return None
    start = _matched(a.before or a.topic.conditions, b.before or b.topic.conditions, glossary)
    turned = _matched(a.after, b.after, glossary)
    fits = start - turned and turned and _same_people(a, b) and _agents_fit(a, b, glossary)
    return "opposite_course" if fits else None


def _agents_fit(a: Statement, b: Statement, glossary: Glossary) -> bool:
    """Tell whether two courses are both natural ones, or under the same agent."""
    if a.topic.agents and b.topic.agents:
        return bool(_matched(a.topic.agents, b.topic.agents, glossary))
    return True


def _comparisons(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    if _value(a) == "similar" or not (a.before and a.after):
        return None
    if not _same_conditions(a, b, glossary) or not _same_people(a, b) or a.safety != b.safety:
        return None
    if a.outcomes and b.outcomes and not a.outcomes & b.outcomes:
        return None
    winners, losers = _ranked(a)
    if _value(b) == "similar":
        named = b.before | b.after
        fits = _matched(winners, named, glossary) and _matched(losers, named, glossary)
    else:
        better, worse = _ranked(b)
        fits = _matched(winners, worse, glossary) and _matched(losers, better, glossary)
    return "opposite_comparison" if fits and not winners & losers else None


def _ranked(a: Statement) -> tuple[frozenset[str], frozenset[str]]:
    """The agents that a comparison finds better, and those it finds worse."""
    return (a.before, a.after) if _value(a) == "superior" else (a.after, a.before)


def _status(a: Statement, b: Statement, glossary: Glossary) -> Difference | None:
    """The standing of a drug against advice for it or an effect of it."""
    if _value(b) not in {"for", "provisional", "benefit", "change"} or b.safety:
        return None
    if b.says.form == "advice" and _act(b) not in {"give", ""}:
        return None
    # What holds of a product does not hold of its class, nor of other products.
    if not a.topic.agents & b.topic.agents or not _same_people(a, b):
        return None
    shared = _matched(a.topic.conditions, _conditions(b), glossary)
    if _value(a) == "withdrawn":
        return "withdrawn"
    if _value(a) in {"boxed", "off_label"} and shared:
        return "boxed_warning" if _value(a) == "boxed" else "outside_label"
    if _value(a) == "restricted" and a.kind == "label" and not shared:
        return "outside_label" if a.topic.conditions and _conditions(b) else None
    return None


_Compare = Callable[[Statement, Statement, Glossary], Difference | None]
_COMPARERS: dict[tuple[Form, Form], _Compare] = {
    ("advice", "advice"): _advice,
    ("effect", "effect"): _effects,
    ("advice", "effect"): _advice_and_effect,
    ("event", "event"): _events,
    ("comparison", "comparison"): _comparisons,
    ("status", "advice"): _status,
    ("status", "effect"): _status,
}


def _values_differ(
    one: Sequence[Statement], other: Sequence[Statement], glossary: Glossary
) -> Difference | None:
    """Values differ when a role has some in both sentences and none of them agree."""
    found: dict[tuple[object, ...], list[Difference | None]] = {}
    for a, b in product(one, other):
        if not isinstance(a.says, Value) or not isinstance(b.says, Value):
            continue
        if (a.says.form, a.says.role) != (b.says.form, b.says.role):
            continue
        if _VALUED[a.says.form](a, b, glossary):
            key = (a.says.form, a.says.role, a.says.of & b.says.of)
            found.setdefault(key, []).append(_apart(a.says, b.says))
    for differences in found.values():
        if all(differences):
            return differences[0]
    return None


def _same_dose(a: Statement, b: Statement, glossary: Glossary) -> bool:
    one, other = _told(a), _told(b)
    same = one.unit == other.unit and (one.per_day is None) == (other.per_day is None)
    alike = _severity(a) == _severity(b) and a.routes == b.routes
    return same and alike and bool(a.topic.agents) and _same_topic(a, b, glossary)


def _same_threshold(a: Statement, b: Statement, glossary: Glossary) -> bool:
    one, other = _told(a), _told(b)
    agents = a.topic.agents - one.of, b.topic.agents - other.of
    if one.upward != other.upward or not _matched(one.of, other.of, glossary):
        return False
    if one.role != "definition" and all(agents) and not _matched(*agents, glossary):
        return False
    if one.unit == other.unit and _severity(a) != _severity(b):
        return False
    return _same_people(a, b) and _same_conditions(a, b, glossary)


def _same_test(a: Statement, b: Statement, glossary: Glossary) -> bool:
    same = bool(_told(a).of & _told(b).of)
    return same and _same_people(a, b) and _same_conditions(a, b, glossary)


_VALUED: dict[str, Callable[[Statement, Statement, Glossary], bool]] = {
    "dose": _same_dose,
    "threshold": _same_threshold,
    "accuracy": _same_test,
}


def _apart(a: Value, b: Value) -> Difference | None:
    if a.form == "accuracy":
        if a.interval and b.interval:
            apart = a.interval[1] < b.interval[0] or b.interval[1] < a.interval[0]
        else:
            apart = abs(a.low - b.low) >= _LEAST_POINTS
        return "accuracy" if apart else None
    if a.form == "threshold":
        if a.unit != b.unit:
            return "units" if a.role in _ROLES_IN_UNITS and {a.unit, b.unit} <= _AMOUNTS else None
        return "threshold" if a.low != b.low else None
    times = (a.per_day or 1.0, b.per_day or 1.0)
    apart = a.high * times[0] < b.low * times[1] or b.high * times[1] < a.low * times[0]
    return "dose" if apart else None


_AMOUNTS = frozenset({
    "mmol/l", "umol/l", "nmol/l", "pmol/l", "mg/dl", "g/dl", "g/l", "mg/l", "meq/l", "ng/ml",
    "ng/l", "mcg/l", "ug/l", "\u03bcg/l", "\u03bcmol/l",
})  # fmt: skip


def _same_topic(a: Statement, b: Statement, glossary: Glossary) -> bool:
    """Tell whether two statements are about the same thing in the same people."""
    if not _same_outcomes(a, b):
        return False
    routes = a.routes and b.routes and not a.routes & b.routes
    if routes or a.safety != b.safety or not _same_people(a, b):
        return False
    versus = a.topic.comparators, b.topic.comparators
    if all(versus) and not _matched(*versus, glossary):
        return False
    return _same_agents(a, b, glossary) and _same_conditions(a, b, glossary)


def _same_outcomes(a: Statement, b: Statement) -> bool:
    """Tell whether both may be about one outcome; that of muscle strength is not the whole."""
    if a.outcomes and b.outcomes:
        return bool(a.outcomes & b.outcomes)
    return not any(
        s.outcomes and s.outcomes <= vocabulary().words["narrow_outcomes"] and _value(s) == "none"
        for s in (a, b)
    )


def _same_agents(a: Statement, b: Statement, glossary: Glossary) -> bool:
    if a.universal or b.universal:
        general, special = (a, b) if a.universal else (b, a)
        named = general.topic.conditions
        told = bool(named and special.topic.agents)
        return told and not _unmatched(named, special.topic.conditions, glossary)
    agents = a.topic.agents - ordinary(), b.topic.agents - ordinary()
    if all(agents):
        return bool(_matched(*agents, glossary))
    if any(agents):
        return False
    smaller = min(len(a.stems), len(b.stems))
    return smaller > 1 and len(a.stems & b.stems) >= max(2.0, _LEAST_SHARED * smaller)


def _same_conditions(a: Statement, b: Statement, glossary: Glossary) -> bool:
    """Tell whether one names no condition that the other does not name too."""
    mine, theirs = _conditions(a), _conditions(b)
    if not mine or not theirs:
        return True
    shared = _matched(mine, theirs, glossary)
    felt = [any(_is_felt(t, glossary) for t in tokens) for tokens in (mine, theirs, shared)]
    if any(felt) and not felt[2]:
        return False
    within = not _unmatched(mine, theirs, glossary) or not _unmatched(theirs, mine, glossary)
    return bool(shared) and within


def _is_felt(token: str, glossary: Glossary) -> bool:
    """Tell a symptom or sign: in a disease with several, it is the one that is treated."""
    return glossary.type_of(token) in {"symptom", "sign"}


def _same_people(a: Statement, b: Statement) -> bool:
    mine, theirs = a.topic.groups - _GENERAL, b.topic.groups - _GENERAL
    if (mine or theirs) and not mine & theirs:
        return False
    if _exempts(a, b) or _exempts(b, a):
        return False
    lines = {line for line, _ in a.qualifiers} & {line for line, _ in b.qualifiers}
    return all(
        {p for n, p in a.qualifiers if n == line} & {p for n, p in b.qualifiers if n == line}
        for line in lines
    )


def _exempts(a: Statement, b: Statement) -> bool:
    return bool(a.topic.exempt & (b.topic.conditions | b.topic.groups))


def _holds_against(narrow: Statement, wide: Statement, glossary: Glossary) -> bool:
    """Tell whether what is denied is denied for all that is affirmed, not for a part of it."""
    if narrow.topic.conditions and not _conditions(wide):
        return False
    if _unmatched(narrow.topic.company, wide.topic.company | wide.topic.agents, glossary):
        return False
    if {line for line, _ in narrow.qualifiers} - {line for line, _ in wide.qualifiers}:
        return False
    if narrow.conditional:
        smaller = min(len(narrow.conditional), len(wide.conditional))
        return bool(smaller) and len(narrow.conditional & wide.conditional) * 2 >= smaller
    if _unmatched(narrow.topic.conditions, _conditions(wide), glossary):
        return narrow.says.form == "effect"
    return not (narrow.topic.exempt and wide.limited)


def _severity(a: Statement) -> frozenset[tuple[int, int]]:
    return a.qualifiers


def _conditions(a: Statement) -> frozenset[str]:
    return a.topic.conditions or a.context


def _matched(a: Iterable[str], b: Iterable[str], glossary: Glossary) -> frozenset[str]:
    """Return the tokens of either side that the other side has, or has something below or above."""
    mine, theirs = frozenset(a), frozenset(b)
    return (mine - _unmatched(mine, theirs, glossary)) | (
        theirs - _unmatched(theirs, mine, glossary)
    )


def _unmatched(a: frozenset[str], b: frozenset[str], glossary: Glossary) -> frozenset[str]:
    above = closure(b, glossary)
    return frozenset(
        token for token in a if token not in above and not closure([token], glossary) & b
    )


def _value(a: Statement) -> str:
    return a.says.value if isinstance(a.says, Verdict) else ""


def _act(a: Statement) -> str:
    return a.says.act if isinstance(a.says, Verdict) else ""


def _told(a: Statement) -> Value:
    if not isinstance(a.says, Value):
        raise TypeError("only statements of values have one")
    return a.says
