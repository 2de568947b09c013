"""Fakes for tests, ours and those of projects that embed this one: no model, no network."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event

import numpy as np

from consilia.encoders import EmbedderIdentity, Vectors
from consilia.errors import ModelCallError
from consilia.gates.support import Probabilities
from consilia.language_models import Message, Reply, Schema, Usage
from consilia.terms import stems

_DIMENSION = 128


class HashEmbedder:
    """An embedder without a model: texts that share stems have near vectors.

    >>> embedder = HashEmbedder()
    >>> near, other = embedder.encode(["quinine for cramps", "low sodium"])
    >>> bool(embedder.encode_query(["cramps and quinine"])[0] @ near > 0.9)
    True
    """

    def __init__(self, dimension: int = _DIMENSION) -> None:
        self.identity = EmbedderIdentity(
            name="hash",
            sha256="none",
            dimension=dimension,
            pooling="sum",
            prefix="",
            max_tokens=256,
        )

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return a unit vector for each text, `(len(texts), dimension)`."""
        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for stem in stems(text) or ("",):
                vector += self._direction(stem)
            vector /= np.linalg.norm(vector)
        if progress:
            progress(len(texts))
        return vectors

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the same vectors as `encode`."""
        return self.encode(texts)

    def count_tokens(self, text: str) -> int:
        """Return the number of words and the two special tokens."""
        return len(text.split()) + 2

    def _direction(self, stem: str) -> Vectors:
        seeds = itertools.chain.from_iterable(
            hashlib.sha256(f"{n}:{stem}".encode()).digest()
            for n in range(-(-self.identity.dimension // 32))
        )
        values = np.fromiter(seeds, dtype=np.float32)[: self.identity.dimension]
        return (values - 127.5) / 127.5


class ScriptedEntailment:
    """An entailment model without a model: gives what it was told to, claim by claim.

    >>> ScriptedEntailment({"It helps.": (0.9, 0.0)}).probabilities(["It helps."], "It helps.")
    Probabilities(entail=0.9, contradict=0.0)
    """

    def __init__(self, script: Mapping[str, tuple[float, float]]) -> None:
        self._script = script
        self.seen: list[tuple[tuple[str, ...], str]] = []
        """Premises and hypothesis of each call."""

    def probabilities(self, premises: Sequence[str], hypothesis: str) -> Probabilities:
        """Return the scripted P(entail) and P(contradict) of a hypothesis.

        Raises:
            KeyError: The script does not hold it.
        """
        self.seen.append((tuple(premises), hypothesis))
        return Probabilities(*self._script[hypothesis])


class ScriptedModel:
    """A language model without a model: replies what it was told to, in order.

    >>> reply = ScriptedModel("Yes.").reply([Message("user", "Well?")], schema={})
    >>> "".join(reply), reply.usage.calls
    ('Yes.', 1)
    """

    name = "scripted/model"

    def __init__(self, *replies: str | ModelCallError) -> None:
        self._replies = list(replies)
        self.seen: list[tuple[Message, ...]] = []
        """The messages of each call."""

    def reply(
        self, messages: Sequence[Message], *, schema: Schema, cancelled: Event | None = None
    ) -> Reply:
        """Return the next reply of the script; a `ModelCallError` of the script is raised by it.

        Raises:
            LookupError: The script is at its end.
        """
        self.seen.append(tuple(messages))
        if not self._replies:
            raise LookupError("the script of the model has no further reply")
        return _ScriptedReply(self._replies.pop(0), cancelled or Event())


class _ScriptedReply:
    def __init__(self, script: str | ModelCallError, cancelled: Event) -> None:
        self._script, self._cancelled = script, cancelled
        self.usage = Usage(calls=1, requests=1)
        self.closed = False

    def __iter__(self) -> Iterator[str]:
        if isinstance(self._script, ModelCallError):
            raise self._script
        for at in range(0, len(self._script), 16):
            if self._cancelled.is_set():
                raise ModelCallError("cancelled", "the call was cancelled")
            yield self._script[at : at + 16]

    def close(self) -> None:
        self.closed = True
