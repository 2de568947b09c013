"""What the publication types and links of a citation record mean: design, standing, relations."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilia.models import Design, RelationType, Standing

# The first type of this list that a record has decides its design. Notices come first, so that
# the notice of a retracted trial is no trial; a protocol reports no results of its trial.
_DESIGNS: tuple[tuple[str, Design], ...] = (
    ("retraction of publication", "other"),
    ("retraction notice", "other"),
    ("expression of concern", "other"),
    ("published erratum", "other"),
    ("practice guideline", "clinical_guideline"),
    ("guideline", "clinical_guideline"),
    ("consensus development conference, nih", "consensus_criteria"),
    ("consensus development conference", "consensus_criteria"),
    ("consensus statement", "consensus_criteria"),
    ("network meta-analysis", "meta_analysis"),
    ("meta-analysis", "meta_analysis"),
    ("systematic review", "systematic_review"),
    ("clinical trial protocol", "other"),
    ("randomized controlled trial", "randomised_controlled_trial"),
    ("case reports", "case_report"),
    ("scoping review", "narrative_review"),
    ("review", "narrative_review"),
    ("patient education handout", "patient_information"),
)
_RANK = {name: rank for rank, (name, _) in enumerate(_DESIGNS)}
_TELLS_NO_DESIGN = re.compile(r"journal article$|research support|english abstract$", re.IGNORECASE)

_RELATIONS: dict[str, RelationType] = {
    "RetractionIn": "retracted_by",
    "RetractedandRepublishedIn": "retracted_by",
    "RetractionOf": "retraction_of",
    "RetractedandRepublishedFrom": "update_of",
    "ExpressionOfConcernIn": "concern_raised_by",
    "ExpressionOfConcernFor": "concern_about",
    "ErratumIn": "corrected_by",
    "CorrectedandRepublishedIn": "corrected_by",
    "PartialRetractionIn": "corrected_by",
    "ErratumFor": "correction_of",
    "CorrectedandRepublishedFrom": "correction_of",
    "PartialRetractionOf": "correction_of",
    "UpdateIn": "updated_by",
    "UpdateOf": "update_of",
    "CommentIn": "commented_by",
    "CommentOn": "comment_on",
}
_PMID = re.compile(r"\bPMID:? *([1-9][0-9]{0,8})\b")
_DOI = re.compile(r"\b10\.[0-9]{4,9}/[^\s;]+")
_TITLE_SAYS: tuple[tuple[re.Pattern[str], Standing], ...] = (
    (re.compile(r"\W{0,3}RETRACTED(?: ARTICLE| PAPER)?\]?:"), "retracted"),
    (re.compile(r"\W{0,3}WITHDRAWN(?: ARTICLE| PAPER)?\]?:"), "withdrawn"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """What a record says of another publication."""

    ref_type: str
    """As in the XML: `RetractionIn`, `CommentOn`, …"""
    citation: str
    """How the record cites the other publication; may be empty."""
    pmid: str = ""
    """Of the other publication, where the record has it in a field of its own."""

    @property
    def type(self) -> RelationType:
        """What the other publication is to this one."""
        return _RELATIONS.get(self.ref_type, "other")

    @property
    def identifiers(self) -> dict[str, str]:
        """Of the other publication, from the field or from the words of the citation."""
        found: dict[str, str] = {}
        if pmid := self.pmid or next(iter(_PMID.findall(self.citation)), ""):
            found["pmid"] = pmid
        if doi := _DOI.search(self.citation):
            found["doi"] = doi[0].rstrip(".,)]").lower()
        return found

    def relation(self) -> dict[str, object]:
        """Return the link as a `Relation` of the front matter."""
        text = self.citation
        if self.type == "other":
            text = ": ".join(filter(None, (spoken(self.ref_type), text)))
        return {"type": self.type, "identifiers": self.identifiers, "text": text}


def spoken(ref_type: str) -> str:
    """Return the name of a link in words.

    >>> spoken("SummaryForPatientsIn")
    'Summary for patients in'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", ref_type).capitalize()


def evidence_of(types: Sequence[str]) -> dict[str, str] | None:
    """Return the design that the publication types tell, with the words that tell it.

    Args:
        types: As the record has them; upper and lower case are one.

    Returns:
        `design` and `wording`; None when there is no type.

    >>> evidence_of(["Journal Article", "Review", "Meta-Analysis"])
    {'design': 'meta_analysis', 'wording': 'Meta-Analysis'}
    >>> evidence_of(["Comparative Study", "Journal Article"])
    {'design': 'other', 'wording': 'Comparative Study'}
    """
    ranked = sorted((_RANK[t.casefold()], t) for t in types if t.casefold() in _RANK)
    if ranked:
        rank, wording = ranked[0]
        return {"design": _DESIGNS[rank][1], "wording": wording}
    telling = [t for t in types if not _TELLS_NO_DESIGN.match(t)] or list(types[:1])
    return {"design": "other", "wording": "; ".join(telling)} if telling else None


def standing_of(types: Iterable[str], links: Iterable[Link], title: str) -> Standing | None:
    """Return the standing that the record itself tells, the gravest first; None when it is silent.

    >>> standing_of(["Retracted Publication"], [], "Zelvoprine for flumbosis")
    'retracted'
    >>> standing_of(["Retraction of Publication"], [Link("RetractionOf", "J Flumb")], "Notice")
    """
    names = {name.casefold() for name in types}
    relations = {link.type for link in links}
    says = {standing for pattern, standing in _TITLE_SAYS if pattern.match(title)}
    tests: tuple[tuple[Standing, bool], ...] = (
        ("retracted", "retracted publication" in names or "retracted_by" in relations),
        ("retracted", "retracted" in says),
        ("withdrawn", "withdrawn" in says),
        ("concern", "concern_raised_by" in relations),
        ("preprint", "preprint" in names),
    )
    return next((standing for standing, holds in tests if holds), None)
