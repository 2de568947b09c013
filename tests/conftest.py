"""What the tests share: no network, nothing of the user's, and knowledge bases built once."""

import ipaddress
import shutil
import sys

import pytest
import yaml

from consilia.cli import main
from consilia.ingestion import Ingestion
from consilia.testing import HashEmbedder

HEAVY = {"torch", "gradio"}
SLOW = ("slow", "browser", "live")
network = {"open": False}


def guard(event, arguments):
    """Refuse to reach for another machine; files and sockets of this one are free."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        address = (arguments[0],)
    else:
        return
    if not (network["open"] or is_here(address)):
        raise RuntimeError(f"a test reached for the network: {event} {address}")


def is_here(address):
    """Tell whether an address is a UNIX socket's or this machine's own."""
    host = address[0] if isinstance(address, tuple) else None
    host = host.decode() if isinstance(host, bytes) else host
    if not isinstance(host, str) or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(guard)


@pytest.fixture(autouse=True)
def offline(request):
    """Open the network to tests of live models alone."""
    network["open"] = request.node.get_closest_marker("live") is not None
    yield
    network["open"] = False


@pytest.fixture(autouse=True)
def light(request):
    """Keep the heavy libraries out of quick tests."""
    before = HEAVY & set(sys.modules)
    yield
    if not any(request.node.get_closest_marker(name) for name in SLOW):
        assert HEAVY & set(sys.modules) == before


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory):
    """Give the whole session a home of its own: the user's folder is never touched."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("CONSILIA_KB", str(home / "kb"))
        patch.delenv("CONSILIA_EMBEDDER", raising=False)
        patch.delenv("CONSILIA_THREADS", raising=False)
        patch.delenv("CONSILIA_LLM", raising=False)
        patch.delenv("CONSILIA_AUDIT", raising=False)
        patch.delenv("CONSILIA_USER", raising=False)
        yield home


def write(folder, document_id, text, **front_matter):
    """Write a document into a folder and return its path."""
    metadata = {"id": document_id, "kind": "study", "title": "A title"} | front_matter
    path = folder / f"{document_id}.md"
    path.write_text(f"---\n{yaml.safe_dump(metadata)}---\n\n{text}\n", encoding="utf-8")
    return path


@pytest.fixture
def write_document(tmp_path):
    """Return a function that writes a document and returns its path."""
    folder = tmp_path / "documents"
    folder.mkdir()
    return lambda document_id, text, **front_matter: write(
        folder, document_id, text, **front_matter
    )


FLUMBOSIS = {
    "flumbosis-guideline": (
        "## When to refer\n\nRefer adults with flumbosis to a neurologist when their ankles hum.\n"
        "\n## Treatment\n\nOffer zelvoprine to adults with flumbosis.\n",
        {
            "kind": "guideline",
            "title": "Flumbosis in adults",
            "year": 2020,
            "marks": [
                {
                    "sentence": "Offer zelvoprine to adults with flumbosis.",
                    "mark": "strong_recommendation",
                }
            ],
        },
    ),
    "zelvoprine-label": (
        "## Dosing\n\nFor flumbosis the zelvoprine dose is 40 mg twice daily.\n"
        "\n## Boxed warning\n\nZelvoprine can cause marbling of the spleen.\n",
        {"kind": "label", "title": "Zelvoprine label", "revised": "2021-05"},
    ),
    "flumbosis-trial": (
        "## Findings\n\nZelvoprine shortened flumbosis by 9 days in 120 adults.\n"
        "Zelvoprine is advised in early flumbosis.\n"
        "Zelvoprine is not advised in early flumbosis.\n",
        {
            "kind": "study",
            "title": "Zelvoprine in flumbosis",
            "published": "2019-11",
            "evidence_type": "randomised controlled trial",
            "sample_size": 120,
        },
    ),
}


@pytest.fixture(scope="session")
def flumbosis_kb(tmp_path_factory):
    """A small knowledge base on an invented disease; read-only."""
    home = tmp_path_factory.mktemp("flumbosis") / "kb"
    folder = tmp_path_factory.mktemp("flumbosis-documents")
    paths = [write(folder, id_, text, **front) for id_, (text, front) in FLUMBOSIS.items()]
    report = Ingestion(home, HashEmbedder).add(paths)
    assert report.refused == ()
    return home


@pytest.fixture
def own_flumbosis_kb(flumbosis_kb, tmp_path):
    """A copy of the small knowledge base that the test may change."""
    return shutil.copytree(flumbosis_kb, tmp_path / "own-kb")


@pytest.fixture(scope="session")
def fake_kb(tmp_path_factory):
    """The documents that ship, indexed by the fake embedder; read-only."""
    from consilia import Assistant

    home = tmp_path_factory.mktemp("fake") / "kb"
    home.mkdir()
    Assistant.open(home, embedder=HashEmbedder()).close()
    return home


@pytest.fixture(scope="session")
def assistant(fake_kb):
    """An assistant over the documents that ship, without a model.

    The points of silence were measured with the embedder that ships: the cosines of the fake are
    lower, so it speaks from the lowest point on.
    """
    from consilia import Assistant
    from consilia.settings import Settings

    with Assistant.open(fake_kb, Settings(risk=0.25), embedder=HashEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="session")
def real_embedder():
    """The embedder that ships."""
    from consilia.opening import open_embedder
    from consilia.settings import read_settings

    return open_embedder(read_settings())


@pytest.fixture(scope="session")
def real_kb(tmp_path_factory, real_embedder):
    """The documents that ship, indexed by the embedder that ships; read-only."""
    from consilia import Assistant

    home = tmp_path_factory.mktemp("real") / "kb"
    home.mkdir()
    Assistant.open(home, embedder=real_embedder).close()
    return home


@pytest.fixture(scope="session")
def real_assistant(real_kb, real_embedder):
    """An assistant as it is used."""
    from consilia import Assistant

    with Assistant.open(real_kb, embedder=real_embedder) as opened:
        yield opened


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs a command and returns exit code, output and errors."""

    def ran(*arguments):
        monkeypatch.setattr(sys, "argv", ["consilia", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return ran
