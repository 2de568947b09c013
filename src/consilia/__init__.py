"""Answer clinical questions from guidelines, labels and studies, every sentence with its proof."""

from typing import TYPE_CHECKING

from consilia.answer import Answer
from consilia.errors import ConsiliaError
from consilia.guardrails import screen
from consilia.settings import Settings

if TYPE_CHECKING:
    from consilia.assistant import Assistant

__all__ = ["Answer", "Assistant", "ConsiliaError", "Settings", "screen"]


def __getattr__(name: str) -> object:
    """Import the assistant when it is first asked for: it brings the index with it.

    Raises:
        AttributeError: There is no such name.
    """
    if name == "Assistant":
        from consilia.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'consilia' has no attribute {name!r}")
