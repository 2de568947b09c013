"""Fetching from the five services, against a fake of them on this machine."""

import contextlib
import json
import logging
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilia.errors import FetchError
from consilia.fetchers.client import TRIES, Client, Service
from consilia.fetchers.downloads import opened, read_state
from consilia.fetchers.registry import FETCHERS
from consilia.readers.safe_xml import parse_xml
from consilia.testing_services import FakeServices, Fault, Record

# Many small servers: together they take longer than the quick tests may.
pytestmark = pytest.mark.slow

RECORD_OF = {
    "pubmed": lambda n: Record(
        str(n),
        f"<PubmedArticle><MedlineCitation><PMID>{n}</PMID></MedlineCitation></PubmedArticle>"
        "".encode(),
    ),
    "europepmc": lambda n: Record(f"PMC{n}", f"<article><p>Flumbosis {n}.</p></article>".encode()),
    "openfda": lambda n: Record(str(n), json.dumps({"id": str(n), "set_id": str(n)}).encode()),
    "dailymed": lambda n: Record(f"set-id-{n:04}", f"<document><id>{n}</id></document>".encode()),
}
PAGED = ("pubmed", "openfda")
SEARCHED = tuple(RECORD_OF)
REAL = Path(__file__).parents[2] / "shared" / "data" / "pubmed-xml"
CSV = b"Record ID,OriginalPaperDOI\n1,10.1000/flumbosis\n"
PATH = {
    "pubmed": "/efetch.fcgi",
    "europepmc": "/fullTextXML",
    "openfda": "/drug/label.json",
    "dailymed": ".xml",
    "retractions": "/retraction_watch.csv",
}


@pytest.fixture
def serve():
    """Return a function that starts a fake with so many records of a service."""
    started = []

    def start(name, count=3):
        records = [RECORD_OF[name](n) for n in range(1, count + 1)] if name in RECORD_OF else []
        server = FakeServices(records, CSV).__enter__()
        started.append(server)
        return server

    yield start
    for server in started:
        server.__exit__()


@pytest.fixture
def waits():
    """The pauses that a client asked for."""
    return []


@pytest.fixture
def connect(waits):
    """Return a function that makes a client that does not wait."""
    made = []

    def client(name, server, environment=None, **changes):
        service = replace(FETCHERS[name].service(environment or {}), url=server.url, interval=0)
        made.append(Client(replace(service, **changes), sleep=waits.append))
        return made[-1]

    yield client
    for one in made:
        one.close()


def gone(name, client, folder, *, query="flumbosis", limit=1_000):
    """Fetch all and return the paths."""
    fetch = FETCHERS[name].fetch
    return list(
        fetch(
            "" if name == "retractions" else query,
            limit=limit,
            folder=folder,
            client=client,
            progress=lambda done, total: None,
        )
    )


def identifiers(name, paths):
    """The records in files, in order."""
    if name == "pubmed":
        return [e.text for p in paths for e in parse_xml(p.read_bytes()).iter("PMID")]
    if name == "openfda":
        return [label["id"] for p in paths for label in json.loads(p.read_bytes())["results"]]
    return [path.stem for path in paths]


def expected(name, count):
    return [RECORD_OF[name](n).id for n in range(1, count + 1)]


@pytest.mark.parametrize("name", SEARCHED)
def test_all_records_of_a_search_are_fetched_in_order(name, serve, connect, tmp_path):
    count = 430 if name in PAGED else 120
    server = serve(name, count)

    paths = gone(name, connect(name, server), tmp_path / "search")

    assert identifiers(name, paths) == expected(name, count)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("name", SEARCHED)
def test_no_more_hits_than_asked_for_are_fetched(name, serve, connect, tmp_path):
    server = serve(name, 12)

    paths = gone(name, connect(name, server), tmp_path, limit=5)

    assert identifiers(name, paths) == expected(name, 5)


@pytest.mark.parametrize("name", SEARCHED)
def test_what_is_complete_is_not_asked_for_again(name, serve, connect, tmp_path):
    server = serve(name, 7)
    first = gone(name, connect(name, server), tmp_path)
    server.asked.clear()

    again = gone(name, connect(name, server), tmp_path)

    assert again == first
    assert server.asked == []


