"""Putting an answer together from the sentences that were chosen."""

from collections.abc import Sequence
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
    Omission,
    Reference,
)
from consilia.citations import claims_of, excluded_of, last_updated, proof_of, references_of
from consilia.intents import TITLES
from consilia.knowledge_base import KnowledgeBase
from consilia.models import Sentence
from consilia.question import Question
from consilia.selection import SECTION_KINDS, Candidate, Selected


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


def compose(question: Question, selected: Sequence[Selected], kb: KnowledgeBase) -> Composition:
    """Arrange the chosen sentences into sections, and add what must stand beside them.

    Args:
        question: As understood.
        selected: One entry for each section.
        kb: Where the sentences come from.

    Returns:
        Sections, omissions and conflicts over one list of claims, numbered by first mention.
    """
    grouped = {section.name: _groups(section.chosen) for section in selected}
    shown = [s for groups in grouped.values() for group in groups for s in group]
    conflicts = safeguards.disagreements(
        [*shown, *safeguards.left_out(question, shown, kb)], kb.index.sentences
    )
    beside = [s for conflict in conflicts for side in conflict.sides for s in side]
    marked = safeguards.left_out(question, shown, kb, beside)
    mentioned = list({s.id: s for s in (*shown, *marked, *beside)}.values())
    claims = claims_of(mentioned)
    ids = {sentence.id: claim.id for sentence, claim in zip(mentioned, claims, strict=True)}
    sources = {claim.proofs[0].document: kb.source(claim.proofs[0].document) for claim in claims}
    return Composition(
        sections=tuple(_section(s, grouped[s.name], ids, question, kb) for s in selected),
        claims=claims,
        references=references_of(claims, sources),
        omissions=tuple(Omission(ids[s.id], s.mark) for s in marked if s.mark),
        conflicts=tuple(
            Conflict(
                id=conflict.id,
                note=wording.conflict_note(conflict.id),
                sides=tuple(tuple(ids[s.id] for s in side) for side in conflict.sides),
            )
            for conflict in conflicts
        ),
        excluded=excluded_of(
            kb.source(c.sentence.document) for section in selected for c in section.excluded
        ),
        last_updated=last_updated(sources.values()),
    )


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


def _groups(chosen: Sequence[Candidate]) -> list[list[Sentence]]:
    """Group sentences by intent, the group of the first sentence first."""
    groups: dict[str, list[Sentence]] = {}
    for candidate in chosen:
        groups.setdefault(candidate.sentence.intent, []).append(candidate.sentence)
    return list(groups.values())


def _section(
    selected: Selected,
    groups: Sequence[Sequence[Sentence]],
    ids: dict[str, str],
    question: Question,
    kb: KnowledgeBase,
) -> AnswerSection:
    abstention = None if groups else _abstention(selected, question, kb)
    return AnswerSection(
        name=selected.name,
        title=wording.SECTION_TITLES[selected.name],
        headline=ids[groups[0][0].id] if groups else None,
        groups=tuple(
            Group(_heading(group[0]), tuple(ids[s.id] for s in group)) for group in groups
        ),
        abstention=abstention,
    )


def _heading(sentence: Sentence) -> str:
    return TITLES.get(sentence.intent, sentence.intent.replace("_", " ").capitalize())


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
