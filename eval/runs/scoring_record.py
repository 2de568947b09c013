"""What scored a run, kept beside its measures: so that numbers are traced to what made them."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from consilia.models import canonical_json, digest
from consilia.settings import Settings
from eval.judging import Judge
from eval.runs.manifest import RunManifest, files_sha256, library_sha256, model_name
from eval.statistics import SEED, Accuracy

_COUNTING = ("consilia", "ir-measures", "numpy")
"""Packages that numbers and intervals come from."""
_EVAL = Path(__file__).parents[1]
_SHORT = len("sha256:") + 12


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JudgeOfScores(_Strict):
    """The entailment model behind the measures of support."""

    model: str
    """Its name; of a folder, the last part."""
    model_sha256: str | None
    """Of its files; None where the name is no folder of this machine."""
    least_entailed: float
    """P(entail) from which a claim follows."""
    most_contradicted: float
    """P(contradict) above which a claim is contradicted."""
    support: Accuracy | None
    """What support was corrected for; None: as judged."""
    contradiction: Accuracy | None


class ScoringRecord(_Strict):
    """What measures were taken of and by; the same for the same code and samples."""

    cases_sha256: str
    samples_sha256: str | None
    """Of the files that were measured, as `run.json` tells them."""
    versions: dict[str, str]
    """Of packages."""
    eval_sha256: str
    """Of the code of `eval/`."""
    library_sha256: str
    """Of the code of the library, whose gates judge fidelity."""
    entailment: JudgeOfScores | None
    """None: no measure of support was taken."""
    seed: int
    measures_sha256: str
    """Of the measures themselves, so that a number that was changed is found out."""

    def told(self) -> Iterator[str]:
        """Yield what a reader of a report should know of it."""
        yield ", ".join(f"{name} {number}" for name, number in self.versions.items())
        yield f"code of eval {self.eval_sha256[:_SHORT]}, library {self.library_sha256[:_SHORT]}"
        if judge := self.entailment:
            digest_of = f" ({judge.model_sha256[:_SHORT]})" if judge.model_sha256 else ""
            yield (
                f"entailment model {judge.model}{digest_of}, follows from P ≥ "
                f"{judge.least_entailed:g}, contradicted above P = {judge.most_contradicted:g}"
            )
        else:
            yield "no entailment model"


def record_scoring(
    manifest: RunManifest,
    measures: Sequence[Mapping[str, object]],
    judge: Judge | None,
    settings: Settings,
) -> ScoringRecord:
    """Record what scored a run.

    Args:
        manifest: Of the run.
        measures: As they are stored.
        judge: That measured support, if any.
        settings: Name its model.

    Returns:
        The record; nothing in it tells when or where it was made.
    """
    return ScoringRecord(
        cases_sha256=manifest.cases_sha256,
        samples_sha256=manifest.samples_sha256,
        versions={name: version(name) for name in _COUNTING},
        eval_sha256=files_sha256(_EVAL, but="gold"),
        library_sha256=library_sha256(),
        entailment=_judge(judge, settings.entailment) if judge else None,
        seed=SEED,
        measures_sha256=measures_sha256(measures),
    )


def _judge(judge: Judge, name: str) -> JudgeOfScores:
    folder = Path(name)
    return JudgeOfScores(
        model=model_name(name),
        model_sha256=files_sha256(folder) if folder.is_dir() else None,
        least_entailed=judge.least_entailed,
        most_contradicted=judge.most_contradicted,
        support=judge.support,
        contradiction=judge.contradiction,
    )


def measures_sha256(measures: Sequence[Mapping[str, object]]) -> str:
    """Return the digest of measures as they are stored."""
    return digest(canonical_json(measures))
