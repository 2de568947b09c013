"""An answer as Markdown, for terminals, files and other tools."""

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from consilia import wording

if TYPE_CHECKING:
    from consilia.answer import Answer, AnswerSection, Claim, Excluded, Reference

# What CommonMark could take for markup: emphasis, code, links, HTML, entities, list and heading
# signs where a line starts.
_SPECIAL = re.compile(
    r"[\\`*\[\]<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)|~(?=~)|^(?:[#+=|~-]|\d+(?=[.)]))"
    # GitHub's Markdown makes links of bare addresses, and so of any that a source prints.
    r"|:(?=//)|(?<=:)/(?=/)|(?<=\bwww)\.|(?<=\w)@(?=\w)|(?<=\bmailto):|(?<=\bxmpp):",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?"
)
_KIND_TITLES = {
    "guideline": "Guidelines",
    "label": "FDA drug labels",
    "study": "Research",
    "reference": "Reference works",
}
_STEPS = (("submitted", "Submitted"), ("under_review", "Under Review"), ("approved", "Approved"))


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is: no markup, no link, no control character.

    >>> escaped("HLA-B*1502 <img>")
    'HLA-B\\*1502 \\<img\\>'
    """
    words = "".join(c if unicodedata.category(c)[0] != "C" else " " * (c in "\n\t") for c in text)
    return _SPECIAL.sub(lambda found: _backslashed(found[0]), " ".join(words.split()))


def is_link(url: str | None) -> bool:
    """Tell whether an address may become a link: https, no user, and nothing that needs escaping.

    >>> is_link("https://doi.org/10.1000/182"), is_link("javascript:alert(1)")
    (True, False)
    """
    return _LINK.fullmatch(url or "") is not None


def _backslashed(sign: str) -> str:
    """A number that would start a list keeps its digits: the sign behind it is escaped."""
    return f"{sign}\\" if sign[0].isdigit() else f"\\{sign}"


def to_markdown(answer: "Answer") -> str:
    """Return an answer as Markdown: citations as `[1]`, reference list, disclaimer last."""
    return "\n\n".join(block for block in _blocks(answer) if block) + "\n"


def _blocks(answer: "Answer") -> Iterator[str]:
    yield f"# {escaped(answer.question)}"
    for decision in answer.guardrails:
        if decision.action in {"emergency", "crisis", "refuse"}:
            yield f"**{escaped(decision.message)}**"
    for notice in answer.notices:
        yield f"*{escaped(notice.text)}*"
    for decision in answer.guardrails:
        if decision.action == "notice":
            yield f"*{escaped(decision.message)}*"
    yield _status_line(answer)
    if answer.claims:
        yield wording.LEAD_INS[answer.audience]
    for section in answer.sections:
        yield from _section(answer, section)
    yield from _beside(answer)
    yield from _references(answer)
    yield f"---\n\n{answer.disclaimer}"


def _status_line(answer: "Answer") -> str:
    steps = " → ".join(
        f"**{title}**" if name == answer.review.status else title for name, title in _STEPS
    )
    updated = f" · Last updated: {escaped(answer.last_updated)}" if answer.last_updated else ""
    banner = "" if answer.review.status == "approved" else f"\n\n{wording.REVIEW_BANNER}"
    return f"Review: {steps}{updated}{banner}"


def _section(answer: "Answer", section: "AnswerSection") -> Iterator[str]:
    if not section.groups and section.abstention is None:
        return
    yield f"## {escaped(section.title)}"
    if section.abstention:
        yield escaped(f"{section.abstention.text} {section.abstention.reason}")
        return
    if section.headline:
        yield f"**{_sentence(answer, answer.claim(section.headline))}**"
    for group in section.groups:
        rest = [claim for claim in group.claims if claim != section.headline]
        if rest:
            lines = [f"- {_sentence(answer, answer.claim(claim))}" for claim in rest]
            yield f"### {escaped(group.heading)}"
            yield "\n".join(lines)


def _sentence(answer: "Answer", claim: "Claim") -> str:
    numbers = "".join(f"[{number}]" for number in claim.citations)
    sources = [answer.references[number - 1] for number in claim.citations]
    tags = [wording.MARK_TITLES[claim.mark]] if claim.mark else []
    tags += ["reworded"] if claim.form == "paraphrase" else []
    tags += [f"page {proof.page}" for proof in claim.proofs[:1] if proof.page]
    tags += filter(None, dict.fromkeys(place_note(claim, source) for source in sources))
    tags += ["our inference from the source"] if claim.derived else []
    tags += filter(None, dict.fromkeys(source.strength for source in sources))
    return f"{escaped(claim.text)} {numbers}" + (f" ({escaped('; '.join(tags))})" if tags else "")


def _beside(answer: "Answer") -> Iterator[str]:
    if answer.omissions:
        yield f"## {wording.OMISSIONS_TITLE}"
        yield "\n".join(
            f"- {_sentence(answer, answer.claim(omission.claim))}" for omission in answer.omissions
        )
    if answer.conflicts:
        yield "## Where sources differ"
    for conflict in answer.conflicts:
        yield escaped(conflict.note)
        yield "\n".join(
            f"- {_sentence(answer, answer.claim(claim))}"
            for side in conflict.sides
            for claim in side
        )


def place_note(claim: "Claim", source: "Reference") -> str:
    """Return the headings above a sentence of a source's own words; empty for a summary of ours.

    A sentence of a label or guideline may hold for the patients of its section alone.
    """
    return " > ".join(claim.headings) if source.reading == "source_text" else ""


def standing_note(source: "Reference | Excluded") -> str:
    """Return where a source stands, who says so and since when."""
    details = ", ".join(filter(None, (source.standing_source, source.standing_date)))
    return f"{source.standing} ({details})" if details else source.standing


def _excluded(excluded: "Excluded") -> str:
    identifiers = ", ".join(f"{k} {v}" for k, v in sorted(excluded.identifiers.items()))
    named = f"{excluded.title} ({identifiers})" if identifiers else excluded.title
    return f"- {escaped(f'{named}: {standing_note(excluded)}')}"


def _references(answer: "Answer") -> Iterator[str]:
    if answer.excluded:
        yield f"## {wording.EXCLUDED_TITLE}"
        yield wording.EXCLUDED_NOTE
        yield "\n".join(map(_excluded, answer.excluded))
    if not answer.references:
        return
    yield "## References"
    for kind, title in _KIND_TITLES.items():
        lines = [_reference(r) for r in answer.references if r.kind == kind]
        if lines:
            yield f"### {title}"
            yield "\n".join(lines)


def _reference(reference: "Reference") -> str:
    identifiers = ", ".join(f"{k} {v}" for k, v in sorted(reference.identifiers.items()))
    parts = [
        reference.authors,
        reference.title,
        reference.venue,
        str(reference.year) if reference.year else None,
        identifiers,
        reference.strength,
        str(reference.population["text"]),
        f"standing: {standing_note(reference)}",
        f"review due by {reference.review_by}" if reference.review_by else None,
        wording.reading_note(reference.reading, reference.read_level),
    ]
    text = escaped(". ".join(part.rstrip(".") for part in parts if part)) + "."
    link = ""
    if reference.url:
        link = f" <{reference.url}>" if is_link(reference.url) else f" {escaped(reference.url)}"
    return f"- [{reference.number}] {text}{link}"
