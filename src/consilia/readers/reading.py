"""What a reader is given, what it yields and what it reports."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from consilia.models import Document

_PIECE = 1_000
"""Characters after which the next piece of a long hidden text begins; pieces overlap by as many."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its name and its bytes."""

    name: str
    """File name with suffix; inside an archive, the name of the member."""
    data: bytes
    given: Mapping[str, object] = field(default_factory=dict)
    """Front matter that the user states; it goes before what the file says of itself."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about a file that is told to the user, and where it is."""

    place: str
    """A page, an element, a record: words that help to find it."""
    text: str


@dataclass(slots=True)
class Notes:
    """What a reader reports beside the documents it yields."""

    unplaced: list[Note] = field(default_factory=list)
    """Content that is in no document: reference lists, figures, boilerplate; never silently."""
    refused: list[Note] = field(default_factory=list)
    """Records of the file that could not be read, each with the reason and what to do."""
    hidden: list[Note] = field(default_factory=list)
    """Words that a person who opens the file does not see; they go into no document."""
    repaired: list[Note] = field(default_factory=list)
    """What was changed in the words: invisible characters, broken encodings."""

    def unplace(self, place: str, text: str) -> None:
        """Report content that goes into no document."""
        self.unplaced.append(Note(place, " ".join(text.split())[:200]))

    def refuse(self, place: str, reason: str) -> None:
        """Report a record that could not be read, while the others were."""
        self.refused.append(Note(place, reason))

    def hide(self, place: str, text: str) -> None:
        """Report words that a person would not see; a long text in pieces, so that all is read."""
        words = " ".join(text.split())
        for start in range(0, len(words), _PIECE):
            self.hidden.append(Note(place, words[start : start + 2 * _PIECE]))

    def repair(self, place: str, text: str) -> None:
        """Report a change of the words."""
        self.repaired.append(Note(place, text))


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: how to know it and how to read it. Third parties add one by entry point."""

    name: str
    """Such as `pubmed-xml`."""
    recognises: Callable[[Source], bool]
    """Looks at content first and at the name last, cheaply; raises nothing."""
    read: Callable[[Source, Notes], Iterator[Document]]
    """Yields documents; raises a `DocumentError` that says what to do when the file as a whole
    cannot be read."""
    max_bytes: int = 64_000_000
    """A larger file is refused unread."""
