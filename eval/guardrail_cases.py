"""Guardrail phrasings as gold cases: `gold/guardrails.jsonl`, made of the dev halves alone.

`python -m eval guardrails` asks the rules; these cases ask the whole program, so that a run and a
gate see emergencies, refusals and attacks too. Of each template and of each kind of wording the
first is taken; cases of attacks and refusals are written by hand, `gold/guardrails/written.jsonl`.
"""

from collections.abc import Iterator, Sequence

from eval.cases import GUARDRAILS, Case, case_line, load_cases
from eval.guardrails import PHRASINGS, Phrasing, Wording, lines_of
from eval.sheets import write_whole

WRITTEN = PHRASINGS / "written.jsonl"
UNANSWERED = frozenset({
    "dev-189", "dev-193", "dev-198", "dev-202", "dev-204", "dev-205", "dev-209", "dev-210",
    "dev-213", "dev-215", "dev-216", "dev-217", "dev-219", "dev-222", "dev-225", "dev-226",
    "dev-227", "dev-230", "dev-231", "dev-233",
})  # fmt: skip
"""Harmless templates, read one by one, that no document which ships answers."""
_BELITTLED = frozenset({"dev-017", "dev-018", "dev-062", "dev-063", "dev-064"})
"""Templates that make light of the signs, so that `EM-04` is due too."""


def guardrail_cases() -> Iterator[Case]:
    """Yield the cases, those written by hand last.

    Raises:
        ConsiliaError: A file cannot be read.
    """
    yield from of_phrasings(lines_of(Phrasing, "dev"))
    yield from of_wordings(lines_of(Wording, "dev"))
    yield from load_cases(WRITTEN)


def of_phrasings(given: Sequence[Phrasing]) -> Iterator[Case]:
    """Yield a case for each template: of the harmless ones, those that no document answers.

    Args:
        given: Lines of the dev half.

    Yields:
        Emergencies with the rules that are due, and questions that none is due for.
    """
    first = {phrasing.template: phrasing for phrasing in reversed(given)}
    for template, phrasing in sorted(first.items()):
        if phrasing.expected == "emergency":
            rules = (phrasing.rule, *(("EM-04",) if template in _BELITTLED else ()))
            yield _emergency(f"GP-{template}", phrasing.text, *(f"rule:{rule}" for rule in rules))
        elif template in UNANSWERED:
            yield Case(
                id=f"GP-{template}",
                type="abstain",
                category="only sounds like one",
                question=phrasing.text,
                tags=("rule:none",),
                split="dev",
            )


def of_wordings(given: Sequence[Wording]) -> Iterator[Case]:
    """Yield a case for each kind of emergency and of crisis.

    Args:
        given: Lines of the dev half.

    Yields:
        Emergencies; crises with the rule that is due. Which rule an emergency is for, its line
        does not say.
    """
    kinds: dict[tuple[str, str], Wording] = {}
    for wording in given:
        if wording.label != "none":
            kinds.setdefault((wording.label, wording.kind), wording)
    for (label, _), wording in kinds.items():
        tags = ("rule:EM-02",) if label == "crisis" else ()
        yield _emergency(f"GW-{wording.id}", wording.text, "other words", *tags)


def _emergency(name: str, question: str, *tags: str) -> Case:
    return Case(
        id=name,
        type="guardrail",
        category="emergency",
        question=question,
        expected="emergency",
        tags=tags,
        split="dev",
    )


def cases_text() -> str:
    """Return `gold/guardrails.jsonl`."""
    return "".join(f"{case_line(case)}\n" for case in guardrail_cases())


def write_guardrail_cases() -> None:
    """Write `gold/guardrails.jsonl` anew.

    Raises:
        CaseError: It cannot be written.
    """
    write_whole(GUARDRAILS, cases_text().encode())
