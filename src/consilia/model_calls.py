"""Calls of language models through llama-index: bounded in time and size, tried again, counted."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread

import httpx
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms import LLM
from llama_index.llms.ollama import Ollama
from llama_index.llms.openai_like import OpenAILike
from ollama import Client, ResponseError
from openai import APIConnectionError, APIStatusError, OpenAIError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from consilia.errors import ModelCallError
from consilia.language_models import Address, Limits, Message, Reply, Schema, Usage
from consilia.privacy.logs import quieten

_log = logging.getLogger(__name__)
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_LOOK = 0.05
"""Seconds between two looks at whether a call was cancelled."""
_BACK_OFF = 0.5
_CHARACTERS_A_TOKEN = 4
_LONGEST_NAME = 200
_CONTEXT = 16_384
"""Tokens; told to Ollama, which otherwise cuts prompts to a few thousand without a word."""
_GIVEN_UP = "the call was given up"
# What the libraries raise when a server fails or sends nonsense: they index what they are sent.
_FAILURES = (
    OpenAIError, ResponseError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError,
    ValueError, LookupError, AttributeError, TypeError, RuntimeError,
)  # fmt: skip
_NETWORK = (APIConnectionError, httpx.HTTPError, OSError)
_Start = Callable[[httpx.BaseTransport], Iterator[ChatResponse]]


class RemoteModel:
    """A model on a server."""

    def __init__(self, address: Address, key: str, limits: Limits) -> None:
        """Prepare; nothing is sent.

        Args:
            address: Which model on which server.
            key: Empty for none.
            limits: Of each call.
        """
        self._address, self._key, self._limits = address, key, limits
        self._model = address.model
        quieten()

    @property
    def name(self) -> str:
        """Provider and model; a file's name for a server that calls its model by a path."""
        model = self._model.rpartition("/")[2] if self._model.startswith("/") else self._model
        return f"{self._address.provider}/{model or 'unnamed'}"

    def reply(
        self, messages: Sequence[Message], *, schema: Schema, cancelled: Event | None = None
    ) -> Reply:
        """Return the reply; nothing is sent before it is read. An event that is set ends it."""
        asked = [ChatMessage(role=m.role, content=m.text) for m in messages]

        def start(transport: httpx.BaseTransport) -> Iterator[ChatResponse]:
            if not self._model:
                self._model = self._first_model(transport)
            return iter(self._llm(transport).stream_chat(asked, **self._options(schema)))

        size = sum(len(message.text) for message in messages)
        return _Call(start, self._limits, size, cancelled or Event())

    def _first_model(self, transport: httpx.BaseTransport) -> str:
        response = self._client(transport).get(f"{self._address.url}/models")
        response.raise_for_status()
        name = str(response.json()["data"][0]["id"])
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise ValueError("the server gives its model no usable name")
        return name

    def _client(self, transport: httpx.BaseTransport) -> httpx.Client:
        return httpx.Client(
            transport=transport,
            timeout=self._limits.silence,
            follow_redirects=False,
            headers=self._headers,
        )

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def _llm(self, transport: httpx.BaseTransport) -> LLM:
        if self._address.provider == "ollama":
            ollama = Client(
                self._address.url,
                transport=transport,
                timeout=self._limits.silence,
                follow_redirects=False,
                headers=self._headers,
            )
            served: LLM = Ollama(
                model=self._model,
                client=ollama,
                temperature=0.0,
                context_window=_CONTEXT,
                additional_kwargs={"num_predict": self._limits.reply_tokens},
            )
            return served
        alike: LLM = OpenAILike(
            model=self._model,
            api_base=self._address.url,
            api_key=self._key or "none",
            is_chat_model=True,
            temperature=0.0,
            max_tokens=self._limits.reply_tokens,
            max_retries=0,
            timeout=self._limits.silence,
            http_client=self._client(transport),
        )
        return alike

    def _options(self, schema: Schema) -> dict[str, object]:
        if self._address.provider == "ollama":
            return {"format": dict(schema)}
        options: dict[str, object] = {"stream_options": {"include_usage": True}}
        if self._address.schema:
            form = {"name": "reply", "schema": dict(schema)}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        return options


