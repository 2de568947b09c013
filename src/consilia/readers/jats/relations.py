"""What other publications are to an article, and how it stands by its own record."""

import re
from collections.abc import Iterator

from consilia.models import RelationType
from consilia.readers.bodies import clean
from consilia.readers.jats.identifiers import LINKS, identifier
from consilia.readers.jats.wording import XLINK
from consilia.readers.safe_xml import Element, local_name, text_of

_RELATIONS: dict[str, RelationType] = {
    "retracted-article": "retraction_of",
    "partial-retraction": "retraction_of",
    "retraction": "retracted_by",
    "retraction-forward": "retracted_by",
    "corrected-article": "correction_of",
    "correction": "corrected_by",
    "correction-forward": "corrected_by",
    "erratum": "corrected_by",
    "object-of-concern": "concern_about",
    "concern-forward": "concern_raised_by",
    "expression-of-concern": "concern_raised_by",
    "expression-of-concern-forward": "concern_raised_by",
    "updated-article": "update_of",
    "update": "updated_by",
    "update-forward": "updated_by",
    "republished-article": "update_of",
    "republication": "updated_by",
    "commentary-article": "comment_on",
    "commentary": "commented_by",
    "letter": "commented_by",
    "reinstatement": "reinstated_by",
}
_STANDING = {
    "retracted-article": "retracted",
    "withdrawn-article": "withdrawn",
    "preprint": "preprint",
}
_STANDING_IN_TITLE = re.compile(
    r"\W*(retracted|withdrawn)(?: article| paper)?(?:\s*[\]):]|\s+[-\u2013\u2014]\s)", re.I
)


def relations_of(article: Element) -> Iterator[dict[str, object]]:
    """Yield the fields of a `Relation` for each publication that the record relates to this one."""
    for element in article.iter():
        if local_name(element) != "related-article" or _is_of_another(element):
            continue
        kind = (element.get("related-article-type") or "").lower()
        link = LINKS.get((element.get("ext-link-type") or "doi").lower())
        number = link and identifier(link, element.get(f"{XLINK}href") or "")
        yield {
            "type": _RELATIONS.get(kind, "other"),
            "identifiers": {link: number} if link and number else {},
            "text": clean(text_of(element)) or ("" if kind in _RELATIONS else kind),
        }


def _is_of_another(element: Element) -> bool:
    return any(
        local_name(above) in {"sub-article", "response", "ref"} for above in element.iterancestors()
    )


def standing_of(article_type: str, title: str, relations: list[dict[str, object]]) -> str | None:
    """Return how the record itself says that the article stands; None when it says nothing."""
    types = {relation["type"] for relation in relations}
    in_title = _STANDING_IN_TITLE.match(title)
    if "retracted_by" in types:
        return "retracted"
    if in_title and "retraction_of" not in types:
        return in_title[1].lower()
    if "concern_raised_by" in types:
        return "concern"
    return _STANDING.get(article_type.lower())
