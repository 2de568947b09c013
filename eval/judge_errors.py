"""How often a judge errs: measured on pairs that people labelled, kept in `judge.json`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consilia.errors import ConsiliaError
from consilia.gates.support import LEAST_ENTAILED, MOST_CONTRADICTED, Entailment
from eval.judging import Judge
from eval.statistics import Accuracy, Interval, wilson

FILE = "judge.json"
WEIGHTS = "model.safetensors"


class JudgeError(ConsiliaError):
    """The errors of a judge cannot be read, are of another judge, or leave nothing to correct."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A judgement beside that of people."""

    is_so: bool
    """What people said."""
    called_so: bool
    """What the judge says."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Part(_Strict):
    """How many of some trials the judge called as people did."""

    right: int = Field(ge=0)
    n: int = Field(ge=0)

    @property
    def share(self) -> float | None:
        """In [0, 1]; None without trials."""
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's, 95 %; None without trials."""
        return wilson(self.right, self.n)


class Errors(_Strict):
    """Of one kind of judgement."""

    sensitivity: Part
    """Of what people called so."""
    specificity: Part
    """Of what they did not."""

    @classmethod
    def of(cls, trials: Iterable[Trial]) -> "Errors":
        """Count trials."""
        given = list(trials)
        so = [trial.called_so for trial in given if trial.is_so]
        other = [not trial.called_so for trial in given if not trial.is_so]
        return cls(
            sensitivity=Part(right=sum(so), n=len(so)),
            specificity=Part(right=sum(other), n=len(other)),
        )

    def accuracy(self, kind: str) -> Accuracy:
        """Return the shares to correct with.

        Args:
            kind: Of the judgement, for the message.

        Raises:
            JudgeError: One was measured on nothing, or the judge is no better than chance.
        """
        sensitivity, specificity = self.sensitivity.share, self.specificity.share
        if sensitivity is None or specificity is None or sensitivity + specificity <= 1:
            shares = sensitivity, specificity
            told = " and ".join("none" if one is None else f"{one:.3f}" for one in shares)
            raise JudgeError(
                f"the judge's sensitivity and specificity for {kind} are {told}: nothing can be "
                "corrected by that; measure another model, or score without --judge"
            )
        return Accuracy(sensitivity, specificity)


class JudgeErrors(_Strict):
    """What `judge.json` holds."""

    format: Literal["consilia.eval.judge/1"] = Field(
        default="consilia.eval.judge/1", alias="schema"
    )
    model: str
    """Name, without the folders of a machine."""
    model_sha256: str
    """Of its weights; `unknown` where they lie in no folder that was named."""
    least_entailed: float
    most_contradicted: float
    pairs: str
    """Name of the labelled set."""
    pairs_sha256: str
    support: Errors
    contradiction: Errors

    def text(self) -> bytes:
        """Return the file."""
        return self.model_dump_json(by_alias=True, indent=1).encode() + b"\n"

    def judge(self, model: Entailment, name: str) -> Judge:
        """Return a judge whose measures are corrected for its errors.

        Args:
            model: The one that was measured.
            name: Of it, as the settings have it.

        Raises:
            JudgeError: The errors are not those of the model, or leave nothing to correct.
        """
        self.check(name)
        return Judge(
            model,
            support=self.support.accuracy("support"),
            contradiction=self.contradiction.accuracy("contradiction"),
        )

    def check(self, name: str) -> None:
        """Refuse a model that is not the one that was measured; none is opened.

        Args:
            name: Of the model, as the settings have it; empty for none.

        Raises:
            JudgeError: There is no model, or it is another one or has other thresholds.
        """
        if not name:
            raise JudgeError(
                "no entailment model is configured; set CONSILIA_ENTAILMENT to the one that was "
                f"measured, {self.model}, or score without --judge"
            )
        ours = (told_name(name), weights_sha256(name), LEAST_ENTAILED, MOST_CONTRADICTED)
        theirs = self.model, self.model_sha256, self.least_entailed, self.most_contradicted
        if ours != theirs:
            raise JudgeError(
                f"the errors are those of {_told(theirs)}, and the judge is {_told(ours)}; measure "
                "it with `python -m eval public support-kqa --out DIR`"
            )


def _told(judge: tuple[str, str, float, float]) -> str:
    name, sha256, entailed, contradicted = judge
    return (
        f"{name} ({sha256[:19]}, entailed from {entailed:g}, contradicted above {contradicted:g})"
    )


def told_name(name: str) -> str:
    """Return the name of a model without the folders of this machine.

    >>> told_name("/somewhere/judges/small"), told_name("people/small")
    ('small', 'people/small')
    """
    return PurePath(name).name if PurePath(name).is_absolute() or name[:1] == "." else name


def weights_sha256(name: str) -> str:
    """Return the hash of the weights of a model that is a folder, else `unknown`."""
    weights = Path(name) / WEIGHTS
    if not weights.is_file():
        return "unknown"
    with weights.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def read_errors(path: Path) -> JudgeErrors:
    """Read `judge.json`.

    Raises:
        JudgeError: The file cannot be read, or is none.
    """
    try:
        return JudgeErrors.model_validate_json(path.read_bytes())
    except OSError as error:
        raise JudgeError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "file"
        raise JudgeError(
            f"{path}: {where}: {error.errors()[0]['msg']}; write it with `python -m eval public "
            "support-kqa --out DIR`"
        ) from error
