"""`python -m eval model`: gold questions with a language model, every claim rechecked."""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from consilia import Assistant
from consilia.answer import Answer
from consilia.errors import SettingsError
from consilia.language_models import Usage
from consilia.settings import read_settings
from eval.cases import STARTER, Case, load_cases
from eval.costs import Prices
from eval.recheck import blamed

_COUNTED = re.compile(r"(\d+)[,.]")
_NAMES = ("reworded", "replaced", "dropped", "left out")


@dataclass(slots=True)
class Told:
    """What came of the questions."""

    questions: int = 0
    answered: int = 0
    claims: int = 0
    by_form: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    """Of claims as the model wrote them, as the notices tell: reworded, replaced, dropped."""
    blamed: list[str] = field(default_factory=list)

    def add(self, answer: Answer, kb: Path) -> None:
        """Count an answer."""
        self.questions += 1
        self.answered += answer.status == "answered"
        self.claims += len(answer.claims)
        self.by_form.update(claim.form for claim in answer.claims)
        self.blamed += blamed(answer, kb)
        for notice in answer.notices:
            if notice.code.startswith("model_"):
                self.notices[notice.code] += 1
            if notice.code == "model_arranged":
                numbers = map(int, _COUNTED.findall(notice.text.partition("Claims")[2]))
                self.counts.update(dict(zip(_NAMES, numbers, strict=True)))

    def lines(self) -> Iterable[str]:
        """Yield what is printed."""
        asked = sum(self.notices.values())
        fell_back = asked - self.notices["model_arranged"]
        yield f"{self.questions} questions, {self.answered} answered, {asked} with the model"
        yield f"{self.claims} claims shown: {dict(self.by_form)}"
        yield f"claims as written: {dict(self.counts)}"
        yield f"answers made without the model: {fell_back} of {asked}: {dict(self.notices)}"
        yield f"claims shown that fail the recheck: {len(self.blamed)}"
        yield from self.blamed


def run_model(
    files: tuple[Path, ...], kb: Path | None, limit: int | None, prices: Prices | None = None
) -> int:
    """Ask gold questions with the language model of the settings, and print what came of it.

    Args:
        files: Gold files; none means the starter set.
        kb: A built knowledge base; None means the user's own.
        limit: How many cases at most.
        prices: For the money that the tokens cost; None: money is not told.

    Returns:
        The exit status: 1 when a claim fails the recheck.

    Raises:
        SettingsError: No language model is configured.
    """
    if not read_settings().llm:
        raise SettingsError("set CONSILIA_LLM to the language model that is to be measured")
    cases = [case for path in files or (STARTER,) for case in load_cases(path)][:limit]
    told = Told()
    with Assistant.open(kb) as assistant:
        home = kb or read_settings().kb
        for case in cases:
            for answer in _asked(assistant, case):
                told.add(answer, home)
        usage = assistant.usage
    sys.stdout.writelines(f"{line}\n" for line in [*told.lines(), *_taken(usage, prices)])
    return 1 if told.blamed else 0


def _taken(usage: Usage, prices: Prices | None) -> Iterable[str]:
    yield (
        f"calls: {usage.calls}, {usage.failed} failed; requests: {usage.requests}, "
        f"{usage.unserved} without a reply"
    )
    yield (
        f"tokens: {usage.prompt_tokens} read, {usage.reply_tokens} written; "
        f"estimated in {usage.estimated} of the calls"
    )
    if prices is None:
        yield "money: not told, give --prices"
    else:
        money = usage.cost(prices.prompt_tokens, prices.reply_tokens)
        yield f"money: {money:.4f} {prices.currency}"


def _asked(assistant: Assistant, case: Case) -> list[Answer]:
    history: list[Answer] = []
    for turn in case.steps():
        history.append(assistant.ask(turn.user, history=tuple(history)))
    return history
