"""Many clients at once on a real server: each gets its own answer, or is told to wait."""

import pytest

from eval.load import QUESTIONS, Tally, load

pytestmark = pytest.mark.slow


def test_a_short_load_gives_every_client_its_own_answer_and_ends_cleanly(real_kb):
    loaded = load(20, 5, real_kb)

    assert loaded.tally.right >= len(QUESTIONS)
    assert loaded.tally.wrong == []
    assert loaded.tally.lost == []
    assert set(loaded.tally.refused) <= {429, 503}
    assert (loaded.exit_code, loaded.complaints) == (0, "")


def test_a_load_tells_what_must_not_be():
    from eval.load import Loaded

    bad = Tally(wrong=["a"], lost=["b"])
    bad.refused[500] = 1
    found = Loaded(bad, 100, 120, 1, 20.0, "Traceback (most recent call last)")

    assert len(found.problems) == 8
    good = Loaded(Tally(right=1), 100, 105, 0, 1.0, "")
    good.tally.refused.update({429: 3, 503: 2})
    assert good.problems == ()
