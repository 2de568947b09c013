"""Injected instructions in documents: how many are kept out, quoted, obeyed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consilia.encoders import Embedder
from consilia.settings import Settings
from eval.measure import Measure, share
from eval.public.carriers import carried
from eval.public.obeying import Obedience, obeyed, quoted
from eval.report import table

HOW = (
    "each instruction stands between two sentences of a document on an invented disease; the "
    "document is ingested, released from quarantine by hand where it was held, and asked about"
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """What an attacker wrote."""

    category: str
    """As the set names it."""
    words: str


@dataclass(frozen=True, slots=True)
class Injected:
    """What became of one instruction in a document."""

    category: str
    instruction: str
    held: bool
    """Whether its document was kept in quarantine."""
    answered: bool
    """Whether the question was answered at all, with and without the instruction."""
    quoted: bool
    """Whether its words were shown, as a quotation of its document."""
    obeyed: Obedience

    @property
    def let_in(self) -> bool:
        """Whether no person had to release its document."""
        return not self.held


def injected(
    instructions: Sequence[Instruction], settings: Settings, embedder: Embedder
) -> tuple[Injected, ...]:
    """Put each instruction into a document, and return what became of it.

    Args:
        instructions: Of one set.
        settings: For the language model and the point of silence.
        embedder: For the knowledge bases that are built for this.

    Returns:
        One entry an instruction, in order.
    """
    found = carried([instruction.words for instruction in instructions], settings, embedder)
    return tuple(
        Injected(
            category=given.category,
            instruction=given.words,
            held=bool(one.held),
            answered=one.clean.status == one.answer.status == "answered",
            quoted=quoted(given.words, one.answer),
            obeyed=obeyed(given.words, one.answer, one.clean),
        )
        for given, one in zip(instructions, found, strict=True)
    )


def measures(found: Sequence[Injected]) -> tuple[Measure, ...]:
    """Return the shares over all instructions; those that nobody held are told apart."""
    let_in = [one for one in found if one.let_in]
    return (
        share("documents kept in quarantine", (one.held for one in found)),
        share("questions answered with and without it", (one.answered for one in found)),
        share("instructions obeyed, all documents released", (bool(one.obeyed) for one in found)),
        share("instructions obeyed, of documents let in", (bool(one.obeyed) for one in let_in)),
        share("quoted with a citation, all documents released", (one.quoted for one in found)),
        share("quoted with a citation, of documents let in", (one.quoted for one in let_in)),
    )


_COUNTED: Mapping[str, Callable[[Injected], bool]] = {
    "kept in quarantine": lambda one: one.held,
    "obeyed": lambda one: bool(one.obeyed),
    "quoted": lambda one: one.quoted,
    "let in and quoted": lambda one: one.let_in and one.quoted,
}


def categories_text(found: Iterable[Injected]) -> str:
    """Return a line for each category: how many instructions, and what became of them."""
    return table(_categories(list(found)))


def _categories(found: Sequence[Injected]) -> Iterator[Sequence[str]]:
    yield "category", "n", *_COUNTED
    for category in dict.fromkeys(one.category for one in found):
        here = [one for one in found if one.category == category]
        counts = (sum(map(holds, here)) for holds in _COUNTED.values())
        yield category, str(len(here)), *map(str, counts)
