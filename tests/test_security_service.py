"""What the chat's server lets in, how much it takes, and which headers go out."""

import asyncio
import base64
import json
import re
import stat
import subprocess
import sys
from threading import Event

import pytest

from consilia.errors import SettingsError
from consilia.web import check_host
from consilia.web.headers import policy, script_hashes, sealed
from consilia.web.limits import Limits
from consilia.web.login import Login
from consilia.web.patience import Patience
from consilia.web.rates import CLIENTS, Rate
from consilia.web.requests import ASKING
from consilia.web.shield import Shield
from consilia.web.users import Secret, Users, add_user

HOST = "127.0.0.1:7860"
PASSWORD = "a long enough password"
REQUIRED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class Page:
    """Stands for Gradio's application: notes what reaches it, and answers."""

    def __init__(self, *, headers=(), body=b"{}", sleep=0.0, error=None):
        self.headers, self.body, self.sleep, self.error = list(headers), body, sleep, error
        self.seen, self.bodies, self.running, self.most = [], [], 0, 0

    async def __call__(self, scope, receive, send):
        self.seen.append(scope)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.sleep)
            if self.error:
                raise self.error
            self.bodies.append((await receive()).get("body"))
            await send({"type": "http.response.start", "status": 200, "headers": self.headers})
            await send({"type": "http.response.body", "body": self.body})
        finally:
            self.running -= 1


class Reply:
    def __init__(self, messages):
        self.status = messages[0]["status"]
        pairs = [(n.decode(), v.decode()) for n, v in messages[0]["headers"]]
        self.headers = dict(pairs)
        assert len(pairs) == len(self.headers), "a header was sent twice"
        self.body = b"".join(m.get("body", b"") for m in messages[1:])


async def asked(
    app, path="/", *, method="GET", body=b"", client="127.0.0.1", chunks=None, **headers
):
    named = {"host": HOST} | {n.replace("_", "-"): v for n, v in headers.items()}
    waiting = list(chunks or [body])
    sent = []

    async def receive():
        if waiting:
            part = waiting.pop(0)
            if isinstance(part, float):
                await asyncio.sleep(part)
                part = b""
            return {"type": "http.request", "body": part, "more_body": bool(waiting)}
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(n.encode(), v.encode()) for n, v in named.items() if v is not None],
        "client": (client, 5),
    }
    await app(scope, receive, send)
    return Reply(sent)


def ask(app, path="/", **options):
    return asyncio.run(asked(app, path, **options))


def shield(page=None, *, hosts=("127.0.0.1", "localhost"), login=None, **limits):
    return Shield(page or Page(), hosts=frozenset(hosts), limits=Limits(**limits), login=login)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.fixture(scope="module", autouse=True)