@pytest.mark.parametrize("name", SEARCHED)
def test_a_higher_limit_goes_on_where_the_lower_one_stopped(name, serve, connect, tmp_path):
    server = serve(name, 12)
    gone(name, connect(name, server), tmp_path, limit=5)
    asked = len(server.paths(PATH[name]))

    paths = gone(name, connect(name, server), tmp_path, limit=12)

    assert identifiers(name, paths) == expected(name, 12)
    assert len(server.paths(PATH[name])) - asked == (1 if name in PAGED else 7)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_file_that_was_deleted_or_changed_is_fetched_again(name, serve, connect, tmp_path):
    count = 430 if name in PAGED else 4
    server = serve(name, count)
    first, second, *_ = gone(name, connect(name, server), tmp_path)
    whole = second.read_bytes()
    first.unlink()
    second.write_bytes(whole[:-1])
    before = len(server.paths(PATH[name]))

    paths = gone(name, connect(name, server), tmp_path)

    assert identifiers(name, paths) == expected(name, count)
    assert len(server.paths(PATH[name])) - before == 2
    assert second.read_bytes() == whole


@pytest.mark.parametrize("name", SEARCHED)
def test_stopping_in_the_middle_leaves_a_folder_to_go_on_from(name, serve, connect, tmp_path):
    count = 430 if name in PAGED else 5
    server = serve(name, count)
    fetching = FETCHERS[name].fetch(
        "flumbosis",
        limit=1_000,
        folder=tmp_path,
        client=connect(name, server),
        progress=lambda done, total: None,
    )
    next(fetching)
    next(fetching)
    fetching.close()

    paths = gone(name, connect(name, server), tmp_path)

    assert identifiers(name, paths) == expected(name, count)
    asked = [(a.path, *a.params.items()) for a in server.asked if a.path.endswith(PATH[name])]
    assert len(asked) == len(set(asked)), "a file was fetched twice"


@pytest.mark.parametrize("name", SEARCHED)
def test_another_search_in_the_folder_is_refused(name, serve, connect, tmp_path):
    server = serve(name)
    gone(name, connect(name, server), tmp_path)

    with pytest.raises(FetchError, match=r"holds what .* gave for 'flumbosis'; choose another"):
        gone(name, connect(name, server), tmp_path, query="zelvoprine")


@pytest.mark.parametrize("name", SEARCHED)
def test_a_search_that_finds_nothing_says_what_to_do(name, serve, connect, tmp_path):
    server = serve(name, 0)

    with pytest.raises(FetchError, match=r"finds nothing for 'flumbosis'.*check the spelling"):
        gone(name, connect(name, server), tmp_path)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_record_that_is_given_twice_is_kept_once(name, serve, connect, tmp_path):
    count = 230 if name in PAGED else 120
    server = serve(name, count)
    server.repeat = True

    paths = gone(name, connect(name, server), tmp_path)

    assert identifiers(name, paths) == expected(name, count)


@pytest.mark.parametrize("name", SEARCHED)
def test_fewer_hits_than_were_announced_are_told(name, serve, connect, tmp_path):
    server = serve(name, 7)
    server.extra = 3

    paths = gone(name, connect(name, server), tmp_path)

    assert identifiers(name, paths) == expected(name, 7)
    assert read_state(tmp_path).notes["fewer"] == "the service announced 10 hits and gave 7"


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.BROKEN, Fault.CUT])
@pytest.mark.parametrize("name", PATH)
def test_a_passing_fault_is_asked_past(name, fault, serve, connect, tmp_path):
    server = serve(name)
    server.fail(PATH[name], fault, fault)

    paths = gone(name, connect(name, server), tmp_path)

    if name == "retractions":
        assert [path.read_bytes() for path in paths] == [CSV]
    else:
        assert identifiers(name, paths) == expected(name, 3)


@pytest.mark.parametrize("name", PATH)
def test_a_page_for_browsers_is_no_answer(name, serve, connect, tmp_path):
    server = serve(name)
    server.fail(PATH[name], *[Fault.HTML] * 2)

    paths = gone(name, connect(name, server), tmp_path)

    assert not any(b"<html>" in path.read_bytes() for path in paths)
    assert len(paths) == (1 if name in {*PAGED, "retractions"} else 3)


@pytest.mark.parametrize("name", SEARCHED)
def test_half_an_answer_that_looks_whole_is_asked_for_again(name, serve, connect, tmp_path):
    server = serve(name)
    server.fail(PATH[name], Fault.TRUNCATED)

    assert identifiers(name, gone(name, connect(name, server), tmp_path)) == expected(name, 3)


