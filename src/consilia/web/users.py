"""Who may use the chat: a file of names with scrypt hashes of their passwords."""

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import stat
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from consilia.errors import SettingsError

SHORTEST = 12
LONGEST = 1_024
"""Characters of a password."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_N, _R, _P = 2**15, 8, 1
_MEMORY = 2**27
"""Bytes that scrypt may take, twice what the largest cost below needs."""
_COSTS = {2**14, 2**15, 2**16}


@dataclass(frozen=True, slots=True)
class Secret:
    """The scrypt hash of a password, with what it was made with."""

    cost: int
    salt: bytes
    key: bytes

    @classmethod
    def of(cls, password: str) -> "Secret":
        """Hash a password with a fresh salt."""
        salt = secrets.token_bytes(16)
        return cls(_N, salt, _derive(password, salt, _N))

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """Read what `str` wrote.

        Raises:
            ValueError: It is no such text.
        """
        scheme, cost, salt, key = text.split("$")
        if scheme != "scrypt" or int(cost) not in _COSTS:
            raise ValueError("an unknown scheme")
        found = cls(int(cost), _decoded(salt), _decoded(key))
        if len(found.salt) < 16 or len(found.key) != 32:
            raise ValueError("a salt or key of the wrong length")
        return found

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"scrypt${self.cost}${salt}${key}"

    def __repr__(self) -> str:
        return "Secret(…)"

    def fits(self, password: str) -> bool:
        """Tell whether this is the hash of a password, in constant time."""
        return hmac.compare_digest(self.key, _derive(password, self.salt, self.cost))


_NOBODY = Secret(_N, bytes(16), bytes(32))
"""Compared with for unknown names, so that the time does not tell which names exist."""


@dataclass(frozen=True, slots=True)
class Users:
    """Names with the hashes of their passwords."""

    secrets: Mapping[str, Secret]

    @classmethod
    def read(cls, path: Path) -> "Users":
        """Read a file of users.

        Raises:
            SettingsError: It cannot be read, others may write it, it names nobody, or a line is
                no name with a hash.
        """
        try:
            mode = path.stat().st_mode
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"cannot read the users of the chat in {path}: {error}") from error
        if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise SettingsError(f"others may write {path}: chmod 600 {path}")
        found = dict(_parsed(path, number, line) for number, line in enumerate(lines, 1) if line)
        if not found:
            raise SettingsError(f"{path} names nobody; add users with `consilia app --add-user`")
        return cls(MappingProxyType(found))

    def admits(self, name: str, password: str) -> bool:
        """Tell whether this is a user's password; takes as long for names that nobody has."""
        fits = self.secrets.get(name, _NOBODY).fits(password[:LONGEST])
        return fits and name in self.secrets


def add_user(path: Path, name: str, password: str) -> None:
    """Write a user into the file, in place of one of the same name; it is made when missing.

    Args:
        path: The file; only its owner may read and write it afterwards.
        name: Of letters, digits and `._@-`.
        password: At least 12 characters.

    Raises:
        SettingsError: The name or the password cannot be used, or the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is no name of a user: letters, digits and ._@- only")
    if not SHORTEST <= len(password) <= LONGEST:
        raise SettingsError(f"a password has at least {SHORTEST} characters, and {LONGEST} at most")
    known = dict(Users.read(path).secrets) if path.exists() else {}
    known[name] = Secret.of(password)
    text = "".join(f"{user}:{secret}\n" for user, secret in sorted(known.items()))
    try:
        # mkstemp makes files that only their owner reads, and the rename leaves no half a file.
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(written).replace(path)
    except OSError as error:
        raise SettingsError(f"cannot write the users of the chat to {path}: {error}") from error


def _derive(password: str, salt: bytes, cost: int) -> bytes:
    # One keyboard sends "é" as one character, another as two.
    words = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt, n=cost, r=_R, p=_P, maxmem=_MEMORY, dklen=32)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _parsed(path: Path, number: int, line: str) -> tuple[str, Secret]:
    name, _, text = line.partition(":")
    try:
        secret = Secret.parse(text)
    except ValueError as error:
        # The line holds a hash: it is not repeated.
        raise SettingsError(f"{path}, line {number}: no hash of a password ({error})") from None
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{path}, line {number}: it does not begin with the name of a user")
    return name, secret
