import pytest

from danmaku.domain.account import BUNDLES, Bundle
from danmaku.domain.room import ReviewMode, RoomPolicy
from danmaku.errors import BadMessage, NotFound
from danmaku.formats.bilibili_live import comment_id_of
from danmaku.formats.helix import (
    SLOW_S,
    Settings,
    cut,
    delayed,
    held_id_of,
    held_of,
    message_of,
    scopes_of,
    settings_of,
    slowed,
    term_id_of,
)


def test_ids_lead_back_to_what_they_name():
    assert message_of(comment_id_of("night-2", 17)) == ("night-2", 17)
    assert held_of(held_id_of("night-2", 17)) == ("night-2", 17)


@pytest.mark.parametrize(
    "text", ["", "17", "-17", "demo-", "demo-0", "demo-x", "demo-１", "demo-" + "9" * 17, "demo--"]
)
@pytest.mark.parametrize("read", [message_of, held_of])
def test_what_is_no_id_names_nothing(read, text):
    with pytest.raises(NotFound):
        read(text.replace("-", ":") if read is held_of else text)


def test_a_token_is_said_to_be_good_for_what_its_owner_may_do():
    viewer, keeper = (scopes_of(BUNDLES[one]) for one in (Bundle.VIEWER, Bundle.STREAMER))

    assert viewer == ["moderator:read:chatters", "user:write:chat"]
    assert "moderator:manage:banned_users" in keeper
    assert scopes_of(()) == []


def test_pages_lead_through_what_is_removed_on_the_way():
    keys = [term_id_of(word) for word in "abcde"]
    left, seen, after = sorted(keys), [], None
    while True:
        page, pagination = cut(left, after, 2)
        seen += page
        left = [key for key in left if key not in page]
        if not pagination:
            break
        after = pagination["cursor"]

    assert seen == sorted(keys)


def test_a_policy_is_told_in_whole_seconds():
    delayed_room = RoomPolicy(mode=ReviewMode.DELAYED, slow_ms=1500, delay_ms=4000, unique=True)

    assert settings_of(RoomPolicy()) == Settings(
        slow_mode=False,
        slow_mode_wait_time=None,
        unique_chat_mode=False,
        non_moderator_chat_delay=False,
        non_moderator_chat_delay_duration=None,
    )
    assert settings_of(delayed_room) == Settings(
        slow_mode=True,
        slow_mode_wait_time=2,
        unique_chat_mode=True,
        non_moderator_chat_delay=True,
        non_moderator_chat_delay_duration=4,
    )


@pytest.mark.parametrize(
    ("known_ms", "on", "wait_s", "slow_ms"),
    [
        (0, None, None, 0),
        (5000, None, None, 5000),
        (0, True, None, SLOW_S * 1000),
        (5000, True, None, 5000),
        (5000, True, 10, 10_000),
        (5000, False, None, 0),
    ],
)
def test_slow_mode_is_switched(known_ms, on, wait_s, slow_ms):
    assert slowed(RoomPolicy(slow_ms=known_ms), on=on, wait_s=wait_s).slow_ms == slow_ms


@pytest.mark.parametrize(
    ("mode", "on", "expected"),
    [
        (ReviewMode.MACHINE, True, ReviewMode.DELAYED),
        (ReviewMode.MACHINE, False, ReviewMode.MACHINE),
        (ReviewMode.DELAYED, False, ReviewMode.MACHINE),
        (ReviewMode.DELAYED, None, ReviewMode.DELAYED),
        (ReviewMode.EVERY, False, ReviewMode.EVERY),
        (ReviewMode.CLOSED, True, ReviewMode.CLOSED),
    ],
)
def test_a_delay_is_switched_and_no_stricter_review_ends_by_it(mode, on, expected):
    assert delayed(RoomPolicy(mode=mode), on=on, wait_s=None).mode is expected


def test_comments_that_are_off_come_back_with_the_delay_that_was_asked_for():
    changed = delayed(RoomPolicy(mode=ReviewMode.CLOSED), on=True, wait_s=6)

    assert (changed.open_mode, changed.delay_ms) == (ReviewMode.DELAYED, 6000)


@pytest.mark.parametrize("switch", [slowed, delayed])
def test_a_wait_goes_with_its_switch(switch):
    with pytest.raises(BadMessage):
        switch(RoomPolicy(), on=None, wait_s=5)


def test_a_delay_takes_no_persons_look_away():
    with pytest.raises(BadMessage):
        delayed(RoomPolicy(mode=ReviewMode.EVERY), on=True, wait_s=None)
