"""An answer as HTML: every text escaped, every link a reference's own https address.

Nothing here needs a browser or gradio. The result is one line without blank lines, since the
chat reads messages as Markdown, in which a blank line would end a block of HTML.
"""

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from consilia.answer import (
    Abstention,
    Answer,
    AnswerSection,
    Claim,
    Conflict,
    Miss,
    Proof,
    Reference,
    ReviewStatus,
)
from consilia.glossary import Entry, Glossary
from consilia.models import Kind
from consilia.rendering import is_link, place_note, standing_note
from consilia.wording import (
    EXCLUDED_NOTE,
    EXCLUDED_TITLE,
    INTERPRETED,
    LEAD_INS,
    MARK_TITLES,
    REVIEW_BANNER,
    reading_note,
)

if TYPE_CHECKING:
    from consilia.surroundings import Surroundings

REVIEW_STEPS: dict[ReviewStatus, str] = {
    "submitted": "Submitted",
    "under_review": "Under Review",
    "approved": "Approved",
}
REFERENCE_TITLES: dict[Kind, str] = {
    "guideline": "Guideline",
    "label": "FDA drug label",
    "study": "Research",
    "reference": "Reference",
}
IDENTIFIER_NAMES = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID", "setid": "Set ID"}
QUIET_ACTIONS = frozenset({"notice", "strip"})
"""Guardrail actions that raise no alarm; what was stripped is told by a notice of its own."""
SHOWN_ELSEWHERE = frozenset({"interpreted"})
"""Codes of notices that the head of the page tells already."""
GLUE = "&#8288;"
"""A word joiner: a number is not parted from its sentence at the end of a line."""
QUIET_STANDINGS = frozenset({"current", "unknown"})


@dataclass(frozen=True, slots=True)
class Context:
    """What the parts of one answer's page share."""

    answer: Answer
    surroundings: Callable[[Proof], "Surroundings"]
    anchor: str
    """In front of each id of the page, since a chat shows several answers on one page."""

    def reference(self, number: int) -> Reference:
        """Return the reference with this number; each number of a claim has one."""
        return next(r for r in self.answer.references if r.number == number)

    def claims(self, ids: Iterable[str]) -> list[Claim]:
        """Return the claims with these ids, in their order."""
        return [self.answer.claim(claim_id) for claim_id in ids]


def answer_html(
    answer: Answer,
    *,
    surroundings: Callable[[Proof], "Surroundings"],
    glossary: Glossary,
    answered_on: date,
    anchor: str = "a1",
) -> str:
    """Return the page of an answer.

    Args:
        answer: What is shown.
        surroundings: Gives the text around a proof.
        glossary: Its definitions explain the terms of the claims.
        answered_on: The day on which the answer was made.
        anchor: An identifier, unique among the answers on one page.

    Returns:
        Escaped HTML on one line.
    """
    context = Context(answer, surroundings, anchor)
    parts = [
        _head(answer),
        _alerts(answer),
        _review(answer, answered_on) if answer.sections or answer.claims else "",
        *(_section(context, section) for section in answer.sections),
        _omissions(context),
        _conflicts(context),
        _excluded(answer),
        _references(context),
        _terms(answer, glossary),
    ]
    disclaimer = f'<p class="disclaimer">{_exact(answer.disclaimer)}</p>'
    return f'<div class="consilia answer">{"".join(parts)}{disclaimer}</div>'


def question_html(question: str) -> str:
    """Return a question as the reader asked it."""
    return f'<div class="consilia asked">{_text(question)}</div>'


def problem_html(message: str) -> str:
    """Return what is shown in place of an answer when a question could not be answered."""
    return (
        '<div class="consilia problem"><p><strong>This could not be answered.</strong>'
        f" {_text(message)}</p><p>Your question is still in the box below.</p></div>"
    )


def _text(value: object) -> str:
    return html.escape(" ".join(str(value).split()))


def _exact(value: str) -> str:
    """Return text that a browser reads back byte for byte, and still on one line."""
    return html.escape(value).replace("\n", "&#10;").replace("\r", "&#13;")


def _tag(name: str, words: object, css: str = "") -> str:
    """Return an element with escaped words, or nothing when there are none."""
    attribute = f' class="{css}"' if css else ""
    return f"<{name}{attribute}>{_text(words)}</{name}>" if str(words).strip() else ""


def _rows(rows: Iterable[tuple[str, str]], css: str) -> str:
    """Return names with their values, which are HTML; those without a value are left out."""
    filled = "".join(f"<dt>{_text(name)}</dt><dd>{value}</dd>" for name, value in rows if value)
    return f'<dl class="{css}">{filled}</dl>' if filled else ""


def _disclosure(title: str, body: str, css: str, *, opened: bool = False) -> str:
    state = " open" if opened else ""
    return f'<details class="{css}"{state}><summary>{_text(title)}</summary>{body}</details>'


def _head(answer: Answer) -> str:
    title = _tag("h2", answer.question, "question")
    if answer.standalone_question == answer.question:
        return title
    interpreted = INTERPRETED.format(question=answer.standalone_question)
    return title + _tag("p", interpreted, "interpreted")


