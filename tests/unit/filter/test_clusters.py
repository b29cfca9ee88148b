import pytest

from danmaku.domain.times import HOUR_MS
from danmaku.filter.brigades import targets_of
from danmaku.filter.clusters import (
    CALL_MS,
    CALLS_MAX,
    PLACES_MAX,
    QUIET_MS,
    Clusters,
    Newcomers,
    Said,
)
from danmaku.filter.normalize import scanned_of

NEW_MS = 24 * HOUR_MS
NOW = 100 * HOUR_MS


@pytest.fixture
def clusters():
    return Clusters(Newcomers(NEW_MS))


def key(text):
    return scanned_of(text).key


def of(text):
    return Said(key(text), targets_of(text))


def said(clusters, texts, *, since_ms=NOW, step_ms=40, place="room", now_ms=NOW):
    """What each of as many accounts is part of that say one of these texts each."""
    return [
        clusters.note(place, author, of(text), now_ms + author * step_ms, since_ms=since_ms)
        for author, text in enumerate(texts)
    ]


def advert(number):
    return f"限时抢购全场半价大家速来看看{number}号"


def test_flood_of_new_accounts_is_one_cluster_and_hardly_any_of_it_is_published(clusters):
    names = said(clusters, map(advert, range(200)))

    assert names.count(None) <= 2
    assert len(set(names) - {None}) == 1


def test_accounts_that_are_no_longer_new_are_many_before_they_are_a_cluster(clusters):
    names = said(clusters, map(advert, range(10)), since_ms=NOW - NEW_MS)

    assert names.count(None) == 7
    assert said(Clusters(Newcomers(NEW_MS)), map(advert, range(7)), since_ms=None) == [None] * 7


@pytest.mark.parametrize(
    "texts",
    [
        ["哈" * (5 + n % 20) for n in range(200)],
        ["哈哈哈" for _ in range(200)],
        ["加油！！" + "！" * (n % 9) for n in range(200)],
        ["这首歌从小听到大真的太好听了"] * 200,
        ["6" * (3 + n % 30) for n in range(200)],
        ["太好笑了" + "哈" * (n % 12) for n in range(200)],
    ],
    ids=["laughter", "short", "cheers", "a song's line", "sixes", "comment and laughter"],
)
def test_crowd_of_new_accounts_that_cheers_is_none(clusters, texts):
    assert set(said(clusters, texts)) == {None}


def test_who_joins_in_what_the_keeper_has_said_is_no_cluster_while_the_call_holds(clusters):
    clusters.call("room", key("欢迎阿明直播间的全体观众来串门"), NOW)
    greetings = [f"阿明直播间的全体观众来串门{n}" for n in range(200)]

    during = said(clusters, greetings)
    afterwards = said(clusters, greetings, now_ms=NOW + CALL_MS)

    assert set(during) == {None}
    assert afterwards.count(None) == 2


def test_call_is_heard_in_its_own_place_only(clusters):
    clusters.call("elsewhere", key(advert(1)), NOW)

    assert said(clusters, map(advert, range(9))).count(None) == 2


def test_what_comes_long_after_is_another_cluster(clusters):
    first = said(clusters, map(advert, range(5)))[-1]

    later = said(clusters, map(advert, range(5)), now_ms=NOW + QUIET_MS + 1000)[-1]

    assert first != later


def test_what_is_remembered_is_bounded(clusters):
    for place in range(PLACES_MAX + 50):
        for call in range(CALLS_MAX + 3):
            clusters.call(place, f"call number {call}", NOW)
        said(clusters, map(advert, range(3)), place=place)

    assert len(clusters._calls) == len(clusters._clusters) == PLACES_MAX
    assert {len(calls) for calls in clusters._calls.values()} == {CALLS_MAX}


ATTACKS = [f"@小明 {text}" for text in ("滚出去", "什么水平啊", "别播了行不行", "真丢人", "骗子")]


def test_new_accounts_that_turn_on_one_person_are_a_cluster_of_their_own(clusters):
    names = said(clusters, [*ATTACKS, *(f"{text}！" for text in ATTACKS)])
    advert_name = said(clusters, map(advert, range(5)), now_ms=NOW + 1000)[-1]

    assert names.count(None) == 4
    assert len(set(names) - {None}) == 1
    assert advert_name not in {None, *names}


@pytest.mark.parametrize(
    ("texts", "since_ms"),
    [
        (ATTACKS, NOW - NEW_MS),
        (["@小明 加油"] * 50, NOW),
        (["@小明 加油", "@小明 冲"] * 25, NOW),
        ([f"@{'一二三四五六七八九十'[n % 10]}号 你好呀{n}" for n in range(20)], NOW),
    ],
    ids=["regulars", "one call", "two calls", "to each other"],
)
def test_crowd_that_speaks_to_somebody_is_none(clusters, texts, since_ms):
    assert set(said(clusters, texts, since_ms=since_ms)) == {None}


def test_what_the_keeper_has_called_out_to_somebody_is_no_cluster(clusters):
    texts = [f"@小明 生日快乐祝你天天开心{n}" for n in "一二三四五六"]
    clusters.call("room", key(texts[0]), NOW)

    assert set(said(clusters, texts)) == {None}


def test_cluster_that_another_node_has_named_is_known_by_that_name(clusters):
    clusters.adopt("room", f"cluster-{NOW - 50}", NOW)
    clusters.adopt("room", f"cluster-{NOW + 50}", NOW)  # the one that began first keeps its name
    clusters.adopt("room", f"cluster-target-{NOW - 90}", NOW)

    assert said(clusters, map(advert, range(5)))[-1] == f"cluster-{NOW - 50}"
