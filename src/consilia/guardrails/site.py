"""What a site sets for itself in one file, `CONSILIA_SITE`: numbers, messages, rules, limits."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from consilia.errors import SettingsError
from consilia.guardrails.catalogue import catalogue
from consilia.guardrails.rules import Rule, load_rules, rules_file, shipped_rules
from consilia.models import canonical_json, digest
from consilia.wording import NUMBERS

State = Literal["on", "notice", "off"]
ENGLISH = "en"
_TOLD = frozenset({"crisis", "emergency", "refuse", "notice"})


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Numbers(_Table):
    """What messages tell to call, as it is read: "999", "112 or 911"."""

    emergency: str = Field(default=NUMBERS["emergency"], min_length=2, max_length=200)
    crisis: str = Field(default=NUMBERS["crisis"], min_length=2, max_length=300)
    poison: str = Field(default=NUMBERS["poison"], min_length=2, max_length=300)


class Thresholds(_Table):
    """Limits of a site."""

    question_characters: int = Field(default=2_000, ge=50, le=2_000)
    """Longer questions are not read."""
    risk: float | None = None
    """Where silence ends when `CONSILIA_RISK` is not given, one of the measured risks."""


class Site(_Table):
    """The file, checked; without one, what ships."""

    languages: tuple[str, ...] = Field(default=(ENGLISH,), min_length=1)
    """Messages are told in each of them, in this order."""
    numbers: Numbers = Numbers()
    thresholds: Thresholds = Thresholds()
    messages: dict[str, dict[str, str]] = {}
    """By language and rule; `{emergency}`, `{crisis}` and `{poison}` are filled in."""
    rules: dict[str, State] = {}
    """Rules that are relaxed: told but not enforced, or off."""

    @model_validator(mode="after")
    def _rules_may_be_relaxed(self) -> Self:
        known = catalogue()
        for name, state in self.rules.items():
            if name not in known:
                raise ValueError(f"rules.{name}: there is no such rule, see `consilia rules`")
            if state != "on" and not known[name].relaxable:
                raise ValueError(f"rules.{name}: this rule cannot be relaxed, leave it on")
        return self

    @model_validator(mode="after")
    def _messages_are_whole(self) -> Self:
        known = catalogue()
        for language, told in self.messages.items():
            if language not in self.languages:
                raise ValueError(f"messages.{language}: add {language!r} to languages")
            for name, text in told.items():
                place = f"messages.{language}.{name}"
                if name not in known or known[name].action not in _TOLD:
                    raise ValueError(f"{place}: no rule of this name has a message")
                _check_message(place, name, text)
        needed = sorted(n for n, entry in known.items() if entry.action in {"crisis", "emergency"})
        for language in self.languages:
            lacking = [n for n in needed if n not in self.messages.get(language, {})]
            if language != ENGLISH and lacking:
                raise ValueError(f"messages.{language}.{lacking[0]}: this message is missing")
        return self

    def digest(self) -> str:
        """Return the hash of what is set; empty when nothing differs from what ships."""
        own = self.model_dump(mode="json", exclude_defaults=True)
        return digest(canonical_json(own)) if own else ""

    def message(self, rule: Rule) -> str:
        """Return what is told when a rule fires, in all languages of the site."""
        numbers = self.numbers.model_dump()
        told = []
        for language in self.languages:
            own = self.messages.get(language, {}).get(rule.id)
            if own:
                told.append(" ".join(own.format_map(numbers).split()))
            elif language == ENGLISH:
                told.append(rule.message)
        return " ".join(told) or rule.message


def read_site(path: str) -> Site:
    """Return the settings of a site.

    Args:
        path: A file in TOML; empty for what ships.

    Returns:
        Checked settings.

    Raises:
        SettingsError: The file cannot be read, or something in it cannot be used; the message
            names the line and the field.
    """
    if not path:
        return Site()
    try:
        text = Path(path).read_text(encoding="utf-8")
        return Site.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"CONSILIA_SITE: cannot read {path}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"CONSILIA_SITE: {path} is no TOML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(_told(text, p["loc"], p["msg"]) for p in error.errors())
        raise SettingsError(f"CONSILIA_SITE: {path}: {problems}") from error


@dataclass(frozen=True, slots=True)
class Guardrails:
    """What questions are screened with."""

    site: Site
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, path: str) -> Self:
        """Return the guardrails of a site.

        Args:
            path: Of its file; empty for what ships.

        Returns:
            Its settings, and the rules as it has them.

        Raises:
            RuleError: The rules that ship cannot be read.
            SettingsError: The file cannot be used.
        """
        site = read_site(path)
        return cls(site, rules_for(site))


def rules_for(site: Site) -> tuple[Rule, ...]:
    """Return the rules as a site has them; a `RuleError` when they cannot be read."""
    if site == Site():
        return shipped_rules()
    rules = []
    for rule in load_rules(rules_file(), site.numbers.model_dump()):
        state = site.rules.get(rule.id, "on")
        if state != "off":
            action = "notice" if state == "notice" else rule.action
            rules.append(replace(rule, action=action, message=site.message(rule)))
    return tuple(rules)


def _check_message(place: str, rule: str, text: str) -> None:
    """Check one message: empty, or of an emergency without a number, it helps nobody.

    Raises:
        ValueError: It is one of these, or names something that is not filled in.
    """
    try:
        filled = text.format_map(NUMBERS)
    except (LookupError, ValueError, AttributeError) as error:
        known = ", ".join(f"{{{name}}}" for name in NUMBERS)
        raise ValueError(f"{place}: only {known} are filled in") from error
    if not filled.strip():
        raise ValueError(f"{place}: the message is empty")
    if rule.startswith("EM-") and rule != "EM-04" and not re.search(r"\d{3}", filled):
        raise ValueError(f"{place}: a message for an emergency names a number to call")


def _told(text: str, place: Iterable[int | str], problem: str) -> str:
    fields = [str(part) for part in place]
    said = problem.removeprefix("Value error, ")
    if not fields:  # a check over several fields names its own
        fields = said.partition(":")[0].split(".")
        return f"{_line(text, fields)}{said}"
    return f"{_line(text, fields)}{'.'.join(fields)}: {said}"


def _line(text: str, fields: list[str]) -> str:
    """The line that a field stands in, as "line 7, "; nothing when it is not there."""
    for field in reversed(fields):
        pattern = re.compile(rf"\s*\[?(?:[\w.\"-]*\.)?\"?{re.escape(field)}\"?\s*[=\].]")
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.match(line):
                return f"line {number}, "
    return ""
