"""Whether guardrails tell an emergency from a question: phrasings, patients' questions, gold."""

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from consilia.errors import ConsiliaError
from consilia.guardrails import Screening, screen
from consilia.guardrails.rules import shipped_rules
from eval.cases import DEVELOPMENT, GOLD, TEST, load_cases
from eval.measure import Measure, share
from eval.report import measures_text

PHRASINGS = GOLD / "guardrails"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_KQA = Path("k-qa") / "questions.dev.jsonl"
_EMERGENCIES = frozenset({"EM-01", "EM-02", "EM-03"})
WEIGHED = frozenset({"emergency", "crisis"})
"""Detectors that weigh words."""
Half = Literal["dev", "test"]
Line = TypeVar("Line", bound=BaseModel)


class Phrasing(BaseModel):
    """One way to put an emergency, or a question that only sounds like one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    template: str
    expected: Literal["emergency", "benign"]
    rule: Literal["", "EM-01", "EM-02", "EM-03"]
    level: Literal["", "method"]
    """`method` where a means or a plan of self-harm is stated."""
    text: str


class Wording(BaseModel):
    """What somebody might type, each line in words of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    label: Literal["emergency", "crisis", "none"]
    kind: str
    """`method_or_plan` where a means or a plan of self-harm is stated; else what it is about."""
    text: str


_FILES: dict[type[BaseModel], tuple[str, str]] = {
    Phrasing: (
        "{half}.jsonl",
        "9befcd90f36a144b16864877df567e89e68d64bb3268fc4a875af4520eb2c064",
    ),
    Wording: (
        "words.{half}.jsonl",
        "d13fe0bb633489b1576dfaf30efb89fcaa91761c346dae5125ab4c20e32ce4bc",
    ),
}
"""By form of its lines, the file of each half, and the SHA-256 of the frozen test half. Its
templates are not those of the dev half; its wordings are by an author who saw neither."""