@pytest.mark.parametrize(
    ("name", "path"),
    [("europepmc", "/search"), ("openfda", "/drug/label.json"), ("dailymed", "/spls.json")],
)
def test_an_answer_that_is_no_json_is_asked_for_again(name, path, serve, connect, tmp_path):
    server = serve(name)
    server.fail(path, Fault.NO_JSON)

    assert identifiers(name, gone(name, connect(name, server), tmp_path)) == expected(name, 3)


@pytest.mark.parametrize("name", ["pubmed", "openfda", "retractions"])
def test_after_five_tries_the_fault_is_told(name, serve, connect, tmp_path, waits):
    server = serve(name)
    server.fail(PATH[name], *[Fault.HTML] * 9)

    with pytest.raises(FetchError, match=r"5 times in a row; try again later"):
        gone(name, connect(name, server), tmp_path)

    assert len(server.paths(PATH[name])) == TRIES
    assert len(waits) == TRIES - 1


@pytest.mark.parametrize("name", ["europepmc", "dailymed"])
def test_a_record_that_is_not_given_does_not_stop_the_others(name, serve, connect, tmp_path):
    server = serve(name, 4)
    server.fail(PATH[name], Fault.EMPTY)

    paths = gone(name, connect(name, server), tmp_path)

    assert identifiers(name, paths) == expected(name, 4)[1:]
    assert "404" in read_state(tmp_path).failed[expected(name, 1)[0]]
    assert identifiers(name, gone(name, connect(name, server), tmp_path)) == expected(name, 4)
    assert read_state(tmp_path).failed == {}


@pytest.mark.parametrize("name", ["europepmc", "dailymed"])
def test_three_records_in_a_row_that_are_not_given_stop_the_search(name, serve, connect, tmp_path):
    server = serve(name, 9)
    server.fail(PATH[name], *[Fault.EMPTY] * 9)

    with pytest.raises(FetchError, match=r"3 records in a row are not given; the last: .*404"):
        gone(name, connect(name, server), tmp_path)

    assert len(server.paths(PATH[name])) == 3


# PubMed


def test_more_hits_than_pubmed_gives_are_told(serve, connect, tmp_path):
    server = serve("pubmed", 3)
    server.extra = 20_000

    gone("pubmed", connect("pubmed", server), tmp_path, limit=15_000)

    assert "gives the first 9,999 hits" in read_state(tmp_path).notes["most"]


def test_a_forgotten_search_is_made_again(serve, connect, tmp_path):
    server = serve("pubmed", 430)
    server.fail("/efetch.fcgi", Fault.EXPIRED)

    paths = gone("pubmed", connect("pubmed", server), tmp_path)

    assert identifiers("pubmed", paths) == expected("pubmed", 430)
    assert len(server.paths("/esearch.fcgi")) == 2


def test_a_search_that_is_always_forgotten_is_told(serve, connect, tmp_path):
    server = serve("pubmed")
    server.fail("/efetch.fcgi", *[Fault.EXPIRED] * 9)

    with pytest.raises(FetchError, match="forgets the search at once"):
        gone("pubmed", connect("pubmed", server), tmp_path)


def test_records_are_asked_for_in_batches_of_the_search_that_is_held(serve, connect, tmp_path):
    server = serve("pubmed", 430)

    gone("pubmed", connect("pubmed", server), tmp_path, limit=405)

    search, *fetches = server.asked
    assert search.params["term"] == "flumbosis"
    assert search.params["usehistory"] == "y"
    asked = [(f.params["retstart"], f.params["retmax"], f.params["WebEnv"]) for f in fetches]
    assert asked == [("0", "200", "MCID_1"), ("200", "200", "MCID_1"), ("400", "5", "MCID_1")]


def test_a_phrase_that_pubmed_does_not_know_is_told(serve, connect, tmp_path):
    server = serve("pubmed")
    server.unknown = "flumbossis"
    gone("pubmed", connect("pubmed", server), tmp_path)

    note = read_state(tmp_path).notes["unknown"]

    assert note == "PubMed does not know flumbossis; check the spelling"