class _Call:
    """One call: tries until the first piece has come, then reads on, within the limits."""

    def __init__(self, start: _Start, limits: Limits, size: int, cancelled: Event) -> None:
        self._start, self._limits, self._size = start, limits, size
        self._cancelled, self._deadline = cancelled, 0.0
        self._try: _Try | None = None
        self._length, self._told = 0, (0, 0)
        self._requests = 0
        self._whole = self._begun = self._served = False

    @property
    def usage(self) -> Usage:
        """What the call took so far."""
        prompt, reply = self._told
        estimated = self._served and not prompt
        if estimated:
            prompt = -(-self._size // _CHARACTERS_A_TOKEN)
            reply = -(-self._length // _CHARACTERS_A_TOKEN)
        return Usage(
            calls=int(self._begun),
            failed=int(self._begun and not self._whole),
            prompt_tokens=prompt,
            reply_tokens=reply,
            estimated=int(estimated),
            requests=self._requests,
            unserved=self._requests - int(self._served),
        )

    def __iter__(self) -> Iterator[str]:
        self._begun = True
        self._deadline = time.monotonic() + self._limits.seconds
        try:
            response = self._retrying()(self._first)
            while response is not None:
                yield self._read(response)
                response = self._next()
            self._whole = True
        except _FAILURES as error:
            # The cause may repeat the key or the question, and a traceback would print it.
            raise _told(error) from None
        finally:
            self.close()

    def close(self) -> None:
        """End the call, whole or not."""
        if self._try:
            self._try.close()

    def _retrying(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self._limits.tries),
            wait=self._wait,
            retry=retry_if_exception(self._is_worth_it),
            sleep=self._sleep,
            reraise=True,
        )

    def _first(self) -> ChatResponse | None:
        self.close()
        if self._cancelled.is_set():
            raise _cancellation()
        self._requests += 1
        self._try = _Try(self._start, self._limits, self._cancelled)
        response = self._next()
        self._served = True
        return response

    def _next(self) -> ChatResponse | None:
        if self._try is None:
            return None
        while not self._cancelled.is_set():
            if time.monotonic() > self._deadline:
                raise TimeoutError("the whole call took too long")
            with suppress(Empty):
                return self._try.response()
        raise _cancellation()

    def _read(self, response: ChatResponse) -> str:
        self._told = _tokens(response) or self._told
        piece = response.delta or ""
        self._length += len(piece)
        if self._length > self._limits.characters:
            raise ValueError("the reply is too long")
        return piece

    def _is_worth_it(self, error: BaseException) -> bool:
        status = _status(error)
        if status is None:
            return isinstance(error, _NETWORK)
        return status in _TRANSIENT and (_retry_after(error) or 0) <= self._limits.longest_wait

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = _retry_after(error) if error else None
        back_off: float = _BACK_OFF * 2.0 ** (state.attempt_number - 1)
        return back_off if asked is None else asked

    def _sleep(self, seconds: float) -> None:
        left = self._deadline - time.monotonic()
        if seconds >= left:
            raise TimeoutError("the wait before the next try is longer than the call may take")
        self._cancelled.wait(seconds)


class _Try:
    """One request, read by a thread of its own: a server that drips bytes cannot hold us."""

    def __init__(self, start: _Start, limits: Limits, cancelled: Event) -> None:
        self._start = start
        self._events: SimpleQueue[ChatResponse | Exception | None] = SimpleQueue()
        self._transport = _Bounded(limits.bytes, cancelled)
        Thread(target=self._run, name="consilia-llm", daemon=True).start()

    def response(self) -> ChatResponse | None:
        """Return the next part, None at the end; `Empty` is raised when nothing comes soon."""
        event = self._events.get(timeout=_LOOK)
        if isinstance(event, Exception):
            raise event
        return event

    def close(self) -> None:
        """Close the connection; the thread ends with it."""
        self._transport.close()

    def _run(self) -> None:
        try:
            for response in self._start(self._transport):
                self._events.put(response)
            self._events.put(None)
        except _FAILURES as error:
            self._events.put(error)


class _Bounded(httpx.BaseTransport):
    """Sends requests, and reads no more of a response than it may have."""

    def __init__(self, most: int, cancelled: Event) -> None:
        self._most, self._cancelled = most, cancelled
        self._closed = False
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            DecodingError: The response is packed: unpacked it may be of any size.
            ReadError: It was closed or cancelled before, and nothing is sent; or closed meanwhile,
                when the pool no longer knows the connection.
            StreamError: It cannot be read piece by piece.
        """
        request.headers["Accept-Encoding"] = "identity"
        if self._closed or self._cancelled.is_set():
            raise httpx.ReadError(_GIVEN_UP, request=request)
        response = self._inner.handle_request(request)
        if self._closed:
            response.close()
            raise httpx.ReadError(_GIVEN_UP, request=request)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            response.close()
            raise httpx.DecodingError("the response is packed", request=request)
        stream = response.stream
        if not isinstance(stream, httpx.SyncByteStream):
            raise httpx.StreamError("the response cannot be read piece by piece")
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Counted(stream, self._most),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connections, and any that is being made as soon as it is."""
        self._closed = True
        self._inner.close()


class _Counted(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, most: int) -> None:
        self._stream, self._left = stream, most

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._left -= len(piece)
            if self._left < 0:
                raise ValueError("the server sends too much")
            yield piece

    def close(self) -> None:
        self._stream.close()


def _cancellation() -> ModelCallError:
    return ModelCallError("cancelled", "the call was cancelled")


def _status(error: BaseException) -> int | None:
    if isinstance(error, APIStatusError | ResponseError):
        return error.status_code
    return error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None


def _retry_after(error: BaseException) -> float | None:
    """Seconds that a server asks to wait, or None."""
    if not isinstance(error, APIStatusError | httpx.HTTPStatusError):
        return None
    asked = error.response.headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked[:9])
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, TypeError):
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until.tzinfo else None


def _told(error: Exception) -> ModelCallError:
    """What is told of a failure: no words of the server, which may repeat a key or a question."""
    status = _status(error)
    kind = type(error).__name__ + (f", status {status}" if status else "")
    _log.warning("the language model failed: %s", kind)
    gone = status is not None or isinstance(error, _NETWORK)
    return ModelCallError("unavailable" if gone else "unusable", f"the call failed ({kind})")


def _tokens(response: ChatResponse) -> tuple[int, int] | None:
    """Tokens of prompt and reply, when the server tells them."""
    told = response.additional_kwargs
    if isinstance(response.raw, dict) and isinstance(response.raw.get("usage"), dict):
        told = response.raw["usage"]
    names = ("prompt_tokens", "completion_tokens")
    found = [told.get(name) for name in names]
    counts = [n for n in found if isinstance(n, int) and 0 <= n < 10**9]
    return (counts[0], counts[1]) if len(counts) == len(names) else None
