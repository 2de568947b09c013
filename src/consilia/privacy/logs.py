"""Log records and tracebacks without what identifies a person.

Our own records hold no words of a question or answer by intent. What is done here is for what
slips in: an exception of a library that repeats its input, a record of a project that logs below
our names. Entry points install it; a project that embeds the library may.
"""

import logging
import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from consilia.privacy.redaction import redact

_OURS = "consilia"
_SPEAKING = (
    "openai",
    "httpx2",
    "httpcore",
    "httpcore2",
    "ollama",
    "llama_index",
    "urllib3",
    "gradio",
)
"""Libraries that log what they send when they are told to log everything."""


class RedactingFilter(logging.Filter):
    """Lets every record pass, with its words and its traceback redacted."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a record in place, and return True: nothing is dropped."""
        record.msg, record.args = redact(record.getMessage()).text, ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info))).text
            # A handler that formats it once more would bring the words back.
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info).text
        return True


def install() -> None:
    """Redact the records of `consilia` and uncaught exceptions, and quieten libraries.

    Calling it again changes nothing.
    """
    quieten()
    made = logging.getLogRecordFactory()
    if not isinstance(made, _Redacting):
        logging.setLogRecordFactory(_Redacting(made))
    if sys.excepthook is not _told:
        sys.excepthook = _told


def quieten() -> None:
    """Keep libraries from logging what they send, whatever level the root logger has."""
    for name in _SPEAKING:
        logger = logging.getLogger(name)
        if logger.level < logging.INFO:
            logger.setLevel(logging.INFO)


class _Redacting:
    """Makes records as before, those of our loggers redacted.

    A filter of a logger would not see the records of the loggers below it.
    """

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make, self._filter = make, RedactingFilter()

    def __call__(self, *given: object, **named: object) -> logging.LogRecord:
        record = self._make(*given, **named)
        if record.name == _OURS or record.name.startswith(f"{_OURS}."):
            self._filter.filter(record)
        return record


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write an uncaught exception to standard error, as Python does, redacted."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))).text)
