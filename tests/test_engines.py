"""Several workers do what one does, and end when they should."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

import psutil
import pytest

from consilia.catalog import FILE, Catalog
from consilia.engines import ENGINES, Processes, Serial, threads_of
from consilia.errors import KnowledgeBaseError
from consilia.index import SENTENCES
from consilia.ingestion import Ingestion
from consilia.knowledge_base import current_generation
from consilia.spreading import SpreadEmbedder, in_order, portable
from consilia.testing import HashEmbedder

several = pytest.mark.slow
PARALLEL = ("processes", "ray")
NBIB = """
PMID- 7
TI  - Zelvoprine for flumbosis.
AB  - RESULTS: Zelvoprine eased flumbosis in forty adults.
PT  - Journal Article

PMID- none
TI  - A record without a number.
"""
JATS = """<article article-type="research-article"><front><article-meta>
<article-id pub-id-type="pmc">123</article-id><title-group><article-title>Morvaxine in flumbosis
</article-title></title-group></article-meta></front><body><p>Ankles hummed less with morvaxine.</p>
</body></article>"""


@pytest.fixture
def folder(tmp_path, write_document):
    """Documents of several formats between files that nobody can read, in no order of ids."""
    text = " ".join(f"Ankles hum in the morning on day {day} of flumbosis." for day in range(40))
    files = tmp_path / "documents"
    for number in (3, 1, 2):
        write_document(f"reference-{number}", text.replace("morning", f"week {number}"))
    write_document("broken", "Text.", colour="red")
    write_document("same", "Text.").replace(files / "a-first.md")
    write_document("same", "Another text.")
    (files / "trial.nbib").write_text(NBIB)
    (files / "article.xml").write_text(JATS)
    (files / "cut.xml").write_text(JATS[:200])
    (files / "empty.pdf").touch()
    (files / "noise.bin").write_bytes(bytes(range(256)))
    return files


def children(process=None, *, of="spawn_main"):
    found = (process or psutil.Process()).children(recursive=True)
    return [child for child in found if of in " ".join(child.cmdline())]


def paths_of(folder):
    return [*sorted(folder.iterdir(), reverse=True), folder / "missing.md"]


def built(home, folder, engine):
    report = Ingestion(home, HashEmbedder, engine=engine).add(paths_of(folder))
    with Catalog(home / FILE) as catalog:
        db = sqlite3.connect(home / FILE)
        vectors = db.execute("SELECT * FROM vectors ORDER BY 1, 2").fetchall()
        db.close()
        digest = catalog.digest()
    db = sqlite3.connect(current_generation(home) / SENTENCES)
    tables = [db.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in TABLES]
    db.close()
    return replace(report, generation=""), digest, vectors, tables


TABLES = ("documents", "sentences", "conflicts")


@several
@pytest.mark.parametrize("engine", PARALLEL)
def test_all_engines_make_the_same_knowledge_base(folder, tmp_path, engine):
    expected = built(tmp_path / "serial", folder, Serial())
    found = built(tmp_path / engine, folder, ENGINES[engine](2))

    report, _, vectors, (documents, sentences, _) = found
    assert found == expected
    assert len(documents) == 6
    assert len(sentences) > 120
    assert len(vectors) > 1
    # By file, in the order in which they were given; a record that is refused has its file.
    refused = [refused.path.name for refused in report.refused]
    assert refused == [
        *("trial.nbib", "noise.bin", "empty.pdf", "cut.xml", "broken.md", "a-first.md"),
        "missing.md",
    ]
    assert children() == []


DEADLY = """
import os
from consilia.readers.reading import Reader

def read(source, notes):
    os.abort()

READER = Reader("deadly", lambda source: source.name.endswith(".deadly"), read)
"""


@pytest.fixture
def deadly_reader(tmp_path, monkeypatch):
    """A reader of a third party, as installed, that ends its process."""
    site = tmp_path / "site"
    (site / "deadly-1.dist-info").mkdir(parents=True)
    (site / "deadly.py").write_text(DEADLY)
    (site / "deadly-1.dist-info" / "METADATA").write_text("Name: deadly\nVersion: 1\n")
    points = site / "deadly-1.dist-info" / "entry_points.txt"
    points.write_text("[consilia.readers]\ndeadly = deadly:READER\n")
    monkeypatch.setenv("PYTHONPATH", str(site))


@several
@pytest.mark.usefixtures("deadly_reader")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_whose_reader_dies_is_refused_and_the_others_are_read(tmp_path, engine):
    (tmp_path / "good.nbib").write_text(NBIB)
    (tmp_path / "bad.deadly").write_bytes(b"\x00\x01")
    paths = [tmp_path / name for name in ("good.nbib", "bad.deadly") * 3]
    readings = list(ENGINES[engine](2).read(paths, {}))
    assert [reading.path for reading in readings] == paths
    assert [len(reading.documents) for reading in readings] == [1, 0] * 3
    reason = "its reader was ended (status -6): the file is broken or hostile"
    assert [reading.error for reading in readings] == [None, reason] * 3


@several
@pytest.mark.parametrize("engine", PARALLEL)
def test_an_embedder_is_spread_in_order(engine):
    texts = [f"text number {number}" for number in range(1_000)]
    told = []
    with ENGINES[engine](2).embedder(partial(HashEmbedder, 64)) as embedder:
        vectors = embedder.encode(texts, progress=told.append)
        assert embedder.encode([]).shape == (0, 64)
        assert embedder.count_tokens("two words") == 4
        assert (embedder.encode_query(texts[:2]) == vectors[:2]).all()
    assert (vectors == HashEmbedder(64).encode(texts)).all()
    assert sum(told) == len(texts)
    assert len(told) > 1


@several
def test_killed_workers_end_a_change_with_a_clear_error_and_change_nothing(
    own_flumbosis_kb, folder
):
    home = own_flumbosis_kb
    before = current_generation(home)
    with Catalog(home / FILE) as catalog:
        digest = catalog.digest()

    def killing(phase, done, total):
        if (phase, done) == ("read", 3):
            for child in children():
                child.kill()

    many = [path for path in paths_of(folder) for _ in range(9)]
    with pytest.raises(KnowledgeBaseError, match="a worker process ended"):
        Ingestion(home, HashEmbedder, killing, engine=Processes(2)).add(many)

    assert current_generation(home) == before
    with Catalog(home / FILE) as catalog:
        assert catalog.digest() == digest
    assert children() == []


@several
def test_an_error_in_a_worker_is_the_error_of_the_build():
    with (
        Processes(1).embedder(partial(HashEmbedder, 64)) as embedder,
        pytest.raises(TypeError, match="not None"),
    ):
        embedder.encode([None])


OURS = ("consilia.readers.worker", "spawn_main", "ray::_Worker")
SCRIPT = """
import sys
from pathlib import Path
import psutil
from consilia.engines import ENGINES

