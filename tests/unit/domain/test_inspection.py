import pytest

from danmaku.domain.ids import Millis
from danmaku.domain.inspection import Period
from danmaku.errors import BadMessage


@pytest.mark.parametrize("to_ms", [4, 5])
def test_a_period_ends_after_it_begins(to_ms):
    with pytest.raises(BadMessage):
        Period(Millis(5), Millis(to_ms))
