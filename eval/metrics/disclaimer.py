"""The disclaimer stands where the reader ends."""

from consilia.answer import Answer
from consilia.wording import DISCLAIMER
from eval.measure import Measure, Samples, share


def disclaimers(samples: Samples) -> Measure:
    """Answers that hold the disclaimer, byte for byte, once, as the last block / all answers.

    Looked at as it is stored and as it is shown in Markdown.

    Source: own.
    """
    return share("answers that end with the disclaimer", (_ends_so(s.answer) for s in samples))


def _ends_so(answer: Answer) -> bool:
    if answer.disclaimer != DISCLAIMER:
        return False
    try:
        shown = answer.to_markdown()
    except LookupError:  # A number or id leads nowhere: the answer cannot be shown.
        return False
    return shown.count(DISCLAIMER) == 1 and shown.endswith(f"\n\n{DISCLAIMER}\n")
