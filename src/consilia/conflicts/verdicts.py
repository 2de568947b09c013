"""What a clause says of its topic: advice, an effect, an event, a comparison, a status."""

import re
from dataclasses import dataclass
from typing import Literal

from consilia.conflicts.vocabulary import vocabulary
from consilia.terms import stem

Form = Literal["advice", "effect", "event", "comparison", "status"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that a clause says."""

    form: Form
    value: str
    """`for`, `against`, `provisional`; `benefit`, `none`, `harm`, `uncertain`, `change`; `happens`,
    `never`; `superior`, `similar`, `inferior`; `restricted`, `off_label`, `boxed`, `withdrawn`."""
    act: str = ""
    """Of advice: what is to be done, as in `conflicts.json`, or the stem of its verb."""
    at: int = 0
    """Where its words start in the clause."""


def verdicts_of(clause: str, *, boxed: bool) -> tuple[Verdict, ...]:
    """Return what a clause says, one verdict at most of each form.

    Args:
        clause: Case-folded, without provisos, exceptions and comparators.
        boxed: Whether it stands in a boxed warning.

    Returns:
        Verdicts; empty for a clause that only describes.

    >>> [(v.form, v.value) for v in verdicts_of("do not offer zelvoprine", boxed=False)]
    [('advice', 'against')]
    """
    status = _status(clause, boxed=boxed)
    if status:
        return (status,)
    comparison = _comparison(clause)
    advice = _advice(clause)
    effect = None if advice else _effect(clause)
    found = (advice, effect, _event(clause), comparison)
    return tuple(verdict for verdict in found if verdict)


def _status(clause: str, *, boxed: bool) -> Verdict | None:
    known = vocabulary()
    if known.says("withdrawals", clause):
        return Verdict("status", "withdrawn")
    if boxed or known.says("boxed", clause):
        return Verdict("status", "boxed")
    if known.says("restrictions", clause):
        return Verdict("status", "off_label" if known.says("off_label", clause) else "restricted")
    return None


def _advice(clause: str) -> Verdict | None:
    """The advice of a clause; what is advised against comes first, as its words hold the others."""
    if vocabulary().says("other_objects", clause):
        return None
    for way in vocabulary().advice:
        for match in way.pattern.finditer(clause):
            groups = match.groupdict()
            verb, act = _act(groups.get("verb") or "", groups.get("next") or "")
            if not act:
                continue
            if verb in vocabulary().turned:
                value = "for" if way.value == "against" else "against"
            else:
                value = way.value
            return Verdict("advice", value, act, match.start())
    return None


def _act(verb: str, following: str) -> tuple[str, str]:
    """The verb that advice is about, and its act; no act when it is about nothing that is done."""
    known = vocabulary().acts
    if following.endswith("ing") and following not in known:
        return following, stem(following)
    for word in (following, verb):
        act = known.get(word.strip())
        if act and not (word == following and act == "give" and verb in known):
            return word, act
    if not verb:
        return verb, "give"
    if " " in verb or verb.startswith(("1th", "mainst")):
        return verb, "give"
    return verb, "" if verb in vocabulary().words["idle_verbs"] else stem(verb)


def _effect(clause: str) -> Verdict | None:
    known = vocabulary()
    if known.says("insignificant", clause):
        return Verdict("effect", "none")
    for value, name in (
        ("harm", "harm"),
        ("uncertain", "uncertain"),
        ("none", "null"),
        ("benefit", "benefit"),
    ):
        found = known.patterns[name].search(clause)
        if found and not (name == "harm" and _is_denied(clause, found.start())):
            turned = value == "benefit" and known.says("falls", clause)
            return Verdict("effect", "harm" if turned else value, at=found.start())
    return None


_DENIAL = re.compile(r"\b(?:no|not|without|nor|never)(?: [a-z]+){0,2} $")


def _is_denied(clause: str, at: int) -> bool:
    return bool(_DENIAL.search(clause[:at]))


def measured_effect(clause: str) -> str:
    """Return what the statistics of a controlled comparison say, for a clause without a verdict.

    Args:
        clause: Case-folded and whole, comparators included.

    Returns:
        `change` when they are significant, `none` when they are not, empty when there are none.
    """
    known = vocabulary()
    if not known.says("controlled", clause):
        return ""
    ratio = known.patterns["ratio"].search(clause)
    if ratio:
        low, high = float(ratio["low"]), float(ratio["high"])
        return "none" if low <= 1 <= high else "change"
    if known.says("insignificant", clause):
        return "none"
    return "change" if known.says("significant", clause) else ""


def _event(clause: str) -> Verdict | None:
    """Whether something turns into something else, or never does."""
    known = vocabulary()
    turning = known.patterns["turning"].search(clause)
    if not turning:
        return None
    nobody = known.patterns["nobody"].search(clause[: turning.end()])
    return Verdict("event", "never" if nobody else "happens", at=turning.end())


def _comparison(clause: str) -> Verdict | None:
    known = vocabulary()
    for value in ("similar", "inferior", "superior"):
        found = known.patterns[value].search(clause)
        if found:
            return Verdict("comparison", value, at=found.start())
    return None
