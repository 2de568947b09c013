"""The files of a run: written one after the other, finished by the last, never changed after."""

import math
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consilia.answer import Answer
from consilia.errors import ConsiliaError
from consilia.models import canonical_json, digest
from consilia.wording import SectionName
from eval.cases import Case, CaseError, load_cases, problem_text
from eval.facts import Span
from eval.resolving import spans_of
from eval.runs.manifest import RunManifest
from eval.runs.scoring_record import ScoringRecord, measures_sha256
from eval.samples import Sample
from eval.timing import Timing

RUN, PARTIAL = "run.json", "run.json.partial"
CASES, SAMPLES, TIMINGS = "cases.jsonl", "samples.jsonl", "timings.jsonl"
METRICS, REPORT, PAGE = "metrics.json", "report.md", "report.html"
_ANSWER = TypeAdapter(Answer)


class RunError(ConsiliaError):
    """A run cannot be written, read, resumed or compared."""


class _StoredSample(BaseModel):
    """One line of `samples.jsonl`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: str
    turn: Annotated[int, Field(ge=0)]
    answer: Answer
    hits: tuple[Span, ...] | None
    findings: tuple[str, ...]
    sources: dict[str, str]
    confidence: dict[SectionName, float | None] | None = None
    """Log-odds; null within it stands for minus infinity, which JSON cannot say."""


class StoredMetrics(BaseModel):
    """`metrics.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["consilia.eval.metrics/2"] = Field(
        default="consilia.eval.metrics/2", alias="schema"
    )
    scored: ScoringRecord
    measures: tuple[dict[str, object], ...]
    """Each whole and by tag, see `eval.runs.scored`."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A finished run."""

    manifest: RunManifest
    samples: tuple[Sample, ...]


def sample_line(sample: Sample) -> str:
    """Return a sample as its line: case and gold are left out, `cases.jsonl` has them."""
    hits = None if sample.hits is None else [asdict(hit) for hit in sample.hits]
    stored = {
        "case": sample.case.id,
        "turn": sample.turn,
        "answer": sample.answer.to_dict(),
        "hits": hits,
        "findings": sample.findings,
        "sources": dict(sample.sources),
    }
    if sample.confidence is not None:
        odds = sample.confidence.items()
        stored["confidence"] = {name: one if math.isfinite(one) else None for name, one in odds}
    return canonical_json(stored).decode()


def sample_of(line: str, case: Case) -> Sample:
    """Return the sample of a line.

    Args:
        line: As `sample_line` made it.
        case: With gold as spans.

    Returns:
        A sample that gives the same line.

    Raises:
        RunError: The line is no sample of this case.
    """
    try:
        stored = _StoredSample.model_validate_json(line)
        if stored.case != case.id:
            raise RunError(f"a sample of {stored.case!r} stands where {case.id!r} is expected")
        step = case.steps()[stored.turn]
    except (ValidationError, IndexError) as error:
        raise RunError(f"a sample of {case.id!r} cannot be read: {_why(error)}") from error
    return Sample(
        case=case,
        turn=stored.turn,
        answer=stored.answer,
        gold=spans_of(step),
        hits=stored.hits,
        findings=stored.findings,
        sources=stored.sources,
        confidence=_odds(stored),
    )


def _odds(stored: _StoredSample) -> dict[SectionName, float] | None:
    if stored.confidence is None:
        return None
    return {name: -math.inf if one is None else one for name, one in stored.confidence.items()}


def answer_of(text: str | bytes) -> Answer:
    """Return the answer of its canonical JSON; `to_json` of it gives the same bytes.

    Raises:
        RunError: It is no answer.
    """
    try:
        return _ANSWER.validate_json(text)
    except ValidationError as error:
        raise RunError(f"an answer cannot be read: {_why(error)}") from error


def read_run(folder: Path) -> StoredRun:
    """Read a finished run whose measures are its own.

    Args:
        folder: Of the run.

    Returns:
        Its manifest and samples, in the order in which they were asked.

    Raises:
        RunError: There is no finished run, or its files were changed.
    """
    read_metrics(folder)
    return read_answers(folder)


def read_answers(folder: Path) -> StoredRun:
    """Read a finished run that is measured again, whatever was measured on it before.

    Args:
        folder: Of the run.

    Returns:
        Its manifest and samples, in the order in which they were asked.

    Raises:
        RunError: There is no finished run, or its cases or samples were changed.
    """
    manifest = read_manifest(folder)
    kept = {name: _read(folder / name) for name in (CASES, SAMPLES)}
    for name, wanted in ((CASES, manifest.cases_sha256), (SAMPLES, manifest.samples_sha256)):
        if digest(kept[name]) != wanted:
            raise RunError(f"{folder / name} is not the file that the run was finished with")
    return StoredRun(manifest, samples_of(kept[SAMPLES], read_cases_of(folder)))


def samples_of(text: bytes, cases: Sequence[Case]) -> tuple[Sample, ...]:
    """Return the samples of `samples.jsonl`, in order.

    Args:
        text: The whole file.
        cases: Of the run, in order.

    Returns:
        One for each turn of each case.

    Raises:
        RunError: It holds other samples than those of the cases.
    """
    lines = text.decode().split("\n")[:-1]
    steps = [(case, turn) for case in cases for turn in range(len(case.steps()))]
    if len(lines) != len(steps):
        raise RunError(f"{len(lines)} samples for {len(steps)} questions: the run is not whole")
    samples = tuple(sample_of(line, case) for line, (case, _) in zip(lines, steps, strict=True))
    if [sample.turn for sample in samples] != [turn for _, turn in steps]:
        raise RunError("the samples of the run are not in the order of its cases")
    return samples


def read_cases_of(folder: Path) -> tuple[Case, ...]:
    """Return the cases of a run, their gold as spans.

    Raises:
        RunError: They cannot be read.
    """
    try:
        return load_cases(folder / CASES)
    except CaseError as error:
        raise RunError(f"the cases of the run cannot be read: {error}") from error


def read_manifest(folder: Path, name: str = RUN) -> RunManifest:
    """Read what a run was made of.

    Args:
        folder: Of the run.
        name: `RUN`, or `PARTIAL` of one that was not finished.

    Returns:
        The manifest.

    Raises:
        RunError: There is none, or it cannot be read.
    """
    if name == RUN and not (folder / RUN).is_file():
        if (folder / PARTIAL).is_file():
            raise RunError(
                f"the run in {folder} was interrupted: finish it with `python -m eval run FILE… "
                f"--out {folder} --resume`"
            )
        raise RunError(f"{folder} holds no run: make one with `python -m eval run`")
    try:
        return RunManifest.model_validate_json(_read(folder / name))
    except ValidationError as error:
        raise RunError(
            f"{folder / name} is no manifest of a run ({_why(error)}); delete the folder, and ask "
            "again"
        ) from error


