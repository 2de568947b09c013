"""What tells the library of each section whether it can answer, before any silence is decided."""

from consilia.candidates import section_signs
from consilia.encoders import Embedder
from consilia.gates.support import Entailment
from consilia.knowledge_base import KnowledgeBase
from consilia.question import clean, understand
from consilia.spelling import repaired, repairs
from consilia.wording import SectionName

Signs = dict[SectionName, dict[str, float] | None]


def signs_of(
    question: str, kb: KnowledgeBase, embedder: Embedder, entailment: Entailment | None = None
) -> Signs:
    """Return what tells of each section whether it can answer a question as it was typed."""
    asked = clean(question)
    asked = repaired(asked, repairs(asked, kb.glossary, kb.index, embedder))
    return section_signs(understand(asked, kb.glossary), kb, embedder, entailment)
