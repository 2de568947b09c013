"""Around the whole chat: who is let in, how much is taken, which headers go out."""

import asyncio
import html
import json
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING

from consilia.web.headers import script_hashes, sealed
from consilia.web.limits import Limits
from consilia.web.login import Login
from consilia.web.rates import Rate
from consilia.web.requests import ASKING, PAGE, USER, Refusal, Request, misplaced

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PROBLEM = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Consilia</title>"
    "<h1>Not served</h1><p>{reason}</p></html>"
)
_HIDDEN = {b"authorization", b"cookie", b"forwarded", b"x-direct-url"}
_USER_MARK = "user "
BUSY = Refusal(503, "too many requests at once; try again later", ((b"retry-after", b"5"),))
SLOW = Refusal(504, "this takes too long; try again later")


class Shield:
    """An ASGI application in front of another one, which sees only requests that may pass."""

    def __init__(
        self,
        app: "ASGIApp",
        *,
        hosts: frozenset[str],
        limits: Limits,
        login: Login | None = None,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._limits = limits
        self._login = login
        self._requests = Rate(limits.requests_per_minute)
        self._questions = Rate(limits.questions_per_minute)
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request, or the server's own start and stop."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        request = Request.of(scope)
        out = _Out(send, hashed=request.path == PAGE)
        entered = await self._entered(request)
        if isinstance(entered, Refusal):
            await out.refuse(request, entered)
            return
        # Counted before its body is read: one that comes in drops holds a place meanwhile.
        self._open[entered] += 1
        try:
            body = await self._read(request, receive)
            if isinstance(body, Refusal):
                await out.refuse(request, body)
                return
            inner = {**_cleaned(scope), USER: entered.partition(_USER_MARK)[2]}
            await self._passed(inner, _replayed(body, receive), request, out)
        finally:
            self._open[entered] -= 1
            self._open += Counter()  # forgets clients that have nothing open

    async def _entered(self, request: Request) -> str | Refusal:
        """Return the client's name for counting, or why it is not let in."""
        if refusal := misplaced(request, self._hosts):
            return refusal
        client = request.address
        if seconds := self._requests.take(client):
            return _later(seconds)
        if self._login:
            admitted = await self._login.admit(request)
            if isinstance(admitted, Refusal):
                return admitted
            client = f"{_USER_MARK}{admitted}"
        if self._open.total() >= self._limits.connections:
            return BUSY
        if self._open[client] >= self._limits.open_per_client:
            return _later(1)
        asking = request.path == ASKING
        if asking and (seconds := self._questions.take(client)):
            return _later(seconds)
        return client

    async def _read(self, request: Request, receive: "Receive") -> bytes | Refusal:
        """Return the whole body, which is small, or why it is not taken."""
        most = self._limits.body_bytes
        told = request.one("content-length")
        if told and (not told.isascii() or not told.isdigit() or int(told[:20]) > most):
            return _too_large(most)
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                return await _body(receive, most)
        except TimeoutError:
            return Refusal(408, "the request came too slowly", ((b"connection", b"close"),))

    async def _passed(
        self, scope: "Scope", receive: "Receive", request: Request, out: "_Out"
    ) -> None:
        """Have the request served; a response must begin in time, and may then go on."""
        work = asyncio.ensure_future(_served(self._app(scope, receive, out.send)))
        begun = asyncio.ensure_future(out.begun.wait())
        try:
            done, _ = await asyncio.wait(
                {work, begun},
                timeout=self._limits.start_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if done:
                await work
            else:
                await out.refuse(request, SLOW)
        finally:
            for task in (work, begun):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


class _Out:
    """What goes back to the client: with our headers, once, and nothing after a refusal."""

    def __init__(self, send: "Send", *, hashed: bool) -> None:
        self.begun = asyncio.Event()
        self._send = send
        self._hashed = hashed
        self._start: Message | None = None
        self._page = bytearray()
        self._refused = False

    async def send(self, message: "Message") -> None:
        """Pass on a part of a response; the page is held back until its scripts are known."""
        if self._refused:
            return
        if message["type"] != "http.response.start":
            await self._continue(message)
            return
        self.begun.set()
        if self._hashed:
            self._start = message
        else:
            await self._send({**message, "headers": sealed(message.get("headers", ()))})

    async def refuse(self, request: Request, refusal: Refusal) -> None:
        """Answer in place of the application, unless it has begun to."""
        if self.begun.is_set():
            return
        self.begun.set()
        self._refused = True
        if request.wants_page:
            kind, text = b"text/html", _PROBLEM.format(reason=html.escape(refusal.reason))
        else:
            kind, text = b"application/json", json.dumps({"detail": refusal.reason})
        body = b"" if request.method == "HEAD" else text.encode()
        headers = [
            (b"content-type", kind + b"; charset=utf-8"),
            (b"content-length", str(len(text.encode())).encode()),
            *refusal.headers,
        ]
        status = refusal.status
        await self._send({
            "type": "http.response.start",
            "status": status,
            "headers": sealed(headers),
        })
        await self._send({"type": "http.response.body", "body": body})

    async def _continue(self, message: "Message") -> None:
        if self._start is None:
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if message.get("more_body"):
            return
        page = bytes(self._page)
        headers = sealed(self._start.get("headers", ()), script_hashes(page))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": page})


async def _body(receive: "Receive", most: int) -> bytes | Refusal:
    body = bytearray()
    while len(body) <= most:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") and len(body) <= most:
            return bytes(body)
    return _too_large(most)


async def _served(work: Awaitable[None]) -> None:
    await work


def _later(seconds: int) -> Refusal:
    retry = (b"retry-after", str(seconds).encode())
    return Refusal(429, f"too many requests; try again in {seconds} s", (retry,))


def _too_large(most: int) -> Refusal:
    # The rest of the body is not read, so the connection cannot be used again.
    reason = f"a request has at most {most:,} bytes"
    return Refusal(413, reason, ((b"connection", b"close"),))


def _cleaned(scope: "Scope") -> "Scope":
    """The head of a request as the application may see it: no password, no word of a proxy."""
    dropped = _HIDDEN | ({b"accept-encoding"} if scope["path"] == PAGE else set())
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name.lower() not in dropped and not name.lower().startswith(b"x-forwarded-")
    ]
    return {**scope, "headers": headers}


def _replayed(body: bytes, receive: "Receive") -> "Receive":
    """A body that was read already, then what the client does next."""
    waiting = [body]

    async def replay() -> "Message":
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay
