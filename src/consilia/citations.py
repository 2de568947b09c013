"""Proofs, claims and numbers: from chosen sentences to what an answer cites."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilia.answer import Checks, Claim, Excluded, Proof, Reference
from consilia.models import FrontMatter, Sentence, digest

VERBATIM_CHECKS = Checks(
    numbers="pass", polarity="pass", population="pass", strength="pass", entities="pass"
)
"""Of a claim that is its quote: it cannot differ from it in any of these."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one claim will say: a sentence as it stands, or other words that rest on sentences."""

    sentences: tuple[Sentence, ...]
    text: str | None = None
    """Words that passed the gates; None for the one sentence as it stands."""
    checks: Checks = VERBATIM_CHECKS

    @property
    def words(self) -> str:
        """What the reader will see."""
        return self.sentences[0].text if self.text is None else self.text


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


def claims_of(statements: Sequence[Statement]) -> tuple[Claim, ...]:
    """Return one claim for each statement, in their order, with numbered citations.

    Args:
        statements: In order of mention.

    Returns:
        Claims `c1`, `c2`, …; a document keeps the number of its first mention.
    """
    numbers = number(s.document for statement in statements for s in statement.sentences)
    return tuple(
        _claim(f"c{place}", statement, numbers) for place, statement in enumerate(statements, 1)
    )


def _claim(id_: str, statement: Statement, numbers: dict[str, int]) -> Claim:
    sentences = statement.sentences
    return Claim(
        id=id_,
        text=statement.words,
        form="verbatim" if statement.text is None else "paraphrase",
        citations=tuple(dict.fromkeys(numbers[s.document] for s in sentences)),
        proofs=tuple(map(proof_of, sentences)),
        checks=statement.checks,
        mark=sentences[0].mark if statement.text is None else None,
        headings=tuple(dict.fromkeys(h for s in sentences for h in s.headings)),
        derived=any(s.derived for s in sentences),
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
        document: n
        for claim in claims
        for document, n in zip(
            dict.fromkeys(p.document for p in claim.proofs), claim.citations, strict=True
        )
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