class _Asked(BaseModel):
    """A question of K-QA."""

    Question: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A question without an emergency on which a rule of emergencies fired."""

    source: str
    rules: tuple[str, ...]
    question: str


def run_guardrails(shared: Path | None, *, show_dev: bool = False) -> int:
    """Print the measures; what falls short of the bars is only told.

    Args:
        shared: Folder with `k-qa/questions.dev.jsonl`; None for the one beside the project.
        show_dev: Whether what goes wrong in the dev half is listed.

    Returns:
        The exit status, 0.
    """
    path = (shared or SHARED) / _KQA
    halves: tuple[Half, ...] = ("dev", "test")
    measured = [
        measure for half in halves for measure in of_phrasings(half, lines_of(Phrasing, half))
    ]
    # The weights are learnt from the wordings of the dev half: `python -m eval alarms` tells how
    # they do on those.
    measured += of_wordings(lines_of(Wording, "test"))
    kqa = patients_questions(path) if path.is_file() else ()
    gold = tuple(gold_questions())
    measured.append(share("K-QA: false alarms", (_fired(q) != () for q in kqa), better="lower"))
    for half, of_test in (("dev", False), ("test", True)):
        asked = (q for name, q in gold if (name == TEST.name) == of_test)
        fired = (_fired(q) != () for q in asked)
        measured.append(share(f"gold, {half} files: false alarms", fired, better="lower"))
    lines = [measures_text(measured), *_told(alarms(kqa, gold))]
    if not kqa:
        lines.append(f"K-QA is not at {path}; name the folder of the data with --shared")
    if show_dev:
        lines += _wrong(lines_of(Phrasing, "dev"))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def lines_of(form: type[Line], half: Half) -> tuple[Line, ...]:
    """Return the lines of one half.

    Args:
        form: Phrasings, made of templates, or wordings.
        half: `dev`, which may be tuned on and learnt from, or `test`.

    Returns:
        In the order of the file.

    Raises:
        ConsiliaError: The file cannot be read, or the test half is not the frozen one.
    """
    name, sha256 = _FILES[form]
    path = PHRASINGS / name.format(half=half)
    try:
        content = path.read_bytes()
        found = tuple(form.model_validate_json(line) for line in content.splitlines())
    except (OSError, ValidationError) as error:
        raise ConsiliaError(f"{path} cannot be read: {error}") from error
    if half == "test" and hashlib.sha256(content).hexdigest() != sha256:
        raise ConsiliaError(f"{path} is not the frozen test half; restore it")
    return found


def of_wordings(given: Sequence[Wording]) -> Iterator[Measure]:
    """Measure the test half of the wordings.

    Args:
        given: Its lines.

    Yields:
        Emergencies and crises seen and false alarms, also by patterns alone; which of the two
        messages they get; false alarms on everyday questions of this field.
    """
    patterns = tuple(rule for rule in shipped_rules() if rule.detector not in WEIGHED)
    screened = [(w, screen(w.text)) for w in given]
    alone = [(w, screen(w.text, patterns)) for w in given]
    for label in ("emergency", "crisis"):
        for how, found in ((" by patterns alone", alone), ("", screened)):
            seen = (s.emergency for w, s in found if w.label == label)
            yield share(f"other words: {label} seen{how}", seen)
    crises = [(w, s) for w, s in screened if w.label == "crisis"]
    yield share("other words: crisis, crisis message", (s.crisis for _, s in crises))
    methods = [s for w, s in crises if w.kind == "method_or_plan"]
    yield share("other words: method or plan stated, seen", (s.emergency for s in methods))
    yield share("other words: method or plan stated, crisis message", (s.crisis for s in methods))
    mistaken = (s.crisis for w, s in screened if w.label == "emergency")
    yield share("other words: emergency, crisis message", mistaken, better="lower")
    for how, found in ((" by patterns alone", alone), ("", screened)):
        calm = (s.emergency for w, s in found if w.label == "none")
        yield share(f"other words: false alarms{how}", calm, better="lower")
    everyday = (s.emergency for w, s in screened if w.kind == "everyday_neuro")
    yield share("other words: false alarms, everyday questions", everyday, better="lower")


def of_phrasings(half: Half, given: Sequence[Phrasing]) -> Iterator[Measure]:
    """Measure one half.

    Args:
        half: Its name.
        given: Its phrasings.

    Yields:
        Recall of emergencies, of stated methods, of each rule; false alarms and refusals of what
        is benign.
    """
    screened = [(phrasing, screen(phrasing.text)) for phrasing in given]
    urgent = [(p, s) for p, s in screened if p.expected == "emergency"]
    calm = [s for p, s in screened if p.expected == "benign"]
    yield share(f"{half}: emergency recall", (s.emergency for _, s in urgent))
    methods = (s.crisis for p, s in urgent if p.level == "method")
    yield share(f"{half}: method or plan stated, crisis message", methods)
    for rule in sorted({p.rule for p, _ in urgent}):
        seen = (s.emergency for p, s in urgent if p.rule == rule)
        yield share(f"{half}: {rule} phrasings seen", seen)
    yield share(f"{half}: false alarms", (s.emergency for s in calm), better="lower")
    yield share(f"{half}: benign, refused", (s.refused for s in calm), better="lower")


def patients_questions(path: Path) -> tuple[str, ...]:
    """Return the questions of K-QA.

    Raises:
        ConsiliaError: The file cannot be read, or is malformed.
    """
    lines = TypeAdapter(_Asked)
    try:
        content = path.read_bytes()
        return tuple(lines.validate_json(line).Question for line in content.splitlines() if line)
    except (OSError, ValidationError) as error:
        raise ConsiliaError(f"{path} cannot be read: {error}") from error


def gold_questions() -> Iterator[tuple[str, str]]:
    """Yield file and words of each gold question that carries no emergency."""
    cases = ((path.name, case) for path in (*DEVELOPMENT, TEST) for case in load_cases(path))
    for name, case in cases:
        calm = (turn.user for turn in case.steps() if turn.expected in {"answer", "abstain"})
        yield from ((name, question) for question in calm)


def alarms(kqa: Iterable[str], gold: Iterable[tuple[str, str]]) -> Iterator[Alarm]:
    """Yield the false alarms; of the test half of the gold cases without their words."""
    asked = [("K-QA", question) for question in kqa]
    for source, question in [*asked, *gold]:
        if rules := _fired(question):
            shown = "" if source == TEST.name else question
            yield Alarm(source, rules, shown)


def _fired(question: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(d.rule for d in screen(question).decisions if d.rule in _EMERGENCIES)
    )


def _told(found: Iterable[Alarm]) -> Iterator[str]:
    hidden: Counter[str] = Counter()
    for alarm in found:
        if alarm.question:
            yield f"{alarm.source}: {', '.join(alarm.rules)}: {alarm.question}"
        else:
            hidden[alarm.source] += 1
    for source, count in hidden.items():
        yield f"{source}: {count} more, not shown"


def _wrong(given: Iterable[Phrasing]) -> Iterator[str]:
    for phrasing in given:
        screening = screen(phrasing.text)
        if not _is_right(phrasing, screening):
            yield f"{phrasing.id} {phrasing.template} {phrasing.rule}: {phrasing.text}"


def _is_right(phrasing: Phrasing, screening: Screening) -> bool:
    if phrasing.expected == "benign":
        return not (screening.emergency or screening.refused)
    return screening.crisis if phrasing.level == "method" else screening.emergency
