"""`python -m eval run`: ask every case, in one process or several, and keep every answer."""

import fcntl
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from consilia import Assistant
from consilia.models import digest
from consilia.settings import Settings, read_settings
from eval.asking import Observed, ask_case
from eval.cases import STARTER, Case
from eval.holdings import Holdings, open_holdings
from eval.progress import bar
from eval.runs import store
from eval.runs.manifest import RunManifest, describe
from eval.runs.preparing import Kept, begin, kept_of, prepared_cases, refuse_early, refuse_unusable
from eval.runs.scored import Scored
from eval.runs.scoring import write_scores
from eval.runs.store import RunError, StoredRun, read_cases_of, sample_line, writing

Opener = Callable[[], Assistant]
"""Opens the assistant that is measured; several processes each call it, so it can be pickled."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked to do."""

    out: Path
    """The folder of the run."""
    files: tuple[Path, ...] = ()
    """Gold files; none means the starter set."""
    kb: Path | None = None
    """A built knowledge base; None means the user's own."""
    workers: int = 1
    """Processes that ask."""
    resume: bool = False
    """Whether there has to be an interrupted run to go on with."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a case leaves in the files of a run."""

    samples: str
    timings: str
    questions: int


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run and its measures."""

    run: StoredRun
    scored: tuple[Scored, ...]


class Interrupted(KeyboardInterrupt):
    """The user ended a run; the message tells what is kept."""


def run(
    options: RunOptions, tell: Callable[[str], None], opener: Opener | None = None
) -> FinishedRun:
    """Ask gold cases and store what came of them.

    Args:
        options: What to ask, and where to keep it.
        tell: Told what a user should know, line by line.
        opener: Opens another assistant than that of the settings.

    Returns:
        The finished run with its measures.

    Raises:
        RunError: The folder is not usable, cannot be written, or the knowledge base changed.
        Interrupted: The user ended it.
    """
    refuse_unusable(options.out, resume=options.resume)
    refuse_early(options.files, options.kb)
    settings = read_settings()
    kb = options.kb or settings.kb
    opener = opener or _Opening(options.kb, settings)
    with ExitStack() as stack:
        assistant = stack.enter_context(opener())  # builds the index first, where that is due
        holdings = stack.enter_context(open_holdings(kb))
        resolved = prepared_cases(options.files or (STARTER,), holdings)
        manifest = describe(kb, settings, options.files or (STARTER,), resolved)
        manifest = begin(options.out, manifest, resolved.cases)
        kept = kept_of(options.out, resolved.cases)
        if kept.questions:
            tell(f"{kept.questions} of {manifest.questions} questions are kept; the rest is asked")
        rest = resolved.cases[kept.cases :]
        if options.workers == 1:
            lines = (_asked(assistant, case, kb, holdings) for case in rest)
            _write(options.out, manifest, kept, lines)
        else:
            with _pool(options.workers, opener, kb) as pool:
                _write(options.out, manifest, kept, pool.map(_ask_here, rest))
    return _finished(options.out, manifest, settings)


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens the assistant of the settings."""

    kb: Path | None
    settings: Settings

    def __call__(self) -> Assistant:
        return Assistant.open(self.kb, self.settings)


def _asked(assistant: Assistant, case: Case, kb: Path, holdings: Holdings) -> _Lines:
    observed: list[Observed] = list(ask_case(assistant, case, kb, holdings))
    samples = "".join(f"{sample_line(one.sample)}\n" for one in observed)
    timings = "".join(f"{one.timing.model_dump_json()}\n" for one in observed)
    return _Lines(samples, timings, len(observed))


def _write(folder: Path, manifest: RunManifest, kept: Kept, lines: Iterator[_Lines]) -> None:
    """Append what comes of each case, in their order.

    Raises:
        RunError: The folder cannot be written, another process writes it, or a worker died.
        Interrupted: The user ended it.
    """
    done = kept.questions
    try:
        with (
            _appending(folder / store.SAMPLES, kept.samples_bytes) as samples,
            _appending(folder / store.TIMINGS, kept.timings_bytes) as timings,
            bar("Asking", manifest.questions, done=done) as told,
        ):
            for one in lines:
                samples(one.samples)
                timings(one.timings)
                done += one.questions
                told(one.questions)
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"{done} of {manifest.questions} questions are kept in {folder}; the same command "
            "with --resume asks the rest"
        ) from error
    except BrokenProcessPool as error:
        raise RunError(
            f"a process that asked was ended from outside, perhaps for want of memory; {done} of "
            f"{manifest.questions} questions are kept in {folder}: give the same command with "
            "--resume, and perhaps fewer --workers"
        ) from error


@contextmanager
def _appending(path: Path, size: int) -> Iterator[Callable[[str], None]]:
    """Open a file to be written on from an offset, by this process alone.

    Raises:
        RunError: It cannot be written, or another process has it open.
    """
    with writing(path.parent):
        file = path.open("ab", buffering=0)  # what was told to be kept lies in the file
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"another process writes {path}; wait until it has ended") from error
        file.truncate(size)

        def append(text: str) -> None:
            rest = text.encode()
            with writing(path.parent):
                while rest:
                    rest = rest[file.write(rest) :]

        yield append


@contextmanager
def _pool(workers: int, opener: Opener, kb: Path) -> Iterator[ProcessPoolExecutor]:
    """Start processes that ask; they end with the block, whatever is still to be asked."""
    fresh = multiprocessing.get_context("spawn")  # threads of torch do not survive a fork
    pool = ProcessPoolExecutor(workers, fresh, _start, (opener, kb))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Here:
    """What a worker has open."""

    assistant: Assistant
    kb: Path
    holdings: Holdings
    open: ExitStack
    """Closes both, and does so when nobody holds it any more."""


_here: list[_Here] = []
"""Of this process, when it is a worker: one element."""


def _start(opener: Opener, kb: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started it ends it
    stack = ExitStack()
    assistant = stack.enter_context(opener())
    _here.append(_Here(assistant, kb, stack.enter_context(open_holdings(kb)), stack))


def _ask_here(case: Case) -> _Lines:
    here = _here[0]
    return _asked(here.assistant, case, here.kb, here.holdings)


def _finished(folder: Path, manifest: RunManifest, settings: Settings) -> FinishedRun:
    """Measure a run whose questions are all asked, and make it a finished one.

    Raises:
        RunError: The knowledge base changed between two questions.
    """
    text = (folder / store.SAMPLES).read_bytes()
    manifest = manifest.model_copy(update={"samples_sha256": digest(text)})
    samples = store.samples_of(text, read_cases_of(folder))
    base = manifest.knowledge_base
    for sample in samples:
        state = sample.answer.manifest.knowledge_base
        if (state.digest, state.generation) != (base.digest, base.generation):
            raise RunError(
                f"the knowledge base changed before {sample.name} was asked; delete {folder} and "
                "ask again while nothing is added to it"
            )
    with writing(folder):
        scored = write_scores(folder, StoredRun(manifest, samples), settings)
        store.finish(folder, manifest)
    return FinishedRun(StoredRun(manifest, samples), scored)
