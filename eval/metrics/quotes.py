"""Quote fidelity."""

import re
from collections.abc import Iterator

from consilia.models import digest
from eval.measure import Measure, Samples, share
from eval.samples import Sample

_QUOTE = re.compile(r"claims\[(\d+)\]\.proofs\[(\d+)\]\.(?:quote|quote_sha256|version|start)\b")


def true_quotes(samples: Samples) -> Measure:
    """Proofs whose quote is what stands in their span / all proofs.

    The independent checker compares the quote with the source, character by character; its hash is
    taken again here, and the text of a verbatim claim has to be its quote.

    Source: own.
    """
    return share(
        "quotes that are the words of the source", (ok for s in samples for ok in _quotes(s))
    )


def _quotes(sample: Sample) -> Iterator[bool]:
    found = (_QUOTE.match(finding) for finding in sample.findings)
    blamed = {(int(place[1]), int(place[2])) for place in found if place}
    for number, claim in enumerate(sample.claims):
        for place, proof in enumerate(claim.proofs):
            is_hashed = digest(proof.quote.encode()) == proof.quote_sha256
            is_shown = place > 0 or claim.form != "verbatim" or claim.text == proof.quote
            yield is_hashed and is_shown and (number, place) not in blamed
