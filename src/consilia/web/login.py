"""Letting users in by name and password (HTTP Basic), which every browser can do."""

import asyncio
import base64
import binascii
import hmac
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING

from consilia.web.rates import Rate
from consilia.web.requests import Refusal

if TYPE_CHECKING:
    from consilia.web.requests import Request
    from consilia.web.users import Users

REMEMBERED = 256
"""Logins whose password need not be hashed again; a page takes about a hundred requests."""
UNKNOWN = Refusal(
    401, "log in first", ((b"www-authenticate", b'Basic realm="Consilia", charset="UTF-8"'),)
)


class Login:
    """Tells who sends a request."""

    def __init__(self, users: "Users", *, failures_per_minute: int) -> None:
        self._users = users
        self._failures = Rate(failures_per_minute)
        self._secret = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, str] = OrderedDict()
        # A hash takes 32 MB for a moment: one at a time, whoever asks.
        self._hashing = asyncio.Lock()

    async def admit(self, request: "Request") -> str | Refusal:
        """Return the user's name, or why nobody is let in.

        Args:
            request: The head, with one `Authorization` header.
        """
        given = request.one("authorization")
        if not given:
            return UNKNOWN
        mark = hmac.digest(self._secret, given.encode("latin-1"), "sha256")
        if name := self._known.get(mark):
            return name
        async with self._hashing:
            if seconds := self._failures.wait(request.address):
                reason = f"too many wrong passwords; try again in {seconds} s"
                return Refusal(429, reason, ((b"retry-after", str(seconds).encode()),))
            name, password = _credentials(given)
            if not await asyncio.to_thread(self._users.admits, name, password):
                self._failures.take(request.address)
                return UNKNOWN
        self._known[mark] = name
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return name


def _credentials(given: str) -> tuple[str, str]:
    """Return name and password, both empty when they cannot be read."""
    scheme, _, encoded = given.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ""
    name, _, password = decoded.partition(":") if scheme.casefold() == "basic" else ("", "", "")
    return name, password