def test_a_phrase_that_pubmed_does_not_know_is_why_nothing_is_found(serve, connect, tmp_path):
    server = serve("pubmed", 0)
    server.unknown = "flumbossis"

    with pytest.raises(FetchError, match=r"finds nothing .*does not know flumbossis"):
        gone("pubmed", connect("pubmed", server), tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the shared PubMed files are not here")
@pytest.mark.parametrize("name", ["pubmed_result.xml", "biopython_pubmed1.xml", "CPFE.xml"])
def test_a_real_answer_of_pubmed_is_kept_byte_for_byte(name, serve, connect, tmp_path):
    answer = (REAL / name).read_bytes()
    found = len(re.findall(rb"<PubmedArticle[ >]", answer))
    server = serve("pubmed", found)
    server.efetch = answer

    (path,) = gone("pubmed", connect("pubmed", server), tmp_path)

    assert path.read_bytes() == answer
    assert len(read_state(tmp_path).files["0"].records) == found


def test_who_asks_is_told_to_pubmed():
    service = FETCHERS["pubmed"].service({"NCBI_API_KEY": "K", "NCBI_EMAIL": "a@example.org"})

    assert service.always == {"tool": "consilia", "email": "a@example.org", "api_key": "K"}


def test_without_a_key_pubmed_is_asked_three_times_a_second_and_with_one_ten_times():
    slow, fast = (FETCHERS["pubmed"].service(e) for e in ({}, {"NCBI_API_KEY": "K"}))

    assert 1 / 3 <= slow.interval < 1 / 2
    assert 1 / 10 <= fast.interval < 1 / 8


# Europe PMC


def test_hits_without_an_open_full_text_are_counted(serve, connect, tmp_path):
    server = serve("europepmc", 5)
    server.records[1:3] = [replace(record, open_access=False) for record in server.records[1:3]]

    paths = gone("europepmc", connect("europepmc", server), tmp_path)

    assert [path.stem for path in paths] == ["PMC1", "PMC4", "PMC5"]
    assert read_state(tmp_path).notes["closed"].startswith("2 of 5 hits have no open-access")


# openFDA


@pytest.mark.parametrize("links", [True, False])
def test_pages_of_labels_follow_the_header_or_else_are_counted(links, serve, connect, tmp_path):
    server = serve("openfda", 250)
    server.links = links

    paths = gone("openfda", connect("openfda", server), tmp_path)

    assert identifiers("openfda", paths) == expected("openfda", 250)
    told = [a.params.get("search_after" if links else "skip") for a in server.asked]
    assert told == ([None, "0=100", "0=200"] if links else [None, "100", "200"])


def test_a_page_of_labels_is_kept_as_it_came(serve, connect, tmp_path):
    server = serve("openfda", 2)

    (path,) = gone("openfda", connect("openfda", server), tmp_path)

    assert json.loads(path.read_bytes())["meta"]["results"]["total"] == 2


# Retraction Watch


def test_the_list_of_retractions_is_sent_again_only_when_it_changed(serve, connect, tmp_path):
    server = serve("retractions")
    client = connect("retractions", server)
    (path,) = gone("retractions", client, tmp_path)
    assert path.read_bytes() == CSV

    gone("retractions", client, tmp_path)
    server.csv = CSV + b"2,10.1000/zelvoprine\n"
    gone("retractions", client, tmp_path)

    assert path.read_bytes() == server.csv
    tags = [asked.headers.get("if-none-match") for asked in server.asked]
    assert tags == [None, f'"{len(CSV)}"', f'"{len(CSV)}"']


# The client


def ask(client, path="search"):
    return client.get(path, {}, lambda answer: answer.body)


def test_a_service_that_says_how_long_to_wait_is_waited_for(serve, connect, waits):
    server = serve("retractions")
    server.fail("/retraction_watch.csv", Fault.TOO_MANY)

    ask(connect("retractions", server), "retraction_watch.csv")

    assert waits == [1.0]


def test_pauses_grow_from_try_to_try(serve, connect, waits):
    server = serve("retractions")
    server.fail("/retraction_watch.csv", *[Fault.BROKEN] * 4)

    ask(connect("retractions", server), "retraction_watch.csv")

    assert [low <= wait <= low + 1 for low, wait in zip((1, 2, 4, 8), waits, strict=True)]
    assert waits == sorted(waits)


@pytest.mark.parametrize("fault", [Fault.DENIED, Fault.EMPTY])
def test_a_refusal_is_not_asked_past(fault, serve, connect):
    server = serve("retractions")
    server.fail("/retraction_watch.csv", fault)

    with pytest.raises(FetchError, match=r"answers with an error \(40\d"):
        ask(connect("retractions", server), "retraction_watch.csv")

    assert len(server.asked) == 1


def test_a_refused_key_is_told_without_the_key(serve, connect, tmp_path):
    server = serve("pubmed")
    server.fail("/esearch.fcgi", Fault.DENIED)
    client = connect("pubmed", server, {"NCBI_API_KEY": "SECRET"})

    with pytest.raises(FetchError, match="API key invalid") as raised:
        gone("pubmed", client, tmp_path)

    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize(("name", "key"), [("pubmed", "NCBI"), ("openfda", "OPENFDA")])
def test_a_key_is_sent_and_never_shown(name, key, serve, connect, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    server = serve(name, 250)
    server.fail(PATH[name], Fault.BROKEN)
    client = connect(name, server, {f"{key}_API_KEY": "SECRET"})

    gone(name, client, tmp_path)

    sent = {
        asked.params.get("api_key") or asked.headers.get("authorization") for asked in server.asked
    }
    assert sent == {"SECRET" if name == "pubmed" else "Basic U0VDUkVUOg=="}
    assert "HTTP Request" in caplog.text
    assert "SECRET" not in caplog.text + repr(client.service)
    assert "U0VDUkVUOg" not in caplog.text
    assert "SECRET" not in (tmp_path / "state.json").read_text(encoding="utf-8")


def test_a_key_is_not_in_the_error_of_a_service_that_is_not_reached(serve, connect):
    server = serve("openfda")
    client = connect("openfda", server, {"OPENFDA_API_KEY": "SECRET"}, url="http://127.0.0.1:9")

    with pytest.raises(FetchError, match="cannot be reached") as raised:
        ask(client)

    cause = raised.value.__cause__
    assert "SECRET" not in f"{raised.value} {cause!r} {cause.__cause__!r}"
    assert "SECRET" not in str(cause.__cause__.request.url)


def test_a_redirect_to_another_host_is_not_followed(serve, connect):
    server = serve("retractions")
    server.fail("/retraction_watch.csv", Fault.MOVED)

    with pytest.raises(FetchError, match=r"redirects to elsewhere\.example, which is not followed"):
        ask(connect("retractions", server), "retraction_watch.csv")


def test_an_answer_that_is_too_large_is_refused(serve, connect):
    server = serve("retractions")
    server.csv = CSV * 1_000

    with pytest.raises(FetchError, match="more than 10,000 bytes; make the search narrower"):
        ask(connect("retractions", server, max_bytes=10_000), "retraction_watch.csv")

    assert len(server.asked) == 1


def test_the_pace_of_a_service_is_kept(serve):
    server = serve("retractions")
    now, waits = [100.0], []

    def sleep(seconds):
        waits.append(round(seconds, 3))
        now[0] += seconds

    with Client(Service("Fake", server.url, 0.35), sleep=sleep, clock=lambda: now[0]) as client:
        ask(client, "retraction_watch.csv")
        now[0] += 0.1
        ask(client, "retraction_watch.csv")
        ask(client, "retraction_watch.csv")
        now[0] += 9
        ask(client, "retraction_watch.csv")

    assert waits == [0.25, 0.35]


@pytest.mark.slow
def test_a_client_that_is_too_fast_is_slowed_down(serve):
    server = serve("retractions")
    server.interval = 0.9
    with Client(Service("Fake", server.url, 0)) as client:
        ask(client, "retraction_watch.csv")
        ask(client, "retraction_watch.csv")

    assert len(server.asked) == 3


def test_an_answer_that_does_not_come_is_asked_for_again(serve, connect):
    server = serve("retractions")
    server.delay = 1
    server.fail("/retraction_watch.csv", Fault.SLOW)

    assert ask(connect("retractions", server, patience=0.2), "retraction_watch.csv") == CSV

    assert len(server.asked) == 2


def test_an_answer_that_never_comes_is_told(serve, connect):
    server = serve("retractions")
    server.delay = 0.5
    server.fail("/retraction_watch.csv", *[Fault.SLOW] * TRIES)

    with pytest.raises(FetchError, match="does not answer in time, 5 times in a row"):
        ask(connect("retractions", server, patience=0.1), "retraction_watch.csv")


def test_a_service_is_told_who_asks(serve, connect):
    server = serve("retractions")

    ask(connect("retractions", server), "retraction_watch.csv")

    assert server.asked[0].headers["user-agent"].startswith("consilia/")


def test_offline_nothing_is_asked():
    with pytest.raises(FetchError, match="PubMed is on the network; leave --offline out"):
        Client(FETCHERS["pubmed"].service({}), offline=True)


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "ftp://example.org", "", "example.org", "https://u:p@a.org", "x:y"],
)
def test_only_an_encrypted_address_or_this_machine_is_asked(url):
    with pytest.raises(FetchError, match="https://"):
        Client(Service("Fake", url, 0))


