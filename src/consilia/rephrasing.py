"""A language model's reading of a follow-up: taken only when it brings in no word of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event

from pydantic import BaseModel, ConfigDict, ValidationError

from consilia.answer import Answer
from consilia.errors import ModelCallError
from consilia.followups import Resolved
from consilia.language_models import LanguageModel
from consilia.models import canonical_json, digest
from consilia.prompts import following
from consilia.terms import STOP_WORDS, stem, words

LONGEST = 500
"""Characters of a question that a model may write."""
_POINTERS = frozenset({
    "it", "its", "they", "them", "their", "these", "those", "this", "that", "one", "ones",
})  # fmt: skip
_NEGATING = frozenset({"no", "not", "never", "without", "nor", "neither", "cannot"})


class Standalone(BaseModel):
    """What a model replies."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    question: str


@dataclass(frozen=True, slots=True)
class Rephrased:
    """A follow-up that stands alone, and who made it so."""

    resolved: Resolved
    models: Mapping[str, str]
    """For the manifest."""
    failure: str = ""
    """Why the model gave nothing that can be used; empty when it did."""


def rephrase(
    model: LanguageModel,
    question: str,
    resolved: Resolved,
    history: Sequence[Answer],
    cancelled: Event | None = None,
) -> Rephrased:
    """Have a model make a follow-up stand alone, and check what it made of it.

    Args:
        model: Not trusted.
        question: As asked.
        resolved: What the rules made of it; it is kept when the model's question does not hold.
        history: Earlier answers, oldest first, at least one.
        cancelled: Ends it when it is set.

    Returns:
        The model's question when it has the words of the follow-up, and no others than those of
        the dialogue; else what the rules made of it.
    """
    before = _said(history)
    messages = following(question, before)
    prompt = digest(canonical_json([[message.role, message.text] for message in messages]))
    told = {"language_model": model.name, "follow_up_prompt_sha256": prompt}
    reply = model.reply(messages, schema=Standalone.model_json_schema(), cancelled=cancelled)
    failure = ""
    try:
        written = _written("".join(reply))
    except ModelCallError as error:
        written, failure = "", error.reason
    finally:
        reply.close()
    told["language_model"] = model.name
    if written and _holds(written, question, before):
        return Rephrased(Resolved(written, None), told | {"follow_up": "model"})
    return Rephrased(resolved, told | {"follow_up": "rules"}, failure)


def _said(history: Sequence[Answer]) -> list[str]:
    return [
        line
        for answer in history[-3:]
        for line in (answer.standalone_question, *(r.title for r in answer.references[:3]))
    ]


def _written(reply: str) -> str:
    """The question of a reply on one line; empty when the reply holds none."""
    try:
        found = Standalone.model_validate(json.loads(reply)).question
    except (ValidationError, ValueError, RecursionError):
        return ""
    return " ".join(found.split())


def _holds(written: str, question: str, before: Sequence[str]) -> bool:
    """Tell whether a question keeps what was asked and takes the rest from the dialogue.

    A word for a word: a number or a negation is no more invented or lost than a drug is.
    """
    dialogue = [*_content(" ".join(before)), *_content(question)]
    made = _content(written)
    asked = {stem(w) for w in words(question) if w not in STOP_WORDS | _POINTERS}
    plain = written.isprintable() and not set(written) & set("<>[]{}|\\`#*_~@")
    return (
        0 < len(written) <= LONGEST
        and plain
        and set(made) <= set(dialogue)
        and asked <= set(made)
        and _negations(written) == _negations(question)
    )


def _content(text: str) -> list[str]:
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def _negations(text: str) -> list[str]:
    return sorted(word for word in words(text) if word in _NEGATING or word.endswith("n't"))
