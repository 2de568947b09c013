"""The server of the chat: Gradio's page behind our shield, in one process, with time limits."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fastapi
import gradio as gr
import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from consilia.errors import SettingsError
from consilia.web.headers import sealed
from consilia.web.limits import Limits
from consilia.web.login import Login
from consilia.web.shield import Shield

if TYPE_CHECKING:
    from consilia.web.users import Users

SESSIONS = 128
"""Talks held in memory; the one that was idle longest makes room."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the chat is reached, and by whom."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    """Host names besides the address, as a reverse proxy passes them on."""
    users: "Users | None" = None
    """Who may use it; None lets in all who reach the address."""

    @property
    def hosts(self) -> frozenset[str]:
        """Names and addresses that a request may say it was sent to."""
        here = {"localhost", "127.0.0.1"}
        loopback = here if self.host in {*here, "0.0.0.0"} else set()
        return frozenset(name.casefold() for name in {self.host, *self.names, *loopback})


def shielded(
    blocks: gr.Blocks, place: Place, limits: Limits, *, theme: gr.Theme, css: str
) -> Shield:
    """Return the application that is served: the blocks, mounted and shielded."""
    blocks.state_session_capacity = SESSIONS
    app = fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    # What gradio offers beyond the page stays shut; run history would keep questions.
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        server_name=place.host,
        server_port=place.port,
        footer_links=[],
        run_history=False,
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
        allowed_paths=[],
        # Of all files, those of the knowledge base among them, gradio may serve none.
        blocked_paths=["/"],
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme,
        css=css,
    )
    login = (
        Login(place.users, failures_per_minute=limits.failures_per_minute) if place.users else None
    )
    return Shield(app, hosts=place.hosts, limits=limits, login=login)


class Service(uvicorn.Server):
    """A server that stops soon and quietly when it is told to, whatever is going on."""

    def __init__(self, app: Shield, blocks: gr.Blocks, place: Place, limits: Limits) -> None:
        """Prepare the server; nothing listens yet."""
        self._blocks = blocks
        self._thread: threading.Thread | None = None
        self.address = f"http://{place.host}:{place.port}"
        super().__init__(
            uvicorn.Config(
                app,
                host=place.host,
                port=place.port,
                http=_impatient(limits.head_seconds),
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                # Behind the shield's own limit, which answers in words.
                limit_concurrency=limits.connections + 64,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=max(1, round(limits.stop_seconds)),
            )
        )
        # It would print addresses of clients, and a traceback for each that hangs up.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    def begin(self) -> "Service":
        """Serve in a thread of its own and return once the page can be reached.

        Raises:
            SettingsError: The server ended at once.
        """
        self._thread = threading.Thread(target=self.run, name="consilia-chat", daemon=True)
        self._thread.start()
        while not self.started:
            if not self._thread.is_alive():
                raise SettingsError(f"the chat could not be served at {self.address}")
            self._thread.join(0.05)
        return self

    def close(self) -> None:
        """Stop the server that `begin` started, and wait until it has."""
        self.should_exit = True
        if self._thread:
            self._thread.join()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of events first: a browser would hold them open for ever."""
        self._blocks.close(verbose=False)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as the wish to stop, which is no failure of the program."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


class _Impatient(H11Protocol):
    """A connection whose request must have a whole head in time, however it trickles in."""

    head_seconds: float

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, with our headers as on every response."""
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        events = (
            h11.Response(status_code=400, headers=sealed(headers)),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))
        self.transport.close()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self.transport.close)

    def _forget(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = None


def _impatient(seconds: float) -> type[H11Protocol]:
    """A protocol with this limit: the server makes one for each connection by its class."""
    return type("_Impatient", (_Impatient,), {"head_seconds": seconds})