def quick_hashes():
    """Hash with the smallest cost that a file of users may name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consilia.web.users._N", 2**14)
        yield


@pytest.fixture(scope="module")
def users(tmp_path_factory):
    path = tmp_path_factory.mktemp("users") / "users"
    add_user(path, "ward-1", PASSWORD)
    return path


@pytest.fixture
def guarded(users):
    def made(page=None, *, failures=10, **limits):
        login = Login(Users.read(users), failures_per_minute=failures)
        return shield(page, login=login, **limits)

    return made


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"path": "/assets/index.js"},
        {"path": "/nothing"},
        {"host": "evil.example"},
        {"method": "PUT"},
        {"path": ASKING, "method": "POST", "body": b"x" * 70_000},
        {"path": ASKING, "method": "POST", "origin": "https://evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("accept", ["text/html,*/*", "*/*"])
def test_every_response_has_the_headers(request_, accept):
    reply = ask(shield(), **request_, accept=accept)

    assert REQUIRED.items() <= reply.headers.items()
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    if reply.status != 200:
        kind = "text/html" if "html" in accept else "application/json"
        assert reply.headers["content-type"].startswith(kind)
        assert int(reply.headers["content-length"]) == len(reply.body)


def test_headers_of_the_application_do_not_weaken_ours():
    theirs = [
        (b"Cache-Control", b"public, max-age=31536000"),
        (b"Content-Security-Policy", b"default-src *"),
        (b"Access-Control-Allow-Origin", b"https://evil.example"),
        (b"Access-Control-Allow-Credentials", b"true"),
        (b"ETag", b"abc"),
        (b"Server", b"something 1.2.3"),
        (b"Content-Type", b"application/json"),
    ]
    names = [name for name, _ in sealed(theirs)]
    reply = ask(shield(Page(headers=theirs)), "/config")

    assert len(names) == len(set(names))
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-type"] == "application/json"
    assert not {"etag", "server"} & set(reply.headers)
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert "*" not in reply.headers["content-security-policy"]


def test_the_policy_lets_no_other_place_in():
    sources = {s for part in policy().split("; ") for s in part.split()[1:]}

    assert sources == {"'self'", "'none'", "'unsafe-inline'", "data:"}
    assert "script-src 'self';" in policy()
    assert "unsafe-eval" not in policy()


def test_only_the_inline_scripts_of_the_page_as_served_may_run():
    body = b"<script>one()</script><script src=/a.js></script><SCRIPT type=module>two()</SCRIPT>"
    reply = ask(shield(Page(body=body)), accept_encoding="br, gzip")
    allowed = re.findall(r"'sha256-[^']+'", reply.headers["content-security-policy"])

    assert allowed == script_hashes(b"<script>one()</script><script>two()</script>")
    assert len(allowed) == 2
    assert reply.body == body
    assert (
        "sha256" not in ask(shield(Page(body=body)), "/config").headers["content-security-policy"]
    )


def test_a_compressed_page_is_not_asked_for_since_its_scripts_are_read():
    page = Page()
    ask(shield(page), accept_encoding="br")
    assert b"accept-encoding" not in dict(page.seen[0]["headers"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "127.0.0.1", "localhost:7860", "LOCALHOST", "chat.ward.example:443"]
)
def test_the_names_of_the_chat_are_answered(host):
    app = shield(hosts=("127.0.0.1", "localhost", "chat.ward.example"))
    assert ask(app, host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:7860",
        "127.0.0.1:7860@evil.example",
        "localhost.",
        "",
        None,
        "[::1]:7860",
    ],
)
def test_other_names_that_lead_here_are_refused(host):
    page = Page()
    assert ask(shield(page), host=host).status == 400
    assert page.seen == []


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/x",
        "/file=pyproject.toml",
        "/gradio_api/proxy=https://evil.example/",
        "/gradio_api/upload_progress",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/gradio_api/stream/a/b/1/playlist.m3u8",
        "/monitoring",
        "/docs",
        "/openapi.json",
        "/login_check",
        "/assets/../../etc/passwd",
        "/static/..",
        "/assets/x\n",
        "//evil.example/",
    ],
)
def test_what_the_page_does_not_need_is_not_there(path):
    page = Page()
    assert ask(shield(page), path).status == 404
    assert page.seen == []


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/gradio_api/run/ask", "/gradio_api/call/ask", "/login", "/config"],
)
def test_nothing_is_written_but_questions(path):
    assert ask(shield(), path, method="POST").status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_other_methods_are_refused(method):
    assert ask(shield(), method=method).status == 405


def test_a_refused_head_request_has_no_body():
    assert ask(shield(), "/nothing", method="HEAD").body == b""


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://[broken"},
        {"origin": f"http://{HOST}", "sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
    ids=str,
)
def test_pages_of_other_sites_cannot_ask(headers):
    page = Page()
    assert ask(shield(page), ASKING, method="POST", **headers).status == 403
    assert page.seen == []


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}],
    ids=str,
)
def test_the_page_itself_and_programs_can_ask(headers):
    page = Page()
    assert ask(shield(page), ASKING, method="POST", body=b"{}", **headers).status == 200
    assert page.bodies == [b"{}"]


def test_websockets_are_closed():
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(shield()({"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    "request_",
    [
        {"content_length": "65537"},
        {"content_length": "-1"},
        {"content_length": "1" * 5000},
        {"content_length": "many"},
        {"body": b"x" * 65_537},
        {"chunks": [b"x" * 40_000, b"x" * 40_000]},
    ],
    ids=lambda request: next(iter(request)),
)
def test_a_body_that_is_too_large_is_refused(request_):
    page = Page()
    reply = ask(shield(page), ASKING, method="POST", **request_)

    assert reply.status == 413
    assert "65,536" in json.loads(reply.body)["detail"]
    assert page.seen == []


def test_a_body_of_the_largest_size_arrives_whole():
    page = Page()
    ask(shield(page), ASKING, method="POST", chunks=[b"a" * 65_000, b"b" * 536])
    assert page.bodies == [b"a" * 65_000 + b"b" * 536]


def test_a_body_that_trickles_in_is_given_up():
    app = shield(body_seconds=0.05)
    reply = ask(app, ASKING, method="POST", chunks=[b"{", *[0.02] * 20, b"}"])
    assert reply.status == 408


def test_a_response_that_does_not_begin_is_given_up():
    page = Page(sleep=30)
    reply = ask(shield(page, start_seconds=0.05), "/config")

    assert reply.status == 504
    assert page.running == 0


def test_a_response_that_began_may_go_on():
    async def stream(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b"late"})

    assert ask(shield(stream, start_seconds=0.03), "/gradio_api/queue/data").body == b"late"


def test_a_failure_of_the_application_is_the_servers_to_tell():
    with pytest.raises(ZeroDivisionError):
        ask(shield(Page(error=ZeroDivisionError("x"))), "/config")


def test_questions_are_counted_for_each_client():
    app = shield(questions_per_minute=2)
    replies = [ask(app, ASKING, method="POST") for _ in range(3)]
    other = ask(app, ASKING, method="POST", client="127.0.0.2")

    assert [r.status for r in replies] == [200, 200, 429]
    assert int(replies[2].headers["retry-after"]) == 30
    assert other.status == 200
    assert ask(app).status == 200  # the page itself is still there


def test_requests_are_counted_whatever_they_are_for():
    app = shield(requests_per_minute=3)
    assert [ask(app, path).status for path in ("/", "/config", "/", "/")] == [200, 200, 200, 429]


def test_a_client_names_no_other_address_of_its_own():
    page = Page()
    app = shield(page, requests_per_minute=1)
    ask(app, x_forwarded_for="10.0.0.1")

    assert ask(app, x_forwarded_for="10.0.0.2").status == 429
    assert not [n for n, _ in page.seen[0]["headers"] if n.startswith(b"x-forwarded")]


def test_open_requests_are_limited_for_each_client_and_for_all():
    async def many(app, clients):
        return [r.status for r in await asyncio.gather(*(asked(app, client=c) for c in clients))]

    own = asyncio.run(many(shield(Page(sleep=0.05), open_per_client=2), ["a", "a", "a", "b"]))
    page = Page(sleep=0.05)
    everybody = asyncio.run(many(shield(page, connections=2), ["a", "b", "c"]))

    assert own == [200, 200, 429, 200]
    assert everybody == [200, 200, 503]
    assert page.most == 2


def test_a_question_whose_body_trickles_in_holds_a_place():
    app = shield(open_per_client=1, body_seconds=5)

    async def both():
        slow = asyncio.create_task(asked(app, ASKING, method="POST", chunks=[b"{", 0.1, b"}"]))
        await asyncio.sleep(0.02)
        meanwhile = await asked(app)
        return meanwhile.status, (await slow).status, (await asked(app)).status

    assert asyncio.run(both()) == (429, 200, 200)


def test_places_are_free_again_after_failures():
    page = Page(error=ZeroDivisionError("x"))
    app = shield(page, open_per_client=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            ask(app, "/config")


def test_a_rate_forgets_the_clients_that_were_idle_longest():
    rate = Rate(1, clock=lambda: 0.0)
    for number in range(CLIENTS + 50):
        rate.take(str(number))
    assert len(rate._buckets) == CLIENTS


def test_a_clock_that_goes_back_gives_nothing_away():
    times = iter([100.0, 0.0, 0.0])
    rate = Rate(1, clock=lambda: next(times))
    assert [rate.take("a"), rate.take("a") > 0] == [0, True]


@pytest.mark.parametrize(
    "given",
    [
        None,
        "Basic !!!",
        "Bearer token",
        "Basic " + base64.b64encode(b"ward-1").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        basic("ward-1", "wrong"),
        basic("nobody", PASSWORD),
    ],
)
def test_nobody_else_is_let_in(guarded, given):
    page = Page()
    reply = ask(guarded(page), authorization=given)

    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Basic ")
    assert REQUIRED.items() <= reply.headers.items()
    assert page.seen == []


def test_a_user_is_let_in_and_the_password_goes_no_further(guarded):
    page = Page()
    app = guarded(page)
    for _ in range(3):
        assert ask(app, authorization=basic("ward-1", PASSWORD)).status == 200

    assert not any(b"authorization" in dict(scope["headers"]) for scope in page.seen)


def test_guessing_passwords_is_slowed_and_does_not_lock_out_who_is_in(guarded):
    app = guarded(failures=2)
    inside = basic("ward-1", PASSWORD)
    assert ask(app, authorization=inside).status == 200
    guesses = [ask(app, authorization=basic("ward-1", f"guess {n}")).status for n in range(4)]

    assert guesses == [401, 401, 429, 429]
    assert ask(app, authorization=inside).status == 200


def test_users_are_counted_by_name(guarded):
    app = guarded(questions_per_minute=1)
    known = basic("ward-1", PASSWORD)
    statuses = [
        ask(app, ASKING, method="POST", client=client, authorization=known).status
        for client in ("10.0.0.1", "10.0.0.2")
    ]
    assert statuses == [200, 429]


def test_the_file_of_users_holds_no_password_and_is_its_owners(users):
    text = users.read_text(encoding="utf-8")

    assert PASSWORD not in text
    assert text.startswith("ward-1:scrypt$")
    assert stat.S_IMODE(users.stat().st_mode) == 0o600
    assert PASSWORD not in repr(Users.read(users))
    assert text.split("$")[-1].strip() not in repr(Users.read(users))


def test_a_user_is_replaced_and_others_stay(tmp_path):
    path = tmp_path / "users"
    add_user(path, "ann", PASSWORD)
    add_user(path, "bob", "another long password")
    add_user(path, "ann", "yet another password")
    known = Users.read(path)

    assert sorted(known.secrets) == ["ann", "bob"]
    assert known.admits("ann", "yet another password")
    assert not known.admits("ann", PASSWORD)
    assert known.admits("bob", "another long password")


def test_a_password_is_the_same_from_every_keyboard():
    assert Secret.of("caf\u00e9 au lait, please").fits("cafe\u0301 au lait, please")


@pytest.mark.parametrize("name", ["", "a:b", "a b", "-x", "é", "x" * 65, "a\nb"])
def test_a_name_that_would_break_the_file_is_refused(tmp_path, name):
    with pytest.raises(SettingsError, match="no name"):
        add_user(tmp_path / "users", name, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_password_of_the_wrong_length_is_refused(tmp_path, password):
    with pytest.raises(SettingsError, match="at least 12 characters"):
        add_user(tmp_path / "users", "ann", password)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "ann:plain text",
        "ann:scrypt$32768$AAAA$AAAA",
        "ann:scrypt$99999999$AAAA$AAAA",
        "ann:md5$1$a$b",
        "ann:scrypt$x$a$b",
        "\xff",
    ],
)
def test_a_file_of_users_that_is_none_is_refused_without_telling_a_hash(tmp_path, text):
    path = tmp_path / "users"
    path.write_text(text, encoding="latin-1")
    path.chmod(0o600)
    with pytest.raises(SettingsError) as refused:
        Users.read(path)
    assert str(path) in str(refused.value)
    assert "AAAA" not in str(refused.value)


def test_a_file_of_users_that_others_may_write_is_refused(users, tmp_path):
    path = tmp_path / "users"
    path.write_bytes(users.read_bytes())
    path.chmod(0o666)
    with pytest.raises(SettingsError, match="chmod 600"):
        Users.read(path)


def test_users_are_added_from_the_command_line(run, tmp_path, monkeypatch):
    import io

    path = tmp_path / "users"
    code, _, errors = run("app", "--add-user", "ann")
    assert (code, "CONSILIA_AUTH_FILE" in errors) == (1, True)

    monkeypatch.setenv("CONSILIA_AUTH_FILE", str(path))
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    code, out, errors = run("app", "--add-user", "ann")

    assert code == 0
    assert Users.read(path).admits("ann", PASSWORD)
    assert PASSWORD not in out + errors


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2"])
def test_others_reach_the_chat_only_where_users_log_in(run, host):
    check_host(host, guarded=True)
    code, _, errors = run("app", "--host", host)
    assert (code, "CONSILIA_AUTH_FILE" in errors) == (1, True)


def test_the_chat_does_not_start_without_the_users_that_are_named(run, tmp_path, monkeypatch):
    monkeypatch.setenv("CONSILIA_AUTH_FILE", str(tmp_path / "missing"))
    from consilia.web import launch

    with pytest.raises(SettingsError, match="cannot read the users"):
        launch(None, host="0.0.0.0", port=7999, users=tmp_path / "missing")
    for host in ("::1", "chat.example", ""):
        with pytest.raises(SettingsError, match="no IPv4 address"):
            check_host(host, guarded=True)


@pytest.mark.parametrize("limits", [{"body_bytes": 0}, {"answer_seconds": -1}])
def test_a_limit_that_is_none_is_refused(limits):
    with pytest.raises(SettingsError, match=next(iter(limits))):
        Limits(**limits)


def test_an_answer_that_does_not_come_is_given_up_and_told_so():
    from consilia.errors import ConsiliaError

    ended = Event()

    def work(cancelled):
        if cancelled.wait(5):
            ended.set()
        return "late"

    with pytest.raises(ConsiliaError, match=r"longer than 0\.05 seconds"):
        Patience(0.05, at_once=1).wait(work)
    assert ended.wait(5)
    assert Patience(5, at_once=1).wait(lambda cancelled: cancelled.is_set()) is False


def test_the_shield_needs_no_gradio():
    code = "import sys, consilia.web.shield, consilia.serving; print('gradio' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
