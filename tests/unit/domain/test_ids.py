import pytest

from danmaku.domain.ids import PLATFORM, comment_place_of, room_id_of
from danmaku.errors import BadMessage


@pytest.mark.parametrize("text", ["a", "7", "demo", "live_2024-final", "x" * 32])
def test_a_slug_is_a_room_id(text):
    assert room_id_of(text) == text


@pytest.mark.parametrize(
    "text", ["", "-a", "_a", "A", "a b", "a/b", "房间", "a\n", "x" * 33, PLATFORM]
)
def test_anything_else_is_no_room_id(text):
    with pytest.raises(BadMessage):
        room_id_of(text)


def test_a_comment_is_named_by_its_room_and_its_number():
    assert comment_place_of("live-2024-12") == ("live-2024", 12)


@pytest.mark.parametrize(
    "text", ["", "demo", "demo-", "demo-0", "-1", "demo-1x", "demo-" + "1" * 17]
)
def test_anything_else_names_no_comment(text):
    with pytest.raises(BadMessage):
        comment_place_of(text)
