"""The chat in a real browser: what a reader does with it, and that nothing leaves the machine."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from consilia import wording
from consilia.assistant import Assistant
from consilia.errors import SettingsError
from consilia.testing import HashEmbedder
from consilia.web import launch

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue asks pandas for an option that pandas 3 has deprecated.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting':DeprecationWarning"),
]

QUESTION = "What is the approach to managing fasciculations (involuntary muscle contractions)?"
FOLLOW_UP = "What is the recommended dose of riluzole?"
LOOPBACK = ("127.", "localhost", "::1")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 1000
ROOT = Path(__file__).parents[1]

connections = []


def watch(event, arguments):
    """Note where this process, in which the server runs, connects to or looks up."""
    if event == "socket.connect":
        connections.append(arguments[1])
    elif event == "socket.getaddrinfo":
        connections.append((arguments[0], arguments[1]))


def missing(reason):
    """Skip on a developer's machine without a browser; a pipeline must have one."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("kb")
    with Assistant.open(home, embedder=HashEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(assistant):
    sys.addaudithook(watch)
    from consilia.web import page
    from consilia.web.server import Place

    serving = page.service(assistant, Place("127.0.0.1", free_port())).begin()
    yield serving.address
    serving.close()


@pytest.fixture
def visit(chromium, address):
    """Open the page; afterwards, no request may have left the machine and no error be logged."""
    contexts, requests, complaints = [], [], []

    def opened(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.get_by_label("Your clinical question").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in requests if not url.startswith((f"{address}/", "data:", "blob:"))] == []
    assert complaints == []


def ask(page, question, label="Your clinical question"):
    count = page.locator(".answer, .problem").count()
    page.get_by_label(label).fill(question)
    page.get_by_label(label).press("Enter")
    page.locator(".answer, .problem").nth(count).wait_for(timeout=30 * SECONDS)


def claims(answer):
    return answer.locator(".section:not(.glossary) .words").all_inner_texts()


def test_an_answer_has_its_sections_and_ends_with_the_disclaimer(visit):
    page = visit()
    ask(page, QUESTION)
    answer = page.locator(".answer")

    assert answer.locator("h2").inner_text() == QUESTION
    titles = answer.locator(".section > h3").all_inner_texts()
    assert titles[:3] == list(wording.SECTION_TITLES.values())
    assert wording.REVIEW_BANNER in answer.inner_text()
    assert answer.locator(":scope > *").last.inner_text() == wording.DISCLAIMER
    assert page.get_by_label("Have a follow-up question?").input_value() == ""


def test_a_citation_opens_the_highlighted_words_with_the_keyboard_alone(visit):
    page = visit()
    ask(page, QUESTION)
    claim = page.locator(".claim").first
    quote = claim.locator("mark").first
    assert not quote.is_visible()

    claim.locator("summary").first.focus()
    page.keyboard.press("Enter")

    quote.wait_for(state="visible")
    assert quote.inner_text() == claim.locator(".words").first.inner_text()
    assert claim.locator(".reading").first.inner_text().startswith("Our summary of the source")
    claim.get_by_text(re.compile(r"^Reference \d+$")).first.click()
    assert page.locator(".entries li:target").count() == 1


def test_every_number_leads_to_a_reference(visit):
    page = visit()
    ask(page, QUESTION)
    numbers = set(page.locator(".cite > summary").all_inner_texts())

    assert numbers
    assert numbers == set(page.locator(".entries .number").all_inner_texts())


def test_another_audience_changes_the_words_around_the_claims_only(visit):
    page = visit()
    ask(page, QUESTION)
    before = claims(page.locator(".answer"))
    assert wording.LEAD_INS["clinician"] in page.locator(".answer").inner_text()

    page.get_by_role("radio", name="Patient").check()
    page.get_by_text(wording.LEAD_INS["patient"]).wait_for()

    assert claims(page.locator(".answer")) == before
    assert page.locator(".glossary[open]").count() == 1


def test_follow_ups_and_suggestions_go_on_with_the_talk(visit):
    page = visit()
    ask(page, QUESTION)
    ask(page, FOLLOW_UP, "Have a follow-up question?")
    assert page.locator(".answer h2").all_inner_texts() == [QUESTION, FOLLOW_UP]
    suggestion = page.locator(".choice").first
    suggested = suggestion.inner_text()
    assert suggested not in {QUESTION, FOLLOW_UP}

    suggestion.click()
    page.locator(".answer").nth(2).wait_for()
    assert page.locator(".asked").last.inner_text() == suggested

    page.get_by_role("button", name="Clear").click()
    page.locator(".answer").first.wait_for(state="detached")
    assert page.locator(".choice").first.inner_text() == QUESTION
    ask(page, FOLLOW_UP)
    assert page.locator(".answer").count() == 1


def test_a_question_that_is_none_is_said_to_be_and_stays_in_the_box(visit):
    page = visit()
    long = "riluzole " * 300
    ask(page, long)

    assert "at most" in page.locator(".problem").inner_text()
    assert page.get_by_label("Have a follow-up question?").input_value() == long
    ask(page, FOLLOW_UP, "Have a follow-up question?")
    assert page.locator(".answer").count() == 1


def test_an_emergency_is_an_alert_before_anything_else(visit):
    page = visit()
    ask(page, "My father suddenly cannot breathe")

    assert "emergency" in page.locator(".answer > .alert").inner_text()


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=https://evil.example/a.png> riluzole?",
        "![a](https://evil.example/b.png) riluzole?",
        "<script>document.title='taken'</script> riluzole?",
        "</div><style>@import 'https://evil.example/c.css'</style> riluzole?",
        "<a href='javascript:alert(1)' onclick='alert(1)'>riluzole?</a>",
    ],
)
def test_a_question_stays_text(visit, hostile):
    page = visit()
    ask(page, hostile)
    shown = page.locator(".asked, .answer")

    assert page.locator(".asked").inner_text() == hostile
    assert page.title() == "Consilia"
    assert shown.locator("img, script, style, iframe, [onclick], [href^=javascript]").count() == 0


