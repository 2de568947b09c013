"""Vectors on a Chroma server: a real one, on loopback, which is also killed."""

import json
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import numpy as np
import pytest

from consilia import Assistant
from consilia.doctor import examine
from consilia.errors import KnowledgeBaseError
from consilia.index import GENERATIONS, VECTORS, read_state
from consilia.ingestion import Ingestion
from consilia.knowledge_base import KnowledgeBase, current_generation, shipped_glossary
from consilia.settings import Settings
from consilia.testing import HashEmbedder
from consilia.vectors import VectorStore
from consilia.verify import check

pytestmark = pytest.mark.slow

DOSE = "What is the dose of zelvoprine for flumbosis?"
QUESTIONS = (DOSE, "Can zelvoprine harm the spleen?", "When are adults with flumbosis referred?")
SENTENCE = "Zelvoprine needs a monthly check of the ferritin level in flumbosis."
PATIENCE = 60


class NoEmbedder(HashEmbedder):
    """Refuses to embed what is stored."""

    def encode(self, texts, *, progress=None):
        assert not texts, "these vectors were stored"
        return super().encode(texts, progress=progress)

    def encode_query(self, texts):
        return HashEmbedder().encode(texts)


class Server:
    """`chroma run` on a free port of this machine."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        chroma = Path(sysconfig.get_path("scripts")) / "chroma"
        place = ["--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [chroma, "run", *place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + PATIENCE
        while not self.answers():
            assert time.monotonic() < until
            assert self.process.poll() is None
            time.sleep(0.05)

    def answers(self):
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def generations(self):
        """How many collections each generation has here."""
        database = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database"
        names = [found["name"] for found in httpx.get(f"{database}/collections").json()]
        return Counter(name.removeprefix("consilia-").rpartition("-")[0] for name in names)


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path / "server")
    yield running
    running.kill()


@pytest.fixture
def home(flumbosis_kb, tmp_path, server):
    """The small knowledge base with its vectors on the server."""
    home = shutil.copytree(flumbosis_kb, tmp_path / "served")
    Ingestion(home, NoEmbedder, server=server.url).rebuild()
    return home


def opened(home, server, embedder=HashEmbedder):
    url = server if isinstance(server, str) else server.url
    return Assistant.open(home, Settings(chroma=url), embedder=embedder())


def as_it_stands(home):
    """The generation that is there, whatever the catalog has come to hold."""
    embedder = HashEmbedder()
    return Assistant(
        KnowledgeBase(home, shipped_glossary(), embedder.identity), embedder, Settings()
    )


def answers(assistant):
    return [assistant.ask(question) for question in QUESTIONS]


def names(home):
    return {folder.name for folder in (home / GENERATIONS).iterdir()}


def add(home, server, *paths, progress=None):
    return Ingestion(home, HashEmbedder, progress, server=server.url).add(paths)


def test_answers_are_those_of_the_embedded_chroma(home, server, flumbosis_kb):
    with opened(home, server, NoEmbedder) as served, opened(flumbosis_kb, "") as embedded:
        found, expected = answers(served), answers(embedded)
        hits = served.search("humming ankles", k=50)
        assert [h.to_dict() for h in hits] == [
            h.to_dict() for h in embedded.search("humming ankles", k=50)
        ]
    assert {answer.status for answer in found} == {"answered"}
    assert [answer.answer_id for answer in found] == [answer.answer_id for answer in expected]
    assert check(json.loads(found[0].to_json()), home) == []
    assert not (current_generation(home) / VECTORS).exists()
    assert set(server.generations()) == {current_generation(home).name}


def test_builds_swap_blue_and_green_and_readers_go_on(home, server, write_document):
    first = current_generation(home).name
    with opened(home, server) as reader:
        before = reader.ask(DOSE).to_json()
        add(home, server, write_document("second", SENTENCE))
        second = current_generation(home).name
        assert set(server.generations()) == {first, second}

        add(home, server, write_document("third", f"{SENTENCE} Morvaxine does not."))
        third = current_generation(home).name
        # The first would be gone by now, but for its reader.
        assert set(server.generations()) == {first, second, third} == names(home)
        assert reader.ask(DOSE).to_json() == before

    add(home, server, write_document("fourth", "Ankles hum."))
    assert set(server.generations()) == {third, current_generation(home).name} == names(home)


@pytest.mark.parametrize("phase", ["embed", "write", "check"])
def test_a_server_killed_in_a_build_loses_nothing(home, server, write_document, phase):
    first = current_generation(home).name
    path = write_document("ferritin", SENTENCE)

    def killing(now, done, total):
        if now == phase and server.process.poll() is None:
            server.kill()

    with pytest.raises(
        KnowledgeBaseError, match="start the server again, or unset CONSILIA_CHROMA"
    ):
        add(home, server, path, progress=killing)
    assert current_generation(home).name == first
    with pytest.raises(KnowledgeBaseError, match="start the server again"):
        opened(home, server)

    server.start()
    with as_it_stands(home) as assistant:
        assert assistant.ask(DOSE).status == "answered"
    # The document was taken in before the index was built: it needs no second reading.
    with opened(home, server) as assistant:
        assert SENTENCE in [hit.sentence.text for hit in assistant.search("ferritin")]
        assert assistant.ask(DOSE).notices == ()
    assert set(server.generations()) == {first, current_generation(home).name} == names(home)


KILLED = """
import os, sys
from pathlib import Path
from consilia.ingestion import Ingestion
from consilia.testing import HashEmbedder

