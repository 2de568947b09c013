"""The process that asks while another writes: `python -m eval.faults.reading HOME`.

Four threads search about 50 times a second until standard input ends, and open the knowledge base
anew now and then, and once more at the end. Each list of hits must come from one edition of the
documents, and what is told of the state of the index must tell the same edition each time.
"""

import json
import random
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from consilia.assistant import Assistant
from consilia.errors import ConsiliaError
from consilia.knowledge_base import KnowledgeBase
from consilia.opening import open_knowledge_base
from consilia.settings import Settings
from consilia.testing import HashEmbedder
from eval.faults.check import QUESTION, is_right
from eval.faults.documents import edition_of, word_of
from eval.faults.trials import BUILT

_THREADS = 4
_PAUSE = _THREADS / 50
_REOPENED = 0.02
"""Share of the questions before which the knowledge base is opened anew."""


@dataclass(slots=True)
class Seen:
    """What the threads saw together."""

    asked: int = 0
    editions: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By the digest of the index."""
    mixed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Opened:
    kb: KnowledgeBase
    assistant: Assistant


def _open(home: Path) -> _Opened:
    embedder, settings = HashEmbedder(), Settings(kb=home, chroma="")
    opened = open_knowledge_base(home, settings, embedder, lambda phase, done, total: None)
    return _Opened(opened.kb, Assistant(opened.kb, embedder, settings, opened.notice))


def _ask(home: Path, seen: Seen, stop: threading.Event, ready: threading.Barrier) -> None:
    dice, opened = random.Random(), _open(home)
    _look(opened, dice, seen)
    ready.wait()
    last, due = False, time.monotonic()
    while not last:
        due += _PAUSE
        last = stop.wait(max(0.0, due - time.monotonic()))
        try:
            if last or dice.random() < _REOPENED:
                opened.assistant.close()
                opened = _open(home)
            _look(opened, dice, seen)
            if dice.random() < _REOPENED:
                opened.assistant.ask(QUESTION)
        except (ConsiliaError, OSError, ValueError) as error:
            seen.errors.append(repr(error))
    opened.assistant.close()


def _look(opened: _Opened, dice: random.Random, seen: Seen) -> None:
    hits = opened.assistant.search(f"{word_of(dice.randrange(BUILT))} survey vorblitis")
    editions = {edition_of(hit.sentence.text) for hit in hits} - {0}
    if len(editions) != 1:
        seen.mixed.append(f"editions {sorted(editions)} in one list of hits")
    seen.editions[opened.kb.digest] |= editions
    seen.wrong += [hit.sentence.id for hit in hits if not is_right(opened.kb, hit)]
    seen.asked += 1


def main() -> int:
    """Ask until standard input ends, and print what was seen as JSON."""
    home, seen, stop = Path(sys.argv[1]), Seen(), threading.Event()
    start, ready = time.monotonic(), threading.Barrier(_THREADS + 1, timeout=60)
    with ThreadPoolExecutor(_THREADS) as threads:
        asking = [threads.submit(_ask, home, seen, stop, ready) for _ in range(_THREADS)]
        ready.wait()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        stop.set()
    seen.errors += [repr(ended.exception()) for ended in asking if ended.exception()]
    seen.mixed += [f"{state}: {found}" for state, found in seen.editions.items() if len(found) > 1]
    told = {
        "asked": seen.asked,
        "seconds": time.monotonic() - start,
        "states": len(seen.editions),
        "mixed": seen.mixed,
        "wrong": seen.wrong,
        "errors": seen.errors,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
