"""What one client may take from the chat's server; every limit has a documented default."""

from dataclasses import dataclass, fields

from consilia.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the server, each above zero. docs/security.md says which answer tells of each."""

    body_bytes: int = 65_536
    """Of one request; a question has at most 2,000 characters."""
    body_seconds: float = 10.0
    """In which the body of a request must have arrived."""
    head_seconds: float = 10.0
    """In which the head of a request must have arrived, on new and on kept connections."""
    start_seconds: float = 30.0
    """After which a response must have begun."""
    answer_seconds: float = 120.0
    """After which a question is given up."""
    questions_per_minute: int = 30
    """Of one client: a user who logged in, else an address."""
    requests_per_minute: int = 1_200
    """Of one client; the page takes about a hundred."""
    failures_per_minute: int = 10
    """Wrong passwords from one address."""
    open_per_client: int = 64
    """Requests of one client that are answered at the same time, streams of events among them."""
    connections: int = 1_024
    """Open at the same time, of all clients."""
    waiting: int = 32
    """Questions in the queue, of all clients."""
    at_once: int = 2
    """Questions that are answered at the same time."""
    stop_seconds: float = 3.0
    """For requests that still run when the server stops."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise SettingsError(f"the limit {field.name} must be above zero")
