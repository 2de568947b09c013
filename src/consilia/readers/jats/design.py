"""What kind of study an article says it is: in its type, its subject headings or its title."""

import re
from dataclasses import dataclass

from consilia.models import Design, Kind

_WORDINGS: tuple[tuple[str, Design], ...] = (
    (r"\b(?:study|trial) protocol\b|\bprotocol (?:for|of) an?\b.{0,200}\b(?:trial|study)\b",
     "other"),
    (r"\b(?:systematic|umbrella|cochrane) reviews?\b(?:[\w ,]{0,40}\bmeta-? ?analys[ei]s\b)?",
     "systematic_review"),
    (r"\b(?:network )?meta-? ?analys[ei]s\b", "meta_analysis"),
    (r"\b(?:non|quasi)[-\u2010 ]?randomi[sz]ed\b(?:[\w ,-]{0,40}?\b(?:trial|study)\b)?",
     "other"),
    (r"\brandomi[sz]ed[\w ,/()-]{0,60}?\bcross-?over\b(?:[\w ,-]{0,30}?\b(?:trial|study)\b)?"
     r"|\bcross-?over[\w ,-]{0,20} randomi[sz]ed[\w ,-]{0,40}?\b(?:trial|study)\b",
     "randomised_crossover_trial"),
    (r"\b(?:\w{1,10}-?blind(?:ed)?,? |cluster[- ]|placebo-controlled,? |controlled,? )?"
     r"randomi[sz]ed[\w ,/()-]{0,60}?\b(?:trials?|study)\b|\bRCT\b",
     "randomised_controlled_trial"),
    (r"\b(?:nested )?case[-\u2010\u2013]control (?:study|studies|analysis)\b",
     "case_control_study"),
    (r"\b(?:[\w-]{1,20} )?cohort (?:study|studies|analysis)\b", "cohort_study"),
    (r"\bcross[-\u2010\u2013]sectional (?:study|studies|survey|analysis)\b",
     "cross_sectional_study"),
    (r"\bdiagnostic(?: test)? accuracy study\b", "diagnostic_accuracy_study"),
    (r"\bcase series\b", "case_series"),
    (r"\bcase[-\u2010 ]reports?\b", "case_report"),
)  # fmt: skip
_SAID = tuple((re.compile(words, re.IGNORECASE), design) for words, design in _WORDINGS)
_GUIDELINE = re.compile(r"^(?!.*\bcomment).*\bguidelines?\b", re.IGNORECASE | re.DOTALL)
_REVIEW = re.compile(r"(?:mini[- ]?|narrative |invited )?review(?:[- ]article)?s?", re.IGNORECASE)
_NOT_THE_STUDY = re.compile(
    r"\b(?:secondary|post[- ]hoc|exploratory|subgroup|sub-?study|economic|cost|qualitative"
    r"|ancillary|process evaluation|rationale|comment|reply|letter|erratum|correction)\b"
    r"|(?<!meta)(?<!meta-)(?<!meta )analys[ei]s of (?:the|an?|data|results) ",
    re.IGNORECASE,
)
_WITH_OWN_WORK = {"", "research-article", "review-article", "other", "brief-report",
                  "rapid-communication", "systematic-review", "case-report", "meta-analysis",
                  "clinical-trial", "preprint", "retracted-article"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What an article says of its own kind."""

    kind: Kind
    evidence_type: dict[str, str] | None
    """A design and the article's own words for it; None when it says nothing."""


def said_design(article_type: str, headings: list[str], title: str) -> Said:
    """Return what kind of source an article says it is.

    Args:
        article_type: Its attribute, such as `research-article`; may be empty.
        headings: Its subject headings that name a type of article, not a field of research.
        title: Its title.

    Returns:
        A guideline where type or headings say so, else a study; the design in words that stand
        in the heading, in the type or in the title, tried in this order.

    >>> said_design("research-article", [], "Zelvoprine: a randomised trial").evidence_type
    {'design': 'randomised_controlled_trial', 'wording': 'randomised trial'}
    """
    named = [*headings, article_type]
    for words in named:
        if _GUIDELINE.match(words):
            return Said("guideline", {"design": "clinical_guideline", "wording": words})
    for words in named:
        if found := _named_in(words.replace("-", " ")) or _named_in(words):
            return Said("study", {"design": found.design, "wording": words})
    title = title[:2_000]
    of_own_work = article_type.lower() in _WITH_OWN_WORK and not _NOT_THE_STUDY.search(title)
    if of_own_work and (found := _named_in(title)):
        return Said("study", {"design": found.design, "wording": found.words})
    for words in named:
        if _REVIEW.fullmatch(words):
            return Said("study", {"design": "narrative_review", "wording": words})
    return Said("study", None)


@dataclass(frozen=True, slots=True)
class _Named:
    design: Design
    words: str


def _named_in(words: str) -> _Named | None:
    """The first design that words name."""
    for pattern, design in _SAID:
        if match := pattern.search(words[:2_000]):
            return _Named(design, match[0])
    return None
