"""The chat in the browser; gradio is imported only when the chat is launched."""

import contextlib
import ctypes
import ipaddress
import os
import socket
import tempfile
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from consilia.errors import SettingsError
from consilia.web.limits import Limits
from consilia.web.users import Users

if TYPE_CHECKING:
    from consilia.assistant import Assistant

__all__ = ["launch"]

_M_ARENA_MAX, _ARENAS = -8, 2
"""The parameter of glibc's `mallopt`, and how many heaps all threads share."""
_QUIET = {
    # Gradio reads these when it is imported, which takes seconds: so not before it is needed.
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}


def launch(  # noqa: PLR0913 - where it is served, to whom and how much
    assistant: "Assistant",
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    names: tuple[str, ...] = (),
    users: Path | None = None,
    limits: Limits | None = None,
    open_browser: bool = False,
) -> None:
    """Serve the chat until it is interrupted or told to stop.

    The working directory is an empty one meanwhile.

    Args:
        assistant: An open assistant; it stays open.
        host: An IPv4 address of this machine; one that others reach needs users.
        port: Between 1 and 65535.
        names: Host names under which it is reached besides, as through a reverse proxy.
        users: A file made by `consilia app --add-user`; None asks for no password.
        limits: What one client may take.
        open_browser: Whether the page is opened in the user's browser.

    Raises:
        SettingsError: The host needs users, the port or the file of users cannot be used, or
            gradio is not installed.
    """
    check_host(host, guarded=users is not None)
    known = Users.read(users) if users else None
    check_port(host, port)
    if find_spec("gradio") is None:
        raise SettingsError("the chat needs gradio: pip install 'consilia[app]'")
    with tempfile.TemporaryDirectory(prefix="consilia-") as empty:
        os.environ |= {**_QUIET, "GRADIO_TEMP_DIR": empty}
        from consilia.web.page import service
        from consilia.web.server import Place

        with contextlib.chdir(empty):
            serving = service(assistant, Place(host, port, names, known), limits)
            if open_browser:
                shown = "127.0.0.1" if host == "0.0.0.0" else host
                Timer(1, webbrowser.open, [f"http://{shown}:{port}"]).start()
            serving.run()


def share_heaps() -> None:
    """Have threads share heaps: of one for each, glibc gives back little of what a rush took.

    It counts for threads that are started later, so call it before an assistant is opened.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def check_host(host: str, *, guarded: bool = False) -> None:
    """Refuse an address that other machines can reach, unless users have to log in.

    Args:
        host: Where the chat would listen.
        guarded: Whether users have to log in.

    Raises:
        SettingsError: The host is no IPv4 address, or no loopback address and not guarded.
    """
    try:
        address = ipaddress.IPv4Address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        if guarded:
            raise SettingsError(f"{host!r} is no IPv4 address of this machine") from error
        address = ipaddress.IPv4Address(0)
    if not guarded and not address.is_loopback:
        raise SettingsError(
            f"without authentication the chat does not listen on {host!r}: name a file of users "
            "(CONSILIA_AUTH_FILE, see `consilia app --add-user`), or leave it on 127.0.0.1 and "
            "put a reverse proxy with authentication in front of it"
        )


def check_port(host: str, port: int) -> None:
    """Refuse a port on which nothing can listen, before gradio is loaded.

    Raises:
        SettingsError: The port is in use, reserved or out of range.
    """
    try:
        with socket.socket() as probe:
            # As the server does: a port is free again as soon as its server has stopped.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port or -1))
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"cannot listen on port {port} of {host} ({error}); choose another one with --port"
        ) from error
