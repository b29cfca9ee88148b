from dataclasses import replace

import pytest

from danmaku.domain.comment import Mode
from danmaku.domain.ids import Millis
from danmaku.domain.room import (
    DELAY_MAX_MS,
    DELAY_MIN_MS,
    RECALL_WITHIN_MAX_MS,
    SLOW_MAX_MS,
    TEXT_MAX,
    TITLE_MAX,
    Broadcast,
    ReviewMode,
    RoomPolicy,
    RoomState,
    Status,
    checked,
)
from danmaku.errors import BadMessage

FILM = RoomState("A film")


def with_policy(**fields):
    return replace(FILM, policy=RoomPolicy(**fields))


@pytest.mark.parametrize(
    "state",
    [
        FILM,
        replace(FILM, title="题" * TITLE_MAX),
        replace(FILM, media_url="https://media.example/a/短片.m3u8?c=d#e"),
        replace(FILM, media_url="http://127.0.0.1:9000/clip.mp4"),
        replace(FILM, media_url="/media/clip.mp4"),
        with_policy(slow_ms=SLOW_MAX_MS),
        with_policy(text_max=1),
        with_policy(text_max=TEXT_MAX),
        with_policy(recall_within_ms=0),
        with_policy(recall_within_ms=RECALL_WITHIN_MAX_MS),
        with_policy(modes=frozenset({Mode.TOP})),
        with_policy(delay_ms=DELAY_MIN_MS),
        with_policy(delay_ms=DELAY_MAX_MS),
    ],
)
def test_a_state_within_its_bounds_is_given_back(state):
    assert checked(state) is state


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (replace(FILM, title=""), "title"),
        (with_policy(delay_ms=DELAY_MIN_MS - 1), "delay"),
        (with_policy(delay_ms=DELAY_MAX_MS + 1), "delay"),
        (replace(FILM, title="题" * (TITLE_MAX + 1)), "title"),
        (replace(FILM, media_url="javascript:alert(1)"), "media address"),
        (replace(FILM, media_url="//elsewhere.example/clip.mp4"), "media address"),
        (replace(FILM, media_url="/\\elsewhere.example/clip.mp4"), "media address"),
        (replace(FILM, media_url="https://"), "media address"),
        (replace(FILM, media_url="https:///clip.mp4"), "media address"),
        (replace(FILM, media_url="https://media.example/a b"), "media address"),
        (replace(FILM, media_url="https://ann@media.example/clip.mp4"), "media address"),
        (replace(FILM, media_url="https://media.example;script-src/clip.mp4"), "media address"),
        (replace(FILM, media_url="https://media.example/a\x00b"), "media address"),
        (replace(FILM, media_url="/" + "x" * 2_001), "media address"),
        (replace(FILM, media_url="https://" + "x" * 300), "media address"),
        (with_policy(slow_ms=-1), "Slow mode"),
        (with_policy(slow_ms=SLOW_MAX_MS + 1), "Slow mode"),
        (with_policy(text_max=0), "length"),
        (with_policy(text_max=TEXT_MAX + 1), "length"),
        (with_policy(recall_within_ms=-1), "recall"),
        (with_policy(recall_within_ms=RECALL_WITHIN_MAX_MS + 1), "recall"),
        (with_policy(modes=frozenset()), "mode"),
    ],
)
def test_a_state_out_of_bounds_is_refused_by_the_name_of_its_field(state, named):
    with pytest.raises(BadMessage, match=named):
        checked(state)


@pytest.mark.parametrize(
    ("broadcast", "is_broadcasting"),
    [
        (None, False),
        (Broadcast(Millis(1_000)), True),
        (Broadcast(Millis(1_000), ended_ms=Millis(2_000)), False),
    ],
)
def test_a_room_is_on_air_from_start_to_end(broadcast, is_broadcasting):
    assert replace(FILM, broadcast=broadcast).is_broadcasting is is_broadcasting


@pytest.mark.parametrize("mode", [ReviewMode.MACHINE, ReviewMode.DELAYED, ReviewMode.EVERY])
def test_comments_come_back_with_the_review_that_they_went_with(mode):
    off = RoomPolicy(mode=mode).switched(on=False)

    assert off.mode is ReviewMode.CLOSED
    assert off.switched(on=False) is off
    assert off.switched(on=True).mode is mode


def test_another_review_chosen_while_comments_are_off_holds_when_they_are_on():
    off = RoomPolicy().reviewing(ReviewMode.CLOSED).reviewing(ReviewMode.EVERY)

    assert off.mode is ReviewMode.CLOSED
    assert off.switched(on=True).mode is ReviewMode.EVERY


@pytest.mark.parametrize("mode", ReviewMode)
def test_a_person_looks_first_in_a_news_room_whatever_its_policy_says(mode):
    news = replace(with_policy(mode=mode), news=True)

    assert news.mode is (mode if mode is ReviewMode.CLOSED else ReviewMode.EVERY)


@pytest.mark.parametrize(
    ("state", "mode"),
    [
        (FILM, ReviewMode.MACHINE),
        (with_policy(mode=ReviewMode.DELAYED), ReviewMode.DELAYED),
        (replace(FILM, paused_until_ms=Millis(10)), ReviewMode.MACHINE),
        (replace(FILM, paused_until_ms=Millis(11)), ReviewMode.CLOSED),
        (replace(FILM, status=Status.PAUSED), ReviewMode.CLOSED),
        (replace(FILM, status=Status.CLOSED, news=True), ReviewMode.CLOSED),
    ],
)
def test_a_room_that_takes_nothing_is_as_strict_as_can_be(state, mode):
    assert state.mode_at(Millis(10)) is mode