def _alerts(answer: Answer) -> str:
    loud = [d.message for d in answer.guardrails if d.action not in QUIET_ACTIONS]
    quiet = [d.message for d in answer.guardrails if d.action == "notice"]
    told = [notice.text for notice in answer.notices if notice.code not in SHOWN_ELSEWHERE]
    notices = dict.fromkeys([*told, *quiet])
    alerts = [f'<div class="alert">{_text(m)}</div>' for m in dict.fromkeys(loud)]
    return "".join([*alerts, *(_tag("p", text, "notice") for text in notices if text not in loud)])


def _review(answer: Answer, answered_on: date) -> str:
    status = answer.review.status
    banner = "" if status == "approved" else _tag("p", REVIEW_BANNER, "banner")
    reached = list(REVIEW_STEPS).index(status)
    steps = []
    for place, (step, title) in enumerate(REVIEW_STEPS.items()):
        css = "done" if place < reached or status == "approved" else "todo"
        # The chat strips ARIA attributes, so what is current is told in words.
        told = _tag("span", "Review status: ", "unseen") if step == status else ""
        steps.append(f'<li class="{"now" if told else css}">{told}{title}</li>')
    dates = _rows(
        [
            ("Last updated", _text(answer.last_updated or "")),
            ("Answered on", answered_on.isoformat()),
        ],
        "dates",
    )
    lead_in = _tag("p", LEAD_INS[answer.audience], "lead-in")
    return (
        f'{banner}<div class="review"><ol class="steps">{"".join(steps)}</ol>{dates}</div>{lead_in}'
    )


def _section(context: Context, section: AnswerSection) -> str:
    body = ""
    if section.headline:
        body += f'<div class="headline">{_claim(context, context.answer.claim(section.headline))}'
        body += "</div>"
    for group in section.groups:
        claims = context.claims(c for c in group.claims if c != section.headline)
        body += _tag("h4", group.heading) + _bullets(context, claims) if claims else ""
    if section.abstention:
        body += _abstention(context, section.abstention)
    return f'<div class="section">{_tag("h3", section.title)}{body}</div>' if body else ""


def _bullets(context: Context, claims: Iterable[Claim]) -> str:
    bullets = "".join(f"<li>{_claim(context, claim)}</li>" for claim in claims)
    return f'<ul class="claims">{bullets}</ul>'


def _claim(context: Context, claim: Claim) -> str:
    references = [context.reference(number) for number in dict.fromkeys(claim.citations)]
    tags = [
        _tag("span", MARK_TITLES[claim.mark], f"tag {claim.mark}") if claim.mark else "",
        _tag("span", "derived", "tag derived") if claim.derived else "",
        _tag("span", "reworded", "tag reworded") if claim.form == "paraphrase" else "",
        *(_standing(reference) for reference in references),
    ]
    places = (place_note(claim, reference) for reference in references)
    strengths = dict.fromkeys([*filter(None, places), *(r.strength for r in references)])
    citations = "".join(_citation(context, claim, reference) for reference in references)
    return (
        f'<div class="claim">{"".join(tags)}<span class="words">{_text(claim.text)}</span>'
        f"{GLUE}{citations}{_tag('small', '; '.join(filter(None, strengths)), 'strength')}</div>"
    )


def _standing(reference: Reference) -> str:
    quiet = reference.standing in QUIET_STANDINGS
    return "" if quiet else _tag("span", reference.standing, "tag standing")


def _citation(context: Context, claim: Claim, reference: Reference) -> str:
    """Return a number that opens the words which the claim takes from this reference."""
    proofs = [proof for proof in claim.proofs if proof.document == reference.document]
    passages = "".join(_passage(context.surroundings(proof), proof.page) for proof in proofs)
    facts = _rows(
        [
            ("Strength", _text(reference.strength)),
            ("Population", _population(reference)),
            ("Standing", _text(standing_note(reference))),
            ("Review due by", _text(reference.review_by or "")),
        ],
        "facts",
    )
    note = _tag("p", reading_note(reference.reading, reference.read_level), "reading")
    target = f"#{html.escape(context.anchor)}-ref-{reference.number}"
    link = f'<p class="onward"><a href="{target}">Reference {reference.number}</a></p>'
    return (
        f'<details class="cite"><summary><sup>[{reference.number}]</sup></summary>'
        f'<div class="source">{passages}{note}{facts}{link}</div></details>'
    )


def _passage(where: "Surroundings", page: int | None) -> str:
    parts = (where.title, *where.headings, *([f"page {page}"] if page else []))
    place = _tag("p", " \u203a ".join(parts), "place")
    words = (_text(where.before), f"<mark>{_text(where.quote)}</mark>", _text(where.after))
    return f'{place}<p class="passage">{" ".join(part for part in words if part)}</p>'


