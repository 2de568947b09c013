"""Putting an answer together from the sentences that were chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from consilia import safeguards, wording
from consilia.answer import (
    Abstention,
    AnswerSection,
    Claim,
    Conflict,
    Excluded,
    Group,
    Miss,
    Notice,
    Omission,
    Reference,
)
from consilia.candidates import SECTION_KINDS, Candidate
from consilia.citations import (
    Statement,
    claims_of,
    excluded_of,
    last_updated,
    proof_of,
    references_of,
)
from consilia.intents import TITLES
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Sentence
from consilia.notations import notation_notices
from consilia.question import Question
from consilia.selection import Selected
from consilia.wording import SectionName


@dataclass(frozen=True, slots=True)
class Block:
    """Statements under one heading of a section."""

    heading: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """The parts of an answer that come from the sources."""

    sections: tuple[AnswerSection, ...]
    claims: tuple[Claim, ...]
    references: tuple[Reference, ...]
    omissions: tuple[Omission, ...]
    conflicts: tuple[Conflict, ...]
    last_updated: str | None
    excluded: tuple[Excluded, ...] = ()
    notices: tuple[Notice, ...] = ()


def compose(
    question: Question,
    selected: Sequence[Selected],
    kb: KnowledgeBase,
    drafted: Mapping[SectionName, Sequence[Block]] | None = None,
) -> Composition:
    """Arrange the chosen sentences into sections, and add what must stand beside them.

    Args:
        question: As understood.
        selected: One entry for each section.
        kb: Where the sentences come from.
        drafted: Sections that are arranged already, the headline first. What must stand beside
            them is what must stand beside all that was chosen.

    Returns:
        Sections, omissions and conflicts over one list of claims, numbered by first mention.
    """
    blocks = {s.name: blocks_of(s.chosen) for s in selected} | dict(drafted or {})
    said = [line for name in blocks for block in blocks[name] for line in block.statements]
    used = [s for statement in said for s in statement.sentences]
    chosen = [c.sentence for section in selected for c in section.chosen]
    shown = list({s.id: s for s in (*used, *chosen)}.values())
    conflicts = safeguards.disagreements([*shown, *safeguards.left_out(question, shown, kb)], kb)
    beside = [s for conflict in conflicts for side in conflict.sides for s in side]
    marked = safeguards.left_out(question, shown, kb, beside)
    mentioned = _mentioned(said, (*marked, *beside))
    claims = claims_of(mentioned)
    ids = {_key(line): claim.id for line, claim in zip(mentioned, claims, strict=True)}
    sources = {p.document: kb.source(p.document) for claim in claims for p in claim.proofs}
    return Composition(
        sections=tuple(_section(s, blocks[s.name], ids, question, kb) for s in selected),
        claims=claims,
        references=references_of(claims, sources),
        omissions=tuple(Omission(ids[_key(Statement((s,)))], s.mark) for s in marked if s.mark),
        conflicts=tuple(
            Conflict(
                id=conflict.id,
                note=_note(conflict),
                sides=tuple(
                    tuple(ids[_key(Statement((s,)))] for s in side) for side in conflict.sides
                ),
            )
            for conflict in conflicts
        ),
        excluded=excluded_of(
            kb.source(c.sentence.document) for section in selected for c in section.excluded
        ),
        last_updated=last_updated(sources.values()),
        notices=notation_notices(claims),
    )


def _note(conflict: safeguards.Disagreement) -> str:
    if conflict.difference is None:
        return wording.conflict_note(conflict.id)
    years = {s.year for side in conflict.sides for s in side if s.year}
    return wording.difference_note(conflict.difference, sorted(years))


def silent(reason: str | None) -> Composition:
    """Return a composition without claims.

    Args:
        reason: Why every section abstains; None leaves them bare, as in a crisis, where nothing
            but the guardrail's message is shown.

    Returns:
        Three sections, no claims.
    """
    return Composition(
        sections=tuple(
            AnswerSection(
                name=name,
                title=wording.SECTION_TITLES[name],
                headline=None,
                groups=(),
                abstention=Abstention(text, reason, ()) if reason else None,
            )
            for name, text in wording.ABSTENTIONS.items()
        ),
        claims=(),
        references=(),
        omissions=(),
        conflicts=(),
        last_updated=None,
    )


def blocks_of(chosen: Iterable[Candidate]) -> tuple[Block, ...]:
    """Return sentences as they stand, under the headings of their intents, the first one first."""
    grouped: dict[str, list[Statement]] = {}
    for candidate in chosen:
        statements = grouped.setdefault(heading_of(candidate.sentence), [])
        statements.append(Statement((candidate.sentence,)))
    return tuple(Block(heading, tuple(statements)) for heading, statements in grouped.items())


def heading_of(sentence: Sentence) -> str:
    """Return the heading that a sentence stands under in an answer."""
    return TITLES.get(sentence.intent, sentence.intent.replace("_", " ").capitalize())


def _mentioned(said: Iterable[Statement], beside: Iterable[Sentence]) -> list[Statement]:
    """Each statement once, in order of mention."""
    lines = (*said, *(Statement((sentence,)) for sentence in beside))
    return list({_key(line): line for line in lines}.values())


def _key(line: Statement) -> tuple[str | None, ...]:
    """What tells statements apart: two claims may rest on one sentence in different words."""
    return (line.text, *(sentence.id for sentence in line.sentences))


def _section(
    selected: Selected,
    blocks: Sequence[Block],
    ids: dict[tuple[str | None, ...], str],
    question: Question,
    kb: KnowledgeBase,
) -> AnswerSection:
    return AnswerSection(
        name=selected.name,
        title=wording.SECTION_TITLES[selected.name],
        headline=ids[_key(blocks[0].statements[0])] if blocks else None,
        groups=tuple(
            Group(block.heading, tuple(ids[_key(line)] for line in block.statements))
            for block in blocks
        ),
        abstention=None if blocks else _abstention(selected, question, kb),
    )


def _abstention(selected: Selected, question: Question, kb: KnowledgeBase) -> Abstention:
    return Abstention(
        text=wording.ABSTENTIONS[selected.name],
        reason=_reason(selected, question, kb),
        nearest=tuple(_miss(candidate) for candidate in selected.nearest),
    )


def _miss(candidate: Candidate) -> Miss:
    proof = proof_of(candidate.sentence)
    return Miss(
        document=proof.document,
        version=proof.version,
        start=proof.start,
        end=proof.end,
        quote=proof.quote,
        quote_sha256=proof.quote_sha256,
        missing=tuple(
            wording.VALUE_NAMES.get(name, name.replace("_", " ")) for name in candidate.missing
        ),
    )


def _reason(selected: Selected, question: Question, kb: KnowledgeBase) -> str:
    """Say why a section is silent: the most telling thing that is missing."""
    if not any(kb.index.state.counts[kind] for kind in SECTION_KINDS[selected.name]):
        return wording.NOTHING_OF_KIND
    unknown = [t.surface for t in question.terms if not kb.knows(t.token)]
    if unknown:
        return wording.NO_SOURCE.format(terms=_listed(unknown))
    missing = selected.nearest[0].missing if selected.nearest else ()
    groups = [name.replace("_", " ") for name in missing if name in question.groups]
    if groups:
        return wording.OTHER_PATIENTS.format(groups=_listed(groups))
    terms = [name for name in missing if name not in wording.VALUE_NAMES]
    if terms:
        return wording.NOT_TOGETHER.format(terms=_listed(terms))
    if missing:
        values = [wording.VALUE_NAMES[name] for name in missing]
        return wording.NO_VALUE.format(values=_listed(values))
    return wording.NOT_CLOSE


def _listed(names: Sequence[str]) -> str:
    """Join names as in running text.

    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
