"""The table of a README: the headline measures of a run, written between two marks."""

import re
from collections.abc import Sequence
from pathlib import Path

from consilia.errors import ConsiliaError
from eval.measure import Measure
from eval.runs.manifest import RunManifest
from eval.runs.scored import Scored

HEADLINE = {
    "claims-with-proof": "sentences with a proof",
    "answers-that-verify": "answers that the independent checker accepts",
    "recall-at-20-mean-over-cases": "gold sentences among the first 20 found, mean over questions",
    "sections-answered-precision": "answered sections that had an answer to give",
    "sections-answered-recall": "sections with an answer to give that gave one",
    "refusal-recall": "unanswerable questions met with silence",
    "over-refusal": "answerable questions that were not answered",
    "gold-facts-shown": "gold sentences shown",
    "must-have-points-shown": "points shown that an answer must have",
    "follow-ups-with-at-least-one-gold-fact": "follow-ups with a gold sentence",
}
"""Slugs of measures, and what a reader who knows none of them calls them."""
_MARKED = re.compile(r"(<!-- measures -->\n).*?(<!-- end of measures -->)", re.DOTALL)


class HeadlineError(ConsiliaError):
    """A file has no place for the table."""


def headline(manifest: RunManifest, scored: Sequence[Scored]) -> str:
    """Return the headline measures of a run as a Markdown table.

    Raises:
        HeadlineError: The run lacks one of them.
    """
    found = {one.measure.slug: one.measure for one in scored}
    if missing := sorted(HEADLINE.keys() - found.keys()):
        raise HeadlineError(f"the run has no measures {', '.join(missing)}")
    rows = [_row(name, found[slug]) for slug, name in HEADLINE.items()]
    names = ", ".join(f"`{Path(name).name}`" for name in manifest.gold)
    told = f"{manifest.cases} cases with {manifest.questions} questions of {names}:"
    return "\n".join([
        told,
        "",
        "| measure | value | n | 95 % interval |",
        "|---|--:|--:|---|",
        *rows,
    ])


def write_headline(path: Path, table: str) -> None:
    """Put a table between the marks `<!-- measures -->` and `<!-- end of measures -->` of a file.

    Raises:
        HeadlineError: The file cannot be read, or has no such marks.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HeadlineError(f"cannot read {path}: {error}") from error
    written, places = _MARKED.subn(lambda marks: f"{marks[1]}{table}\n{marks[2]}", text)
    if places != 1:
        raise HeadlineError(f"{path} does not have the marks of one table: <!-- measures --> …")
    path.write_text(written, encoding="utf-8")


def _row(name: str, measure: Measure) -> str:
    value = "none" if measure.value is None else f"{measure.value:.1%}".replace("%", " %")
    interval = ""
    if measure.interval:
        interval = f"{measure.interval.low:.1%} to {measure.interval.high:.1%}".replace("%", " %")
    return f"| {name} | {value} | {measure.n:,} | {interval} |"
