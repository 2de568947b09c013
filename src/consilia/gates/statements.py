"""What a text states, and which statement of the evidence a statement of a claim rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from consilia.gates.evidence import Evidence
from consilia.gates.lexicon import lexicon_of, read_data, root
from consilia.gates.negation import is_exclusive, negation_of
from consilia.gates.opposites import Pole, poles
from consilia.gates.units import Unit, says_roots, units, verb_at
from consilia.terms import STOP_WORDS

_CLOSE = 0.9
"""Share of the best score from which on a statement is as good a counterpart as the best one."""
_OTHER_KIND = 0.6
"""What a condition and a main clause are worth as counterparts."""
_FINDING = 0.3
"""What a finding is worth as the counterpart of an advice, which has to rest on an advice."""
_PERMISSION = 0.6
"""The same of what may be done."""
_PLACES = frozenset({"in", "for", "with", "on", "among", "after", "before", "at", "during"})
_DIRECTING = frozenset({"2", "4", "5"})
_PERMITTING = frozenset({"1", "3"})
_PRONOUNS = frozenset({"it", "its", "they", "their", "them", "this", "these", "those"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A unit with all that is compared of it."""

    text: str
    """The sentence that it is part of."""
    number: int
    """Of its unit in the sentence."""
    unit: Unit
    own: frozenset[str]
    """Stems of its content words, and names of the scales that they stand on; a main clause that
    has none ("it may be used if …") has those of the units that hang on it."""
    lent: frozenset[str]
    """Stems of the subject of the clause before it, where it has none or a pronoun."""
    around: frozenset[str]
    """Those of all units that hang on the same main clause."""
    sign: int
    """-1 when it is denied."""
    alone: tuple[frozenset[str], ...]
    """Phrases denied alone."""
    poles: tuple[Pole, ...]
    directs: bool
    """Whether it says what to do or not to do."""
    permits: bool
    """Whether it says at least what may be done or may be."""
    is_exclusive: bool
    """Whether it is read as denied because it holds under one condition only."""

    @property
    def words(self) -> str:
        """Its words, for a report."""
        marker = f"{self.unit.marker} " if self.unit.marker else ""
        return marker + " ".join(self.unit.words).replace(" ,", ",").replace("_", " ")


@lru_cache(maxsize=4_000)
def statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text, those without content left out.

    "A only if B" is read as "not A unless B", so that both ways to say it compare equal.
    """
    found = units(text)
    own = [_content(unit.words) | _verb_before(found, number) for number, unit in enumerate(found)]
    exclusive = _exclusive_hosts(found)
    read = []
    for number, unit in enumerate(found):
        negation = negation_of(unit)
        near = (own[n] for n, other in enumerate(found) if other.host == unit.host)
        around = frozenset().union(*near)
        is_only = is_exclusive(unit) or number in exclusive
        read.append(
            Statement(
                text=text,
                number=number,
                unit=unit,
                own=own[number] or around if unit.kind == "main" else own[number],
                lent=_subject(found, number),
                around=around,
                sign=-negation.sign if is_only else negation.sign,
                alone=negation.alone,
                poles=_poles(found, number, negation.places),
                directs=_directs(unit, _DIRECTING),
                permits=_directs(unit, _DIRECTING | _PERMITTING),
                is_exclusive=is_only,
            )
        )
    return tuple(s for s in read if s.own or s.sign < 0)


def spoken(evidence: Sequence[Evidence]) -> tuple[Statement, ...]:
    """Return the statements of the cited spans, in order."""
    return tuple(statement for span in evidence for statement in statements(span.quote))


def counterparts(statement: Statement, said: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements that speak most nearly of the same; empty when none does."""
    scores = [_score(statement, other) for other in said]
    best = max(scores, default=0.0)
    limit = best * _CLOSE
    return tuple(o for o, score in zip(said, scores, strict=True) if score >= limit and score > 0)


def is_verbatim(claim: str, evidence: Sequence[Evidence]) -> bool:
    """Tell whether a claim is one of the quotes, or several of them joined in their order."""
    rest = " ".join(claim.split())
    for span in evidence:
        quote = " ".join(span.quote.split())
        if rest == quote:
            return True
        rest = rest.removeprefix(quote).lstrip()
    return not rest


