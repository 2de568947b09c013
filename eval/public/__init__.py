"""Public benchmarks: adapters of files that a user has downloaded. None of them ships."""

from dataclasses import dataclass
from pathlib import Path

ADAPTERS: dict[str, str] = {
    "bioasq": "eval.public.bioasq",
    "bioasq-rows": "eval.public.bioasq_rows",
    "bioasq-ideal": "eval.public.bioasq_ideal",
    "bipia": "eval.public.bipia",
    "evidence-spans": "eval.public.evidence_spans",
    "giskard": "eval.public.giskard",
    "kqa-points": "eval.public.kqa_points",
    "liveqa": "eval.public.liveqa",
    "mediqa": "eval.public.mediqa",
    "medquad": "eval.public.medquad",
    "medsafety": "eval.public.medsafety",
    "ngc": "eval.public.ngc",
    "notinject": "eval.public.notinject",
    "pubmedqa": "eval.public.pubmedqa",
    "pubmedqa-conclusions": "eval.public.pubmedqa_conclusions",
    "pubmedrs": "eval.public.pubmedrs",
    "scifact": "eval.public.scifact",
    "support-evidence": "eval.public.support_evidence",
    "support-expertqa": "eval.public.support_expertqa",
    "support-kqa": "eval.public.support_kqa",
    "support-scifact": "eval.public.support_scifact",
}
"""Name to module; each module has `run(path: Path, options: Options) -> int`, imported late."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about one run."""

    limit: int | None = None
    """How many questions; all when None."""
    out: Path | None = None
    """Where tables and results are written; nowhere when None."""
    cache: Path | None = None
    """Where built indexes are kept; the user's cache folder when None."""
    kb: Path | None = None
    """A built knowledge base, for adapters that ask the assistant; the user's own when None."""
