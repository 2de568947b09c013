"""How sure the library is that each section answers a question, before any silence is decided.

Answers carry no confidence, so it is asked of the knowledge base, as `consilia.answerability` does.
"""

from collections.abc import Mapping
from pathlib import Path

from consilia.answerability import log_odds
from consilia.candidates import section_signs
from consilia.encoders import Embedder
from consilia.errors import ConsiliaError
from consilia.gates.support import Entailment
from consilia.index import read_state
from consilia.knowledge_base import KnowledgeBase, current_generation
from consilia.opening import open_embedder, open_knowledge_base, open_silence
from consilia.question import clean, understand
from consilia.settings import read_settings
from consilia.spelling import repaired, repairs
from consilia.wording import SECTION_TITLES, SectionName
from eval.runs.store import StoredRun
from eval.samples import Sample
from eval.selective import Judged

Signs = dict[SectionName, dict[str, float] | None]
_JUDGED = frozenset({"answer", "abstain"})
_STOPPED = frozenset({"emergency", "refused"})


class ConfidenceError(ConsiliaError):
    """The knowledge base of a run is not at hand."""


def signs_of(
    question: str, kb: KnowledgeBase, embedder: Embedder, entailment: Entailment | None = None
) -> Signs:
    """Return what tells of each section whether it can answer a question as it was typed."""
    asked = clean(question)
    asked = repaired(asked, repairs(asked, kb.glossary, kb.index, embedder))
    return section_signs(understand(asked, kb.glossary), kb, embedder, entailment)


def judged_sections(run: StoredRun, home: Path | None) -> Mapping[SectionName, Judged]:
    """Return the log-odds of each section of the questions of a run with whether it should answer.

    Args:
        run: Questions that guardrails ended, or should have ended, are left out.
        home: The built knowledge base of the run; None for the user's own.

    Returns:
        By section, in the order of the questions.

    Raises:
        ConfidenceError: The knowledge base, or the settings, are others than those of the run.
    """
    settings = read_settings()
    home = home or settings.kb
    _refuse_another(run, home)
    if settings.digest() != run.manifest.settings.get("digest"):
        raise ConfidenceError("the settings are others than those of the run")
    judged: dict[SectionName, list[tuple[float, bool]]] = {name: [] for name in SECTION_TITLES}
    embedder, silence = open_embedder(settings), open_silence(settings, None, None)
    with open_knowledge_base(home, settings, embedder, lambda *_: None).kb as kb:
        for sample in filter(_counts, run.samples):
            signs = signs_of(sample.answer.standalone_question, kb, embedder, silence.entailment)
            for name, expected in sample.sections.items():
                judged[name].append((log_odds(signs[name], silence.model), expected == "answer"))
    return judged


def _counts(sample: Sample) -> bool:
    return sample.expected in _JUDGED and sample.status not in _STOPPED


def _refuse_another(run: StoredRun, home: Path) -> None:
    """Refuse a knowledge base of which the run was not made, before a model is loaded.

    Raises:
        ConfidenceError: There is none, or it is another.
    """
    try:
        digest = read_state(current_generation(home)).knowledge_base
    except (ConsiliaError, OSError) as error:
        raise ConfidenceError(f"there is no built knowledge base in {home}") from error
    if digest != run.manifest.knowledge_base.digest:
        raise ConfidenceError("the knowledge base is another than that of the run")
