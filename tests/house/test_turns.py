import pytest

from tests.house.tree import ROOT
from tests.turns import ALONE, LONG_FIRST


@pytest.mark.parametrize("turn", [*ALONE, *LONG_FIRST])
def test_everything_that_has_its_turn_is_there(turn):
    file, _, test = turn.partition("::")

    assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8")
