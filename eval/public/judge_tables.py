"""How far an entailment model agrees with people: its errors at the thresholds that are used."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from consilia.gates.support import LEAST_ENTAILED, MOST_CONTRADICTED
from consilia.models import canonical_json, digest
from eval.judge_errors import FILE, Errors, JudgeErrors, Part, Trial, told_name, weights_sha256
from eval.public.benchmark import BenchmarkError
from eval.public.support import Pair, Verdict
from eval.report import table

IsContradicted = Callable[[Pair], bool]
NONE = (
    "The judge: no entailment model is configured (CONSILIA_ENTAILMENT), so none was measured, "
    "and measures of support cannot be corrected.\n"
)


def judge_errors(
    found: Sequence[Verdict], pairs: str, model: str, is_contradicted: IsContradicted
) -> JudgeErrors:
    """Measure an entailment model against the labels of people.

    Args:
        found: What it gave each pair; pairs that it was not asked about are left out.
        pairs: Name of the set.
        model: Name of the model, as the settings have it.
        is_contradicted: Tells which pairs people called contradicted.

    Returns:
        Its errors at the thresholds that gates and measures use.
    """
    asked = [verdict for verdict in found if verdict.contradicted is not None]
    entailed = ((v.pair.supported, (v.entailed or 0.0) >= LEAST_ENTAILED) for v in asked)
    against = (
        (is_contradicted(v.pair), (v.contradicted or 0.0) > MOST_CONTRADICTED) for v in asked
    )
    held = [[v.pair.claim, [e.quote for e in v.pair.evidence], v.pair.label] for v in asked]
    return JudgeErrors(
        model=told_name(model),
        model_sha256=weights_sha256(model),
        least_entailed=LEAST_ENTAILED,
        most_contradicted=MOST_CONTRADICTED,
        pairs=pairs,
        pairs_sha256=digest(canonical_json(held)),
        support=Errors.of(Trial(is_so, called) for is_so, called in entailed),
        contradiction=Errors.of(Trial(is_so, called) for is_so, called in against),
    )


def judge_text(errors: JudgeErrors | None) -> str:
    """Return sensitivity and specificity with their intervals; None: no model is configured."""
    if errors is None:
        return f"\n{NONE}"
    head = (
        f"The judge, {errors.model}: entailed from P(entail) {errors.least_entailed:g}, "
        f"contradicted above P(contradict) {errors.most_contradicted:g}\n"
        "  limit: measured on whole answers read at once, and used on single sentences"
    )
    return f"\n{head}\n\n{table(_rows(errors))}\n"


def _rows(errors: JudgeErrors) -> Iterator[Sequence[str]]:
    yield "judgement", "share", "n", "95 % interval"
    for name, one in (("support", errors.support), ("contradiction", errors.contradiction)):
        yield f"{name}: sensitivity", *_cells(one.sensitivity)
        yield f"{name}: specificity", *_cells(one.specificity)


def _cells(part: Part) -> tuple[str, str, str]:
    if part.share is None or part.interval is None:
        return "none", str(part.n), ""
    return f"{part.share:.1%}", str(part.n), f"{part.interval.low:.1%} to {part.interval.high:.1%}"


def write_errors(folder: Path, errors: JudgeErrors) -> None:
    """Write `judge.json`.

    Raises:
        BenchmarkError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_bytes(errors.text())
    except OSError as error:
        raise BenchmarkError(f"cannot write in {folder}: {error.strerror}") from error