def end(phase, done, total):
    if (phase, done) == ("write", total):
        os._exit(9)

Ingestion(Path(sys.argv[1]), HashEmbedder, end, server=sys.argv[2]).add([Path(sys.argv[3])])
"""


def test_what_a_killed_build_left_on_the_server_is_deleted_by_the_next(
    home, server, write_document
):
    first = current_generation(home).name
    path = write_document("ferritin", SENTENCE)
    done = subprocess.run([sys.executable, "-c", KILLED, home, server.url, path], check=False)
    assert done.returncode == 9
    (orphan,) = set(server.generations()) - {first}
    assert current_generation(home).name == first

    with opened(home, server, NoEmbedder) as assistant:
        assert SENTENCE in [hit.sentence.text for hit in assistant.search("ferritin")]

    second = current_generation(home).name
    assert set(server.generations()) == {first, second} == names(home)
    assert orphan not in {first, second}


def test_a_server_killed_under_a_reader_is_a_clear_error_until_it_is_back(home, server):
    with opened(home, server) as assistant:
        before = assistant.ask(DOSE).to_json()
        server.kill()
        with pytest.raises(KnowledgeBaseError, match=f"{server.url}.*start the server again"):
            assistant.ask(DOSE)
        server.start()
        assert assistant.ask(DOSE).to_json() == before
    generation = current_generation(home)
    with opened(home, server, NoEmbedder) as assistant:
        assert assistant.ask(DOSE).to_json() == before
    assert current_generation(home) == generation


def test_the_command_line_tells_what_to_do_when_the_server_is_down(
    home, server, run, monkeypatch, write_document
):
    monkeypatch.setenv("CONSILIA_CHROMA", server.url)
    server.kill()
    code, out, err = run("kb", "rebuild", "--kb", home)
    assert (code, out) == (1, "")
    assert "start the server again, or unset CONSILIA_CHROMA" in " ".join(err.split())
    assert "Traceback" not in err


def test_collections_that_the_server_lost_are_made_again_from_the_catalog(home, server):
    server.kill()
    shutil.rmtree(server.folder)
    server.start()
    with opened(home, server, NoEmbedder) as assistant:
        answer = assistant.ask(DOSE)
    assert answer.status == "answered"
    assert [notice.code for notice in answer.notices] == ["index_rebuilt"]


def test_without_the_setting_the_index_comes_back_into_the_folder(home, server, flumbosis_kb):
    server.kill()
    with opened(home, "", NoEmbedder) as assistant, opened(flumbosis_kb, "") as expected:
        assert assistant.ask(DOSE).answer_id == expected.ask(DOSE).answer_id
    assert read_state(current_generation(home)).server == ""
    assert (current_generation(home) / VECTORS).is_dir()


def test_two_knowledge_bases_on_one_server_do_not_meet(
    home, server, tmp_path, flumbosis_kb, write_document
):
    other = shutil.copytree(flumbosis_kb, tmp_path / "other")
    Ingestion(other, NoEmbedder, server=server.url).rebuild()
    first, second = current_generation(home).name, current_generation(other).name
    assert set(server.generations()) == {first, second}
    for number in range(3):
        add(other, server, write_document(f"other-{number}", f"{SENTENCE} Of {number}."))
    assert first in server.generations()
    with opened(home, server) as assistant:
        assert not any("monthly" in h.sentence.text for h in assistant.search("ferritin", k=99))
        assert assistant.ask(DOSE).notices == ()


def test_the_doctor_looks_at_the_server(home, server):
    findings = list(examine(home, server.url))
    assert (findings[-1].name, findings[-1].good) == ("index", True)
    server.kill()
    finding = list(examine(home, server.url))[-1]
    assert not finding.good
    assert "start the server again" in finding.text


def test_a_full_batch_of_long_vectors_reaches_the_server(server, tmp_path):
    vectors = np.random.default_rng(7).normal(size=(1_500, 4_096)).astype(np.float32)
    folder = tmp_path / "generation" / VECTORS
    store = VectorStore.create(folder, {"study": len(vectors)}, server=server.url)
    store.add("study", range(len(vectors)), vectors)
    assert store.count("study") == len(vectors)
    assert [hits[0][0] for hits in store.search("study", vectors[:3], 1)] == [0, 1, 2]
    store.close()


@pytest.mark.parametrize("listening", ["nothing", "a silent one", "another server"])
def test_an_address_without_a_chroma_server_is_an_error(own_flumbosis_kb, address_of, listening):
    url = address_of(listening)
    before = current_generation(own_flumbosis_kb)
    with pytest.raises(KnowledgeBaseError, match="CONSILIA_CHROMA") as raised:
        Ingestion(own_flumbosis_kb, NoEmbedder, server=url).rebuild()
    assert url in str(raised.value)
    assert current_generation(own_flumbosis_kb) == before
    # Questions are answered from the index that is there, and told so.
    with opened(own_flumbosis_kb, url) as assistant:
        assert [notice.code for notice in assistant.ask(DOSE).notices] == ["index_old"]


@pytest.fixture
def address_of():
    """Return a function that gives the address of something that is no Chroma server."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web,
    ):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            nothing = unused.getsockname()[1]
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        ports = {
            "nothing": nothing,
            "a silent one": silent.getsockname()[1],
            "another server": web.server_port,
        }
        yield lambda listening: f"http://127.0.0.1:{ports[listening]}"
        web.shutdown()
        thread.join()


ASKING = """
import sys
from pathlib import Path
from consilia import Assistant
from consilia.ingestion import Ingestion
from consilia.settings import Settings
from consilia.testing import HashEmbedder

home, url = Path(sys.argv[1]), sys.argv[2]
Ingestion(home, HashEmbedder, server=url).rebuild()
with Assistant.open(home, Settings(chroma=url), embedder=HashEmbedder()) as assistant:
    assert assistant.ask(sys.argv[3]).status == "answered"
print(*sorted(name for name in sys.modules if name.startswith(("chromadb.server", "fastapi"))))
"""


@pytest.mark.parametrize("where", ["server", "folder"])
def test_the_python_server_is_never_imported(home, server, where):
    url = server.url if where == "server" else ""
    done = subprocess.run(
        [sys.executable, "-c", ASKING, home, url, DOSE], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
