"""Before the first question: cases with their gold as spans, and a folder that may be written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consilia.documents import shipped_kb
from eval.cases import Case, CaseError, read_cases
from eval.facts import load_facts
from eval.holdings import Holdings, refuse_unbuilt
from eval.locating import locate, problems
from eval.resolving import Resolved, resolve
from eval.runs import store
from eval.runs.manifest import RunManifest, cases_bytes
from eval.runs.store import RunError, writing
from eval.validating import SHEETS, read_gold


@dataclass(frozen=True, slots=True)
class Kept:
    """What an interrupted run has asked."""

    cases: int
    questions: int
    samples_bytes: int
    """Of `samples.jsonl` up to the end of the last whole case."""
    timings_bytes: int


def prepared_cases(files: Sequence[Path], holdings: Holdings) -> Resolved:
    """Read gold cases and find their gold in the documents.

    Args:
        files: Gold files, JSONL or spreadsheets.
        holdings: The documents that answer.

    Returns:
        The cases that can be asked, in order, their gold as spans.

    Raises:
        CaseError: A file cannot be used, two cases share an id, a gold span does not hold, or
            there is nothing to ask.
    """
    cases: dict[str, Case] = {}
    for path in files:
        for placed in read_gold(path, holdings).cases:
            if placed.case.id in cases:
                raise CaseError(
                    f"{path}:{placed.line()}: id: {placed.case.id!r} stands in an earlier file too"
                )
            cases[placed.case.id] = placed.case
    if found := list(problems([*cases.values()], holdings)):
        raise CaseError("\n".join(f"{p.case}: {p.field}: {p.text}" for p in found))
    named = any(step.fact_ids for case in cases.values() for step in case.steps())
    resolved = resolve([*cases.values()], load_facts(shipped_kb()) if named else {})
    if not resolved.cases:
        told = f"none of the facts of {len(cases)} cases is in a document" if cases else "no case"
        raise CaseError(f"there is nothing to ask: {told} in {', '.join(map(str, files))}")
    located = locate(resolved.cases, holdings)
    return Resolved(located, resolved.skipped, resolved.unknown_facts)


def refuse_early(files: Sequence[Path], kb: Path | None) -> None:
    """Refuse what cannot be asked before a model is loaded.

    Args:
        files: Gold files.
        kb: The folder of a knowledge base, when one is named.

    Raises:
        CaseError: A file of JSON lines cannot be used.
        KnowledgeBaseError: The folder is not there, or no knowledge base was built in it.
    """
    for path in files:
        if path.suffix.casefold() not in SHEETS:
            read_cases(path)
    refuse_unbuilt(kb)


def refuse_unusable(folder: Path, *, resume: bool) -> None:
    """Refuse a folder that no run can be written to, before anything costs time.

    Args:
        folder: Where a run is to be.
        resume: Whether an interrupted run has to be there.

    Raises:
        RunError: It holds a finished run, or something else.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} is a file; name a folder for the run")
    if (folder / store.RUN).is_file():
        raise RunError(f"{folder} holds a finished run, which is never changed; name another")
    is_begun = (folder / store.PARTIAL).is_file()
    if resume and not is_begun:
        raise RunError(f"{folder} holds no interrupted run to go on with; leave --resume out")
    if not is_begun and folder.is_dir() and any(_visible(folder)):
        raise RunError(f"{folder} is not empty and holds no interrupted run; name another")


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def begin(folder: Path, manifest: RunManifest, cases: Sequence[Case]) -> RunManifest:
    """Make the folder of a run, or go on in that of an interrupted one.

    Args:
        folder: That `refuse_unusable` let pass.
        manifest: Of the run that is wanted.
        cases: Of it.

    Returns:
        The manifest of the run as it was begun.

    Raises:
        RunError: Another run was interrupted there, or the folder cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / store.PARTIAL).is_file():
            begun = store.read_manifest(folder, store.PARTIAL)
            if differing := begun.differences(manifest):
                raise RunError(
                    f"the run that was interrupted in {folder} is another one: "
                    f"{', '.join(differing)} differ; name another folder"
                )
            manifest = begun
        else:
            store.write_once(folder / store.PARTIAL, manifest.text())
        store.write_once(folder / store.CASES, cases_bytes(cases))
    return manifest


def kept_of(folder: Path, cases: Sequence[Case]) -> Kept:
    """Return how far a run had come: whole cases, in order, with their timings.

    Args:
        folder: Of the run.
        cases: Of the run, in order.

    Returns:
        Nothing for a run that is new.
    """
    samples, timings = (_lines(folder / name) for name in (store.SAMPLES, store.TIMINGS))
    questions = done = 0
    for case in cases:
        end = questions + len(case.steps())
        if end > min(len(samples), len(timings)) or not _are_of(samples[questions:end], case):
            break
        questions, done = end, done + 1
    sizes = (
        sum(len(line.encode()) + 1 for line in lines[:questions]) for lines in (samples, timings)
    )
    return Kept(done, questions, *sizes)


def _lines(path: Path) -> list[str]:
    """Return the whole lines of a file; what was cut off in the midst of one is left out."""
    if not path.is_file():
        return []
    return path.read_bytes().decode(errors="replace").split("\n")[:-1]


def _are_of(lines: Sequence[str], case: Case) -> bool:
    try:
        return [store.sample_of(line, case).turn for line in lines] == [*range(len(lines))]
    except RunError:
        return False
