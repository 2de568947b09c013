"""`python -m eval load`: many clients at once on a real server; no answer may be wrong or lost."""

import asyncio
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types

from consilia.errors import ConsiliaError

QUESTIONS = (
    "What is the approach to managing fasciculations?",
    "What is the recommended dose of riluzole?",
    "Does magnesium help against muscle cramps?",
    "When should fasciculations be referred?",
    "What are the contraindications of quinine?",
    "What is the price of a bicycle?",
)
_JOIN, _DATA = "/gradio_api/queue/join", "/gradio_api/queue/data"
_PATIENCE = 90.0
"""Seconds after which an answer that was promised counts as lost."""
_REST = 5.0
"""Seconds that the server gets to itself before its memory is read again."""
_WARM = 15.0
"""Seconds of the same load before: threads and buffers are made once and kept."""
_START = 240
_TOLERANCE = 0.10


@dataclass(slots=True)
class Tally:
    """What became of the questions."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    """Times that the server said it was busy, by status."""
    seconds: list[float] = field(default_factory=list)
    """From a question to its answer."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did to the server."""

    tally: Tally
    before: int
    """Bytes of the server at rest, once as many clients had asked for a while."""
    after: int
    exit_code: int
    exit_seconds: float
    complaints: str
    """What the server wrote to standard error, from a traceback on; empty without one."""

    @property
    def grown(self) -> float:
        """Share by which the memory differs."""
        return self.after / self.before - 1

    @property
    def problems(self) -> tuple[str, ...]:
        """What must not be, in words."""
        tally = self.tally
        found = {
            f"{len(tally.wrong)} wrong or mixed answers, first: {tally.wrong[:1]}": tally.wrong,
            f"{len(tally.lost)} lost answers, first: {tally.lost[:1]}": tally.lost,
            "no answer at all": not tally.right,
            f"refused with {sorted(tally.refused)}": set(tally.refused) - {429, 503},
            f"memory {self.grown:+.1%}": abs(self.grown) > _TOLERANCE,
            f"exit code {self.exit_code}": self.exit_code,
            f"stopped after {self.exit_seconds:.1f} s": self.exit_seconds > 10,
            f"a traceback: {self.complaints[-300:]}": self.complaints,
        }
        return tuple(words for words, is_so in found.items() if is_so)


def run_load(clients: int, seconds: float, kb: Path | None = None) -> int:
    """Print what a load does to a server of the shipped documents.

    Args:
        clients: Each with an address of its own, of 127.0.0.0/8.
        seconds: For which they ask without a pause.
        kb: A built knowledge base; None is the user's own.

    Returns:
        0 when nothing was wrong, lost, left over or complained of, else 1.
    """
    loaded = load(clients, seconds, kb)
    tally = loaded.tally
    waits = sorted(tally.seconds)
    rows = {
        "clients, seconds": f"{clients}, {seconds:g}",
        "right answers": f"{tally.right:,}",
        "wrong or mixed": f"{len(tally.wrong)}",
        "lost": f"{len(tally.lost)}",
        "told to come back": ", ".join(f"{n:,} x {s}" for s, n in sorted(tally.refused.items())),
        "p50, p95 of waiting": f"{_at(waits, 0.5):.1f} s, {_at(waits, 0.95):.1f} s",
        "memory before, after": f"{loaded.before / 1e6:.0f} MB, {loaded.after / 1e6:.0f} MB "
        f"({loaded.grown:+.1%})",
        "SIGTERM while busy": f"exit {loaded.exit_code} after {loaded.exit_seconds:.1f} s",
    }
    for name, value in rows.items():
        sys.stdout.write(f"{name:24}{value or 'none'}\n")
    for problem in loaded.problems:
        sys.stdout.write(f"BAD  {problem}\n")
    return 1 if loaded.problems else 0


def load(clients: int, seconds: float, kb: Path | None = None) -> Loaded:
    """Ask a server of its own, stop it while it is busy, and tell what it did.

    Raises:
        ConsiliaError: The server does not start.
    """
    with _served(kb) as (server, address, complaints):
        process = psutil.Process(server.pid)
        expected = asyncio.run(_expected(address))
        warmed = asyncio.run(_loaded(address, clients, min(seconds, _WARM), expected))
        time.sleep(_REST)
        before = _private(process)
        tally = asyncio.run(_loaded(address, clients, seconds, expected))
        time.sleep(_REST)
        after = _private(process)
        tally.wrong[:0], tally.lost[:0] = warmed.wrong, warmed.lost
        code, took = asyncio.run(_interrupted(address, server))
        text = complaints.read_text(encoding="utf-8", errors="replace")
        found = text[text.index("Traceback") :] if "Traceback" in text else ""
        return Loaded(tally, before, after, code, took, found)


@contextmanager
def _served(kb: Path | None) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "consilia", "app", "--port", str(port)]
    command += ["--kb", str(kb)] if kb else []
    with tempfile.TemporaryDirectory() as folder:
        complaints = Path(folder) / "stderr"
        with complaints.open("wb") as errors, subprocess.Popen(command, stderr=errors) as server:
            try:
                _wait(server, port, complaints)
                yield server, f"http://127.0.0.1:{port}", complaints
            finally:
                server.kill()


