"""What a request to the chat must be, before anything of Gradio sees it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import Scope

ASKING = "/gradio_api/queue/join"
PAGE = "/"
USER = "consilia.user"
"""Where the page finds who was let in, in the scope of a request."""
# What the page needs; all else that Gradio serves (files, uploads, proxies, its API) stays shut.
_READ = re.compile(
    r"/|/(?:config|theme\.css|robots\.txt|favicon\.ico|manifest\.json)"
    r"|/(?:assets|static)/[\w./-]+|/gradio_api/(?:theme\.css|startup-events|app_id)"
    r"|/gradio_api/heartbeat/\w{1,64}|/gradio_api/queue/data"
)
_WRITTEN = re.compile(rf"{re.escape(ASKING)}|/gradio_api/(?:cancel|reset)")
_PORT = re.compile(r":\d{1,5}$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served."""

    status: int
    reason: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    address: str

    @classmethod
    def of(cls, scope: "Scope") -> "Request":
        """Read the head of a request as the server passes it on."""
        client = scope.get("client")
        return cls(
            method=scope["method"],
            path=scope["path"],
            headers=tuple(
                (n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in scope["headers"]
            ),
            address=client[0] if client else "",
        )

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for known, value in self.headers if known == name]

    def one(self, name: str) -> str:
        """Return the only value of a header, empty when it is missing or repeated."""
        values = self.all(name)
        return values[0] if len(values) == 1 else ""

    @property
    def wants_page(self) -> bool:
        """Whether a person reads the response."""
        return "text/html" in self.one("accept")


def misplaced(request: Request, hosts: Iterable[str]) -> Refusal | None:
    """Refuse names of other sites, paths that the page does not need, and other sites' requests.

    A name of another site that was made to lead here (DNS rebinding) would otherwise read
    answers with the rights of the browser's user.

    Args:
        request: The head.
        hosts: Under which the chat is reached, in lower case, without a port.

    Returns:
        Why it is refused, or None.
    """
    host = request.one("host").casefold()
    if not host or _PORT.sub("", host) not in set(hosts):
        return Refusal(400, "the chat is not reached under this name; see `--name`")
    reads = request.method in {"GET", "HEAD"}
    if not reads and request.method != "POST":
        return Refusal(405, "only GET, HEAD and POST are served", ((b"allow", b"GET, HEAD, POST"),))
    known = (_READ if reads else _WRITTEN).fullmatch(request.path)
    if known is None or ".." in request.path:
        return Refusal(404, "nothing is served here")
    if not reads and _foreign(request, host):
        return Refusal(403, "the request comes from another site")
    return None


def _foreign(request: Request, host: str) -> bool:
    """Tell whether another site's page sent it; a program that is no browser says nothing."""
    if request.one("sec-fetch-site") not in {"", "same-origin", "none"}:
        return True
    origins = request.all("origin")
    try:
        return bool(origins) and [urlsplit(o).netloc.casefold() for o in origins] != [host]
    except ValueError:
        return True
