"""The chat in the browser; gradio is imported only when the chat is launched."""

import ipaddress
import os
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING

from consilia.errors import SettingsError

if TYPE_CHECKING:
    from consilia.assistant import Assistant

__all__ = ["launch"]


def launch(
    assistant: "Assistant",
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
) -> None:
    """Serve the chat until it is interrupted.

    Args:
        assistant: An open assistant; it stays open.
        host: A loopback address.
        port: Between 1 and 65535.
        open_browser: Whether the page is opened in the user's browser.

    Raises:
        SettingsError: The host is no loopback address, the port cannot be used, or gradio is
            not installed.
    """
    check_host(host)
    check_port(host, port)
    if find_spec("gradio") is None:
        raise SettingsError("the chat needs gradio: pip install 'consilia[app]'")
    # Gradio reads this when it is imported, which takes seconds: so not before it is needed.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from consilia.web import page

    page.start(assistant, host=host, port=port, open_browser=open_browser).block_thread()


def check_host(host: str) -> None:
    """Refuse an address that other machines can reach: the chat has no authentication.

    Raises:
        SettingsError: The host is no loopback address.
    """
    try:
        # Gradio cannot serve an IPv6 address.
        loopback = host == "localhost" or ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"the chat has no authentication and does not listen on {host!r}: leave it on "
            "127.0.0.1 and put a reverse proxy with authentication in front of it"
        )


def check_port(host: str, port: int) -> None:
    """Refuse a port on which nothing can listen, before gradio is loaded.

    Raises:
        SettingsError: The port is in use, reserved or out of range.
    """
    try:
        with socket.socket() as probe:
            # As gradio does: a port is free again as soon as its server has stopped.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port or -1))
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"cannot listen on port {port} of {host} ({error}); choose another one with --port"
        ) from error
