"""What a language model is to Consilia: an address, limits, and a reply that nobody trusts."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock
from typing import Literal, Protocol
from urllib.parse import urlsplit

from consilia.errors import SettingsError

_log = logging.getLogger(__name__)
Schema = Mapping[str, object]
"""A JSON schema that a reply is asked to have; not every server holds its model to it."""

OTHER_KEY = "CONSILIA_LLM_KEY"
"""Environment variable with the key for any address that is not a provider's own."""
_MODEL = re.compile(r"(?!.*://)[\w.:/+-]{1,150}(?:@[\w.+-]{1,50})?")
_FORMS = (
    "it is one of openai/MODEL, ollama/MODEL, llamacpp/MODEL, anthropic/MODEL, each with @URL "
    "behind it for another server, or the URL of an OpenAI-compatible server such as "
    "http://127.0.0.1:8080/v1"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model."""

    role: Literal["system", "user"]
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls of a model took."""

    calls: int = 0
    failed: int = 0
    """Calls that gave no whole reply."""
    prompt_tokens: int = 0
    reply_tokens: int = 0
    estimated: int = 0
    """Calls whose server told no tokens: a token is taken for four characters."""
    requests: int = 0
    """Requests for a reply that the calls made: one, and one more for each further try."""
    unserved: int = 0
    """Requests that ended before a reply began; no tokens are counted for them."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.failed + other.failed,
            self.prompt_tokens + other.prompt_tokens,
            self.reply_tokens + other.reply_tokens,
            self.estimated + other.estimated,
            self.requests + other.requests,
            self.unserved + other.unserved,
        )

    def cost(self, prompt_price: float, reply_price: float) -> float:
        """Return what the tokens cost at prices for a million of each, in the currency of these.

        >>> Usage(1, 0, 2_000_000, 500_000).cost(0.5, 2.0)
        2.0
        """
        return (self.prompt_tokens * prompt_price + self.reply_tokens * reply_price) / 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take; whatever goes beyond ends it."""

    seconds: float = 90.0
    """Of the whole call: all tries, the waits between them, the last byte of the reply."""
    silence: float = 45.0
    """Seconds without a byte, within one try."""
    tries: int = 3
    longest_wait: float = 20.0
    """Seconds; a server that asks for a longer wait is not asked again."""
    bytes: int = 1_000_000
    """That a server may send."""
    characters: int = 24_000
    """Of the text of a reply."""
    reply_tokens: int = 2_000
    """That the model is asked to stay below."""


class Reply(Protocol):
    """A reply while it comes in."""

    @property
    def usage(self) -> Usage:
        """What the call took so far."""

    def __iter__(self) -> Iterator[str]:
        """Yield the text in pieces; a `ModelCallError` when it ends before it is whole."""

    def close(self) -> None:
        """End the call, whole or not."""


class LanguageModel(Protocol):
    """Answers messages with text."""

    @property
    def name(self) -> str:
        """Provider and model, as an answer tells it."""

    def reply(
        self, messages: Sequence[Message], *, schema: Schema, cancelled: Event | None = None
    ) -> Reply:
        """Return the reply; nothing is sent before it is read. An event that is set ends it."""


class Metered:
    """A model whose calls are counted and logged."""

    def __init__(self, model: LanguageModel) -> None:
        self._model, self._usage, self._lock = model, Usage(), Lock()

    @property
    def name(self) -> str:
        """Provider and model, as an answer tells it."""
        return self._model.name

    @property
    def usage(self) -> Usage:
        """Of all calls that have ended."""
        return self._usage

    def reply(
        self, messages: Sequence[Message], *, schema: Schema, cancelled: Event | None = None
    ) -> Reply:
        """Return the reply of the model; closing it counts the call."""
        return _MeteredReply(
            self._model.reply(messages, schema=schema, cancelled=cancelled), self._count
        )

    def _count(self, usage: Usage) -> None:
        with self._lock:
            self._usage += usage
        _log.info(
            "%s: %d tokens read, %d written", self.name, usage.prompt_tokens, usage.reply_tokens
        )


class _MeteredReply:
    def __init__(self, reply: Reply, count: Callable[[Usage], None]) -> None:
        self._reply, self._count = reply, count
        self._open = True

    @property
    def usage(self) -> Usage:
        return self._reply.usage

    def __iter__(self) -> Iterator[str]:
        return iter(self._reply)

    def close(self) -> None:
        self._reply.close()
        if self._open:
            self._open = False
            self._count(self._reply.usage)


@dataclass(frozen=True, slots=True)
class Provider:
    """A kind of server."""

    url: str
    key: str
    """Environment variable with the key for this address; sent nowhere else."""
    needs_key: bool
    schema: bool
    """Whether replies can be held to a JSON schema, at the provider's own address."""


PROVIDERS: dict[str, Provider] = {
    "openai": Provider("https://api.openai.com/v1", "OPENAI_API_KEY", True, True),
    "ollama": Provider("http://127.0.0.1:11434", OTHER_KEY, False, True),
    "llamacpp": Provider("http://127.0.0.1:8080/v1", OTHER_KEY, False, True),
    "anthropic": Provider("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", True, False),
}
_ALWAYS_SCHEMA = frozenset({"ollama", "llamacpp"})


@dataclass(frozen=True, slots=True)
class Address:
    """Which model on which server."""

    provider: str
    model: str
    """Empty: the server is asked for the name of its first model."""
    url: str
    key: str
    """Name of the environment variable with the key."""
    needs_key: bool
    schema: bool


def address_of(setting: str) -> Address:
    """Return the model that a setting names.

    Args:
        setting: As in `CONSILIA_LLM`, not empty.

    Returns:
        The address. A provider's key goes to its own address only: with another one, the key is
        that of `CONSILIA_LLM_KEY`.

    Raises:
        SettingsError: The setting has none of the forms.

    >>> address_of("llamacpp/tiny").url
    'http://127.0.0.1:8080/v1'
    >>> address_of("openai/tiny@http://localhost:1234/v1").key
    'CONSILIA_LLM_KEY'
    """
    if setting.startswith(("http://", "https://")):
        return Address("openai", "", _checked(setting), OTHER_KEY, False, False)
    name, slash, rest = setting.partition("/")
    model, given, url = _parted(rest)
    if name not in PROVIDERS or not slash or not _MODEL.fullmatch(model) or given == (not url):
        raise SettingsError(f"CONSILIA_LLM names no language model: {_FORMS}")
    provider = PROVIDERS[name]
    if not given or url == provider.url:
        return Address(name, model, provider.url, provider.key, provider.needs_key, provider.schema)
    return Address(name, model, _checked(url), OTHER_KEY, False, name in _ALWAYS_SCHEMA)


def _parted(rest: str) -> tuple[str, bool, str]:
    """The name of a model, whether a URL follows it, and the URL; a name may hold an `@` too."""
    found = re.search(r"@(?=https?://)", rest)
    return (rest[: found.start()], True, rest[found.end() :]) if found else (rest, False, "")


def _checked(url: str) -> str:
    """Return the URL, when it is one that can be called and hides no password in itself.

    Raises:
        SettingsError: It is not.
    """
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable or not url.isprintable() or " " in url:
        raise SettingsError(f"CONSILIA_LLM has a URL that cannot be used: {_FORMS}")
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsError(
            "CONSILIA_LLM must have no user, password, query or fragment in its URL: "
            f"put a key into the environment variable {OTHER_KEY}"
        )
    return url.rstrip("/")