def _score(statement: Statement, other: Statement) -> float:
    own = len(statement.own & other.own)
    lent = len((statement.own | statement.lent) & (other.own | other.lent)) - own
    if not own + lent:
        return 0.0
    own += sum(word.startswith("±") for word in statement.own & other.own)
    score = float(2 * own + lent + len(statement.around & other.around))
    if statement.directs and not other.directs:
        score *= _PERMISSION if other.permits else _FINDING
    return score if _kind(statement) == _kind(other) else score * _OTHER_KIND


def _kind(statement: Statement) -> str:
    kind = statement.unit.kind
    return "main" if kind == "relative" else kind


def _directs(unit: Unit, levels: frozenset[str]) -> bool:
    labels = lexicon_of("strength", "directives").labels(unit.words)
    return bool(levels & labels) or is_imperative(unit)


def is_imperative(unit: Unit) -> bool:
    """Tell whether a unit orders: "Stop it", "In pain, stop it", "says to stop it"."""
    words = unit.words
    for match in lexicon_of("strength", "imperatives").matches(words):
        before = words[match.start - 1] if match.start else ","
        says = before == "to" and match.start > 1 and root(words[match.start - 2]) in says_roots()
        if unit.kind == "main" and (before == "," or says):
            return True
    return False


def _exclusive_hosts(found: Sequence[Unit]) -> frozenset[int]:
    """Numbers of the main clauses that hold under one condition only."""
    hosts = set()
    for number, unit in enumerate(found):
        if unit.kind != "condition" or unit.is_exception:
            continue
        if is_exclusive(unit) or "only" in found[unit.host].words:
            hosts.update({unit.host, number})
    return frozenset(hosts)


def _content(words: tuple[str, ...]) -> frozenset[str]:
    return stems_of(words) | {f"±{pole.axis}" for pole in poles(words)}


def stems_of(found: Sequence[str]) -> frozenset[str]:
    """Return the stems of the words that say what a text is about."""
    roots = {root(word) for word in found if word[0].isalnum() and word not in STOP_WORDS}
    return frozenset(roots - _empty())


def _subject(found: Sequence[Unit], number: int) -> frozenset[str]:
    """The subject of the main clause before, for one that begins with its verb or a pronoun."""
    before, unit = _main_before(found, number), found[number]
    if before is None or (verb_at(unit.words) and not _PRONOUNS & set(unit.words)):
        return frozenset()
    return _content(before.words[: verb_at(before.words)])


def _verb_before(found: Sequence[Unit], number: int) -> frozenset[str]:
    """Subject and verb of the clause before, for "… but not survival"."""
    before = _main_before(found, number)
    if before is None or found[number].words[0] != "not":
        return frozenset()
    ends = [pole.at + 1 for pole in poles(before.words) if pole.is_firm]
    end = ends[0] if ends else verb_at(before.words)
    place = found[number].words[1:2]
    if place and place[0] in _PLACES and place[0] in before.words:
        end = len(before.words) - before.words[::-1].index(place[0]) - 1
    return _content(before.words[:end])


def _main_before(found: Sequence[Unit], number: int) -> Unit | None:
    earlier = [unit for unit in found[:number] if unit.kind == "main"]
    return earlier[-1] if earlier and found[number].kind == "main" else None


def _poles(found: Sequence[Unit], number: int, denied: frozenset[int]) -> tuple[Pole, ...]:
    """The poles of a unit, those turned round that are denied alone: "non-significant"."""
    unit = found[number]
    own = list(poles(unit.words))
    before = _main_before(found, number)
    if before is not None and unit.words[0] == "not" and not own:
        near = stems_of(unit.words)
        own = [replace(p, near=p.near | near) for p in poles(before.words) if p.is_firm][:1]
    return tuple(replace(p, end=-p.end, is_denied=True) if p.at in denied else p for p in own)


@cache
def _empty() -> frozenset[str]:
    data = read_data("clauses", dict[str, dict[str, list[str]]])
    return frozenset(root(word) for word in data["words"]["empty"])