@pytest.mark.parametrize("name", FETCHERS)
def test_the_official_addresses_are_encrypted(name):
    assert FETCHERS[name].service({}).url.startswith("https://")
    Client(FETCHERS[name].service({})).close()


# The folder


def test_two_processes_do_not_write_into_one_folder(tmp_path):
    with (
        opened(tmp_path, "pubmed", "flumbosis"),
        pytest.raises(FetchError, match="another process fetches into"),
        opened(tmp_path, "pubmed", "flumbosis"),
    ):
        pytest.fail("both wrote")


def test_half_a_file_of_a_killed_process_is_cleaned_away(tmp_path):
    (tmp_path / "PMC1.xml.part").write_bytes(b"<art")

    with opened(tmp_path, "europepmc", "flumbosis"):
        assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("query", ["flum\nbosis", "flum\x00bosis", "flum\udcffbosis"])
def test_a_search_that_cannot_be_sent_is_refused(query, tmp_path):
    with (
        pytest.raises(FetchError, match="characters that cannot be sent"),
        opened(tmp_path, "pubmed", query),
    ):
        pytest.fail("it was opened")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()

    with (
        pytest.raises(FetchError, match=r"cannot write in .*; choose another folder"),
        opened(tmp_path / "file" / "search", "pubmed", "flumbosis"),
    ):
        pytest.fail("it was opened")