def _population(reference: Reference) -> str:
    text = reference.population.get("text")
    included = reference.population.get("include")
    if text or not isinstance(included, list | tuple):
        return _text(text or "")
    return _text(", ".join(map(str, included)))


def _abstention(context: Context, abstention: Abstention) -> str:
    misses = "".join(f"<li>{_miss(context, miss)}</li>" for miss in abstention.nearest)
    nearest = f'<ul class="claims">{misses}</ul>'
    title = f"Nearest sentences, and what each lacks ({len(abstention.nearest)})"
    return (
        f'<p class="silent">{_text(abstention.text)}</p>{_tag("p", abstention.reason, "reason")}'
        + (_disclosure(title, nearest, "misses") if misses else "")
    )


def _miss(context: Context, miss: Miss) -> str:
    proof = Proof(miss.document, miss.version, miss.start, miss.end, miss.quote, miss.quote_sha256)
    missing = f"Lacks: {', '.join(miss.missing)}" if miss.missing else ""
    return (
        _tag("span", miss.quote, "words")
        + _tag("small", context.surroundings(proof).title, "strength")
        + _tag("small", missing, "missing")
    )


def _omissions(context: Context) -> str:
    if not context.answer.omissions:
        return ""
    claims = [replace(context.answer.claim(o.claim), mark=o.mark) for o in context.answer.omissions]
    title = _tag("h3", "Not used above, but on the topic")
    return f'<div class="section omissions">{title}{_bullets(context, claims)}</div>'


def _conflicts(context: Context) -> str:
    if not context.answer.conflicts:
        return ""
    conflicts = "".join(_conflict(context, conflict) for conflict in context.answer.conflicts)
    return f'<div class="section conflicts">{_tag("h3", "Where sources differ")}{conflicts}</div>'


def _conflict(context: Context, conflict: Conflict) -> str:
    sides = "".join(
        f'<div class="side">{"".join(_claim(context, c) for c in context.claims(side))}</div>'
        for side in conflict.sides
    )
    return f'{_tag("p", conflict.note, "note")}<div class="sides">{sides}</div>'


def _excluded(answer: Answer) -> str:
    if not answer.excluded:
        return ""
    items = ""
    for source in answer.excluded:
        why = _tag("small", standing_note(source), "missing")
        items += f"<li>{_tag('span', source.title, 'words')}{why}</li>"
    title = _tag("h3", EXCLUDED_TITLE) + _tag("p", EXCLUDED_NOTE, "note")
    return f'<div class="section excluded">{title}<ul class="claims">{items}</ul></div>'


def _references(context: Context) -> str:
    body = ""
    for kind, title in REFERENCE_TITLES.items():
        entries = [r for r in context.answer.references if r.kind == kind]
        items = "".join(_reference(context, reference) for reference in entries)
        body += f'{_tag("h4", title)}<ul class="entries">{items}</ul>' if items else ""
    return f'<div class="section references"><h3>References</h3>{body}</div>' if body else ""


def _reference(context: Context, reference: Reference) -> str:
    printed = (reference.authors, reference.venue, reference.year)
    source = ". ".join(str(part).rstrip(".") for part in printed if part)
    identifiers = _dotted(
        f"{IDENTIFIER_NAMES.get(name, name)} {number}"
        for name, number in reference.identifiers.items()
    )
    note = reading_note(reference.reading, reference.read_level)
    due = f"review due by {reference.review_by}" if reference.review_by else ""
    known = _dotted([reference.strength, f"standing: {standing_note(reference)}", due, note])
    return (
        f'<li id="{html.escape(context.anchor)}-ref-{reference.number}">'
        f'<span class="number">[{reference.number}]</span><div>{_tag("strong", reference.title)}'
        f"{_tag('p', f'{source}.' if source else '')}{_tag('p', identifiers)}"
        f"{_link(reference.url)}{_tag('small', known, 'strength')}"
        "</div></li>"
    )


def _dotted(parts: Iterable[str]) -> str:
    return " \u00b7 ".join(part for part in parts if part)


def _link(url: str | None) -> str:
    if not url:
        return ""
    if not is_link(url):
        return _tag("p", url)
    address = html.escape(url)
    return f'<p><a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a></p>'


def _terms(answer: Answer, glossary: Glossary) -> str:
    entries = _explained(answer, glossary)
    if not entries:
        return ""
    rows = _rows(((e.term, _definition(e)) for e in entries), "terms")
    return _disclosure("Terms", rows, "section glossary", opened=answer.audience == "patient")


def _definition(entry: Entry) -> str:
    source = f"knowledge base, {entry.definition_document_key}"
    return _text(entry.definition) + (
        " " + _tag("small", source, "strength") if entry.definition_document_key else ""
    )


def _explained(answer: Answer, glossary: Glossary) -> list[Entry]:
    """Return the entries with a definition whose names stand in a claim, by term."""
    names = {token.name for claim in answer.claims for token in glossary.read(claim.text)}
    entries = [glossary.by_concept[name] for name in names if name in glossary.by_concept]
    return sorted((e for e in entries if e.definition), key=lambda entry: entry.term.lower())
