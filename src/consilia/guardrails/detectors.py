"""Tests of a question that are no pattern."""

from collections.abc import Callable

from consilia.guardrails.alarms import Kind, shipped_alarms
from consilia.guardrails.forms import Reading
from consilia.readers.screening.suspicion import gives_orders


def has_orders(reading: Reading) -> bool:
    """Return whether a question, or what a blob in it says, gives orders to an assistant."""
    return any(gives_orders(text) for text in (reading.raw, *(b.says for b in reading.blobs)))


def has_blobs(reading: Reading) -> bool:
    """Return whether encoded text stands in a question."""
    return bool(reading.blobs)


def sounds_like_an_emergency(reading: Reading) -> bool:
    """Return whether the words of a question, in any form, are those of an emergency."""
    return _sounds_like("emergency", reading)


def sounds_like_a_crisis(reading: Reading) -> bool:
    """Return whether the words of a question, in any form, are those of a suicidal crisis."""
    return _sounds_like("crisis", reading)


def _sounds_like(kind: Kind, reading: Reading) -> bool:
    return any(kind in shipped_alarms().kinds(form) for form in reading.forms)


DETECTORS: dict[str, Callable[[Reading], bool]] = {
    "orders": has_orders,
    "encoded": has_blobs,
    "emergency": sounds_like_an_emergency,
    "crisis": sounds_like_a_crisis,
}
"""By the name that rules give under `detector`."""
