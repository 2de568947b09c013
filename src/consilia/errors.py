"""What can go wrong, each with a message that says what to do.

```
ConsiliaError
├── QuestionError         the question is no question: empty, blank or too long
├── DocumentError         a document cannot be read: broken front matter, wrong encoding
├── FetchError            a service does not give what was asked of it
├── KnowledgeBaseError    a knowledge base cannot be opened, built or changed
│   └── IndexMismatchError    its index was made with another embedder
├── ModelError            model weights are missing, corrupted or unusable
│   └── ModelCallError        a language model gave no reply that can be used
├── RuleError             the guardrail rules cannot be read: nothing is answered without them
├── SettingsError         a setting has a value that cannot be used
└── AuditError            the audit log cannot be written or read: nothing is answered unaudited
```
"""

from typing import Literal


class ConsiliaError(Exception):
    """Base of every error this package raises on purpose."""


class QuestionError(ConsiliaError):
    """The question is empty, blank or too long."""


class DocumentError(ConsiliaError):
    """A document cannot be read; the message names the file and the reason."""


class FetchError(ConsiliaError):
    """A service on the network is not reached, refuses, or answers with something unusable."""


class KnowledgeBaseError(ConsiliaError):
    """A knowledge base cannot be opened, built or changed."""


class IndexMismatchError(KnowledgeBaseError):
    """The index was made with another embedder than the one in the settings."""


class ModelError(ConsiliaError):
    """Model weights are missing, corrupted or unusable."""


class ModelCallError(ModelError):
    """A language model gave no reply that can be used; an answer does without it.

    Attributes:
        reason: `unavailable` (not reached, refused, too slow), `unusable` or `cancelled`.
    """

    def __init__(self, reason: Literal["unavailable", "unusable", "cancelled"], text: str) -> None:
        super().__init__(text)
        self.reason = reason


class RuleError(ConsiliaError):
    """The guardrail rules cannot be read; nothing is answered without them."""


class SettingsError(ConsiliaError):
    """A setting has a value that cannot be used."""


class AuditError(ConsiliaError):
    """The audit log, or the key of the log, cannot be written or read."""