if __name__ == "__main__":
    readings = ENGINES[sys.argv[1]](2).read([Path(sys.argv[2])] * 100_000, {})
    for _ in range(20):
        next(readings)
    print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
    for _ in readings:
        pass
"""


@several
@pytest.mark.parametrize("engine", PARALLEL)
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_workers_and_their_sandboxes_end_with_the_process(folder, tmp_path, engine, ending):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, script, engine, folder / "trial.nbib"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    pids = [int(pid) for pid in process.stdout.readline().split()]
    started = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    started = [p for p in started if any(word in " ".join(p.cmdline()) for word in OURS)]
    assert sum("consilia.readers.worker" in p.cmdline() for p in started) == 2

    # Ctrl-C reaches every process in front of the terminal.
    (os.killpg if ending == signal.SIGINT else os.kill)(process.pid, ending)

    _, alive = psutil.wait_procs(started, timeout=60)
    process.communicate()
    assert alive == []


@several
def test_a_local_ray_listens_on_loopback_alone(folder):
    readings = ENGINES["ray"](1).read(paths_of(folder), {})
    next(readings)
    listening = [
        connection.laddr.ip
        for child in psutil.Process().children(recursive=True)
        for connection in child.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    readings.close()
    assert listening
    assert {ip.removeprefix("::ffff:") for ip in listening} <= {"127.0.0.1", "::1"}


@several
def test_the_command_line_builds_with_workers(run, tmp_path, write_document):
    path = write_document("ferritin", "Zelvoprine needs a monthly check of the ferritin level.")
    home = tmp_path / "kb"
    code, _, err = run("kb", "add", path, "--kb", home, "--engine", "processes", "--workers", "2")
    assert (code, "Error" in err) == (0, False)
    code, out, _ = run("search", "ferritin check", "--kb", home, "--json")
    assert code == 0
    assert "monthly check" in out


@pytest.mark.parametrize("option", [("--engine", "steam"), ("--workers", "0"), ("--workers", "x")])
def test_an_engine_or_a_number_of_workers_that_cannot_be_ends_with_2(run, tmp_path, option):
    from ingest.__main__ import main

    code, out, err = run("kb", "add", tmp_path, *option)
    assert (code, out) == (2, "")
    assert option[0] in err
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), *option])


def test_without_ray_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "consilia.ray_engine", raising=False)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(KnowledgeBaseError, match=r"pip install 'consilia\[scale\]'"):
        ENGINES["ray"](2)


def test_an_opener_that_cannot_be_sent_to_workers_is_refused():
    with (
        pytest.raises(TypeError, match=r"functools\.partial"),
        Processes(2).embedder(lambda: HashEmbedder()),
    ):
        pass


def test_no_process_is_started_where_nothing_is_to_be_encoded():
    with Processes(2).embedder(HashEmbedder) as embedder:
        assert embedder.count_tokens("two words") == 4
        assert len(embedder.encode([])) == 0
        assert children() == []


@pytest.mark.parametrize("pending", [1, 3, 50])
def test_no_more_pieces_are_taken_than_may_be_pending(pending):
    taken = []

    def pieces():
        for number in range(20):
            taken.append(number)
            yield number

    def submit(number):
        future = Future()
        future.set_result(-number)
        return future

    done = []
    for result in in_order(submit, pieces(), pending=pending):
        done.append(result)
        assert len(taken) - len(done) < pending
    assert done == [-number for number in range(20)]


def test_vectors_that_are_missing_are_no_silent_gap():
    embedder = SpreadEmbedder(HashEmbedder(), lambda stretches: iter(()))
    with pytest.raises(ValueError, match="shorter"):
        embedder.encode(["text"])


def test_workers_share_the_cores():
    cores = os.cpu_count() or 1
    assert threads_of(1) == cores
    assert threads_of(1_000) == 1


def test_what_is_sent_to_workers_opens_the_same_embedder():
    assert portable(partial(HashEmbedder, 64)) == portable(partial(HashEmbedder, 64))
