"""The few settings there are, read once in an entry point and passed down."""

from pathlib import Path

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from consilia.errors import SettingsError
from consilia.language_models import address_of
from consilia.models import canonical_json, digest


def default_home() -> Path:
    """Return the user's data folder for the knowledge base."""
    return Path(platformdirs.user_data_dir("consilia", appauthor=False)) / "kb"


class Settings(BaseSettings):
    """Each setting can be given by an environment variable, `CONSILIA_` and its name."""

    model_config = SettingsConfigDict(env_prefix="CONSILIA_", extra="forbid", frozen=True)

    kb: Path = Field(default_factory=default_home)
    """`CONSILIA_KB`: the folder of the built knowledge base."""
    embedder: str = "default"
    """`CONSILIA_EMBEDDER`: `default`, or a path or hub name of a sentence-transformers model."""
    threads: int = Field(default=2, ge=1, le=64)
    """`CONSILIA_THREADS`: threads that torch may use to build an index; a question uses one."""

    chroma: str = Field(default="", pattern=r"^(https?://[^\s/]+/?)?$")
    """`CONSILIA_CHROMA`: URL of a Chroma server that keeps the vectors; empty: files keep them."""

    risk: float | None = None
    """`CONSILIA_RISK`: where silence ends, one of the measured risks that ship."""

    entailment: str = ""
    """`CONSILIA_ENTAILMENT`: path or hub name of an entailment model; empty: none is asked."""

    answerability: str = ""
    """`CONSILIA_ANSWERABILITY`: file with the coefficients of silence; empty: those that ship."""

    auth_file: str = ""
    """`CONSILIA_AUTH_FILE`: the users of the chat with hashed passwords; empty: no login."""

    audit: str = ""
    """`CONSILIA_AUDIT`: file of the audit log; empty: none is kept."""

    site: str = ""
    """`CONSILIA_SITE`: file with a site's numbers, messages, limits and rules; empty: none."""

    user: str = ""
    """`CONSILIA_USER`: who asks, for the audit log; empty: the user of the system."""

    llm: str = ""
    """`CONSILIA_LLM`: the language model that helps; empty: none."""

    @field_validator("kb")
    @classmethod
    def _kb_stays_where_it_is(cls, value: Path) -> Path:
        return value.absolute()

    @field_validator("audit", "site", "answerability")
    @classmethod
    def _file_stays_where_it_is(cls, value: str) -> str:
        return str(Path(value).absolute()) if value else ""

    @field_validator("llm")
    @classmethod
    def _llm_is_named(cls, value: str) -> str:
        if value:
            address_of(value)
        return value

    def digest(self, site: str = "", answerability: str = "") -> str:
        """Return the hash of what shapes an answer: where it lies on disk is no part of it.

        Args:
            site: Hash of what the file of the site sets; empty when it sets nothing.
            answerability: Hash of the file of `CONSILIA_ANSWERABILITY`; empty without one.
        """
        shaping = {"embedder": self.embedder}
        if answerability:
            shaping["answerability"] = answerability
        if site:
            shaping["site"] = site
        if self.risk is not None:
            shaping["risk"] = str(self.risk)
        if self.entailment:
            shaping["entailment"] = self.entailment
        if self.llm:
            shaping["llm"] = self.llm
        return digest(canonical_json(shaping))


def read_settings(**given: object) -> Settings:
    """Return the settings: what is given, else the environment, else the defaults.

    Args:
        **given: Settings by name; None counts as not given.

    Returns:
        Frozen settings.

    Raises:
        SettingsError: A value cannot be used.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        problems = "; ".join(f"{p['loc'][0]}: {p['msg']}" for p in error.errors())
        raise SettingsError(f"cannot use the settings: {problems}") from error