def read_timings(folder: Path) -> tuple[Timing, ...]:
    """Return what the questions of a run took, in their order.

    Raises:
        RunError: The file cannot be read.
    """
    try:
        lines = _read(folder / TIMINGS).decode().split("\n")[:-1]
        return tuple(Timing.model_validate_json(line) for line in lines)
    except ValueError as error:
        raise RunError(f"{folder / TIMINGS} cannot be read: {_why(error)}") from error


def metrics_bytes(metrics: StoredMetrics) -> bytes:
    """Return `metrics.json`, canonical: the same metrics give the same bytes."""
    return canonical_json(metrics.model_dump(mode="json", by_alias=True)) + b"\n"


def read_metrics(folder: Path) -> StoredMetrics:
    """Return the measures of a run as they are stored, with what they were scored by.

    Args:
        folder: Of the run.

    Returns:
        Measures of the samples that the run was finished with.

    Raises:
        RunError: The run is not finished, or the file cannot be read, was changed, or holds the
            measures of other samples.
    """
    manifest, path = read_manifest(folder), folder / METRICS
    again = f"measure the run again with `python -m eval score {folder}`"
    try:
        found = StoredMetrics.model_validate_json(_read(path))
    except ValidationError as error:
        raise RunError(f"{path} holds no metrics of this version; {again}") from error
    if measures_sha256(found.measures) != found.scored.measures_sha256:
        raise RunError(f"{path} was changed after the run was scored; {again}")
    of = found.scored.cases_sha256, found.scored.samples_sha256
    if of != (manifest.cases_sha256, manifest.samples_sha256):
        raise RunError(f"{path} holds the measures of other samples than those of the run; {again}")
    return found


def _why(error: Exception) -> str:
    """Return what is wrong, without what pydantic adds for programmers."""
    return problem_text(error.errors()[0]) if isinstance(error, ValidationError) else str(error)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror}") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write into an error that says what to do.

    Raises:
        RunError: The disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise RunError(
            f"cannot write the run in {folder}: {error.strerror}; what was written is kept: make "
            "room, and give the same command again"
        ) from error


def write_once(path: Path, data: bytes) -> None:
    """Write a file whole, and for reading only."""
    aside = path.with_name(f".{path.name}.partial")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.chmod(0o444)
    aside.replace(path)


@contextmanager
def copied(run: Path, out: Path) -> Iterator[Path]:
    """Copy what was asked, to be measured; the copy is there when the block ends, or not at all.

    Args:
        run: The folder of a finished run.
        out: Where the copy is to be: not there yet, or empty.

    Yields:
        A folder beside it, to be completed.

    Raises:
        RunError: There is something at that place.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise RunError(f"{out} is not empty; name a folder that is not there yet")
    place = out.resolve()
    aside = place.with_name(f".{place.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        for name in (CASES, SAMPLES, TIMINGS):
            shutil.copyfile(run / name, aside / name)
        yield aside
        aside.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_measured(folder: Path, metrics: bytes, report: str, page: str) -> None:
    """Write what was measured on a run, in place of what was measured before."""
    write_once(folder / METRICS, metrics)
    write_once(folder / REPORT, report.encode())
    write_once(folder / PAGE, page.encode())


def finish(folder: Path, manifest: RunManifest) -> None:
    """Make a run a finished one; its samples, metrics and report are written before."""
    for name in (SAMPLES, TIMINGS):
        (folder / name).chmod(0o444)
    write_once(folder / RUN, manifest.text())
    (folder / PARTIAL).unlink(missing_ok=True)
