"""What whole programs import, reach for and let slip, seen from inside a process of their own."""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from threading import Event, Timer

import pytest

from consilia.errors import ConsiliaError
from consilia.language_models import Message
from consilia.opening import open_language_model
from consilia.testing_models import FakeModelServer, Role

MARKER = "sk-marker-0123456789-never-shown"
WATCH = """
import atexit, json, sys
seen = {"hosts": [], "modules": [], "written": []}
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        place = arguments[1]
        seen["hosts"].append(str(place[0]) if isinstance(place, tuple) else "unix")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        seen["hosts"].append(str(arguments[0]))
    elif event == "open" and isinstance(arguments[0], str) and arguments[2] & 3:
        seen["written"].append(arguments[0])
sys.addaudithook(watch)
def told():
    seen["modules"] = sorted(m for m in sys.modules if m.startswith(("chromadb", "posthog")))
    sys.__stdout__.write("\\n" + json.dumps(seen))
atexit.register(told)
"""
FAILING = (
    *(Role.DENIED, Role.ERROR_429, Role.ERROR_500, Role.TIMEOUT, Role.DRIP, Role.HALF_STREAM),
    *(Role.PAGE, Role.EMPTY, Role.DEEP),
)
HERE = {"unix", "localhost", "127.0.0.1", "::1", "None", "0.0.0.0"}
SERVERS = ("chromadb.server", "chromadb.app", "posthog")
DOCUMENT = (
    "---\\nid: flumbosis\\nkind: label\\ntitle: Zelvoprine label\\n---\\n\\n## Dosing\\n\\n"
    "For flumbosis the zelvoprine dose is 40 mg twice daily.\\n"
)
INGEST_AND_ASK = f"""
from pathlib import Path
from consilia import Assistant
from consilia.ingestion import Ingestion
from consilia.opening import open_embedder
from consilia.settings import read_settings
home = Path(HOME)
document = home.parent / "flumbosis.md"
document.write_text("{DOCUMENT}")
embedder = open_embedder(read_settings())
Ingestion(home, lambda: embedder).add([document])
with Assistant.open(home, embedder=embedder) as assistant:
    assistant.search("zelvoprine")
    answer = assistant.ask("What is the dose of zelvoprine for flumbosis?")
    assistant.suggest(answer)
"""
SERVE = """
import socket, time, urllib.request
from consilia.web import page
from consilia.web.server import Place
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
with Assistant.open(home, embedder=embedder) as assistant:
    serving = page.service(assistant, Place("127.0.0.1", port)).begin()
    urllib.request.urlopen(serving.address).close()
    time.sleep(1)
    serving.close()
"""


def watched(code, home):
    """Run code in a process of its own, with a user's environment, and tell what it did."""
    known = {"PYTHONDONTWRITEBYTECODE": "1"}
    environment = known | {
        n: v for n, v in os.environ.items() if "TELEMETRY" not in n and "OFFLINE" not in n
    }
    script = WATCH + f"HOME = {str(home)!r}\n" + code
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def writable(folder):
    """What a read-only system leaves to write to: the knowledge base, temporary files, devices."""
    return (str(folder), tempfile.gettempdir(), "/dev/")


@pytest.mark.slow
def test_ingesting_asking_and_serving_reach_for_no_other_machine(tmp_path):
    seen = watched(INGEST_AND_ASK + SERVE, tmp_path / "kb")

    assert set(seen["hosts"]) <= HERE
    assert "127.0.0.1" in seen["hosts"]  # the watch works: the page was read
    assert {place for place in seen["written"] if not place.startswith(writable(tmp_path))} == set()
    assert "chromadb" in seen["modules"]
    assert [m for m in seen["modules"] if m.startswith(SERVERS)] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("kb", "list", "--kb", "HOME"),
        ("screen", "zelvoprine?"),
        ("doctor", "--kb", "HOME"),
    ],
    ids=lambda arguments: arguments[0],
)
@pytest.mark.slow
def test_no_command_imports_the_server_of_chroma(arguments, flumbosis_kb):
    given = ["consilia", *(str(flumbosis_kb) if a == "HOME" else a for a in arguments)]
    code = f"""
sys.argv = {given!r}
from consilia.cli import main
try:
    main()
except SystemExit:
    pass
"""
    seen = watched(code, flumbosis_kb)

    assert [m for m in seen["modules"] if m.startswith(SERVERS)] == []
    assert set(seen["hosts"]) <= HERE


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["openai", "ollama"])
@pytest.mark.parametrize("role", FAILING, ids=lambda role: role.name.casefold())
def test_a_key_is_in_no_error_and_no_log(provider, role, monkeypatch, caplog):
    caplog.set_level("DEBUG")
    monkeypatch.setenv("OPENAI_API_KEY", MARKER)
    monkeypatch.setenv("OLLAMA_API_KEY", MARKER)
    said = ""
    with FakeModelServer(role) as server:
        model = open_language_model(f"{provider}/flumbo@{server.url}")
        schema = {"type": "object", "properties": {}}
        cancelled = Event()
        stop = Timer(1, cancelled.set)
        stop.start()
        try:
            reply = model.reply(
                [Message("user", "zelvoprine?")], schema=schema, cancelled=cancelled
            )
            said = "".join(reply)
        except ConsiliaError as error:
            said = "".join(traceback.format_exception(error)) + repr(error)
        stop.cancel()

    assert MARKER not in said + caplog.text + model.name + repr(model)
