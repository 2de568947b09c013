"""The tests themselves: they reach no other machine and no folder of the user's."""

import socket
from pathlib import Path

import pytest

from consilia.settings import read_settings


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443)], ids=str)
def test_another_machine_cannot_be_reached(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(1)
        with pytest.raises(RuntimeError, match="reached for the network"):
            client.connect(address)


def test_names_of_other_machines_are_not_looked_up():
    with pytest.raises(RuntimeError, match="reached for the network"):
        socket.getaddrinfo("huggingface.co", 443)


def test_datagrams_do_not_leave():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        pytest.raises(RuntimeError, match="reached for the network"),
    ):
        client.sendto(b"?", ("192.0.2.1", 53))


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()


def test_unix_sockets_can_be_used(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_the_users_folders_are_temporary_ones(own_home, monkeypatch):
    assert Path.home() == own_home
    assert own_home in read_settings().kb.parents
    monkeypatch.delenv("CONSILIA_KB")
    assert own_home in read_settings().kb.parents