@settings(max_examples=60, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_a_state_of_any_bytes_is_read_or_told(data):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "state.json").write_bytes(data)

        with pytest.raises(FetchError, match="cannot be read; delete"):
            read_state(folder)


def test_a_state_that_names_files_outside_of_the_folder_is_refused(tmp_path):
    state = {
        "service": "pubmed",
        "query": "flumbosis",
        "files": {"0": {"name": "../../secrets", "size": 1, "covered": 1}},
    }
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")

    with pytest.raises(FetchError, match="cannot be read"):
        read_state(tmp_path)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([
                "results", "meta", "total", "id", "hitCount", "resultList", "result", "pmcid",
                "isOpenAccess", "nextCursorMark", "metadata", "total_elements", "data", "setid",
                "next_page", "error", "code",
            ]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PATH)
@settings(max_examples=80, deadline=None)
@given(
    body=st.one_of(
        st.binary(max_size=120),
        JSON.map(lambda value: json.dumps(value).encode()),
        st.lists(
            st.sampled_from([
                "<eSearchResult>", "</eSearchResult>", "<Count>", "</Count>", "3", "<ERROR>",
                "</ERROR>", "<WebEnv>x</WebEnv>", "<QueryKey>1</QueryKey>", "<PubmedArticleSet>",
                "</PubmedArticleSet>", "<PubmedArticle/>", "<eFetchResult>", "</eFetchResult>",
                "history", "&", "<!ENTITY", "<article/>", "<document/>", "OriginalPaperDOI",
            ]),
            max_size=8,
        ).map(lambda parts: "".join(parts).encode()),
    )
)  # fmt: skip
def test_whatever_a_service_answers_nothing_but_a_fetch_error_is_raised(name, body):
    class Whatever(FakeServices):
        def _answer(self, asked):
            return replace(super()._retractions(asked), body=body)

    service = FETCHERS[name].service({})
    with Whatever() as server, tempfile.TemporaryDirectory() as folder:
        asked = replace(service, url=server.url, interval=0)
        with (
            Client(asked, sleep=lambda seconds: None) as client,
            contextlib.suppress(FetchError),
        ):
            gone(name, client, Path(folder), limit=300)
        assert len(server.asked) < 400
