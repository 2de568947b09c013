"""A fake of the five services on the loopback, with faults on demand, for tests of fetching."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape

_HTML = b"<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>"


class Fault(StrEnum):
    """What a service does in place of answering."""

    TOO_MANY = "too many requests"
    BROKEN = "internal error"
    CUT = "the connection closes half way"
    SLOW = "the answer comes after a while"
    TRUNCATED = "half of the answer, as if it were whole"
    HTML = "a page for browsers, with status 200"
    NO_JSON = "something that is no JSON"
    DENIED = "the key is refused"
    EXPIRED = "the search is forgotten"
    EMPTY = "a 404 without words"
    MOVED = "a redirect to another host"


@dataclass(frozen=True, slots=True)
class Record:
    """One record that the services hold."""

    id: str
    """A PMID, a PMCID, a set id or an id of openFDA: what the service in question wants."""
    body: bytes
    """An XML element, an XML file or a JSON object: what the service in question gives."""
    open_access: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was made."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""


@dataclass(frozen=True, slots=True)
class _Reply:
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    promised: int | None = None
    """The length that is told, when it is not the true one."""


class FakeServices:
    """A server that speaks as PubMed, Europe PMC, openFDA, DailyMed and Retraction Watch do.

    Attributes:
        asked: All requests, in order.
        extra: Hits that are announced and never given.
        repeat: Whether each page begins with the last record of the page before.
        links: Whether openFDA tells the next page in a header.
        interval: Seconds between two requests below which it answers 429.
        unknown: A phrase that PubMed says it does not know.
        delay: Seconds that a slow answer takes.
        efetch: What PubMed gives in place of its records; empty for the records.
    """

    def __init__(self, records: Sequence[Record] = (), csv: bytes = b"") -> None:
        """Prepare; `with` starts and stops it.

        Args:
            records: In the order of every search.
            csv: The file of Retraction Watch.
        """
        self.records, self.csv = list(records), csv
        self.asked: list[Asked] = []
        self.extra, self.interval = 0, 0.0
        self.repeat, self.links = False, True
        self.unknown, self.efetch = "", b""
        self.delay = 0.0
        self._faults: dict[str, deque[Fault]] = {}
        self._holds: dict[str, tuple[int, threading.Event]] = {}
        self._last = 0.0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The base to give as the address of any of the services."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, path: str, *faults: Fault) -> None:
        """Answer the next requests of paths that end so with these faults, one each."""
        self._faults.setdefault(path, deque()).extend(faults)

    def hold(self, path: str, after: int) -> threading.Event:
        """Answer no request of paths that end so, after some of them, until the event is set."""
        event = threading.Event()
        self._holds[path] = (after, event)
        return event

    def paths(self, ending: str = "") -> list[str]:
        """Return the paths asked for that end so."""
        return [asked.path for asked in self.asked if asked.path.endswith(ending)]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for held in self._holds.values():
            held[1].set()
        self._server.shutdown()
        self._server.server_close()

    def _reply(self, asked: Asked) -> _Reply:
        with self._lock:
            self.asked.append(asked)
            now = time.monotonic()
            fast, self._last = now - self._last < self.interval, now
        if fast:
            return _faulty(Fault.TOO_MANY, b"")
        self._wait(asked.path)
        reply = self._answer(asked)
        for ending, faults in self._faults.items():
            if faults and asked.path.endswith(ending):
                fault = faults.popleft()
                if fault is not Fault.SLOW:
                    return _faulty(fault, reply.body)
                time.sleep(self.delay)
        return reply

    def _wait(self, path: str) -> None:
        for ending, (after, event) in self._holds.items():
            if path.endswith(ending) and len(self.paths(ending)) > after:
                event.wait(60)

    def _answer(self, asked: Asked) -> _Reply:
        services: dict[str, Callable[[Asked], _Reply]] = {
            "/esearch.fcgi": self._esearch,
            "/efetch.fcgi": self._efetch,
            "/search": self._search,
            "/drug/label.json": self._labels,
            "/spls.json": self._list,
            "/retraction_watch.csv": self._retractions,
        }
        return services.get(asked.path, self._record)(asked)

    def _record(self, asked: Asked) -> _Reply:
        name = asked.path.removesuffix("/fullTextXML").removesuffix(".xml").rpartition("/")[2]
        bodies = [record.body for record in self.records if record.id == name]
        return _Reply(bodies[0]) if bodies else _Reply(b"", 404)

    def _slice(self, start: int, size: int) -> list[Record]:
        first = start - 1 if self.repeat and start else start
        return self.records[first : start + size]

    @property
    def _total(self) -> int:
        return len(self.records) + self.extra

    def _esearch(self, asked: Asked) -> _Reply:
        unknown = f"<PhraseNotFound>{escape(self.unknown)}</PhraseNotFound>" if self.unknown else ""
        return _Reply(
            f"<eSearchResult><Count>{self._total}</Count><RetMax>0</RetMax><RetStart>0</RetStart>"
            f"<QueryKey>1</QueryKey><WebEnv>MCID_{len(self.asked)}</WebEnv><IdList/>"
            f"<ErrorList>{unknown}</ErrorList></eSearchResult>".encode()
        )

    def _efetch(self, asked: Asked) -> _Reply:
        start, size = int(asked.params["retstart"]), int(asked.params["retmax"])
        if start >= len(self.records):
            return _Reply(_efetch_error(f"OUT OF RANGE. Parameter retstart={start}"), 400)
        bodies = b"".join(record.body for record in self._slice(start, size))
        return _Reply(self.efetch or b"<PubmedArticleSet>" + bodies + b"</PubmedArticleSet>")

    def _search(self, asked: Asked) -> _Reply:
        place, size = asked.params["cursorMark"], int(asked.params["pageSize"])
        start = 0 if place == "*" else int(place)
        results = [
            {
                "id": record.id,
                "source": "PMC",
                "pmcid": record.id,
                "isOpenAccess": "Y" if record.open_access else "N",
            }
            for record in self._slice(start, size)
        ]
        following = {"nextCursorMark": str(min(start + size, len(self.records)))}
        answer = {"hitCount": self._total, "resultList": {"result": results}} | following
        return _json(answer)

    def _labels(self, asked: Asked) -> _Reply:
        after = asked.params.get("search_after", "0=0").removeprefix("0=")
        start, size = int(asked.params.get("skip", after)), int(asked.params["limit"])
        labels = [json.loads(record.body) for record in self._slice(start, size)]
        if not labels:
            error = {"code": "NOT_FOUND", "message": "No matches found!"}
            return _Reply(json.dumps({"error": error}).encode(), 404)
        following = start + size
        params = urlencode({**asked.params, "search_after": f"0={following}"})
        link = f'<{self.url}/drug/label.json?{params}>; rel="next"'
        more = self.links and following < len(self.records)
        meta = {"results": {"skip": start, "limit": size, "total": self._total}}
        reply = _json({"meta": meta, "results": labels})
        return _Reply(reply.body, headers=(("Link", link),) if more else ())

    def _list(self, asked: Asked) -> _Reply:
        page, size = int(asked.params["page"]), int(asked.params["pagesize"])
        following = page + 1 if page * size < len(self.records) else "null"
        metadata = {"total_elements": str(self._total), "next_page": following}
        data = [{"setid": record.id} for record in self._slice((page - 1) * size, size)]
        return _json({"metadata": metadata, "data": data})

    def _retractions(self, asked: Asked) -> _Reply:
        tag = f'"{len(self.csv)}"'
        if asked.headers.get("if-none-match") == tag:
            return _Reply(b"", 304)
        return _Reply(self.csv, headers=(("ETag", tag),))


def _json(answer: object) -> _Reply:
    return _Reply(json.dumps(answer).encode())


def _efetch_error(text: str) -> bytes:
    return f"<eFetchResult><ERROR>{escape(text)}</ERROR></eFetchResult>".encode()


def _faulty(fault: Fault, body: bytes) -> _Reply:
    replies = {
        Fault.TOO_MANY: _Reply(
            b'{"error":"API rate limit exceeded"}', 429, (("Retry-After", "1"),)
        ),
        Fault.BROKEN: _Reply(_HTML, 500),
        Fault.CUT: _Reply(body[: len(body) // 2], promised=len(body)),
        Fault.TRUNCATED: _Reply(body[: len(body) // 2]),
        Fault.HTML: _Reply(_HTML),
        Fault.NO_JSON: _Reply(b'{"half": ['),
        Fault.DENIED: _Reply(b'{"error":"API key invalid","api-key":"SECRET"}', 400),
        Fault.EXPIRED: _Reply(_efetch_error("Unable to obtain query #1"), 400),
        Fault.EMPTY: _Reply(b"", 404),
        Fault.MOVED: _Reply(b"", 302, (("Location", "https://elsewhere.example/"),)),
    }
    return replies[fault]


def _handler(services: FakeServices) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece: two wait for each other's acknowledgement

        def do_GET(self) -> None:  # the name that http.server calls
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(parts.path, dict(parse_qsl(parts.query)), headers)
            reply = services._reply(asked)
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, reply: _Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            length = len(reply.body) if reply.promised is None else reply.promised
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            self.close_connection = reply.promised is not None

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as in its base
            """Log nothing."""

    return Handler
