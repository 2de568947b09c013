"""The catalogue of all rules: those of questions, and those that other modules enforce."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consilia.errors import RuleError
from consilia.guardrails.rules import Rule, load_rules, precedence, rules_file

Enforced = Literal["whole", "partly", "not yet"]


class _Told(BaseModel):
    """What the file tells of a rule; of a rule of questions, the rest stands in the rules file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Z]{2,3}-\d\d$")
    told: str = Field(min_length=10)
    cannot: str = ""
    modules: tuple[str, ...] = ()
    fires: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    relaxable: bool = False
    enforced: Enforced = "whole"
    version: int = 1
    stage: str = ""
    owasp: str = ""
    action: str = ""
    message: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    consilia_schema: Literal["consilia.catalogue/1"] = Field(alias="schema")
    rules: tuple[_Told, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of the catalogue."""

    id: str
    version: int
    stage: str
    """`input`, `ingest`, `retrieval`, `output`, `log` or `all`; several with commas."""
    owasp: str
    """The entry of the OWASP list for language models (2025) that the rule counters."""
    action: str
    message: str
    """What is shown when it fires; empty for a rule that works without a word."""
    told: str
    """What it looks for, in words."""
    cannot: str
    """What it does not do."""
    modules: tuple[str, ...]
    """That enforce it."""
    fires: tuple[str, ...]
    """Questions on which it fires; for a rule of another stage, cases in words."""
    passes: tuple[str, ...]
    relaxable: bool
    """Whether a site may turn it off or into a notice."""
    enforced: Enforced


@cache
def catalogue() -> dict[str, Entry]:
    """Return all rules by id, by precedence; a `RuleError` when a file cannot be read."""
    return load_catalogue(
        files("consilia").joinpath("data", "catalogue.json"), load_rules(rules_file())
    )


def load_catalogue(path: Traversable, rules: tuple[Rule, ...]) -> dict[str, Entry]:
    """Return the catalogue of a file.

    Args:
        path: What is told of every rule.
        rules: Of questions; their version, action and message are taken from them.

    Returns:
        All rules by id, by precedence and number.

    Raises:
        RuleError: The file is missing or malformed, or tells nothing of one of the rules.
    """
    try:
        read = TypeAdapter(_File).validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise RuleError(f"{path} cannot be read ({error}), reinstall the package") from error
    screened: dict[str, Rule] = {}
    for rule in rules:
        screened.setdefault(rule.id, rule)
    entries = {told.id: _entry(told, screened.get(told.id)) for told in read.rules}
    if missing := screened.keys() - entries.keys():
        raise RuleError(f"{path} lacks {', '.join(sorted(missing))}, reinstall the package")
    return dict(sorted(entries.items(), key=lambda entry: (precedence(entry[0]), entry[0])))


def _entry(told: _Told, rule: Rule | None) -> Entry:
    """One entry; what stands in the rules file is not said twice."""
    of = rule or told
    return Entry(
        id=told.id,
        version=of.version,
        stage=of.stage,
        owasp=of.owasp,
        action=of.action,
        message=of.message,
        told=told.told,
        cannot=told.cannot,
        modules=told.modules or ("consilia.guardrails",),
        fires=told.fires,
        passes=told.passes,
        relaxable=told.relaxable,
        enforced=told.enforced,
    )
