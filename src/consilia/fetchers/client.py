"""Asking a service politely: its pace, retries, limits, and keys that are never shown."""

import ipaddress
import re
import time
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Self, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from consilia.errors import FetchError

TRIES = 5
LONGEST_WAIT = 120.0
"""Seconds that a service may ask to wait; when it asks for more, the user is told."""
MAX_BYTES = 64_000_000
_ANSWER_SECONDS = 600.0
_REDIRECTS = 3
_ASK_AGAIN = frozenset({429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_KEY = "api_key"
_KEY_SHOWN = re.compile(r"(?i)(api[_-]?key[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+")
_ADVICE = {
    400: "check the words of the search",
    401: "check the API key in the environment",
    403: "check the API key in the environment, or wait: the service may have blocked this address",
    404: "check the words of the search, and the address if one was given",
    414: "make the search shorter",
}

T = TypeVar("T")
_backoff = wait_exponential_jitter(initial=1, max=60, jitter=1)


@dataclass(frozen=True, slots=True)
class Service:
    """A service on the network and the pace that it allows."""

    name: str
    """As it is called in messages."""
    url: str
    """Its base; https, or http on the loopback."""
    interval: float
    """Seconds between the starts of two requests."""
    always: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Parameters of every request, an API key among them; never shown."""
    user: str = field(default="", repr=False)
    """The API key where a service takes it as the user of HTTP basic authentication."""
    max_bytes: int = MAX_BYTES
    """The size of an answer, unpacked, at which it is refused."""
    patience: float = 60.0
    """Seconds to wait for a connection, and for the next bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = field(repr=False)


class AskAgainError(FetchError):
    """An answer that cannot be used, but may be better the next time."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        """Tell why.

        Args:
            reason: Reads on after the service's name, such as `answers with an error (503)`.
            after: Seconds to wait at least; None when the service does not say.
        """
        super().__init__(reason)
        self.after = after


class Client:
    """A connection to one service; reaches no other host."""

    def __init__(
        self,
        service: Service,
        *,
        offline: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            service: Where to ask, and how fast.
            offline: Refuse to be made.
            sleep: Waits; tests pass one that does not.
            clock: Seconds that only grow.

        Raises:
            FetchError: Offline was asked for, or the address cannot be used.
        """
        if offline:
            raise FetchError(f"{service.name} is on the network; leave --offline out to fetch")
        self.service = service
        self._base = _checked(service)
        self._sleep, self._clock = sleep, clock
        self._next = 0.0
        self._http = httpx.Client(
            transport=_Discreet(_transport(self._base), service),
            headers={"user-agent": f"consilia/{version('consilia')}"},
            timeout=service.patience,
        )

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Answer], T],
        *,
        accepted: Collection[int] = (200,),
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Ask, at most five times, until an answer can be read.

        Args:
            path: Below the service's base, without a leading slash.
            params: Of the query.
            read: Reads the answer; raises `AskAgainError` when it should be asked for again.
            accepted: Statuses that are read; all others are errors.
            headers: Sent too.

        Returns:
            What `read` returned.

        Raises:
            FetchError: The service refuses, or gives nothing usable in five tries.
        """
        url = self._url(path, params)
        retrying = Retrying(
            stop=stop_after_attempt(TRIES),
            wait=_pause,
            retry=retry_if_exception_type(AskAgainError),
            sleep=self._sleep,
            reraise=True,
        )

        def once() -> T:
            answer = self._answer(url, dict(headers or {}))
            if answer.status not in accepted:
                raise self._refusal(answer)
            return read(answer)

        try:
            return retrying(once)
        except AskAgainError as error:
            raise FetchError(
                f"{self.service.name} {self._redacted(str(error))}, {TRIES} times in a row; "
                "try again later"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _url(self, path: str, params: Mapping[str, str]) -> httpx.URL:
        try:
            return httpx.URL(f"{self._base}/{path}", params=dict(params))
        except (httpx.InvalidURL, UnicodeError) as error:
            raise FetchError("the search is too long, or has characters that cannot be sent") from (
                error
            )

    def _answer(self, url: httpx.URL, headers: dict[str, str]) -> Answer:
        for _ in range(_REDIRECTS + 1):
            answer = self._exchange(url, headers)
            if answer.status not in _MOVED:
                return answer
            url = self._moved(url, answer.headers.get("location", ""))
        raise FetchError(f"{self.service.name} redirects in circles; try again later")

    def _exchange(self, url: httpx.URL, headers: dict[str, str]) -> Answer:
        self._keep_pace()
        try:
            with self._http.stream("GET", url, headers=headers) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, found, b"".join(self._chunks(response)))
        except httpx.TimeoutException as error:
            raise AskAgainError("does not answer in time") from error
        except httpx.RequestError as error:
            raise AskAgainError(
                f"cannot be reached: {str(error) or type(error).__name__}"
            ) from error

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        size, deadline = 0, self._clock() + _ANSWER_SECONDS
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.service.max_bytes:
                raise FetchError(
                    f"{self.service.name} answers with more than {self.service.max_bytes:,} "
                    "bytes; make the search narrower"
                )
            if self._clock() > deadline:
                raise AskAgainError("answers too slowly")
            yield chunk

    def _keep_pace(self) -> None:
        wait = self._next - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next = self._clock() + self.service.interval

    def _refusal(self, answer: Answer) -> FetchError:
        """The error for a status that is not accepted."""
        said = self._redacted(_said(answer.body))
        told = f"answers with an error ({answer.status}{': ' if said else ''}{said})"
        if answer.status in _ASK_AGAIN:
            after = _retry_after(answer.headers.get("retry-after", ""))
            if after is None or after <= LONGEST_WAIT:
                return AskAgainError(told, after)
            return FetchError(f"{self.service.name} asks to wait {after:,.0f} seconds; do so")
        advice = _ADVICE.get(answer.status, "try again later")
        return FetchError(f"{self.service.name} {told}; {advice}")

    def _moved(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
        except httpx.InvalidURL as error:
            raise FetchError(f"{self.service.name} redirects to no address; try later") from error
        if target.host != url.host or not _safe(target):
            raise FetchError(
                f"{self.service.name} redirects to {target.host or 'nowhere'}, which is not "
                "followed; if the service has moved, give its new address with --url"
            )
        return target

    def _redacted(self, text: str) -> str:
        for key in filter(None, (self.service.always.get(_KEY), self.service.user)):
            text = text.replace(key, "…")
        return _KEY_SHOWN.sub(r"\1…", text)


class _Discreet(httpx.BaseTransport):
    """Adds what is never shown, beneath all that logs a request or fails with it."""

    def __init__(self, inner: httpx.BaseTransport, service: Service) -> None:
        self._inner, self._always = inner, dict(service.always)
        user = b64encode(f"{service.user}:".encode()).decode()
        self._headers = {"authorization": f"Basic {user}"} if service.user else {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method,
            request.url.copy_merge_params(self._always),
            headers=[*request.headers.multi_items(), *self._headers.items()],
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(sent)

    def close(self) -> None:
        self._inner.close()


def _checked(service: Service) -> httpx.URL:
    try:
        url = httpx.URL(service.url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise FetchError(f"{service.url!r} is no address; give one such as https://…") from error
    if not _safe(url) or url.query or url.userinfo:
        raise FetchError(f"{url.copy_with(userinfo=b'', query=None)} is not asked; give https://…")
    return url


def _safe(url: httpx.URL) -> bool:
    """Nothing is sent in the clear but to this machine."""
    return bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and _is_here(url)))


def _is_here(url: httpx.URL) -> bool:
    try:
        return ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


def _transport(url: httpx.URL) -> httpx.HTTPTransport:
    # httpx reads no proxy from the environment when it is given a transport.
    proxies = getproxies()
    proxy = None if _is_here(url) or proxy_bypass(url.host) else proxies.get(url.scheme)
    try:
        return httpx.HTTPTransport(proxy=proxy)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise FetchError(f"the proxy in the environment cannot be used: {error}") from error


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    after = error.after if isinstance(error, AskAgainError) else None
    return _backoff(state) if after is None else max(after, 0.5)


def _retry_after(value: str) -> float | None:
    """Seconds, told as a number or as a date.

    >>> _retry_after("7"), _retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), _retry_after("soon")
    (7.0, 0.0, None)
    """
    if re.fullmatch(r"\d{1,9}", value.strip()):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _said(body: bytes) -> str:
    """The words of an error for a message; none of a page that is made for browsers."""
    text = " ".join(body[:2_000].decode("utf-8", "replace").split())
    return "" if text.startswith("<") and "html" in text[:200].lower() else text[:200]
