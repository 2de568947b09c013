"""The commands that fetch, as they are run, against a fake of the services on this machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from consilia.fetchers.downloads import read_state
from consilia.ingestion import Ingestion
from consilia.testing import HashEmbedder
from consilia.testing_services import FakeServices, Fault, Record
from ingest.__main__ import main

ROOT = Path(__file__).parents[1]
CSV = b"RetractionNature,OriginalPaperDOI\nRetraction,10.1000/FLUMBOSIS\n"
ABSTRACT = """<PubmedArticle><MedlineCitation><PMID Version="1">{n}</PMID>
<Article PubModel="Print"><Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue>
<Title>Journal of Flumbosis</Title></Journal>
<ArticleTitle>Zelvoprine in flumbosis, trial {n}.</ArticleTitle>
<Abstract><AbstractText>Zelvoprine shortened flumbosis by {n} days in adults.</AbstractText>
</Abstract></Article></MedlineCitation></PubmedArticle>"""


@pytest.fixture
def services():
    records = [Record(str(n), ABSTRACT.format(n=n).encode()) for n in range(1, 651)]
    with FakeServices(records, CSV) as server:
        yield server


@pytest.fixture
def command(services, tmp_path):
    """Return a function that gives a command's arguments."""
    return lambda *arguments: [
        *arguments, "--url", services.url, "--kb", str(tmp_path / "kb"),
    ]  # fmt: skip


def started(arguments):
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"NCBI_API_KEY": "SECRET"},
    )


def until(happened, process):
    """Wait until something happened while a process runs."""
    end = time.monotonic() + 60
    while not happened():
        assert process.poll() is None, "the command ended"
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def folder_of(tmp_path, service="pubmed"):
    (folder,) = (tmp_path / "downloads" / service).iterdir()
    return folder


def finished(tmp_path):
    state = read_state(folder_of(tmp_path))
    return state is not None and state.finished is not None


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_command_that_was_stopped_goes_on_and_fetches_no_file_twice(
    how, services, command, tmp_path
):
    arguments = command("pubmed", "benign  fasciculation", "--limit", "650")
    held = services.hold("/efetch.fcgi", after=2)
    first = started(arguments)
    until(lambda: len(services.paths("/efetch.fcgi")) == 3, first)
    first.send_signal(how)
    first.wait(30)
    left = sorted(path.name for path in folder_of(tmp_path).glob("*.xml"))
    services.hold("/efetch.fcgi", after=10_000)
    held.set()

    second = started(arguments)
    until(lambda: finished(tmp_path), second)
    second.kill()
    second.wait(30)

    assert left == ["pubmed-00001-00200.xml", "pubmed-00201-00400.xml"]
    asked = [a.params["retstart"] for a in services.asked if a.path == "/efetch.fcgi"]
    assert asked == ["0", "200", "400", "400", "600"]
    assert folder_of(tmp_path).name.startswith("benign-fasciculation-")
    assert not list(folder_of(tmp_path).glob("*.xml.part"))
    assert "SECRET" not in (folder_of(tmp_path) / "state.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_fetched_goes_into_the_knowledge_base(services, command, tmp_path, capsys):
    services.records[3:] = []

    code = main(command("pubmed", "flumbosis"))

    captured = capsys.readouterr()
    assert (code, "3 added" in captured.out) == (0, True), captured


@pytest.mark.slow
def test_the_list_of_retractions_is_fetched_and_judges_the_documents(
    command, tmp_path, capsys, write_document, monkeypatch
):
    monkeypatch.setattr("ingest.fetch.open_embedder", lambda settings: HashEmbedder())
    trial = write_document("trial", "Zelvoprine helps.", identifiers={"doi": "10.1000/flumbosis"})
    Ingestion(tmp_path / "kb", HashEmbedder).add([trial])

    assert main(command("retractions")) == 0

    path = folder_of(tmp_path, "retractions") / "retraction_watch.csv"
    assert path.read_bytes() == CSV
    assert "standing: trial: retracted (Retraction Watch" in capsys.readouterr().out


def test_retractions_need_documents_to_judge(command, tmp_path, capsys):
    assert main(command("retractions")) == 1
    assert "no built knowledge base" in capsys.readouterr().err


def test_hits_without_anything_to_fetch_are_told_and_add_nothing(
    services, command, tmp_path, capsys
):
    services.records[:] = [Record("PMC1", b"<article/>", open_access=False)]

    assert main(command("europepmc", "flumbosis")) == 0

    assert "1 of 1 hits have no open-access full text" in capsys.readouterr().err
    assert not (tmp_path / "kb").exists()


def test_downloads_go_where_they_are_wanted(command, tmp_path):
    main(command("retractions", "--downloads", str(tmp_path / "elsewhere")))

    assert [path.name for path in (tmp_path / "elsewhere").rglob("*.csv")] == [
        "retraction_watch.csv"
    ]


@pytest.mark.parametrize("name", ["pubmed", "europepmc", "openfda", "dailymed", "retractions"])
def test_offline_every_command_that_fetches_is_refused(name, services, command, tmp_path, capsys):
    search = [] if name == "retractions" else ["flumbosis"]

    assert main(command(name, *search, "--offline")) == 1

    assert "leave --offline out to fetch" in capsys.readouterr().err
    assert services.asked == []
    assert not (tmp_path / "downloads").exists()


def test_a_service_that_refuses_ends_with_1_and_a_sentence(services, command, monkeypatch, capsys):
    monkeypatch.setenv("NCBI_API_KEY", "SECRET")
    services.fail("/esearch.fcgi", Fault.DENIED)

    assert main(command("pubmed", "flumbosis")) == 1

    told = capsys.readouterr().err
    assert "check the words of the search" in told
    assert "SECRET" not in told


def test_a_service_that_fails_in_the_middle_is_told_with_how_to_go_on(
    services, command, tmp_path, capsys
):
    services.fail("/efetch.fcgi", Fault.DENIED)

    assert main(command("pubmed", "flumbosis")) == 1

    assert "the same command goes on from what is in" in capsys.readouterr().err
    assert not (tmp_path / "kb").exists()


def test_a_search_that_finds_nothing_ends_with_1(services, command, capsys):
    services.records.clear()
    services.unknown = "flumbossis"

    assert main(command("pubmed", "flumbossis")) == 1

    assert "does not know flumbossis" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["pubmed"],
        ["pubmed", " "],
        ["pubmed", "flumbosis", "--limit", "0"],
        ["pubmed", "flumbosis", "--limit", "many"],
        ["pubmed", "flumbosis", "zelvoprine"],
        ["retractions", "flumbosis"],
        ["openfda", "flumbosis", "--unknown"],
    ],
)
def test_wrong_usage_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "usage: python -m ingest" in capsys.readouterr().err


@pytest.mark.parametrize("query", ["flum\nbosis\x00", "flum\udcff"])
def test_a_search_that_cannot_be_sent_ends_with_1(query, services, command, capsys):
    assert main(command("pubmed", query)) == 1

    assert "cannot be sent" in capsys.readouterr().err
    assert services.asked == []


def test_searches_that_read_alike_have_folders_of_their_own(services, command, tmp_path):
    for query in ("flumbosis", "flumbosis!"):
        services.fail("/esearch.fcgi", Fault.DENIED)
        main(command("pubmed", query))

    names = sorted(path.name for path in (tmp_path / "downloads" / "pubmed").iterdir())
    assert [name.rpartition("-")[0] for name in names] == ["flumbosis", "flumbosis"]
