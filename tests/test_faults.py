"""What is left of a knowledge base when processes are killed and files damaged; the short version.

`make faults` tries the same with 200 kills and each harm in every place.
"""

import pytest

from eval.faults.check import examine
from eval.faults.documents import id_of, word_of
from eval.faults.table import FAULTS
from eval.faults.trials import Place, Row

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("faults"), kills=6, short=True)
    place.prepare()
    return place


@pytest.mark.parametrize(
    "trial", [trial for _, trial in FAULTS], ids=[trial.__name__ for _, trial in FAULTS]
)
def test_nothing_acknowledged_is_lost_and_no_hit_is_wrong(place, trial):
    row = trial(place)
    assert (row.lost, row.mixed, row.wrong, row.unreadable) == (0, 0, 0, 0), row.missed
    assert row.missed == []
    assert row.trials > 0


def test_the_checker_sees_a_document_that_is_not_there(place):
    home = place.built_home("checked")
    assert examine(home.folder, home.acknowledged).lost == []
    assert examine(home.folder, home.acknowledged | {id_of(77): 1}).lost == [id_of(77)]
    assert examine(home.folder, home.acknowledged | {id_of(1): 2}).lost == [id_of(1)]


def test_the_checker_sees_a_folder_that_it_cannot_open(place):
    verdict = examine(place.folder / "nowhere", {})
    assert "does not exist" in verdict.error
    row = Row("F0", "nothing")
    row.take("nowhere", verdict)
    assert row.unreadable == 1
    assert not row.good


def test_each_document_has_a_word_of_its_own():
    assert len({word_of(number) for number in range(1_000)}) == 1_000
