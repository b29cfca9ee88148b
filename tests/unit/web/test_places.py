import pytest

from danmaku.errors import Overloaded
from danmaku.web.places import Places


def test_nobody_has_more_than_their_share_nor_all_together_more_than_there_are():
    places = Places(most=3, each=2)
    for asker in ("ann", "ann", "ben"):
        places.take(asker)

    for asker in ("ann", "ben", "cid"):
        with pytest.raises(Overloaded):
            places.take(asker)
    assert places.taken == 3
    places.leave("ann")
    places.take("cid")


def test_a_place_is_free_again_whatever_happens():
    places = Places(most=1, each=1)

    def fail():
        with places.taken_by("ann"):
            assert places.taken == 1
            raise Overloaded

    with pytest.raises(Overloaded):
        fail()

    assert places.taken == 0
    places.take("ben")
