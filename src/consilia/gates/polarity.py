"""Whether a claim affirms, denies and directs what its spans affirm, deny and direct."""

from collections.abc import Sequence

from consilia.gates.comparisons import is_converse, turned_round
from consilia.gates.conditions import dropped
from consilia.gates.evidence import Evidence, Failure
from consilia.gates.lexicon import root
from consilia.gates.opposites import Pole, complementary, prefixed_pairs
from consilia.gates.statements import Statement, counterparts, is_verbatim, spoken, statements
from consilia.gates.synonyms import all_with_one_name, with_one_name
from consilia.gates.units import verb_at
from consilia.glossary import Glossary

_DEGREE = "amount/more"
_NOT = frozenset({"not", "no", "any"})
_HEAD = 6
"""What it is worth that two words at ends of a scale are said of one thing."""
_HAVING = frozenset({"have", "has", "had", "take", "takes", "receive", "receives"})


def failures(
    claim: str, evidence: Sequence[Evidence], glossary: Glossary | None = None
) -> tuple[Failure, ...]:
    """Return where a claim turns round what its spans say.

    The claim's statements are compared with the statements of the spans that share most of their
    words: a negation is no failure when the spans deny the same, and its absence is one when they
    do.

    Args:
        claim: One sentence.
        evidence: The spans that it cites.
        glossary: For synonyms; none are known without it.

    Returns:
        One failure for each statement that is turned round or denied without support; empty when
        the claim passes.
    """
    if is_verbatim(claim, evidence):
        return ()
    glossary = glossary or Glossary.empty()
    claimed = statements(with_one_name(claim, glossary))
    said = spoken(all_with_one_name(evidence, glossary))
    found = [_denial(statement, said) for statement in claimed]
    found += [_lost_denial(statement, claimed, said) for statement in said]
    found += [_direction(s, pole, said) for s in claimed for pole in s.poles]
    found += [_alone(scope, s, said) for s in claimed for scope in s.alone]
    found += [_lost_alone(scope, s, claimed, said) for s in said for scope in s.alone]
    found += [_prefixed(statement, said) for statement in claimed]
    found += [turned_round(statement, said) for statement in claimed]
    found += [_no_longer_only(statement, said) for statement in claimed]
    found += [_lost_exception(lost) for lost in dropped(claimed, said) if lost.unit.is_exception]
    return tuple(dict.fromkeys(failure for failure in found if failure))


def _failure(claimed: str, found: str, reason: str) -> Failure:
    return Failure("polarity", claimed, found, reason)


def _agree(claimed: Statement, said: Statement) -> bool:
    """Tell whether two statements on the same thing have one polarity.

    A different sign is made up for by an opposite word: "not different" is "similar".
    """
    signs = {claimed.sign, -claimed.sign} if _may_be_only(claimed, said) else {claimed.sign}
    return said.sign in signs or _explains(claimed, said)


def _may_be_only(claimed: Statement, said: Statement) -> bool:
    """Whether "only for pain" may stand for "only if it hurts"."""
    limited = (s.is_exclusive or "only" in s.unit.words for s in (claimed, said))
    return claimed.is_exclusive != said.is_exclusive and all(limited)


def _explains(claimed: Statement, said: Statement) -> bool:
    """Tell whether opposite words make up for different signs."""
    if claimed.sign == said.sign:
        return False
    return (
        bool(prefixed_pairs(claimed.unit.words, said.unit.words))
        or _denies_alone(claimed, said)
        or _denies_alone(said, claimed)
        or bool(_ends(claimed) & {(axis, -end) for axis, end in _ends(said) - _ends(claimed)})
    )


def _ends(statement: Statement) -> frozenset[tuple[str, int]]:
    found = ((pole.axis, pole.end) for pole in statement.poles)
    return frozenset((axis, end) for axis, end in found if axis in complementary())


def _denies_alone(statement: Statement, other: Statement) -> bool:
    """Whether one says "non-inferior" or "without fever", and the other "not inferior"."""
    words = other.unit.words
    denied = {root(w) for at, w in enumerate(words[1:], start=1) if words[at - 1] in _NOT}
    phrases = (scope for scope in statement.alone if scope not in other.alone)
    return other.sign < 0 and any(scope & denied for scope in phrases)


def _denial(claimed: Statement, said: Sequence[Statement]) -> Failure | None:
    nearest = counterparts(claimed, said)
    if not claimed.own:
        nearest = tuple(statement for statement in said if not statement.own)
    if any(_agree(claimed, other) for other in nearest):
        return None
    if any(_explains(claimed, other) and _shares(claimed, other) for other in said):
        return None
    if claimed.sign > 0 and (not nearest or _describes(claimed)):
        return None
    if not nearest:
        return _failure(claimed.words, "", "The spans do not speak of what the claim denies.")
    verb = "denies or advises against" if claimed.sign < 0 else "affirms or advises"
    reason = f"The claim {verb} what the spans state the other way round."
    return _failure(claimed.words, nearest[0].words, reason)


def _describes(statement: Statement) -> bool:
    """Tell a description ("who have gout", "(fasciculations)") from a statement."""
    words = statement.unit.words
    if statement.unit.kind == "aside":
        return verb_at(words) == len(words)
    return statement.unit.kind == "relative" and words[0] in _HAVING


def _shares(claimed: Statement, said: Statement) -> bool:
    shared = claimed.own & (said.own | said.lent)
    return any(not word.startswith("±") for word in shared)


