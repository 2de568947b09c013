"""The command `consilia app`: the chat in the browser, and who may use it."""

import getpass
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consilia.errors import SettingsError
from consilia.settings import Settings, read_settings
from consilia.terminal import Terminal

if TYPE_CHECKING:
    from consilia.assistant import Assistant

Names = Annotated[
    list[str] | None,
    typer.Option("--name", help="Host name under which it is reached besides; repeatable."),
]
_terminal = Terminal()


def chat_in_browser(
    kb: Annotated[
        Path | None,
        typer.Option("--kb", metavar="DIR", help="Folder of a built knowledge base."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; one that others reach needs users.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 7860,
    name: Names = None,
    rate: Annotated[
        int, typer.Option(min=1, max=100_000, help="Questions a minute of one client.")
    ] = 30,
    add_user: Annotated[
        str, typer.Option(metavar="NAME", help="Add a user to CONSILIA_AUTH_FILE, serve nothing.")
    ] = "",
) -> None:
    """Start the chat in the browser."""
    from consilia.web import check_host, check_port, launch, share_heaps
    from consilia.web.limits import Limits

    settings = read_settings()
    users = Path(settings.auth_file) if settings.auth_file else None
    if add_user:
        _added(users, add_user)
        return
    # Before a knowledge base is built, which takes a minute.
    check_host(host, guarded=users is not None)
    check_port(host, port)
    limits = replace(Limits(), questions_per_minute=rate)
    share_heaps()
    with _opened(kb, settings) as assistant:
        _terminal.note(f"http://{host}:{port}  (Ctrl+C stops the chat)")
        launch(assistant, host=host, port=port, names=tuple(name or ()), users=users, limits=limits)


def _opened(kb: Path | None, settings: Settings) -> "Assistant":
    with _terminal.progress() as progress:
        from consilia.assistant import Assistant

        # The chat leaves the working directory, so that no path may be relative to it.
        return Assistant.open(kb.absolute() if kb else None, settings, progress=progress)


def _added(users: Path | None, name: str) -> None:
    """Ask for a password twice, or read one line where nobody types, and keep its hash.

    Raises:
        SettingsError: No file is set, or the passwords differ.
    """
    from consilia.web.users import add_user

    if users is None:
        raise SettingsError("set CONSILIA_AUTH_FILE to the file that keeps the users")
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password of {name}: ")
        if getpass.getpass("Again: ") != password:
            raise SettingsError("the passwords differ; nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_user(users, name, password)
    _terminal.note(f"{name} may use the chat once it is started again; {users}")
