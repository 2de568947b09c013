"""A language model's draft of an answer: numbered sentences out, claims in, each one judged."""

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from threading import Event

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consilia import wording
from consilia.admission import LONGEST, Judge
from consilia.answer import Notice
from consilia.candidates import Candidate
from consilia.citations import Statement
from consilia.composing import Block, blocks_of, heading_of
from consilia.errors import ModelCallError
from consilia.intents import TITLES
from consilia.language_models import LanguageModel, Message
from consilia.models import Sentence, canonical_json, digest
from consilia.observing import stage
from consilia.prompts import arranging, neutral
from consilia.selection import Selected
from consilia.wording import Audience, SectionName

MOST_CLAIMS = 20
"""That a model is asked for; what comes beyond finds no place in the sections anyway."""
_AROUND = re.compile(r"\A\s*(?:<think>.*?</think>)?\s*(?:```(?:json)?)?|(?:```)?\s*\Z", re.DOTALL)
_CLAIMS = re.compile(r'"claims"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_Offer = Mapping[int, tuple[SectionName, Candidate]]
"""Numbers of the sentences that a model may use, with their sections."""
_HEADINGS = {title.casefold(): title for title in TITLES.values()}


class DraftClaim(BaseModel):
    """One claim as a model wrote it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    section: SectionName
    sentences: list[int] = Field(min_length=1, max_length=10)
    """Numbers of the sentences that it rests on, from 1."""
    text: str = Field(default="", max_length=LONGEST)
    """Empty: the sentences as they stand."""
    heading: str = Field(default="", max_length=60)
    headline: bool = False


class Draft(BaseModel):
    """What a model replies; its claims are read one by one, so that one bad one spoils no other."""

    claims: list[DraftClaim] = Field(max_length=MOST_CLAIMS)


@dataclass(frozen=True, slots=True)
class Preview:
    """A statement that passed, before the answer is put together and its numbers are known."""

    section: SectionName
    text: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of a draft."""

    blocks: Mapping[SectionName, tuple[Block, ...]]
    """Of the sections that the model arranged; empty when none of its work is used."""
    notices: tuple[Notice, ...]
    models: Mapping[str, str]
    """For the manifest: which model, which prompt, what was used of it."""


@dataclass(slots=True)
class _Counts:
    reworded: int = 0
    fell_back: int = 0
    """Claims whose words did not hold: their sentences stand in their place."""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class _Placed:
    section: SectionName
    heading: str
    headline: bool
    leads: bool
    """Whether a section may rest on it alone."""
    statement: Statement


@dataclass(slots=True)
class _Desk:
    """What was offered, and what was made of it so far."""

    offered: _Offer
    places: Mapping[SectionName, int]
    """How many sentences each section may show: as many as the rules chose for it."""
    judge: Judge
    used: set[int] = field(default_factory=set)
    placed: list[_Placed] = field(default_factory=list)
    counts: _Counts = field(default_factory=_Counts)

    def take(self, written: object) -> list[_Placed]:
        """Judge one claim as it was written, and return what may be shown of it."""
        try:
            claim = DraftClaim.model_validate(written)
        except ValidationError:
            self.counts.dropped += 1
            return []
        numbers = self._free(dict.fromkeys(claim.sentences), claim.section)
        sentences = [self.offered[n][1].sentence for n in numbers]
        whole = len(numbers) == len(claim.sentences)
        statements = self._statements(claim.text.strip() if whole else "", sentences)
        if claim.text.strip() and sentences and statements[0].text is None:
            said = {statement.words for statement in statements}
            self.counts.fell_back += claim.text.strip() not in said
        self.counts.dropped += not statements
        self.counts.reworded += sum(statement.text is not None for statement in statements)
        self.used.update(numbers)
        leading = {c.sentence.id for n in numbers if (c := self.offered[n][1]).lead}
        placed = [
            _Placed(
                section=claim.section,
                heading=_heading(claim, said.sentences[0]),
                headline=claim.headline,
                leads=any(s.id in leading for s in said.sentences),
                statement=said,
            )
            for said in statements
        ]
        self.placed += placed
        return placed

    def _free(self, numbers: Iterable[int], section: SectionName) -> list[int]:
        """The numbers of sentences that were offered in a section, while it has places."""
        mine = [n for n, (name, _) in self.offered.items() if name == section]
        places = self.places[section] - len(self.used & set(mine))
        return [n for n in numbers if n in mine and n not in self.used][:places]

    def _statements(self, text: str, sentences: Sequence[Sentence]) -> list[Statement]:
        admitted = self.judge.admitted(text, sentences) if text and sentences else None
        return [admitted] if admitted else [Statement((sentence,)) for sentence in sentences]


def draft(
    model: LanguageModel,
    question: str,
    selected: Sequence[Selected],
    judge: Judge,
    audience: Audience,
    cancelled: Event | None = None,
) -> Generator[Preview, None, Drafted]:
    """Have a model arrange what was chosen.

    The model is offered the chosen sentences of the sections that are not silent, and those that
    came just behind. Each section keeps the sentence it rests on and all that are marked.

    Args:
        model: Not trusted.
        question: As understood.
        selected: One entry for each section.
        judge: Of its words.
        audience: For whom.
        cancelled: Ends it when it is set.

    Yields:
        Each statement that may be shown, as it comes in.

    Returns:
        The sections as arranged; without any, and with a notice, when the model gave no whole
        reply of the form that was asked for.
    """
    desk = _Desk(_offered(selected), {s.name: len(s.chosen) for s in selected}, judge)
    if not desk.offered:
        return Drafted({}, (), {"language_model": model.name, "draft": "nothing to arrange"})
    messages = arranging(question, [*_lines(desk.offered)], [*TITLES.values()], audience)
    reply = model.reply(messages, schema=Draft.model_json_schema(), cancelled=cancelled)
    reason = ""
    try:
        with stage("draft"):
            for placed in chain.from_iterable(map(desk.take, _claims(reply))):
                yield _preview(placed)
    except ModelCallError as error:
        reason = error.reason
    finally:
        reply.close()
    told = {"language_model": model.name, "draft_prompt_sha256": _hash(messages)}
    if reason:
        return Drafted({}, (failure_notice(reason),), told | {"draft": "rules"})
    blocks = _arranged(selected, desk)
    used = "model" if blocks else "rules"
    return Drafted(blocks, (_notice(desk, selected, blocks, model.name),), told | {"draft": used})


def _offered(selected: Sequence[Selected]) -> _Offer:
    found = [
        (section.name, candidate)
        for section in selected
        if section.chosen
        for candidate in (*section.chosen, *section.companions)
    ]
    return dict(enumerate(found, start=1))


def _lines(offered: _Offer) -> Iterator[str]:
    for number, (section, candidate) in offered.items():
        sentence = candidate.sentence
        place = neutral(sentence.context).replace("|", "/")
        yield f"[{number}] {section} | {place} | {neutral(sentence.text)}"


def _claims(pieces: Iterable[str]) -> Iterator[object]:
    """Yield the claims of a reply as soon as each is whole.

    Raises:
        ModelCallError: The reply is not the one JSON object that was asked for.
    """
    text, at = "", 0
    for piece in pieces:
        text += piece
        if "}" in piece:
            found, at = _whole_objects(text, at)
            yield from found
    if not isinstance(_parsed(_AROUND.sub("", text)), dict) or not at:
        raise ModelCallError("unusable", "the reply is no draft")


def _whole_objects(text: str, at: int) -> tuple[list[object], int]:
    """Return the whole objects of the list of claims from a place on, and the next place.

    Raises:
        ModelCallError: One of them is no JSON, or has a key twice.
    """
    if not at:
        start = _CLAIMS.search(text)
        at = start.end() if start else 0
    found: list[object] = []
    decoder = json.JSONDecoder(object_pairs_hook=_single)
    while at and (skipped := _BETWEEN.match(text, at)) and text[skipped.end() :].startswith("{"):
        try:
            value, at = decoder.raw_decode(text, skipped.end())
        except json.JSONDecodeError:
            break
        except (ValueError, RecursionError) as error:
            raise ModelCallError("unusable", "the reply is no draft") from error
        found.append(value)
    return found, at


def _parsed(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_single)
    except (ValueError, RecursionError):
        return None


def _single(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object whose keys stand once: of two values, another reader might take the other.

    Raises:
        ValueError: A key stands twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _heading(claim: DraftClaim, sentence: Sentence) -> str:
    """The heading that was chosen from those offered, else the sentence's own."""
    return _HEADINGS.get(claim.heading.strip().casefold(), heading_of(sentence))


def _preview(placed: _Placed) -> Preview:
    sentences = placed.statement.sentences
    documents = dict.fromkeys(sentence.document for sentence in sentences)
    return Preview(placed.section, placed.statement.words, tuple(documents))


def _arranged(selected: Sequence[Selected], desk: _Desk) -> dict[SectionName, tuple[Block, ...]]:
    found: dict[SectionName, tuple[Block, ...]] = {}
    for section in selected:
        placed = [p for p in desk.placed if p.section == section.name]
        if placed:
            needed = _needed(section, placed)
            head = blocks_of(needed[:1]) if not any(p.leads for p in placed) else ()
            said = (*head, *_blocks(_headline_first(placed)))
            found[section.name] = _joined(said, blocks_of(needed[len(head) :]))
    return found


def _headline_first(placed: Sequence[_Placed]) -> list[_Placed]:
    """The claims with the one in front that was named the headline, if a section may rest on it."""
    leads = [p for p in placed if p.leads]
    first = next((p for p in leads if p.headline), leads[0] if leads else placed[0])
    return [first, *(p for p in placed if p is not first)]


def _blocks(placed: Sequence[_Placed]) -> tuple[Block, ...]:
    grouped: dict[str, list[Statement]] = {}
    for p in placed:
        grouped.setdefault(p.heading, []).append(p.statement)
    return tuple(Block(heading, tuple(said)) for heading, said in grouped.items())


def _needed(section: Selected, placed: Sequence[_Placed]) -> list[Candidate]:
    """What a section must show and the model left out: what it rests on, and all that is marked."""
    shown = {s.id for p in placed for s in p.statement.sentences}
    must = (section.chosen[0], *(c for c in section.chosen[1:] if c.sentence.mark))
    return [c for c in must if c.sentence.id not in shown]


def _joined(blocks: Iterable[Block], added: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks of the same heading become one, in the place of the first."""
    found: dict[str, list[Statement]] = {}
    for block in (*blocks, *added):
        found.setdefault(block.heading, []).extend(block.statements)
    return tuple(Block(heading, tuple(said)) for heading, said in found.items())


def _notice(
    desk: _Desk,
    selected: Sequence[Selected],
    blocks: Mapping[SectionName, Sequence[Block]],
    name: str,
) -> Notice:
    if not blocks:
        return Notice("model_unused", wording.MODEL_UNUSED.format(name=name))
    shown = {
        s.id for said in blocks.values() for b in said for line in b.statements
        for s in line.sentences
    }  # fmt: skip
    chosen = [
        c.sentence.id for section in selected if section.name in blocks for c in section.chosen
    ]
    counts = desk.counts
    return Notice(
        "model_arranged",
        wording.MODEL_ARRANGED.format(
            name=name,
            reworded=counts.reworded,
            fell_back=counts.fell_back,
            dropped=counts.dropped,
            left_out=sum(id_ not in shown for id_ in chosen),
        ),
    )


def failure_notice(reason: str) -> Notice:
    """Return what a reader is told when a model gave nothing that can be used."""
    return Notice(f"model_{reason}", wording.MODEL_FAILURES[reason])


def _hash(messages: Sequence[Message]) -> str:
    return digest(canonical_json([[message.role, message.text] for message in messages]))