def _lost_denial(
    said: Statement, claimed: Sequence[Statement], all_said: Sequence[Statement]
) -> Failure | None:
    """Find what only this denied statement speaks of, and the claim affirms."""
    if said.sign > 0 or said.is_exclusive:
        return None
    affirmed = frozenset().union(*(other.own for other in all_said if other.sign > 0))
    particular = frozenset(word for word in said.own - affirmed if not word.startswith("±"))
    if not particular:
        return None
    for statement in claimed:
        if particular <= statement.own and not _agree(statement, said):
            reason = "The claim affirms what the spans deny."
            return _failure(statement.words, said.words, reason)
    return None


def _direction(claimed: Statement, pole: Pole, said: Sequence[Statement]) -> Failure | None:
    """Find a word at one end of a scale where the spans have the other end, or none."""
    rivals = _rivals(pole, said)
    has_degree = any(other.axis == _DEGREE for _, other in rivals)
    modifies = any(_modifies(pole, other) for other in claimed.poles)
    if pole.axis == _DEGREE and modifies and not has_degree:
        return None
    if not rivals:
        return _unsupported(claimed, pole, said)
    near = [_nearness(claimed, pole, s, p) for s, p in rivals]
    best = max(near)
    nearest = [rival for rival, nearness in zip(rivals, near, strict=True) if nearness >= best]
    for statement, other in nearest:
        if is_converse(claimed, statement) or _same_end(claimed, pole, statement, other):
            return None
    found = nearest[0][1].surface
    reason = f"The claim says “{pole.surface}” where the spans say “{found}”."
    return _failure(pole.surface, found, reason)


def _same_end(mine: Statement, pole: Pole, theirs: Statement, other: Pole) -> bool:
    """Tell whether two words point one way; "not increased" does not point down.

    Whether one of the same two words is denied and the other is not, is told by the denials.
    """
    if pole.end == other.end:
        return True
    opposed = pole.end * mine.sign == other.end * theirs.sign and pole.axis == other.axis
    return opposed and (pole.axis in complementary() or pole.is_denied != other.is_denied)


def _modifies(pole: Pole, other: Pole) -> bool:
    """Whether "more" only says how much more something else goes its way."""
    return other is not pole and other.is_firm and other.family == pole.family


def _rivals(pole: Pole, said: Sequence[Statement]) -> list[tuple[Statement, Pole]]:
    """Poles on the same scale; where there is none, on one of the same family.

    "Reduced" may stand for "fewer", but for "small" only where both are said of one thing.
    """
    found = [(s, p) for s in said for p in s.poles if p.axis == pole.axis]
    family = [(s, p) for s in said for p in s.poles if p.family == pole.family]
    near = [
        (s, p)
        for s, p in family
        if p.is_firm or not pole.is_firm or (p.head and p.head == pole.head)
    ]
    return found or near


def _nearness(mine: Statement, pole: Pole, theirs: Statement, other: Pole) -> float:
    near = len(pole.near & (other.near | theirs.lent))
    words = {root(pole.surface), root(other.surface)}
    head = _HEAD if pole.head and pole.head == other.head else 0
    return head + 2 * near + len((mine.own & (theirs.own | theirs.lent)) - words)


def _unsupported(claimed: Statement, pole: Pole, said: Sequence[Statement]) -> Failure | None:
    """Find a direction that the spans do not give, not in other words either.

    Fewer deaths are an improvement: a scale of amount speaks for one of quality when it is known
    whether more of the outcome is good.
    """
    if not pole.is_firm:
        return None
    wanted = pole.end * claimed.sign
    for statement in said:
        for other in statement.poles:
            scales = {pole.family, other.family}
            outcome = other.outcome if other.family == "amount" else pole.outcome
            value = other.end * statement.sign
            if scales == {"amount", "quality"} and value * outcome == wanted:
                return None
            if scales == {"amount", "prevent"} and value == -wanted:
                return None
    reason = f"The claim says “{pole.surface}”; the spans give no such direction."
    return _failure(pole.surface, "", reason)


def _alone(scope: frozenset[str], claimed: Statement, said: Sequence[Statement]) -> Failure | None:
    """Find a phrase that the claim denies alone and no span denies."""
    for statement in said:
        if any(scope & other for other in statement.alone):
            return None
        if statement.sign < 0 and scope & statement.own:
            return None
    words = " ".join(sorted(scope))
    return _failure(claimed.words, words, "The spans do not say that this is absent.")


def _lost_alone(
    scope: frozenset[str],
    denied: Statement,
    claimed: Sequence[Statement],
    said: Sequence[Statement],
) -> Failure | None:
    """Find a phrase that a span denies alone and the claim affirms."""
    if any(scope <= other.own and scope not in other.alone for other in said):
        return None
    for statement in claimed:
        is_denied = statement.sign < 0 and denied.sign > 0
        if scope <= statement.own and not is_denied and not any(scope & s for s in statement.alone):
            return _failure(statement.words, denied.words, "The spans say that this is absent.")
    return None


def _prefixed(claimed: Statement, said: Sequence[Statement]) -> Failure | None:
    """Find "stable" where the spans say "unstable", and the reverse."""
    everything = {root(word) for statement in said for word in statement.unit.words}
    for other in counterparts(claimed, said):
        for word, opposite in prefixed_pairs(claimed.unit.words, other.unit.words):
            if claimed.sign == other.sign and root(word) not in everything:
                reason = f"The claim says “{word}” where the spans say “{opposite}”."
                return _failure(word, opposite, reason)
    return None


def _no_longer_only(claimed: Statement, said: Sequence[Statement]) -> Failure | None:
    """Find "not only by mouth" where the spans say "only by mouth"."""
    if "not only" not in claimed.words:
        return None
    for other in counterparts(claimed, said):
        if "only" in other.unit.words and "not only" not in other.words:
            return _failure(claimed.words, other.words, "The spans say “only”.")
    return None


def _lost_exception(exception: Statement) -> Failure:
    return _failure("", exception.words, "The claim leaves out an exception and so widens a rule.")
