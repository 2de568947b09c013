"""Answer clinical questions from guidelines, labels and studies, every sentence with its proof."""

from consilia.answer import Answer
from consilia.assistant import Assistant
from consilia.errors import ConsiliaError
from consilia.guardrails import screen
from consilia.settings import Settings

__all__ = ["Answer", "Assistant", "ConsiliaError", "Settings", "screen"]
