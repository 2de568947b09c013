"""Tests of a question that are no pattern: those that documents are screened by too."""

from collections.abc import Callable

from consilia.guardrails.forms import Reading
from consilia.readers.screening.suspicion import gives_orders


def has_orders(reading: Reading) -> bool:
    """Return whether a question, or what a blob in it says, gives orders to an assistant."""
    return any(gives_orders(text) for text in (reading.raw, *(b.says for b in reading.blobs)))


def has_blobs(reading: Reading) -> bool:
    """Return whether encoded text stands in a question."""
    return bool(reading.blobs)


DETECTORS: dict[str, Callable[[Reading], bool]] = {"orders": has_orders, "encoded": has_blobs}
"""By the name that rules give under `detector`."""