def _wait(server: "subprocess.Popen[bytes]", port: int, complaints: Path) -> None:
    for _ in range(_START * 4):
        if server.poll() is not None:
            raise ConsiliaError(f"the server did not start: {complaints.read_text()[-500:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.25)
    raise ConsiliaError(f"the server did not start within {_START} s")


def _private(process: psutil.Process) -> int:
    """Resident bytes without those mapped from files, which the system drops as it likes."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def _client(number: int, address: str) -> httpx.AsyncClient:
    """A client with an address of its own, so that each has limits of its own."""
    own = f"127.{1 + number // 60_000}.{number // 250 % 240}.{1 + number % 250}"
    transport = httpx.AsyncHTTPTransport(local_address=own)
    return httpx.AsyncClient(base_url=address, transport=transport, timeout=_PATIENCE)


async def _expected(address: str) -> dict[str, str]:
    """Ask each question alone, a few times, and return what is shown for it.

    Raises:
        ConsiliaError: It is answered in two ways, or not at all.
    """
    shown: dict[str, str] = {}
    async with _client(59_000, address) as client:
        for question in QUESTIONS * 3:
            answer = await _asked(client, question)
            if isinstance(answer, int) or shown.setdefault(question, answer) != answer:
                raise ConsiliaError(f"the server does not answer {question!r} alone: {answer!r}")
    return shown


async def _loaded(address: str, clients: int, seconds: float, expected: dict[str, str]) -> Tally:
    tally = Tally()
    until = time.perf_counter() + seconds
    await asyncio.gather(
        *(_keeps_asking(n, address, until, expected, tally) for n in range(clients))
    )
    return tally


async def _keeps_asking(
    number: int, address: str, until: float, expected: dict[str, str], tally: Tally
) -> None:
    chance = random.Random(number)
    async with _client(number, address) as client:
        while time.perf_counter() < until:
            question = chance.choice(QUESTIONS)
            began = time.perf_counter()
            try:
                answer = await _asked(client, question)
            except (httpx.HTTPError, ValueError, TimeoutError) as error:
                tally.lost.append(f"{question}: {error!r}")
                continue
            if isinstance(answer, int):
                tally.refused[answer] += 1
                await asyncio.sleep(chance.uniform(0.5, 1.5))
            elif answer == expected[question]:
                tally.right += 1
                tally.seconds.append(time.perf_counter() - began)
            else:
                tally.wrong.append(f"{question}: {answer[:200]}")


async def _interrupted(address: str, server: "subprocess.Popen[bytes]") -> tuple[int, float]:
    """Have clients wait for answers while the server is told to stop.

    Returns:
        Its exit code, and the seconds from the signal to its end.
    """
    clients = [_client(40_000 + n, address) for n in range(20)]
    asking = [asyncio.create_task(_asked(client, QUESTIONS[0])) for client in clients]
    await asyncio.sleep(0.5)
    told = time.perf_counter()
    os.kill(server.pid, signal.SIGTERM)
    code = await asyncio.to_thread(_ended, server)
    took = time.perf_counter() - told
    await asyncio.gather(*asking, return_exceptions=True)
    await asyncio.gather(*(client.aclose() for client in clients))
    return code, took


def _ended(server: "subprocess.Popen[bytes]") -> int:
    """The exit code of a server that was told to stop; it is killed when it does not."""
    try:
        return server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


async def _asked(client: httpx.AsyncClient, question: str) -> str | int:
    """Ask as the page does, in a talk of its own.

    Returns:
        What is shown, or the status when the server is busy.

    Raises:
        ValueError: The stream ended without an answer.
        TimeoutError: It did not come in time.
    """
    session = uuid.uuid4().hex[:12]
    asked = {
        "data": [question, "clinician", None],
        "event_data": None,
        "fn_index": 0,
        "trigger_id": None,
        "session_hash": session,
    }
    joined = await client.post(_JOIN, json=asked)
    if joined.status_code != httpx.codes.OK:
        return joined.status_code
    streamed = client.stream("GET", _DATA, params={"session_hash": session})
    async with asyncio.timeout(_PATIENCE), streamed as reply:
        reply.raise_for_status()
        return await _read(reply)


async def _read(reply: httpx.Response) -> str:
    async for line in reply.aiter_lines():
        message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
        if message.get("msg") == "process_completed":
            if not message["success"]:
                raise ValueError(f"the server failed: {str(message)[:200]}")
            return _shown(message["output"]["data"][0])
    raise ValueError("the stream ended without an answer")


def _shown(chat: object) -> str:
    """The question and the answer of a talk as they are shown, less the day."""
    text = json.dumps(chat, sort_keys=True, ensure_ascii=False)
    return re.sub(r"Answered on</dt><dd>[\d-]+", "", text)


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")
