"""The check of an audit log: the first line that was changed, left out, moved or cut off."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consilia.errors import AuditError
from consilia.models import canonical_json
from consilia.privacy.audit import GENESIS, SCHEMA, chained, read_head, rotated


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a log."""

    lines: int
    """That hold, from the beginning."""
    last: str
    """The chain value of the last of them; kept elsewhere, it shows lines cut off at the end."""
    problem: str | None
    """File, line and what is wrong with the first that does not hold; None when all do."""


def verify_log(paths: Sequence[Path]) -> Verdict:
    """Check the lines of a log from its first one.

    Args:
        paths: The file that is written to, whose rotated files are found; or all files in order.

    Returns:
        How many lines hold, and what is wrong with the next.

    Raises:
        AuditError: A file cannot be read, or the note of the last line is damaged.
    """
    files = rotated(paths[0]) if len(paths) == 1 else list(paths)
    if len(paths) == 1 and files[-1:] != [paths[0]]:
        files.append(paths[0])
    lines, last = 0, GENESIS
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise AuditError(f"{path} cannot be read: {error}") from error
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            problem = _problem(line, lines, last)
            if problem:
                return Verdict(lines, last, f"{path}, line {number}: {problem}")
            lines, last = lines + 1, str(json.loads(line)["chain"])
        if content and not content.endswith(b"\n"):
            number = content.count(b"\n") + 1
            return Verdict(lines, last, f"{path}, line {number}: it is cut off")
    noted = read_head(paths[-1])
    if noted.sequence > lines:
        missing = f"{paths[-1]}: lines {lines + 1} to {noted.sequence} are missing at the end"
        return Verdict(lines, last, missing)
    return Verdict(lines, last, None)


def _problem(line: bytes, before: int, chain: str) -> str | None:
    """What is wrong with the line that follows `before` lines, or None."""
    try:
        fields = json.loads(line)
        sealed = fields.pop("chain")
        sequence, previous = fields["sequence"], fields["previous"]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return "it is no line of an audit log"
    if fields.get("schema") != SCHEMA:
        return f"its schema is not {SCHEMA}"
    if chained(str(previous), canonical_json(fields)) != sealed or line != canonical_json({
        **fields,
        "chain": sealed,
    }):
        return "it was altered"
    if sequence != before + 1:
        return f"it is number {sequence} where {before + 1} follows: lines are missing or moved"
    return None if previous == chain else "it does not continue the line before it"