def test_a_telephone_shows_the_whole_width(visit):
    page = visit(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    ask(page, QUESTION)
    page.locator(".cite > summary").first.click()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(visit, scheme):
    page = visit(color_scheme=scheme)
    ask(page, QUESTION)
    page.locator(".cite > summary").first.click()

    for part in (".words", ".strength", ".banner", "mark", ".cite sup", ".disclaimer", ".choice"):
        colours = page.locator(part).first.evaluate(COLOURS)
        assert contrast(*colours) >= 4.5, (part, colours)


COLOURS = """element => {
  const colour = getComputedStyle(element).color
  for (let e = element; e; e = e.parentElement) {
    const ground = getComputedStyle(e).backgroundColor
    if (!ground.endsWith(", 0)")) return [colour, ground]
  }
  return [colour, "rgb(255, 255, 255)"]
}"""


def contrast(*colours):
    """Return the contrast of two colours as the accessibility guidelines (WCAG) define it."""
    lights = sorted(luminance(colour) for colour in colours)
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=pyproject.toml",
        f"/gradio_api/file={Path(__file__)}",
        "/openapi.json",
        "/docs",
        "/monitoring",
        "/gradio_api/runs",
    ],
)
def test_nothing_beside_the_page_is_served(address, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address + path)
    refused.value.close()
    assert refused.value.code in {403, 404}


def test_a_busy_port_and_an_open_host_are_refused(address, assistant):
    port = int(address.rpartition(":")[2])
    with pytest.raises(SettingsError, match=f"port {port} .* --port"):
        launch(assistant, port=port)
    with pytest.raises(SettingsError, match="reverse proxy"):
        launch(assistant, host="0.0.0.0")
    with pytest.raises(SettingsError, match="port 0 "):
        launch(assistant, port=0)


def test_the_server_connected_to_this_machine_only(address):
    urllib.request.urlopen(address).close()
    hosts = {str(place[0]) for place in connections if isinstance(place, tuple)}

    assert hosts
    assert {host for host in hosts if not host.startswith(LOOPBACK)} == set()


@pytest.mark.slow
def test_the_program_builds_a_knowledge_base_answers_and_stops(chromium, tmp_path):
    port = free_port()
    command = [sys.executable, ROOT / "app.py", "--kb", tmp_path, "--port", str(port)]
    with subprocess.Popen(
        [*command, "--no-browser"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            page = chromium.new_page()
            wait_for(port)
            page.goto(f"http://127.0.0.1:{port}")
            ask(page, QUESTION)
            assert "NICE" in page.locator(".answer .headline").first.inner_text()
            page.close()
        finally:
            program.send_signal(signal.SIGINT)
        written, _ = program.communicate(timeout=60)

    assert "embed: " in written
    assert f"http://127.0.0.1:{port}" in written
    assert program.returncode == 0


def wait_for(port, *, seconds=300):
    for _ in range(seconds):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(1)
    pytest.fail(f"nothing listens on port {port} after {seconds} s")
