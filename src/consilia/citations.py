"""Proofs, claims and numbers: from chosen sentences to what an answer cites."""

from collections.abc import Iterable, Sequence

from consilia.answer import Checks, Claim, Excluded, Proof, Reference
from consilia.models import FrontMatter, Sentence, digest

_VERBATIM_CHECKS = Checks(numbers="pass", polarity="pass", population="pass", strength="pass")
"""Of a claim that is its quote: it cannot differ from it in any of these."""


def number(documents: Iterable[str]) -> dict[str, int]:
    """Number document ids from 1, in the order in which they are first cited.

    Args:
        documents: Document ids as cited, repeats allowed.

    Returns:
        One entry for each id, in order of first mention.

    >>> number(["b", "a", "b"])
    {'b': 1, 'a': 2}
    """
    return {document: n for n, document in enumerate(dict.fromkeys(documents), start=1)}


def proof_of(sentence: Sentence) -> Proof:
    """Return the proof that a sentence is."""
    return Proof(
        document=sentence.document,
        version=sentence.version,
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
        quote_sha256=digest(sentence.text.encode()),
        page=sentence.page,
    )


def claims_of(sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
    """Return one verbatim claim for each sentence, in their order, with numbered citations.

    Args:
        sentences: In order of mention, each once.

    Returns:
        Claims `c1`, `c2`, …; a document keeps the number of its first mention.
    """
    numbers = number(sentence.document for sentence in sentences)
    return tuple(
        Claim(
            id=f"c{place}",
            text=sentence.text,
            form="verbatim",
            citations=(numbers[sentence.document],),
            proofs=(proof_of(sentence),),
            checks=_VERBATIM_CHECKS,
            mark=sentence.mark,
            headings=sentence.headings,
            derived=sentence.derived,
        )
        for place, sentence in enumerate(sentences, start=1)
    )


def references_of(
    claims: Sequence[Claim], sources: dict[str, FrontMatter]
) -> tuple[Reference, ...]:
    """Return the numbered reference of each document that the claims cite, 1 to n.

    Args:
        claims: With numbered citations.
        sources: Front matter by document id.

    Returns:
        References in the order of their numbers.
    """
    numbers = {
        proof.document: n
        for claim in claims
        for proof, n in zip(claim.proofs, claim.citations, strict=True)
    }
    return tuple(
        _reference(n, sources[document])
        for document, n in sorted(numbers.items(), key=lambda item: item[1])
    )


def _reference(number_: int, source: FrontMatter) -> Reference:
    return Reference(
        number=number_,
        document=source.id,
        kind=source.kind,
        title=source.title,
        authors=source.authors,
        venue=source.journal or source.issuer,
        year=source.year,
        identifiers=dict(source.identifiers),
        url=source.url,
        standing=source.standing,
        standing_source=source.standing_source,
        standing_date=source.standing_date,
        review_by=source.review_by,
        reading=source.reading,
        read_level=source.read_level,
        evidence_type=source.evidence_type.model_dump() if source.evidence_type else None,
        sample_size=source.sample_size,
        population={
            "include": list(source.population.include),
            "exclude": list(source.population.exclude),
            "text": source.population.text,
        },
    )


def excluded_of(sources: Iterable[FrontMatter]) -> tuple[Excluded, ...]:
    """Return an entry for each source that is on the topic and never used, each once."""
    return tuple(
        Excluded(
            document=source.id,
            title=source.title,
            identifiers=dict(source.identifiers),
            standing=source.standing,
            standing_source=source.standing_source,
            standing_date=source.standing_date,
        )
        for source in {source.id: source for source in sources}.values()
    )


def last_updated(sources: Iterable[FrontMatter]) -> str | None:
    """Return the newest date among sources: of each `revised`, else `published`, else `year`.

    Returns:
        ISO text at its recorded precision, or None when no source has a date.
    """
    dates = [s.revised or s.published or (str(s.year) if s.year else "") for s in sources]
    return max(filter(None, dates), default=None)
